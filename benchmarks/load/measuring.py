"""Rounds of every load on every server by turns, and the medians of what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.load.loads import Load
from benchmarks.load.serving import Running, ask
from benchmarks.load.wrk import Reading, Unanswered, send, write_script


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured: rounds beside the first one, which warms up and does not count, and seconds of each.

    `warm_every` is how many loads there are to each one that warms up.
    """

    rounds: int = 5
    seconds: float = 2.0
    warm_seconds: float = 3.0
    connections: int = 4
    warm_every: int = 1

    @classmethod
    def quick(cls) -> Extent:
        """Return what gives a first idea in less than two minutes."""
        return cls(rounds=1, seconds=1.0, warm_seconds=1.0, warm_every=2)


@dataclass(slots=True)
class Readings:
    """What each server did with each load, round by round; those that refused one have none of it."""

    found: dict[tuple[str, str], list[Reading]] = field(default_factory=dict)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)

    def rate(self, server: str, load: str) -> float | None:
        """Return the median of requests a second."""
        return self._median(server, load, lambda each: each.rate)

    def p50(self, server: str, load: str) -> float | None:
        """Return the median of the milliseconds that half of the requests took at most."""
        return self._median(server, load, lambda each: each.p50)

    def p99(self, server: str, load: str) -> float | None:
        """Return the median of the milliseconds that 99 of 100 requests took at most."""
        return self._median(server, load, lambda each: each.p99)

    def ratio(self, server: str, peer: str, load: str) -> float | None:
        """Return the median, over the rounds, of how many times as many requests a server answered as a peer."""
        pairs = zip(self.found.get((server, load), ()), self.found.get((peer, load), ()), strict=False)
        ratios = [ours.rate / theirs.rate for ours, theirs in pairs]
        return median(ratios) if ratios else None

    def _median(self, server: str, load: str, of: Callable[[Reading], float]) -> float | None:
        values = [of(each) for each in self.found.get((server, load), ())]
        return median(values) if values else None


def measure(
    servers: Sequence[Running],
    loads: Iterable[Load],
    extent: Extent,
    folder: Path,
    on_core: Sequence[str],
    told: Callable[[str], None],
) -> Readings:
    """Send every load to every server, round after round; who comes first changes from round to round."""
    scripts = {load.name: (load, write_script(load, folder)) for load in loads}
    found = Readings()
    for number in range(extent.rounds + 1):
        turn = [*servers[number % len(servers) :], *servers[: number % len(servers)]]
        for load, script in [*scripts.values()][:: 1 if number else extent.warm_every]:
            for server in turn:
                told(f"round {number} of {extent.rounds}: {load.name} on {server.candidate.name}")
                _one(found, server, load, script, extent, on_core, is_warm=number > 0)
    return found


def _one(
    found: Readings,
    server: Running,
    load: Load,
    script: Path,
    extent: Extent,
    on_core: Sequence[str],
    *,
    is_warm: bool,
) -> None:
    key = (server.candidate.name, load.name)
    if key in found.failed:
        return
    seconds = extent.seconds if is_warm else extent.warm_seconds
    url = server.url + load.path_on(server.operation)
    ask(server.url, load, server.operation)  # does not count: what is due from another load is worked off by a look
    try:
        reading = send(script, url, connections=extent.connections, seconds=seconds, on_core=on_core)
    except Unanswered as error:
        found.failed[key] = str(error)
        found.found.pop(key, None)
        return
    if is_warm:
        found.found.setdefault(key, []).append(reading)


def as_json(found: Readings) -> list[Mapping[str, object]]:
    """Return every reading as JSON has it."""
    return [
        {"server": server, "load": load, "rate": each.rate, "p50_ms": each.p50, "p99_ms": each.p99}
        for (server, load), readings in found.found.items()
        for each in readings
    ]
