"""Snapshots: the facts of a world under a name, to go back to."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mock_knock.service.errors import SnapshotRefused, resource_missing
from mock_knock.service.gathering import gather
from mock_knock.service.world import MockKnock, SavedWorld, World

MAX_SNAPSHOTS: Final = 100
"""Of one world."""


def take_snapshot(world: World, name: str) -> SavedWorld:
    """Keep everything that is there under a name, in place of what had the name before.

    Raises:
        SnapshotRefused: there are too many.
    """
    with world.lock:
        if name not in world.snapshots and len(world.snapshots) >= MAX_SNAPSHOTS:
            hint = "DELETE one that is not needed any more"
            raise SnapshotRefused("snapshots-full", f"a world keeps {MAX_SNAPSHOTS} snapshots", where=name, hint=hint)
        world.faults.drop_over(world.clock.now())
        scenario = replace(world.scenario, faults=world.faults.faults())
        found = world.snapshots[name] = SavedWorld(gather(world), scenario, is_standing=world.clock.is_standing)
        return found


def restore_snapshot(knock: MockKnock, world: World, name: str) -> SavedWorld:
    """Put a world back to a snapshot: facts, time and scenario; the journal stays, and what was broken.

    Faults count from nothing. What is asked from now on is judged as if nothing had been asked since the snapshot.

    Raises:
        ResourceMissing: there is no snapshot of this name.
    """
    with world.lock:
        found = _find(world, name)
        world.clock.freeze()
        if found.seed.now is not None:
            world.clock.set_to(found.seed.now)
        knock.load(world, found.seed)
        world.follow(found.scenario)
        world.tallies.note_return()
        if not found.is_standing:
            world.clock.resume()
        return found


def drop_snapshot(world: World, name: str) -> None:
    """Forget a snapshot; raises ResourceMissing where there is none of this name."""
    with world.lock:
        _find(world, name)
        del world.snapshots[name]


def _find(world: World, name: str) -> SavedWorld:
    found = world.snapshots.get(name)
    if found is None:
        raise resource_missing("The snapshot", name)
    return found
