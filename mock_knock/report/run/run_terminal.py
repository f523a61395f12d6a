"""The result of a run as a tree of ticks for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import Finding
from mock_knock.redact import clean_terminal
from mock_knock.report.clean_text import cut
from mock_knock.report.curl import render_curl
from mock_knock.report.run.tree_order import begin_of, calls_by, end_of, requests_alike, uncalled_workflows
from mock_knock.report.run.wording import (
    MARKS,
    Verdict,
    again,
    answer_of,
    decision_text,
    path_of,
    summary_of,
    value_text,
    verdict_of,
    violation_text,
)
from mock_knock.report.style import Style

MAX_BODY = 240
"""Characters of the body of a failed response that the tree shows."""


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
        lines += (f"      {self.style.dim(f'{name} = {value_text(value)}')}" for name, value in call.outputs.items())
        lines.append(f"      {self.style.dim('-> ' + decision_text(call))}")
        yield from _indented(lines, call.depth)

    def step(self, step: StepResult, last: StepResult) -> Iterator[str]:
        """Show a step, which stands for those up to `last` that differ from it in their numbers alone."""
        request, verdict = step.exchange.request, verdict_of(step, contract_counts=self.contract_counts)
        title = f"{step.step_id}{again(step, last)}  {request.method} {path_of(request.url)}  {answer_of(step)}"
        yield f"  {self.marks()[verdict]} {title}"
        if verdict in {"doubtful", "bad"}:
            yield from self.failure(step)
        for name, value in step.outputs.items():
            yield f"      {self.style.dim(f'{name} = {value_text(value)}')}"
        yield f"      {self.style.dim('-> ' + decision_text(step))}"

    def marks(self) -> Mapping[Verdict, str]:
        style = self.style
        paint = {"good": style.good, "expected": style.dim, "doubtful": style.doubtful, "bad": style.bad}
        return {verdict: paint[verdict](mark) for verdict, mark in MARKS.items()}

    def failure(self, step: StepResult) -> Iterator[str]:
        for criterion in step.criteria:
            if not criterion.passed:
                yield f"      {self.mark(passed=False)} {criterion.condition}"
        broken = self.marks()["bad" if self.contract_counts else "doubtful"]
        for violation in step.violations:
            yield f"      {broken} {violation_text(violation)}"
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
        outputs = "".join(f"\n  {name} = {value_text(value)}" for name, value in result.outputs.items())
        is_good = result.exit_code(contract_counts=self.contract_counts) == 0
        title = summary_of(result, contract_counts=self.contract_counts)
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
    return f"{call.step_id}{again(call, call)}  calls workflow {call.called}"


def _excerpt(body: bytes) -> str:
    text = clean_terminal(body[: 4 * MAX_BODY].decode("utf-8", errors="replace")).replace("\n", " ")
    return cut(text, MAX_BODY)
