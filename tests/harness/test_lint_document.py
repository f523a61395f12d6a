from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted_api import API

from mock_knock.arazzo import repair
from mock_knock.arazzo.document import SourceDescription
from mock_knock.errors import InvalidDocument
from mock_knock.files import Source
from mock_knock.harness.flow import Flow
from mock_knock.harness.lint_document import LintOptions, lint_document, open_document
from mock_knock.harness.mending import MAX_ROUNDS, mend_flow

SENDS = {
    "stepId": "poll",
    "operationId": "getJob",
    "parameters": [{"name": "id", "in": "path", "value": "x $inputs.i"}],
}
WORKFLOW = {"workflowId": "w", "inputs": {"properties": {"i": {}}}, "steps": [SENDS]}


def write(folder: Path, *workflows: Any, sources: dict[str, str] | None = None, name: str = "flow.yaml") -> Path:
    """Write a document with these workflows, and the description of the jobs beside it."""
    (folder / "jobs.yaml").write_text(yaml.safe_dump(API))
    named = sources or {"jobs": "jobs.yaml"}
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1.0.0"},
        "sourceDescriptions": [{"name": source, "url": url} for source, url in named.items()],
        "workflows": workflows or [WORKFLOW],
    }
    path = folder / name
    path.write_text(yaml.safe_dump(document, sort_keys=False, width=1000))
    return path


def codes(path: Path, **options: Any) -> list[str]:
    """Return the codes of the findings in their order."""
    return [finding.code for finding in lint_document(path, LintOptions(path.parent, **options)).findings]


def test_all_workflows_have_their_say(tmp_path: Path) -> None:
    """The findings of all workflows stand in one list, each once, in the order of the lines."""
    broken = {**WORKFLOW, "workflowId": "v", "steps": [{"stepId": "s", "operationId": "nothing"}]}
    path = write(tmp_path, broken, WORKFLOW)
    result = lint_document(path, LintOptions(tmp_path))
    assert (str(path), ("v", "w")) == (result.file, result.workflows)
    assert ["operation-missing", "expression-unbraced"] == [finding.code for finding in result.findings]
    lines = [int(finding.where.split(":")[-2]) for finding in result.findings]
    assert sorted(lines) == lines


def test_severities(tmp_path: Path) -> None:
    """A severity that is asked for takes the place of the usual one, and the dialect is heeded."""
    path = write(tmp_path, {**WORKFLOW, "inputs": {"properties": {"i": {}, "token": {}}}})
    options = LintOptions(tmp_path, dialect="strict", severities={"input-secret-unmarked": "note"})
    found = {finding.code: finding.severity for finding in lint_document(path, options).findings}
    assert {"input-secret-unmarked": "note", "expression-unbraced": "warning"} == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: [", ["yaml-syntax"]),
        ("a: 1", ["arazzo-invalid"]),
        ("arazzo: 3.0.0\ninfo: {title: t}\nworkflows: []\n", None),
    ],
)
def test_a_broken_structure(tmp_path: Path, text: str, found: list[str] | None) -> None:
    """What is wrong with the text or its structure is told as findings, all at once."""
    path = tmp_path / "flow.yaml"
    path.write_text(text)
    result = lint_document(path, LintOptions(tmp_path))
    assert all(finding.severity == "error" and finding.where.startswith(str(path)) for finding in result.findings)
    if found is None:
        assert {"arazzo-version", "arazzo-structure"} == {finding.code for finding in result.findings}
        assert len(result.findings) > 2
    else:
        assert found == [finding.code for finding in result.findings]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A document that is not there is no finding: there is nothing to examine."""
    with pytest.raises(InvalidDocument) as refusal:
        lint_document(tmp_path / "nothing.yaml", LintOptions(tmp_path))
    assert "file-missing" == refusal.value.code


def test_sources_that_cannot_be_read(tmp_path: Path) -> None:
    """Each description that cannot be used is a finding, and the rest of the document is examined all the same."""
    sources = {"jobs": "jobs.yaml", "gone": "gone.yaml", "far": "https://example.com/x.yaml"}
    path = write(tmp_path, sources=sources)
    result = lint_document(path, LintOptions(tmp_path))
    found = [finding.code for finding in result.findings]
    assert ["source-unreadable", "source-unreadable", "operation-id-unqualified", "expression-unbraced"] == found
    assert f"{path}:9:3" == result.findings[0].where
    assert "'gone' cannot be used: there is no such file (" in result.findings[0].message
    assert "'far'" in result.findings[1].message


def test_operations_of_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    """While a description is missing nobody says that an operation does not exist."""
    assert ["source-unreadable", "expression-unbraced"] == codes(write(tmp_path, sources={"jobs": "gone.yaml"}))


def opened(path: Path) -> Flow:
    """Return a document whose workflows can be examined."""
    flow = open_document(path, LintOptions(path.parent))
    assert isinstance(flow, Flow)
    return flow


def test_another_reason_not_to_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps a document from being loaded although each of its parts can be is told as it is."""

    def refuse(*_: Any, **__: Any) -> Flow:
        raise InvalidDocument("some-code", "what", where="there")

    monkeypatch.setattr("mock_knock.harness.lint_document.load_flow", refuse)
    assert ["some-code"] == codes(write(tmp_path))


def test_sources_of_another_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source description that is no OpenAPI description need only be readable."""
    path = write(tmp_path, sources={"jobs": "gone.yaml"})
    read = opened(write(tmp_path, name="other.yaml")).document
    document = replace(read, sources=(*read.sources, SourceDescription("flows", "flow.yaml", type="arazzo")))
    monkeypatch.setattr("mock_knock.harness.lint_document.parse_document", lambda *_, **__: document)
    assert ["file-missing"] == codes(path)


def test_mending(tmp_path: Path) -> None:
    """What has one right answer is mended in the text, and the file is not touched."""
    flow = opened(write(tmp_path))
    mended = mend_flow(flow)
    assert ["expression-unbraced"] == [each.code for each in mended.repairs]
    assert flow.source.text.replace("$inputs.i", "{$inputs.i}") == mended.flow.source.text
    assert flow.source.text == flow.source.path.read_text()
    assert () == mended.flow.lint(mended.flow.document.workflows[0], dialect="strict")
    assert () == mend_flow(mended.flow).repairs


def test_what_cannot_be_mended_safely(tmp_path: Path) -> None:
    """A repair that an alias stands in the way of is given up with its reason; the others are carried out."""
    path = write(tmp_path, {**WORKFLOW, "inputs": {"properties": {"i": {}, "token": {"type": "string"}}}})
    text = path.read_text().replace("value: x $inputs.i", "value: &v x $inputs.i")
    path.write_text(f"{text}  x-value: *v\n")
    mended = mend_flow(opened(path))
    assert ["input-secret-unmarked"] == [each.code for each in mended.repairs]
    assert [("expression-unbraced", True)] == [(each.code, "anchor" in why) for each, why in mended.refused]


def test_rounds_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repairs that never come to an end are stopped after some rounds."""
    plans = dict(repair._PLANS)  # noqa: SLF001  # a plan that always finds something
    endless = plans["expression-unbraced"]

    def plan(code: str, subject: Any, value: Any, pointer: str) -> repair.Repair | None:
        found = endless(code, subject, value, pointer)
        assert found is not None
        (edit,) = found.edits
        return repair.Repair(code, pointer, pointer, (type(edit)(pointer, f"x{value_at(value, pointer)}"),), "")  # type: ignore[call-arg]  # a SetText

    def value_at(value: Any, pointer: str) -> str:
        for token in pointer.split("/")[1:]:
            value = value[int(token) if isinstance(value, list) else token]
        return str(value)

    monkeypatch.setattr(repair, "_PLANS", {"expression-unbraced": plan})
    assert MAX_ROUNDS == len(mend_flow(opened(write(tmp_path))).repairs)


def test_a_repair_must_keep_the_structure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repair after which the document is no Arazzo document any more is given up."""
    flow = opened(write(tmp_path))

    def refuse(self: Source, _edits: Any) -> Source:
        return Source(self.path, self.display, {}, {})

    monkeypatch.setattr(Source, "edited", refuse)
    mended = mend_flow(flow)
    assert (flow, 1) == (mended.flow, len(mended.refused))


def test_a_large_document_is_not_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding out which repairs a document allows ends after so many looks at its text, and says why."""
    flow = opened(write(tmp_path))
    monkeypatch.setattr("mock_knock.harness.mending.MAX_TRIED_CHARACTERS", -1)
    mended = mend_flow(flow)
    assert (flow, ()) == (mended.flow, mended.repairs)
    assert ["the document is too large"] == [reason[:25] for _, reason in mended.refused]
