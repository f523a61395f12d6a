"""Which server carries our application fastest: requests a second on those that could, by turns.

python -m benchmarks.servers [--servers waitress granian] [--quick] [--json PATH]; see README.md in this folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import orjson

from benchmarks.foreign_servers import FOREIGN
from benchmarks.load.candidates import FOR_LOAD, OURS, Candidate, own_candidates
from benchmarks.load.loads import LOADS
from benchmarks.load.measuring import Extent, Readings, as_json, measure
from benchmarks.load.serving import cores, running
from benchmarks.load.table import shown_rate, shown_ratio, table
from benchmarks.load.wrk import PROGRAM, is_installed
from benchmarks.machine import machine_class
from mock_knock.commands.serve import GRANIAN, WAITRESS

MEASURED: Final = ("W1", "W3", "W4")
"""A small body, a large one, and none."""
_OWN: Final = {OURS: WAITRESS, FOR_LOAD: GRANIAN}


def candidates() -> list[Candidate]:
    """Return our application on each server that is installed, by the name of the server; waitress comes first."""
    own = [replace(each, name=_OWN[each.name]) for each in own_candidates() if each.name in _OWN]
    foreign = [_foreign(name) for name in FOREIGN if find_spec(name)]
    return [*sorted(own, key=lambda each: each.name != WAITRESS), *foreign]


def _foreign(name: str) -> Candidate:
    words = (sys.executable, "-m", "benchmarks.foreign_servers", "--server", name, "--port")
    return Candidate(name, lambda port, _: (*words, str(port)), f"{name} {version(name)}")


def render(found: Readings, names: Sequence[str]) -> str:
    """Return the table: requests a second, and how many times those of waitress they are."""

    def cell(name: str, column: str) -> str:
        load, _, kind = column.partition(" ")
        return shown_ratio(found.ratio(name, WAITRESS, load)) if kind else shown_rate(found.rate(name, load))

    columns = [*MEASURED, *(f"{load} / {WAITRESS}" for load in MEASURED)]
    return "\n".join(table("requests/s", names, columns, cell))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    given = _parser().parse_args(arguments)
    if not is_installed():
        _tell(f"there is no {PROGRAM}: python -m benchmarks.load --install gets it")
        return 4
    chosen = [each for each in candidates() if each.name in {WAITRESS, *given.servers}]
    extent = Extent.quick() if given.quick else Extent()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        of_server, of_load = cores()
        servers = [stack.enter_context(running(each, Path(name), of_server)) for each in chosen]
        for each in servers:
            if taken := each.wrongly_accepted():
                raise SystemExit(f"{each.candidate.name} takes {', '.join(taken)}")
        loads = [load for load in LOADS if load.name in MEASURED]
        found = measure(servers, loads, extent, Path(name), of_load, _tell)
    for (server, load), why in found.failed.items():
        _tell(f"{server} has no figures for {load}: {why}")
    told = f"{machine_class()}; {', '.join(each.version for each in chosen)}; {extent.connections} connections"
    print(f"{told}\n\n{render(found, [each.name for each in chosen])}")  # noqa: T201
    if given.json:
        given.json.write_bytes(orjson.dumps({"machine": machine_class(), "readings": as_json(found)}))
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201  # how far it is


def _parser() -> argparse.ArgumentParser:
    names = (WAITRESS, GRANIAN, *FOREIGN)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.servers", description=__doc__)
    parser.add_argument("--servers", nargs="+", choices=names, default=names, help="these, beside waitress")
    parser.add_argument("--quick", action="store_true", help="one round: a first idea")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every reading")
    return parser


if __name__ == "__main__":
    sys.exit(main())
