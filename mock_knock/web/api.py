"""The three endpoints of Knock that the main job needs."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mock_knock.domain.workflow import WorkflowRun
from mock_knock.web.pipeline import add_note, base_url, current_world, sent_target, validated, web
from mock_knock.web.problems import API, Problem, json_response
from mock_knock.web.representation import bulk_operation_json

api = Blueprint("api", __name__)
TRIGGER_SLASHES = 4
"""Slashes of `/v1/workflows/{key}/trigger`; those inside a key arrive percent-encoded."""


@api.post("/v1/users/bulk/identify")
def bulk_identify_users() -> Response:
    """POST /v1/users/bulk/identify."""
    body = validated("bulkIdentifyUsers", {})
    operation, snapshot = web().service.identify_users(current_world(), body["users"])
    add_note(f"{len(operation.rows)} users in bulk operation {operation.id}")
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


@api.get("/v1/bulk_operations/<id_>")
def get_bulk_operation(id_: str) -> Response:
    """GET /v1/bulk_operations/{id}; only a GET counts as a poll."""
    validated("getBulkOperation", {"id": id_})
    is_poll = request.method == "GET"
    operation, snapshot = web().service.read_operation(current_world(), id_, is_poll=is_poll)
    add_note(f"{snapshot.status.value}, {snapshot.processed_rows} of {snapshot.total_rows} rows")
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


@api.post("/v1/workflows/<path:key>/trigger")
def trigger_workflow(key: str) -> Response:
    """POST /v1/workflows/{key}/trigger."""
    if sent_target().partition("?")[0].count("/") > TRIGGER_SLASHES:
        message = "The resource does not exist: a slash in a workflow key must be sent as %2F"
        raise Problem(404, "resource_missing", message, type_=API)
    body = validated("triggerWorkflow", {"key": key})
    run = web().service.trigger_workflow(current_world(), key, body)
    _note_run(run)
    return json_response({"workflow_run_id": run.id})


def _note_run(run: WorkflowRun) -> None:
    add_note(f"run {run.id} for {len(run.recipient_runs)} recipients")
    if run.unknown_actor is not None:
        add_note(f"actor {run.unknown_actor} is unknown here")
    for recipient in run.unknown:
        add_note(f"recipient {recipient} is unknown here: no run")
