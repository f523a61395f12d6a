"""A flow that is ready to run: the document, its source descriptions, and what can be said before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mock_knock.arazzo.codes import FATAL
from mock_knock.arazzo.document import Document, Workflow
from mock_knock.arazzo.lint import Subject, lint_workflow
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.template import Dialect
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import Description, load_description
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import Source, document_roots, read_document
from mock_knock.harness.base_uri import base_uri_of, locate_source
from mock_knock.messages import Finding, JsonValue


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A document with everything it refers to; `others` are the Arazzo documents among its sources, by name.

    Documents may refer to each other in a circle, so two flows are the same only when they are one object.
    """

    source: Source
    document: Document
    described: DescribedSources
    others: Mapping[str, Flow] = field(default_factory=dict)

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
        others = {name: other.document for name, other in self.others.items()}
        return Subject(self.document, workflow, self.described, dialect, others)

    def documents(self) -> tuple[Flow, ...]:
        """Return this flow and every other one it leads to, each once."""
        found: dict[int, Flow] = {}
        pending = [self]
        while pending:
            flow = pending.pop(0)
            if id(flow) not in found:
                found[id(flow)] = flow
                pending += flow.others.values()
        return tuple(found.values())


def load_flow(path: Path, *, working_directory: Path, allow_roots: Sequence[Path] = ()) -> Flow:
    """Read an Arazzo document, and the OpenAPI descriptions and Arazzo documents it names.

    Files must lie below the parent of the document's folder, the working directory or one of `allow_roots`.

    Raises:
        InvalidDocument: a file cannot be used; all problems of one file at once.
    """
    roots = document_roots(path, working_directory=working_directory, extra=allow_roots)
    return _Loader(roots).load(read_document(path))


@dataclass(slots=True)
class _Loader:
    """Reads each document once, however often and in whatever circles the documents name each other."""

    roots: Sequence[Path]
    flows: dict[Path, Flow] = field(default_factory=dict)
    identities: dict[str, Path] = field(default_factory=dict)
    descriptions: dict[Path, Source] = field(default_factory=dict)

    def load(self, source: Source) -> Flow:
        document = parse_document(source.value, where=source.where)
        descriptions: dict[str, Description] = {}
        others: dict[str, Flow] = {}
        flow = Flow(source, document, DescribedSources(descriptions), others)
        self.flows[source.path.resolve()] = flow
        base = base_uri_of(source.path, document.self_uri)
        self.identities[base] = source.path
        for index, described in enumerate(document.sources):
            try:
                found = locate_source(source.path, base, described.url, roots=self.roots, identities=self.identities)
                other = self.find_flow(found, is_arazzo=described.type == "arazzo")
                if other is not None:
                    others[described.name] = other
                    continue
                read = self.read(found)
                descriptions[described.name] = load_description(described.name, read.value, where=read.display)
            except InvalidDocument as error:
                named = source.where(f"/sourceDescriptions/{index}/url")
                raise InvalidDocument(
                    error.code, f"source '{described.name}' ({named}): {error.what}", where=error.where, hint=error.hint
                ) from error
        return flow

    def find_flow(self, path: Path, *, is_arazzo: bool) -> Flow | None:
        """Return the Arazzo document in a file, or None when it is something else; the content decides, not `type`."""
        known = self.flows.get(path.resolve())
        if known is not None:
            return known
        if not is_arazzo and not _is_arazzo(self.read(path).value):
            return None
        return self.load(read_document(path, roots=self.roots))

    def read(self, path: Path) -> Source:
        at = path.resolve()
        if at not in self.descriptions:
            self.descriptions[at] = read_document(path, roots=self.roots, with_positions=False)
        return self.descriptions[at]


def _is_arazzo(value: JsonValue) -> bool:
    return isinstance(value, Mapping) and "arazzo" in value and "openapi" not in value


def fatal_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the errors that leave open what would be sent."""
    return tuple(finding for finding in findings if finding.severity == "error" and finding.code in FATAL)
