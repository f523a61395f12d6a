from __future__ import annotations

import pytest
from scripted_api import answer, make_flow, make_flows, run_flow

from mock_knock.arazzo.inputs import declared_inputs
from mock_knock.harness.masking import mask_request, mask_result, secrets_of
from mock_knock.messages import HttpRequest, TransportFailure
from mock_knock.redact import Redactor
from mock_knock.report.run.run_json import render_json
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

CANARY = "canary-7c1f0b2e-value"
INPUTS = {
    "type": "object",
    "properties": {
        "apiKey": {"type": "string"},
        "pin": {"type": "string", "format": "password"},
        "name": {"type": "string"},
        "user": {"type": "object", "properties": {"pin": {"type": "string", "format": "password"}}},
        "keys": {"type": "array", "items": {"properties": {"apiKey": {}}}},
    },
}


def test_which_inputs_are_secret() -> None:
    """An input is a secret by `format: password` or by its name, at any depth, numbers too."""
    workflow = make_flow({"stepId": "s", "operationId": "startJob"}, inputs=INPUTS).choose_workflow(None)
    nested = {"user": {"pin": "p2", "name": "grace"}, "keys": [{"apiKey": "k2"}, None, True], "tokens": ["t1", "t2"]}
    inputs = {"apiKey": "k1", "pin": "p1", "name": "ada", "clientSecret": "s1", "token": 7, **nested}
    assert {"k1", "p1", "p2", "s1", "7", "k2", "t1", "t2"} == secrets_of(declared_inputs(workflow), inputs)


def test_a_canary_appears_nowhere() -> None:
    """A secret input is found in no report, wherever the flow puts it and the target echoes it."""
    step = {
        "stepId": "poll",
        "operationId": "getJob",
        "parameters": [
            {"name": "id", "in": "path", "value": "$inputs.pin"},
            {"name": "page", "in": "query", "value": "$inputs.pin"},
            {"name": "Authorization", "in": "header", "value": "Bearer {$inputs.pin}"},
            {"name": "X-Other", "in": "header", "value": "$inputs.pin"},
        ],
        "successCriteria": [{"condition": "$statusCode == 201"}],
        "outputs": {"echo": "$response.body", "url": "$url"},
    }
    flow = make_flow(step, inputs=INPUTS, outputs={"echo": "$steps.poll.outputs.echo"})
    echo = answer({"status": CANARY, "nested": [{"Bearer": f"x{CANARY}y"}]}, X_Echo=CANARY)
    result, _, _ = run_flow(flow, [echo], inputs={"pin": CANARY})
    masked = mask_result(result)
    assert CANARY in render_json(result)
    assert CANARY not in render_json(masked)
    assert CANARY not in render_terminal(masked, Style())
    assert CANARY not in repr(masked)


def test_what_calls_and_failures_say() -> None:
    """Criteria of a calling step, messages of a failed transport and outputs that are secrets by name are masked."""
    asks = {
        "stepId": "ask",
        "workflowId": "called",
        "successCriteria": [{"condition": f"$outputs.x == '{CANARY}'"}],
        "onFailure": [{"name": "go", "type": "goto", "stepId": "last"}],
    }
    read = {"stepId": "read", "operationId": "getJob", "parameters": [{"name": "id", "in": "path", "value": "a"}]}
    token = "another-canary-99"
    last = {**read, "stepId": "last", "outputs": {"token": "$response.body#/t"}}
    end = {**read, "stepId": "end", "parameters": [{"name": "id", "in": "path", "value": "$steps.last.outputs.token"}]}
    flow = make_flows(
        {"workflowId": "main", "inputs": INPUTS, "steps": [asks, last, end]},
        {
            "workflowId": "called",
            "steps": [{**read, "outputs": {"s": "$statusCode"}}],
            "outputs": {"x": "$steps.read.outputs.s"},
        },
    )
    lost = TransportFailure("broken", f"cannot reach {CANARY}")
    result, _, _ = run_flow(flow, [answer({}), answer({"t": token}), lost], inputs={"pin": CANARY}, workflow="main")
    masked = mask_result(result)
    told = repr(masked) + render_json(masked) + render_terminal(masked, Style())
    assert CANARY in repr(result)
    assert token in render_json(result)
    assert CANARY not in told
    assert token not in told


@pytest.mark.parametrize("body", [b'{"n": 123456789012345678901234567890, "n": 1}', b"\xff\xfe\x00", b'{"a":  1}'])
def test_a_body_without_secrets_stays(body: bytes) -> None:
    """A body in which nothing is masked is the one that was sent, to the byte."""
    request = HttpRequest("POST", "http://localhost", (), body)
    assert request == mask_request(request, Redactor())
