"""What is stored takes in memory: bytes that Python has allocated for it, counted by tracemalloc."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.goals import Figure, Goal
from benchmarks.growth.bodies import UNPROCESSABLE, wrong_bodies
from benchmarks.growth.sizes import Sizes
from benchmarks.growth.worlds import World, fill_with_users, new_worlds, operation_path
from benchmarks.load.loads import IDENTIFY, TRIGGER, user

LEFT = Goal(5.0, excludes_limit=True)
"""Megabytes that requests may leave behind which create nothing, before memory is collected."""


def bytes_stored(sizes: Sizes) -> Iterator[Figure]:
    """Count the bytes of users, operations and runs; of the journal one entry is kept, so that it does not count.

    What is asked for with a body that never came before is also remembered by the tallies, up to 100,000 times, and the
    answer for an idempotency key up to 10,000 times.
    """
    amount = sizes.counted
    with new_worlds(journal_entries=1) as new_world, _counting():
        world = new_world()
        fill_with_users(world, 1)  # what the first request of all makes stays
        for name, fill in (
            ("a user, with its row of an operation", fill_with_users),
            ("the same user again: its row of one more operation", fill_with_users),
            ("an operation of one user", _identify_alike),
            ("an operation of one user, its body never sent before", _identify_anew),
            ("a run of one recipient", _trigger_alike),
            ("a run of one recipient, its body never sent before", _trigger_anew),
            ("a run of one recipient, with an idempotency key", _trigger_with_key),
        ):
            yield _count(name, world, amount, fill)


def bytes_left(sizes: Sizes) -> Iterator[Figure]:
    """Count what requests leave behind that create nothing, before the collector of memory comes, which is rarely.

    A large body that hangs on a cycle of objects stays until then.
    """
    with new_worlds(journal_entries=1) as new_world, _counting():
        world = new_world()
        path = operation_path(world.identify([user(0)]))
        world.settle()
        refused = wrong_bodies(sizes.batch)["one without id"]
        read = world.request("GET", path)
        refuse = world.request("POST", IDENTIFY, {"users": refused}, status=UNPROCESSABLE)
        yield _count_left("GETs of an operation", read, sizes.counted)
        yield _count_left(f"refused bodies of {sizes.batch:,} users", refuse, sizes.counted // 20)


def _count_left(name: str, ask: Callable[[], object], amount: int) -> Figure:
    ask()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(amount):
        ask()
    more = tracemalloc.get_traced_memory()[0] - before
    return Figure(f"memory left by {amount:,} {name}", more / 1e6, "MB", f"{more / amount:,.0f} bytes each", LEFT)


def _identify_alike(world: World, amount: int) -> None:
    for _ in range(amount):
        world.identify([user(0)])
    world.settle()


def _identify_anew(world: World, amount: int) -> None:
    for number in range(amount):
        world.identify([{**user(0), "logins": number}])
    world.settle()


def _trigger_alike(world: World, amount: int) -> None:
    for _ in range(amount):
        world.ask("POST", TRIGGER, {"recipients": ["user-0"], "data": {"order": 17}})


def _trigger_anew(world: World, amount: int) -> None:
    for number in range(amount):
        world.ask("POST", TRIGGER, {"recipients": ["user-0"], "data": {"order": number}})


def _trigger_with_key(world: World, amount: int) -> None:
    for number in range(amount):
        value = {"recipients": ["user-0"], "data": {"order": 17}}
        world.request("POST", TRIGGER, value, idempotency_key=f"order-{number}")()


@contextmanager
def _counting() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def _count(name: str, world: World, amount: int, fill: Callable[[World, int], None]) -> Figure:
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    fill(world, amount)
    gc.collect()
    more = tracemalloc.get_traced_memory()[0] - before
    return Figure(f"memory of {name}", more / amount, "bytes", f"{more / 1e6:.1f} MB for {amount:,}")
