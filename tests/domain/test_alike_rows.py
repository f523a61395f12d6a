from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.alike import AlikeRows, Likeness
from mock_knock.domain.bulk_rows import ids_of
from mock_knock.domain.pending_user import OneTime, PendingUser
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.trigger import forget_properties, parse_trigger
from mock_knock.domain.user import Entity, identify

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADA = RecipientKey("ada")
FLAT = Likeness(frozenset({"id", "n"}), is_flat=True, to_row=lambda each: {"id": each.id, "n": each.n})
NESTED = Likeness(
    frozenset({"id", "m", "preferences", "channel_data"}),
    is_flat=False,
    to_row=lambda each: {
        "id": each.id,
        "m": {"n": each.n, "of": {"it": [each.n]}},
        "preferences": {"default": {"channel_types": {"email": bool(each.n), "sms": {"conditions": []}}}},
        "channel_data": {"push": {"tokens": [str(each.n)]}},
    },
)
OBJECTS = Likeness(
    frozenset({"id", "collection"}), is_flat=True, to_row=lambda each: {"id": each.id, "collection": "p"}
)


def alike(likeness: Likeness, *numbers: int) -> AlikeRows:
    """Return rows of one likeness."""
    return AlikeRows(likeness, [SimpleNamespace(id=f"user-{each}", n=each) for each in numbers])


@given(st.lists(st.tuples(st.sampled_from([FLAT, NESTED, None]), st.integers(0, 3)), min_size=1, max_size=10))
def test_the_latest_of_alike_rows_is_enough(sent: list[tuple[Likeness | None, int]]) -> None:
    """Rows that are alike make of a user what merging each of them makes, whatever comes between them."""
    pending, merged = PendingUser(None), None
    for likeness, n in sent:
        record = SimpleNamespace(id="ada", n=n)
        row: Any = {"id": "ada", "x": {str(n): n}} if likeness is None else likeness.to_row(record)
        merged = identify(merged, ADA, row, NOW)
        if likeness is None:
            pending.add(row)
        else:
            pending.add_record(likeness, record)
        pending.times = OneTime(NOW)
    found: Entity = pending.entity("ada")
    assert merged == found


def test_they_are_rows_like_others() -> None:
    """They are maps for whoever asks for one, and equal rows that are kept as such."""
    rows = alike(FLAT, 1, 2, 3)
    assert [{"id": "user-1", "n": 1}, {"id": "user-2", "n": 2}, {"id": "user-3", "n": 3}] == [*rows]
    assert rows[1] == {"id": "user-2", "n": 2}
    assert (rows[1:], rows.pick([2, 0])) == (alike(FLAT, 2, 3), alike(FLAT, 3, 1))
    assert rows != 7
    assert repr([*rows]) == repr(rows)
    assert hash(rows) == hash(alike(FLAT, 1, 2, 3))
    assert ["user-1", "user-2", "user-3"] == ids_of(rows)


def test_a_trigger_for_users_who_are_alike() -> None:
    """Their run keeps their ids and no properties; objects are told apart by their collection."""
    request = parse_trigger("welcome", {"recipients": alike(FLAT, 1, 2)})
    assert ["user-1", "user-2"] == ids_of(request.users)
    assert [{"id": "user-1"}, {"id": "user-2"}] == [*forget_properties(request).users]
    objects = parse_trigger("welcome", {"recipients": alike(OBJECTS, 1)})
    assert ((), [RecipientKey("user-1", "p")]) == (objects.users, [each.key for each in objects.recipients])
