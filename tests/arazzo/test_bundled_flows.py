"""What the linter says about the bundled flows, with the bundled descriptions."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mock_knock.arazzo.document import Document
from mock_knock.arazzo.lint import Subject, lint_workflow
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.template import Dialect
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import load_description
from mock_knock.messages import Finding, JsonValue

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
WORKFLOW = "/workflows/0"
IDENTIFY, POLL, TRIGGER = (f"{WORKFLOW}/steps/{index}" for index in range(3))

NOTES = [
    ("note", "input-optional-sent", f"{TRIGGER}/requestBody/payload/data"),
    ("note", "operation-path-avoidable", f"{TRIGGER}/operationPath"),
]

PUBLISHED: dict[Dialect, list[tuple[str, str, str]]] = {
    "lenient": [
        ("warning", "input-secret-unmarked", f"{WORKFLOW}/inputs/properties/apiKey"),
        *NOTES[:1],
        ("warning", "operation-id-unqualified", f"{IDENTIFY}/operationId"),
        ("warning", "operation-id-unqualified", f"{POLL}/operationId"),
        *NOTES[1:],
        ("warning", "expression-unbraced", f"{IDENTIFY}/parameters/0/value"),
        ("warning", "expression-unbraced", f"{POLL}/parameters/0/value"),
        ("warning", "expression-unbraced", f"{TRIGGER}/parameters/0/value"),
        ("warning", "jsonpath-invalid", f"{POLL}/onSuccess/0/criteria/0/condition"),
        ("warning", "jsonpath-invalid", f"{POLL}/onSuccess/1/criteria/0/condition"),
        ("warning", "enum-unhandled", f"{POLL}/onSuccess"),
        ("warning", "loop-unbounded", f"{POLL}/onSuccess/1"),
    ],
    "strict": [
        ("warning", "input-secret-unmarked", f"{WORKFLOW}/inputs/properties/apiKey"),
        *NOTES[:1],
        ("error", "operation-id-unqualified", f"{IDENTIFY}/operationId"),
        ("error", "operation-id-unqualified", f"{POLL}/operationId"),
        *NOTES[1:],
        ("warning", "expression-unbraced", f"{IDENTIFY}/parameters/0/value"),
        ("warning", "expression-unbraced", f"{POLL}/parameters/0/value"),
        ("warning", "expression-unbraced", f"{TRIGGER}/parameters/0/value"),
        ("error", "jsonpath-invalid", f"{POLL}/onSuccess/0/criteria/0/condition"),
        ("error", "jsonpath-invalid", f"{POLL}/onSuccess/1/criteria/0/condition"),
        ("warning", "enum-unhandled", f"{POLL}/onSuccess"),
        ("warning", "loop-unbounded", f"{POLL}/onSuccess/1"),
    ],
}


def load(path: Path) -> JsonValue:
    """Return a decoded fixture."""
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def describe(document: Document, folder: Path) -> DescribedSources:
    """Return the descriptions that a document names."""
    files = {source.name: (folder / source.url).resolve() for source in document.sources}
    return DescribedSources({name: load_description(name, load(file), where=file.name) for name, file in files.items()})


def lint(file: str, dialect: Dialect) -> tuple[Finding, ...]:
    """Lint the workflow of a bundled flow; places are JSON pointers."""
    path = FIXTURES / "arazzo" / file
    document = parse_document(load(path))
    subject = Subject(document, document.workflows[0], describe(document, path.parent), dialect)
    return lint_workflow(subject, lambda pointer: pointer)


@pytest.mark.parametrize("dialect", PUBLISHED)
def test_the_published_flow(dialect: Dialect) -> None:
    """Every defect of the published flow is found before anything is sent, at its place, and nothing else."""
    findings = lint("bulk-identify-users-notify.yaml", dialect)
    assert PUBLISHED[dialect] == [(finding.severity, finding.code, finding.where) for finding in findings]


@pytest.mark.parametrize("dialect", PUBLISHED)
def test_the_hardened_flow(dialect: Dialect) -> None:
    """Two notes are all that is to be said about the hardened flow, which keeps to the published one where it can."""
    findings = lint("bulk-identify-users-notify.hardened.yaml", dialect)
    assert NOTES == [(finding.severity, finding.code, finding.where) for finding in findings]


def test_the_forgotten_status_is_named() -> None:
    """The finding about the poll step says which status notifies people although it must not."""
    (finding,) = [each for each in lint("bulk-identify-users-notify.yaml", "lenient") if each.code == "enum-unhandled"]
    message = "no action of 'pollBulkOperation' handles 'failed' of /status: the flow goes on to 'triggerWorkflow'"
    assert f"{message}, so the guard 'bulkDone' is bypassed" == finding.message


def test_no_flow_is_forgotten() -> None:
    """Each bundled flow is looked at here."""
    names = {"bulk-identify-users-notify.yaml", "bulk-identify-users-notify.hardened.yaml"}
    assert names == {path.name for path in (FIXTURES / "arazzo").iterdir()}
