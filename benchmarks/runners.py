"""The command lines that are compared, each made ready and checked before anything is timed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import IO
from urllib.request import urlopen

import orjson

from benchmarks.stub import REQUESTS_PER_FLOW

PACKAGE = "@redocly/cli"
REPOSITORY = Path(__file__).parents[1]
SOURCES = ("knockUsersApi", "knockBulkOperationsApi", "knockWorkflowsApi")


@dataclass(frozen=True, slots=True)
class Runner:
    """One program that runs the flow: its command line, and what it needs in the environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> float:
        """Run the flow once and return the wall time of the whole process in seconds.

        Raises:
            RuntimeError: it did not pass.
        """
        started = perf_counter()
        done = subprocess.run(  # noqa: S603  # our own command lines
            self.command, capture_output=True, text=True, env=os.environ | self.environment, check=False, timeout=120
        )
        seconds = perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"{self.name} failed with exit code {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return seconds

    def check(self, stub: str) -> None:
        """Raise RuntimeError unless the flow passes with exactly the requests it consists of."""
        before = count_requests(stub)
        self.run()
        sent = count_requests(stub) - before
        if sent != REQUESTS_PER_FLOW:
            raise RuntimeError(f"{self.name} sent {sent} requests, not {REQUESTS_PER_FLOW}")


def count_requests(stub: str) -> int:
    """Return how many requests the stub has answered."""
    with urlopen(f"{stub}/count", timeout=10) as answer:  # noqa: S310  # the stub's own address
        return int(answer.read())


@contextmanager
def running_stub() -> Iterator[str]:
    """Run the stub in a process of its own for the length of a `with` block; gives its address."""
    command = (sys.executable, "-m", "benchmarks.stub")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:  # noqa: S603  # ours
        try:
            yield _stdout(process).readline().strip()
        finally:
            process.terminate()


def _stdout(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    return process.stdout


def place_flow(folder: Path, descriptions: Path | None) -> Path:
    """Return the flow; with a folder of descriptions of the same names, a copy of it beside copies of those."""
    flow = Path(__file__).with_name("flow.yaml")
    if descriptions is None:
        return flow
    for description in descriptions.glob("*-openapi.yml"):
        shutil.copy(description, folder)
    copy = folder / flow.name
    copy.write_text(flow.read_text(encoding="utf-8").replace("../fixtures/openapi/", ""), encoding="utf-8")
    return copy


def own_runner(flow: Path, inputs: Path, stub: str) -> Runner:
    """Return `mock-knock run` against the stub; respect does not wait between polls, so neither does it."""
    given = ("--inputs", str(inputs), "--target", stub, "--poll-interval", "0")
    bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # kept between runs, as an installed package has it
    return Runner("mock-knock", (sys.executable, "-m", "mock_knock", "run", str(flow), *given), bytecode)


def respect_runner(flow: Path, values: Mapping[str, object], stub: str, cache: Path) -> Runner:
    """Return `redocly respect` against the stub, started by node itself: npx would add its own start."""
    servers = tuple(word for name in SOURCES for word in ("-S", f"{name}={stub}"))
    program = str(cache / "node_modules" / ".bin" / "redocly")
    command = ("node", program, "respect", str(flow), *servers, "--input", orjson.dumps(values).decode())
    return Runner("respect", command, {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})


def install_respect(cache: Path) -> None:
    """Install respect into a folder outside the repository; raises CalledProcessError."""
    cache.mkdir(parents=True, exist_ok=True)
    npm = ("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(cache), PACKAGE)
    subprocess.run(npm, check=True)  # noqa: S603  # our own command line


def respect_version(cache: Path) -> str | None:
    """Return the version that is installed in the cache folder, or None."""
    manifest = cache / "node_modules" / PACKAGE / "package.json"
    return orjson.loads(manifest.read_bytes())["version"] if manifest.exists() else None


def interleave(runners: Sequence[Runner], rounds: int) -> dict[str, list[float]]:
    """Time the runners by turns, so that whatever else this machine does meets all of them."""
    seconds: dict[str, list[float]] = {runner.name: [] for runner in runners}
    for _ in range(rounds):
        for runner in runners:
            seconds[runner.name].append(runner.run())
    return seconds
