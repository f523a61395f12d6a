from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.journal import Journal, JournalEntry
from mock_knock.messages import HttpRequest, HttpResponse

NOW = datetime(2026, 1, 1, tzinfo=UTC)

sizes = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40)


def entry(number: int, asked: int = 0, answered: int = 0) -> JournalEntry:
    """Return an entry with bodies of so many bytes."""
    request = HttpRequest("POST", "http://127.0.0.1/v1/users/bulk/identify", (), b"q" * asked)
    return JournalEntry(number, NOW, request, HttpResponse(200, (), b"a" * answered))


def filled(journal: Journal, bodies: list[tuple[int, int]]) -> list[JournalEntry]:
    """Add entries with bodies of these sizes and return all that were added."""
    entries = [entry(number, *sizes) for number, sizes in enumerate(bodies)]
    for each in entries:
        journal.add(each)
    return entries


def test_the_size_of_an_entry() -> None:
    """An entry weighs as much as both of its bodies."""
    assert 7 == entry(1, 3, 4).size


@given(sizes, st.integers(0, 10), st.integers(0, 100))
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
    assert len(bodies) == journal.total


@pytest.mark.parametrize(
    ("bound", "kept"), [({"max_entries": 2}, [1, 2]), ({"max_bytes": 20}, [1, 2]), ({"max_bytes": 19}, [2])]
)
def test_each_bound_alone(bound: dict[str, int], kept: list[int]) -> None:
    """The oldest entries go first, by number or by weight, and a journal that is just full keeps everything."""
    journal = Journal(**bound)
    filled(journal, [(5, 5), (5, 5), (5, 5)])
    assert kept == [each.number for each in journal]


def test_an_entry_that_is_too_large() -> None:
    """An entry heavier than the whole journal is counted and not kept, and takes the others with it."""
    journal = Journal(max_bytes=10)
    filled(journal, [(1, 1), (10, 1)])
    assert ([], 2) == (list(journal), journal.total)


@given(sizes, sizes)
def test_a_cleared_journal_is_new(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> None:
    """After clearing, a journal behaves as if nothing had ever been in it."""
    used, new = Journal(max_entries=5, max_bytes=100), Journal(max_entries=5, max_bytes=100)
    filled(used, before)
    used.clear()
    assert (0, 0) == (len(used), used.total)
    assert filled(used, after) == filled(new, after)
    assert (list(new), new.total) == (list(used), used.total)


def test_reading_while_adding() -> None:
    """A reader sees the entries of the moment it began, whatever is added meanwhile."""
    journal = Journal(max_entries=2)
    filled(journal, [(0, 0), (0, 0)])
    seen = []
    for each in journal:
        journal.add(entry(9))
        seen.append(each.number)
    assert [0, 1] == seen
