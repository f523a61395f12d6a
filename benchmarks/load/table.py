"""The result as text: tables in Markdown, for a terminal and for a README alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from benchmarks.load.candidates import BARE, OURS
from benchmarks.load.loads import Load
from benchmarks.load.measuring import Readings
from benchmarks.load.serving import Running

MISSING: Final = "-"


def render_table(found: Readings, servers: Sequence[Running], loads: Sequence[Load]) -> str:
    """Return the tables: requests a second, latency, ratios, start and memory."""
    return "\n\n".join("\n".join(lines) for lines in _tables(found, servers, loads)) + "\n"


def _tables(found: Readings, servers: Sequence[Running], loads: Sequence[Load]) -> Iterator[Iterable[str]]:
    names = [each.candidate.name for each in servers]
    yield _table("requests/s", names, loads, lambda name, load: _rate(found.rate(name, load)))
    yield _table("p50 in ms", names, loads, lambda name, load: _number(found.p50(name, load)))
    yield _table("p99 in ms", names, loads, lambda name, load: _number(found.p99(name, load)))
    for own in (name for name in names if name.startswith(OURS)):
        peers = [name for name in names if not name.startswith(OURS)]
        yield _ratios(found, own, peers, loads)
    yield _starts(servers)


def _table(title: str, names: Sequence[str], loads: Sequence[Load], cell: Callable[[str, str], str]) -> Iterator[str]:
    yield f"| {title} | {' | '.join(load.name for load in loads)} |"
    yield f"|---|{'---:|' * len(loads)}"
    for name in names:
        yield f"| {name} | {' | '.join(cell(name, load.name) for load in loads)} |"


def _ratios(found: Readings, own: str, peers: Sequence[str], loads: Sequence[Load]) -> Iterator[str]:
    def cell(peer: str, load: str) -> str:
        ratio = found.ratio(own, peer.removeprefix("against "), load)
        return MISSING if ratio is None else f"{ratio:.2f}x"

    return _table(f"{own}, ratio of requests/s", [f"against {each}" for each in peers], loads, cell)


def _starts(servers: Sequence[Running]) -> Iterator[str]:
    yield "| server | version | start to the first answer, s | memory, MB |"
    yield "|---|---|---:|---:|"
    for each in servers:
        cells = (each.candidate.name, each.candidate.version, f"{each.start_seconds:.2f}", f"{each.memory():.0f}")
        yield f"| {' | '.join(cells)} |"


def _rate(value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004  # three digits are enough


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004  # as above


def tell_foundation(connections: int, *, is_pinned: bool) -> str:
    """Return how it was measured, in one sentence."""
    pinned = "servers on one core, the load on another" if is_pinned else "servers and load on the same cores"
    return (
        f"{connections} connections, {pinned}; ratios are medians of rounds; `{BARE}` has neither validation nor state."
    )
