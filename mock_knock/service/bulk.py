"""Bulk operations: accepted at once, worked off in the time of their world, read by polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mock_knock.alike import AlikeRows
from mock_knock.domain.bulk_course import Snapshot, end_of_queue, follow, observe
from mock_knock.domain.bulk_operation import (
    BULK_DELETE,
    BULK_IDENTIFY,
    BULK_SET_PREFERENCES,
    RANK,
    BulkOperation,
    Status,
    Transition,
)
from mock_knock.domain.bulk_rows import FlatRows, Row
from mock_knock.domain.deeds import BatchTruth
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.user import PREFERENCES, are_rows_small, find_oversize
from mock_knock.messages import JsonValue
from mock_knock.service.errors import TransitionRefused, resource_missing
from mock_knock.service.settling import relieve, settle_until
from mock_knock.service.world import World
from mock_knock.store.protocol import OperationRecord

_WITHOUT_ERRORS: Mapping[Status, BatchTruth] = {each: BatchTruth(each, frozenset()) for each in Status}


def identify_users(
    world: World,
    users: Sequence[Mapping[str, JsonValue]],
    *,
    sent: bytes | None = None,
    fault: BulkFault | None = None,
) -> tuple[BulkOperation, Snapshot]:
    """Accept a bulk identify and return its operation as it stands at once.

    Users with too many properties end in `error_items` (our choice). `sent` is the text of the request, if known, which
    mostly shows that nobody is too large. Here and below, `fault` is what goes wrong with the operation.
    """
    may_be_oversize = sent is None or not are_rows_small(sent, len(users))
    return _accept(world, BULK_IDENTIFY, users, fault, find_oversize(users) if may_be_oversize else ())


def count_updates(world: World, ids: Sequence[str], at: datetime) -> frozenset[str]:
    """Count whom a bulk request changes, and return whom it must leave out.

    These were changed by another one less than a second ago (FACTS section 4). `at` is the instant at which the request
    was counted.
    """
    with world.lock:
        return world.rates.count_updates(ids, at)


def delete_users(world: World, ids: Sequence[str], *, fault: BulkFault | None = None) -> tuple[BulkOperation, Snapshot]:
    """Accept a bulk delete and return its operation as it stands at once."""
    return _accept(world, BULK_DELETE, [{"id": each} for each in ids], fault)


def set_user_preferences(
    world: World,
    ids: Sequence[str],
    set_id: str,
    preferences: Mapping[str, JsonValue],
    *,
    fault: BulkFault | None = None,
) -> tuple[BulkOperation, Snapshot]:
    """Accept that users get a preference set in place of what they have, and return the operation at once."""
    rows = [{"id": each, PREFERENCES: {set_id: preferences}} for each in ids]
    return _accept(world, BULK_SET_PREFERENCES, rows, fault)


def read_operation(world: World, operation_id: str, *, is_poll: bool = True) -> tuple[BulkOperation, Snapshot]:
    """Return a bulk operation as it is seen now; a poll counts towards its timeline.

    Raises:
        ResourceMissing: there is no such operation in this world.
    """
    with world.lock:
        record, now = _record(world, operation_id), world.clock.now()
        snapshot = _see(world, record, now)
        if is_poll and RANK[snapshot.status] < RANK[Status.COMPLETED]:
            settle_until(world, now)
            world.state.add_poll(record.operation.id, now)
        return record.operation, snapshot


def stand(world: World, operation_id: str) -> BatchTruth | None:
    """Return how a bulk operation truly stands now, or None when there is no such operation."""
    with world.lock:
        record = world.state.operation(operation_id)
        if record is None:
            return None
        snapshot = record.outcome or _see(world, record, world.clock.now())
        if not snapshot.error_rows:
            return _WITHOUT_ERRORS[snapshot.status]
        ids = record.operation.ids
        return BatchTruth(snapshot.status, frozenset(ids[row] for row in snapshot.error_rows))


def has_failed(world: World, operation_id: str) -> bool:
    """Tell whether a bulk operation is known and has failed by now."""
    with world.lock:
        record = world.state.operation(operation_id)
        if record is None or (record.operation.fails_at is None and not record.operation.transitions):
            return False
        return follow(record.operation, world.clock.now(), record.polls).status is Status.FAILED


def push_operation(world: World, operation_id: str, to: Status) -> tuple[BulkOperation, Snapshot]:
    """Push a bulk operation to a later state.

    Raises:
        ResourceMissing: there is no such operation in this world.
        TransitionRefused: the operation is in that state already, past it, or at its end.
    """
    with world.lock:
        now = world.clock.now()
        settle_until(world, now)
        record = _record(world, operation_id)
        current = observe(record.operation, now, record.polls).status
        if RANK[to] <= RANK[current]:
            raise TransitionRefused(
                "transition-refused",
                f"a bulk operation that is {current} cannot become {to}",
                where=operation_id,
                hint="states only move forward: queued, processing, then completed or failed",
            )
        push = Transition(to, now, len(record.polls))
        operation = replace(record.operation, transitions=(*record.operation.transitions, push))
        world.state.put_operation(record._replace(operation=operation))
        return operation, observe(operation, now, record.polls)


def _accept(
    world: World, name: str, rows: Sequence[Row], fault: BulkFault | None, refused: Sequence[int] = ()
) -> tuple[BulkOperation, Snapshot]:
    with world.lock:
        now, usual = world.clock.now(), world.scenario.bulk
        plan = usual if fault is None else fault.change(usual)
        failing = plan.failing_rows(rows)
        operation = BulkOperation(
            id=world.new_id(),
            name=name,
            inserted_at=now,
            rows=rows if isinstance(rows, (FlatRows, AlikeRows)) else tuple(rows),
            timeline=plan.timeline,
            failing_rows=tuple(sorted({*failing, *refused})) if refused else failing,
            fails_at=plan.fails_after(rows),
            stalls_at=plan.stalls_after(rows),
        )
        if (latest := world.state.latest_operation()) is not None:
            operation.share_ids(latest)
        snapshot = observe(operation, now, ())
        due = end_of_queue(operation) if snapshot.status is Status.QUEUED else ...
        world.state.add_operation(operation, due=due)
        relieve(world, now)
        return operation, snapshot


def _see(world: World, record: OperationRecord, now: datetime) -> Snapshot:
    """Return how an operation stands; how it has ended is found out once."""
    if record.outcome is not None:
        return record.outcome
    snapshot = observe(record.operation, now, record.polls)
    if RANK[snapshot.status] == RANK[Status.COMPLETED]:
        world.state.add_outcome(record.operation.id, snapshot)
    return snapshot


def _record(world: World, operation_id: str) -> OperationRecord:
    record = world.state.operation(operation_id.lower())
    if record is None:
        raise resource_missing("The bulk operation", operation_id)
    return record
