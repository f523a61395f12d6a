"""Times starts: `mock-knock --help`, and `mock-knock serve` to its first answer, with memory and latency after it.

`python -m benchmarks.start [--quick] [--cache FOLDER] [--json PATH]`; see GROWTH.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from benchmarks.goals import Figure, Goal, report, show
from benchmarks.load.__main__ import CACHE
from benchmarks.load.candidates import OURS, Candidate, comparisons, own_candidates, peer_candidates
from benchmarks.load.loads import LOADS
from benchmarks.load.serving import Running, cores, running
from benchmarks.load.wrk import PROGRAM, Reading, Unanswered, is_installed, send, write_script

PRISM: Final = "prism"
HELP_SECONDS: Final = Goal(0.15)
START_SECONDS: Final = Goal(0.5)
START_RATIO: Final = Goal(0.3)
IDLE_MEGABYTES: Final = Goal(80)
P99_MILLISECONDS: Final = Goal(2)
_BYTECODE: Final = {"PYTHONDONTWRITEBYTECODE": ""}
"""Bytecode is kept between runs, as an installed package has it."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured: rounds beside the first one, which warms up and does not count, and seconds of load."""

    rounds: int = 9
    seconds: float = 3.0
    warm_seconds: float = 1.0

    @classmethod
    def quick(cls) -> Extent:
        """Return what gives a first idea."""
        return cls(rounds=3, seconds=1.0)


@dataclass(frozen=True, slots=True)
class Start:
    """How a server started: seconds to its first answer, megabytes after it, and latency on one connection, if any."""

    seconds: float
    megabytes: float
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Readings:
    """What was measured, round by round: seconds of commands and starts of servers, each by its name."""

    commands: dict[str, list[float]] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)

    def without_first(self) -> Readings:
        """Return them without the first round, which warms up."""
        commands = {name: each[1:] for name, each in self.commands.items()}
        return Readings(commands, {name: each[1:] for name, each in self.starts.items()})


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it as JSON where that is asked for."""
    given = _parser().parse_args(arguments)
    if not is_installed():
        _tell(f"there is no {PROGRAM}: python -m benchmarks.load --install gets it")
        return 4
    peers = [each for each in peer_candidates(given.cache) if each.name == PRISM]
    if not peers:
        _tell(f"there is no {PRISM} in {given.cache}: python -m benchmarks.load --install gets it")
    with tempfile.TemporaryDirectory() as name:
        found = measure((*own_candidates(), *peers), Extent.quick() if given.quick else Extent(), Path(name), _tell)
    return report([*figures(found)], given.json)


def commands() -> dict[str, Sequence[str]]:
    """Return the commands that are timed; the interpreter alone is the floor of the other one."""
    script = Path(sys.executable).with_name("mock-knock")
    ours = (str(script),) if script.exists() else (sys.executable, "-m", "mock_knock")
    return {"`mock-knock --help`": (*ours, "--help"), "`python -c pass`": (sys.executable, "-c", "pass")}


def measure(candidates: Sequence[Candidate], extent: Extent, folder: Path, told: Callable[[str], None]) -> Readings:
    """Start everything by turns, so that whatever else this machine does meets all of it."""
    found = Readings()
    for number in range(extent.rounds + 1):
        for name, command in commands().items():
            found.commands.setdefault(name, []).append(time_command(command))
        for candidate in candidates:
            told(f"round {number} of {extent.rounds}: {candidate.name}")
            found.starts.setdefault(candidate.name, []).append(start_once(candidate, extent, folder))
    return found.without_first()


def time_command(command: Sequence[str]) -> float:
    """Return the wall time of a command in seconds; raises CalledProcessError."""
    begin = perf_counter()
    subprocess.run(command, env=os.environ | _BYTECODE, check=True, capture_output=True)  # noqa: S603  # our own
    return perf_counter() - begin


def start_once(candidate: Candidate, extent: Extent, folder: Path) -> Start:
    """Start a server, look at its memory, and ask it on one connection."""
    of_server, of_load = cores()
    environment = ("env", *(f"{name}={value}" for name, value in _BYTECODE.items()))
    with running(candidate, folder, (*of_server, *environment)) as server:
        megabytes = server.memory()
        return Start(server.start_seconds, megabytes, latency(server, extent, folder, of_load))


def latency(server: Running, extent: Extent, folder: Path, on_core: Sequence[str]) -> Reading | None:
    """Return how W1 fares on one connection, or None where a request was lost or refused."""
    script, url = write_script(LOADS[0], folder), server.url + LOADS[0].path
    try:
        send(script, url, connections=1, seconds=extent.warm_seconds, on_core=on_core)
        return send(script, url, connections=1, seconds=extent.seconds, on_core=on_core)
    except Unanswered:
        return None


def figures(found: Readings) -> Iterator[Figure]:
    """Return the figures of everything that was measured, with the goals of our own."""
    for name, seconds in found.commands.items():
        yield _figure(name, seconds, "s", HELP_SECONDS if OURS in name else None)
    for name, starts in found.starts.items():
        seconds = [each.seconds for each in starts]
        yield _figure(f"start to the first answer: {name}", seconds, "s", _own(name, START_SECONDS))
    yield from _beside_prism(found)
    for name, starts in found.starts.items():
        megabytes = [each.megabytes for each in starts]
        yield _figure(f"memory after the first answer: {name}", megabytes, "MB", _own(name, IDLE_MEGABYTES))
    for name, starts in found.starts.items():
        readings = [each.reading for each in starts if each.reading is not None]
        yield from _latencies(name, readings) if readings else ()
    yield from _latencies_beside(found)


def _own(name: str, goal: Goal) -> Goal | None:
    """Return the goal, which is one of the fake alone, on whichever server."""
    return goal if name.startswith(OURS) else None


def _beside_prism(found: Readings) -> Iterator[Figure]:
    for name in (each for each in found.starts if each.startswith(OURS) and PRISM in found.starts):
        pairs = zip(found.starts[name], found.starts[PRISM], strict=True)
        ratios = [ours.seconds / theirs.seconds for ours, theirs in pairs]
        yield _figure(f"start of {name} beside that of {PRISM}", ratios, "x", START_RATIO)


def _latencies_beside(found: Readings) -> Iterator[Figure]:
    """Return how p99 compares round by round, which says more on a busy machine than the milliseconds do."""
    for ours, other in comparisons([*found.starts]):
        pairs = zip(found.starts[ours], found.starts[other], strict=True)
        ratios = [one.reading.p99 / two.reading.p99 for one, two in pairs if one.reading and two.reading]
        if ratios:
            yield _figure(f"p99 of {ours} beside that of {other}", ratios, "x", None)


def _latencies(name: str, readings: Sequence[Reading]) -> Iterator[Figure]:
    on = f"W1 on one connection: {name}"
    yield _figure(f"p50 of {on}", [each.p50 for each in readings], "ms", None)
    yield _figure(f"p99 of {on}", [each.p99 for each in readings], "ms", _own(name, P99_MILLISECONDS))


def _figure(name: str, values: Sequence[float], unit: str, goal: Goal | None) -> Figure:
    """Return the median, beside the lowest and the highest."""
    return Figure(name, median(values), unit, f"{show(min(values))} to {show(max(values))}", goal)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201  # how far it is


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first idea")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the peers are kept")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures, with the class of the machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
