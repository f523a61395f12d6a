"""What bodies of many users cost: by their size, and when they are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from benchmarks.goals import Figure, Goal
from benchmarks.growth.sizes import FLAT, Sizes
from benchmarks.growth.turns import Ask, Side, measure_by_turns, ratio_figure
from benchmarks.growth.worlds import World, new_worlds, users
from benchmarks.load.loads import IDENTIFY, TRIGGER

REFUSED = Goal(2.0)
"""How many times as much a refused body may cost as an accepted one."""
ANSWER = Goal(10.0, excludes_limit=True)
"""Kilobytes of the answer to a refused body."""
UNPROCESSABLE = 422


def by_size(sizes: Sizes) -> Iterator[Figure]:
    """Measure what a user costs in bodies of several sizes: accepted, and until the users are there."""
    amounts = [max(1, sizes.batch // 100), max(1, sizes.batch // 10), sizes.batch]
    for what, is_settled in (("accepted", False), ("accepted and processed", True)):
        with new_worlds() as new_world:
            sides = [_identifying(new_world(), amount, is_settled=is_settled) for amount in amounts]
            costs = measure_by_turns(sides, sizes.large)
        for (few, less), (many, more) in pairwise(zip(amounts, costs, strict=True)):
            name = f"identify, {what}, a user of {few:,} and of {many:,}"
            yield ratio_figure(name, less, more, FLAT)


def _identifying(world: World, amount: int, *, is_settled: bool) -> Side:
    ask = world.request("POST", IDENTIFY, {"users": users(amount)})

    def ask_and_settle() -> None:
        ask()
        world.settle()

    def ready() -> Ask:
        world.reset()
        return ask_and_settle if is_settled else ask

    return Side(ready, amount)


def refused(sizes: Sizes) -> Iterator[Figure]:
    """Measure refused bodies beside the accepted one of the same size, and their answers."""
    with new_worlds() as new_world:
        world = new_world()
        for what, path, member in (("identify", IDENTIFY, "users"), ("inline recipients", TRIGGER, "recipients")):
            yield from _refused(world, f"{what} of {sizes.batch:,}", path, member, sizes)


def _refused(world: World, what: str, path: str, member: str, sizes: Sizes) -> Iterator[Figure]:
    wrong = wrong_bodies(sizes.batch)
    asks = [world.request("POST", path, {member: users(sizes.batch)})]
    asks += [world.request("POST", path, {member: each}, status=UNPROCESSABLE) for each in wrong.values()]
    accepted, *costs = measure_by_turns([_anew(world, ask) for ask in asks], sizes.large)
    for (name, body), cost in zip(wrong.items(), costs, strict=True):
        yield ratio_figure(f"{what}, {name}: beside accepted", accepted, cost, REFUSED)
        answer = world.request("POST", path, {member: body}, status=UNPROCESSABLE)()
        yield Figure(f"{what}, {name}: the answer", len(answer) / 1e3, "kB", goal=ANSWER)


def _anew(world: World, ask: Ask) -> Side:
    """Return a side whose world is empty when a turn begins."""

    def ready() -> Ask:
        world.reset()
        return ask

    return Side(ready)


def wrong_bodies(amount: int) -> Mapping[str, list[dict[str, object]]]:
    """Return users that are refused, by what is wrong with them."""
    one = users(amount)
    del one[(amount - 1) // 2]["id"]
    return {
        "one without id": one,
        "each id a number": [{**each, "id": number} for number, each in enumerate(users(amount))],
        "all without id": [{"name": each["name"]} for each in users(amount)],
    }
