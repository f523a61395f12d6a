"""The result of a run as tests make it up, with everything that a report may meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from mock_knock.arazzo.engine import CheckedCriterion, Decision
from mock_knock.harness.masking import mask_result
from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import (
    ContractViolation,
    Exchange,
    Finding,
    Headers,
    HttpRequest,
    HttpResponse,
    TransportFailure,
)

CANARY = "canary-5f1d~value/9"
"""A secret that nothing gives away but that it is known to be one."""
KEY = "sk_live_canary0123456789"
BEGIN = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
NASTY = "<script>alert(1)</script> ]]> a|b `c` $x$ @ada #1 \x00\x1b[2J\u202eknock\u2066\u2028\x85end"
OPERATION = "6c1f2a00-0000-4000-8000-000000000001"
JSON: Headers = (("Content-Type", "application/json"),)
BEARER: Headers = (("Authorization", f"Bearer {KEY}"), ("X-Other", CANARY))


def get(path: str) -> HttpRequest:
    """Return a GET with secrets in its headers and its query."""
    return HttpRequest("GET", f"http://localhost/v1{path}?note={CANARY}&token={CANARY}&page=1", BEARER)


def post(path: str, value: Any) -> HttpRequest:
    """Return a POST with a body."""
    return HttpRequest("POST", f"http://localhost/v1{path}", (*BEARER, *JSON), orjson.dumps(value))


def answer(value: Any, status: int = 200, seconds: float = 0.0125, **headers: str) -> HttpResponse:
    """Return a response with a body, as JSON unless it is bytes."""
    fields = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    kind = () if isinstance(value, bytes) else JSON
    return HttpResponse(status, (*kind, *fields), body, seconds)


def operation(status: str, done: int) -> dict[str, Any]:
    """Return what is said of a bulk operation of four rows."""
    return {
        "__typename": "BulkOperation",
        "id": OPERATION,
        "status": status,
        "estimated_total_rows": 4,
        "processed_rows": done,
        "error_items": [],
    }


def step(step_id: str, exchange: Exchange, **fields: Any) -> StepResult:
    """Return a step that went well, but for the given fields."""
    given: dict[str, Any] = {
        "workflow_id": "notify",
        "visit": 1,
        "attempt": 1,
        "passed": True,
        "criteria": (CheckedCriterion("$statusCode == 200", passed=True),),
        "outputs": {},
        "decision": Decision("next", target="later"),
        **fields,
    }
    return StepResult(step_id, exchange=exchange, **given)


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after the run has begun."""
    return BEGIN + timedelta(seconds=seconds)


POLL = get(f"/bulk_operations/{OPERATION}")
AGAIN = Decision("retry", "stillRunning", "poll")
STEPS = (
    step(
        "identify",
        Exchange(
            post("/users/bulk/identify", {"users": [{"id": "ada", "pin": CANARY, "note": NASTY}]}),
            answer(operation("queued", 0), X_Echo=CANARY, Set_Cookie=f"session={CANARY}"),
            at=at(0),
            seconds=0.0125,
        ),
        outputs={"operationId": OPERATION, "echo": f"{CANARY} {NASTY}"},
    ),
    step(
        "poll",
        Exchange(POLL, answer(operation("queued", 0)), at=at(0.5)),
        passed=False,
        criteria=(CheckedCriterion("$response.body#/status == 'completed'", passed=False),),
        decision=AGAIN,
    ),
    step(
        "poll",
        Exchange(POLL, answer({"busy": True}, 503, X_Mock_Fault_Applied="busy"), at=at(1.5)),
        attempt=2,
        passed=False,
        criteria=(CheckedCriterion("$statusCode == 200", passed=False),),
        decision=AGAIN,
    ),
    step(
        "poll",
        Exchange(
            POLL, answer(operation("processing", 2), X_Mock_Fault_Applied="late", seconds=0.25), at=at(2.5), seconds=2.0
        ),
        attempt=3,
        passed=False,
        criteria=(CheckedCriterion("$response.body#/status == 'completed'", passed=False),),
        decision=AGAIN,
        violations=(ContractViolation("response-body", "/started_at", "is required", "/components/x"),),
    ),
    step("poll", Exchange(POLL, answer(operation("completed", 4)), at=at(5)), attempt=4),
    step(
        "login",
        Exchange(post("/login", {"password": CANARY}), answer(f"token={CANARY}".encode(), 201), at=at(5.1)),
        workflow_id="auth",
        depth=1,
        decision=Decision("end"),
    ),
    step(
        "picture",
        Exchange(get("/picture"), answer(b"\xff\xfe\x00PNG", Content_Type="image/png"), at=at(5.2)),
        workflow_id="auth",
        depth=1,
        decision=Decision("end"),
    ),
    step(
        "trigger",
        Exchange(
            post("/workflows/welcome/trigger", {"recipients": ["ada"]}),
            answer({"message": f"no {CANARY}: {NASTY}", "code": "invalid_params"}, 422),
            at=at(6),
        ),
        passed=False,
        criteria=(CheckedCriterion("$statusCode == 200", passed=False), CheckedCriterion(NASTY, passed=True)),
        decision=Decision("goto", NASTY, "last"),
        violations=(ContractViolation("request-body", "/data", f"{CANARY} is not {NASTY}"),),
    ),
    step(
        "last",
        Exchange(get("/last"), failure=TransportFailure("timeout", f"no answer from {CANARY}"), at=at(7), seconds=60.0),
        passed=False,
        criteria=(CheckedCriterion("$statusCode == 200", passed=False),),
        decision=Decision("fail"),
    ),
)
CALLS = (
    CallResult(
        "ask",
        "notify",
        "auth",
        visit=1,
        attempt=1,
        passed=True,
        criteria=(CheckedCriterion("$outputs.ok == true", passed=True),),
        outputs={"session": CANARY},
        decision=Decision("next", target="trigger"),
        first=5,
        count=2,
    ),
    CallResult(
        "unsent",
        "notify",
        "auth",
        visit=2,
        attempt=1,
        passed=False,
        criteria=(CheckedCriterion("$outputs.ok == true", passed=False),),
        outputs={},
        decision=Decision("goto", "on", "last"),
        first=8,
        count=0,
    ),
)
UNMASKED = RunResult(
    flow="notify",
    outcome="unreachable",
    seed=7,
    outputs={"operationId": OPERATION, "echo": CANARY},
    steps=STEPS,
    findings=(
        Finding("loop-unbounded", "warning", "it never ends", "flow.yaml:3:1", "add a limit"),
        Finding("request-failed", "error", f"'last' got no answer from {CANARY}", "flow.yaml:9:5", NASTY),
        Finding("input-optional-sent", "note", NASTY),
    ),
    target=f"http://ada:{CANARY}@localhost",
    calls=CALLS,
    secrets=frozenset({CANARY}),
)
RESULT = mask_result(UNMASKED)


def passing(*steps: StepResult) -> RunResult:
    """Return the result of a run that has passed."""
    return RunResult("notify", "success", steps=steps)
