from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mock_knock.contract.records import MultiMap
from mock_knock.domain.pages import PageRequest
from mock_knock.web.query import described_query, read_instant, read_page_request


@pytest.mark.parametrize(
    ("sent", "name", "values"),
    [
        ([("status[]", "queued"), ("status[]", "sent")], "status", ["queued", "sent"]),
        ([("status", "queued"), ("status[]", "sent")], "status", ["queued", "sent"]),
        ([("inserted_at[gt]", "x")], "inserted_at.gt", ["x"]),
        ([("inserted_at.gt", "x")], "inserted_at.gt", ["x"]),
        ([("recipient[id]", "x")], "recipient.id", ["x"]),
        ([("a[b][c]", "x")], "a[b][c]", ["x"]),
        ([("[]", "x")], "[]", ["x"]),
        ([("recipients[]", "x"), ("recipients", "y")], "recipients[]", ["x", "y"]),
    ],
)
def test_names_on_the_wire(sent: list[tuple[str, str]], name: str, values: list[str]) -> None:
    """Brackets on the wire are the described names, and sometimes part of them; what has none is taken as it is."""
    found = described_query(sent, ["recipients[]", "status", "inserted_at.gt", "recipient"])
    assert {name: values} == {each: found.getlist(each) for each in found}


def page(**sent: str) -> tuple[PageRequest, list[str]]:
    """Return the page that a query asks for, and the parameters that were left out or changed."""
    problems: list[str] = []
    found = read_page_request(MultiMap(sent.items()), lambda name, _: problems.append(name))
    return found, problems


def test_the_page_that_is_asked_for() -> None:
    """Without parameters it is the first page of fifty; a size out of bounds is the nearest one."""
    assert (PageRequest(), []) == page()
    assert (PageRequest("WzFd", "WyJhIl0", 7), []) == page(after="WzFd", before="WyJhIl0", page_size="7")
    assert (PageRequest(size=1), ["page_size"]) == page(page_size="0")
    assert (PageRequest(), ["page_size"]) == page(page_size="51")


def test_what_is_no_cursor_is_left_out() -> None:
    """Text that no page can have given out is left out, and that is said."""
    assert (PageRequest(), ["after", "before"]) == page(after="after", before="before")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("soon", None),
    ],
)
def test_instants(text: str, found: datetime | None) -> None:
    """An instant without a zone is UTC; what is none is left out, and that is said."""
    problems: list[str] = []
    read = read_instant(MultiMap([("at", text)]), "at", lambda name, _: problems.append(name))
    assert (found, [] if found else ["at"]) == (read, problems)
    assert read_instant(MultiMap(), "at", lambda *_: None) is None
