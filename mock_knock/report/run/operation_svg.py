"""One bulk operation as a picture: its states as bands, its progress as a line, each request as a dot upon it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby, pairwise
from typing import Final

from mock_knock.harness.moments import Moment
from mock_knock.report.clean_text import clean_text, cut
from mock_knock.report.moment_svg import COLOURS, RIGHT, draw_axis, draw_moment, draw_text, open_svg, scale
from mock_knock.report.run.operations import SeenOperation
from mock_knock.report.run.wording import count_text

WIDTH, HEIGHT, LEFT = 720, 150, 48
PLOT_TOP, PLOT_BOTTOM = 24, 112
STATES: Final = {"queued": "#8c959f", "processing": "#0969da", "completed": "#1a7f37", "failed": "#cf222e"}
OTHER: Final = "#8250df"
LETTER: Final = 6.5
"""How wide a letter is, about."""
MAX_SHARE: Final = 1.1
MAX_LARGE: Final = 60
"""Requests up to which their dots are large."""


def draw_operation(operation: SeenOperation) -> str:
    """Return the picture as an SVG element; its text is escaped."""
    moments = operation.moments
    span = max(each.at for each in moments) or 1.0
    x, heights, radius = scale(span, LEFT, WIDTH), _heights(moments), 5 if len(moments) <= MAX_LARGE else 2
    points = " ".join(f"{x(each.at)},{y}" for each, y in zip(moments, heights, strict=True))
    line = f'points="{points}" stroke="{COLOURS["line"]}" stroke-opacity="0.6" stroke-width="2"'
    parts = (
        *_bands(moments, x),
        draw_text("100 %", LEFT - 8, PLOT_TOP + 4, anchor="end"),
        draw_text("0 %", LEFT - 8, PLOT_BOTTOM + 4, anchor="end"),
        f'<polyline class="line" fill="none" {line}><title>progress</title></polyline>',
        *(draw_moment(each, x(each.at), y, radius=radius) for each, y in zip(moments, heights, strict=True)),
        draw_axis(span, LEFT, WIDTH, HEIGHT - 12),
    )
    return f"{open_svg(WIDTH, HEIGHT, label_of(operation))}{''.join(parts)}</svg>"


def label_of(operation: SeenOperation) -> str:
    """Return what an operation was and came to, in a line."""
    states = [each.state for each in operation.moments if each.state]
    faults = sum(bool(each.fault) for each in operation.moments)
    ended = f", last read as {cut(states[-1], 40)}" if states else ""
    hit = f", {count_text(faults, 'answer')} with a fault" if faults else ""
    return f"{operation.id}: {count_text(operation.count, 'request')}{ended}{hit}"


def _heights(moments: Sequence[Moment]) -> list[float]:
    """Return where each request lies: at the progress it read, or at the last one that was known."""
    found, share = [], 0.0
    for each in moments:
        share = share if each.share is None else min(max(each.share, 0.0), MAX_SHARE)
        found.append(round(PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * share, 1))
    return found


def _bands(moments: Sequence[Moment], x: Callable[[float], float]) -> Iterator[str]:
    """Draw each state from when it was first read to when another one was; the last one reaches beyond its end."""
    known = [each for each in moments if each.state]
    begins = [(state, x(next(run).at)) for state, run in groupby(known, key=lambda each: each.state)]
    for (state, begin), (_, end) in pairwise((*begins, ("", WIDTH - RIGHT + 10))):
        told, width = escape(cut(clean_text(state), 40)), max(round(end - begin, 1), 0)
        box = f'x="{begin}" y="{PLOT_TOP - 8}" width="{width}" height="{PLOT_BOTTOM - PLOT_TOP + 16}"'
        yield f'<rect {box} fill="{STATES.get(state, OTHER)}" fill-opacity="0.16"><title>{told}</title></rect>'
        if width > LETTER * len(state):
            yield draw_text(told, begin + 3, PLOT_TOP - 12)
