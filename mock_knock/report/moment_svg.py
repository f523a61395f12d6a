"""What pictures of requests along time have in common: the shape of a request, the line below, the opening."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from mock_knock.harness.moments import Moment
from mock_knock.report.clean_text import clean_text

SVG: Final = "http://www.w3.org/2000/svg"
FONT: Final = 'font-family="system-ui,sans-serif" font-size="11"'
COLOURS: Final = {"good": "#1a7f37", "fault": "#bc4c00", "bad": "#cf222e", "line": "#0969da", "dim": "#8c959f"}
"""On white; a page may give the classes of the same names others."""
RIGHT: Final = 16
"""What is left free at the right end."""


def open_svg(width: int, height: int, label: str) -> str:
    """Return the tag that a picture begins with; the label is for those who do not see it."""
    told = escape(clean_text(label))
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{told}" xmlns="{SVG}" {FONT}>'


def scale(span: float, left: int, width: int) -> Callable[[float], float]:
    """Return where seconds lie in a picture."""
    return lambda at: round(left + (width - left - RIGHT) * at / span, 1)


def draw_moment(moment: Moment, x: float, y: float, *, radius: int = 5) -> str:
    """Return a request: a circle, or a cross where it got no good answer; its title says what it was."""
    status = "no answer" if moment.status is None else str(moment.status)
    is_bad = moment.status is None or moment.status >= 400  # noqa: PLR2004
    kind = "fault" if moment.fault else "bad" if is_bad else "good"
    told = f"{moment.at:.2f} s  {moment.method} {moment.path}  {status}"
    told += f"  {moment.state}" if moment.state else ""
    told += f"  fault {moment.fault}" if moment.fault else ""
    title = f"<title>{escape(clean_text(told))}</title>"
    if is_bad:
        cross = f"M{x - 5},{y - 5} L{x + 5},{y + 5} M{x - 5},{y + 5} L{x + 5},{y - 5}"
        return f'<path class="{kind}" d="{cross}" stroke="{COLOURS[kind]}" stroke-width="2">{title}</path>'
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}" fill="{COLOURS[kind]}">{title}</circle>'


def draw_text(text: str, x: float, y: float, *, anchor: str = "start") -> str:
    """Return a word beside a picture; it must need no escaping."""
    return f'<text class="dim" x="{x}" y="{y}" text-anchor="{anchor}" fill="{COLOURS["dim"]}">{text}</text>'


def draw_axis(span: float, left: int, width: int, y: int) -> str:
    """Return what the ends of the time are."""
    return draw_text("0 s", left, y) + draw_text(f"{span:.1f} s", width - RIGHT, y, anchor="end")
