"""Bulk operations: what starts one on users, and reading it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Blueprint, Response

from mock_knock.domain.bulk_course import Snapshot
from mock_knock.domain.bulk_operation import BulkOperation
from mock_knock.domain.bulk_rows import FlatRows
from mock_knock.domain.preferences import DEFAULT_SET
from mock_knock.service import bulk
from mock_knock.web.answers import json_response
from mock_knock.web.current import add_note, base_url, current_call, current_request, current_world, received_body
from mock_knock.web.faulting import bulk_fault
from mock_knock.web.ground_truth import note_batch
from mock_knock.web.representation import bulk_operation_json
from mock_knock.web.validation import validated

bulk_operations = Blueprint("bulk_operations", __name__)
MAX_LISTED = 8_000
"""Characters of a header; clients read lines of at most 65,536."""
SAFE = "!#$&'()*+/:;=?@[]^_`{|}~-.<>"
"""What stands in an id and in a header alike; a comma separates."""


@bulk_operations.get("/v1/bulk_operations/<id_>")
def get_bulk_operation(id_: str) -> Response:
    """GET /v1/bulk_operations/{id}; only a GET counts as a poll."""
    validated("getBulkOperation", {"id": id_})
    is_poll = current_request().method == "GET"
    operation, snapshot = bulk.read_operation(current_world(), id_, is_poll=is_poll)
    add_note(f"{snapshot.status.value}, {snapshot.processed_rows} of {snapshot.total_rows} rows")
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


@bulk_operations.post("/v1/users/bulk/identify")
def bulk_identify_users() -> Response:
    """POST /v1/users/bulk/identify."""
    body = validated("bulkIdentifyUsers", {}).body
    refused = _count_updates(each["id"] for each in body["users"])
    users = [each for each in body["users"] if each["id"] not in refused] if refused else body["users"]
    if current_call().is_shallow:
        users = FlatRows(users)
    return _answer(
        bulk.identify_users(current_world(), users, sent=received_body(), fault=bulk_fault()), "users", refused
    )


@bulk_operations.post("/v1/users/bulk/delete")
def bulk_delete_users() -> Response:
    """POST /v1/users/bulk/delete."""
    ids = validated("bulkDeleteUsers", {}).body["user_ids"]
    refused = _count_updates(ids)
    return _answer(bulk.delete_users(current_world(), _others(ids, refused), fault=bulk_fault()), "user_ids", refused)


@bulk_operations.post("/v1/users/bulk/preferences")
def bulk_set_user_preferences() -> Response:
    """POST /v1/users/bulk/preferences."""
    body = validated("bulkSetUserPreferences", {}).body
    ids, sent = body["user_ids"], body["preferences"]
    refused = _count_updates(ids)
    set_id = sent.get("id", DEFAULT_SET)
    accepted = bulk.set_user_preferences(current_world(), _others(ids, refused), set_id, sent, fault=bulk_fault())
    return _answer(accepted, "user_ids", refused)


def list_in_header(ids: Iterable[str]) -> str:
    """Return ids as a header lists them, comma separated (FACTS section 4).

    What a header cannot hold is percent-encoded, and what would be too long is left out (our choice).
    """
    listed, left = [], MAX_LISTED
    for each in ids:
        text = quote(each, safe=SAFE)
        left -= len(text) + 1
        if left < 0:
            break
        listed.append(text)
    return ",".join(listed)


def _count_updates(ids: Iterable[str]) -> frozenset[str]:
    at = current_call().counted_at  # unless there are limits there is none, and nobody needs the ids
    return frozenset() if at is None else bulk.count_updates(current_world(), [*ids], at)


def _others(ids: Sequence[str], refused: frozenset[str]) -> Sequence[str]:
    return [each for each in ids if each not in refused] if refused else ids


def _answer(accepted: tuple[BulkOperation, Snapshot], parameter: str, refused: frozenset[str]) -> Response:
    operation, snapshot = accepted
    note_batch(operation)
    headers = {}
    add_note(f"{len(operation.rows)} users in bulk operation {operation.id}")
    if refused:
        add_note(f"{len(refused)} users left out: another bulk request changed them less than a second ago")
        headers[f"x-ratelimited-{parameter}"] = list_in_header(sorted(refused))
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()), headers=headers)
