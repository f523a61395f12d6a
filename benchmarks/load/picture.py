"""The ratios as a picture: for each load a bar for each server, as many times as long as it is faster than the fake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import log2
from typing import Final

from benchmarks.load.candidates import OURS, comparisons, recommended
from benchmarks.load.loads import Load
from benchmarks.load.measuring import Readings

_WIDTH, _LEFT, _ROW, _GAP, _TOP = 760, 190, 15, 14, 46
_DOUBLING: Final = 62
"""Pixels for each time that a server is twice as fast."""
_MOST: Final = 4.0
"""Doublings to either side that have room; what is beyond ends there, with its figure beside it."""
_FONT: Final = 'font-family="sans-serif" font-size="11"'
_COLOURS: Final = ("#5b8def", "#d9822b", "#6a9f58", "#a569bd", "#888888")


def draw(found: Readings, names: Sequence[str], loads: Sequence[Load]) -> str:
    """Return the picture as SVG; to the right of the line the fake is faster, to the left the other one is."""
    own = recommended(names)
    peers = [peer for one, peer in comparisons(names) if one == own]
    height = _TOP + len(loads) * (len(peers) * _ROW + _GAP) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {_FONT}>',
        f"<title>{own}: how many times as many requests a second as others answer</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *_scale(height),
        *_bars(found, own, peers, loads),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _zero() -> float:
    return _LEFT + (_WIDTH - _LEFT) / 2


def _scale(height: int) -> Iterator[str]:
    yield f'<text x="{_LEFT}" y="16" fill="#333">the other one is faster</text>'
    yield f'<text x="{_WIDTH - 12}" y="16" fill="#333" text-anchor="end">{OURS} is faster</text>'
    for doublings in range(-int(_MOST), int(_MOST) + 1):
        x = _zero() + doublings * _DOUBLING
        label = f"{2**doublings}x" if doublings >= 0 else f"1/{2**-doublings}x"
        colour = "#999" if doublings == 0 else "#e4e4e4"
        yield f'<line x1="{x:g}" x2="{x:g}" y1="36" y2="{height - 10}" stroke="{colour}"/>'
        yield f'<text x="{x:g}" y="31" fill="#777" text-anchor="middle">{label}</text>'


def _bars(found: Readings, own: str, peers: Sequence[str], loads: Sequence[Load]) -> Iterator[str]:
    y = float(_TOP)
    for load in loads:
        yield f'<text x="12" y="{y + 11:g}" fill="#111" font-weight="600">{escape(load.name)}</text>'
        yield f'<text x="12" y="{y + 25:g}" fill="#777" font-size="10">{escape(load.what)}</text>'
        for number, peer in enumerate(peers):
            yield from _bar(found.ratio(own, peer, load.name), peer, _COLOURS[number % len(_COLOURS)], y)
            y += _ROW
        y += _GAP


def _bar(ratio: float | None, peer: str, colour: str, y: float) -> Iterator[str]:
    yield f'<text x="{_LEFT - 8}" y="{y + 11:g}" fill="{colour}" text-anchor="end">{escape(peer)}</text>'
    if ratio is None:
        return
    length = max(-_MOST, min(_MOST, log2(ratio))) * _DOUBLING
    x, width = (_zero(), length) if length >= 0 else (_zero() + length, -length)
    yield f'<rect x="{x:g}" y="{y + 2:g}" width="{max(1.0, width):g}" height="{_ROW - 4}" fill="{colour}"/>'
    beside = x + width + 4 if length >= 0 else x - 4
    anchor = "start" if length >= 0 else "end"
    yield f'<text x="{beside:g}" y="{y + 11:g}" fill="#333" text-anchor="{anchor}">{ratio:.2f}</text>'
