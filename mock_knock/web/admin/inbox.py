"""What came of the requests: users, runs and messages, read without a trace in the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flask import Blueprint, Response

from mock_knock.domain.message import Message
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.trigger import WorkflowRun
from mock_knock.domain.workflow_run import RunRecord
from mock_knock.messages import JsonValue
from mock_knock.service import resource_missing
from mock_knock.service.settling import settle
from mock_knock.web.admin.queries import query_texts
from mock_knock.web.answers import json_response
from mock_knock.web.current import current_world
from mock_knock.web.representation import recipient_json, timestamp, user_json
from mock_knock.web.run_json import message_json

inbox = Blueprint("inbox", __name__, url_prefix="/_mock")


@inbox.get("/users")
def list_inbox_users() -> Response:
    """GET /_mock/users: the ids of all users, in the order in which they came."""
    world = current_world()
    with world.lock:
        settle(world)
        return json_response({"ids": [each.id for each in world.state.recipients() if each.collection is None]})


@inbox.get("/users/<text:id_>")
def read_inbox_user(id_: str) -> Response:
    """GET /_mock/users/{id}: a user as Knock shows it, with preferences and channel data."""
    world = current_world()
    with world.lock:
        settle(world)
        found = world.state.recipient(RecipientKey(id_))
    if found is None:
        raise resource_missing("The user", id_)
    return json_response({**user_json(found, with_preferences=True), "channel_data": dict(found.channel_data)})


@inbox.get("/runs")
def list_inbox_runs() -> Response:
    """GET /_mock/runs?workflow=welcome&recipient=ada: every accepted trigger, oldest first."""
    wanted, world = query_texts("workflow", "recipient"), current_world()
    with world.lock:
        settle(world)
        records = {each.recipient_run.id: each for each in world.state.records()}
        found = [
            _run_json(each, [records[one.id] for one in each.recipient_runs])
            for each in world.state.runs()
            if _holds({"workflow": {each.request.workflow}, "recipient": _meant(each)}, wanted)
        ]
    return json_response({"runs": found})


@inbox.get("/messages")
def list_inbox_messages() -> Response:
    """GET /_mock/messages?recipient=ada&workflow=welcome&channel=email: every message, oldest first.

    A channel is meant by its type, its key or its id.
    """
    wanted, world = query_texts("recipient", "workflow", "channel"), current_world()
    with world.lock:
        settle(world)
        found = [message_json(each) for each in world.state.messages() if _holds(_names(each), wanted)]
    return json_response({"messages": found})


def _holds(names: Mapping[str, Collection[str]], wanted: Mapping[str, str]) -> bool:
    return all(value in names[name] for name, value in wanted.items())


def _names(message: Message) -> dict[str, set[str]]:
    channel = message.channel
    return {
        "recipient": {str(message.recipient)},
        "workflow": {message.record.run.workflow.key},
        "channel": {channel.type, channel.key, channel.id},
    }


def _run_json(run: WorkflowRun, records: Iterable[RunRecord]) -> JsonValue:
    asked = run.request
    return {
        "id": run.id,
        "workflow": asked.workflow,
        "recipients": [recipient_json(each.key) for each in asked.recipients],
        "recipient_runs": [
            {
                "id": each.recipient_run.id,
                "recipient": recipient_json(each.recipient_run.recipient),
                "status": each.status.value,
            }
            for each in records
        ],
        "unknown": [recipient_json(each) for each in run.unknown],
        "actor": None if asked.actor is None else recipient_json(asked.actor.key),
        "tenant": None if asked.tenant is None else asked.tenant.key.id,
        "data": dict(asked.data or {}),
        "cancellation_key": asked.cancellation_key,
        "inserted_at": timestamp(run.inserted_at),
    }


def _meant(run: WorkflowRun) -> set[str]:
    """Return whom a run is for: whom it names, and who subscribes to what it names."""
    keys = (*(each.key for each in run.request.recipients), *(each.recipient for each in run.recipient_runs))
    return {str(each) for each in keys}
