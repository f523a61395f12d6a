"""Flows of several documents: found, read once, run together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted_api import API, ManualTime, Script, answer

from mock_knock.errors import InvalidDocument
from mock_knock.harness.flow import MAX_DOCUMENTS, Flow, load_flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow

JOBS = {"name": "jobs", "url": "jobs.yaml"}


def write(folder: Path, name: str, *steps: dict[str, Any], sources: list[dict[str, Any]], **root: Any) -> Path:
    """Write a document with one workflow named like its file."""
    document = {
        "arazzo": "1.1.0",
        "info": {"title": name, "version": "1"},
        "sourceDescriptions": sources,
        "workflows": [{"workflowId": Path(name).stem, "steps": list(steps), "outputs": {"from": "$self"}}],
        **root,
    }
    if "$self" not in document:
        del document["workflows"][0]["outputs"]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))
    return path


def read_job(step_id: str, job: str) -> dict[str, Any]:
    """Return a step that reads a job."""
    return {
        "stepId": step_id,
        "operationId": "getJob",
        "parameters": [{"name": "id", "in": "path", "value": job}],
    }


def run(flow: Flow) -> RunResult:
    """Run the only workflow of a flow against a job that is done."""
    settings = RunSettings()
    prepared = prepare_run(flow, flow.choose_workflow(None), Addresses("http://localhost"), settings)
    script = Script([answer({"status": "done"})])
    return run_workflow(prepared, Inputs(), transport=script, clock=ManualTime(), settings=settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the description of the small API."""
    (tmp_path / "jobs.yaml").write_text(yaml.safe_dump(API))
    return tmp_path


def load(path: Path) -> Flow:
    """Load a flow from a folder that is the working directory too."""
    return load_flow(path, working_directory=path.parent)


def test_a_workflow_of_another_document(folder: Path) -> None:
    """A step calls a workflow of another document by its source; that one has sources and components of its own."""
    other = {"name": "other", "url": "parts/other.yaml", "type": "arazzo"}
    parts = [{"name": "jobs", "url": "../jobs.yaml", "type": "openapi"}]
    write(folder, "parts/other.yaml", read_job("inside", "j1"), sources=parts, **{"$self": "other.yaml"})
    calls = {"stepId": "ask", "workflowId": "$sourceDescriptions.other.other", "outputs": {"from": "$outputs.from"}}
    flow = load(write(folder, "main.yaml", calls, read_job("mine", "j2"), sources=[JOBS, other]))
    result = run(flow)
    assert ("success", ["inside", "mine"]) == (result.outcome, [step.step_id for step in result.steps])
    assert {"from": "other.yaml"} == result.calls[0].outputs
    assert ["openapi", "arazzo"] == [source.type for source in flow.document.sources]


def test_what_a_source_is_when_it_does_not_say(folder: Path) -> None:
    """Without `type` the file tells what it is; one operation source alone needs no qualification."""
    write(folder, "other.yaml", read_job("inside", "j1"), sources=[JOBS])
    flow = load(write(folder, "main.yaml", read_job("mine", "j2"), sources=[{"name": "o", "url": "other.yaml"}, JOBS]))
    assert (["o"], ["jobs"]) == (list(flow.others), list(flow.described.descriptions))
    result = run(flow)
    assert ("success", ()) == (result.outcome, result.findings)


def test_documents_in_a_circle(folder: Path) -> None:
    """Documents that name each other are read once each; the same flow is met again."""
    a, b = ({"name": name, "url": f"{name}.yaml", "type": "arazzo"} for name in "ab")
    write(folder, "b.yaml", read_job("b", "j"), sources=[JOBS, a])
    flow = load(write(folder, "a.yaml", read_job("a", "j"), sources=[JOBS, b]))
    assert flow is flow.others["b"].others["a"]
    assert ["a.yaml", "b.yaml"] == [each.source.path.name for each in flow.documents()]


def test_a_document_is_found_by_its_identity(folder: Path) -> None:
    """An absolute URI means the document that has it as its `$self`, once that was read."""
    address = "https://flows.example/x/other.yaml"
    write(folder, "other.yaml", read_job("inside", "j1"), sources=[JOBS], **{"$self": address})
    by_file = {"name": "first", "url": "other.yaml", "type": "arazzo"}
    by_identity = {"name": "second", "url": address, "type": "arazzo"}
    write(folder, "middle.yaml", read_job("m", "j"), sources=[JOBS, by_identity])
    middle = {"name": "middle", "url": "middle.yaml", "type": "arazzo"}
    flow = load(write(folder, "main.yaml", read_job("mine", "j2"), sources=[JOBS, by_file, middle]))
    assert flow.others["first"] is flow.others["middle"].others["second"]


def test_the_same_description_twice(folder: Path) -> None:
    """A description under two names is read once and judged under both."""
    flow = load(write(folder, "main.yaml", read_job("mine", "j"), sources=[JOBS, {"name": "more", "url": "jobs.yaml"}]))
    descriptions = flow.described.descriptions
    assert descriptions["jobs"].document is descriptions["more"].document


def test_a_chain_of_documents_has_a_bound(folder: Path) -> None:
    """More documents than anybody writes are refused, with the source that leads to them."""
    for number in range(MAX_DOCUMENTS + 1):
        following = {"name": "next", "url": f"d{number + 1}.yaml", "type": "arazzo"}
        write(folder, f"d{number}.yaml", read_job("s", "j"), sources=[JOBS, following])
    write(folder, f"d{MAX_DOCUMENTS + 1}.yaml", read_job("s", "j"), sources=[JOBS])
    with pytest.raises(InvalidDocument) as refused:
        load(folder / "d0.yaml")
    assert "documents-too-many" == refused.value.code
    assert "source 'next'" in refused.value.what


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ("openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n", "arazzo", "arazzo-invalid"),
        ("arazzo: 1.0.1\n", "openapi", "openapi-invalid"),
        ("arazzo: 1.0.1\n", None, "arazzo-structure"),
        ("- x\n", None, "openapi-invalid"),
    ],
)
def test_a_source_that_is_something_else(folder: Path, content: str, kind: str | None, code: str) -> None:
    """A source that is not what its type says is refused, naming the source and the place where it is named."""
    (folder / "other.yaml").write_text(content)
    source = {"name": "other", "url": "other.yaml"} | ({"type": kind} if kind else {})
    path = write(folder, "main.yaml", read_job("mine", "j"), sources=[JOBS, source])
    with pytest.raises(InvalidDocument) as refused:
        load(path)
    assert code == refused.value.code
    assert f"source 'other' ({path}:" in refused.value.what


def test_remarks_about_the_structure_are_kept(folder: Path) -> None:
    """What the structure gives to remark, short of an error, is among the findings of every workflow."""
    idle = {**read_job("mine", "j"), "onSuccess": [{"name": "stop", "type": "end", "stepId": "mine"}]}
    flow = load(write(folder, "main.yaml", idle, sources=[JOBS]))
    findings = flow.lint(flow.document.workflows[0], dialect="lenient")
    assert ["arazzo-field-idle"] == [finding.code for finding in findings]
