"""How facts that lie in time become the tables that are read: rows of bulk operations and steps of runs.

Whatever reads or changes a table settles first, so that the table is the same whenever it is looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from heapq import merge

from mock_knock.domain.bulk_operation import (
    BULK_DELETE,
    BULK_IDENTIFY,
    BULK_SET_PREFERENCES,
    BulkOperation,
    RowTimes,
    follow,
    next_change,
    row_times,
)
from mock_knock.domain.bulk_rows import FlatRows, Ids, Row
from mock_knock.domain.preferences import persist
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import PREFERENCES, create_entity, identify, set_preferences
from mock_knock.service.stepping import Due, due_steps
from mock_knock.service.world import World
from mock_knock.store.protocol import OperationRecord, WorldState

MOST_WAITING = 50_000
"""Rows that may wait until somebody looks; the next look would take too long if there were ever more of them."""


@dataclass(frozen=True, slots=True)
class _DueRows:
    """Rows of one operation that are processed and have not had their effect."""

    operation: BulkOperation
    rows: range
    failed: frozenset[int]
    times: RowTimes

    def effective(self) -> Sequence[Row]:
        """Return the rows that have an effect."""
        found = self.operation.rows[self.rows.start : self.rows.stop]
        if not self.failed:
            return FlatRows(found) if isinstance(self.operation.rows, FlatRows) else found
        return [row for index, row in enumerate(found, self.rows.start) if index not in self.failed]


def settle(world: World) -> datetime:
    """Bring the tables of a world up to now, and return now.

    Rows of several operations are taken in the order of their instants. Polls and pushes settle what was there before
    them, so that those of one instant keep their order too. A row comes before a step of the same instant.
    """
    with world.lock:
        now = world.clock.now()
        settle_until(world, now)
        return now


def settle_until(world: World, now: datetime) -> None:
    """Bring the tables of a world up to an instant that is not before the last one."""
    state = world.state
    found = [_take_rows(state, record, now) for record in state.take_due_operations(now)]
    due = [each for each in found if each is not None]
    runs = state.take_due_records(now)
    if not due and not runs:
        return
    if not runs and _may_go_one_by_one(due):
        for each in due:
            state.identify_users(each.effective(), each.times, first=each.rows.start)
        return
    rows = [[*_effects(state, each)] for each in due]
    steps = [[*due_steps(state, record, now)] for record in runs]
    for _, take_effect in merge(*rows, *steps, key=_instant):
        take_effect()


def relieve(world: World, now: datetime) -> None:
    """Settle although nobody looks, where so many rows wait that whoever looks next would have to wait, too.

    Most of those that are left then are not due yet: it is tried again when half as many have come on top of them.
    """
    if world.state.unsettled_rows() > world.most_waiting:
        settle_until(world, now)
        world.most_waiting = MOST_WAITING + world.state.unsettled_rows() * 3 // 2


def _take_rows(state: WorldState, record: OperationRecord, now: datetime) -> _DueRows | None:
    """Return the rows of an operation that are due, and note that they are taken."""
    operation = record.operation
    course = follow(operation, now, record.polls)
    rows = range(record.settled_rows, course.processed_rows)
    has_ended = course.ended is not None
    has_done = has_ended and operation.name == BULK_IDENTIFY
    left = replace(operation, rows=Ids(operation.ids)) if has_done else operation
    taken = replace(record, operation=left, settled_rows=course.processed_rows)
    due = None if has_ended else next_change(operation, course, record.polls, course.processed_rows)
    state.put_operation(taken, is_settled=has_ended, due=due)
    if not rows:
        return None
    failing = operation.failing_rows
    failed = frozenset(failing[: bisect_left(failing, course.processed_rows)])
    return _DueRows(operation, rows, failed, row_times(operation, course, now, record.polls))


def _may_go_one_by_one(due: Sequence[_DueRows]) -> bool:
    """Tell whether due rows have the same effect one operation after the other as in the order of their instants.

    So it is for one operation, and for those that name the same users in the same order, each once, and go at the same
    pace.
    """
    if not all(each.operation.name == BULK_IDENTIFY and not each.failed for each in due):
        return False
    if len(due) < 2:  # noqa: PLR2004  # one alone is in order
        return True
    first = due[0]
    if any(_has_other_pace(first, each) for each in due):
        return False
    ids = first.operation.ids
    return len(set(ids)) == len(ids) and all(each.operation.ids == ids for each in due[1:])


def _has_other_pace(one: _DueRows, other: _DueRows) -> bool:
    """Tell whether the rows of two operations can be processed at the same place and in another order."""
    paces = [
        (each.operation.timeline, each.times.goal, each.operation.transitions, len(each.times.polls))
        for each in (one, other)
    ]
    return paces[0] != paces[1] or bool(one.operation.transitions) or bool(one.times.polls)


def _effects(state: WorldState, due: _DueRows) -> Iterator[Due]:
    take_effect = _ROW_EFFECTS[due.operation.name]
    for index in due.rows:
        if index not in due.failed:
            at = due.times.of(index)
            yield at, partial(take_effect, state, due.operation.rows[index], at)


def _identify_row(state: WorldState, row: Row, at: datetime) -> None:
    key = RecipientKey(row["id"])
    state.put_recipient(identify(state.recipient(key), key, row, at))


def _delete_row(state: WorldState, row: Row, _: datetime) -> None:
    state.remove_recipient(RecipientKey(row["id"]))


def _set_preferences_row(state: WorldState, row: Row, at: datetime) -> None:
    key = RecipientKey(row["id"])
    entity = state.recipient(key) or create_entity(key, at)
    for set_id, sent in row[PREFERENCES].items():
        kept = persist(entity.preferences.get(set_id), sent, default="replace")
        entity = set_preferences(entity, set_id, kept, at)
    state.put_recipient(entity)


_ROW_EFFECTS: Mapping[str, Callable[[WorldState, Row, datetime], None]] = {
    BULK_IDENTIFY: _identify_row,
    BULK_DELETE: _delete_row,
    BULK_SET_PREFERENCES: _set_preferences_row,
}


def _instant(due: Due) -> datetime:
    return due[0]
