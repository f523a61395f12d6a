"""The result as text: tables in Markdown, for a terminal and for a README alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from benchmarks.load.candidates import comparisons
from benchmarks.load.loads import Load
from benchmarks.load.measuring import Readings
from benchmarks.load.serving import Running

MISSING: Final = "-"


def render_table(found: Readings, servers: Sequence[Running], loads: Sequence[Load]) -> str:
    """Return the tables: requests a second, latency, ratios, start and memory."""
    return "\n\n".join("\n".join(lines) for lines in _tables(found, servers, loads)) + "\n"


def _tables(found: Readings, servers: Sequence[Running], loads: Sequence[Load]) -> Iterator[Iterable[str]]:
    names = [each.candidate.name for each in servers]
    columns = [load.name for load in loads]
    yield table("requests/s", names, columns, lambda name, load: shown_rate(found.rate(name, load)))
    yield table("p50 in ms", names, columns, lambda name, load: _number(found.p50(name, load)))
    yield table("p99 in ms", names, columns, lambda name, load: _number(found.p99(name, load)))
    pairs = {f"{own} / {peer}": (own, peer) for own, peer in comparisons(names)}
    yield table("ratio of requests/s", [*pairs], columns, lambda row, load: shown_ratio(found.ratio(*pairs[row], load)))
    yield _starts(servers)


def table(title: str, rows: Sequence[str], columns: Sequence[str], cell: Callable[[str, str], str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; `cell` gets the name of a row and that of a column."""
    yield f"| {title} | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for row in rows:
        yield f"| {row} | {' | '.join(cell(row, column) for column in columns)} |"


def _starts(servers: Sequence[Running]) -> Iterator[str]:
    yield "| server | version | start to the first answer, s | memory, MB |"
    yield "|---|---|---:|---:|"
    for each in servers:
        cells = (each.candidate.name, each.candidate.version, f"{each.start_seconds:.2f}", f"{each.memory():.0f}")
        yield f"| {' | '.join(cells)} |"


def shown_rate(value: float | None) -> str:
    """Return requests a second as a table has them."""
    if value is None:
        return MISSING
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004  # three digits are enough


def shown_ratio(value: float | None) -> str:
    """Return a ratio as a table has it."""
    return MISSING if value is None else f"{value:.2f}x"


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004  # as above


def tell_foundation(connections: int, *, is_pinned: bool) -> str:
    """Return how it was measured, in one sentence."""
    pinned = "servers on one core, the load on another" if is_pinned else "servers and load on the same cores"
    return (
        f"{connections} connections, {pinned}; ratios are medians of rounds; `bare Flask` keeps users, operations and "
        "runs in dicts and has neither validation nor journal."
    )
