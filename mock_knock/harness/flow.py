"""A flow that is ready to run: the document, its source descriptions, and what can be said before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema_rs

from mock_knock.arazzo.codes import FATAL
from mock_knock.arazzo.document import Document, Workflow
from mock_knock.arazzo.lint import Subject, lint_workflow
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.template import Dialect
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import load_description
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import Source, document_roots, read_document, resolve_reference
from mock_knock.messages import Finding, JsonValue


@dataclass(frozen=True, slots=True)
class Flow:
    """A document with everything it refers to."""

    source: Source
    document: Document
    described: DescribedSources

    def choose_workflow(self, workflow_id: str | None) -> Workflow:
        """Return the named workflow, or the only one.

        Raises:
            UsageError: `workflow-unknown` or `workflow-not-named`, with the list.
        """
        ids = [workflow.workflow_id for workflow in self.document.workflows]
        listed = f"workflows of this document: {', '.join(ids)}"
        if workflow_id is None:
            if len(ids) == 1:
                return self.document.workflows[0]
            where = self.source.display
            raise UsageError("workflow-not-named", "the document has several workflows", where=where, hint=listed)
        found = self.document.workflow(workflow_id)
        if found is None:
            where = self.source.display
            raise UsageError("workflow-unknown", f"there is no workflow '{workflow_id}'", where=where, hint=listed)
        return found

    def lint(self, workflow: Workflow, *, dialect: Dialect) -> tuple[Finding, ...]:
        """Return the findings about one workflow, with their places in the file."""
        return lint_workflow(self.subject(workflow, dialect=dialect), self.source.where)

    def subject(self, workflow: Workflow, *, dialect: Dialect) -> Subject:
        """Return one workflow with all that can be said about it."""
        return Subject(self.document, workflow, self.described, dialect)


def load_flow(path: Path, *, working_directory: Path, allow_roots: Sequence[Path] = ()) -> Flow:
    """Read an Arazzo document and the OpenAPI descriptions it names.

    Files must lie below the parent of the document's folder, the working directory or one of `allow_roots`.

    Raises:
        InvalidDocument: a file cannot be used; all problems of one file at once.
    """
    source = read_document(path)
    document = parse_document(source.value, where=source.where)
    roots = document_roots(path, working_directory=working_directory, extra=allow_roots)
    descriptions = {}
    for index, described in enumerate(document.sources):
        try:
            found = resolve_reference(path, described.url, roots=roots)
            read = read_document(found, roots=roots, with_positions=False)
        except InvalidDocument as error:
            named = source.where(f"/sourceDescriptions/{index}/url")
            raise InvalidDocument(
                error.code, f"source '{described.name}' ({named}): {error.what}", where=error.where, hint=error.hint
            ) from error
        descriptions[described.name] = load_description(described.name, read.value, where=read.display)
    return Flow(source, document, DescribedSources(descriptions))


def fatal_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the errors that leave open what would be sent."""
    return tuple(finding for finding in findings if finding.severity == "error" and finding.code in FATAL)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The values a workflow starts with, and the secrets among them."""

    values: Mapping[str, JsonValue] = field(default_factory=dict)
    where: str = "inputs"


def check_inputs(workflow: Workflow, inputs: Inputs) -> None:
    """Check the inputs by the workflow's JSON Schema (2020-12).

    Raises:
        InvalidDocument: `input-invalid` with one finding for each problem, or `inputs-schema-invalid`.
    """
    if not workflow.inputs:
        return
    try:
        validator = jsonschema_rs.Draft202012Validator(dict(workflow.inputs), validate_formats=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        message = f"the inputs of '{workflow.workflow_id}' are not a JSON Schema: {error}"
        raise InvalidDocument("inputs-schema-invalid", message, where=workflow.workflow_id) from error
    findings = tuple(_input_finding(error, inputs) for error in validator.iter_errors(dict(inputs.values)))
    if findings:
        raise InvalidDocument.from_findings(findings)


def _input_finding(error: jsonschema_rs.ValidationError, inputs: Inputs) -> Finding:
    pointer = "".join(f"/{token}" for token in error.instance_path)
    hint = "give it with --inputs FILE or --input NAME=VALUE"
    if error.kind.name == "required":
        message = f"the input '{error.kind.value}' is missing"
        return Finding("input-invalid", "error", message, f"{inputs.where}#{pointer}", hint)
    message = f"does not match the inputs schema: rule '{error.kind.name}'"
    if error.kind.name == "type":
        message = f"must be of type {' or '.join(error.kind.value)}"
    return Finding("input-invalid", "error", message, f"{inputs.where}#{pointer}", "see `inputs` in the flow")
