"""`/v1/workflows`: triggering them."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.domain.workflow import WorkflowRun
from mock_knock.service import runs
from mock_knock.web.pipeline import add_note, current_world, sent_target, validated
from mock_knock.web.problems import API, Problem, json_response

workflows = Blueprint("workflows", __name__)
KEY_SLASHES = 4
"""Slashes of `/v1/workflows/{key}/trigger`; those inside a key arrive percent-encoded."""


@workflows.post("/v1/workflows/<path:key>/trigger")
def trigger_workflow(key: str) -> Response:
    """POST /v1/workflows/{key}/trigger."""
    _check_slashes()
    body = validated("triggerWorkflow", {"key": key}).body
    run = runs.trigger_workflow(current_world(), key, body)
    _note_run(run)
    return json_response({"workflow_run_id": run.id})


def _check_slashes() -> None:
    if sent_target().partition("?")[0].count("/") > KEY_SLASHES:
        message = "The resource does not exist: a slash in a workflow key must be sent as %2F"
        raise Problem(404, "resource_missing", message, type_=API)


def _note_run(run: WorkflowRun) -> None:
    add_note(f"run {run.id} for {len(run.recipient_runs)} recipients")
    if run.unknown_actor is not None:
        add_note(f"actor {run.unknown_actor} is unknown here")
    for recipient in run.unknown:
        add_note(f"recipient {recipient} is unknown here: no run")
