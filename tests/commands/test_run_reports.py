from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from mock_knock.commands.arguments import REPORT_KINDS
from tests.commands.test_run_command import FLOW, break_contract

if TYPE_CHECKING:
    from tests.commands.conftest import Call


def test_every_kind_at_once(call: Call, tmp_path: Path) -> None:
    """Reports of all kinds can be asked for at once; each is written to its file, and tells of the same run."""
    asked = [part for kind in REPORT_KINDS for part in ("--report", f"{kind}={tmp_path / kind}")]
    called = call("run", FLOW, "--inputs", FLOW, "--scenario", "fails-midway", *asked)
    assert 1 == called.code
    assert {*REPORT_KINDS} == {file.name for file in tmp_path.iterdir()}
    texts = {kind: (tmp_path / kind).read_text(encoding="utf-8") for kind in REPORT_KINDS}
    assert 5 == len(json.loads(texts["har"])["log"]["entries"])
    assert "1" == ET.fromstring(texts["junit"]).get("failures")
    assert '"event": "run-ended"' in texts["ndjson"].splitlines()[-1]
    for kind in ("html", "summary"):
        assert "outcome success, but not passed: 5 requests" in texts[kind]
    assert "last read as failed" in texts["html"]
    for kind in REPORT_KINDS:
        assert "guard-bypassed" in texts[kind] or kind == "har"


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_a_report_on_stdout_is_alone(call: Call, tmp_path: Path, kind: str) -> None:
    """With a report on stdout nothing else stands there, and it is what the file has."""
    file = tmp_path / "report"
    called = call("run", FLOW, "--inputs", FLOW, "--report", f"{kind}=-", "--report", f"{kind}={file}")
    assert (0, file.read_text(encoding="utf-8")) == (called.code, called.out)
    assert "outcome success" in called.err


@pytest.mark.parametrize("command", ["run", "gauntlet"])
def test_summaries_are_added_to(call: Call, tmp_path: Path, command: str) -> None:
    """A summary is added to its file, as steps of one GitHub job do; any other report takes the place of its file."""
    summary, report = tmp_path / "summary.md", tmp_path / "report"
    summary.write_text("# Before\n", encoding="utf-8")
    report.write_text("before", encoding="utf-8")
    fault = ["--fault", "reset"] if command == "gauntlet" else []
    for count in (1, 2):
        call(command, FLOW, "--inputs", FLOW, *fault, "--report", f"summary={summary}", "--report", f"ndjson={report}")
        text = summary.read_text(encoding="utf-8")
        assert text.startswith("# Before\n\n\n### ")
        assert count == text.count("\n### ")
        assert report.read_text(encoding="utf-8").startswith('{"event": ')


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_a_flow_that_cannot_be_run(call: Call, tmp_path: Path, kind: str) -> None:
    """A document that cannot be used leaves a report of each kind all the same."""
    flow = tmp_path / "flow.yaml"
    flow.write_text("arazzo: 1.0.1\n", encoding="utf-8")
    called = call("run", flow, "--report", f"{kind}=-")
    assert 2 == called.code
    for words in ("invalid", "arazzo-structure", "flow.yaml"):
        assert words in called.out or kind == "har"


@pytest.mark.parametrize(("contract", "failures"), [("fail", 1), ("warn", 0), ("off", 0)])
def test_a_broken_contract_that_may_pass(call: Call, workspace: Path, contract: str, failures: int) -> None:
    """A report has a failure exactly when the command has, so a warning about the contract is none."""
    break_contract(workspace)
    file = workspace / "junit.xml"
    reports = ["--report", f"junit={file}", "--report", "summary=-"]
    called = call("run", "arazzo/flow.yaml", "--inputs", FLOW, "--contract", contract, *reports)
    assert (failures, str(failures)) == (called.code, ET.parse(file).getroot().get("failures"))
    assert ("### ✗" if failures else "### ✓") == called.out[:5]


def test_kinds_are_named_by_the_help(call: Call) -> None:
    """The help names every kind of report."""
    said = " ".join(call("run", "--help").out.split())
    assert all(kind in said for kind in REPORT_KINDS)
    assert "report" in said


def test_what_gauntlets_do_not_have(call: Call) -> None:
    """A gauntlet keeps no exchanges, so it has no archive of them, and says what it has."""
    called = call("gauntlet", FLOW, "--report", "har=x.har")
    assert 2 == called.code
    assert "kinds: json, junit, html, svg, ndjson, summary" in called.err
