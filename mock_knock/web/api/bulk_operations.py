"""Bulk operations: what starts one on users, and reading it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import accumulate
from urllib.parse import quote

from flask import Blueprint, Response, request

from mock_knock.domain.bulk_operation import BulkOperation, Snapshot
from mock_knock.domain.preferences import DEFAULT_SET
from mock_knock.service import bulk
from mock_knock.web.pipeline import add_note, base_url, current_request, current_world
from mock_knock.web.problems import json_response
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
    is_poll = request.method == "GET"
    operation, snapshot = bulk.read_operation(current_world(), id_, is_poll=is_poll)
    add_note(f"{snapshot.status.value}, {snapshot.processed_rows} of {snapshot.total_rows} rows")
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


@bulk_operations.post("/v1/users/bulk/identify")
def bulk_identify_users() -> Response:
    """POST /v1/users/bulk/identify."""
    body = validated("bulkIdentifyUsers", {}).body
    size = len(current_request().get_data())
    refused = bulk.turn_away(current_world(), [each["id"] for each in body["users"]])
    users = [each for each in body["users"] if each["id"] not in refused] if refused else body["users"]
    return _accepted(*bulk.identify_users(current_world(), users, size=size), left_out("users", refused))


@bulk_operations.post("/v1/users/bulk/delete")
def bulk_delete_users() -> Response:
    """POST /v1/users/bulk/delete."""
    body = validated("bulkDeleteUsers", {}).body
    refused = bulk.turn_away(current_world(), body["user_ids"])
    ids = [each for each in body["user_ids"] if each not in refused]
    return _accepted(*bulk.delete_users(current_world(), ids), left_out("user_ids", refused))


@bulk_operations.post("/v1/users/bulk/preferences")
def bulk_set_user_preferences() -> Response:
    """POST /v1/users/bulk/preferences."""
    body = validated("bulkSetUserPreferences", {}).body
    sent = body["preferences"]
    set_id = sent.get("id", DEFAULT_SET)
    refused = bulk.turn_away(current_world(), body["user_ids"])
    ids = [each for each in body["user_ids"] if each not in refused]
    accepted = bulk.set_user_preferences(current_world(), ids, set_id, sent)
    return _accepted(*accepted, left_out("user_ids", refused))


def left_out(parameter: str, ids: Collection[str]) -> dict[str, str]:
    """Return the header that lists whom a bulk request left out, comma separated (FACTS section 4).

    What a header cannot hold is percent-encoded, and what is too long for one is cut (our choice).
    """
    if not ids:
        return {}
    add_note(f"{len(ids)} users left out: another bulk request changed them less than a second ago")
    listed = list(accumulate((quote(each, safe=SAFE) for each in sorted(ids)), "{},{}".format))
    return {f"x-ratelimited-{parameter}": next(each for each in reversed(listed) if len(each) <= MAX_LISTED)}


def _accepted(operation: BulkOperation, snapshot: Snapshot, headers: Mapping[str, str]) -> Response:
    add_note(f"{len(operation.rows)} users in bulk operation {operation.id}")
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()), headers=headers)
