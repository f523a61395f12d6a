"""How reports of a run name its steps, what came of them, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final, Literal

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import ContractViolation, Exchange
from mock_knock.report.clean_text import cut

Verdict = Literal["good", "expected", "doubtful", "bad"]

MARKS: Final[dict[Verdict, str]] = {"good": "✓", "expected": "·", "doubtful": "!", "bad": "✗"}
MAX_VALUE: Final = 80
"""Characters of a value that are shown."""


def verdict_of(step: StepResult, *, contract_counts: bool) -> Verdict:
    """Return what to make of a request: a try that a retry follows is expected, a broken contract may be doubtful."""
    is_expected = step.decision.kind == "retry" and step.exchange.response is not None
    if step.violations:
        return "bad" if contract_counts or not (step.passed or is_expected) else "doubtful"
    if step.passed:
        return "good"
    return "expected" if is_expected else "bad"


def again(first: StepResult | CallResult, last: StepResult | CallResult) -> str:
    """Return which visits and tries of a step these are; nothing for the first one alone."""
    visits, attempts = _numbers(first.visit, last.visit), _numbers(first.attempt, last.attempt)
    tries = "try" if first.attempt == last.attempt else "tries"
    return (f" #{visits}" if last.visit > 1 else "") + (f" ({tries} {attempts})" if last.attempt > 1 else "")


def _numbers(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def decision_text(step: StepResult | CallResult) -> str:
    """Return what a step led to, and by which action."""
    decision = step.decision
    by = f" by action '{decision.action}'" if decision.action else ""
    target = f"workflow {decision.workflow_id}" if decision.workflow_id else decision.target
    after = f" after {decision.first}" if decision.first else ""
    to = f" {target}" if target else ""
    return f"{decision.kind}{to}{after}{by}"


def violation_text(violation: ContractViolation) -> str:
    """Return what a message breaks, where and how."""
    place = f" at {violation.location}" if violation.location else ""
    return f"contract: {violation.kind}{place}: {violation.message}"


def answer_of(step: StepResult) -> str:
    """Return the status of the response, or why there is none."""
    response, failure = step.exchange.response, step.exchange.failure
    if response is not None:
        return str(response.status)
    return failure.kind if failure else "no answer"


def path_of(url: str) -> str:
    """Return a URL without scheme and host."""
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else url  # noqa: PLR2004  # scheme, slashes, host


def value_text(value: object, limit: int = MAX_VALUE) -> str:
    """Return a value as JSON on one line, cut at a limit."""
    return cut(json.dumps(value, ensure_ascii=False), limit)


def count_text(number: int, noun: str) -> str:
    """Return a number with its noun in singular or plural."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def summary_of(result: RunResult, *, contract_counts: bool) -> str:
    """Return how a run ended in one line, and that its success is not passed where something spoils it."""
    counts = (
        count_text(len(result.steps), "request"),
        count_text(len(result.violations), "contract violation"),
        count_text(len(result.errors), "error"),
        count_text(sum(each.severity == "warning" for each in result.findings), "warning"),
    )
    is_good = result.exit_code(contract_counts=contract_counts) == 0
    spoiled = ", but not passed" if result.outcome == "success" and not is_good else ""
    return f"outcome {result.outcome}{spoiled}: {', '.join(counts)}"


def seconds_of(exchange: Exchange) -> float:
    """Return how long an exchange took: on the wire, or on the clock of the run where that says more."""
    return max(exchange.seconds, exchange.response.seconds if exchange.response else 0.0)


def began_at(result: RunResult) -> datetime | None:
    """Return when the first request was sent, if that is known."""
    return result.steps[0].exchange.at if result.steps else None


def duration_text(seconds: float) -> str:
    """Return how long something took, for people."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1_000 * seconds:.0f} ms"


def instant_text(at: datetime) -> str:
    """Return an instant in UTC to the millisecond (RFC 3339)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
