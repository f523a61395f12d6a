"""All that can be said about a document before anything is sent, as findings: nothing here stops at the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mock_knock.arazzo.codes import severity_of
from mock_knock.arazzo.template import Dialect
from mock_knock.errors import InvalidDocument
from mock_knock.harness.flow import Flow, SourceFailure, load_partly
from mock_knock.harness.result import LintResult
from mock_knock.messages import Finding, Severity, split_place

_DESCRIPTION_CODES = frozenset(
    {
        "operation-missing",
        "operation-id-conflict",
        "operation-id-ambiguous",
        "source-missing",
        "source-member-missing",
        "workflow-missing",
    }
)
"""Findings that mean nothing while a source description is missing."""


@dataclass(frozen=True, slots=True)
class LintOptions:
    """How to look at documents: `severities` overrides those of single codes."""

    working_directory: Path
    dialect: Dialect = "lenient"
    severities: Mapping[str, Severity] = field(default_factory=dict)
    allow_roots: Sequence[Path] = ()


def lint_document(path: Path, options: LintOptions) -> LintResult:
    """Examine a document and all of its workflows.

    Raises:
        InvalidDocument: the file cannot be read at all (`file-...`).
    """
    opened = open_document(path, options)
    return opened if isinstance(opened, LintResult) else lint_flow(opened, options)


def open_document(path: Path, options: LintOptions) -> Flow | LintResult:
    """Return a document that is ready for its workflows to be examined, or what keeps it from that.

    Raises:
        InvalidDocument: the file cannot be read at all (`file-...`).
    """
    display = str(path).encode("utf-8", "backslashreplace").decode()
    try:
        flow, failures = load_partly(path, working_directory=options.working_directory, allow_roots=options.allow_roots)
    except InvalidDocument as error:
        if error.code.startswith("file-"):
            raise
        return _result(display, error.findings, (), options)
    if not failures:
        return flow
    findings = (_unreadable(each, options) for each in failures)
    rest = (each for each in _workflow_findings(flow, options) if each.code not in _DESCRIPTION_CODES)
    return _result(display, (*findings, *rest), _ids(flow), options)


def lint_flow(flow: Flow, options: LintOptions) -> LintResult:
    """Examine all workflows of a document that was opened."""
    return _result(flow.source.display, _workflow_findings(flow, options), _ids(flow), options)


def _ids(flow: Flow) -> tuple[str, ...]:
    return tuple(workflow.workflow_id for workflow in flow.document.workflows)


def _workflow_findings(flow: Flow, options: LintOptions) -> Iterator[Finding]:
    for workflow in flow.document.workflows:
        yield from flow.lint(workflow, dialect=options.dialect)


def _unreadable(failure: SourceFailure, options: LintOptions) -> Finding:
    error, severity = failure.error, severity_of("source-unreadable", options.dialect)
    place = f" ({error.where})" if error.where else ""
    message = f"the source description '{failure.name}' cannot be used: {error.what}{place}"
    return Finding("source-unreadable", severity, message, failure.place, error.hint)


def _result(file: str, findings: Iterable[Finding], workflows: tuple[str, ...], options: LintOptions) -> LintResult:
    judged = (replace(each, severity=options.severities.get(each.code, each.severity)) for each in findings)
    in_order = sorted(dict.fromkeys(judged), key=lambda each: split_place(each.where)[1:])
    return LintResult(file, tuple(in_order), workflows)
