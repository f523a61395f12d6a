"""What single requests cost beside little and beside much that is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle

from benchmarks.goals import Figure
from benchmarks.growth.sizes import FLAT, Sizes
from benchmarks.growth.turns import Ask, Extent, Side, compare
from benchmarks.growth.worlds import (
    LONG,
    World,
    fill_with_operations,
    fill_with_runs,
    fill_with_users,
    new_worlds,
    operation_path,
)
from benchmarks.load.loads import IDENTIFY, TRIGGER, user

KNOWN = 10
"""Users of a world that has few of them."""
SPREAD = 500
"""Operations that are read one after the other."""


def beside_operations(sizes: Sizes) -> Iterator[Figure]:
    """Measure beside one and beside many bulk operations that have ended."""
    with new_worlds() as new_world:
        few, many = new_world(), new_world()
        read = [_known_operation(few), _known_operation(many)]
        stored = fill_with_operations(many, sizes.operations)
        beside = f"1 and {sizes.operations:,} stored operations"
        sides = [_steadily(world.request("GET", path)) for world, path in zip((few, many), read, strict=True)]
        yield compare(f"GET of one operation: {beside}", sides, sizes.usual, goal=FLAT)
        spread = _in_turn([many.request("GET", operation_path(each)) for each in _spread(stored)])
        yield compare(f"GET of any operation: {beside}", [sides[0], _steadily(spread)], sizes.usual, goal=FLAT)
        yield from _compare_writing(few, many, beside, sizes.usual)


def beside_users(sizes: Sizes) -> Iterator[Figure]:
    """Measure beside few and beside many known users."""
    with new_worlds() as new_world:
        few, many = new_world(), new_world()
        fill_with_users(few, KNOWN)
        fill_with_users(many, sizes.users)
        yield from _compare_writing(few, many, f"{KNOWN} and {sizes.users:,} known users", sizes.usual)


def beside_runs(sizes: Sizes) -> Iterator[Figure]:
    """Measure beside one and beside many runs; lists have no goal, a page of them looks through all that there are."""
    with new_worlds() as new_world:
        few, many = new_world(), new_world()
        for world, amount in ((few, 1), (many, sizes.runs)):
            fill_with_users(world, min(sizes.runs, sizes.batch))
            fill_with_runs(world, amount)
        beside = f"1 and {sizes.runs:,} stored runs"
        pages = [_steadily(each.request("GET", "/v1/workflow_recipient_runs")) for each in (few, many)]
        yield compare(f"a page of the runs: {beside}", pages, sizes.large)
        trigger = [_settled(each, each.request("POST", TRIGGER, _TRIGGER)) for each in (few, many)]
        yield compare(f"trigger for 1 recipient: {beside}", trigger, sizes.usual, goal=FLAT)


def beside_unfinished(sizes: Sizes) -> Iterator[Figure]:
    """Measure beside one and beside many bulk operations that are under way."""
    with new_worlds() as new_world:
        few, many = new_world(), new_world()
        ended = [operation_path(_known(world)) for world in (few, many)]
        fill_with_operations(few, 1, are_finished=False)
        fill_with_operations(many, sizes.under_way, are_finished=False)
        beside = f"1 and {sizes.under_way:,} operations under way"
        read = [_steadily(world.request("GET", path)) for world, path in zip((few, many), ended, strict=True)]
        yield compare(f"GET of an ended operation: {beside}", read, sizes.polls, goal=FLAT)
        polls = [_first_poll(each, is_alone=each is few) for each in (few, many)]
        yield compare(f"first poll of one: {beside}", polls, sizes.polls, goal=FLAT)
        for what, method, path, value in _SETTLING:
            sides = [_steadily(each.request(method, path, value)) for each in (few, many)]
            yield compare(f"{what}: {beside}", sides, sizes.polls, goal=FLAT)


def beside_journal(sizes: Sizes) -> Iterator[Figure]:
    """Measure with a journal that has few entries and with one that is full, so that each entry takes another's place.

    Worlds whose journal has few entries are new in each turn.
    """
    with new_worlds(journal_entries=sizes.journal) as new_world:
        full = new_world()
        path = operation_path(_known(full))
        for ask in [full.request("GET", path)] * sizes.journal:
            ask()
        beside = f"journal of few and of {sizes.journal:,} entries"

        def read_anew() -> Ask:
            world = new_world()
            return world.request("GET", operation_path(_known(world)))

        def identify_anew() -> Ask:
            world = new_world()
            _known(world)
            return world.request("POST", IDENTIFY, _IDENTIFY)

        extent = Extent(min(sizes.usual.turns, 200), sizes.usual.calls)  # a fake has a thousand worlds at most
        read = _steadily(full.request("GET", path))
        yield compare(f"GET of one operation: {beside}", [Side(read_anew), read], extent, goal=FLAT)
        identify = _settled(full, full.request("POST", IDENTIFY, _IDENTIFY))
        yield compare(f"identify of 1 user: {beside}", [Side(identify_anew), identify], extent, goal=FLAT)


_IDENTIFY = {"users": [user(0)]}
_TRIGGER = {"recipients": ["user-0"], "data": {"order": 17}}
_SETTLING = (
    ("trigger for 1 recipient", "POST", TRIGGER, _TRIGGER),
    ("GET of a user", "GET", "/v1/users/user-0", None),
    ("identify of 1 user", "POST", IDENTIFY, _IDENTIFY),
)


def _compare_writing(few: World, many: World, beside: str, extent: Extent) -> Iterator[Figure]:
    """Compare what users are identified, read and notified by; each turn begins with all operations ended."""
    for what, method, path, value in reversed(_SETTLING):
        sides = [_settled(each, each.request(method, path, value)) for each in (few, many)]
        yield compare(f"{what}: {beside}", sides, extent, goal=FLAT)


def _known(world: World) -> str:
    """Have a world know ten users, and return the operation that has brought them."""
    operation = world.identify([user(number) for number in range(KNOWN)])
    world.settle()
    return operation


def _known_operation(world: World) -> str:
    return operation_path(_known(world))


def _steadily(ask: Ask) -> Side:
    """Return a side that needs no preparation."""
    return Side(lambda: ask)


def _settled(world: World, ask: Ask) -> Side:
    """Return a side whose world has no operation under way when a turn begins."""

    def ready() -> Ask:
        world.settle()
        return ask

    return Side(ready)


def _first_poll(world: World, *, is_alone: bool) -> Side:
    """Return a side that polls a new operation for the first time; where it is alone, all others have ended."""

    def ready() -> Ask:
        world.settle(LONG if is_alone else 0)
        return world.request("GET", operation_path(world.identify([user(0)])))

    return Side(ready)


def _in_turn(asks: Sequence[Callable[[], bytes]]) -> Ask:
    """Return what sends these requests one after the other, over and over."""
    endless = cycle(asks)

    def ask() -> bytes:
        return next(endless)()

    return ask


def _spread(stored: Sequence[str]) -> Sequence[str]:
    """Return some of the stored operations, from all over."""
    return stored[:: max(1, len(stored) // SPREAD)]
