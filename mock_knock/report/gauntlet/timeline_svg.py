"""What happened in one cell as a picture: requests along time, and the progress that polls have read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from mock_knock.harness.gauntlet import Cell
from mock_knock.harness.moments import Moment
from mock_knock.report.gauntlet.clean_text import clean_text

SVG = "http://www.w3.org/2000/svg"
FONT = 'font-family="system-ui,sans-serif" font-size="11"'
WIDTH, HEIGHT, LEFT, RIGHT = 720, 150, 80, 16
LANES = {"identify": 22, "poll": 48, "trigger": 74, "other": 100}
PLOT_TOP, PLOT_BOTTOM = 8, 100
COLOURS = {"good": "#1a7f37", "fault": "#bc4c00", "bad": "#cf222e", "line": "#0969da", "dim": "#8c959f"}


def draw_timeline(cell: Cell) -> str:
    """Return the picture as an SVG element; its text is escaped."""
    moments = cell.moments
    span = max((each.at for each in moments), default=0.0) or 1.0

    def x(at: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * at / span, 1)

    parts = [*_lanes(), *_progress(moments, x), *(_mark(each, x(each.at)) for each in moments), *_axis(span)]
    label = escape(f"{cell.ordeal.fault}: {len(moments)} requests in {span:.1f} seconds, {cell.verdict}")
    opening = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" xmlns="{SVG}" {FONT}>'
    return f"{opening}{''.join(parts)}</svg>"


def lane(moment: Moment) -> str:
    """Return the lane that a request belongs to."""
    if moment.path.startswith("/v1/bulk_operations/"):
        return "poll"
    if moment.path.startswith("/v1/users/"):
        return "identify"
    return "trigger" if moment.path.startswith("/v1/workflows/") else "other"


def _lanes() -> Iterator[str]:
    for name, y in LANES.items():
        yield f'<text x="4" y="{y + 4}" fill="{COLOURS["dim"]}">{name}</text>'
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#d0d7de"/>'


def _progress(moments: tuple[Moment, ...], x: Callable[[float], float]) -> Iterator[str]:
    """Draw the share of rows that was done, as polls have read it; above 100 % it leaves the plot."""
    scale = PLOT_BOTTOM - PLOT_TOP
    points = [
        f"{x(each.at)},{round(PLOT_BOTTOM - scale * min(each.share, 1.2), 1)}"
        for each in moments
        if each.share is not None
    ]
    if points:
        line = f'points="{" ".join(points)}" stroke="{COLOURS["line"]}" stroke-opacity="0.5" stroke-width="2"'
        yield f'<polyline fill="none" {line}><title>progress</title></polyline>'


def _mark(moment: Moment, x: float) -> str:
    y, status = LANES[lane(moment)], "no answer" if moment.status is None else str(moment.status)
    is_bad = moment.status is None or moment.status >= 400  # noqa: PLR2004
    colour = COLOURS["fault" if moment.fault else "bad" if is_bad else "good"]
    told = f"{moment.at:.2f} s  {moment.method} {moment.path}  {status}"
    told += f"  {moment.state}" if moment.state else ""
    told += f"  fault {moment.fault}" if moment.fault else ""
    title = f"<title>{escape(clean_text(told))}</title>"
    if is_bad:
        cross = f"M{x - 5},{y - 5} L{x + 5},{y + 5} M{x - 5},{y + 5} L{x + 5},{y - 5}"
        return f'<path d="{cross}" stroke="{colour}" stroke-width="2">{title}</path>'
    return f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}">{title}</circle>'


def _axis(span: float) -> Iterator[str]:
    y = HEIGHT - 12
    yield f'<text x="{LEFT}" y="{y}" fill="{COLOURS["dim"]}">0 s</text>'
    yield f'<text x="{WIDTH - RIGHT}" y="{y}" text-anchor="end" fill="{COLOURS["dim"]}">{span:.1f} s</text>'
