"""What the parts of a fault do: an answer, a delay, faults of bulk operations and of the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from fractions import Fraction
from math import exp
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_operation import Stage, Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.faults.answer import AnswerFault, RetryAfter
from mock_knock.domain.faults.body import BodyFault
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.delay import MAX_DELAY, Delay, Dribble, FixedDelay, LognormalDelay, UniformDelay
from mock_knock.domain.faults.fault import Action
from mock_knock.domain.faults.wire import ALIASES, DELIVERING, LASTING, WireFault, WireKind
from mock_knock.domain.reading import MAX_NUMBER
from mock_knock.messages import JsonValue
from tests.domain.made_up_faults import delays

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HALF = Fraction(1, 2)
OPERATION: dict[str, JsonValue] = {
    "id": "op",
    "status": "completed",
    "estimated_total_rows": 10,
    "processed_rows": 10,
    "success_count": 8,
    "error_count": 2,
    "error_items": [{"id": "a", "collection": None}, {"id": "b", "collection": None}],
    "inserted_at": "2026-01-01T00:00:00.000Z",
    "updated_at": "2026-01-01T00:00:03.000Z",
    "started_at": "2026-01-01T00:00:01.000Z",
    "completed_at": "2026-01-01T00:00:03.000Z",
    "failed_at": None,
}
NO_ERRORS = {"error_count": 0, "error_items": [], "completed_at": None}
QUEUED = {**OPERATION, **NO_ERRORS, "status": "queued", "processed_rows": 0, "success_count": 0, "started_at": None}
OPEN = {**OPERATION, **NO_ERRORS, "status": "processing", "success_count": 10}


@pytest.mark.parametrize(
    ("unit", "value", "header"),
    [
        ("seconds", 1, ("Retry-After", "1")),
        ("seconds", 0, ("Retry-After", "0")),
        ("seconds", 10, ("Retry-After", "10")),
        ("seconds", 1.5, ("Retry-After", "1.5")),
        ("seconds", 61.0, ("Retry-After", "61")),
        ("seconds", 1e-9, ("Retry-After", "0")),
        ("seconds", 1_234_567, ("Retry-After", "1234567")),
        ("seconds", MAX_NUMBER, ("Retry-After", "31536000")),
        ("ms", 50, ("retry-after-ms", "50")),
        ("ms", 0.5, ("retry-after-ms", "0.5")),
        ("date", 5, ("Retry-After", "Thu, 01 Jan 2026 00:00:05 GMT")),
        ("date", -86_400, ("Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT")),
        ("text", "soon", ("Retry-After", "soon")),
        ("text", "", ("Retry-After", "")),
    ],
)
def test_how_long_to_wait(
    unit: Literal["seconds", "date", "ms", "text"], value: float | str, header: tuple[str, str]
) -> None:
    """What an answer says about waiting is a number without exponent, a date of HTTP, or the text itself."""
    assert header == RetryAfter(unit, value).header(NOW)


@given(
    st.datetimes(datetime(1, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(-MAX_NUMBER, MAX_NUMBER),
)
def test_dates_stay_in_the_calendar(now: datetime, seconds: int) -> None:
    """A date is so many seconds from now, and at the beginning of the calendar where there is none before."""
    earliest = datetime(1, 1, 1, tzinfo=UTC)
    expected = earliest if earliest - now > timedelta(seconds=seconds) else now + timedelta(seconds=seconds)
    _, text = RetryAfter("date", seconds).header(now)
    assert expected.replace(microsecond=0) == _parse(text)


def _parse(date: str) -> datetime:
    """Return the instant of a date of HTTP, of years below 100 too, which the standard library takes for later ones."""
    year = int(date.split()[3])
    return parsedate_to_datetime(date.replace(f"{year:04d}", "2000" if year % 4 == 0 else "2001", 1)).replace(
        year=year, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("status", "code", "shown"),
    [(404, "", "resource_missing"), (404, "gone", "gone"), (418, "", "status_418"), (418, "teapot", "teapot")],
)
def test_codes(status: int, code: str, shown: str) -> None:
    """A status has the code that it was given, else its usual one, else one that names it."""
    assert shown == AnswerFault(status, code).shown_code


@pytest.mark.parametrize(
    ("delay", "waits"),
    [
        (FixedDelay(2), [2, 2, 2]),
        (UniformDelay(1, 3), [1, 2, 3]),
        (UniformDelay(2, 2), [2, 2, 2]),
        (LognormalDelay(0, 1), [0, 0, 0]),
        (LognormalDelay(2, 0), [2, 2, 2]),
        (Dribble(1, 9), [0, 0, 0]),
    ],
)
def test_how_long_a_delay_is(delay: Delay, waits: list[float]) -> None:
    """A delay is fixed, or grows with the chance that was drawn; a dribble waits for nothing before its first byte."""
    assert waits == [delay.wait(chance) for chance in (0, 0.5, 1)]


def test_latencies() -> None:
    """Half of the lognormal delays are below the median, about 84 % below one sigma more, and none is above an hour."""
    delay = LognormalDelay(0.2, 0.5)
    assert pytest.approx([0.2, 0.2 * exp(0.5)]) == [delay.wait(0.5), delay.wait(0.8413447)]
    assert 0 < delay.wait(0) < 0.02
    assert MAX_DELAY == LognormalDelay(MAX_DELAY, 10).wait(1)


@given(delays, st.floats(0, 1), st.floats(0, 1))
def test_delays_grow_with_their_chance(delay: Delay, one: float, other: float) -> None:
    """A delay is never negative nor longer than an hour, and one of a larger chance is not shorter."""
    shorter, longer = delay.wait(min(one, other)), delay.wait(max(one, other))
    assert 0 <= shorter
    assert longer <= MAX_DELAY * (1 + 1e-15)
    assert shorter <= longer or pytest.approx(shorter) == longer


@pytest.mark.parametrize(
    ("size", "length", "seconds"), [(1, 0, 0), (1, 1, 0), (1, 2, 2), (1, 5, 8), (3, 3, 0), (3, 4, 2), (3, 7, 4)]
)
def test_how_long_a_dribble_takes(size: int, length: int, seconds: float) -> None:
    """An answer that comes in pieces takes the time between its pieces."""
    assert seconds == Dribble(size, 2).total(length)


@pytest.mark.parametrize(
    ("bandwidth", "dribble"), [(1, Dribble(1, 1)), (20, Dribble(1, 0.05)), (1_000, Dribble(50, 0.05))]
)
def test_bandwidths(bandwidth: float, dribble: Dribble) -> None:
    """A bandwidth is a dribble of a piece every twentieth of a second, or of single bytes where that is too much."""
    assert dribble == Dribble.of_bandwidth(bandwidth)


@given(st.floats(1, MAX_NUMBER))
def test_a_bandwidth_is_kept(bandwidth: float) -> None:
    """So many bytes as the bandwidth says take about a second more than the first piece."""
    dribble = Dribble.of_bandwidth(bandwidth)
    assert pytest.approx(bandwidth, rel=1e-4) == dribble.size / dribble.every


@pytest.mark.parametrize(
    ("fault", "plan"),
    [
        (BulkFault(stall="queued"), BulkPlan(Timeline(Stage(), Stage(polls=2)), every=7)),
        (
            BulkFault(stall="processing", stalls_at=HALF),
            BulkPlan(Timeline(Stage(1), Stage(2)), stalls_at=HALF, every=7),
        ),
        (BulkFault(stall="processing"), BulkPlan(Timeline(Stage(1), Stage(2)), stalls_at=Fraction(0), every=7)),
        (BulkFault(fails_at=HALF), BulkPlan(Timeline(Stage(1), Stage(2)), "failed", HALF, every=7)),
        (BulkFault(every=2), BulkPlan(Timeline(Stage(1), Stage(2)), every=2)),
        (
            BulkFault(error_ids=frozenset({"a"})),
            BulkPlan(Timeline(Stage(1), Stage(2)), error_ids=frozenset({"a"}), every=7),
        ),
        (
            BulkFault(shown_progress=(HALF,), shows_too_many=True, reopens=True),
            BulkPlan(Timeline(Stage(1), Stage(2)), every=7),
        ),
    ],
)
def test_how_a_bulk_operation_goes(fault: BulkFault, plan: BulkPlan) -> None:
    """A fault changes what it says of how an operation goes, and leaves the rest to the plan."""
    assert plan == fault.change(BulkPlan(Timeline(Stage(1), Stage(2)), every=7))


def test_rows_that_fail_add_up() -> None:
    """Rows that a fault lets fail do so beside those that the plan has."""
    plan = BulkPlan(error_ids=frozenset({"a"}))
    assert frozenset({"a", "b"}) == BulkFault(error_ids=frozenset({"b"})).change(plan).error_ids


def test_shown_progress() -> None:
    """Read by read an operation shows the shares of its rows, on its way and without errors, and then the truth."""
    fault = BulkFault(shown_progress=(Fraction(1, 10), Fraction(59, 100), Fraction(1)))
    shown = [fault.show(OPERATION, n) for n in (1, 2, 3, 4)]
    told = [{**OPEN, "processed_rows": rows, "success_count": rows} for rows in (1, 5, 10)]
    assert [*told, OPERATION] == shown


def test_progress_of_what_waits() -> None:
    """An operation that waits and shows progress all the same has started when it was accepted."""
    shown = BulkFault(shown_progress=(HALF,)).show(QUEUED, 1)
    assert ("processing", 5, QUEUED["inserted_at"]) == (shown["status"], shown["processed_rows"], shown["started_at"])


@pytest.mark.parametrize(
    ("operation", "expected"), [(OPERATION, OPEN), (OPEN, OPEN), (QUEUED, QUEUED)], ids=["completed", "open", "queued"]
)
def test_an_end_that_is_none(operation: dict[str, JsonValue], expected: dict[str, JsonValue]) -> None:
    """What is completed can show itself as processing again; other states stay."""
    assert expected == BulkFault(reopens=True).show(operation, 1)


@pytest.mark.parametrize(
    ("operation", "rows"), [(OPERATION, 11), (OPEN, 11), (QUEUED, 0)], ids=["completed", "open", "queued"]
)
def test_more_rows_than_there_are(operation: dict[str, JsonValue], rows: int) -> None:
    """Once it has started an operation can show one row more than it has; all else stays."""
    assert {**operation, "processed_rows": rows} == BulkFault(shows_too_many=True).show(operation, 1)


def test_the_truth_is_left() -> None:
    """What is shown does not change what is true."""
    truth = json.dumps(OPERATION)
    BulkFault(shown_progress=(HALF,), shows_too_many=True, reopens=True).show(OPERATION, 1)
    assert truth == json.dumps(OPERATION)


@pytest.mark.parametrize("kind", WireKind)
def test_whether_an_answer_arrives(kind: WireKind) -> None:
    """After three of the faults of the wire the answer arrives all the same."""
    assert (kind in {"close_idle", "slow_close", "slow_accept"}) == WireFault(kind).delivers


def test_words_for_the_wire() -> None:
    """Every other name means a fault of the wire, and what takes time or delivers is one."""
    assert {"reset", "empty", "bad_chunk", "garbage"} == {each.value for each in ALIASES.values()}
    assert {"hang", "refuse", "slow_close", "slow_accept"} == set(LASTING)
    assert set(WireKind) >= DELIVERING


@pytest.mark.parametrize(
    ("action", "prevents"),
    [
        (Action(), False),
        (Action(answer=AnswerFault(503)), True),
        (Action(answer=AnswerFault(504), when_committed="after"), False),
        (Action(wire=WireFault(WireKind.RESET)), True),
        (Action(wire=WireFault(WireKind.RESET), when_committed="after"), False),
        (Action(wire=WireFault(WireKind.SLOW_CLOSE, 1)), False),
        (Action(answer=AnswerFault(503), wire=WireFault(WireKind.CLOSE_IDLE)), True),
        (Action(delay=FixedDelay(1), body=BodyFault(dropped=("/a",))), False),
    ],
)
def test_what_prevents_a_request(action: Action, prevents: bool) -> None:  # noqa: FBT001
    """A request is not carried out when its answer is replaced or lost, unless that happens after it was."""
    assert prevents == action.prevents
