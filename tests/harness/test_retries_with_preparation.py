"""Retries that run something first, steps with a time limit, and steps that depend on others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from scripted_api import ManualTime, answer, make_flow, make_flows, run_flow
from test_workflow_calls import DONE, FAILED, NO_ANSWER, caller, codes, read_job, urls

from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.messages import Exchange, HttpRequest, TransportFailure

FIRST = [{"name": "again", "type": "retry", "stepId": "login", "retryAfter": 2, "retryLimit": 2}]
LOGIN = read_job("login", "login")


def work(**fields: Any) -> dict[str, Any]:
    """Return the step that is tried again."""
    return read_job("work", "work", onFailure=FIRST, **fields)


def tries(result: RunResult) -> list[tuple[str, int, int]]:
    """Return step, visit and attempt of each request."""
    return [(step.step_id, step.visit, step.attempt) for step in result.steps]


def test_a_step_runs_before_the_retry() -> None:
    """The step is carried out once before each new try, after the delay; its own actions are not followed."""
    login = read_job("login", "login", onSuccess=[{"name": "stop", "type": "end"}])
    flow = make_flow(work(), login)
    result, _, clock = run_flow(flow, [FAILED, DONE, FAILED, DONE, DONE, DONE])
    assert "success" == result.outcome
    assert [
        ("work", 1, 1), ("login", 1, 1), ("work", 1, 2), ("login", 2, 1), ("work", 1, 3), ("login", 3, 1),
    ] == tries(result)  # fmt: skip
    assert [2, 2] == clock.waits
    assert ("retry", "login") == (result.steps[0].decision.kind, result.steps[0].decision.first)


def test_a_step_before_the_retry_that_fails() -> None:
    """When what should prepare the retry fails, the workflow has failed and says so."""
    result, _, _ = run_flow(make_flow(work(), LOGIN), [FAILED, FAILED, DONE])
    assert ("failure", ["preparation-failed"]) == (result.outcome, codes(result))
    gone, _, _ = run_flow(make_flow(work(), LOGIN), [FAILED, NO_ANSWER, DONE])
    assert "unreachable" == gone.outcome


def test_a_workflow_runs_before_the_retry() -> None:
    """The workflow is completed before the new try; when it fails, so does the one that waits for it."""
    again = [{"name": "again", "type": "retry", "workflowId": "refresh"}]
    flow = make_flows(
        caller(read_job("work", "$inputs.job", onFailure=again)),
        {"workflowId": "refresh", "inputs": {"properties": {"job": {}}}, "steps": [read_job("r", "$inputs.job")]},
    )
    result, _, _ = run_flow(flow, [FAILED, DONE, DONE], inputs={"job": "j"}, workflow="main")
    assert "success" == result.outcome
    assert [("work", 1, 1), ("r", 1, 1), ("work", 1, 2)] == tries(result)
    failed, _, _ = run_flow(flow, [FAILED, FAILED], inputs={"job": "j"}, workflow="main")
    assert ("failure", ["preparation-failed"]) == (failed.outcome, codes(failed))


def test_the_step_before_a_retry_may_call_a_workflow() -> None:
    """What runs before a retry can be any step, also one that calls a workflow."""
    asks = {"stepId": "login", "workflowId": "called"}
    flow = make_flows(caller(work(), asks), {"workflowId": "called", "steps": [read_job("r", "r")]})
    result, _, _ = run_flow(flow, [FAILED, DONE, DONE, DONE], workflow="main")
    assert ("success", ["/jobs/work", "/jobs/r", "/jobs/work", "/jobs/r"]) == (result.outcome, urls(result))


@dataclass
class Watch:
    """A transport that remembers how long each request may take."""

    seen: list[float] = field(default_factory=list)

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer that the job is done."""
        self.seen.append(timeout)
        return Exchange(request, DONE)


def test_a_step_with_a_time_limit() -> None:
    """A step gets no more seconds for its answer than its `timeout` says, in milliseconds (1.1.0)."""
    flow = make_flow(read_job(job="x", timeout=1500), read_job("free", "y"), version="1.1.0")
    watch, settings = Watch(), RunSettings()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses("http://localhost"), settings)
    run_workflow(prepared, Inputs(), transport=watch, clock=ManualTime(), settings=settings)
    assert [1.5, 60.0] == watch.seen


def waiting(seconds: float) -> dict[str, Any]:
    """Return a workflow that tries again and again."""
    again = [{"name": "again", "type": "retry", "retryAfter": seconds, "retryLimit": 50}]
    return {"workflowId": "slow", "steps": [read_job("try", "t", onFailure=again)]}


def test_a_called_workflow_with_a_time_limit() -> None:
    """A workflow that takes longer than the `timeout` of the step that called it is given up; onFailure applies."""
    asks = {"stepId": "ask", "workflowId": "slow", "timeout": 5000}
    saved = {**asks, "onFailure": [{"name": "go", "type": "goto", "stepId": "after"}]}
    flow = make_flows(caller(saved, read_job("after", "a")), waiting(2))
    result, _, clock = run_flow(flow, [FAILED, FAILED, FAILED, DONE], workflow="main")
    assert ["/jobs/t", "/jobs/t", "/jobs/t", "/jobs/a"] == urls(result)
    assert ("success", ["step-timeout"], [2, 2, 1]) == (result.outcome, codes(result), clock.waits)
    lost, _, _ = run_flow(make_flows(caller(asks), waiting(2)), [FAILED], workflow="main")
    assert "failure" == lost.outcome


TOO_LATE = TransportFailure("timeout", "no answer in time")


def test_a_step_whose_time_is_over_has_failed() -> None:
    """An exchange that the step's own `timeout` cut off is a failure of the flow, not of the way to the target."""
    flow = make_flow(read_job(job="x", timeout=1500), version="1.1.0")
    result, _, _ = run_flow(flow, [TOO_LATE])
    assert ("failure", ["request-failed", "step-timeout"]) == (result.outcome, codes(result))
    lost, _, _ = run_flow(make_flow(read_job(job="x")), [TOO_LATE])
    assert ("unreachable", ["request-failed"]) == (lost.outcome, codes(lost))


def test_a_request_that_the_limit_of_a_call_cuts_off() -> None:
    """When the time of the calling step is over during a request, that step has failed; actions inside do not count."""
    asks = {"stepId": "ask", "workflowId": "slow", "timeout": 5000}
    result, _, clock = run_flow(make_flows(caller(asks), waiting(2)), [TOO_LATE], workflow="main")
    assert ("failure", ["request-failed", "step-timeout"], []) == (result.outcome, codes(result), clock.waits)
    assert ["ask"] == [call.step_id for call in result.calls]


def test_a_time_limit_reaches_through_workflows() -> None:
    """The limit of the outermost step ends everything inside it at once."""
    outer = {"stepId": "ask", "workflowId": "middle", "timeout": 3000}
    middle = {"workflowId": "middle", "steps": [{"stepId": "m", "workflowId": "slow"}]}
    result, _, clock = run_flow(make_flows(caller(outer), middle, waiting(2)), [FAILED], workflow="main")
    assert ("failure", ["step-timeout"], 3) == (result.outcome, codes(result), clock.seconds())
    assert ["ask"] == [call.step_id for call in result.calls]


def test_steps_run_in_the_order_of_their_dependencies() -> None:
    """A step that others depend on comes before them, wherever it is written (1.1.0)."""
    flow = make_flow(read_job("b", "b", dependsOn=["a"]), read_job("a", "a"), version="1.1.0")
    result, _, _ = run_flow(flow, [DONE])
    assert ("success", ["/jobs/a", "/jobs/b"]) == (result.outcome, urls(result))


@pytest.mark.parametrize(("step_id", "is_met"), [("r", True), ("other", False)])
def test_dependencies_on_steps_of_other_workflows(step_id: str, *, is_met: bool) -> None:
    """A step that depends on one of another workflow only runs after that one was completed; it does not start it."""
    depends = read_job("b", "b", dependsOn=[f"$workflows.called.steps.{step_id}"])
    stops = read_job("r", "r", onSuccess=[{"name": "stop", "type": "end"}])
    flow = make_flows(
        caller({"stepId": "ask", "workflowId": "called"}, depends),
        {"workflowId": "called", "steps": [stops, read_job("other", "o")]},
    )
    result, _, _ = run_flow(flow, [DONE], workflow="main")
    assert is_met is (result.outcome == "success")
    assert ([] if is_met else ["step-dependency-unmet"]) == codes(result)


def test_a_step_that_jumps_over_what_it_depends_on() -> None:
    """A goto to a step whose dependency was not completed ends the workflow as a failure."""
    skips = read_job("first", "f", onSuccess=[{"name": "skip", "type": "goto", "stepId": "last"}])
    flow = make_flow(skips, read_job("middle", "m"), read_job("last", "l", dependsOn=["middle"]), version="1.1.0")
    result, _, _ = run_flow(flow, [answer({"status": "done"})])
    assert ("failure", ["step-dependency-unmet"], ["/jobs/f"]) == (result.outcome, codes(result), urls(result))


@dataclass
class Sluggish:
    """A transport whose answers take some time of the run's clock, whatever they are allowed."""

    clock: ManualTime
    seconds: float

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Let the time pass and answer that the job is done."""
        assert timeout > 0
        self.clock.wait(self.seconds)
        return Exchange(request, DONE)


@pytest.mark.parametrize(
    ("own", "call", "budget", "expected"),
    [
        (1, None, 300, ("failure", ["request-failed", "step-timeout"])),
        (None, 1, 300, ("failure", ["request-failed", "step-timeout"])),
        (None, None, 5, ("exhausted", ["request-failed", "budget-exhausted"])),
        (40, 50, 300, ("success", [])),
    ],
)
def test_an_answer_that_comes_too_late(
    own: int | None, call: int | None, budget: float, expected: tuple[str, list[str]]
) -> None:
    """An answer that took longer on the run's clock than it may is none, be the transport ever so patient."""
    asks = {"stepId": "ask", "workflowId": "called"} | ({"timeout": call * 1000} if call else {})
    step = read_job(job="x") | ({"timeout": own * 1000} if own else {})
    called = {"workflowId": "called", "steps": [step]}
    flow, settings, clock = make_flows(caller(asks), called), RunSettings(timeout=budget), ManualTime()
    prepared = prepare_run(flow, flow.choose_workflow("main"), Addresses("http://localhost"), settings)
    result = run_workflow(prepared, Inputs(), transport=Sluggish(clock, 30), clock=clock, settings=settings)
    assert expected == (result.outcome, codes(result))


def test_a_call_and_a_run_whose_time_is_over_at_once() -> None:
    """When the time of the run ends with that of a call, the run is exhausted."""
    asks = {"stepId": "ask", "workflowId": "called", "timeout": 9_995}
    flow = make_flows(caller(asks), {"workflowId": "called", "steps": [read_job(job="x")]})
    settings, clock = RunSettings(timeout=10), ManualTime()
    prepared = prepare_run(flow, flow.choose_workflow("main"), Addresses("http://localhost"), settings)
    result = run_workflow(prepared, Inputs(), transport=Sluggish(clock, 10.005), clock=clock, settings=settings)
    assert "exhausted" == result.outcome


def test_actions_of_a_preparing_step_are_not_looked_at() -> None:
    """A step that runs before a retry leads back to it: its own actions are neither followed nor found wanting."""
    guard = {"name": "never", "type": "goto", "stepId": "after", "criteria": [{"condition": "$statusCode == 299"}]}
    skips = [{"name": "skip", "type": "end"}]
    flow = make_flow(work(onSuccess=skips), read_job("login", "login", onSuccess=[guard]), read_job("after", "after"))
    result, _, _ = run_flow(flow, [FAILED, DONE, DONE])
    assert ("success", ()) == (result.outcome, result.errors)
    assert ("goto", "work") == (result.steps[1].decision.kind, result.steps[1].decision.target)
