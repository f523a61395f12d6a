"""The result of a gauntlet as one page that needs nothing else: a table, and a timeline for each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from mock_knock.harness.gauntlet import RANKS, Cell, GauntletResult
from mock_knock.report.clean_text import clean_text
from mock_knock.report.gauntlet.matrix_svg import COLOURS
from mock_knock.report.gauntlet.timeline_svg import draw_timeline
from mock_knock.report.page import write_page

STYLE = """
summary b{min-width:17rem;font-weight:500}summary span{min-width:5.5rem}
.v{color:#fff;border-radius:.4rem;padding:0 .5rem;text-align:center;font-size:.85rem}
@media(max-width:45rem){summary{flex-wrap:wrap}summary b{min-width:70%}}
"""


def render_html(result: GauntletResult) -> str:
    """Return the page; everything that came from outside is escaped and masked."""
    client = clean_text(result.client)
    counted = Counter(cell.verdict for cell in result.cells)
    told = ", ".join(f"{counted[verdict]} {verdict}" for verdict in RANKS)
    cells = "".join(part for cell in result.cells for part in _cell(cell))
    opening = f"<h1>Gauntlet</h1><p><code>{escape(client)}</code></p>"
    counts = f"<p>{told} of {len(result.cells)}; seed {result.seed}</p>"
    return write_page(f"Gauntlet: {client}", opening + counts + cells, style=STYLE)


def _cell(cell: Cell) -> Iterator[str]:
    is_open = " open" if cell.verdict in {"silent", "hung"} else ""
    verdict = f'<span class="v" style="background:{COLOURS[cell.verdict]}">{cell.verdict}</span>'
    broken = escape(", ".join(cell.invariants))
    yield f"<details{is_open}><summary><b>{escape(cell.ordeal.fault)}</b>{verdict}"
    yield f'<span class="dim">{cell.requests} requests</span><span>{broken}</span></summary>'
    yield f"<p>{escape(clean_text(cell.ordeal.description))}</p>"
    detail = escape(clean_text(cell.ending.detail))
    yield f'<p class="dim">The client: {detail}; the fault happened {cell.fired} times.</p>'
    if cell.broken:
        told = ((each, escape(clean_text(each.message))) for each in cell.broken)
        items = (f"<li>{each.invariant}: {message} ({each.count})</li>" for each, message in told)
        yield f"<ul>{''.join(items)}</ul>"
    yield f"{draw_timeline(cell)}</details>"
