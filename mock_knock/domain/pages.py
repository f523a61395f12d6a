"""Pages of lists, by cursors: each entry has a position, and a cursor is the position of an entry that was shown.

FACTS section 8: pages have 1 to 50 entries, 50 when nothing is said; cursors mean nothing to clients.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from mock_knock.errors import MockKnockError

MAX_SIZE = 50

T = TypeVar("T")
Position: TypeAlias = int | str


class CursorInvalid(MockKnockError):
    """A cursor that no page of this list has given out; `where` is the parameter."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted: what comes behind `after` and in front of `before`, from there on."""

    after: str | None = None
    before: str | None = None
    size: int = MAX_SIZE


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; the cursors are None where nothing more comes in their direction."""

    entries: Sequence[T]
    size: int
    after: str | None
    before: str | None


def is_cursor(text: str) -> bool:
    """Tell whether a text has the form of a cursor."""
    try:
        _read(text, "")
    except CursorInvalid:
        return False
    return True


def cut_page(entries: Sequence[T], request: PageRequest, position: Callable[[T], Position]) -> Page[T]:
    """Return the page of a list that a request asks for.

    Args:
        entries: all of them in the order in which they are shown, which is ascending by position.
        request: with `before` alone the page lies directly in front of it.
        position: of an entry; it stays the same while others come and go.

    Raises:
        CursorInvalid: `cursor-invalid`.
    """
    sortable, first, last = _sortable(position), 0, len(entries)
    if request.after is not None:
        first = bisect_right(entries, _read(request.after, "after"), key=sortable)
    if request.before is not None:
        last = bisect_left(entries, _read(request.before, "before"), key=sortable)
        if request.after is None:
            first = max(0, last - request.size)
    shown = entries[first : min(last, first + request.size)]
    if not shown:
        return Page((), request.size, None, None)
    has_more = first + len(shown) < len(entries)
    return Page(
        shown,
        request.size,
        _write(position(shown[-1])) if has_more else None,
        _write(position(shown[0])) if first > 0 else None,
    )


def _sortable(position: Callable[[T], Position]) -> Callable[[T], tuple[bool, Position]]:
    """Return positions such that those of two kinds can be compared, which no list has and a cursor may."""
    return lambda entry: _kind(position(entry))


def _kind(position: Position) -> tuple[bool, Position]:
    return isinstance(position, str), position


def _write(position: Position) -> str:
    return base64.urlsafe_b64encode(json.dumps([position]).encode()).rstrip(b"=").decode()


def _read(cursor: str, name: str) -> tuple[bool, Position]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        match json.loads(text):
            case [int() | str() as position] if not isinstance(position, bool):
                return _kind(position)
    except (ValueError, RecursionError, binascii.Error):
        pass
    raise CursorInvalid("cursor-invalid", "is not a cursor that a page of this list has given out", where=name)
