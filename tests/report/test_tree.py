from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mock_knock.arazzo.engine import Decision
from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import ContractViolation, Exchange, HttpRequest, HttpResponse
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style
from tests.report.test_reports import REQUEST, step


def shown(*steps: StepResult, **options: Any) -> list[str]:
    """Return the lines of the tree below its first one."""
    calls = options.pop("calls", ())
    result = RunResult("w", options.pop("outcome", "success"), steps=steps, calls=calls)
    return render_terminal(result, Style(), **options).splitlines()[1:]


def poll(**fields: Any) -> StepResult:
    """Return a poll that goes back to itself."""
    return step(step_id="poll", outputs={}, **{"decision": Decision("goto", "again", "poll"), **fields})


def test_polls_that_read_the_same_are_one() -> None:
    """Requests in a row that differ in their visit or attempt alone are one line with both ends of the count."""
    visits = [poll(visit=number) for number in range(1, 5)]
    tries = [poll(attempt=number, passed=False, decision=Decision("retry", target="poll")) for number in (2, 3)]
    titles = [line for line in shown(*visits, *tries) if "POST" in line]
    assert ["  ✓ poll #1-4  POST /jobs  202", "  · poll (tries 2-3)  POST /jobs  202"] == titles


@pytest.mark.parametrize(
    "other",
    [
        {"outputs": {"state": "done"}},
        {"exchange": Exchange(REQUEST, HttpResponse(200, (), b"", 0.0))},
        {"exchange": Exchange(HttpRequest("GET", "http://localhost/"), HttpResponse(202, (), b"", 0.0))},
        {"decision": Decision("end")},
        {"step_id": "other"},
        {"workflow_id": "other"},
        {"depth": 1},
        {"violations": (ContractViolation("response-body", "/status", "is required"),)},
    ],
)
def test_what_differs_is_shown(other: dict[str, Any]) -> None:
    """A request that differs from the one before in anything that the tree shows has a line of its own."""
    earlier = step(decision=Decision("goto", "again", "start"), outputs={})
    later = replace(earlier, visit=2, **other)
    titles = [line for line in shown(earlier, later) if "  POST /" in line or "  GET /" in line]
    assert 2 == len(titles)


def test_bodies_of_failures_are_kept_apart() -> None:
    """Two failures with different bodies are two lines, since their bodies are shown."""
    answers = [Exchange(REQUEST, HttpResponse(500, (), body, 0.0)) for body in (b"one", b"two")]
    lines = shown(*(poll(passed=False, visit=number, exchange=each) for number, each in enumerate(answers, 1)))
    assert ["one", "two"] == [line.strip() for line in lines if line.strip() in {"one", "two"}]


def test_the_same_request_in_two_calls() -> None:
    """What two calls of a workflow send stays apart, however much it looks alike."""
    call = CallResult("a", "w", "sub", 1, 1, passed=True, criteria=(), outputs={}, decision=Decision("next"),
                      first=0, count=1)  # fmt: skip
    lines = shown(poll(depth=1), poll(depth=1), calls=(call, replace(call, step_id="b", first=1)))
    assert ["a  calls", "✓ poll", "✓ a", "b  calls", "✓ poll", "✓ b"] == [
        " ".join(line.split(" ")[:2]) if (line := each.strip()).startswith("✓") else line[:8]
        for each in lines
        if each.strip()[:1] in {"a", "b", "✓"} and "outcome" not in each
    ]


def test_workflows_that_no_step_calls() -> None:
    """What runs before a workflow, or before a retry, has its name above it, once for each time it begins."""
    before = [step(workflow_id=name, depth=1) for name in ("first", "first", "second")]
    nested = step(workflow_id="deeper", depth=2)
    call = CallResult("a", "second", "deeper", 1, 1, passed=True, criteria=(), outputs={}, decision=Decision("next"),
                      first=3, count=1, depth=1)  # fmt: skip
    again = [step(), step(workflow_id="first", depth=1)]
    lines = shown(*before, nested, before[-1], *again, calls=(call,))
    assert ["  workflow first", "  workflow second", "  workflow first"] == [
        line for line in lines if line.strip().startswith("workflow")
    ]


def test_a_violation_that_does_not_count() -> None:
    """Where violations only warn, neither the request nor the run has a cross, but the violation is still shown."""
    broken = step(violations=(ContractViolation("response-body", "/status", "is required"),))
    failed: dict[str, Any] = {"passed": False, "decision": Decision("retry", target="start")}
    for each in (broken, replace(broken, **failed)):
        lines = shown(each, contract_counts=False)
        assert ["  ! start", "      ! contract: response-body at /status: is required"] == [lines[0][:9], next(
            line for line in lines if "contract:" in line)]  # fmt: skip
        assert lines[-1].startswith("✓ outcome success: 1 request, 1 contract violation")
    assert "  ✗" == shown(replace(broken, passed=False), contract_counts=False)[0][:3]


def test_a_success_that_does_not_pass() -> None:
    """A flow that succeeds and still makes the exit code 1 says so in its last line."""
    broken = step(violations=(ContractViolation("response-body", "/status", "is required"),))
    assert (
        "✗ outcome success, but not passed: 1 request, 1 contract violation, 0 errors, 0 warnings" == shown(broken)[-1]
    )


def test_a_request_that_leads_nowhere() -> None:
    """Without a server that goes on listening a failed request is not shown as a command line."""
    failed = step(passed=False)
    assert [True, False] == [any("curl" in line for line in shown(failed, has_curl=each)) for each in (True, False)]
