"""The result of a run as a tree of ticks for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import Finding
from mock_knock.redact import clean_terminal
from mock_knock.report.curl import render_curl
from mock_knock.report.style import Style
from mock_knock.report.tree_order import (
    answer_of,
    begin_of,
    calls_by,
    end_of,
    requests_alike,
    uncalled_workflows,
)

_Verdict = Literal["good", "expected", "doubtful", "bad"]

MAX_VALUE = 80
MAX_BODY = 240
"""Characters of a value and of the body of a failed response that the tree shows."""


@dataclass(frozen=True, slots=True)
class _Tree:
    style: Style
    contract_counts: bool
    has_curl: bool

    def lines(self, result: RunResult) -> Iterator[str]:
        target = f"  {self.style.dim('against ' + result.target)}" if result.target else ""
        yield f"{self.style.bold(result.flow)}{target}"
        opening, closing, uncalled = (
            calls_by(result.calls, begin_of),
            calls_by(result.calls, end_of),
            uncalled_workflows(result),
        )
        for first, last in requests_alike(result):
            step = result.steps[first]
            yield from self.opened(opening[first])
            if first in uncalled:
                yield from _indented((f"  {self.style.bold(f'workflow {uncalled[first]}')}",), step.depth - 1)
            yield from _indented(self.step(step, result.steps[last]), step.depth)
            yield from self.closed(closing[last + 1])
        yield from self.opened(opening[len(result.steps)])
        yield from self.findings(result.findings)
        yield self.summary(result)

    def opened(self, calls: Iterable[CallResult]) -> Iterator[str]:
        """Name the steps that call a workflow before its first request; one without any request says all at once."""
        for call in sorted(calls, key=lambda call: call.depth):
            yield from _indented((f"  {self.style.bold(_call_title(call))}",), call.depth)
            yield from self.conclusion(call) if not call.count else ()

    def closed(self, calls: Iterable[CallResult]) -> Iterator[str]:
        for call in sorted(calls, key=lambda call: -call.depth):
            yield from self.conclusion(call) if call.count else ()

    def conclusion(self, call: CallResult) -> Iterator[str]:
        """Say how a step that called a workflow ended."""
        lines = [f"  {self.mark(passed=call.passed)} {call.step_id}  workflow {call.called}"]
        lines += (f"      {self.mark(passed=False)} {each.condition}" for each in call.criteria if not each.passed)
        lines += (f"      {self.style.dim(f'{name} = {_shown(value)}')}" for name, value in call.outputs.items())
        lines.append(f"      {self.style.dim('-> ' + _decision(call))}")
        yield from _indented(lines, call.depth)

    def step(self, step: StepResult, last: StepResult) -> Iterator[str]:
        """Show a step, which stands for those up to `last` that differ from it in their numbers alone."""
        request, verdict = step.exchange.request, self.verdict(step)
        title = f"{step.step_id}{_again(step, last)}  {request.method} {_path(request.url)}  {answer_of(step)}"
        yield f"  {self.marks()[verdict]} {title}"
        if verdict in {"doubtful", "bad"}:
            yield from self.failure(step)
        for name, value in step.outputs.items():
            yield f"      {self.style.dim(f'{name} = {_shown(value)}')}"
        yield f"      {self.style.dim('-> ' + _decision(step))}"

    def verdict(self, step: StepResult) -> _Verdict:
        is_expected = step.decision.kind == "retry" and step.exchange.response is not None
        if step.violations:
            return "bad" if self.contract_counts or not (step.passed or is_expected) else "doubtful"
        if step.passed:
            return "good"
        return "expected" if is_expected else "bad"

    def marks(self) -> Mapping[_Verdict, str]:
        style = self.style
        return {"good": style.good("✓"), "expected": style.dim("·"), "doubtful": style.doubtful("!"),
                "bad": style.bad("✗")}  # fmt: skip

    def failure(self, step: StepResult) -> Iterator[str]:
        for criterion in step.criteria:
            if not criterion.passed:
                yield f"      {self.mark(passed=False)} {criterion.condition}"
        broken = self.marks()["bad" if self.contract_counts else "doubtful"]
        for violation in step.violations:
            place = f" at {violation.location}" if violation.location else ""
            yield f"      {broken} contract: {violation.kind}{place}: {violation.message}"
        response, failure = step.exchange.response, step.exchange.failure
        if response is not None and not step.passed and response.body:
            yield f"      {_excerpt(response.body)}"
        if failure is not None:
            yield f"      {failure.message}"
        if self.has_curl:
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
        is_good = result.exit_code(contract_counts=self.contract_counts) == 0
        spoiled = ", but not passed" if result.outcome == "success" and not is_good else ""
        title = f"outcome {result.outcome}{spoiled}: {', '.join(counts)}"
        return f"\n{self.mark(passed=is_good)} {self.style.bold(title)}{outputs}"

    def mark(self, *, passed: bool) -> str:
        return self.marks()["good" if passed else "bad"]


def render_terminal(result: RunResult, style: Style, *, contract_counts: bool = True, has_curl: bool = True) -> str:
    """Return the tree with a line break at its end; documents and targets cannot put control characters into it.

    Args:
        result: of the run; requests in a row that differ in their visit and attempt alone are shown once.
        style: colours or none.
        contract_counts: whether violations of the contract spoil the run, as for its exit code.
        has_curl: whether requests that went wrong are shown as command lines; without a server they lead nowhere.
    """
    return "\n".join(map(style.clean, _Tree(style, contract_counts, has_curl).lines(result))) + "\n"


def _indented(lines: Iterable[str], depth: int) -> Iterator[str]:
    return (f"{'    ' * depth}{line}" for line in lines)


def _call_title(call: CallResult) -> str:
    return f"{call.step_id}{_again(call, call)}  calls workflow {call.called}"


def _again(first: StepResult | CallResult, last: StepResult | CallResult) -> str:
    """Return which visits and tries of a step these are; nothing for the first one alone."""
    visits, attempts = _numbers(first.visit, last.visit), _numbers(first.attempt, last.attempt)
    tries = "try" if first.attempt == last.attempt else "tries"
    return (f" #{visits}" if last.visit > 1 else "") + (f" ({tries} {attempts})" if last.attempt > 1 else "")


def _numbers(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _decision(step: StepResult | CallResult) -> str:
    decision = step.decision
    by = f" by action '{decision.action}'" if decision.action else ""
    target = f"workflow {decision.workflow_id}" if decision.workflow_id else decision.target
    after = f" after {decision.first}" if decision.first else ""
    to = f" {target}" if target else ""
    return f"{decision.kind}{to}{after}{by}"


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
