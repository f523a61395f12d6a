"""The result of a run as JUnit XML: a test case for each visit of a step, each call, the outcome and each error.

Something has failed there exactly when the exit code of the command is not 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mock_knock.harness.result import CallResult, Outcome, RunResult, StepResult
from mock_knock.messages import Finding
from mock_knock.report.clean_text import cut
from mock_knock.report.curl import render_curl
from mock_knock.report.junit import Case, Problem, Suite, write_junit
from mock_knock.report.run.tree_order import begin_of, end_of
from mock_knock.report.run.wording import (
    answer_of,
    began_at,
    decision_text,
    path_of,
    seconds_of,
    summary_of,
    violation_text,
)

MAX_BODY = 1_000
"""Characters of the body of a failed response that are told."""
_ENDINGS: Mapping[Outcome, str] = {
    "failure": "the flow ended as a failure: see its steps",
    "invalid": "the flow or its inputs cannot be used: see the findings",
    "unreachable": "the target did not answer: see its address, and whether it runs",
    "exhausted": "a budget was used up before the flow came to an end: see the findings",
}


def render_junit(result: RunResult, *, contract_counts: bool = True) -> str:
    """Return the report; `contract_counts` tells whether a broken contract is a failure, as for the exit code."""
    return write_junit(f"mock-knock run {result.flow}", list(_Report(result, contract_counts).suites()))


@dataclass(frozen=True, slots=True)
class _Report:
    result: RunResult
    contract_counts: bool

    def suites(self) -> Iterator[Suite]:
        """Yield a suite for each workflow, in the order in which they began, and one for the run as a whole."""
        found: dict[str, list[Case]] = {}
        for workflow_id, case in self.cases():
            found.setdefault(workflow_id, []).append(case)
        for workflow_id, cases in found.items():
            first = next((each for each in self.result.steps if each.workflow_id == workflow_id), None)
            yield Suite(workflow_id, cases, first.exchange.at if first else None)
        cases = [self.outcome(), *_error_cases(self.result)]
        yield Suite(f"run of {self.result.flow}", cases, began_at(self.result))

    def cases(self) -> Iterator[tuple[str, Case]]:
        """Yield the cases with the ids of their workflows; a call stands before the requests it took."""
        calls = sorted(self.result.calls, key=lambda call: (begin_of(call), call.depth))
        for numbers in _visits(self.result.steps):
            while calls and begin_of(calls[0]) <= numbers[0]:
                yield self.call(calls.pop(0))
            yield self.visit(numbers)
        yield from map(self.call, calls)

    def visit(self, numbers: Sequence[int]) -> tuple[str, Case]:
        """Return the case of the tries of one visit; only the last one has to pass."""
        steps = [self.result.steps[number] for number in numbers]
        last, is_fatal = steps[-1], self.is_fatal(numbers[-1])
        broken = [f"{_try(step)}{violation_text(each)}" for step in steps for each in step.violations]
        missed = [f"not met: {each.condition}" for each in last.criteria if not each.passed]
        failure = last.exchange.failure
        lost = [f"{failure.kind}: {failure.message}"] if failure else []
        reasons = [*(lost + missed if is_fatal else []), *(broken if self.contract_counts else [])]
        told = [*map(_try_line, steps), *([] if is_fatal else missed), *([] if self.contract_counts else broken)]
        case = Case(
            classname=last.workflow_id,
            name=f"{last.step_id} #{last.visit}",
            seconds=sum(seconds_of(step.exchange) for step in steps),
            problem=_step_problem(last, reasons, is_fatal=is_fatal) if reasons or is_fatal else None,
            told="\n".join((*told, render_curl(last.exchange.request))),
        )
        return last.workflow_id, case

    def call(self, call: CallResult) -> tuple[str, Case]:
        """Return the case of a step that called a workflow."""
        missed = [f"not met: {each.condition}" for each in call.criteria if not each.passed]
        text = "\n".join((f"workflow {call.called}", *missed, f"-> {decision_text(call)}"))
        has_failed = not call.passed and call.decision.kind in {"end", "fail"} and self.counts(begin_of(call), call)
        problem = Problem("failure", "call", f"workflow {call.called} failed", text) if has_failed else None
        return call.workflow_id, Case(call.workflow_id, f"{call.step_id} #{call.visit}", 0.0, problem, text)

    def is_fatal(self, number: int) -> bool:
        """Tell whether a request has failed and no action led on from there."""
        step = self.result.steps[number]
        return not step.passed and step.decision.kind in {"end", "fail"} and self.counts(number)

    def counts(self, number: int, inner: CallResult | None = None) -> bool:
        """Tell whether a failure there is one of the run: the flow failed, and no call around it led on."""
        around = (each for each in self.result.calls if each is not inner and begin_of(each) <= number < end_of(each))
        is_handled = any(each.passed or each.decision.kind in {"goto", "retry"} for each in around)
        return self.result.outcome != "success" and not is_handled

    def outcome(self) -> Case:
        """Return the case of the outcome, with what is no error in what it says."""
        result = self.result
        told = [summary_of(result, contract_counts=self.contract_counts)]
        told += (_finding_text(each) for each in result.findings if each.severity != "error")
        problem = None
        if result.outcome != "success":
            tag: Literal["failure", "error"] = "failure" if result.outcome == "failure" else "error"
            problem = Problem(tag, result.outcome, _ENDINGS[result.outcome], told[0])
        return Case(f"{result.flow}.run", "outcome", 0.0, problem, "\n".join(told))


def _visits(steps: Sequence[StepResult]) -> list[list[int]]:
    """Return the numbers of the requests of each visit of a step, in the order in which the visits began."""
    found: dict[tuple[str, str, int, int], list[int]] = {}
    for number, step in enumerate(steps):
        found.setdefault((step.workflow_id, step.step_id, step.visit, step.depth), []).append(number)
    return list(found.values())


def _step_problem(step: StepResult, reasons: Sequence[str], *, is_fatal: bool) -> Problem:
    response, failure = step.exchange.response, step.exchange.failure
    kind = failure.kind if failure else "criterion" if is_fatal else "contract"
    lines = [*reasons, _try_line(step)]
    if is_fatal and response is not None and response.body:
        lines.append(cut(response.body[: 4 * MAX_BODY].decode("utf-8", errors="replace"), MAX_BODY))
    message = reasons[0] if reasons else f"no success: {answer_of(step)}"
    return Problem("error" if is_fatal and response is None else "failure", kind, message, "\n".join(lines))


def _try_line(step: StepResult) -> str:
    request = step.exchange.request
    return f"{_try(step)}{request.method} {path_of(request.url)} {answer_of(step)} -> {decision_text(step)}"


def _try(step: StepResult) -> str:
    return f"try {step.attempt}: " if step.attempt > 1 else ""


def _error_cases(result: RunResult) -> Iterator[Case]:
    """Yield the cases of errors; their names have no line, so that they stay when a document is changed elsewhere."""
    seen: Counter[str] = Counter()
    for each in result.errors:
        seen[each.code] += 1
        name = f"{each.code} #{seen[each.code]}"
        yield Case(f"{result.flow}.run", name, 0.0, Problem("failure", each.code, each.message, _finding_text(each)))


def _finding_text(finding: Finding) -> str:
    place = f"{finding.where}: " if finding.where else ""
    hint = f"\n  hint: {finding.hint}" if finding.hint else ""
    return f"{place}{finding.severity}: {finding.message} [{finding.code}]{hint}"
