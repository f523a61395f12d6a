"""The result of a gauntlet as one picture: a square for each cell, in groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from mock_knock.harness.gauntlet import RANKS, Cell, GauntletResult, Verdict
from mock_knock.report.clean_text import clean_text
from mock_knock.report.moment_svg import FONT, SVG

COLOURS: dict[Verdict, str] = {"survived": "#2da44e", "loud": "#d4a72c", "hung": "#8250df", "silent": "#cf222e"}
SIDE, GAP, LEFT, COLUMNS, ROW = 22, 4, 90, 24, 26
TOP, LEGEND = 40, 34


def render_matrix_svg(result: GauntletResult) -> str:
    """Return the picture as an SVG file; each square says by its title what it is."""
    groups = _groups(result.cells)
    rows = sum(-(-len(cells) // COLUMNS) for _, cells in groups)
    width, height = LEFT + COLUMNS * ROW + 10, TOP + rows * ROW + LEGEND
    title = escape(clean_text(result.client))
    parts = [f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    parts.append(f'<text x="8" y="22" font-size="14" font-weight="600" fill="#1f2328">{title}</text>')
    parts += _squares(groups)
    parts += _legend(height - 12)
    opening = f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" {FONT}>'
    return opening + "".join(parts) + "</svg>\n"


def _groups(cells: Sequence[Cell]) -> list[tuple[str, list[Cell]]]:
    named = groupby(cells, key=lambda cell: cell.ordeal.tags[0] if cell.ordeal.tags else cell.ordeal.fault)
    return [(name, list(found)) for name, found in named]


def _squares(groups: Sequence[tuple[str, list[Cell]]]) -> Iterator[str]:
    row = 0
    for name, cells in groups:
        yield f'<text x="8" y="{TOP + row * ROW + 16}" fill="#59636e">{escape(name)}</text>'
        for index, cell in enumerate(cells):
            x, y = LEFT + index % COLUMNS * ROW, TOP + (row + index // COLUMNS) * ROW
            told = ": ".join((cell.ordeal.fault, ", ".join((cell.verdict, *cell.invariants))))
            box = f'<rect x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" rx="4" fill="{COLOURS[cell.verdict]}">'
            yield f"{box}<title>{escape(told)}</title></rect>"
        row += -(-len(cells) // COLUMNS)


def _legend(y: int) -> Iterator[str]:
    for index, verdict in enumerate(RANKS):
        x = LEFT + index * 110
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" rx="3" fill="{COLOURS[verdict]}"/>'
        yield f'<text x="{x + 18}" y="{y}" fill="#1f2328">{verdict}</text>'
