"""How facts that lie in time become the tables that are read: rows of bulk operations and steps of runs.

Whatever reads or changes a table settles first, so that the table is the same whenever it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import chain

from mock_knock.domain.bulk_course import follow, next_change, row_times
from mock_knock.domain.bulk_operation import BULK_DELETE, BULK_IDENTIFY, BULK_SET_PREFERENCES
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.preferences import persist
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import PREFERENCES, create_entity, identify, set_preferences
from mock_knock.service.due_rows import DoneRows, DueRows, group
from mock_knock.service.stepping import Due, due_steps
from mock_knock.service.world import World
from mock_knock.store.protocol import OperationRecord, WorldState

MOST_WAITING = 50_000
"""Rows that may wait until somebody looks; the next look would take too long if there were ever more of them."""
AT_A_TIME = timedelta(seconds=2)
"""The less often it is, the less often an operation is met before it has ended."""


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
    state, world.settled_until = world.state, now
    done = DoneRows()
    found = [_take_rows(state, record, now, done) for record in state.take_due_operations(now)]
    runs = state.take_due_records(now)
    if not found and not runs:
        return
    due = [each for each in found if each is not None]
    if not runs and all(each.operation.name == BULK_IDENTIFY for each in due):
        _identify(state, due)
        return
    rows = [[*_effects(state, each)] for each in due]
    steps = [[*due_steps(state, record, now)] for record in runs]
    for _, take_effect in merge(*rows, *steps, key=_instant):
        take_effect()


def _identify(state: WorldState, due: Sequence[DueRows]) -> None:
    """Identify whom rows name, with the effect of their order, and in that order users who are new."""
    batch = group(due)
    if len(due) > 1 and (new := state.unknown_users(chain.from_iterable(batch.groups))):
        state.expect_users(batch.first_named(new))
    for each in batch.sure_rows():
        state.identify_users(each.listed(), each.times, each.indexes)
    for each, index in batch.unsure_rows() if batch.unsure else ():
        state.identify_users((each.operation.rows[index],), each.times, (index,))


def relieve(world: World, now: datetime) -> None:
    """Settle although nobody looks, where so many rows wait that whoever looks next would have to wait, too.

    It goes two seconds at a time, or a quarter of what has passed, so that whoever sends does not wait for long.
    """
    passed = now - world.settled_until
    if passed >= AT_A_TIME and world.state.unsettled_rows() > MOST_WAITING:
        settle_until(world, world.settled_until + max(AT_A_TIME, passed / 4))


def _take_rows(state: WorldState, record: OperationRecord, now: datetime, done: DoneRows) -> DueRows | None:
    """Return the rows of an operation that are due, and note that they are taken."""
    operation = record.operation
    course = follow(operation, now, record.polls)
    rows = range(record.settled_rows, course.processed_rows)
    has_ended = course.ended is not None
    has_done = has_ended and operation.name == BULK_IDENTIFY
    left = operation.with_rows(done.of(operation)) if has_done else operation
    taken = OperationRecord(left, record.polls, course.processed_rows, record.outcome)
    due = None if has_ended else next_change(operation, course, record.polls, course.processed_rows)
    state.put_operation(taken, is_settled=has_ended, due=due)
    failed = frozenset(operation.failing_rows)
    indexes = [row for row in rows if row not in failed] if failed else rows
    return DueRows(operation, indexes, row_times(operation, course, now, record.polls)) if indexes else None


def _effects(state: WorldState, due: DueRows) -> Iterator[Due]:
    take_effect = _ROW_EFFECTS[due.operation.name]
    for index in due.indexes:
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
