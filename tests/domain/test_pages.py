from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.pages import CursorInvalid, Page, PageRequest, Position, cut_page, is_cursor

sizes = st.integers(1, 5)
lists = st.sets(st.integers(-20, 20), max_size=12).map(sorted) | st.sets(st.text("abc", max_size=3), max_size=9).map(
    sorted
)


def itself(entry: Position) -> Position:
    """Return an entry as its own position."""
    return entry


def cut(entries: list[Position], **wanted: object) -> Page[Position]:
    """Return a page of entries that are their own positions."""
    return cut_page(entries, PageRequest(**wanted), itself)  # type: ignore[arg-type]  # of each test's own choice


def walk(
    entries: list[Position], size: int, turn: Callable[[Page[Position]], dict[str, str] | None]
) -> list[list[Position]]:
    """Return the entries of page after page, beginning with the first."""
    pages = [cut(entries, size=size)]
    while wanted := turn(pages[-1]):
        pages.append(cut(entries, size=size, **wanted))
    return [list(page.entries) for page in pages]


def onward(page: Page[Position]) -> dict[str, str] | None:
    """Return what asks for the next page."""
    return None if page.after is None else {"after": page.after}


@given(lists, sizes)
def test_pages_are_the_list(entries: list[Position], size: int) -> None:
    """Whoever follows `after` to its end sees each entry once and in order, and full pages but for the last."""
    pages = walk(entries, size, onward)
    assert entries == [entry for page in pages for entry in page]
    assert all(size == len(page) for page in pages[:-1])


@given(lists, sizes)
def test_the_way_back_is_the_way(entries: list[Position], size: int) -> None:
    """Whoever goes forward and then back by `before` sees the entries in front of the last page again."""
    page = cut(entries, size=size)
    while page.after is not None:
        page = cut(entries, size=size, after=page.after)
    seen: list[Position] = []
    shown = list(page.entries)
    while page.before is not None:
        page = cut(entries, size=size, before=page.before)
        seen = [*page.entries, *seen]
    assert entries == seen + shown


@given(lists.filter(lambda entries: len(entries) > 1), sizes, st.data())
def test_cursors_outlive_their_entries(entries: list[Position], size: int, data: st.DataObject) -> None:
    """A cursor leads to the same place when its entry has gone, or others have come in front of it."""
    page = cut(entries, size=size)
    if page.after is None:
        return
    rest = entries[len(page.entries) :]
    gone = data.draw(st.sets(st.sampled_from(list(page.entries))))
    left = [entry for entry in entries if entry not in gone]
    assert rest[:size] == list(cut(left, size=size, after=page.after).entries)


def test_both_cursors() -> None:
    """With both cursors a page lies between them, beginning behind `after`."""
    first, second = cut([1, 2, 3, 4, 5, 6], size=2), cut([1, 2, 3, 4, 5, 6], size=5)
    assert [3, 4] == list(cut([1, 2, 3, 4, 5, 6], after=first.after, before=second.after).entries)
    assert [] == list(cut([1, 2, 3, 4, 5, 6], after=second.after, before=first.after).entries)


def test_the_ends_have_no_cursors() -> None:
    """A list that fits on one page has neither cursor, and an empty one is an empty page of the size that was asked."""
    assert (None, None) == (cut([1, 2], size=2).after, cut([1, 2], size=2).before)
    assert Page((), 7, None, None) == cut([], size=7)


@pytest.mark.parametrize(
    "cursor",
    [
        "?",
        "x",
        "W",
        "e30",
        "W10",
        "WzEsMl0",
        "W251bGxd",
        "W3RydWVd",
        "é",
        base64.urlsafe_b64encode(b"[" * 9_000).decode(),
    ],
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_what_is_no_cursor(cursor: str, name: str) -> None:
    """Text that no page has given out is refused, and the refusal names the parameter."""
    with pytest.raises(CursorInvalid) as refused:
        cut([1, 2], **{name: cursor})
    assert ("cursor-invalid", name) == (refused.value.code, refused.value.where)


def test_a_cursor_of_another_list() -> None:
    """A cursor of a list with another kind of positions leads to an end and breaks nothing."""
    assert [] == list(cut([1, 2], after=cut(["a", "b"], size=1).after).entries)
    assert ["a", "b"] == list(cut(["a", "b"], after=cut([1, 2], size=1).after).entries)


@given(lists, sizes)
def test_what_has_the_form_of_a_cursor(entries: list[Position], size: int) -> None:
    """Whatever a page gives out has the form of a cursor; other text has not."""
    page = cut(entries, size=size)
    assert all(is_cursor(each) for each in (page.after, page.before) if each is not None)
    assert not is_cursor("after")
