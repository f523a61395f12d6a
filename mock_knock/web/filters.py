"""What the query of a list asks for, read into the words of the rules; it keeps the contract already."""

from __future__ import annotations

from datetime import datetime

import orjson

from mock_knock.contract.records import MultiMap
from mock_knock.domain.filters import MessageFilter, Period, RunFilter
from mock_knock.domain.recipient import RecipientKey
from mock_knock.messages import JsonValue
from mock_knock.service import ParameterInvalid


def read_message_filter(query: MultiMap, *, recipient: RecipientKey | None = None) -> MessageFilter:
    """Return what messages must have.

    Raises:
        ParameterInvalid: `trigger_data` is no JSON object.
    """
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
        data=_read_object(query.get("trigger_data"), "trigger_data"),
        periods=(
            Period(_read_instant(query.get("inserted_at.gt")), _read_instant(query.get("inserted_at.lt"))),
            Period(
                _read_instant(query.get("inserted_at.gte")),
                _read_instant(query.get("inserted_at.lte")),
                has_begin=True,
                has_end=True,
            ),
        ),
        recipient=recipient,
    )


def read_run_filter(query: MultiMap) -> RunFilter:
    """Return what recipient runs must have; an object comes as `recipient[id]` and `recipient[collection]`."""
    id_ = query.get("recipient", query.get("recipient.id"))
    has_errors = query.get("has_errors")
    return RunFilter(
        workflow=query.get("workflow"),
        statuses=query.getlist("status"),
        tenant=query.get("tenant"),
        has_errors=None if has_errors is None else has_errors == "true",
        recipient=None if id_ is None else RecipientKey(id_, query.get("recipient.collection")),
        period=Period(_read_instant(query.get("starting_at")), _read_instant(query.get("ending_at"))),
    )


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _read_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read_object(text: str | None, name: str) -> dict[str, JsonValue]:
    if text is None:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ParameterInvalid("parameter-invalid", "must be a JSON object", where=name)
    return found
