"""How a seed is written: what is read again is the same seed."""

from __future__ import annotations

from datetime import UTC, datetime

from mock_knock.domain.bulk_course import observe
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.channel import DEFAULT_CHANNELS, Channel
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.seed import (
    Course,
    Seed,
    SeededEntity,
    SeededKey,
    SeededMessage,
    SeededOperation,
    SeededRecipientRun,
    SeededRun,
    SeededSubscription,
)
from mock_knock.domain.timeline_format import write_timeline
from mock_knock.domain.user import UPDATED_AT
from mock_knock.domain.workflow import DelayStep, Step, Workflow
from mock_knock.domain.workflow_run import StepOutcome
from mock_knock.messages import JsonValue


def write_seed(seed: Seed) -> dict[str, JsonValue]:
    """Return a seed as a document of JSON; operations that go on say their status as it is at `seed.now`."""
    channels = [each for each in seed.catalog.channels.values() if each not in DEFAULT_CHANNELS]
    return {
        "version": 1,
        "now": _instant(seed.now),
        "channels": [_channel(each) for each in channels],
        "workflows": [_workflow(each) for each in seed.catalog.workflows.values()],
        "users": [_entity(each) for each in seed.users],
        "objects": [_entity(each) for each in seed.objects],
        "tenants": [_entity(each) for each in seed.tenants],
        "subscriptions": [_subscription(each) for each in seed.subscriptions],
        "bulk_operations": [_operation(each, seed.now) for each in seed.bulk_operations],
        "workflow_runs": [_run(each) for each in seed.runs],
        "messages": [_message(each) for each in seed.messages],
        "keys": [_key(each) for each in seed.keys],
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _recipient(key: RecipientKey) -> JsonValue:
    return key.id if key.collection is None else {"collection": key.collection, "id": key.id}


def _optional(value: RecipientKey | None) -> JsonValue:
    return None if value is None else _recipient(value)


def _key(key: SeededKey) -> dict[str, JsonValue]:
    return {"key": key.key, "environment": key.environment, "revoked": key.is_revoked}


def _channel(channel: Channel) -> dict[str, JsonValue]:
    return {
        "key": channel.key,
        "type": channel.type,
        "id": channel.id,
        "name": channel.name,
        "provider": channel.provider,
    }


def _workflow(workflow: Workflow) -> dict[str, JsonValue]:
    return {
        "key": workflow.key,
        "name": workflow.name,
        "active": workflow.is_active,
        "commercial": workflow.is_commercial,
        "categories": list(workflow.categories),
        "steps": [_step(each) for each in workflow.steps],
    }


def _step(step: Step) -> dict[str, JsonValue]:
    if isinstance(step, DelayStep):
        return {"ref": step.ref, "delay": step.seconds}
    return {"ref": step.ref, "channel": step.channel.key}


def _entity(entity: SeededEntity) -> dict[str, JsonValue]:
    instant = {} if entity.updated_at is None else {UPDATED_AT: _instant(entity.updated_at)}
    return {**entity.row, **instant}


def _subscription(subscription: SeededSubscription) -> dict[str, JsonValue]:
    return {
        "object": _recipient(subscription.object),
        "recipient": _recipient(subscription.recipient),
        "properties": subscription.properties,
        "inserted_at": _instant(subscription.inserted_at),
        "updated_at": _instant(subscription.updated_at),
    }


def _operation(operation: SeededOperation, now: datetime | None) -> dict[str, JsonValue]:
    status = operation.status
    if operation.course is not None and now is not None and operation.inserted_at is not None:
        status = observe(operation.facts(operation.inserted_at), now, operation.course.polls).status
    return {
        "id": operation.id,
        "name": operation.name,
        **({} if status is None else {"status": status.value}),
        "inserted_at": _instant(operation.inserted_at),
        "rows": [_row(each) for each in operation.rows],
        "failing_rows": list(operation.failing_rows),
        **({} if operation.course is None else _course(operation.course)),
    }


def _row(row: Row) -> JsonValue:
    return row["id"] if row.keys() == {"id"} else dict(row)


def _course(course: Course) -> dict[str, JsonValue]:
    return {
        "progress": write_timeline(course.timeline),
        "fails_at": course.fails_at,
        "stalls_at": course.stalls_at,
        "polls": [_instant(each) for each in course.polls],
        "transitions": [
            {"to": each.to.value, "at": _instant(each.at), "after_polls": each.after_polls}
            for each in course.transitions
        ],
        "settled_rows": course.settled_rows,
    }


def _run(run: SeededRun) -> dict[str, JsonValue]:
    return {
        "id": run.id,
        "workflow": run.workflow,
        "inserted_at": _instant(run.inserted_at),
        "actor": _optional(run.actor),
        "tenant": run.tenant,
        "data": run.data,
        "cancellation_key": run.cancellation_key,
        "settings": run.settings,
        "continues": run.continues,
        "recipient_runs": [_recipient_run(each) for each in run.recipient_runs],
        "unknown_recipients": [_recipient(each) for each in run.unknown],
        "unknown_actor": run.is_actor_unknown,
    }


def _recipient_run(run: SeededRecipientRun) -> dict[str, JsonValue]:
    return {
        "id": run.id,
        "recipient": _recipient(run.recipient),
        "data": run.data,
        "events": [_event(each) for each in run.events],
        "cancelled_at": _instant(run.cancelled_at),
        "aliases": list(run.aliases),
    }


def _event(event: StepOutcome) -> dict[str, JsonValue]:
    return {
        "step_ref": event.ref,
        "step_type": event.step_type,
        "event": event.event,
        "inserted_at": _instant(event.at),
        "data": event.data,
    }


def _message(message: SeededMessage) -> dict[str, JsonValue]:
    return {
        "id": message.id,
        "workflow_recipient_run_id": message.recipient_run_id,
        "channel": message.channel.key,
        "status": message.status,
        "step_ref": message.step_ref,
        "inserted_at": _instant(message.inserted_at),
        "recipient_snapshot": message.snapshot,
    }
