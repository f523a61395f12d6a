"""The result of a run as one JSON object, format `mock-knock/run@1` (DESIGN section 6)."""

from __future__ import annotations

import json

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import ContractViolation, Finding, JsonValue

FORMAT = "mock-knock/run@1"


def render_json(result: RunResult) -> str:
    """Return the report as indented JSON with a line break at its end."""
    text = json.dumps(report_value(result), indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"


def report_value(result: RunResult) -> dict[str, JsonValue]:
    """Return the report before it is written."""
    calls = {"calls": [call_value(call) for call in result.calls]} if result.calls else {}
    return {
        "format": FORMAT,
        "flow": result.flow,
        "seed": result.seed,
        "outcome": result.outcome,
        "outputs": dict(result.outputs),
        "steps": [step_value(step) for step in result.steps],
        **calls,
        "findings": [finding_value(each) for each in result.findings],
        "violations": [violation_value(step_id, each) for step_id, each in result.violations],
    }


def finding_value(finding: Finding) -> dict[str, JsonValue]:
    """Return one finding."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "where": finding.where,
        "hint": finding.hint,
    }


def violation_value(step_id: str, violation: ContractViolation) -> dict[str, JsonValue]:
    """Return one violation and the step whose message it is about."""
    return {
        "stepId": step_id,
        "kind": violation.kind,
        "location": violation.location,
        "message": violation.message,
        "schema": violation.schema,
    }


def step_value(step: StepResult) -> dict[str, JsonValue]:
    """Return one request and what followed from it."""
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


def call_value(call: CallResult) -> dict[str, JsonValue]:
    """Return one step that called a workflow and what followed from it."""
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


def _conclusion(step: StepResult | CallResult) -> dict[str, JsonValue]:
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
