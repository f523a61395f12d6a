"""What the time of a request is spent on: the stages of each load, in this process, by processor time.

python -m benchmarks.stages [--only W3] [--requests 300]

Times are medians in microseconds, and each contains those that are indented below it. To take the time of a stage takes
about a microsecond itself, which the stages around it contain, too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from statistics import median
from typing import Any, Final
from unittest.mock import patch

import orjson

from benchmarks.growth.worlds import World, new_worlds, users
from benchmarks.load.loads import LOADS, Load

STAGES: Final = (
    # depth, what it is, where it is looked up
    (1, "admission: key, world, instant", "mock_knock.web.lean", "enter_api"),
    (1, "validation", "mock_knock.web.api.bulk_operations", "validated"),
    (1, "validation", "mock_knock.web.api.workflows", "validated"),
    (2, "faults that may meet it", "mock_knock.web.validation", "meet_faults"),
    (2, "decoding, and how deep it is", "mock_knock.web.validation", "json_body"),
    (1, "carrying it out: a batch", "mock_knock.service.bulk", "identify_users"),
    (1, "carrying it out: a read", "mock_knock.service.bulk", "read_operation"),
    (1, "carrying it out: a trigger", "mock_knock.service.runs", "trigger_workflow"),
    (2, "bringing the tables up to date", "mock_knock.service.runs", "settle"),
    (2, "identifying inline recipients", "mock_knock.service.runs", "_identify_inline"),
    (2, "planning the run", "mock_knock.service.runs", "plan_run"),
    (1, "ground truth of it", "mock_knock.web.api.bulk_operations", "note_batch"),
    (1, "ground truth of it", "mock_knock.web.api.workflows", "note_run"),
    (1, "the answer as JSON", "mock_knock.web.api.bulk_operations", "json_response"),
    (1, "the answer as JSON", "mock_knock.web.api.workflows", "json_response"),
    (1, "leaving: faults, ground truth of the answer, journal", "mock_knock.web.lean", "leave"),
    (2, "journal", "mock_knock.web.pipeline", "_write_journal"),
)


@dataclass(slots=True)
class Times:
    """Seconds of processor time of each stage, request by request."""

    found: dict[tuple[int, str], list[float]] = field(default_factory=dict)

    def add(self, depth: int, stage: str, seconds: float) -> None:
        """Add one time of a stage."""
        self.found.setdefault((depth, stage), []).append(seconds)


def render(load: str, times: Times) -> str:
    """Return the stages of a load as text, in the order in which they are told of in `STAGES`."""
    order = [(0, load), *dict.fromkeys((depth, stage) for depth, stage, *_ in STAGES)]
    rows = [
        f"{'  ' * depth}{stage:{60 - 2 * depth}}{median(times.found[depth, stage]) * 1e6:10,.1f}"
        for depth, stage in order
        if (depth, stage) in times.found
    ]
    return "\n".join(rows)


@contextmanager
def timed(times: Times) -> Iterator[None]:
    """Take the time of every stage, for the length of a `with` block."""
    with ExitStack() as stack:
        for depth, stage, module, name in STAGES:
            import_module(module)
            holder = sys.modules[module]  # a package may have another thing of that name
            watched = _watched(getattr(holder, name), times, depth, stage)
            stack.enter_context(patch.object(holder, name, watched))
        yield


def _watched(call: Callable[..., Any], times: Times, depth: int, stage: str) -> Callable[..., Any]:
    def watched(*arguments: Any, **keywords: Any) -> Any:
        begin = time.thread_time()
        try:
            return call(*arguments, **keywords)
        finally:
            times.add(depth, stage, time.thread_time() - begin)

    return watched


def measure(world: World, load: Load, requests: int) -> Times:
    """Send a load so often, and return the times of its stages; one stage has the name of the load and is all of it."""
    times = Times()
    operation = world.identify(users(3))
    world.settle()
    value = orjson.loads(load.body) if load.body else None
    ask = world.request(load.method, load.path_on(operation), value)
    ask()
    with timed(times):
        for _ in range(requests):
            begin = time.thread_time()
            ask()
            times.add(0, load.name, time.thread_time() - begin)
    return times


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the stages of every load."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--only", action="append", choices=[load.name for load in LOADS], help="this load; repeatable")
    parser.add_argument("--requests", type=int, default=300, help="how often each is sent")
    given = parser.parse_args(arguments)
    with new_worlds() as new:
        for load in LOADS:
            if not given.only or load.name in given.only:
                print(render(load.name, measure(new(), load, given.requests)), end="\n\n")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
