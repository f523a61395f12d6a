"""What was measured beside what was promised: figures, their goals, and the table of both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import machine, machine_class

MISSED: Final = 1
"""Exit code of a benchmark that misses a goal."""
NO_GOAL: Final = "-"


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that a figure may be; where it `excludes_limit` it must stay below."""

    limit: float
    _: KW_ONLY
    excludes_limit: bool = False

    def is_met_by(self, value: float) -> bool:
        """Tell whether a figure is no more than it may be."""
        return value < self.limit if self.excludes_limit else value <= self.limit

    def tell(self) -> str:
        """Return the goal in words."""
        return f"{'under' if self.excludes_limit else 'at most'} {self.limit:,g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was measured: its value in a unit, what it was made of, and its goal, if there is one."""

    name: str
    value: float
    unit: str
    made_of: str = ""
    goal: Goal | None = None

    @property
    def is_missed(self) -> bool:
        """Whether there is a goal and the figure is beyond it."""
        return self.goal is not None and not self.goal.is_met_by(self.value)

    @property
    def verdict(self) -> str:
        """Whether the goal is met, and if not, by how much it is missed."""
        if self.goal is None:
            return NO_GOAL
        if not self.is_missed:
            return "yes"
        percent = (self.value / self.goal.limit - 1) * 100
        return f"**no**, by {f'{percent:,.0f}' if percent >= 1 else 'less than 1'} %"


def render_figures(figures: Iterable[Figure]) -> str:
    """Return the table: Markdown, for a terminal and for a README alike."""
    lines = ["| measured | of which | result | goal | met |", "|---|---|---:|---|---|"]
    for each in figures:
        goal = NO_GOAL if each.goal is None else each.goal.tell()
        cells = (each.name, each.made_of or NO_GOAL, f"{show(each.value)} {each.unit}", goal, each.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def show(value: float) -> str:
    """Return a figure with three digits, or all of those before the point."""
    size = abs(value)
    if size >= 100:  # noqa: PLR2004  # three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"  # noqa: PLR2004  # as above


def as_json(figures: Iterable[Figure]) -> Mapping[str, Any]:
    """Return everything as JSON has it, with the class of the machine."""
    found = [
        {
            "name": each.name,
            "value": each.value,
            "unit": each.unit,
            "made_of": each.made_of,
            "goal": None if each.goal is None else each.goal.tell(),
            "is_missed": each.is_missed,
        }
        for each in figures
    ]
    return {"machine": machine(), "figures": found}


def report(figures: Sequence[Figure], path: Path | None) -> int:
    """Print the table, write it as JSON where that is asked for, and return the exit code: 1 when a goal is missed."""
    print(f"{machine_class()}\n\n{render_figures(figures)}")  # noqa: T201  # the table is what it is for
    if path is not None:
        path.write_bytes(json.dumps(as_json(figures), indent=2).encode())
    return MISSED if any(each.is_missed for each in figures) else 0
