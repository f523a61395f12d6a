"""How a bulk operation goes: what a reader sees of its facts at an instant, and when its rows were processed.

Nothing here changes by itself: status, counts and timestamps follow from the facts, the clock and the instants of
earlier polls, so a restart or a second process gives the same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from mock_knock.domain.bulk_operation import RANK, BulkOperation, Stage, Status
from mock_knock.domain.clock import LATEST


class Snapshot(NamedTuple):
    """What a reader sees at one instant; `error_rows` are the indexes of the processed rows that failed.

    A tuple, as are the other small things that each request makes: they take a third of the time to make.
    """

    status: Status
    total_rows: int
    processed_rows: int
    error_rows: tuple[int, ...]
    inserted_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    failed_at: datetime | None = None

    @property
    def error_count(self) -> int:
        """How many processed rows failed."""
        return len(self.error_rows)

    @property
    def success_count(self) -> int:
        """How many processed rows changed something."""
        return self.processed_rows - self.error_count


class _Mark(NamedTuple):
    """A border between stages: the instant, and the index of the first poll after it."""

    at: datetime
    poll: int


class Course(NamedTuple):
    """How far an operation has come: its borders, and the rows that were processed at the last of them."""

    started: _Mark | None = None
    ended: _Mark | None = None
    status: Status = Status.QUEUED
    processed_rows: int = 0


class RowTimes(NamedTuple):
    """When rows were processed: nothing of the rows themselves, so it can be kept without them.

    Polls that come later do not count for rows that were processed before.
    """

    started: _Mark
    latest: datetime
    stage: Stage
    goal: int
    polls: Sequence[datetime]

    def of(self, row: int) -> datetime:
        """Return the instant at which a row was processed, which it must be."""
        return min(self.reached(row + 1) or self.latest, self.latest)

    def reached(self, rows: int) -> datetime | None:
        """Return the instant within the processing stage at which so many rows were processed, or None."""
        stage, goal = self.stage, self.goal
        if rows > goal:
            return None
        if _is_at_once(stage):
            return self.started.at
        instants = []
        if stage.seconds:
            instants.append(self.started.at + -(-_length(stage.seconds) * rows // goal))
        if stage.polls:
            first = -(-rows * (stage.polls + 1) // goal) - 1
            seen = self.started.poll + first
            if first <= 0:
                instants.append(self.started.at)
            elif seen <= len(self.polls):
                instants.append(self.polls[seen - 1])
        return min(instants, default=None)


def observe(operation: BulkOperation, now: datetime, polls: Sequence[datetime]) -> Snapshot:
    """Return what a reader sees at `now`; `polls` are the instants of all earlier polls, ascending.

    DESIGN section 5: a stage of `polls: n` is read by n polls; the one after them reads the next stage.
    """
    course, inserted_at, failing = follow(operation, now, polls), operation.inserted_at, operation.failing_rows
    if course.started is None:
        return Snapshot(Status.QUEUED, len(operation.rows), 0, (), inserted_at, inserted_at)
    end = course.ended.at if course.ended else None
    return Snapshot(
        status=course.status,
        total_rows=len(operation.rows),
        processed_rows=course.processed_rows,
        error_rows=failing[: bisect_left(failing, course.processed_rows)],
        inserted_at=inserted_at,
        updated_at=end or _changed_at(operation, course, course.started, polls),
        started_at=course.started.at,
        completed_at=end if course.status is Status.COMPLETED else None,
        failed_at=end if course.status is Status.FAILED else None,
    )


def row_times(operation: BulkOperation, course: Course, now: datetime, polls: Sequence[datetime]) -> RowTimes:
    """Return when the rows were processed that are at `now`, at which the operation has come so far."""
    started = course.started or _Mark(operation.inserted_at, 0)
    latest = course.ended.at if course.ended else now
    return RowTimes(started, latest, operation.timeline.processing, _goal(operation), polls)


def next_change(
    operation: BulkOperation, course: Course, polls: Sequence[datetime], settled_rows: int
) -> datetime | None:
    """Return the instant before which no more than `settled_rows` rows are processed and nothing else changes.

    That is, unless it is polled or pushed; None is never. An operation that has ended changes at its end.
    """
    if course.ended is not None:
        return course.ended.at
    if course.started is None:
        return end_of_queue(operation)
    end = _after(course.started.at, _stage(operation, Status.PROCESSING))
    times = RowTimes(course.started, LATEST, operation.timeline.processing, _goal(operation), polls)
    instants = [each for each in (times.reached(settled_rows + 1), end) if each is not None]
    return min(instants, default=None)


def end_of_queue(operation: BulkOperation) -> datetime | None:
    """Return the instant at which an operation that is queued changes unless it is polled or pushed; None is never."""
    return _after(operation.inserted_at, operation.timeline.queued)


def _after(start: datetime, stage: Stage) -> datetime | None:
    return None if stage.seconds is None else start + _length(stage.seconds)


def follow(operation: BulkOperation, now: datetime, polls: Sequence[datetime]) -> Course:
    """Return how far an operation has come at `now`; see `observe`."""
    inserted = _Mark(operation.inserted_at, 0)
    started = _end_of(operation, Status.QUEUED, inserted, now, polls)
    if started is None:
        return _QUEUED
    ended = _end_of(operation, Status.PROCESSING, started, now, polls)
    if ended is None:
        rows = _progress(operation, started, now, len(polls))
        return Course(started, None, Status.PROCESSING, rows)
    status, rows = _outcome(operation, started, ended)
    return Course(started, ended, status, rows)


_QUEUED = Course()


def _end_of(
    operation: BulkOperation, status: Status, start: _Mark, now: datetime, polls: Sequence[datetime]
) -> _Mark | None:
    """Return the border at which a stage that began at `start` ended, or None while it lasts."""
    stage = _stage(operation, status)
    if not operation.transitions and not polls and stage.polls != 0:  # as most are
        end = _after(start.at, stage)
        return None if end is None or now < end else _Mark(end, start.poll)
    ends: list[_Mark] = []
    if operation.transitions:
        pushes = (_Mark(push.at, push.after_polls) for push in operation.transitions if RANK[push.to] > RANK[status])
        ends = [mark for mark in pushes if mark >= start]
    if stage.polls == 0:
        ends.append(start)
    elif stage.polls is not None and len(polls) >= start.poll + stage.polls:
        last = start.poll + stage.polls
        ends.append(_Mark(polls[last - 1], last))
    if stage.seconds is not None and now >= (due := start.at + _length(stage.seconds)):
        ends.append(_Mark(due, max(start.poll, bisect_left(polls, due))))
    return min(ends, default=None)


@lru_cache(maxsize=1_000)
def _length(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _stage(operation: BulkOperation, status: Status) -> Stage:
    if status is Status.QUEUED:
        return operation.timeline.queued
    return Stage() if operation.stalls_at is not None else operation.timeline.processing


def _outcome(operation: BulkOperation, started: _Mark, ended: _Mark) -> tuple[Status, int]:
    pushes = (push.to for push in operation.transitions if _Mark(push.at, push.after_polls) == ended)
    pushed = next((to for to in pushes if RANK[to] > RANK[Status.PROCESSING]), None)
    if pushed is Status.FAILED:
        return Status.FAILED, _progress(operation, started, ended.at, ended.poll)
    if pushed is Status.COMPLETED or operation.fails_at is None:
        return Status.COMPLETED, len(operation.rows)
    return Status.FAILED, operation.fails_at


def _is_at_once(stage: Stage) -> bool:
    """Tell whether a stage takes no time; less than half a microsecond is none."""
    return stage.polls == 0 or (stage.seconds is not None and not _length(stage.seconds))


def _goal(operation: BulkOperation) -> int:
    if operation.stalls_at is not None:
        return operation.stalls_at
    return len(operation.rows) if operation.fails_at is None else operation.fails_at


def _progress(operation: BulkOperation, started: _Mark, now: datetime, polled: int) -> int:
    """Return how many rows are processed within the processing stage: the larger of its share of time and of polls."""
    stage, goal = operation.timeline.processing, _goal(operation)
    if operation.stalls_at is not None and _is_at_once(stage) and now >= started.at:
        return goal
    by_time = by_polls = 0
    if length := _length(stage.seconds or 0):  # less than half a microsecond is no time
        by_time = goal * (now - started.at) // length
    if stage.polls:
        by_polls = goal * (polled - started.poll + 1) // (stage.polls + 1)
    return max(0, min(goal, max(by_time, by_polls)))  # the beginning may lie ahead


def _changed_at(operation: BulkOperation, course: Course, started: _Mark, polls: Sequence[datetime]) -> datetime:
    if course.processed_rows == 0:
        return started.at
    times = RowTimes(started, LATEST, operation.timeline.processing, _goal(operation), polls)
    return times.reached(course.processed_rows) or started.at
