"""A flow that is ready to run: the document, its source descriptions, and what can be said before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mock_knock.arazzo.codes import FATAL
from mock_knock.arazzo.document import Document, SourceDescription, Workflow
from mock_knock.arazzo.lint import Memo, Subject, lint_workflow
from mock_knock.arazzo.parse import read_document_structure, refuse_errors
from mock_knock.arazzo.template import Dialect
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import Description, load_description
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import Source, document_roots, read_document
from mock_knock.harness.base_uri import base_uri_of, locate_source
from mock_knock.messages import Finding, JsonValue

MAX_DOCUMENTS = 50
"""Arazzo documents that may lead to each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A document with everything it refers to.

    `others` are the Arazzo documents among its sources, by name; `notes` is what its structure gives to remark, short
    of an error. Documents may refer to each other in a circle: two flows are the same only when they are one object.
    """

    source: Source
    document: Document
    described: DescribedSources
    others: Mapping[str, Flow] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()
    memo: Memo = field(default_factory=Memo, init=False, repr=False)

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
        """Return the findings about the structure of the document and about one workflow, with their places."""
        return (*self.notes, *lint_workflow(self.subject(workflow, dialect=dialect), self.source.where))

    def subject(self, workflow: Workflow, *, dialect: Dialect) -> Subject:
        """Return one workflow with all that can be said about it."""
        others = {name: other.document for name, other in self.others.items()}
        return Subject(self.document, workflow, self.described, dialect, others, self.memo)

    def rewritten(self, source: Source, document: Document, notes: tuple[Finding, ...]) -> Flow:
        """Return this flow with another text of its document, of which nothing has been examined yet."""
        return replace(self, source=source, document=document, notes=notes, described=self.described.renewed())

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
    flow, failures = load_partly(path, working_directory=working_directory, allow_roots=allow_roots)
    if failures:
        raise failures[0].named()
    return flow


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """A source description that cannot be used: its `place` in the document, and why."""

    name: str
    place: str
    error: InvalidDocument

    def named(self) -> InvalidDocument:
        """Return the refusal, with the source description that led to it."""
        error = self.error
        what = f"source '{self.name}' ({self.place}): {error.what}"
        return InvalidDocument(error.code, what, where=error.where, hint=error.hint)


def load_partly(
    path: Path, *, working_directory: Path, allow_roots: Sequence[Path] = ()
) -> tuple[Flow, tuple[SourceFailure, ...]]:
    """Do the same as `load_flow` as far as it goes: without the sources that cannot be used, which are returned.

    Raises:
        InvalidDocument: the document itself cannot be used; all problems at once.
    """
    source = read_document(path)
    roots = document_roots(path, working_directory=working_directory, extra=allow_roots)
    return _Loader(roots).load(source)


@dataclass(slots=True)
class _Loader:
    """Reads each document once, however often and in whatever circles the documents name each other."""

    roots: Sequence[Path]
    flows: dict[Path, Flow] = field(default_factory=dict)
    identities: dict[str, Path] = field(default_factory=dict)
    descriptions: dict[Path, Source] = field(default_factory=dict)

    def load(self, source: Source) -> tuple[Flow, tuple[SourceFailure, ...]]:
        """Read what a document names; first all is located, so that each source has its type in the document."""
        if len(self.flows) >= MAX_DOCUMENTS:
            hint = "put workflows that belong together into one document"
            what = f"this is more than {MAX_DOCUMENTS} documents that lead to each other"
            raise InvalidDocument("documents-too-many", what, where=source.display, hint=hint)
        document, notes = read_structure(source)
        base = base_uri_of(source.path, document.self_uri)
        self.identities[base] = source.path
        failures: list[SourceFailure] = []
        located = [
            self.locate(_Named(source, index, each, failures), base) for index, each in enumerate(document.sources)
        ]
        document = replace(document, sources=tuple(each for each, _ in located))
        descriptions: dict[str, Description] = {}
        others: dict[str, Flow] = {}
        flow = self.flows[source.path.resolve()] = Flow(source, document, DescribedSources(descriptions), others, notes)
        for index, (each, path) in enumerate(located):
            if path is None:
                continue
            with _Named(source, index, each, failures):
                if each.type == "arazzo":
                    others[each.name] = self.find_flow(path)
                else:
                    read = self.read(path)
                    descriptions[each.name] = load_description(each.name, read.value, where=read.display)
        return flow, tuple(failures)

    def locate(self, named: _Named, base: str) -> tuple[SourceDescription, Path | None]:
        """Return a source description that says its type, and its file; where it does not say it, the content tells."""
        source, described = named.source, named.described
        with named:
            path = locate_source(source.path, base, described.url, roots=self.roots, identities=self.identities)
            if described.type is None:
                described = replace(described, type="arazzo" if _is_arazzo(self.read(path).value) else "openapi")
            return described, path
        return described, None

    def find_flow(self, path: Path) -> Flow:
        """Return another Arazzo document, which must be usable as a whole."""
        known = self.flows.get(path.resolve())
        if known is not None:
            return known
        flow, failures = self.load(read_document(path, roots=self.roots))
        if failures:
            raise failures[0].named()
        return flow

    def read(self, path: Path) -> Source:
        at = path.resolve()
        if at not in self.descriptions:
            self.descriptions[at] = read_document(path, roots=self.roots, with_positions=False)
        return self.descriptions[at]


def read_structure(source: Source) -> tuple[Document, tuple[Finding, ...]]:
    """Return the document in a file, and what its structure gives to remark.

    Raises:
        InvalidDocument: the structure is broken; all problems are attached, the remarks too.
    """
    document, findings = read_document_structure(source.value, where=source.where)
    refuse_errors(findings)
    return document, findings


@dataclass(frozen=True, slots=True)
class _Named:
    """A source description that is looked at in a block; a refusal there is kept with its name."""

    source: Source
    index: int
    described: SourceDescription
    failures: list[SourceFailure]

    def __enter__(self) -> None:
        """Begin to look."""

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> bool:
        if not isinstance(error, InvalidDocument):
            return False
        place = self.source.where(f"/sourceDescriptions/{self.index}/url")
        self.failures.append(SourceFailure(self.described.name, place, error))
        return True


def _is_arazzo(value: JsonValue) -> bool:
    return isinstance(value, Mapping) and "arazzo" in value and "openapi" not in value


def fatal_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the errors that leave open what would be sent."""
    return tuple(finding for finding in findings if finding.severity == "error" and finding.code in FATAL)
