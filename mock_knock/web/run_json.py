"""Runs and messages as Knock shows them (FACTS section 8)."""

from __future__ import annotations

from mock_knock.domain.channel import Channel
from mock_knock.domain.message import Message
from mock_knock.domain.workflow_run import RunRecord, StepOutcome
from mock_knock.messages import JsonValue
from mock_knock.web.representation import recipient_json, timestamp

CHANNEL_SINCE = "2025-01-01T00:00:00.000Z"
"""When channels were made: nobody makes them here, and a message has to say it."""
_NEVER = ("archived_at", "clicked_at", "interacted_at", "link_clicked_at", "read_at", "scheduled_at", "seen_at")
"""What happens to no message here."""


def recipient_run_json(record: RunRecord) -> dict[str, JsonValue]:
    """Return a recipient's run."""
    request = record.run.request
    return {
        "__typename": "WorkflowRecipientRun",
        "id": record.recipient_run.id,
        "workflow_run_id": record.run.id,
        "workflow": record.run.workflow.key,
        "status": record.status.value,
        "recipient": recipient_json(record.recipient_run.recipient),
        "actor": None if request.actor is None else recipient_json(request.actor.key),
        "tenant": _tenant(record),
        "error_count": 0,
        "trigger_source": {"type": "api", "cancellation_key": request.cancellation_key},
        "inserted_at": timestamp(record.run.inserted_at),
        "updated_at": timestamp(record.updated_at),
    }


def recipient_run_detail_json(record: RunRecord) -> dict[str, JsonValue]:
    """Return a recipient's run with what happened in it."""
    events = [_event(record, number, each) for number, each in enumerate(record.outcomes)]
    return {**recipient_run_json(record), "events": events}


def message_json(message: Message) -> dict[str, JsonValue]:
    """Return a message."""
    record = message.record
    workflow, actor = record.run.workflow, record.run.request.actor
    return {
        **dict.fromkeys(_NEVER),
        "__typename": "Message",
        "id": message.id,
        "channel_id": message.channel.id,
        "channel": _channel(message.channel),
        "status": message.status,
        "engagement_statuses": [],
        "recipient": recipient_json(message.recipient),
        "recipient_snapshot": message.snapshot,
        "actors": [] if actor is None else [recipient_json(actor.key)],
        "tenant": _tenant(record),
        "data": dict(record.recipient_run.data),
        "metadata": None,
        "workflow": workflow.key,
        "source": {
            "__typename": "NotificationSource",
            "type": "workflow",
            "key": workflow.key,
            "version_id": workflow.version_id,
            "categories": list(workflow.categories),
            "step_ref": message.step_ref,
            "workflow_run_id": record.run.id,
            "workflow_recipient_run_id": record.recipient_run.id,
        },
        "inserted_at": timestamp(message.inserted_at),
        "updated_at": timestamp(message.inserted_at),
    }


def _channel(channel: Channel) -> dict[str, JsonValue]:
    return {
        "id": channel.id,
        "key": channel.key,
        "name": channel.name,
        "type": channel.type,
        "provider": channel.provider,
        "created_at": CHANNEL_SINCE,
        "updated_at": CHANNEL_SINCE,
    }


def _event(record: RunRecord, number: int, outcome: StepOutcome) -> dict[str, JsonValue]:
    return {
        "__typename": "WorkflowRecipientRunEvent",
        "id": f"{record.recipient_run.id}-{number}",
        "event": outcome.event,
        "status": "ok",
        "attempt": 1,
        "step_ref": outcome.ref,
        "step_type": outcome.step_type,
        "data": dict(outcome.data),
        "inserted_at": timestamp(outcome.at),
    }


def _tenant(record: RunRecord) -> str | None:
    tenant = record.run.request.tenant
    return None if tenant is None else tenant.key.id
