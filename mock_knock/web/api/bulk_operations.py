"""Bulk operations: what starts one on users, and reading it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mock_knock.domain.bulk_operation import BulkOperation, Snapshot
from mock_knock.domain.preferences import DEFAULT_SET
from mock_knock.service import bulk
from mock_knock.web.pipeline import add_note, base_url, current_request, current_world
from mock_knock.web.problems import json_response
from mock_knock.web.representation import bulk_operation_json
from mock_knock.web.validation import validated

bulk_operations = Blueprint("bulk_operations", __name__)


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
    return _accepted(*bulk.identify_users(current_world(), body["users"], size=size))


@bulk_operations.post("/v1/users/bulk/delete")
def bulk_delete_users() -> Response:
    """POST /v1/users/bulk/delete."""
    body = validated("bulkDeleteUsers", {}).body
    return _accepted(*bulk.delete_users(current_world(), body["user_ids"]))


@bulk_operations.post("/v1/users/bulk/preferences")
def bulk_set_user_preferences() -> Response:
    """POST /v1/users/bulk/preferences."""
    body = validated("bulkSetUserPreferences", {}).body
    sent = body["preferences"]
    set_id = sent.get("id", DEFAULT_SET)
    return _accepted(*bulk.set_user_preferences(current_world(), body["user_ids"], set_id, sent))


def _accepted(operation: BulkOperation, snapshot: Snapshot) -> Response:
    add_note(f"{len(operation.rows)} users in bulk operation {operation.id}")
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))
