from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from scripted_api import API, Answer, ManualTime, Script, answer, make_flow, run_flow

from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import load_description
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.harness.flow import Flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.messages import Exchange, HttpRequest, HttpResponse, TransportFailure


def poll(**fields: Any) -> dict[str, Any]:
    """Return a step that reads a job."""
    return {
        "stepId": "poll",
        "operationId": "getJob",
        "parameters": [{"name": "id", "in": "path", "value": "j/1"}],
        "outputs": {"status": "$response.body#/status"},
        **fields,
    }


START_STEP = {"stepId": "start", "operationId": "startJob", "requestBody": {"payload": {"n": 1}}}
NOTIFY = {"stepId": "notify", "operationId": "startJob", "requestBody": {"payload": {"n": 2}}}


def when(status: str, **action: Any) -> dict[str, Any]:
    """Return an action for one status."""
    return {"criteria": [{"condition": f"$response.body#/status == '{status}'"}], **action}


AGAIN = when("running", name="again", type="goto", stepId="poll")
GO_ON = when("done", name="goOn", type="goto", stepId="notify")


def codes(result: Any) -> list[str]:
    """Return the codes of all findings."""
    return [finding.code for finding in result.findings]


def test_steps_follow_each_other() -> None:
    """Without actions each step that succeeds is followed by the next, and the last one ends the workflow."""
    result, script, clock = run_flow(make_flow(START_STEP, poll()), [answer(status=202), answer({"status": "done"})])
    assert "success" == result.outcome
    assert [("next", "poll"), ("end", None)] == [(step.decision.kind, step.decision.target) for step in result.steps]
    assert ["POST http://localhost/jobs", "GET http://localhost/jobs/j%2F1"] == [
        f"{request.method} {request.url}" for request in script.sent
    ]
    assert [] == clock.waits


def test_a_goto_to_the_same_step_waits() -> None:
    """A step that repeats itself waits the poll interval; each entry is a visit."""
    answers = [answer({"status": "running"}), answer({"status": "running"}), answer({"status": "done"})]
    result, _, clock = run_flow(make_flow(poll(onSuccess=[AGAIN, GO_ON]), NOTIFY), [*answers, answer(status=202)])
    assert "success" == result.outcome
    assert [("poll", 1), ("poll", 2), ("poll", 3), ("notify", 1)] == [(s.step_id, s.visit) for s in result.steps]
    assert [0.5, 0.5] == clock.waits


@pytest.mark.parametrize(
    ("header", "expected"),
    [("2", 2.0), ("0", 0.5), ("Thu, 01 Jan 2026 00:00:07 GMT", 7.0), ("soon", 0.5)],
)
def test_retry_after_lengthens_a_poll(header: str, expected: float) -> None:
    """Between polls the larger of poll interval and Retry-After is waited, in seconds or until a date."""
    answers = [answer({"status": "running"}, Retry_After=header), answer({"status": "done"}), answer(status=202)]
    _, _, clock = run_flow(make_flow(poll(onSuccess=[AGAIN, GO_ON]), NOTIFY), answers)
    assert [expected] == clock.waits


RETRY = {"name": "later", "type": "retry", "retryAfter": 3, "retryLimit": 2}


def test_a_retry_is_another_attempt() -> None:
    """A retry waits as long as it says and counts as an attempt of the same visit."""
    result, _, clock = run_flow(make_flow(poll(onFailure=[RETRY])), [answer(status=503), answer({"status": "done"})])
    assert "success" == result.outcome
    assert [(1, 1), (1, 2)] == [(step.visit, step.attempt) for step in result.steps]
    assert [3.0] == clock.waits


def test_retry_after_wins_over_retryafter() -> None:
    """The header of the response beats the number of the action, also when it is shorter."""
    answers = [answer(status=429, Retry_After="1"), answer({"status": "done"})]
    _, _, clock = run_flow(make_flow(poll(onFailure=[RETRY])), answers)
    assert [1.0] == clock.waits


def test_retries_are_limited() -> None:
    """A used-up retry is passed over: without another action the workflow fails."""
    result, script, _ = run_flow(make_flow(poll(onFailure=[RETRY])), [answer(status=503)])
    assert ("failure", 3) == (result.outcome, len(script.sent))
    assert "fail" == result.steps[-1].decision.kind


def test_retries_count_anew_in_a_new_visit() -> None:
    """Entering a step again gives its retries back."""
    answers = [
        answer(status=503),
        answer({"status": "running"}),
        answer(status=503),
        answer(status=503),
        answer({"status": "done"}),
        answer(status=202),
    ]
    flow = make_flow(poll(onSuccess=[AGAIN, GO_ON], onFailure=[RETRY]), NOTIFY)
    result, _, _ = run_flow(flow, answers)
    assert "success" == result.outcome
    assert [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (1, 1)] == [(s.visit, s.attempt) for s in result.steps]


def test_an_end_on_failure_is_a_failure() -> None:
    """A workflow that ends through onFailure has not succeeded."""
    flow = make_flow(poll(onFailure=[{"name": "stop", "type": "end"}]), NOTIFY)
    result, script, _ = run_flow(flow, [answer(status=500)])
    assert ("failure", 1, "end") == (result.outcome, len(script.sent), result.steps[0].decision.kind)


def test_an_end_on_success_is_a_success() -> None:
    """A workflow that ends through onSuccess has succeeded, whatever steps are left."""
    flow = make_flow(poll(onSuccess=[{"name": "stop", "type": "end"}]), NOTIFY)
    result, script, _ = run_flow(flow, [answer({"status": "done"})])
    assert ("success", 1) == (result.outcome, len(script.sent))


def test_a_bypassed_guard_is_an_error() -> None:
    """When no action matches and one of them leads to the step the flow falls into, that is an error."""
    flow = make_flow(poll(onSuccess=[AGAIN, GO_ON]), NOTIFY)
    result, script, _ = run_flow(flow, [answer({"status": "failed"}), answer(status=202)])
    assert ("success", 2, 1) == (result.outcome, len(script.sent), result.exit_code())
    assert ["guard-bypassed"] == [finding.code for finding in result.errors]


def test_an_unmatched_action_is_a_warning() -> None:
    """When no action matches and none of them guards the next step, that is a warning."""
    flow = make_flow(poll(onSuccess=[AGAIN]), NOTIFY)
    result, _, _ = run_flow(flow, [answer({"status": "failed"}), answer(status=202)])
    assert "action-unmatched" in codes(result)
    assert 0 == result.exit_code()


LOOP = make_flow(poll(onSuccess=[{"name": "again", "type": "goto", "stepId": "poll"}]))
PING_PONG = make_flow(
    {**START_STEP, "onSuccess": [{"name": "a", "type": "goto", "stepId": "poll"}]},
    poll(onSuccess=[{"name": "b", "type": "goto", "stepId": "start"}]),
)


@pytest.mark.parametrize(
    ("flow", "budget", "requests", "flag"),
    [
        (LOOP, {}, 200, "--max-visits"),
        (LOOP, {"max_visits": 3}, 3, "--max-visits"),
        (LOOP, {"max_steps": 7}, 7, "--max-steps"),
        (LOOP, {"timeout": 10}, 20, "--timeout"),
        (PING_PONG, {"contract": "off"}, 400, "--max-visits"),
        (PING_PONG, {"max_steps": 9, "contract": "off"}, 9, "--max-steps"),
        (
            make_flow(poll(onFailure=[{**RETRY, "retryLimit": 10**6}], successCriteria=[{"condition": "1 == 2"}])),
            {},
            100,
            "--timeout",
        ),
    ],
)
def test_every_loop_ends(flow: Flow, budget: dict[str, Any], requests: int, flag: str) -> None:
    """A loop that does not end by itself uses up a budget, which is named with its flag."""
    result, script, _ = run_flow(flow, [answer({"status": "running"})], **budget)
    assert ("exhausted", requests, 4) == (result.outcome, len(script.sent), result.exit_code())
    (finding,) = [each for each in result.findings if each.code == "budget-exhausted"]
    assert flag in finding.hint


@pytest.mark.parametrize("header", [{"Retry_After": "86400"}, {}])
def test_a_wait_beyond_the_deadline_is_not_begun(header: dict[str, str]) -> None:
    """A wait that would pass the budget of time ends the run at once, whoever asks for it."""
    retry = {**RETRY, "retryAfter": 1e6}
    result, script, clock = run_flow(make_flow(poll(onFailure=[retry])), [answer(status=503, **header)])
    assert ("exhausted", 1, []) == (result.outcome, len(script.sent), clock.waits)
    assert "budget-exhausted" in codes(result)


@pytest.mark.parametrize("kind", ["refused", "timeout", "reset"])
def test_no_answer_is_unreachable(kind: str) -> None:
    """A target that does not answer ends the run as unreachable, with the kind of failure in the result."""
    result, _, _ = run_flow(make_flow(poll()), [TransportFailure(kind, "no answer")])
    assert ("unreachable", 3) == (result.outcome, result.exit_code())
    failure = result.steps[0].exchange.failure
    assert failure is not None
    assert (kind, False, "request-failed" in codes(result)) == (failure.kind, result.steps[0].passed, True)


@dataclass
class Slow:
    """A transport that takes all the time there is and gets no answer."""

    clock: ManualTime

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Let the time pass."""
        self.clock.wait(timeout)
        return Exchange(request, failure=TransportFailure("timeout", "no answer in time"))


def test_an_answer_that_the_deadline_cut_off() -> None:
    """When the budget of time ends an exchange, the run is exhausted, not unreachable."""
    flow, settings, clock = make_flow(poll()), RunSettings(timeout=50), ManualTime()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses("http://localhost"), settings)
    result = run_workflow(prepared, Inputs(), transport=Slow(clock), clock=clock, settings=settings)
    assert ("exhausted", 4, 1) == (result.outcome, result.exit_code(), len(result.steps))
    assert {"budget-exhausted", "request-failed"} <= set(codes(result))


def test_an_interrupted_run_keeps_what_was_done() -> None:
    """Whoever interrupts a run gets the steps so far, and a finding that says so."""

    def stop(_step: object) -> None:
        raise KeyboardInterrupt

    flow, settings = make_flow(START_STEP, poll()), RunSettings()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses("http://localhost"), settings)
    transport = Script([answer(status=202)])
    result = run_workflow(prepared, Inputs(), transport=transport, clock=ManualTime(), settings=settings, on_step=stop)
    assert ("failure", ["start"]) == (result.outcome, [step.step_id for step in result.steps])
    assert ["run-interrupted"] == [finding.code for finding in result.errors]


def test_no_answer_can_be_retried() -> None:
    """A missing answer is a failed step, so onFailure applies."""
    answers: list[Answer] = [TransportFailure("reset", "cut"), answer({"status": "done"})]
    result, _, _ = run_flow(make_flow(poll(onFailure=[RETRY])), answers)
    assert ("success", 2) == (result.outcome, len(result.steps))


def test_a_wrong_request_is_judged_and_sent() -> None:
    """A request that breaks the contract is sent all the same, and makes the exit code 1."""
    flow = make_flow({**START_STEP, "requestBody": {"payload": {"n": "one"}}})
    result, script, _ = run_flow(flow, [answer(status=202)])
    assert ("success", 1, 1) == (result.outcome, len(script.sent), result.exit_code())
    assert [("start", "request-body", "/n")] == [(s, v.kind, v.location) for s, v in result.violations]


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer({"status": "lost"}), "response-body"),
        (answer({}), "response-body"),
        (answer(), "response-body"),
        (answer({"status": "done"}, status=203), "response-status"),
    ],
)
def test_a_wrong_response_is_a_violation(response: Any, kind: str) -> None:
    """A response that breaks the contract does not stop the flow, and makes the exit code 1."""
    result, _, _ = run_flow(make_flow(poll()), [response])
    assert ("success", 1, [kind]) == (result.outcome, result.exit_code(), [v.kind for _, v in result.violations])
    assert 0 == result.exit_code(contract_counts=False)


def test_the_contract_can_be_left_out() -> None:
    """With the contract off nothing is judged."""
    result, _, _ = run_flow(make_flow(poll()), [answer({"status": "lost"})], contract="off")
    assert ((), 0) == (result.violations, result.exit_code())


def test_severities_can_be_changed() -> None:
    """A finding has the severity that was asked for its code."""
    flow = make_flow(poll(onSuccess=[AGAIN, GO_ON]), NOTIFY)
    answers = [answer({"status": "failed"}), answer(status=202)]
    result, _, _ = run_flow(flow, answers, severities={"guard-bypassed": "note", "enum-unhandled": "error"})
    assert ["enum-unhandled"] == [finding.code for finding in result.errors]


def test_a_value_that_is_missing_is_not_sent() -> None:
    """A step whose request needs an output without a value fails before anything is sent."""
    second = poll(parameters=[{"name": "id", "in": "path", "value": "$steps.start.outputs.job"}])
    flow = make_flow({**START_STEP, "outputs": {"job": "$response.body#/id"}}, second)
    result, script, _ = run_flow(flow, [answer(status=202)])
    assert ("failure", 1) == (result.outcome, len(script.sent))
    assert {"output-missing", "value-missing"} <= set(codes(result))


@pytest.mark.parametrize(
    ("action", "outcome", "sent"),
    [
        ({"type": "goto", "stepId": "notify"}, "success", ["start", "notify"]),
        ({"type": "retry", "retryAfter": 3, "retryLimit": 9}, "failure", ["start"]),
    ],
)
def test_failure_actions_of_a_step_that_sends_nothing(action: dict[str, Any], outcome: str, sent: list[str]) -> None:
    """A step whose request cannot be put together has failed like any other: its failure actions apply."""
    start = {**START_STEP, "outputs": {"job": "$response.body#/id"}}
    needs = [{"name": "id", "in": "path", "value": "$steps.start.outputs.job"}]
    flow = make_flow(start, poll(parameters=needs, onFailure=[{"name": "then", **action}]), NOTIFY)
    result, _, _ = run_flow(flow, [answer(status=202)])
    assert (outcome, sent, 1) == (result.outcome, [step.step_id for step in result.steps], result.exit_code())


@pytest.mark.parametrize(
    ("step", "part"),
    [
        (poll(parameters=[{"name": "id", "in": "path", "value": ""}]), "id"),
        ({**START_STEP, "requestBody": {"contentType": "text/xml", "payload": {"a": 1}}}, "text/xml"),
    ],
)
def test_a_request_that_cannot_be_put_together(step: dict[str, Any], part: str) -> None:
    """What cannot be sent fails the step with the reason, and nothing is sent."""
    result, script, _ = run_flow(make_flow(step), [answer({"status": "done"})])
    assert ("failure", 0) == (result.outcome, len(script.sent))
    assert any(part in finding.message for finding in result.errors)


def test_every_kind_of_parameter_is_sent() -> None:
    """Query, header and cookie parameters arrive as they should."""
    parameters = [
        {"name": "id", "in": "path", "value": "ä b"},
        {"name": "page", "in": "query", "value": 2},
        {"name": "q", "in": "query", "value": "a&b"},
        {"name": "X-Trace", "in": "header", "value": True},
        {"name": "sid", "in": "cookie", "value": "s 1"},
    ]
    _, script, _ = run_flow(make_flow(poll(parameters=parameters)), [answer({"status": "done"})])
    (request,) = script.sent
    assert "http://localhost/jobs/%C3%A4%20b?page=2&q=a%26b" == request.url
    assert ("true", "sid=s%201") == (request.header("x-trace"), request.header("Cookie"))


def test_expressions_see_the_exchange() -> None:
    """Outputs can name every part of request and response."""
    outputs = {
        "url": "$url",
        "method": "$method",
        "status": "$statusCode",
        "sent": "$request.path.id",
        "page": "$request.query.page",
        "trace": "$response.header.x-trace",
        "whole": "$response.body",
    }
    parameters = [{"name": "id", "in": "path", "value": "1"}, {"name": "page", "in": "query", "value": 2}]
    flow = make_flow(poll(parameters=parameters, outputs=outputs))
    result, _, _ = run_flow(flow, [answer({"status": "done"}, X_Trace="t")])
    expected = {
        "url": "http://localhost/jobs/1?page=2",
        "method": "GET",
        "status": 200,
        "sent": "1",
        "page": "2",
        "trace": "t",
        "whole": {"status": "done"},
    }
    assert expected == result.steps[0].outputs


def test_a_body_that_is_not_json_is_text() -> None:
    """`$response.body` of another media type is its text."""
    flow = make_flow(poll(outputs={"whole": "$response.body"}))
    result, _, _ = run_flow(flow, [HttpResponse(200, (("Content-Type", "text/plain"),), b"hello \xff")], contract="off")
    assert {"whole": "hello \ufffd"} == result.steps[0].outputs


def test_findings_of_a_loop_are_told_once() -> None:
    """A finding that every turn of a loop repeats stands in the result once."""
    jsonpath = {"context": "$response.body", "type": "jsonpath", "condition": "$.status == 'running'"}
    flow = make_flow(poll(onSuccess=[{"name": "again", "type": "goto", "stepId": "poll", "criteria": [jsonpath]}]))
    result, _, _ = run_flow(flow, [answer({"status": "running"})] * 5 + [answer({"status": "done"})])
    assert 1 == codes(result).count("jsonpath-invalid")


def test_a_fatal_finding_stops_before_sending() -> None:
    """What leaves open what to send is refused before anything is sent, with all findings."""
    flow = make_flow({**poll(), "operationId": "getNothing"}, {**NOTIFY, "operationId": "nor this"})
    with pytest.raises(InvalidDocument) as refusal:
        run_flow(flow, [])
    assert 2 == [finding.code for finding in refusal.value.findings].count("operation-missing")


def test_an_operation_that_cannot_be_decided() -> None:
    """A finding that is talked down does not make an operation of two: the run is refused all the same."""
    flow = make_flow(poll(operationId="twice"))
    twin = {"operationId": "twice", "responses": {}}
    document = {**API, "paths": {"/a": {"get": twin}, "/b": {"get": twin}}}
    described = DescribedSources({"jobs": load_description("jobs", document, where="jobs.yaml")})
    settings = RunSettings(severities={"operation-id-conflict": "note"})
    with pytest.raises(InvalidDocument, match="operation-id-conflict"):
        prepare_run(replace(flow, described=described), flow.choose_workflow(None), Addresses(), settings)


def test_the_described_server_is_used() -> None:
    """Without a target a request goes to the server of its description, variables at their defaults."""
    flow = make_flow(poll())
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses(), RunSettings())
    assert [("poll", "https://eu.jobs.example")] == [(step_id, call.server) for step_id, call in prepared.calls()]


def test_a_server_for_one_source_beats_the_target() -> None:
    """`--server NAME=URL` wins over the target for its source."""
    flow = make_flow(poll())
    addresses = Addresses("http://localhost", {"jobs": "http://127.0.0.1:1"})
    prepared = prepare_run(flow, flow.choose_workflow(None), addresses, RunSettings())
    assert [("poll", "http://127.0.0.1:1")] == [(step_id, call.server) for step_id, call in prepared.calls()]


def test_a_server_that_is_no_address() -> None:
    """A relative server without a target is refused, with the flags that help."""
    flow = make_flow(poll())
    with pytest.raises(UsageError, match="server-unknown"):
        prepare_run(flow, flow.choose_workflow(None), Addresses("", {"jobs": "/v1"}), RunSettings())


def test_ten_thousand_steps() -> None:
    """A goto is a turn of a loop, not a call: long runs do not run out of stack."""
    result, _, _ = run_flow(
        LOOP, [answer({"status": "running"})], max_steps=10_000, max_visits=20_000, timeout=1e9, contract="off"
    )
    assert ("exhausted", 10_000) == (result.outcome, len(result.steps))


def test_on_step_is_told_about_each_request() -> None:
    """Whoever watches a run hears of each step as it is judged."""
    flow, seen = make_flow(START_STEP, poll()), list[str]()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses("http://localhost"), RunSettings())
    transport = Script([answer(status=202), answer({"status": "done"})])
    run_workflow(
        prepared,
        Inputs(),
        transport=transport,
        clock=ManualTime(),
        settings=RunSettings(),
        on_step=lambda step: seen.append(step.step_id),
    )
    assert ["start", "poll"] == seen


def test_a_transport_that_raises() -> None:
    """An error of the operating system that a transport lets through is a request without an answer."""

    class Broken:
        """A transport whose cable is cut."""

        def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
            raise ConnectionError(f"cut after {timeout} s: {request.url}")

    flow, settings = make_flow(poll()), RunSettings()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses("http://localhost"), settings)
    result = run_workflow(prepared, Inputs(), transport=Broken(), clock=ManualTime(), settings=settings)
    assert "unreachable" == result.outcome
    assert "cut after" in str(result.steps[0].exchange.failure)
