"""Workflows that call each other, depend on each other, and lead to each other."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_api import ManualTime, Script, answer, make_flows, run_flow

from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.messages import TransportFailure

DONE = answer({"status": "done"})
FAILED = answer({"status": "failed"}, status=500)
NO_ANSWER = TransportFailure("refused", "nobody there")


def read_job(step_id: str = "read", job: str = "$inputs.job", **fields: Any) -> dict[str, Any]:
    """Return a step that reads a job."""
    return {
        "stepId": step_id,
        "operationId": "getJob",
        "parameters": [{"name": "id", "in": "path", "value": job}],
        "outputs": {"status": "$response.body#/status"},
        **fields,
    }


JOB = {"type": "object", "properties": {"job": {"type": "string"}}}
CALLED: dict[str, Any] = {
    "workflowId": "called",
    "inputs": {**JOB, "required": ["job"]},
    "steps": [read_job()],
    "outputs": {"status": "$steps.read.outputs.status", "job": "$inputs.job"},
}


def call(step_id: str = "call", **fields: Any) -> dict[str, Any]:
    """Return a step that calls the workflow `called`."""
    return {"stepId": step_id, "workflowId": "called", "parameters": [{"name": "job", "value": "j1"}], **fields}


def caller(*steps: dict[str, Any], **workflow: Any) -> dict[str, Any]:
    """Return the workflow that a run begins with."""
    return {"workflowId": "main", "inputs": JOB, "steps": list(steps), **workflow}


RUNNING = {
    "budget-exhausted", "dependency-failed", "input-invalid", "preparation-failed", "request-failed",
    "step-dependency-unmet", "step-timeout", "value-missing",
}  # fmt: skip


def codes(result: RunResult) -> list[str]:
    """Return the codes of what was found while the flow was running."""
    return [finding.code for finding in result.findings if finding.code in RUNNING]


def urls(result: RunResult) -> list[str]:
    """Return the path of each request."""
    return [step.exchange.request.url.removeprefix("http://localhost") for step in result.steps]


def test_inputs_go_in_and_outputs_come_out() -> None:
    """Parameters become inputs of the called workflow; its outputs are `$outputs` of the step, later `$workflows`."""
    read = {"one": "$outputs.status", "two": "$outputs.job"}
    later = read_job("later", "$workflows.called.outputs.job")
    flow = make_flows(
        caller(
            call(outputs=read), later, outputs={"seen": "$steps.call.outputs.two", "in": "$workflows.called.inputs.job"}
        ),
        CALLED,
    )
    result, _, _ = run_flow(flow, [DONE], workflow="main")
    assert ("success", {"seen": "j1", "in": "j1"}) == (result.outcome, result.outputs)
    assert ["/jobs/j1", "/jobs/j1"] == urls(result)
    assert [("called", "read", 1), ("main", "later", 0)] == [(s.workflow_id, s.step_id, s.depth) for s in result.steps]
    (called,) = result.calls
    assert ("call", "called", True, 0, 1) == (called.step_id, called.called, called.passed, called.first, called.count)
    assert {"one": "done", "two": "j1"} == called.outputs


def test_a_failed_workflow_fails_the_step_that_called_it() -> None:
    """What the called workflow comes to is what its step comes to: onFailure applies, and nothing else is sent."""
    failed, _, _ = run_flow(make_flows(caller(call(), read_job("after", "x")), CALLED), [FAILED], workflow="main")
    assert ("failure", ["/jobs/j1"]) == (failed.outcome, urls(failed))
    saved = call(onFailure=[{"name": "go", "type": "goto", "stepId": "after"}])
    rescued, _, _ = run_flow(make_flows(caller(saved, read_job("after", "x")), CALLED), [FAILED, DONE], workflow="main")
    assert ("success", ["/jobs/j1", "/jobs/x"]) == (rescued.outcome, urls(rescued))


def test_criteria_of_a_calling_step() -> None:
    """A step that calls a workflow may ask for more than that it succeeds."""
    asks = call(successCriteria=[{"condition": "$outputs.status == 'running'"}])
    result, _, _ = run_flow(make_flows(caller(asks), CALLED), [DONE], workflow="main")
    assert "failure" == result.outcome
    assert [("$outputs.status == 'running'", False)] == [(c.condition, c.passed) for c in result.calls[0].criteria]


def test_no_answer_inside_a_called_workflow() -> None:
    """A target that does not answer makes the whole run unreachable, however deep the step is that asked."""
    result, _, _ = run_flow(make_flows(caller(call()), CALLED), [NO_ANSWER], workflow="main")
    assert ("unreachable", ["request-failed"]) == (result.outcome, codes(result))


def test_inputs_that_break_the_schema_of_the_called_workflow() -> None:
    """A call whose inputs do not fit fails its step before anything is sent, and says which input."""
    wrong = call(parameters=[{"name": "job", "value": 7}])
    result, script, _ = run_flow(make_flows(caller(wrong), CALLED), [DONE], workflow="main")
    assert ("failure", ["input-invalid"], []) == (result.outcome, codes(result), script.sent)
    assert "inputs of 'called'" in result.errors[0].message


def test_a_value_that_is_not_there() -> None:
    """A call that needs a value which has none fails its step before anything is sent."""
    needs = call(parameters=[{"name": "job", "value": "$steps.read.outputs.status"}])
    body = answer({})
    result, script, _ = run_flow(make_flows(caller(read_job(job="x"), needs), CALLED), [body], workflow="main")
    assert ("failure", 1) == (result.outcome, len(script.sent))
    assert "value-missing" in codes(result)


def test_workflows_inside_each_other_have_a_bound() -> None:
    """A workflow that calls itself ends by the budget of depth, not by an overflow."""
    endless = {"workflowId": "main", "steps": [{"stepId": "again", "workflowId": "main"}]}
    result, _, _ = run_flow(make_flows(endless), [DONE], workflow="main", max_depth=5)
    assert ("exhausted", ["budget-exhausted"]) == (result.outcome, codes(result))
    assert "5 workflows inside each other" in result.errors[0].message


def test_dependencies_run_first_and_once() -> None:
    """What a workflow depends on is completed first, each once, with the inputs of the run that it declares."""
    flow = make_flows(
        caller(read_job("mine", "x"), dependsOn=["called", "second"]),
        CALLED,
        {"workflowId": "second", "steps": [read_job("other", "y")], "dependsOn": ["called"]},
    )
    result, _, _ = run_flow(flow, [DONE], inputs={"job": "j9"}, workflow="main")
    assert ("success", ["/jobs/j9", "/jobs/y", "/jobs/x"]) == (result.outcome, urls(result))


def test_a_dependency_that_fails() -> None:
    """A workflow does not begin when one that it depends on failed."""
    flow = make_flows(caller(read_job("mine", "x"), dependsOn=["called"]), CALLED)
    result, _, _ = run_flow(flow, [FAILED], inputs={"job": "j"}, workflow="main")
    assert ("failure", ["dependency-failed"], ["/jobs/j"]) == (result.outcome, codes(result), urls(result))
    without, script, _ = run_flow(flow, [DONE], workflow="main")
    assert ("failure", ["input-invalid"], []) == (without.outcome, codes(without), script.sent)


def test_a_goto_to_a_workflow_does_not_come_back() -> None:
    """Control goes over to the other workflow for good; its outcome and outputs are those of the run."""
    leaves = read_job(job="x", onSuccess=[{"name": "go", "type": "goto", "workflowId": "called"}])
    flow = make_flows(caller(leaves, read_job("never", "z"), outputs={"mine": "$inputs.job"}), CALLED)
    result, _, _ = run_flow(flow, [DONE], inputs={"job": "j2"}, workflow="main")
    assert ("success", ["/jobs/x", "/jobs/j2"]) == (result.outcome, urls(result))
    assert {"status": "done", "job": "j2"} == result.outputs
    assert ("goto", "called") == (result.steps[0].decision.kind, result.steps[0].decision.workflow_id)


def test_an_action_hands_parameters_to_its_workflow() -> None:
    """Parameters of an action are inputs of the workflow it leads to, evaluated where the action stands (1.1.0)."""
    gives = [{"name": "job", "value": "$response.body#/status"}]
    leaves = read_job(job="x", onSuccess=[{"name": "go", "type": "goto", "workflowId": "called", "parameters": gives}])
    result, _, _ = run_flow(make_flows(caller(leaves), CALLED), [DONE], inputs={"job": "j"}, workflow="main")
    assert ["/jobs/x", "/jobs/done"] == urls(result)


def test_an_action_whose_parameters_have_no_value() -> None:
    """A transfer that cannot be made is a failure of the workflow that makes it."""
    gives = [{"name": "job", "value": "$response.header.X-Missing"}]
    leaves = read_job(job="x", onSuccess=[{"name": "go", "type": "goto", "workflowId": "called", "parameters": gives}])
    result, _, _ = run_flow(make_flows(caller(leaves), CALLED), [DONE], workflow="main")
    assert ("failure", ["value-missing"]) == (result.outcome, codes(result))


def test_a_goto_inside_a_called_workflow_returns_to_the_caller() -> None:
    """The workflow that control went over to takes the place of the called one; the caller gets its outputs."""
    middle = {
        "workflowId": "middle",
        "steps": [read_job("m", "m", onSuccess=[{"name": "go", "type": "goto", "workflowId": "called"}])],
        "inputs": JOB,
        "outputs": {"job": "$steps.m.outputs.status"},
    }
    asks = {"stepId": "ask", "workflowId": "middle", "parameters": [{"name": "job", "value": "j"}]}
    later = read_job("after", "$workflows.middle.outputs.job")
    flow = make_flows(caller({**asks, "outputs": {"got": "$outputs.job"}}, later, dependsOn=["middle"]), middle, CALLED)
    result, _, _ = run_flow(flow, [DONE], inputs={"job": "i"}, workflow="main")
    assert "success" == result.outcome
    assert ["/jobs/m", "/jobs/i", "/jobs/m", "/jobs/j", "/jobs/j"] == urls(result)
    assert ({"got": "j"}, 2) == (result.calls[0].outputs, result.calls[0].count)


def test_the_steps_of_workflows_are_kept_apart() -> None:
    """A called workflow sees its own steps, never those of its caller."""
    nosy = {"workflowId": "nosy", "steps": [read_job("read", "$workflows.main.inputs.job")]}
    asks = {"stepId": "ask", "workflowId": "nosy"}
    flow = make_flows(caller(asks, read_job("after", "z")), nosy)
    result, _, _ = run_flow(flow, [DONE], inputs={"job": "j"}, workflow="main")
    assert ("success", ["/jobs/j", "/jobs/z"]) == (result.outcome, urls(result))


@pytest.mark.parametrize(("default", "expected"), [("d", "/jobs/d"), ("e/1", "/jobs/e%2F1")])
def test_defaults_of_inputs(default: str, expected: str) -> None:
    """An absent input with a `default` in its schema has that value, in the first workflow and in called ones."""
    inputs = {"type": "object", "properties": {"job": {"type": "string", "default": default}}, "required": ["job"]}
    flow = make_flows(caller({"stepId": "call", "workflowId": "called"}), {**CALLED, "inputs": inputs})
    result, _, _ = run_flow(flow, [DONE], workflow="main")
    assert [expected] == urls(result)


def test_an_interrupted_run_gives_out_what_its_own_workflow_has() -> None:
    """Outputs of an interrupted run are those of the workflow that was asked for, not of one it had called."""

    def stop(step: StepResult) -> None:
        if step.step_id == "last":
            raise KeyboardInterrupt

    flow = make_flows(
        caller(call(), read_job("last", "z"), outputs={"mine": "$steps.last.outputs.status", "in": "$inputs.job"}),
        CALLED,
    )
    settings = RunSettings()
    prepared = prepare_run(flow, flow.choose_workflow("main"), Addresses("http://localhost"), settings)
    result = run_workflow(
        prepared, Inputs({"job": "j"}), transport=Script([DONE]), clock=ManualTime(), settings=settings, on_step=stop
    )
    assert ("failure", {"mine": "done", "in": "j"}) == (result.outcome, result.outputs)
