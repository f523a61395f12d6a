from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.pending_user import OneTime, PendingUser
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import Entity, identify

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADA = RecipientKey("ada")

scalars = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "x"])
names = st.sampled_from(["a", "b", "name"])
flat = st.dictionaries(names | st.sampled_from(["preferences", "channel_data"]), scalars, max_size=4).map(
    lambda row: {**row, **{name: None for name in ("preferences", "channel_data") if name in row}}
)
maps = st.dictionaries(names, scalars | st.dictionaries(names, scalars, max_size=2), max_size=3)
sets = st.dictionaries(st.sampled_from(["default", "acme"]), st.just({"channel_types": {"email": False}}), max_size=2)
rows = st.one_of(
    st.tuples(st.just("flat"), flat),
    st.tuples(st.just("any"), flat),
    st.tuples(st.just("any"), maps),
    st.tuples(st.just("any"), st.builds(lambda some, found: {**some, "preferences": found}, maps, sets)),
)


@given(st.none() | maps, st.lists(rows, min_size=1, max_size=6))
def test_rows_are_merged_as_one_by_one(known: dict[str, Any] | None, added: list[tuple[str, dict[str, Any]]]) -> None:
    """A user is what identifying with each row in turn makes of them, whichever rows were known to be flat."""
    before = None if known is None else identify(None, ADA, known, NOW)
    pending = PendingUser(before)
    for kind, row in added:
        if kind == "flat":
            pending.add_flat({"id": "ada", **row})
        else:
            pending.add({"id": "ada", **row})
    at = NOW + timedelta(seconds=1)
    pending.times = OneTime(at)
    expected = reduce(lambda found, each: identify(found, ADA, each[1], at), added, before)
    assert (expected, repr(expected and dict(sorted(expected.properties.items())))) == (
        pending.entity("ada"),
        repr(dict(sorted(pending.entity("ada").properties.items()))),
    )


def test_a_repetition_is_not_kept() -> None:
    """A row that says what the last one said is not kept; true is not 1."""
    pending = PendingUser(None)
    row = {"id": "ada", "a": {"b": 1}}
    assert [True, False, True] == [pending.add(each) for each in (row, dict(row), {"id": "ada", "a": {"b": True}})]


def test_a_flat_row_stays_as_it_came() -> None:
    """Putting rows together changes none of them."""
    first, second = {"id": "ada", "a": 1}, {"id": "ada", "a": 2}
    pending = PendingUser(None)
    pending.add_flat(first)
    pending.add_flat(second)
    pending.times = OneTime(NOW)
    assert {"a": 2} == pending.entity("ada").properties
    assert ({"id": "ada", "a": 1}, {"id": "ada", "a": 2}) == (first, second)


def test_without_a_row() -> None:
    """Who was told nothing of is no user."""
    with pytest.raises(ValueError, match="no row"):
        PendingUser(Entity("ada", {}, NOW)).entity("ada")
