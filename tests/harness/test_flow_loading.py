from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted_api import API, make_flow

from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.harness.flow import load_flow
from mock_knock.harness.inputs import Inputs, check_inputs

STEP = {"stepId": "poll", "operationId": "getJob", "parameters": [{"name": "id", "in": "path", "value": "1"}]}


def write(folder: Path, url: str = "../openapi/jobs.yaml", **workflow: Any) -> Path:
    """Write a flow and its description below a folder, as projects lay them out."""
    (folder / "openapi").mkdir(parents=True, exist_ok=True)
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "openapi" / "jobs.yaml").write_text(yaml.safe_dump(API))
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "jobs", "url": url, "type": "openapi"}],
        "workflows": [{"workflowId": "w", "steps": [STEP], **workflow}],
    }
    path = folder / "flows" / "flow.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def test_sources_are_relative_to_the_document(tmp_path: Path) -> None:
    """A source description is found from the document, wherever the command runs."""
    flow = load_flow(write(tmp_path / "project"), working_directory=tmp_path / "elsewhere")
    assert {"getJob", "startJob"} == {each.operation_id for each in flow.described.descriptions["jobs"].operations}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("../openapi/nothing.yaml", "file-missing"),
        ("../openapi", "file-is-directory"),
        ("../../../outside.yaml", "path-outside-roots"),
        ("https://example.com/jobs.yaml", "remote-reference-refused"),
        ("flow.yaml", "openapi-invalid"),
    ],
)
def test_a_source_that_cannot_be_used(tmp_path: Path, url: str, code: str) -> None:
    """What is wrong with a source description is told with its name."""
    (tmp_path / "outside.yaml").write_text("openapi: 3.0.3")
    with pytest.raises(InvalidDocument) as refusal:
        load_flow(write(tmp_path / "a" / "project", url), working_directory=tmp_path / "a" / "project")
    assert code == refusal.value.code
    assert "jobs" in str(refusal.value)


def test_another_root_can_be_allowed(tmp_path: Path) -> None:
    """`--allow-root` lets a document read below another folder."""
    outside = tmp_path / "shared"
    outside.mkdir()
    (outside / "jobs.yaml").write_text(yaml.safe_dump(API))
    path = write(tmp_path / "a" / "project", "../../../shared/jobs.yaml")
    flow = load_flow(path, working_directory=tmp_path / "a" / "project", allow_roots=[outside])
    assert ["jobs"] == list(flow.described.descriptions)


def test_the_workflow_must_be_named_when_there_are_several() -> None:
    """One workflow is chosen by itself, of several one must be named, and the list is told."""
    flow = make_flow(STEP)
    assert "w" == flow.choose_workflow(None).workflow_id
    with pytest.raises(UsageError, match="workflow-unknown") as refusal:
        flow.choose_workflow("x")
    assert "w" in refusal.value.hint


def test_several_workflows_and_none_named(tmp_path: Path) -> None:
    """Of several workflows one must be named; the refusal lists them, and a named one is found."""
    path = write(tmp_path / "project")
    document = yaml.safe_load(path.read_text())
    document["workflows"].append({"workflowId": "v", "steps": [STEP]})
    path.write_text(yaml.safe_dump(document))
    flow = load_flow(path, working_directory=tmp_path)
    assert "v" == flow.choose_workflow("v").workflow_id
    with pytest.raises(UsageError, match="workflow-not-named") as refusal:
        flow.choose_workflow(None)
    assert "w, v" in refusal.value.hint


SCHEMA = {
    "type": "object",
    "required": ["key"],
    "properties": {"key": {"type": "string"}, "size": {"type": ["integer", "null"], "minimum": 1}},
}


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ({}, ["inputs"]),
        ({"key": 1, "size": "x"}, ["inputs#/key", "inputs#/size"]),
        ({"key": "a", "size": 0}, ["inputs#/size"]),
    ],
)
def test_inputs_are_checked_by_their_schema(values: dict[str, Any], places: list[str]) -> None:
    """Inputs that break the schema are refused, every problem with its place."""
    workflow = make_flow(STEP, inputs=SCHEMA).choose_workflow(None)
    with pytest.raises(InvalidDocument, match="input-invalid") as refusal:
        check_inputs(workflow, Inputs(values))
    assert places == sorted(finding.where for finding in refusal.value.findings)


@pytest.mark.parametrize("values", [{"key": "a"}, {"key": "a", "size": None, "more": 1}])
def test_good_inputs_pass(values: dict[str, Any]) -> None:
    """Inputs that keep the schema are taken, also with members it does not name."""
    check_inputs(make_flow(STEP, inputs=SCHEMA).choose_workflow(None), Inputs(values))
    check_inputs(make_flow(STEP).choose_workflow(None), Inputs(values))


@pytest.mark.parametrize(
    "schema", [{"type": "nonsense"}, {"allOf": [{"$id": "urn:a", "$ref": "#/nowhere"}]}, {"properties": 7}]
)
def test_an_inputs_schema_that_is_none(schema: dict[str, Any]) -> None:
    """Inputs that are not a JSON Schema are refused by that name."""
    workflow = make_flow(STEP, inputs=schema).choose_workflow(None)
    with pytest.raises(InvalidDocument, match="inputs-schema-invalid"):
        check_inputs(workflow, Inputs({"a": 1}))
