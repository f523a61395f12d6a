from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_course import Snapshot, follow, next_change, observe, row_times
from mock_knock.domain.bulk_operation import RANK, BulkOperation, Stage, Status, Timeline, Transition
from mock_knock.domain.bulk_rows import Ids

START = datetime(2026, 1, 1, tzinfo=UTC)
IMMEDIATE = Stage(polls=0)
FOREVER = Stage()


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def processed_instants(facts: BulkOperation, now: datetime, polls: list[datetime], rows: range) -> list[datetime]:
    """Return the instants at which rows were processed."""
    times = row_times(facts, follow(facts, now, polls), now, polls)
    return [times.of(row) for row in rows]


def operation(rows: int = 4, **facts: object) -> BulkOperation:
    """Return an operation with so many rows and the given facts."""
    given_facts: dict[str, object] = {
        "id": "op",
        "name": "users.identify",
        "inserted_at": START,
        "rows": tuple({"id": str(index)} for index in range(rows)),
        **facts,
    }
    return BulkOperation(**given_facts)  # type: ignore[arg-type]  # facts are checked by the tests that give them


stages = st.builds(
    Stage,
    polls=st.none() | st.integers(0, 4),
    seconds=st.none() | st.integers(0, 40).map(lambda tenths: tenths / 10),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]:
    """An operation with any facts, and what each of a series of polls and other reads was asked with."""
    rows = draw(st.integers(0, 30))
    failing = draw(st.sets(st.integers(0, max(rows - 1, 0)), max_size=rows))
    facts = operation(
        rows,
        timeline=Timeline(draw(stages), draw(stages)),
        failing_rows=tuple(sorted(failing)) if rows else (),
        fails_at=draw(st.none() | st.integers(0, rows)),
        stalls_at=draw(st.none() | st.integers(0, rows)),
    )
    gaps = draw(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=12))
    push_at = draw(st.none() | st.integers(0, 12))
    now, polls, moments = START, list[datetime](), list[tuple[datetime, list[datetime]]]()
    for index, (gap, is_poll) in enumerate(gaps):
        now += timedelta(milliseconds=100 * gap)
        if index == push_at:
            current = observe(facts, now, polls).status
            later = [status for status in Status if RANK[status] > RANK[current]]
            if later:
                push = Transition(draw(st.sampled_from(later)), now, len(polls))
                facts = replace(facts, transitions=(push,))
                moments.clear()
        moments.append((now, list(polls)))
        if is_poll:
            polls.append(now)
    return facts, moments


def series(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> list[Snapshot]:
    """Return what each read of a history saw."""
    facts, moments = history
    return [observe(facts, now, polls) for now, polls in moments]


@given(histories())
def test_status_never_goes_back(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """The status of an operation never goes back, and an ended one keeps its status."""
    for earlier, later in pairwise(series(history)):
        assert RANK[earlier.status] <= RANK[later.status]
        assert RANK[earlier.status] < 2 or earlier.status is later.status


@given(histories())
def test_counts_add_up(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """Successes and errors make the processed rows, which never exceed the total and never become fewer."""
    snapshots = series(history)
    for snapshot in snapshots:
        assert snapshot.processed_rows == snapshot.success_count + snapshot.error_count
        assert 0 <= snapshot.success_count
        assert snapshot.processed_rows <= snapshot.total_rows
    for earlier, later in pairwise(snapshots):
        assert earlier.processed_rows <= later.processed_rows
        assert later.error_rows[: earlier.error_count] == earlier.error_rows


@given(histories())
def test_started_exactly_when_not_queued(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """`started_at` is null exactly while the operation is queued."""
    for snapshot in series(history):
        assert (snapshot.status is Status.QUEUED) == (snapshot.started_at is None)


@given(histories())
def test_never_completed_and_failed(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """`completed_at` is set exactly when completed, `failed_at` exactly when failed, so never both."""
    for snapshot in series(history):
        assert (snapshot.status is Status.COMPLETED) == (snapshot.completed_at is not None)
        assert (snapshot.status is Status.FAILED) == (snapshot.failed_at is not None)


@given(histories())
def test_timestamps_stay(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """A timestamp, once set, never moves; `updated_at` moves only together with something that is seen."""
    for earlier, later in pairwise(series(history)):
        for name in ("inserted_at", "started_at", "completed_at", "failed_at"):
            assert getattr(earlier, name) in {None, getattr(later, name)}
        seen_earlier = (earlier.status, earlier.processed_rows)
        seen_later = (later.status, later.processed_rows)
        assert seen_earlier != seen_later or earlier.updated_at == later.updated_at
        assert earlier.updated_at <= later.updated_at


@given(histories())
def test_timestamps_are_in_order(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """Inserted, started, ended and the moment of the read follow each other, `updated_at` never lies ahead."""
    facts, moments = history
    for now, polls in moments:
        snapshot = observe(facts, now, polls)
        ended = snapshot.completed_at or snapshot.failed_at
        known = [each for each in (snapshot.inserted_at, snapshot.started_at, ended, now) if each is not None]
        assert sorted(known) == known
        assert snapshot.updated_at <= now


@given(histories())
def test_rows_are_processed_in_order(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """Rows are processed one after another, between the start and the moment of the read."""
    facts, moments = history
    for now, polls in moments:
        snapshot = observe(facts, now, polls)
        instants = processed_instants(facts, now, polls, range(snapshot.processed_rows))
        assert sorted(instants) == instants
        assert all(snapshot.started_at is not None and snapshot.started_at <= each <= now for each in instants)


@given(histories())
def test_an_instant_of_a_row_stays(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]]) -> None:
    """The instant at which a row was processed is the same whenever it is asked for."""
    facts, moments = history
    known: list[datetime] = []
    for now, polls in moments:
        rows = range(observe(facts, now, polls).processed_rows)
        instants = processed_instants(facts, now, polls, rows)
        assert known == instants[: len(known)]
        known = instants


def test_default_timeline_by_polls() -> None:
    """By default the first three polls read queued, processing and completed."""
    facts, polls, seen = operation(), list[datetime](), list[str]()
    for _ in range(3):
        seen.append(observe(facts, START, polls).status)
        polls.append(START)
    assert seen == ["queued", "processing", "completed"]


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(0, "queued"), (0.999, "queued"), (1, "processing"), (2.999, "processing"), (3, "completed")],
)
def test_default_timeline_by_time(seconds: float, status: str) -> None:
    """An operation nobody polls starts after one second and completes after three."""
    assert status == observe(operation(), at(seconds), ()).status


def test_progress_by_time() -> None:
    """Rows are processed in proportion to the time that has passed in the stage."""
    facts = operation(10, timeline=Timeline(IMMEDIATE, Stage(seconds=10)))
    assert [0, 0, 1, 5, 9, 10] == [observe(facts, at(s), ()).processed_rows for s in (0, 0.9, 1, 5, 9.99, 10)]
    assert at(5) == observe(facts, at(5.5), ()).updated_at


def test_progress_by_polls() -> None:
    """Rows are processed in equal shares by the polls of the stage."""
    facts = operation(8, timeline=Timeline(IMMEDIATE, Stage(polls=3)))
    polls = [at(1), at(2), at(3)]
    snapshots = [observe(facts, at(4), polls[:count]) for count in range(4)]
    assert [2, 4, 6, 8] == [snapshot.processed_rows for snapshot in snapshots]
    assert [START, at(1), at(2), at(3)] == [snapshot.updated_at for snapshot in snapshots]


def test_failure_stops_at_a_row() -> None:
    """A failed operation has processed exactly the rows before the failure."""
    facts = operation(10, timeline=Timeline(IMMEDIATE, IMMEDIATE), fails_at=5, failing_rows=(1, 7))
    snapshot = observe(facts, START, ())
    assert (Status.FAILED, 5, 4, (1,)) == (
        snapshot.status,
        snapshot.processed_rows,
        snapshot.success_count,
        snapshot.error_rows,
    )


def test_partial_failure_is_completed() -> None:
    """An operation with failing rows is completed, with the errors counted."""
    facts = operation(4, timeline=Timeline(IMMEDIATE, IMMEDIATE), failing_rows=(1, 3))
    snapshot = observe(facts, START, ())
    assert (Status.COMPLETED, 2, 2) == (snapshot.status, snapshot.success_count, snapshot.error_count)


def test_a_stage_without_end_stays() -> None:
    """A stage with neither polls nor seconds lasts until it is pushed."""
    facts = operation(timeline=Timeline(FOREVER, FOREVER))
    assert Status.QUEUED is observe(facts, at(1_000_000), [START] * 500).status


@pytest.mark.parametrize(("to", "processed"), [(Status.PROCESSING, 0), (Status.COMPLETED, 4), (Status.FAILED, 0)])
def test_a_push_ends_the_queued_stage(to: Status, processed: int) -> None:
    """A push leads to its state at once, whatever the timeline says."""
    facts = operation(timeline=Timeline(FOREVER, FOREVER), transitions=(Transition(to, at(7), 0),))
    snapshot = observe(facts, at(9), ())
    assert (to, at(7), processed) == (snapshot.status, snapshot.started_at, snapshot.processed_rows)


def test_a_push_to_failed_keeps_the_progress() -> None:
    """Rows processed before a push to failed stay processed, and no further ones are."""
    facts = operation(
        10, timeline=Timeline(IMMEDIATE, Stage(seconds=10)), transitions=(Transition(Status.FAILED, at(4), 0),)
    )
    snapshot = observe(facts, at(100), ())
    assert (Status.FAILED, 4, at(4)) == (snapshot.status, snapshot.processed_rows, snapshot.failed_at)


def test_two_pushes_at_one_instant() -> None:
    """Pushed to processing and then to failed at one instant, an operation has failed."""
    pushes = (Transition(Status.PROCESSING, START, 0), Transition(Status.FAILED, START, 0))
    facts = operation(timeline=Timeline(FOREVER, FOREVER), transitions=pushes)
    assert Status.FAILED is observe(facts, START, ()).status


def test_an_empty_operation_completes() -> None:
    """An operation without rows goes through the same states with zero counts."""
    snapshot = observe(operation(0), at(3), ())
    assert (Status.COMPLETED, 0, 0) == (snapshot.status, snapshot.total_rows, snapshot.processed_rows)


ending = st.builds(Stage, st.integers(0, 4)) | st.builds(Stage, st.none() | st.integers(1, 4), st.integers(0, 9))


@st.composite
def stalled(draw: st.DrawFn) -> BulkOperation:
    """An operation that goes no further than a row, whose stages would otherwise come to an end."""
    rows = draw(st.integers(0, 30))
    counts = st.integers(0, rows)
    return operation(
        rows,
        timeline=Timeline(draw(ending), draw(ending)),
        fails_at=draw(st.none() | counts),
        stalls_at=draw(counts),
    )


@given(stalled(), st.lists(st.integers(0, 100).map(at), max_size=12).map(sorted), st.integers(0, 10**8))
def test_a_stalled_operation_never_ends(facts: BulkOperation, polls: list[datetime], seconds: int) -> None:
    """However often it is polled and however long it is waited for, it does not end nor pass its last row."""
    snapshot = observe(facts, max([at(seconds), *polls]), polls)
    assert RANK[snapshot.status] < 2
    assert facts.stalls_at is not None
    assert snapshot.processed_rows <= facts.stalls_at


@given(stalled())
def test_a_stalled_operation_gets_to_its_last_row(facts: BulkOperation) -> None:
    """Polled and waited for as long as its stages last, an operation has come to the row after which it stalls."""
    snapshot = observe(facts, at(40), [at(20)] * 8)
    assert (Status.PROCESSING, facts.stalls_at) == (snapshot.status, snapshot.processed_rows)


@given(stalled(), st.sampled_from([Status.COMPLETED, Status.FAILED]))
def test_a_push_ends_a_stalled_operation(facts: BulkOperation, to: Status) -> None:
    """Pushed to completed a stalled operation processes its other rows there and then, pushed to failed it does not."""
    polls = [at(20)] * 8
    pushed = replace(facts, transitions=(Transition(to, at(30), len(polls)),))
    ended = observe(pushed, at(40), polls)
    rows = len(facts.rows) if to is Status.COMPLETED else facts.stalls_at or 0
    assert (to, rows, at(30)) == (ended.status, ended.processed_rows, ended.updated_at)
    instants = processed_instants(pushed, at(40), polls, range(rows))
    assert [at(30)] * (rows - (facts.stalls_at or 0)) == instants[facts.stalls_at :]


@pytest.mark.parametrize(
    ("processing", "rows", "changes"),
    [
        (Stage(polls=3), [1, 2, 3, 5, 5], [0, 1, 2, 3, 3]),
        (Stage(seconds=2), [0, 2, 5, 5, 5], [0, 0.8, 2, 2, 2]),
        (Stage(polls=4, seconds=4), [1, 2, 3, 4, 5], [0, 1, 2, 3, 4]),
        (IMMEDIATE, [5, 5, 5, 5, 5], [0, 0, 0, 0, 0]),
        (Stage(seconds=0), [5, 5, 5, 5, 5], [0, 0, 0, 0, 0]),
        (FOREVER, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]),
    ],
)
def test_how_a_stalled_operation_goes(processing: Stage, rows: list[int], changes: list[float]) -> None:
    """Up to the row after which it stalls, an operation goes as fast as its stage says, and changes no more then."""
    facts = operation(10, timeline=Timeline(IMMEDIATE, processing), stalls_at=5)
    polls = [at(second) for second in range(1, 5)]
    seen = [observe(facts, at(count), polls[:count]) for count in range(5)]
    assert rows == [each.processed_rows for each in seen]
    assert [at(each) for each in changes] == [each.updated_at for each in seen]


@given(histories(), st.integers(0, 400))
def test_nothing_changes_before_the_next_change(
    history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]], tenths: int
) -> None:
    """Until the instant that is told, no more rows are processed and no end comes, unless somebody polls or pushes."""
    facts, reads = history
    for now, polls in reads:
        course = follow(facts, now, polls)
        if course.ended is not None:
            assert next_change(facts, course, polls, course.processed_rows) == course.ended.at <= now
            continue
        due = next_change(facts, course, polls, course.processed_rows)
        later = now + timedelta(seconds=tenths / 10)
        then = follow(facts, later, polls)
        if due is None or later < due:
            assert (then.processed_rows, then.ended) == (course.processed_rows, None)
            assert course.started is not None or then.started is None
        elif due > now and course.started is not None:
            assert (then.processed_rows, then.ended) != (course.processed_rows, None)


def test_the_ids_of_an_operation() -> None:
    """Its ids are those of its rows, whether it has these still or nothing but their ids."""
    facts = operation(3)
    assert ["0", "1", "2"] == list(facts.ids) == list(replace(facts, rows=Ids(facts.ids)).ids)


@given(histories(), st.lists(st.text()))
def test_other_rows(history: tuple[BulkOperation, list[tuple[datetime, list[datetime]]]], ids: list[str]) -> None:
    """With other rows an operation is what it was in everything else."""
    facts, rows = replace(history[0], transitions=(Transition(Status.FAILED, START, 2),)), Ids(ids)
    assert replace(facts, rows=rows) == facts.with_rows(rows)


def test_ids_are_shared() -> None:
    """An operation keeps the ids of another one where they are the same, and its own elsewhere."""
    one, same, other = operation(3), operation(3, id="same"), operation(2, id="other")
    for each in (same, other):
        each.share_ids(one)
    assert (True, ["0", "1"]) == (same.ids is one.ids, list(other.ids))
