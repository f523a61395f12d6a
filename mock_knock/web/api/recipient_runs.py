"""`/v1/workflow_recipient_runs`."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.service import runs
from mock_knock.web.answers import json_response
from mock_knock.web.current import current_world
from mock_knock.web.filters import read_run_filter
from mock_knock.web.query import read_page_request
from mock_knock.web.representation import page_json
from mock_knock.web.run_json import recipient_run_detail_json, recipient_run_json
from mock_knock.web.validation import tolerate, validated

recipient_runs = Blueprint("recipient_runs", __name__)


@recipient_runs.get("/v1/workflow_recipient_runs")
def list_workflow_recipient_runs() -> Response:
    """GET /v1/workflow_recipient_runs."""
    query = validated("listWorkflowRecipientRuns", {}).query
    page = runs.list_runs(current_world(), read_run_filter(query, tolerate), read_page_request(query, tolerate))
    return json_response(page_json(page, "items", [recipient_run_json(each) for each in page.entries]))


@recipient_runs.get("/v1/workflow_recipient_runs/<id_>")
def get_workflow_recipient_run(id_: str) -> Response:
    """GET /v1/workflow_recipient_runs/{id}."""
    validated("getWorkflowRecipientRun", {"id": id_})
    return json_response(recipient_run_detail_json(runs.read_run(current_world(), id_)))
