"""The result of a run as one JSON object, format `mock-knock/run@1` (DESIGN section 6)."""

from __future__ import annotations

import json
from typing import Any

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import JsonValue

FORMAT = "mock-knock/run@1"


def render_json(result: RunResult) -> str:
    """Return the report as indented JSON with a line break at its end."""
    text = json.dumps(report_value(result), indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"


def report_value(result: RunResult) -> dict[str, JsonValue]:
    """Return the report before it is written."""
    calls = {"calls": [_call(call) for call in result.calls]} if result.calls else {}
    return {
        "format": FORMAT,
        "flow": result.flow,
        "seed": result.seed,
        "outcome": result.outcome,
        "outputs": dict(result.outputs),
        "steps": [_step(step) for step in result.steps],
        **calls,
        "findings": [
            {
                "code": each.code,
                "severity": each.severity,
                "message": each.message,
                "where": each.where,
                "hint": each.hint,
            }
            for each in result.findings
        ],
        "violations": [
            {
                "stepId": step_id,
                "kind": each.kind,
                "location": each.location,
                "message": each.message,
                "schema": each.schema,
            }
            for step_id, each in result.violations
        ],
    }


def _step(step: StepResult) -> dict[str, Any]:
    request, response, failure = step.exchange.request, step.exchange.response, step.exchange.failure
    return {
        "stepId": step.step_id,
        "workflowId": step.workflow_id,
        "visit": step.visit,
        "attempt": step.attempt,
        "request": {"method": request.method, "url": request.url},
        "response": {"status": response.status, "seconds": round(response.seconds, 6)} if response else None,
        "error": {"kind": failure.kind} if failure else None,
        **_conclusion(step),
    }


def _call(call: CallResult) -> dict[str, Any]:
    return {
        "stepId": call.step_id,
        "workflowId": call.workflow_id,
        "calls": call.called,
        "visit": call.visit,
        "attempt": call.attempt,
        "passed": call.passed,
        "firstStep": call.first,
        "stepCount": call.count,
        **_conclusion(call),
    }


def _conclusion(step: StepResult | CallResult) -> dict[str, Any]:
    decision = step.decision
    return {
        "criteria": [{"condition": each.condition, "passed": each.passed} for each in step.criteria],
        "outputs": dict(step.outputs),
        "decision": {
            "kind": decision.kind,
            "action": decision.action,
            "target": decision.workflow_id or decision.target,
        },
    }
