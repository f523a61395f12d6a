"""How facts that lie in time become the tables that are read: rows of bulk operations and steps of runs.

Whatever reads or changes a table settles first, so that the table is the same whenever it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from heapq import merge

from mock_knock.domain.bulk_operation import (
    BULK_DELETE,
    BULK_IDENTIFY,
    BULK_SET_PREFERENCES,
    RANK,
    BulkOperation,
    Status,
    observe,
    processed_instants,
)
from mock_knock.domain.bulk_plan import Row
from mock_knock.domain.preferences import persist
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import PREFERENCES, create_entity, identify, set_preferences
from mock_knock.service.stepping import Due, due_steps
from mock_knock.service.world import World
from mock_knock.store.protocol import OperationRecord, WorldState


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
    rows = [_settle_operation(world, record, now) for record in world.state.unsettled()]
    steps = [[*due_steps(world.state, record, now)] for record in world.state.take_due_records(now)]
    for _, take_effect in merge(*rows, *steps, key=_instant):
        take_effect()


def _settle_operation(world: World, record: OperationRecord, now: datetime) -> list[Due]:
    operation = record.operation
    snapshot = observe(operation, now, record.polls)
    has_ended = RANK[snapshot.status] == RANK[Status.COMPLETED]
    rows = range(record.settled_rows, snapshot.processed_rows)
    if not rows and not has_ended:
        return []
    failed = frozenset(snapshot.error_rows)
    instants = processed_instants(operation, now, record.polls, rows)
    world.state.put_operation(replace(record, settled_rows=snapshot.processed_rows), is_settled=has_ended)
    return [*_effects(world.state, operation, zip(rows, instants, strict=True), failed)]


def _effects(
    state: WorldState, operation: BulkOperation, rows: Iterator[tuple[int, datetime]], failed: frozenset[int]
) -> Iterator[Due]:
    take_effect = _ROW_EFFECTS[operation.name]
    for index, at in rows:
        if index not in failed:
            yield at, partial(take_effect, state, operation.rows[index], at)


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
