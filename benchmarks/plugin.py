"""Times what a Knock costs a test of pytest, and the first of a session, side by side with the same test without.

`python -m benchmarks.plugin [--quick] [--json PATH]`; see README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import orjson

from benchmarks.flows import Spread
from benchmarks.machine import machine
from benchmarks.runners import REPOSITORY

GOALS = {"a test with `knock` more than one without": "under 1 ms", "start of the fake in a session": "under 0.5 s"}
OTHERS = ("hypothesispytest", "schemathesis", "cacheprovider", "pytest_cov", "xdist", "anyio")
"""Plugins that have no part in this."""
RECORDER = """\
import json
import os
import time

import pytest

MEASURED = {"passed": [], "busy": []}
CLOCKS = {"passed": time.perf_counter, "busy": time.process_time}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol():
    begin = {name: clock() for name, clock in CLOCKS.items()}
    result = yield
    for name, clock in CLOCKS.items():
        MEASURED[name].append(clock() - begin[name])
    return result


def pytest_sessionfinish(exitstatus):
    assert exitstatus == 0
    with open(os.environ["MEASURED"], "w") as file:
        json.dump(MEASURED, file)
"""
TEST = """\
import pytest


@pytest.mark.parametrize("number", range({tests}))
def test_it({fixture}number):
    pass
"""
FIXTURES: Mapping[str, str] = {"plain": "", "knock": "knock, "}
CLOCKS = {"passed": "wall", "busy": "CPU"}


@dataclass(frozen=True, slots=True)
class Session:
    """A session of pytest: seconds of each of its tests, in order, by clock."""

    passed: Sequence[float]
    busy: Sequence[float]

    def first(self, clock: str) -> float:
        """Return the first test, in which a fake starts."""
        return self._seconds(clock)[0]

    def usual(self, clock: str) -> float:
        """Return the median of the others."""
        return median(self._seconds(clock)[1:])

    def _seconds(self, clock: str) -> Sequence[float]:
        return self.passed if clock == "passed" else self.busy


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    rounds: int = 9
    tests: int = 400

    @classmethod
    def quick(cls) -> Extent:
        """Return what gives a first idea."""
        return cls(rounds=3, tests=100)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write it as JSON where that is asked for."""
    given = _parser().parse_args(arguments)
    extent = Extent.quick() if given.quick else Extent()
    with tempfile.TemporaryDirectory() as folder:
        pairs = measure(Path(folder), extent)
    spreads = sum_up(pairs)
    print(render(spreads, extent))  # noqa: T201  # the table is what it is for
    if given.json:
        document = {"machine": machine(), "goals": GOALS, "measurements": [asdict(each) for each in spreads]}
        given.json.write_bytes(json.dumps(document, indent=2).encode())


def measure(folder: Path, extent: Extent) -> list[dict[str, Session]]:
    """Run sessions without and with the fixture by turns, so that whatever else this machine does meets both."""
    (folder / "conftest.py").write_text(RECORDER, encoding="utf-8")
    for name, fixture in FIXTURES.items():
        text = TEST.format(tests=extent.tests, fixture=fixture)
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
    return [{name: run_session(folder, name) for name in FIXTURES} for _ in range(extent.rounds)]


def run_session(folder: Path, name: str) -> Session:
    """Run one session in a process of its own; raises CalledProcessError unless every test passes."""
    left_out = tuple(word for each in OTHERS for word in ("-p", f"no:{each}"))
    command = (sys.executable, "-m", "pytest", "-q", *left_out, f"test_{name}.py")
    measured = folder / "measured.json"
    search = os.pathsep.join((str(REPOSITORY), os.environ.get("PYTHONPATH", "")))
    bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # kept between runs, as an installed package has it
    environment = os.environ | {"MEASURED": str(measured), "PYTHONPATH": search} | bytecode
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)  # noqa: S603  # our own
    return Session(**orjson.loads(measured.read_bytes()))


def sum_up(pairs: Sequence[Mapping[str, Session]]) -> list[Spread]:
    """Return the figures, each of a pair of sessions that ran one after the other."""
    found: list[Spread] = []
    for clock, name in CLOCKS.items():
        plain = [each["plain"].usual(clock) * 1_000 for each in pairs]
        knock = [each["knock"].usual(clock) * 1_000 for each in pairs]
        starts = [each["knock"].first(clock) - each["plain"].first(clock) for each in pairs]
        more = [one - other for one, other in zip(knock, plain, strict=True)]
        ratios = [one / other for one, other in zip(knock, plain, strict=True)]
        found += [
            Spread.of("empty test", f"ms {name}", plain),
            Spread.of("with knock", f"ms {name}", knock),
            Spread.of("difference", f"ms {name}", more),
            Spread.of("ratio", name, ratios),
            Spread.of("session start", f"s {name}", starts),
        ]
    return found


def render(spreads: Sequence[Spread], extent: Extent) -> str:
    """Return the table as text."""
    class_ = machine()
    lines = [
        f"{class_['cores']} cores, {class_['architecture']}, Python {class_['python']}, {extent.tests} tests a session",
        f"{'':<18}{'unit':>10}{'median':>10}{'lowest':>10}{'highest':>10}{'rounds':>8}",
    ]
    for each in spreads:
        figures = "".join(f"{value:>10.3f}" for value in (each.median, each.lowest, each.highest))
        lines.append(f"{each.name:<18}{each.unit:>10}{figures}{each.rounds:>8}")
    return "\n".join((*lines, *(f"goal: {name}: {goal}" for name, goal in GOALS.items())))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plugin", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first idea")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures, with the class of the machine")
    return parser


if __name__ == "__main__":
    main()
