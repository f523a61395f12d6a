from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.alike import AlikeRows, Likeness
from mock_knock.domain.bulk_rows import FlatRows
from mock_knock.domain.pending_user import OneTime
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import Entity, identify
from mock_knock.store import user_table
from mock_knock.store.user_table import UserTable

NOW = datetime(2026, 1, 1, tzinfo=UTC)

FLAT = Likeness(frozenset({"id", "n"}), is_flat=True, to_row=lambda each: {"id": each.id, "n": each.n})
NESTED = Likeness(
    frozenset({"id", "m"}),
    is_flat=False,
    to_row=lambda each: {"id": each.id, "m": {"n": each.n, "of": {"it": [each.n]}}},
)
"""Of the second kind one row takes the place of another, too, as members of members are the same in all."""

ids = st.sampled_from("abc")
flat_rows = st.lists(st.builds(lambda id_, n: {"id": id_, "n": n}, ids, st.integers(0, 3)), max_size=4)
rows = st.lists(st.builds(lambda id_, n: {"id": id_, "m": {str(n): n}}, ids, st.integers(0, 3)), max_size=4)
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("flat"), flat_rows),
        st.tuples(st.just("any"), rows),
        st.tuples(st.sampled_from(["alike", "nested"]), flat_rows),
        st.tuples(st.sampled_from(["get", "put", "remove"]), ids),
    ),
    max_size=12,
)


@given(deeds, st.integers(0, 4))
def test_it_is_a_table_of_users(done: list[tuple[str, Any]], most: int) -> None:
    """Whatever waits, and however much may, users and their order are those of a table in which nothing waits."""
    table, plain = UserTable(), dict[str, Entity]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(user_table, "MAX_REPEATED", most)
        for number, (what, given_) in enumerate(done):
            at = NOW + timedelta(seconds=number)
            if what in {"flat", "any"}:
                table.identify(FlatRows(given_) if what == "flat" else given_, OneTime(at), range(len(given_)))
                for row in given_:
                    plain[row["id"]] = identify(plain.get(row["id"]), RecipientKey(row["id"]), row, at)
            elif what in {"alike", "nested"}:
                records = [SimpleNamespace(**row) for row in given_]
                alike = AlikeRows(FLAT if what == "alike" else NESTED, records)
                table.identify(alike, OneTime(at), range(len(alike)))
                for row in alike:
                    plain[row["id"]] = identify(plain.get(row["id"]), RecipientKey(row["id"]), row, at)
            elif what == "get":
                assert table.get(given_) == plain.get(given_)
            elif what == "put":
                plain[given_] = Entity(given_, {"put": number}, at)
                table.put(plain[given_])
            else:
                plain.pop(given_, None)
                table.remove(given_)
    assert [each in table for each in "abc"] == [each in plain for each in "abc"]
    assert list(plain.values()) == table.entities()


def test_expected_users_have_their_places() -> None:
    """Users who were expected come in that order, whoever is identified first; known ones keep their places."""
    table = UserTable()
    table.put(Entity("ada", {}, NOW))
    assert {"bob", "eve"} == table.unknown(["ada", "bob", "eve", "bob"])
    table.expect(["eve", "bob"])
    table.identify([{"id": "bob"}, {"id": "ada"}, {"id": "eve"}], OneTime(NOW), range(3))
    assert ["ada", "eve", "bob"] == [each.id for each in table.entities()]
