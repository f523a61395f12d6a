"""`/v1/workflows`: triggering them, and cancelling what they do."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.domain.recipient import parse_recipient
from mock_knock.domain.trigger import WorkflowRun
from mock_knock.service import runs
from mock_knock.web.answers import json_response, no_content
from mock_knock.web.current import add_note, current_call, current_world, sent_target
from mock_knock.web.ground_truth import note_run
from mock_knock.web.idempotency import honour_key
from mock_knock.web.problems import API, Problem
from mock_knock.web.validation import admit, validated

workflows = Blueprint("workflows", __name__)
KEY_SLASHES = 4
"""Slashes of `/v1/workflows/{key}/trigger` and `cancel`; those inside a key arrive percent-encoded."""


@workflows.post("/v1/workflows/<text:key>/trigger")
def trigger_workflow(key: str) -> Response:
    """POST /v1/workflows/{key}/trigger."""
    _check_slashes()
    admit("triggerWorkflow")
    return honour_key(lambda: _trigger(key))


def _trigger(key: str) -> Response:
    body = validated("triggerWorkflow", {"key": key}).body
    run = runs.trigger_workflow(current_world(), key, body, has_flat_rows=current_call().is_shallow)
    note_run(run)
    _tell_run(run)
    return json_response({"workflow_run_id": run.id})


@workflows.post("/v1/workflows/<text:key>/cancel")
def cancel_workflow(key: str) -> Response:
    """POST /v1/workflows/{key}/cancel; what is not running any more is not cancelled, and that is no error."""
    _check_slashes()
    body = validated("cancelWorkflow (2)", {"key": key}).body
    found = body.get("recipients")
    recipients = None if found is None else [parse_recipient(each).key for each in found]
    count = runs.cancel_runs(current_world(), key, body["cancellation_key"], recipients)
    add_note(f"{count} recipient runs cancelled")
    return no_content()


def _check_slashes() -> None:
    if sent_target().partition("?")[0].count("/") > KEY_SLASHES:
        message = "The resource does not exist: a slash in a workflow key must be sent as %2F"
        raise Problem(404, "resource_missing", message, type_=API)


def _tell_run(run: WorkflowRun) -> None:
    add_note(f"run {run.id} for {len(run.recipient_runs)} recipients")
    if run.unknown_actor is not None:
        add_note(f"actor {run.unknown_actor} is unknown here")
    for recipient in run.unknown:
        add_note(f"recipient {recipient} is unknown here: no run")
    if not run.workflow.steps:
        add_note(f"workflow {run.workflow.key} has no steps here: no messages")
