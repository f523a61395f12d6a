"""What requests cost, measured by turns: whatever else the machine does meets all that are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import thread_time
from typing import TypeAlias

from benchmarks.goals import Figure, Goal, show

Ask: TypeAlias = Callable[[], object]
Seconds: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things that are compared.

    Attributes:
        ready: makes ready for a turn, which is not timed, and returns what is then called and timed.
        parts: what the cost is divided by, such as the users of a request.
    """

    ready: Callable[[], Ask]
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured: turns beside the first one, which warms up and does not count, and calls of each."""

    turns: int = 200
    calls: int = 20


def measure_by_turns(sides: Sequence[Side], extent: Extent, clock: Seconds = thread_time) -> list[list[float]]:
    """Return what each call of each side cost in seconds, turn by turn; who comes first changes from turn to turn."""
    costs: list[list[float]] = [[] for _ in sides]
    for turn in range(extent.turns + 1):
        order = range(len(sides)) if turn % 2 else reversed(range(len(sides)))
        for number in order:
            costs[number].append(_measure(sides[number], extent.calls, clock))
    return [each[1:] for each in costs]


def _measure(side: Side, calls: int, clock: Seconds) -> float:
    ask = side.ready()
    begin = clock()
    for _ in range(calls):
        ask()
    return (clock() - begin) / calls / side.parts


def compare(
    name: str, sides: Sequence[Side], extent: Extent, *, goal: Goal | None = None, clock: Seconds = thread_time
) -> Figure:
    """Return how many times as much the second of two sides costs: the median over the turns."""
    first, second = measure_by_turns(sides, extent, clock)
    return ratio_figure(name, first, second, goal)


def ratio_figure(name: str, base: Sequence[float], other: Sequence[float], goal: Goal | None = None) -> Figure:
    """Return the ratio of costs that were measured by turns, beside the medians of both."""
    ratio = median(more / less for less, more in zip(base, other, strict=True))
    return Figure(name, ratio, "x", f"{microseconds(base)} and {microseconds(other)}", goal)


def microseconds(costs: Sequence[float]) -> str:
    """Return the median of costs in seconds as text."""
    return f"{show(median(costs) * 1e6)} µs"
