from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from mock_knock.arazzo.engine import CheckedCriterion, Decision
from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import Exchange, Finding, HttpRequest, HttpResponse, TransportFailure
from mock_knock.report.gauntlet.gauntlet_junit import render_junit as render_gauntlet
from mock_knock.report.run.run_junit import render_junit
from tests.report.made_up_gauntlet import EVIL, HUNG, SILENT, evil_result
from tests.report.made_up_gauntlet import RESULT as GAUNTLET
from tests.report.made_up_run import RESULT, answer, at, step
from tests.report.run_strategies import results

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "junit.xsd"))
REQUEST = HttpRequest("GET", "http://localhost/v1/x")


def read(result: RunResult, **options: Any) -> ET.Element:
    """Return the report, which keeps the schema and counts right, as XML."""
    text = render_junit(result, **options)
    SCHEMA.validate(text)
    root = ET.fromstring(text)
    for suite in (root, *root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert str(len(list(suite.iter(tag)))) == suite.get(name)
    return root


def outcomes(root: ET.Element) -> dict[str, str]:
    """Return the tag of what is wrong with each test case by its name, or nothing."""
    problems = (
        (each, next((child.tag for child in each if child.tag in {"failure", "error"}), ""))
        for each in root.iter("testcase")
    )
    return {case.get("name", ""): tag for case, tag in problems}


def tried(*, passed: bool, kind: Any = "next", lost: bool = False, **fields: Any) -> StepResult:
    """Return a request that led to a decision of a kind."""
    exchange = (
        Exchange(REQUEST, failure=TransportFailure("reset", "cut off")) if lost else Exchange(REQUEST, answer({}))
    )
    return step("s", exchange, passed=passed, decision=Decision(kind), **fields)


def test_the_cases_of_a_run() -> None:
    """Each visit and each call is a case of its workflow, the outcome and each error one of the run."""
    root = read(RESULT)
    assert [
        ("notify", ["identify #1", "poll #1", "ask #1", "trigger #1", "unsent #2", "last #1"]),
        ("auth", ["login #1", "picture #1"]),
        ("run of notify", ["outcome", "request-failed #1"]),
    ] == [(suite.get("name"), [case.get("name") for case in suite]) for suite in root]
    assert {
        "identify #1": "", "poll #1": "failure", "ask #1": "", "trigger #1": "failure", "unsent #2": "",
        "last #1": "error", "login #1": "", "picture #1": "", "outcome": "error", "request-failed #1": "failure",
    } == outcomes(root)  # fmt: skip
    assert "2026-01-02T03:04:10" == root[1].get("timestamp")
    assert ["2.038", "60.000"] == [root[0][index].get("time") for index in (1, 5)]


def test_what_a_case_tells() -> None:
    """A case says each try and how to send the last one by hand; its problem says what was broken, and where."""
    cases = {case.get("name"): case for case in read(RESULT).iter("testcase")}
    told = cases["poll #1"].findtext("system-out", "")
    assert 4 == sum("GET /v1/bulk_operations/" in line and "->" in line for line in told.splitlines())
    assert told.splitlines()[-1].startswith("curl -sS -X GET")
    failure = cases["poll #1"][0]
    assert ("contract", "try 3: contract: response-body at /started_at: is required") == (
        failure.get("type"),
        failure.get("message"),
    )
    assert "not met: $statusCode == 200" in cases["trigger #1"].findtext("system-out", "")
    assert {"type": "timeout", "message": "timeout: no answer from ***"} == cases["last #1"][0].attrib
    assert "flow.yaml:9:5: error: 'last' got no answer from *** [request-failed]\n  hint: " in str(
        cases["request-failed #1"][0].text
    )


def test_what_does_not_count() -> None:
    """A broken contract that does not count is told of, and fails nothing."""
    found = outcomes(root := read(RESULT, contract_counts=False))
    assert ["last #1", "outcome", "request-failed #1"] == [name for name, tag in found.items() if tag]
    told = next(case for case in root.iter("testcase") if case.get("name") == "poll #1").findtext("system-out", "")
    assert "try 3: contract: response-body at /started_at: is required" in told


@pytest.mark.parametrize(
    ("steps", "outcome", "expected"),
    [
        ([tried(passed=True)], "success", ""),
        ([tried(passed=False, kind="retry"), tried(passed=True, attempt=2)], "success", ""),
        ([tried(passed=False, kind="goto")], "success", ""),
        ([tried(passed=False, kind="goto")], "failure", ""),
        ([tried(passed=False, kind="retry")], "exhausted", ""),
        ([tried(passed=False, kind="fail")], "failure", "failure"),
        ([tried(passed=False, kind="end")], "failure", "failure"),
        ([tried(passed=True, kind="end")], "failure", ""),
        ([tried(passed=False, kind="fail", lost=True)], "unreachable", "error"),
        ([tried(passed=False, kind="retry", lost=True), tried(passed=True, attempt=2)], "success", ""),
    ],
)
def test_which_visits_have_failed(steps: list[StepResult], outcome: Any, expected: str) -> None:
    """A visit has failed when its last try did and nothing led on from there; without an answer that is an error."""
    assert expected == outcomes(read(RunResult("w", outcome, steps=tuple(steps))))["s #1"]


@pytest.mark.parametrize(
    ("outcome", "tag"),
    [("success", ""), ("failure", "failure"), ("invalid", "error"), ("unreachable", "error"), ("exhausted", "error")],
)
def test_the_case_of_the_outcome(outcome: Any, tag: str) -> None:
    """That a flow failed is a failure; that it could not be tried to its end is an error."""
    assert {"outcome": tag} == outcomes(read(RunResult("w", outcome)))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"passed": False, "decision": Decision("fail")}, ("failure", "failure")),
        ({"passed": False, "decision": Decision("goto", target="x")}, ("", "")),
        ({"passed": False, "decision": Decision("retry", target="x")}, ("", "")),
        ({"passed": True, "decision": Decision("next")}, ("", "")),
    ],
)
def test_failures_inside_of_calls(fields: dict[str, Any], expected: tuple[str, str]) -> None:
    """What failed in a called workflow is a failure of the run unless the call led on all the same."""
    inner = tried(passed=False, kind="fail", workflow_id="called", depth=1)
    call = CallResult(
        "c", "w", "called", visit=1, attempt=1, criteria=(CheckedCriterion("x", passed=False),), outputs={}, first=0,
        count=1, **fields,
    )  # fmt: skip
    found = outcomes(read(RunResult("w", "failure", steps=(inner,), calls=(call,))))
    assert expected == (found["s #1"], found["c #1"])


def test_a_failure_without_criteria() -> None:
    """A step without criteria that got a bad answer says which, and shows the beginning of its body."""
    lost = step(
        "s",
        Exchange(REQUEST, HttpResponse(500, (), b"x" * 5_000)),
        passed=False,
        criteria=(),
        decision=Decision("fail"),
    )
    (failure,) = (each for each in read(RunResult("w", "failure", steps=(lost,)))[0].iter("failure"))
    assert "no success: 500" == failure.get("message")
    assert f"{'x' * 1_000}..." == str(failure.text).splitlines()[-1]


def test_errors_of_one_code_have_names_of_their_own() -> None:
    """The case of an error is named by its code and a number, not by a line that changes from day to day."""
    found = (Finding("a-code", "error", "m", "f.yaml:1:1"), Finding("a-code", "error", "m", "f.yaml:9:9"))
    assert ["outcome", "a-code #1", "a-code #2"] == list(outcomes(read(RunResult("w", "success", findings=found))))


def test_a_suite_without_instants() -> None:
    """Where nobody looked at the clock a suite has no timestamp."""
    root = read(RunResult("w", "success", steps=(tried(passed=True),)))
    assert [None, None] == [suite.get("timestamp") for suite in root]
    timed = replace(RESULT.steps[0], exchange=replace(RESULT.steps[0].exchange, at=at(3_600)))
    assert "2026-01-02T04:04:05" == read(RunResult("w", "success", steps=(timed,)))[0].get("timestamp")


@given(result=results)
def test_something_has_failed_exactly_when_the_command_says_so(result: RunResult) -> None:
    """Whatever a result holds, the report keeps the schema, and has a problem exactly when the exit code is not 0."""
    for counts in (True, False):
        root = read(result, contract_counts=counts)
        has_problem = (root.get("failures"), root.get("errors")) != ("0", "0")
        assert (result.exit_code(contract_counts=counts) != 0) == has_problem


@pytest.mark.parametrize("worse", [(), (SILENT, HUNG)])
def test_the_report_of_a_gauntlet_keeps_the_schema(worse: Any) -> None:
    """The report of a gauntlet has the same form."""
    SCHEMA.validate(render_gauntlet(GAUNTLET, worse))
    for text in EVIL:
        SCHEMA.validate(render_gauntlet(evil_result(text), worse))


def test_the_schema_refuses() -> None:
    """The schema tells what is no report of this form."""
    damages: list[Callable[[ET.Element], object]] = [
        lambda case: case.append(ET.Element("failure", {"type": "x", "message": "x"})),
        lambda case: case.append(ET.Element("out")),
        lambda case: case.attrib.pop("name"),
        lambda case: case.set("time", "-1"),
        lambda case: case.set("file", "x"),
    ]
    for damage in damages:
        root = ET.fromstring(render_junit(RESULT))
        damage(root[0][1])
        assert not SCHEMA.is_valid(ET.tostring(root, encoding="unicode"))
