from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted_api import API

from mock_knock.arazzo.repairs import repair
from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.files import Source
from mock_knock.harness.flow import Flow
from mock_knock.harness.lint_document import LintOptions, lint_document, open_document
from mock_knock.harness.mending import MAX_ROUNDS, mend_flow
from mock_knock.messages import Edit

SENDS = {
    "stepId": "poll",
    "operationId": "getJob",
    "parameters": [{"name": "id", "in": "path", "value": "x $inputs.i"}],
}
INPUTS = {"properties": {"i": {}}, "required": ["i"]}
WORKFLOW = {"workflowId": "w", "inputs": INPUTS, "steps": [SENDS]}


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
    broken = {"workflowId": "v", "steps": [{"stepId": "s", "operationId": "nothing"}]}
    path = write(tmp_path, broken, WORKFLOW)
    result = lint_document(path, LintOptions(tmp_path))
    assert (str(path), ("v", "w")) == (result.file, result.workflows)
    assert ["operation-missing", "expression-unbraced"] == [finding.code for finding in result.findings]
    lines = [int(finding.where.split(":")[-2]) for finding in result.findings]
    assert sorted(lines) == lines


def test_severities(tmp_path: Path) -> None:
    """A severity that is asked for takes the place of the usual one, and the dialect is heeded."""
    path = write(tmp_path, {**WORKFLOW, "inputs": {**INPUTS, "properties": {"i": {}, "token": {}}}})
    options = LintOptions(tmp_path, dialect="strict", severities={"input-secret-unmarked": "note"})
    found = {finding.code: finding.severity for finding in lint_document(path, options).findings}
    assert {"input-secret-unmarked": "note", "expression-unbraced": "warning", "input-unused": "warning"} == found


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


def test_an_arazzo_source_that_does_not_say_its_type(tmp_path: Path) -> None:
    """A source without a type is what its file is, also while another one cannot be used."""
    write(tmp_path, {**WORKFLOW, "workflowId": "there"}, name="other.yaml")
    calls = [{"stepId": "s", "workflowId": "$sourceDescriptions.flows.there"}]
    path = write(tmp_path, {"workflowId": "w", "steps": calls}, sources={"jobs": "gone.yaml", "flows": "other.yaml"})
    assert ["source-unreadable", "workflow-input-missing"] == codes(path)


def test_an_arazzo_source_that_is_broken(tmp_path: Path) -> None:
    """What is wrong inside another document is told at the place that leads to it, with the place it is at."""
    (tmp_path / "other.yaml").write_text(
        "arazzo: 1.0.1\ninfo: {title: t, version: v}\nsourceDescriptions: []\nsteps: 1\n"
    )
    write(tmp_path, name="middle.yaml", sources={"jobs": "jobs.yaml", "more": "gone.yaml"})
    sources = {"jobs": "jobs.yaml", "flows": "other.yaml", "middle": "middle.yaml"}
    path = write(
        tmp_path,
        {"workflowId": "w", "steps": [{**SENDS, "operationId": "$sourceDescriptions.jobs.getJob"}]},
        sources=sources,
    )
    first, second = (
        each for each in lint_document(path, LintOptions(tmp_path)).findings if each.code == "source-unreadable"
    )
    assert (f"{path}:9:3", f"{path}:11:3") == (first.where, second.where)
    assert f"({tmp_path / 'other.yaml'}:" in first.message
    assert f"source 'more' ({tmp_path / 'middle.yaml'}:9:3): there is no such file" in second.message
    assert first.hint
    assert second.hint


def test_documents_in_a_circle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that lead to each other are read once each, and there may not be too many of them."""
    write(tmp_path, name="other.yaml", sources={"jobs": "jobs.yaml", "back": "flow.yaml"})
    path = write(tmp_path, sources={"jobs": "jobs.yaml", "flows": "other.yaml"})
    flow = opened(path)
    assert (flow, flow.others["flows"]) == flow.documents()
    monkeypatch.setattr("mock_knock.harness.flow.MAX_DOCUMENTS", 1)
    first = lint_document(path, LintOptions(tmp_path)).findings[0]
    assert ("source-unreadable", f"{path}:9:3") == (first.code, first.where)
    assert "more than 1 documents that lead to each other" in first.message


def test_remarks_on_the_structure_stand_once(tmp_path: Path) -> None:
    """What the structure gives to remark is told once, however many workflows there are."""
    path = write(tmp_path, {**WORKFLOW, "workflowId": "v v"}, WORKFLOW)
    assert 1 == codes(path).count("arazzo-name-unusual")


def test_mending(tmp_path: Path) -> None:
    """What has one right answer is mended in the text, and the file is not touched."""
    flow = opened(write(tmp_path))
    mended = mend_flow(flow)
    assert ["expression-unbraced"] == [each.code for each in mended.repairs]
    assert flow.source.text.replace("$inputs.i", "{$inputs.i}") == mended.flow.source.text
    assert flow.source.text == flow.source.path.read_text()
    assert () == mended.flow.lint(mended.flow.document.workflows[0], dialect="strict")
    assert () == mend_flow(mended.flow).repairs


def test_what_is_known_of_a_document_stays_known(tmp_path: Path) -> None:
    """After mending, sources still have the types that their files told, and remarks have their new places."""
    write(tmp_path, name="other.yaml")
    inputs = {"properties": {"token": {"type": "string"}, "i": {}}, "required": ["i", "token"]}
    first, second = {**WORKFLOW, "inputs": inputs}, {**deepcopy(WORKFLOW), "workflowId": "v v"}
    path = write(tmp_path, first, second, sources={"jobs": "jobs.yaml", "flows": "other.yaml"})
    mended = mend_flow(opened(path))
    assert {"expression-unbraced", "input-secret-unmarked"} == {each.code for each in mended.repairs}
    assert ["openapi", "arazzo"] == [source.type for source in mended.flow.document.sources]
    (note,) = mended.flow.notes
    line = int(note.where.split(":")[-2])
    assert "v v" in mended.flow.source.text.splitlines()[line - 1]


def test_what_cannot_be_mended_safely(tmp_path: Path) -> None:
    """A repair that an alias stands in the way of is given up with its reason; the others are carried out."""
    path = write(tmp_path, {**WORKFLOW, "inputs": {**INPUTS, "properties": {"i": {}, "token": {"type": "string"}}}})
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


def test_bounds_of_mending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repairs of one call are bounded, in number and in rounds; what is left is mended by the next call."""
    workflows = [{**deepcopy(WORKFLOW), "workflowId": f"w{index}"} for index in range(5)]
    path = write(tmp_path, *workflows)
    with monkeypatch.context() as patched:
        patched.setattr("mock_knock.harness.mending.MAX_REPAIRS", 3)
        first = mend_flow(opened(path))
    assert (3, True) == (len(first.repairs), first.has_more)
    rest = mend_flow(first.flow)
    assert (2, False) == (len(rest.repairs), rest.has_more)
    with monkeypatch.context() as patched:
        patched.setattr("mock_knock.harness.mending.MAX_REPAIRS", 5)
        all_of_them = mend_flow(opened(path))
    assert (5, False) == (len(all_of_them.repairs), all_of_them.has_more)
    monkeypatch.setattr("mock_knock.harness.mending.MAX_ROUNDS", 0)
    assert mend_flow(opened(path)).has_more


@pytest.mark.parametrize(("attempts", "refused"), [(40, 1), (0, 3)])
def test_repairs_that_fail_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempts: int, refused: int
) -> None:
    """Of repairs that fail together those are given up that fail alone, or all after too many attempts."""
    path = write(tmp_path, *({**deepcopy(WORKFLOW), "workflowId": f"w{index}"} for index in range(3)))
    edited = Source.edited

    def fail(source: Source, edits: Iterable[Edit]) -> Source:
        listed = list(edits)
        if any(edit.pointer.startswith("/workflows/1/") for edit in listed):
            raise MockKnockError("edit-impossible", "no")
        return edited(source, listed)

    monkeypatch.setattr(Source, "edited", fail)
    monkeypatch.setattr("mock_knock.harness.mending.MAX_ATTEMPTS", attempts)
    mended = mend_flow(opened(path))
    assert (3 - refused, refused) == (len(mended.repairs), len(mended.refused))
