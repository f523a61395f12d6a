from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mock_knock.arazzo.engine import CheckedCriterion, Decision
from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import (
    ContractViolation,
    Exchange,
    Finding,
    HttpRequest,
    HttpResponse,
    TransportFailure,
)
from mock_knock.report.curl import render_curl
from mock_knock.report.json_report import render_json
from mock_knock.report.style import Style
from mock_knock.report.terminal import render_terminal

GOLDEN = Path(__file__).parent / "golden"
REQUEST = HttpRequest("POST", "http://localhost/jobs", (("X-A", "it's"),), b'{"n": 1}')


def step(**fields: Any) -> StepResult:
    """Return a step that went well, but for the given fields."""
    given: dict[str, Any] = {
        "step_id": "start",
        "workflow_id": "w",
        "visit": 1,
        "attempt": 1,
        "exchange": Exchange(REQUEST, HttpResponse(202, (), b"", 0.0125)),
        "passed": True,
        "criteria": (CheckedCriterion("$statusCode == 202", passed=True),),
        "outputs": {"job": "j1"},
        "decision": Decision("next", target="poll"),
        **fields,
    }
    return StepResult(**given)


POLL = HttpRequest("GET", "http://localhost/jobs/j1")
RESULT = RunResult(
    flow="w",
    outcome="unreachable",
    seed=7,
    outputs={"job": "j1", "long": "x" * 100},
    steps=(
        step(),
        step(
            step_id="poll",
            visit=2,
            exchange=Exchange(POLL, HttpResponse(200, (), b"{}", 0.5)),
            outputs={},
            decision=Decision("goto", "again", "poll"),
            violations=(ContractViolation("response-body", "/status", "is required"),),
        ),
        step(
            step_id="poll",
            visit=2,
            attempt=2,
            exchange=Exchange(POLL, HttpResponse(503, (), b"{}", 0.5)),
            passed=False,
            outputs={},
            decision=Decision("retry", "later", "poll"),
        ),
        step(
            step_id="check",
            exchange=Exchange(POLL, HttpResponse(422, (), b'{"code": "\x1b[31minvalid"}\n' + b"x" * 400, 0.5)),
            passed=False,
            outputs={},
            decision=Decision("goto", "back", "poll"),
        ),
        step(
            step_id="poll",
            visit=2,
            attempt=3,
            exchange=Exchange(POLL, failure=TransportFailure("timeout", "no answer in time")),
            passed=False,
            criteria=(CheckedCriterion("$statusCode == 200", passed=False),),
            outputs={},
            decision=Decision("fail"),
        ),
    ),
    findings=(
        Finding("loop-unbounded", "warning", "it never ends", "flow.yaml:3:1", "add a limit"),
        Finding("request-failed", "error", "no answer"),
    ),
    target="a fake",
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.txt", render_terminal(RESULT, Style())),
        ("run.ansi.txt", render_terminal(RESULT, Style(is_coloured=True))),
        ("run.json", render_json(RESULT)),
        ("empty.txt", render_terminal(RunResult("w", "success"), Style())),
    ],
)
def test_reports_read_as_agreed(name: str, text: str) -> None:
    """A report of the same result is the same text, to the letter."""
    assert (GOLDEN / name).read_text(encoding="utf-8") == text


def test_colours_change_nothing_else() -> None:
    """Without its colours the coloured report is the plain one."""
    coloured = render_terminal(RESULT, Style(is_coloured=True))
    assert render_terminal(RESULT, Style()) == re.sub(r"\x1b\[\d+m", "", coloured)


@pytest.mark.parametrize("is_coloured", [False, True])
def test_a_terminal_is_not_taken_over(is_coloured: bool) -> None:  # noqa: FBT001  # a column of the table
    """Text from documents and targets cannot move the cursor, clear the screen or reverse the reading direction."""
    evil = "a\x1b[2Jb\x1b]0;c\x07\x9b2J\u202ed\r"
    finding = Finding(evil, "error", evil, evil, evil)
    result = RunResult(evil, "failure", steps=(step(step_id=evil, passed=False),), findings=(finding,), target=evil)
    text = re.sub(r"\x1b\[\d{1,2}m", "", render_terminal(result, Style(is_coloured)))
    assert not set(text) & set("\x1b\x07\x9b\u202e\r")


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
        {"violations": (ContractViolation("response-body", "/status", "is required"),)},
    ],
)
def test_what_differs_is_shown(other: dict[str, Any]) -> None:
    """A request that differs from the one before in anything that the tree shows has a line of its own."""
    earlier = step(decision=Decision("goto", "again", "start"), outputs={})
    later = replace(earlier, visit=2, **other)
    assert 2 == sum(" /" in line and line.startswith("  ") and line[4:5].isalpha() for line in shown(earlier, later))


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


def test_the_json_report_is_one_object() -> None:
    """The JSON report is one object that names its format and has one entry for each request."""
    report = json.loads(render_json(RESULT))
    assert ("mock-knock/run@1", 5) == (report["format"], len(report["steps"]))
    assert [None, None, None, None, {"kind": "timeout"}] == [entry["error"] for entry in report["steps"]]


def test_a_curl_line_is_the_request() -> None:
    """A shell reads the curl line back into the same words."""
    words = shlex.split(render_curl(REQUEST))
    assert ["curl", "-sS", "-X", "POST", REQUEST.url, "-H", "X-A: it's", "--data-raw", '{"n": 1}'] == words


def test_a_long_body_is_left_to_a_file() -> None:
    """A curl line stays a line: a large body is named, not shown."""
    assert "@body.json" in render_curl(HttpRequest("POST", "http://localhost", (), b"x" * 5_000))


@pytest.mark.parametrize(
    ("outcome", "code"), [("success", 0), ("failure", 1), ("invalid", 2), ("unreachable", 3), ("exhausted", 4)]
)
def test_each_outcome_has_its_exit_code(outcome: Any, code: int) -> None:
    """Outcomes are told apart by the exit code; an error among the findings only spoils a success."""
    assert code == RunResult("w", outcome).exit_code()
    with_error = RunResult("w", outcome, findings=(Finding("x", "error", "m"),))
    assert max(code, 1) == with_error.exit_code()
