from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_course import Snapshot, observe
from mock_knock.domain.bulk_operation import BulkOperation, Stage, Status, Timeline, Transition
from mock_knock.messages import ContractViolation, JsonValue
from mock_knock.served import served_operations
from mock_knock.web.representation import bulk_operation_json, timestamp

START = datetime(2026, 1, 1, tzinfo=UTC)
ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
BASE = "http://127.0.0.1:4010"

stages = st.builds(Stage, polls=st.none() | st.integers(0, 3), seconds=st.none() | st.floats(0, 9))
offsets = st.integers(0, 20_000_000).map(lambda micro: START + timedelta(microseconds=micro))


@st.composite
def observed(draw: st.DrawFn) -> tuple[BulkOperation, Snapshot]:
    """An operation of any kind, as it is seen at any instant."""
    rows = draw(st.lists(st.text(min_size=1, max_size=8), max_size=12))
    failing = sorted(draw(st.sets(st.integers(0, max(len(rows) - 1, 0)))) if rows else ())
    polls = sorted(draw(st.lists(offsets, max_size=6)))
    now = max([*polls, draw(offsets)])
    push = draw(st.none() | st.sampled_from([Status.PROCESSING, Status.COMPLETED, Status.FAILED]))
    operation = BulkOperation(
        id=ID,
        name="users.identify",
        inserted_at=START,
        rows=tuple({"id": each} for each in rows),
        timeline=Timeline(draw(stages), draw(stages)),
        failing_rows=tuple(failing),
        fails_at=draw(st.none() | st.integers(0, len(rows))),
        stalls_at=draw(st.none() | st.integers(0, len(rows))),
        transitions=() if push is None else (Transition(push, now, len(polls)),),
    )
    return operation, observe(operation, now, polls)


def broken_rules(body: JsonValue) -> tuple[ContractViolation, ...]:
    """Return every rule of the contract that a bulk operation breaks."""
    return served_operations()["getBulkOperation"].response_violations(
        status=200, headers=(("Content-Type", "application/json"),), body=orjson.dumps(body)
    )


@given(observed())
def test_every_bulk_operation_keeps_the_contract(found: tuple[BulkOperation, Snapshot]) -> None:
    """Whatever state an operation is in, its form is the one that Knock describes."""
    assert () == broken_rules(bulk_operation_json(*found, base_url=BASE))


def test_the_contract_would_notice() -> None:
    """The same check finds a bulk operation that is not what Knock describes."""
    operation = BulkOperation(ID, "users.identify", START, ())
    body = bulk_operation_json(operation, observe(operation, START, ()), base_url=BASE)
    assert broken_rules({**body, "status": "done"})
    assert broken_rules({**body, "inserted_at": "yesterday"})


@given(observed())
def test_a_bulk_operation_says_what_was_observed(found: tuple[BulkOperation, Snapshot]) -> None:
    """Counts, states and instants are those of the snapshot, and error_items has the id of each failed row."""
    operation, snapshot = found
    body = bulk_operation_json(operation, snapshot, base_url=BASE)
    assert (snapshot.status, len(operation.rows), snapshot.processed_rows) == (
        body["status"],
        body["estimated_total_rows"],
        body["processed_rows"],
    )
    assert body["processed_rows"] == body["success_count"] + body["error_count"]
    expected = [{"id": operation.rows[row]["id"], "collection": None} for row in snapshot.error_rows]
    assert expected == body["error_items"]
    assert timestamp(snapshot.updated_at) == body["updated_at"]
    for name in ("started_at", "completed_at", "failed_at"):
        assert timestamp(getattr(snapshot, name)) == body[name]


def test_where_progress_is_found() -> None:
    """`progress_path` is the address of the operation itself."""
    operation = BulkOperation(ID, "users.identify", START, ())
    body = bulk_operation_json(operation, observe(operation, START, ()), base_url=BASE)
    assert f"{BASE}/v1/bulk_operations/{ID}" == body["progress_path"]


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (None, None),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 6_000, tzinfo=UTC), "2026-01-02T03:04:05.006Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC), "2026-01-02T03:04:05.999Z"),
        (datetime(999, 1, 1, tzinfo=UTC), "0999-01-01T00:00:00.000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "9999-12-31T23:59:59.999Z"),
    ],
)
def test_timestamps(instant: datetime | None, text: str | None) -> None:
    """An instant has milliseconds, cut off and not rounded, and ends in Z."""
    assert text == timestamp(instant)


@given(st.datetimes(timezones=st.just(UTC)))
def test_timestamps_are_read_back(instant: datetime) -> None:
    """Read back, a timestamp is the instant without what is less than a millisecond."""
    text = timestamp(instant)
    assert text is not None
    assert instant.replace(microsecond=instant.microsecond // 1000 * 1000) == datetime.fromisoformat(text)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_timestamps_keep_their_order(one: datetime, other: datetime) -> None:
    """Timestamps compare as texts as their instants do."""
    earlier, later = timestamp(min(one, other)), timestamp(max(one, other))
    assert earlier is not None
    assert later is not None
    assert earlier <= later
