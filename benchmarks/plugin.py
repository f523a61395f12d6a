"""What the fixture `knock` costs: sessions with it and without it by turns, and the difference for each test.

python -m benchmarks.plugin
python -m benchmarks.plugin --rounds 3 --tests 500
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import click

PLAIN = "def test_{number}(own): pass\n"
KNOCK = "def test_{number}(knock): pass\n"
OWN = "import pytest\n\n@pytest.fixture\ndef own():\n    return object()\n\n"
"""Any fixture costs something; this one returns at once."""


def main() -> int:
    """Print the cost of the fixture for a test, and of the first one of a session."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plugin", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="sessions of each kind (default: 7)")
    parser.add_argument("--tests", type=int, default=1_000, help="tests of a long session (default: 1000)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = {
            (name, count): _session(Path(folder), line, count)
            for name, line in (("plain", PLAIN), ("knock", KNOCK))
            for count in (1, options.tests)
        }
        taken: dict[tuple[str, int], list[float]] = {each: [] for each in measured}
        with click.progressbar(length=options.rounds * len(measured), file=sys.stderr) as bar:
            for _ in range(options.rounds):
                for each, run in measured.items():
                    taken[each].append(run())
                    bar.update(1)
    seconds = {each: median(times) for each, times in taken.items()}
    start = seconds["knock", 1] - seconds["plain", 1]
    whole = seconds["knock", options.tests] - seconds["plain", options.tests]
    each = (whole - start) / (options.tests - 1)
    click.echo(f"one test, without the fixture   {seconds['plain', 1]:.3f} s")
    click.echo(f"one test, with it               {seconds['knock', 1]:.3f} s: starting the fake costs {start:.3f} s")
    click.echo(f"each further test               {each * 1_000:.3f} ms more than with a fixture that does nothing")
    return 0


def _session(folder: Path, line: str, count: int) -> Callable[[], float]:
    """Return what runs a session of so many tests in a process of its own and returns its wall time in seconds."""
    file = folder / f"test_{'knock' if line is KNOCK else 'plain'}_{count}.py"
    file.write_text(OWN + "".join(line.format(number=number) for number in range(count)), encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file))

    def run() -> float:
        started = perf_counter()
        subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603  # our own command line
        return perf_counter() - started

    return run


if __name__ == "__main__":
    sys.exit(main())
