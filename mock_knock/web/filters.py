"""What the query of a list asks for, read into the words of the rules; it keeps the contract already."""

from __future__ import annotations

import orjson

from mock_knock.contract.records import MultiMap
from mock_knock.domain.filters import MessageFilter, Period, RunFilter
from mock_knock.domain.recipient import RecipientKey
from mock_knock.messages import JsonValue
from mock_knock.web.query import Tolerate, read_instant


def read_message_filter(query: MultiMap, tolerate: Tolerate, *, recipient: RecipientKey | None = None) -> MessageFilter:
    """Return what messages must have."""
    return MessageFilter(
        statuses=query.getlist("status"),
        engagement_statuses=query.getlist("engagement_status"),
        ids=query.getlist("message_ids"),
        categories=query.getlist("workflow_categories"),
        workflow=query.get("source"),
        workflow_run_id=_lower(query.get("workflow_run_id")),
        recipient_run_id=_lower(query.get("workflow_recipient_run_id")),
        tenant=query.get("tenant"),
        channel_id=_lower(query.get("channel_id")),
        data=_read_object(query, "trigger_data", tolerate),
        periods=(
            Period(read_instant(query, "inserted_at.gt", tolerate), read_instant(query, "inserted_at.lt", tolerate)),
            Period(
                read_instant(query, "inserted_at.gte", tolerate),
                read_instant(query, "inserted_at.lte", tolerate),
                has_begin=True,
                has_end=True,
            ),
        ),
        recipient=recipient,
    )


def read_run_filter(query: MultiMap, tolerate: Tolerate) -> RunFilter:
    """Return what recipient runs must have; an object comes as `recipient[id]` and `recipient[collection]`."""
    id_ = query.get("recipient", query.get("recipient.id"))
    has_errors = query.get("has_errors")
    return RunFilter(
        workflow=query.get("workflow"),
        statuses=query.getlist("status"),
        tenant=query.get("tenant"),
        has_errors=None if has_errors is None else has_errors == "true",
        recipient=None if id_ is None else RecipientKey(id_, query.get("recipient.collection")),
        period=Period(read_instant(query, "starting_at", tolerate), read_instant(query, "ending_at", tolerate)),
    )


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _read_object(query: MultiMap, name: str, tolerate: Tolerate) -> dict[str, JsonValue]:
    if name not in query:
        return {}
    try:
        found = orjson.loads(query[name])
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        tolerate(name, "must be a JSON object")
        return {}
    return found
