"""What a run makes of descriptions that cannot be used to judge by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scripted_api import answer, make_flow, run_flow

from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import DescribedOperation, load_description
from mock_knock.contract.judge import Judge
from mock_knock.errors import InvalidDocument
from mock_knock.harness.flow import Flow
from mock_knock.messages import ContractViolation

NAMES = "abcde"
SLOW = {"type": "object", "properties": {"x": {"pattern": "(?=a)(a|aa)+$"}}}
ANSWER = answer({"x": "a" * 40 + "!"})


def flow_over(schema: Any, *steps: dict[str, Any]) -> Flow:
    """Return a flow over operations `a` to `e`, each of which answers with the schema."""
    responses = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    paths = {f"/{name}": {"get": {"operationId": name, "responses": responses}} for name in NAMES}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    described = DescribedSources({"jobs": load_description("jobs", document, where="slow.yaml")})
    return replace(make_flow(*steps), described=described)


def steps(names: str) -> list[dict[str, Any]]:
    """Return a step for each name of an operation."""
    return [{"stepId": f"s{index}", "operationId": name} for index, name in enumerate(names)]


def test_the_run_goes_on() -> None:
    """A pattern without end makes a finding with code, place and the file at fault; what was sent is all there."""
    result, script, _ = run_flow(flow_over(SLOW, *steps("ab")), [answer({}), ANSWER])
    (found,) = (each for each in result.findings if each.code == "openapi-unusable")
    assert ("error", "flow.yaml#/workflows/0/steps/1") == (found.severity, found.where)
    assert "slow.yaml#/paths/~1b/get: " in found.message
    assert ("success", 2, 2, 1) == (result.outcome, len(result.steps), len(script.sent), result.exit_code())


def test_severity_is_the_users() -> None:
    """As with any finding of a run its level can be lowered."""
    flow = flow_over(SLOW, *steps("a"))
    result, _, _ = run_flow(flow, [ANSWER], severities={"openapi-unusable": "note"})
    assert 0 == result.exit_code()


@pytest.mark.parametrize(
    ("judged", "called"),
    [("a", "aaaa"), ("ab", "abab"), ("abc", "abcde")],
    ids=["one", "two", "the whole description"],
)
def test_faults_are_remembered(monkeypatch: pytest.MonkeyPatch, judged: str, called: str) -> None:
    """An operation that could not be judged is not tried again; after three of them no other one is."""
    tried: list[str] = []

    def refuse(_judge: Judge, operation: DescribedOperation, **_given: Any) -> tuple[ContractViolation, ...]:
        tried.append(operation.path.removeprefix("/"))
        raise InvalidDocument("openapi-unusable", "too much", where="slow.yaml")

    monkeypatch.setattr(Judge, "response_violations", refuse)
    result, script, _ = run_flow(flow_over({}, *steps(called)), [answer({})])
    assert [*judged] == tried
    assert len(called) == len(script.sent)
    assert len(judged) == sum(each.code == "openapi-unusable" for each in result.findings)


def test_a_request_that_cannot_be_judged_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the request cannot be judged it is sent all the same, and its response is not judged either."""

    def refuse(*_given: Any, **_more: Any) -> tuple[ContractViolation, ...]:
        raise InvalidDocument("openapi-unusable", "too much", where="slow.yaml")

    monkeypatch.setattr(Judge, "request_violations", refuse)
    result, script, _ = run_flow(flow_over({"type": "string"}, *steps("a")), [answer({})])
    assert (1, ()) == (len(script.sent), result.steps[0].violations)
