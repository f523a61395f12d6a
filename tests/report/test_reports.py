from __future__ import annotations

import json
import re
import shlex
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
from mock_knock.report.run.run_json import render_json
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

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
            violations=(ContractViolation("response-body", "/status", "is required", "/paths/~1jobs/get/required"),),
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


def call(step_id: str, called: str, **fields: Any) -> CallResult:
    """Return a step that called a workflow and went well, but for the given fields."""
    given: dict[str, Any] = {
        "workflow_id": "w",
        "visit": 1,
        "attempt": 1,
        "passed": True,
        "criteria": (),
        "outputs": {},
        "decision": Decision("next", target="last"),
        "first": 0,
        "count": 0,
        **fields,
    }
    return CallResult(step_id, called=called, **given)


CALLS = RunResult(
    flow="w",
    outcome="failure",
    steps=(
        step(step_id="login", workflow_id="auth", depth=2, decision=Decision("end")),
        step(step_id="fetch", workflow_id="middle", depth=1, decision=Decision("goto", "leave", None, 0, "other")),
        step(step_id="last", decision=Decision("end")),
    ),
    calls=(
        call("inner", "auth", workflow_id="middle", count=1, depth=1, outputs={"token": "t"}),
        call("outer", "middle", count=2),
        call(
            "again",
            "nothing",
            first=3,
            visit=2,
            attempt=3,
            passed=False,
            criteria=(CheckedCriterion("$outputs.ok == true", passed=False),),
            decision=Decision("retry", "later", "again", 0, None, (), "login"),
        ),
    ),
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calls.txt", render_terminal(CALLS, Style())),
        ("calls.json", render_json(CALLS)),
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
