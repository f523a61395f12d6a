from __future__ import annotations

from scripted_api import answer, make_flow, run_flow

from mock_knock.arazzo.inputs import declared_inputs
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.masking import mask_result, secrets_of
from mock_knock.report.json_report import render_json
from mock_knock.report.style import Style
from mock_knock.report.terminal import render_terminal

CANARY = "canary-7c1f0b2e-value"
INPUTS = {
    "type": "object",
    "properties": {
        "apiKey": {"type": "string"},
        "pin": {"type": "string", "format": "password"},
        "name": {"type": "string"},
    },
}


def test_which_inputs_are_secret() -> None:
    """An input is a secret by `format: password` or by its name."""
    workflow = make_flow({"stepId": "s", "operationId": "startJob"}, inputs=INPUTS).choose_workflow(None)
    inputs = Inputs({"apiKey": "k1", "pin": "p1", "name": "ada", "clientSecret": "s1", "token": 7})
    assert {"k1", "p1", "s1"} == secrets_of(declared_inputs(workflow), inputs.values)


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
