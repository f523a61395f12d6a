"""What happened in one cell as a picture: requests along time, and the progress that polls have read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mock_knock.harness.gauntlet import Cell
from mock_knock.harness.moments import Moment
from mock_knock.report.moment_svg import COLOURS, RIGHT, draw_axis, draw_moment, draw_text, open_svg, scale

WIDTH, HEIGHT, LEFT = 720, 150, 80
LANES = {"identify": 22, "poll": 48, "trigger": 74, "other": 100}
PLOT_TOP, PLOT_BOTTOM = 8, 100


def draw_timeline(cell: Cell) -> str:
    """Return the picture as an SVG element; its text is escaped."""
    moments = cell.moments
    span = max((each.at for each in moments), default=0.0) or 1.0
    x = scale(span, LEFT, WIDTH)
    marks = (draw_moment(each, x(each.at), LANES[lane(each)]) for each in moments)
    parts = (*_lanes(), *_progress(moments, x), *marks, draw_axis(span, LEFT, WIDTH, HEIGHT - 12))
    label = f"{cell.ordeal.fault}: {len(moments)} requests in {span:.1f} seconds, {cell.verdict}"
    return f"{open_svg(WIDTH, HEIGHT, label)}{''.join(parts)}</svg>"


def lane(moment: Moment) -> str:
    """Return the lane that a request belongs to."""
    if moment.path.startswith("/v1/bulk_operations/"):
        return "poll"
    if moment.path.startswith("/v1/users/"):
        return "identify"
    return "trigger" if moment.path.startswith("/v1/workflows/") else "other"


def _lanes() -> Iterator[str]:
    for name, y in LANES.items():
        yield draw_text(name, 4, y + 4)
        yield f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#d0d7de"/>'


def _progress(moments: tuple[Moment, ...], x: Callable[[float], float]) -> Iterator[str]:
    """Draw the share of rows that was done, as polls have read it; above 100 % it leaves the plot."""
    height = PLOT_BOTTOM - PLOT_TOP
    points = [
        f"{x(each.at)},{round(PLOT_BOTTOM - height * min(each.share, 1.2), 1)}"
        for each in moments
        if each.share is not None
    ]
    if points:
        line = f'points="{" ".join(points)}" stroke="{COLOURS["line"]}" stroke-opacity="0.5" stroke-width="2"'
        yield f'<polyline class="line" fill="none" {line}><title>progress</title></polyline>'
