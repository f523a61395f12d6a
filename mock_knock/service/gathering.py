"""How a world becomes a seed: everything that is there, as it stands now."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mock_knock.domain.message import Message
from mock_knock.domain.seed import (
    Course,
    Seed,
    SeededEntity,
    SeededMessage,
    SeededOperation,
    SeededRecipientRun,
    SeededRun,
    SeededSubscription,
)
from mock_knock.domain.subscription import Subscription
from mock_knock.domain.trigger import WorkflowRun
from mock_knock.domain.user import CHANNEL_DATA, PREFERENCES, Entity
from mock_knock.domain.workflow_run import RunRecord
from mock_knock.service.settling import settle
from mock_knock.service.world import World
from mock_knock.store.protocol import OperationRecord, WorldState


def gather(world: World) -> Seed:
    """Return the facts of a world as a seed; keys, journal, rates and idempotency keys are not among them."""
    with world.lock:
        now, state = settle(world), world.state
        recipients = tuple(state.recipients())
        return Seed(
            now=now,
            catalog=world.catalog,
            users=tuple(_entity(each) for each in recipients if each.collection is None),
            objects=tuple(_entity(each) for each in recipients if each.collection is not None),
            tenants=tuple(_entity(each) for each in state.tenants()),
            subscriptions=tuple(_subscription(each) for each in state.subscriptions()),
            bulk_operations=tuple(_operation(each) for each in state.operations()),
            runs=_runs(state),
            messages=tuple(_message(each) for each in state.messages()),
        )


def _entity(entity: Entity) -> SeededEntity:
    apart = {PREFERENCES: entity.preferences, CHANNEL_DATA: entity.channel_data}
    collection = {} if entity.collection is None else {"collection": entity.collection}
    row = {
        "id": entity.id,
        **collection,
        **entity.properties,
        **{name: value for name, value in apart.items() if value},
    }
    return SeededEntity(row, entity.updated_at)


def _subscription(each: Subscription) -> SeededSubscription:
    return SeededSubscription(each.object, each.recipient, each.properties, each.inserted_at, each.updated_at)


def _operation(record: OperationRecord) -> SeededOperation:
    found = record.operation
    return SeededOperation(
        id=found.id,
        name=found.name,
        rows=tuple(found.rows),
        failing_rows=found.failing_rows,
        inserted_at=found.inserted_at,
        course=Course(
            timeline=found.timeline,
            fails_at=found.fails_at,
            stalls_at=found.stalls_at,
            polls=tuple(record.polls),
            transitions=found.transitions,
            settled_rows=record.settled_rows,
        ),
    )


def _runs(state: WorldState) -> tuple[SeededRun, ...]:
    records = {each.recipient_run.id: each for each in state.records()}
    aliases: dict[str, list[str]] = {}
    for alias, id_ in state.aliases().items():
        aliases.setdefault(id_, []).append(alias)
    return tuple(_run(each, records, aliases) for each in state.runs())


def _run(run: WorkflowRun, records: Mapping[str, RunRecord], aliases: Mapping[str, list[str]]) -> SeededRun:
    request = run.request
    return SeededRun(
        id=run.id,
        workflow=request.workflow,
        recipient_runs=tuple(
            _recipient_run(records[each.id], tuple(aliases.get(each.id, ()))) for each in run.recipient_runs
        ),
        actor=None if request.actor is None else request.actor.key,
        tenant=None if request.tenant is None else request.tenant.key.id,
        data=request.data,
        cancellation_key=request.cancellation_key,
        settings=request.settings,
        inserted_at=run.inserted_at,
        continues=bool(run.workflow.steps),
        unknown=run.unknown,
        is_actor_unknown=run.unknown_actor is not None,
    )


def _recipient_run(record: RunRecord, aliases: tuple[str, ...]) -> SeededRecipientRun:
    run = record.recipient_run
    data = None if json.dumps(run.data) == json.dumps(record.run.request.data or {}) else run.data  # true is not 1
    return SeededRecipientRun(run.id, run.recipient, data, record.outcomes, record.cancelled_at, aliases)


def _message(message: Message) -> SeededMessage:
    return SeededMessage(
        id=message.id,
        recipient_run_id=message.record.recipient_run.id,
        channel=message.channel,
        status=message.status,
        step_ref=message.step_ref,
        inserted_at=message.inserted_at,
        snapshot=message.snapshot,
    )
