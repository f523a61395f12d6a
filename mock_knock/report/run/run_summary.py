"""The result of a run as Markdown for the summary page of a GitHub job (`$GITHUB_STEP_SUMMARY`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_knock.harness.result import RunResult, StepResult
from mock_knock.messages import Finding
from mock_knock.report.markdown import code, folded, table, to_markdown
from mock_knock.report.run.tree_order import requests_alike
from mock_knock.report.run.wording import (
    MARKS,
    again,
    answer_of,
    decision_text,
    duration_text,
    path_of,
    seconds_of,
    summary_of,
    verdict_of,
    violation_text,
)

MAX_NAME, MAX_TEXT = 80, 300
MAX_FIRST, MAX_LAST, MAX_TOLD, MAX_BROKEN = 60, 20, 30, 5
"""Rows from the beginning and the end; steps, findings, violations that are told of: GitHub takes 1 MiB at most."""


def render_summary(result: RunResult, *, contract_counts: bool = True) -> str:
    """Return the summary; `contract_counts` tells whether a broken contract spoils the run, as for its exit code."""
    mark = MARKS["bad" if result.exit_code(contract_counts=contract_counts) else "good"]
    target = f", against {to_markdown(result.target, MAX_TEXT)}" if result.target else ""
    told = (
        f"### {mark} {code(result.flow, MAX_TEXT)}\n\n{summary_of(result, contract_counts=contract_counts)}{target}\n"
    )
    rest = [each for each in result.findings if each.severity != "error"]
    parts = (
        told,
        _bullets(_wrong(result, contract_counts=contract_counts)),
        _bullets(map(_finding, result.errors)),
        _steps(result, contract_counts=contract_counts),
        folded(f"{len(rest)} warnings and notes", _bullets(map(_finding, rest))) if rest else "",
    )
    return "\n".join(part for part in parts if part)


def _wrong(result: RunResult, *, contract_counts: bool) -> Iterator[str]:
    """Yield what to say of each step that went wrong."""
    for step in result.steps:
        verdict = verdict_of(step, contract_counts=contract_counts)
        if verdict in {"bad", "doubtful"}:
            name = code(f"{step.step_id}{again(step, step)}", MAX_NAME)
            yield f"{MARKS[verdict]} {name}: {'; '.join(_reasons(step))}"


def _reasons(step: StepResult) -> Iterator[str]:
    failure = step.exchange.failure
    if failure is not None:
        yield to_markdown(f"{failure.kind}: {failure.message}", MAX_TEXT)
    yield from (f"not met {code(each.condition, MAX_TEXT)}" for each in step.criteria if not each.passed)
    yield from (to_markdown(violation_text(each), MAX_TEXT) for each in step.violations[:MAX_BROKEN])
    if len(step.violations) > MAX_BROKEN:
        yield f"and {len(step.violations) - MAX_BROKEN} more violations"
    if failure is None and not step.passed:
        yield f"answered {to_markdown(answer_of(step), MAX_NAME)}"


def _finding(finding: Finding) -> str:
    place = f", {code(finding.where, MAX_TEXT)}" if finding.where else ""
    hint = f"<br>Remedy: {to_markdown(finding.hint, MAX_TEXT)}" if finding.hint else ""
    told = f"{finding.severity}: {to_markdown(finding.message, MAX_TEXT)}"
    return f"{told} ({code(finding.code, MAX_NAME)}{place}){hint}"


def _steps(result: RunResult, *, contract_counts: bool) -> str:
    rows = [
        (
            MARKS[verdict_of(result.steps[first], contract_counts=contract_counts)],
            *_cells(result.steps[first], result.steps[last]),
        )
        for first, last in requests_alike(result)
    ]
    left = len(rows) - MAX_FIRST - MAX_LAST
    if left > 0:
        rows[MAX_FIRST:-MAX_LAST] = [("", f"... {left} more", "", "", "", "")]
    return table(" |step|request|answer|>time|then", rows) if rows else ""


def _cells(step: StepResult, last: StepResult) -> tuple[str, ...]:
    request = step.exchange.request
    return (
        "&emsp;" * step.depth + code(f"{step.step_id}{again(step, last)}", MAX_NAME),
        code(f"{request.method} {path_of(request.url)}", MAX_NAME),
        to_markdown(answer_of(step), MAX_NAME),
        duration_text(seconds_of(step.exchange)),
        to_markdown(decision_text(step), MAX_NAME),
    )


def _bullets(items: Iterator[str]) -> str:
    every: Sequence[str] = list(items)
    more = [f"... and {len(every) - MAX_TOLD} more"] if len(every) > MAX_TOLD else []
    return "".join(f"- {each}\n" for each in (*every[:MAX_TOLD], *more))
