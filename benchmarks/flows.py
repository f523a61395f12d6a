"""Times one flow by command line against `redocly respect`, and flows per second in this process.

`python -m benchmarks.flows [--install] [--quick] [--openapi DIR] [--json PATH]`; see README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.in_process import Rates, fake_bench, network_bench, stub_bench
from benchmarks.machine import machine, machine_class
from benchmarks.runners import (
    REPOSITORY,
    Runner,
    install_respect,
    interleave,
    own_runner,
    place_flow,
    respect_runner,
    respect_version,
    running_stub,
)
from benchmarks.stub import REQUESTS_PER_FLOW
from mock_knock.files import read_document

INPUTS = REPOSITORY / "fixtures" / "inputs" / "bulk-identify-users-notify.yaml"
CACHE = Path.home() / ".cache" / "mock-knock-benchmarks"
BUSY = "flows/s CPU"
"""The unit of what other work on the same machine changes least."""
GOALS = {"wall time, ratio to respect": "at most 0.8, aim 0.5", "flows/s in process": "at least 300, aim 500"}


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one thing."""

    name: str
    unit: str
    median: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, name: str, unit: str, values: Sequence[float]) -> Spread:
        """Sum up measurements."""
        return cls(name, unit, median(values), min(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    processes: int = 15
    rounds: int = 5
    flows: int = 200

    @classmethod
    def quick(cls) -> Extent:
        """Return what gives a first idea."""
        return cls(processes=5, rounds=3, flows=50)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write it as JSON where that is asked for."""
    given = _parser().parse_args(arguments)
    if given.install:
        install_respect(given.cache)
    extent = Extent.quick() if given.quick else Extent()
    values = read_document(INPUTS).value
    with tempfile.TemporaryDirectory() as folder, running_stub() as stub:
        flow = place_flow(Path(folder), given.openapi)
        spreads = time_commands(flow, values, stub, given.cache, extent) if not given.no_commands else []
        spreads += time_in_process(flow, values, stub, extent)
    result = {"machine": machine(), "respect": respect_version(given.cache), "goals": GOALS, "ratios": ratios(spreads)}
    print(render(result, spreads))  # noqa: T201  # the table is what it is for
    if given.json:
        document = result | {"measurements": [asdict(spread) for spread in spreads]}
        given.json.write_bytes(json.dumps(document, indent=2).encode())


def time_commands(flow: Path, values: Mapping[str, Any], stub: str, cache: Path, extent: Extent) -> list[Spread]:
    """Time whole processes by turns; without respect in the cache only our own."""
    runners: list[Runner] = [own_runner(flow, INPUTS, stub)]
    if respect_version(cache) is not None:
        runners.append(respect_runner(flow, values, stub, cache))
    for runner in runners:
        runner.check(stub)
    seconds = interleave(runners, extent.processes)
    return [Spread.of(name, "s", measured) for name, measured in seconds.items()]


def time_in_process(flow: Path, values: Mapping[str, Any], stub: str, extent: Extent) -> list[Spread]:
    """Count flows per second against the stub and the fake in this process, and against the stub over HTTP."""
    benches = {
        "in process, stub": stub_bench(flow, values),
        "in process, fake": fake_bench(flow, values),
        "over HTTP, stub": network_bench(flow, values, stub),
    }
    rates: dict[str, list[Rates]] = {name: [] for name in benches}
    for _ in range(extent.rounds):
        for name, bench in benches.items():
            rates[name].append(bench.flows_per_second(extent.flows))
    passed = [Spread.of(name, "flows/s", [each.passed for each in found]) for name, found in rates.items()]
    return passed + [Spread.of(name, BUSY, [each.busy for each in found]) for name, found in rates.items()]


def ratios(spreads: Sequence[Spread]) -> dict[str, float]:
    """Return what may be compared between machines."""
    found = {spread.name: spread.median for spread in spreads}
    if "respect" not in found or "mock-knock" not in found:
        return {}
    return {"mock-knock / respect, wall time": round(found["mock-knock"] / found["respect"], 3)}


def render(result: Mapping[str, Any], spreads: Sequence[Spread]) -> str:
    """Return the table as text."""
    lines = [
        f"{machine_class()}, respect {result['respect']}",
        f"one flow = {REQUESTS_PER_FLOW} requests, all judged",
        f"{'':<18}{'unit':>12}{'median':>10}{'lowest':>10}{'highest':>10}{'rounds':>8}",
    ]
    for each in spreads:
        figures = "".join(f"{value:>10.3f}" for value in (each.median, each.lowest, each.highest))
        lines.append(f"{each.name:<18}{each.unit:>12}{figures}{each.rounds:>8}")
    lines += [f"{name}: {ratio:.2f}" for name, ratio in result["ratios"].items()]
    lines += [
        f"{each.name}: {each.median * REQUESTS_PER_FLOW:.0f} requests/s" for each in spreads if each.unit == "flows/s"
    ]
    return "\n".join((*lines, *(f"goal: {name} {goal}" for name, goal in result["goals"].items())))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flows", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install respect from npm into the cache folder first")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first idea")
    parser.add_argument("--no-commands", action="store_true", help="only what runs in this process")
    parser.add_argument("--openapi", type=Path, metavar="DIR", help="other descriptions of the same names")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="where respect is installed")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures there")
    return parser


if __name__ == "__main__":
    main()
