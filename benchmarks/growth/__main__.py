"""Compares what requests cost by how much is stored, by the size of the body, and when it is refused.

`python -m benchmarks.growth [--quick] [--only WORD] [--json PATH]`; see GROWTH.md above this folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.goals import Figure, report
from benchmarks.growth.bodies import by_size, refused
from benchmarks.growth.memory import bytes_left, bytes_stored
from benchmarks.growth.sizes import Sizes
from benchmarks.growth.stored import (
    beside_journal,
    beside_operations,
    beside_runs,
    beside_unfinished,
    beside_users,
)

PARTS: Mapping[str, Callable[[Sizes], Iterable[Figure]]] = {
    "operations": beside_operations,
    "users": beside_users,
    "runs": beside_runs,
    "under-way": beside_unfinished,
    "journal": beside_journal,
    "size": by_size,
    "refused": refused,
    "memory": bytes_stored,
    "left": bytes_left,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it as JSON where that is asked for."""
    given = _parser().parse_args(arguments)
    sizes = Sizes.quick() if given.quick else Sizes()
    return report(measure(sizes, given.only or PARTS), given.json)


def measure(sizes: Sizes, names: Collection[str]) -> list[Figure]:
    """Measure the parts of these names, in the order of `PARTS`."""
    found: list[Figure] = []
    for name, part in PARTS.items():
        if name in names:
            for figure in part(sizes):
                _tell(figure)
                found.append(figure)
    return found


def _tell(figure: Figure) -> None:
    print(f"{figure.name}: {figure.value:.2f} {figure.unit}", file=sys.stderr)  # noqa: T201  # how far it is


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less is stored and measured: a first idea")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part; repeatable")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures, with the class of the machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
