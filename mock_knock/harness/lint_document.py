"""All that can be said about a document before anything is sent, as findings: nothing here stops at the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mock_knock.arazzo.codes import severity_of
from mock_knock.arazzo.document import Document, SourceDescription
from mock_knock.arazzo.template import Dialect
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import Description, load_description
from mock_knock.errors import InvalidDocument
from mock_knock.files import Source, document_roots, read_document, resolve_reference
from mock_knock.harness.flow import Flow, load_from, read_structure
from mock_knock.harness.result import LintResult
from mock_knock.messages import Finding, Severity, split_place

_DESCRIPTION_CODES = frozenset(
    {"operation-missing", "operation-id-conflict", "operation-id-ambiguous", "source-missing", "workflow-missing"}
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
    try:
        source = read_document(path)
    except InvalidDocument as error:
        if error.code.startswith("file-"):
            raise
        display = str(path).encode("utf-8", "backslashreplace").decode()
        return _result(display, error.findings, (), options)
    try:
        return load_from(source, working_directory=options.working_directory, allow_roots=options.allow_roots)
    except InvalidDocument as error:
        problem = error
    try:
        document, _ = read_structure(source)
    except InvalidDocument as error:
        return _result(source.display, error.findings, (), options)
    findings, flow = _open_sources(source, document, options)
    if not findings:
        return _result(source.display, problem.findings, _ids(flow), options)
    rest = (each for each in _workflow_findings(flow, options) if each.code not in _DESCRIPTION_CODES)
    return _result(source.display, (*findings, *rest), _ids(flow), options)


def lint_flow(flow: Flow, options: LintOptions) -> LintResult:
    """Examine all workflows of a document that was opened."""
    return _result(flow.source.display, _workflow_findings(flow, options), _ids(flow), options)


def _ids(flow: Flow) -> tuple[str, ...]:
    return tuple(workflow.workflow_id for workflow in flow.document.workflows)


def _workflow_findings(flow: Flow, options: LintOptions) -> Iterator[Finding]:
    for workflow in flow.document.workflows:
        yield from flow.lint(workflow, dialect=options.dialect)


def _open_sources(source: Source, document: Document, options: LintOptions) -> tuple[list[Finding], Flow]:
    """Load the descriptions that can be loaded, and report the others."""
    findings, descriptions = [], {}
    for index, described in enumerate(document.sources):
        try:
            descriptions.update(_load_source(source.path, described, options))
        except InvalidDocument as error:
            place = f" ({error.where})" if error.where else ""
            message = f"the source description '{described.name}' cannot be used: {error.what}{place}"
            severity = severity_of("source-unreadable", options.dialect)
            where = source.where(f"/sourceDescriptions/{index}/url")
            findings.append(Finding("source-unreadable", severity, message, where, error.hint))
    return findings, Flow(source, document, DescribedSources(descriptions))


def _load_source(path: Path, described: SourceDescription, options: LintOptions) -> dict[str, Description]:
    roots = document_roots(path, working_directory=options.working_directory, extra=options.allow_roots)
    found = resolve_reference(path, described.url, roots=roots)
    read = read_document(found, roots=roots, with_positions=False)
    if described.type == "arazzo":
        return {}
    return {described.name: load_description(described.name, read.value, where=read.display)}


def _result(file: str, findings: Iterable[Finding], workflows: tuple[str, ...], options: LintOptions) -> LintResult:
    judged = (replace(each, severity=options.severities.get(each.code, each.severity)) for each in findings)
    in_order = sorted(dict.fromkeys(judged), key=lambda each: split_place(each.where)[1:])
    return LintResult(file, tuple(in_order), workflows)
