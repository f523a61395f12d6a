"""The result of a run as a tree of ticks for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import Finding
from mock_knock.redact import clean_terminal
from mock_knock.report.curl import render_curl
from mock_knock.report.style import Style

MAX_VALUE = 80
MAX_BODY = 240
"""Characters of a value and of the body of a failed response that the tree shows."""


@dataclass(frozen=True, slots=True)
class _Tree:
    style: Style

    def lines(self, result: RunResult) -> Iterator[str]:
        target = f"  {self.style.dim('against ' + result.target)}" if result.target else ""
        yield f"{self.style.bold(result.flow)}{target}"
        calls = sorted(result.calls, key=lambda call: (call.first, call.depth))
        for index, step in enumerate(result.steps):
            yield from self.opened(calls, index)
            yield from _indented(self.step(step), step.depth)
            yield from self.closed(calls, index + 1)
        yield from self.opened(calls, len(result.steps))
        yield from self.findings(result.findings)
        yield self.summary(result)

    def opened(self, calls: Sequence[CallResult], index: int) -> Iterator[str]:
        """Name the steps that call a workflow before its first request; one without any request says all at once."""
        for call in calls:
            if call.first == index:
                yield from _indented((f"  {self.style.bold(_call_title(call))}",), call.depth)
                yield from self.conclusion(call) if not call.count else ()

    def closed(self, calls: Sequence[CallResult], index: int) -> Iterator[str]:
        for call in sorted(calls, key=lambda call: -call.depth):
            if call.count and call.first + call.count == index:
                yield from self.conclusion(call)

    def conclusion(self, call: CallResult) -> Iterator[str]:
        """Say how a step that called a workflow ended."""
        lines = [f"  {self.mark(passed=call.passed)} {call.step_id}  workflow {call.called}"]
        lines += (f"      {self.mark(passed=False)} {each.condition}" for each in call.criteria if not each.passed)
        lines += (f"      {self.style.dim(f'{name} = {_shown(value)}')}" for name, value in call.outputs.items())
        lines.append(f"      {self.style.dim('-> ' + _decision(call))}")
        yield from _indented(lines, call.depth)

    def step(self, step: StepResult) -> Iterator[str]:
        request = step.exchange.request
        again = f" #{step.visit}" if step.visit > 1 else ""
        again += f" (try {step.attempt})" if step.attempt > 1 else ""
        title = f"{step.step_id}{again}  {request.method} {_path(request.url)}  {_answer(step)}"
        is_good = step.passed and not step.violations
        is_expected = step.decision.kind == "retry" and not step.violations and step.exchange.response is not None
        yield f"  {self.style.dim('·') if is_expected else self.mark(passed=is_good)} {title}"
        if not is_good and not is_expected:
            yield from self.failure(step)
        for name, value in step.outputs.items():
            yield f"      {self.style.dim(f'{name} = {_shown(value)}')}"
        yield f"      {self.style.dim('-> ' + _decision(step))}"

    def failure(self, step: StepResult) -> Iterator[str]:
        for criterion in step.criteria:
            if not criterion.passed:
                yield f"      {self.mark(passed=False)} {criterion.condition}"
        for violation in step.violations:
            place = f" at {violation.location}" if violation.location else ""
            yield f"      {self.mark(passed=False)} contract: {violation.kind}{place}: {violation.message}"
        response, failure = step.exchange.response, step.exchange.failure
        if response is not None and not step.passed and response.body:
            yield f"      {_excerpt(response.body)}"
        if failure is not None:
            yield f"      {failure.message}"
        yield f"      {self.style.dim(render_curl(step.exchange.request))}"

    def findings(self, findings: Sequence[Finding]) -> Iterator[str]:
        if findings:
            yield ""
            yield self.style.bold("Findings")
        for finding in findings:
            yield f"  {self.style.severity(finding.severity)} {finding.message}  {self.style.dim(f'[{finding.code}]')}"
            if finding.where:
                yield f"      {self.style.dim(finding.where)}"
            if finding.hint:
                yield f"      hint: {finding.hint}"

    def summary(self, result: RunResult) -> str:
        counts = (
            _count(len(result.steps), "request"),
            _count(len(result.violations), "contract violation"),
            _count(len(result.errors), "error"),
            _count(sum(each.severity == "warning" for each in result.findings), "warning"),
        )
        outputs = "".join(f"\n  {name} = {_shown(value)}" for name, value in result.outputs.items())
        is_good = result.exit_code() == 0
        title = f"outcome {result.outcome}: {', '.join(counts)}"
        return f"\n{self.mark(passed=is_good)} {self.style.bold(title)}{outputs}"

    def mark(self, *, passed: bool) -> str:
        return self.style.good("✓") if passed else self.style.bad("✗")


def render_terminal(result: RunResult, style: Style) -> str:
    """Return the tree with a line break at its end; documents and targets cannot put control characters into it."""
    return "\n".join(map(style.clean, _Tree(style).lines(result))) + "\n"


def _indented(lines: Iterable[str], depth: int) -> Iterator[str]:
    return (f"{'    ' * depth}{line}" for line in lines)


def _call_title(call: CallResult) -> str:
    again = f" #{call.visit}" if call.visit > 1 else ""
    again += f" (try {call.attempt})" if call.attempt > 1 else ""
    return f"{call.step_id}{again}  calls workflow {call.called}"


def _decision(step: StepResult | CallResult) -> str:
    decision = step.decision
    by = f" by action '{decision.action}'" if decision.action else ""
    target = f"workflow {decision.workflow_id}" if decision.workflow_id else decision.target
    after = f" after {decision.first}" if decision.first else ""
    to = f" {target}" if target else ""
    return f"{decision.kind}{to}{after}{by}"


def _answer(step: StepResult) -> str:
    response, failure = step.exchange.response, step.exchange.failure
    if response is not None:
        return str(response.status)
    return failure.kind if failure else "no answer"


def _excerpt(body: bytes) -> str:
    text = clean_terminal(body[: 4 * MAX_BODY].decode("utf-8", errors="replace")).replace("\n", " ")
    return text if len(text) <= MAX_BODY else text[:MAX_BODY] + "..."


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else url  # noqa: PLR2004  # scheme, slashes, host


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "..."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
