"""Sends many requests to `mock-knock serve --quiet` and tells how its memory grows.

`python -m benchmarks.soak [--requests 864000] [--warm-up 150000] [--created 50000] [--json PATH]`; see GROWTH.md above
this folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.goals import Figure, Goal, report
from benchmarks.load.candidates import OURS, own_candidates
from benchmarks.load.serving import Running, cores, running
from benchmarks.load.wrk import PROGRAM, is_installed
from benchmarks.soak.asked import Asked, creating_nothing, identifying, population, send_once, triggering
from benchmarks.soak.sending import Sender

DAY: Final = 864_000
"""Requests of a day, ten in a second."""
GROWTH: Final = Goal(5.0, excludes_limit=True)
"""Megabytes."""
REMEMBERED: Final = 110_000
"""Requests after which the memories of bounded size, such as that of the latest 100,000 intents, are full."""
SLICE: Final = 10
"""Seconds."""
_PASS_TIME: Final = Asked("POST", "/_mock/clock/advance", b'{"seconds": 10}')
_SETTLE: Final = Asked("GET", "/v1/users/user-0")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is sent: before memory is looked at for the first time, and from then on.

    Attributes:
        warm_up: requests that create nothing, first.
        requests: those after them.
        remembered: creating requests, first.
        created: those after them, of each kind.
        slice: after so many seconds, memory is looked at; what is sent may be more by what is sent in them.
    """

    warm_up: int = 150_000
    requests: int = DAY
    remembered: int = REMEMBERED
    created: int = 50_000
    slice: int = SLICE


@dataclass(frozen=True, slots=True)
class Course:
    """What memory did over some requests: megabytes before and after, and how long it took."""

    requests: int
    seconds: float
    refused: int
    before: float
    after: float

    @property
    def growth(self) -> float:
        """Megabytes more."""
        return self.after - self.before

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it as JSON where that is asked for."""
    given = _parser().parse_args(arguments)
    if not is_installed():
        _tell(f"there is no {PROGRAM}: python -m benchmarks.load --install gets it")
        return 4
    extent = Extent(given.warm_up, given.requests, given.remembered, given.created)
    of_server, of_load = cores()
    (ours,) = (each for each in own_candidates() if each.name == OURS)
    with tempfile.TemporaryDirectory() as name, running(ours, Path(name), of_server) as server:
        return report([*measure(server, extent, Path(name), of_load)], given.json)


def measure(server: Running, extent: Extent, folder: Path, on_core: Sequence[str]) -> Iterator[Figure]:
    """Send what creates nothing, then bulk identifies, then triggers, and look at the memory of the server."""
    asked = prepare(server)
    nothing = Sender(asked, server.url, folder, on_core)
    _run(server, nothing, extent.warm_up, extent.slice, "warm-up")
    yield from growth_figures(_run(server, nothing, extent.requests, extent.slice, "nothing created"))
    warm_up = extent.remembered
    for kind, requests in (("operation", identifying()), ("run", triggering())):
        sender = Sender(requests, server.url, folder, on_core)
        _run(server, sender, warm_up, extent.slice, f"{kind}: warm-up")
        yield from created_figures(kind, _run(server, sender, extent.created, extent.slice, kind))


def prepare(server: Running) -> list[Asked]:
    """Have the server know its population, and send once what is to be sent often."""
    operations = [str(orjson.loads(each)["id"]) for each in send_once(server.url, population())]
    asked = creating_nothing(operations)
    send_once(server.url, [_PASS_TIME, _SETTLE, *asked])
    return asked


def _run(server: Running, sender: Sender, amount: int, slice_: int, what: str) -> Course:
    """Send at least so many requests in slices, each followed by a read that has ended operations become users."""
    before = server.memory()
    requests = refused = 0
    seconds = 0.0
    while requests < amount:
        sent = sender.send(slice_)
        send_once(server.url, [_PASS_TIME, _SETTLE])
        requests, refused, seconds = requests + sent.requests, refused + sent.refused, seconds + sent.seconds
        rate = sent.requests / sent.seconds
        _tell(f"{what}: {requests:,} of {amount:,}, {server.memory():.1f} MB, {rate:,.0f} requests/s")
    return Course(requests, seconds, refused, before, server.memory())


def growth_figures(course: Course) -> Iterator[Figure]:
    """Tell how memory grew by requests that create nothing."""
    amount = f"{course.requests:,} requests that create nothing"
    yield Figure(f"memory growth over {amount}", course.growth, "MB", _memory(course), GROWTH)
    share = f"{course.refused / course.requests * 100:.0f} % of them refused"
    yield Figure("speed meanwhile", course.rate, "requests/s", share)


def created_figures(kind: str, course: Course) -> Iterator[Figure]:
    """Tell what each operation or run that is created takes: all are kept until a reset, so there is no goal."""
    each = course.growth * 1e6 / course.requests
    yield Figure(f"memory of each {kind} created", each, "bytes", f"{course.requests:,} of them, {_memory(course)}")
    yield Figure("speed meanwhile", course.rate, "requests/s")


def _memory(course: Course) -> str:
    return f"{course.before:.1f} MB to {course.after:.1f} MB"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # how far it is


def _parser() -> argparse.ArgumentParser:
    parser, usual = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__), Extent()
    amounts: Sequence[tuple[str, int, str]] = (
        ("--requests", usual.requests, "requests that create nothing"),
        ("--warm-up", usual.warm_up, "such requests before memory is looked at"),
        ("--created", usual.created, "operations that are created, and runs"),
        ("--remembered", usual.remembered, "operations, and runs, before memory is looked at"),
    )
    for name, amount, told in amounts:
        parser.add_argument(name, type=int, default=amount, metavar="N", help=f"{told}; {amount:,} by default")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures, with the class of the machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
