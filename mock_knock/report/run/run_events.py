"""A run as events, one JSON object a line, format `mock-knock/events@1`.

They are written when the run is over: a value may turn out to be a secret at a later step than the one it first came
up in, and what was written by then could not be masked any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import JsonValue
from mock_knock.report.json_lines import FORMAT, write_lines
from mock_knock.report.run.run_json import call_value, finding_value, step_value, violation_value
from mock_knock.report.run.tree_order import end_of
from mock_knock.report.run.wording import began_at, instant_text


def render_ndjson(result: RunResult) -> str:
    """Return the events in the order in which they came about, each on a line of its own."""
    return write_lines(_events(result))


def _events(result: RunResult) -> Iterator[dict[str, JsonValue]]:
    yield {
        "event": "run-started",
        "format": FORMAT,
        "at": _instant(began_at(result)),
        "flow": result.flow,
        "target": result.target,
        "seed": result.seed,
    }
    for each in _in_order(result):
        if isinstance(each, CallResult):
            yield {"event": "call", **call_value(each)}
        else:
            yield from _step_events(each)
    yield from ({"event": "finding", **finding_value(each)} for each in result.findings)
    yield {
        "event": "run-ended",
        "outcome": result.outcome,
        "outputs": dict(result.outputs),
        "steps": len(result.steps),
        "violations": len(result.violations),
        "errors": len(result.errors),
    }


def _in_order(result: RunResult) -> Iterator[StepResult | CallResult]:
    """Yield every request, and every call right behind its last one."""
    closing = {at: list(calls) for at, calls in groupby(sorted(result.calls, key=end_of), key=end_of)}
    yield from closing.pop(0, ())
    for index, step in enumerate(result.steps, 1):
        yield step
        yield from closing.pop(index, ())
    yield from (call for calls in closing.values() for call in calls)


def _step_events(step: StepResult) -> Iterable[dict[str, JsonValue]]:
    number = {"visit": step.visit, "attempt": step.attempt}
    yield {"event": "step", "at": _instant(step.exchange.at), **step_value(step)}
    yield from ({"event": "violation", **violation_value(step.step_id, each), **number} for each in step.violations)


def _instant(at: datetime | None) -> str | None:
    return instant_text(at) if at else None
