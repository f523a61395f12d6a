"""`lint --fix` on one flow, written in many ways: always the same document comes out, and it is mended at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Call

AUTH = "    - name: Authorization\n      in: header\n      value: Bearer $inputs.apiKey\n"


class _Indented(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # the signature of PyYAML
        super().increase_indent(flow, indentless=False)


def _dumped(**options: Any) -> Callable[[str], str]:
    return lambda text: yaml.safe_dump(yaml.safe_load(text), sort_keys=False, **options)


def _as_json(**options: Any) -> Callable[[str], str]:
    return lambda text: json.dumps(yaml.safe_load(text), **options)


LAYOUTS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "four spaces": _dumped(indent=4),
    "indented lists": lambda text: yaml.dump(yaml.safe_load(text), Dumper=_Indented, sort_keys=False),
    "flow style": _dumped(default_flow_style=True),
    "double quotes": _dumped(default_style='"'),
    "single quotes": _dumped(default_style="'"),
    "JSON in a YAML file": _as_json(indent=1),
    "JSON in one line": _as_json(),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: f"\ufeff{text}",
    "no line break at the end": lambda text: text.rstrip("\n"),
    "comments": lambda text: text.replace("\n    - name: ", "\n    # next\n    - name: ").replace(
        ": jsonpath", ": jsonpath # c"
    ),
    "a document of several lines": lambda text: f"%YAML 1.2\n---\n{text}...\n",
    "some of it in flow style": lambda text: text.replace(
        AUTH, "    - {name: Authorization, in: header, value: Bearer $inputs.apiKey}\n"
    ),
}


def _fixed(call: Call, flow: Path, text: str) -> str:
    """Write a flow, fix it, check that nothing is left and that fixing it once more changes nothing."""
    flow.write_bytes(text.encode())
    assert 0 == call("lint", flow, "--fix", "--max-severity", "note").code
    after = flow.read_bytes()
    for dialect in ("lenient", "strict"):
        assert 0 == call("lint", flow, "--fix", "--dialect", dialect, "--max-severity", "note").code
    assert after == flow.read_bytes()
    return after.decode()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(call: Call, workspace: Path, layout: str) -> None:
    """Every layout of a document is mended to the same data, and lines without a defect stay as they are."""
    flow = workspace / "arazzo" / "flow.yaml"
    plain = flow.read_text()
    before = LAYOUTS[layout](plain)
    expected = yaml.safe_load(_fixed(call, flow, plain))
    after = _fixed(call, flow, before)
    assert expected == yaml.safe_load(after.removeprefix("\ufeff"))
    assert before.startswith("\ufeff") is after.startswith("\ufeff")
    assert before.endswith("\n") is after.endswith("\n")
    if before.count("\n") > 60:
        kept = set(before.splitlines(keepends=True)) & set(after.splitlines(keepends=True))
        assert len(kept) > 0.8 * len(set(before.splitlines()))


def test_several_workflows(call: Call, workspace: Path) -> None:
    """The defects of all workflows of a document are mended at once."""
    flow = workspace / "arazzo" / "flow.yaml"
    value = yaml.safe_load(flow.read_text())
    value["workflows"].append({**yaml.safe_load(flow.read_text())["workflows"][0], "workflowId": "second"})
    after = yaml.safe_load(_fixed(call, flow, yaml.safe_dump(value, sort_keys=False)))
    first, second = after["workflows"]
    assert {**first, "workflowId": "second"} == second


def test_components(call: Call, workspace: Path) -> None:
    """Defects in components are mended where they stand, and a loop that is a component where it is used."""
    flow = workspace / "arazzo" / "flow.yaml"
    value = yaml.safe_load(flow.read_text())
    (workflow,) = value["workflows"]
    poll = workflow["steps"][1]
    done, still = poll["onSuccess"]
    value["components"] = {
        "inputs": {"all": workflow["inputs"]},
        "parameters": {"key": workflow["steps"][0]["parameters"][0]},
        "successActions": {"done": done, "still": still},
    }
    workflow["inputs"] = {"$ref": "#/components/inputs/all"}
    for step in workflow["steps"]:
        step["parameters"][0] = {"reference": "$components.parameters.key"}
    poll["onSuccess"] = [{"reference": f"$components.successActions.{name}"} for name in ("done", "still")]
    after = yaml.safe_load(_fixed(call, flow, yaml.safe_dump(value, sort_keys=False)))
    poll = after["workflows"][0]["steps"][1]
    assert "Bearer {$inputs.apiKey}" == after["components"]["parameters"]["key"]["value"]
    assert "password" == after["components"]["inputs"]["all"]["properties"]["apiKey"]["format"]
    assert [{"reference": "$components.successActions.done"}] == poll["onSuccess"]
    assert ["retry"] == [action["type"] for action in poll["onFailure"]]
