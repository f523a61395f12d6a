"""What belongs together in the tree of a run: requests that read the same, and the workflows they are part of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.report.run.wording import answer_of


def begin_of(call: CallResult) -> int:
    """Return the index of the first request of a call."""
    return call.first


def end_of(call: CallResult) -> int:
    """Return the index of the first request behind a call."""
    return call.first + call.count


def calls_by(calls: Iterable[CallResult], place: Callable[[CallResult], int]) -> Mapping[int, list[CallResult]]:
    """Return the calls that begin or end before each request, by its index."""
    found: defaultdict[int, list[CallResult]] = defaultdict(list)
    for call in calls:
        found[place(call)].append(call)
    return found


def uncalled_workflows(result: RunResult) -> Mapping[int, str]:
    """Return the ids of workflows by the index of their first request, for those that no finished call stands for.

    They are what another workflow depends on, what runs before a retry, and calls that a budget has cut off.
    """
    called = {(call.depth + 1, index) for call in result.calls for index in range(begin_of(call), end_of(call))}
    found: dict[int, str] = {}
    current: dict[int, str] = {}
    for index, step in enumerate(result.steps):
        current = {depth: each for depth, each in current.items() if depth <= step.depth}
        is_plain = not step.depth or (step.depth, index) in called
        if not is_plain and current.get(step.depth) != step.workflow_id:
            found[index] = current[step.depth] = step.workflow_id
    return found


def requests_alike(result: RunResult) -> Iterator[tuple[int, int]]:
    """Yield the first and the last index of requests in a row that read the same, such as polls."""
    bounds = {bound for call in result.calls for bound in (begin_of(call), end_of(call))}
    bounds.add(len(result.steps))
    first = 0
    for index in range(1, len(result.steps) + 1):
        if index in bounds or not _reads_the_same(*result.steps[index - 1 : index + 1]):
            yield first, index - 1
            first = index


def _reads_the_same(one: StepResult, other: StepResult) -> bool:
    return one.exchange.request == other.exchange.request and _read(one) == _read(other) and not one.violations


def _read(step: StepResult) -> tuple[object, ...]:
    """Return what the tree shows of a step, but for its numbers; the body is shown of a failed response alone."""
    response = step.exchange.response
    is_shown = not step.passed and step.decision.kind != "retry"
    body = response.body if response and is_shown else b""
    shown = step.outputs, step.decision, step.violations
    return step.depth, step.workflow_id, step.step_id, answer_of(step), body, *shown
