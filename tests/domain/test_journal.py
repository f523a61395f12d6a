from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.asked_request import RETRY_COUNT, AskedRequest, Route
from mock_knock.domain.journal import Journal, JournalEntry
from mock_knock.messages import ContractViolation, Headers, HttpRequest, HttpResponse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "http://127.0.0.1/v1/users/bulk/identify"

sizes = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40)


def entry(number: int, asked: int = 0, answered: int = 0) -> JournalEntry:
    """Return an entry with bodies of so many bytes."""
    return JournalEntry(number, NOW, HttpRequest("POST", URL, (), b"q" * asked), HttpResponse(200, (), b"a" * answered))


EMPTY = entry(1).size
"""What an entry weighs in which nothing but its address is of any length."""


def filled(journal: Journal, bodies: list[tuple[int, int]]) -> list[JournalEntry]:
    """Add entries with bodies of these sizes and return all that were added."""
    entries = [entry(number, *sizes) for number, sizes in enumerate(bodies)]
    for each in entries:
        journal.add(each)
    return entries


def test_the_size_of_an_entry() -> None:
    """An entry weighs what it keeps: address, header fields, bodies, what was said of it, and something of its own."""
    fields: Headers = (("X-Team", "red"), ("a", ""))
    request, response = HttpRequest("POST", f"{URL}?a=b", fields, b"qqq"), HttpResponse(200, fields[:1], b"aaaa")
    violations = (ContractViolation("request-body", "users/0", "must be an object"),)
    found = JournalEntry(1, NOW, request, response, notes=("fault", "slow"), violations=violations)
    assert EMPTY + len("?a=b") + len("X-Teamreda") + len("X-Teamred") + 3 + 4 + len("faultslow") + 24 == found.size
    assert EMPTY > len(URL)


@given(st.integers(0, 9), st.integers(0, 9))
def test_every_byte_of_a_body_counts(asked: int, answered: int) -> None:
    """A byte of either body weighs as much."""
    assert EMPTY + asked + answered == entry(1, asked, answered).size


@given(sizes, st.integers(0, 10), st.integers(0, 9 * EMPTY))
def test_both_bounds_hold(bodies: list[tuple[int, int]], max_entries: int, max_bytes: int) -> None:
    """Neither number nor weight ever exceeds its bound, and what is left are the latest entries, as many as fit."""
    journal = Journal(max_entries=max_entries, max_bytes=max_bytes)
    entries = filled(journal, bodies)
    kept = list(journal)
    assert len(kept) == len(journal) <= max_entries
    assert sum(each.size for each in kept) <= max_bytes
    assert entries[len(entries) - len(kept) :] == kept
    if len(kept) < len(entries):
        one_more = entries[len(entries) - len(kept) - 1 :]
        assert len(one_more) > max_entries or sum(each.size for each in one_more) > max_bytes


@given(sizes, st.integers(0, 10))
def test_the_total_counts_what_has_gone(bodies: list[tuple[int, int]], max_entries: int) -> None:
    """The total is the number of entries that were ever added."""
    journal = Journal(max_entries=max_entries)
    filled(journal, bodies)
    assert len(bodies) == journal.total == journal.dropped + len(journal)


@pytest.mark.parametrize(
    ("bound", "kept"),
    [
        ({"max_entries": 2}, [1, 2]),
        ({"max_entries": 0}, []),
        ({"max_bytes": 2 * (EMPTY + 10)}, [1, 2]),
        ({"max_bytes": 2 * (EMPTY + 10) - 1}, [2]),
        ({"max_bytes": EMPTY + 9}, []),
    ],
)
def test_each_bound_alone(bound: dict[str, int], kept: list[int]) -> None:
    """The oldest entries go first, by number or by weight, and a journal that is just full keeps everything."""
    journal = Journal(**bound)
    filled(journal, [(5, 5), (5, 5), (5, 5)])
    assert kept == [each.number for each in journal]


def test_an_entry_that_is_too_large() -> None:
    """An entry heavier than the whole journal is counted and not kept, and takes the others with it."""
    journal = Journal(max_bytes=EMPTY + 10)
    filled(journal, [(1, 1), (10, 1)])
    assert ([], 2, 2) == (list(journal), journal.total, journal.dropped)


def test_reading_while_adding() -> None:
    """A reader sees the entries of the moment it began, whatever is added meanwhile."""
    journal = Journal(max_entries=2)
    filled(journal, [(0, 0), (0, 0)])
    seen = []
    for each in journal:
        journal.add(entry(9))
        seen.append(each.number)
    assert [0, 1] == seen


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://127.0.0.1:4010/v1/users/a%20b?x=%2F&y", "GET /v1/users/a%20b?x=%2F&y"),
        ("http://fake", "GET /"),
        ("http://fake/", "GET /"),
        ("http://fake/v1/users/http://x/y", "GET /v1/users/http://x/y"),
    ],
)
def test_the_line_of_an_entry(url: str, line: str) -> None:
    """An entry is named by method, path and query as they were sent."""
    assert line == JournalEntry(1, NOW, HttpRequest("GET", url), HttpResponse(200)).line


@pytest.mark.parametrize(
    ("path", "user"),
    [
        ("/v1/users/ada", "ada"),
        ("/v1/%75sers/ada?x=y", "ada"),
        ("/v1/bulk_operations/ada", ""),
        ("/v1/objects/users/ada", ""),
    ],
)
def test_what_an_entry_asks_for(path: str, user: str) -> None:
    """An entry asks for what its route, its header fields and its body say; only the path of users names one."""
    fields: Headers = ((RETRY_COUNT, "1"),)
    route = Route("getUser", (("id_", "ada"),))
    request = HttpRequest("GET", f"http://fake{path}", fields, b'{"actor": "bob"}')
    found = JournalEntry(1, NOW, request, HttpResponse(200), route=route).asked()
    assert AskedRequest("getUser", fields, "ada", user=user, content=b'{"actor": "bob"}') == found
    assert (*([user] if user else []), "bob") == found.users
    assert 1 == found.attempt


def test_a_journal_does_not_stand_decoded() -> None:
    """What an entry asks for is read anew each time, so that nobody keeps the decoded bodies of a whole journal."""
    found = entry(1)
    assert found.asked() == found.asked()
    assert found.asked() is not found.asked()


def test_entries_are_made_when_somebody_looks() -> None:
    """An entry that is to come later is made once, when the journal is read, and not at all if it has gone before."""
    journal, made = Journal(max_entries=2), list[int]()

    def make(number: int) -> JournalEntry:
        made.append(number)
        return entry(number)

    for number in range(3):
        journal.add_later(partial(make, number), EMPTY)
    assert ([], 3, 1) == (made, journal.total, journal.dropped)
    for _ in range(2):
        assert [entry(1), entry(2)] == list(journal)
    assert [1, 2] == made
