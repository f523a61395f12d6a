"""How a world becomes a seed and is filled with it again."""

from __future__ import annotations

from typing import Any

from mock_knock.domain.seed import Seed
from mock_knock.domain.seed_format import parse_seed
from mock_knock.service import World
from mock_knock.service.gathering import gather
from mock_knock.service.runs import read_run
from tests.service.small_world import KEY, START, UNKNOWN, new_knock


def world_of(**members: Any) -> World:
    """Return a new world that begins with a seed."""
    return new_knock(seed=parse_seed({"version": 1, **members})).world(KEY)


def test_other_names_of_a_run() -> None:
    """A run that has other names keeps them, in their order."""
    run = {"id": UNKNOWN, "recipient": "ada", "aliases": ["first", "second"]}
    found = gather(world_of(workflow_runs=[{"workflow": "welcome", "recipient_runs": [run]}]))
    (gathered,) = found.runs[0].recipient_runs
    assert ("first", "second") == gathered.aliases
    again = new_knock(seed=found).world(KEY)
    assert UNKNOWN == read_run(again, "second").recipient_run.id
    assert found == gather(again)


def test_facts_in_place_of_others() -> None:
    """What is loaded takes the place of all there was; without an instant of its own it is of now."""
    knock = new_knock(seed=parse_seed({"version": 1, "users": [{"id": "ada"}], "tenants": [{"id": "acme"}]}))
    world = knock.world(KEY)
    world.clock.advance(60)
    knock.load(world, parse_seed({"version": 1, "users": [{"id": "bob"}], "workflows": [{"key": "welcome"}]}))
    found = gather(world)
    assert (["bob"], (), {"welcome"}) == (
        [each.row["id"] for each in found.users],
        found.tenants,
        set(found.catalog.workflows),
    )
    assert 60 == ((found.users[0].updated_at or START) - START).total_seconds()
    knock.load(world, Seed())
    assert () == gather(world).users
