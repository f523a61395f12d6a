"""What a run would send, shown before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_api import make_flows
from test_workflow_calls import CALLED, call, caller, read_job

from mock_knock.errors import InvalidDocument
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.preview import PreviewedStep, preview_run
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.report.preview import MAX_BODY, render_preview
from mock_knock.report.style import Style

SECRET = "sk_live_0123456789abcdef"


def preview(*workflows: dict[str, Any], inputs: dict[str, Any] | None = None, **told: Any) -> list[PreviewedStep]:
    """Preview the workflow `main`."""
    flow, settings = make_flows(*workflows), RunSettings(**told)
    prepared = prepare_run(flow, flow.choose_workflow("main"), Addresses("http://localhost"), settings)
    return list(preview_run(prepared, Inputs(inputs or {}), settings))


def start(**fields: Any) -> dict[str, Any]:
    """Return a step that starts a job."""
    return {"stepId": "start", "operationId": "startJob", "requestBody": {"payload": {"n": 1}}, **fields}


def test_requests_in_the_order_of_the_document() -> None:
    """Each step is shown once with its request; outputs of steps stand as expressions, secrets are masked."""
    main = caller(
        start(parameters=[{"name": "Authorization", "in": "header", "value": f"Bearer {SECRET}"}]),
        read_job("read", "$steps.start.outputs.id"),
    )
    main["steps"][0]["outputs"] = {"id": "$response.body#/id"}
    begun, read = preview(main)
    assert begun.request is not None
    assert read.request is not None
    assert ("POST", b'{"n":1}') == (begun.request.method, begun.request.body)
    assert SECRET not in str(begun.request)
    assert "http://localhost/jobs/{$steps.start.outputs.id}" == read.request.url


def test_workflows_that_are_called() -> None:
    """A called workflow stands below the step that calls it, with its inputs; what is depended on comes first."""
    shown = preview(
        caller(call(), dependsOn=["before"]), CALLED, {"workflowId": "before", "steps": [read_job("b", "b")]}
    )
    assert [("before main", 0, "before"), ("b", 1, None), ("call", 0, "called"), ("read", 1, None)] == [
        (step.step_id, step.depth, step.called) for step in shown
    ]
    assert shown[-1].request is not None
    assert "http://localhost/jobs/j1" == shown[-1].request.url


def test_what_is_not_known_before_the_run() -> None:
    """A value inside an output cannot be known yet: the step says what it needs."""
    wrong = call(parameters=[{"name": "job", "value": 7}])
    main = caller(read_job("a", "a"), read_job("b", "$steps.a.outputs.status#/x"), wrong)
    shown = preview(main, CALLED)
    assert [None, "value-missing", "input-invalid"] == [
        step.problems[0].code if step.problems else None for step in shown
    ]
    text = render_preview(shown, Style())
    assert "2. b  not known before the run" in text
    assert "3. call  workflow called" in text


def test_a_circle_of_calls_ends() -> None:
    """Workflows that call each other in a circle are shown as deep as the budget goes."""
    shown = preview({"workflowId": "main", "steps": [{"stepId": "again", "workflowId": "main"}]}, max_depth=3)
    assert [0, 1, 2] == [step.depth for step in shown]


def test_inputs_are_checked() -> None:
    """Inputs that break their schema are refused as in a run."""
    with pytest.raises(InvalidDocument) as refused:
        preview(caller(start()), inputs={"job": 7})
    assert "input-invalid" == refused.value.code


def test_the_preview_for_people() -> None:
    """Each request has a number, its headers and its body; a long body is cut."""
    long = start(requestBody={"payload": {"n": 1, "text": "x" * 3_000}})
    text = render_preview(preview(caller(long)), Style())
    assert text.startswith("1. start  POST http://localhost/jobs\n")
    assert "     Content-Type: application/json\n" in text
    sent = len('{"n":1,"text":""}') + 3_000
    assert f"... ({sent} bytes)\n" in text
    assert len(text) < MAX_BODY + 300


def test_workflows_that_call_each_other_again_and_again() -> None:
    """A preview has at most as many steps as a run, however many ways lead through the calls."""
    twice = [{"stepId": name, "workflowId": "main"} for name in ("left", "right")]
    shown = preview({"workflowId": "main", "steps": twice}, max_steps=50)
    assert (51, "budget-exhausted") == (len(shown), shown[-1].problems[0].code)


def test_values_of_a_run_are_not_held_against_schemas() -> None:
    """What only a run can tell may be anything; what is known is checked."""
    number = {
        "workflowId": "called",
        "inputs": {"properties": {"n": {"type": "integer"}}},
        "steps": [read_job("x", "x")],
    }
    asks = {"stepId": "ask", "workflowId": "called", "outputs": {"n": "$statusCode"}}
    for value, is_known in (
        ("$steps.a.outputs.status", False),
        ("$workflows.called.outputs.n", False),
        ("seven", True),
    ):
        given = [{"name": "n", "value": [value] if value == "$steps.a.outputs.status" else value}]
        main = caller(read_job("a", "a"), {**asks, "parameters": given})
        shown = preview(main, {**number, "outputs": {"n": "$steps.x.outputs.status"}})
        assert is_known is bool(shown[1].problems)


def test_secrets_that_are_handed_on() -> None:
    """A secret input stays masked in the workflows it is handed to, and in what is said about it."""
    main = {
        "workflowId": "main",
        "inputs": {"properties": {"pin": {"type": "string", "format": "password"}}},
        "steps": [call(parameters=[{"name": "job", "value": "$inputs.pin"}])],
    }
    text = render_preview(preview(main, CALLED, inputs={"pin": "zz-very-private-zz"}), Style())
    assert "/jobs/" in text
    assert "zz-very-private-zz" not in text
