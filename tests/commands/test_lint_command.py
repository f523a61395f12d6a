from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.files import bundled
from mock_knock.harness.mending import mend_flow

if TYPE_CHECKING:
    from mock_knock.harness.flow import Flow
    from mock_knock.harness.mending import Mended
    from tests.commands.conftest import Call, Called

FLOW = "bulk-identify-users-notify"
ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "knock"
DEFECTS = {
    "input-secret-unmarked": 1,
    "operation-id-unqualified": 2,
    "expression-unbraced": 3,
    "jsonpath-invalid": 2,
    "enum-unhandled": 1,
    "loop-unbounded": 1,
}
"""How often each defect of the published flow is found, at least."""


FOUND = [
    ("input-secret-unmarked", "apiKey:", "add `format: password`"),
    ("operation-id-ambiguous", "operationId: bulkIdentifyUsers", ".bulkIdentifyUsers`"),
    ("operation-id-unqualified", "operationId: bulkIdentifyUsers", "write `$sourceDescriptions."),
    ("operation-id-unqualified", "operationId: getBulkOperation", ".getBulkOperation`"),
    *[("expression-unbraced", "value: Bearer $inputs.apiKey", "write {$inputs.apiKey}")] * 3,
    ("jsonpath-invalid", "condition: $.status == 'completed'", "$response.body#/status == 'completed'"),
    ("jsonpath-invalid", "condition: $.status == 'queued'", "$[?@.status == 'queued' || @.status == 'processing']"),
    ("enum-unhandled", "onSuccess:", "add an action for it"),
    ("loop-unbounded", "- name: bulkStillRunning", "retryAfter and retryLimit"),
]
"""Each defect of the published flow: its code, what stands in its line, and a part of its remedy."""
DIALECTS = ("lenient", "strict")


def counted(called: Called) -> dict[str, int]:
    """Return how often each code is among the findings of a JSON report."""
    codes = [finding["code"] for file in called.report["files"] for finding in file["findings"]]
    return {code: codes.count(code) for code in DEFECTS}


def without(found: tuple[str, str, str], expected: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return what is expected but for the first that a finding (code, line and remedy) answers to."""
    for index, (code, text, remedy) in enumerate(expected):
        if code == found[0] and text in found[1] and remedy in found[2]:
            return expected[:index] + expected[index + 1 :]
    return expected


def check_repaired(call: Call, flow: Path) -> None:
    """Fix a flow, and check that the result lints clean and runs as the original does."""
    before = call("run", flow, "--inputs", FLOW, "--report", "json=-").report
    fixed = call("lint", flow, "--fix", "--dialect", "strict", "--max-severity", "note")
    assert 0 == fixed.code
    for dialect in DIALECTS:
        again = call("lint", flow, "--dialect", dialect, "--max-severity", "note", "--json")
        severities = {each["severity"] for each in again.report["files"][0]["findings"]}
        assert (0, {"note"}) == (again.code, severities)
    text = flow.read_bytes()
    assert "" == call("lint", flow, "--fix", "--json").err
    assert text == flow.read_bytes()
    after = call("run", flow, "--inputs", FLOW, "--dialect", "strict", "--report", "json=-")
    assert (0, "success") == (after.code, after.report["outcome"])
    assert {"note"} >= {finding["severity"] for finding in after.report["findings"]}
    assert list(before["outputs"]) == list(after.report["outputs"])
    assert ["bulkOperationId", "bulkStatus", "workflowRunId"] == list(after.report["outputs"])
    assert "completed" == after.report["outputs"]["bulkStatus"] == before["outputs"]["bulkStatus"]
    arguments = ("--inputs", FLOW, "--scenario", "fails-midway", "--dialect", "strict", "--report", "json=-")
    failed = call("run", flow, *arguments)
    assert (1, "failure") == (failed.code, failed.report["outcome"])
    assert "triggerWorkflow" not in failed.step_ids()


def test_the_defects_of_the_flow(call: Call) -> None:
    """Every defect of the bundled flow has a finding with its line, its code and a remedy."""
    called = call("lint", FLOW, "--json")
    assert (0, "") == (called.code, called.err)
    assert counted(called) == DEFECTS
    (file,) = called.report["files"]
    assert [FLOW] == file["workflows"]
    for finding in file["findings"]:
        assert finding["hint"]
        assert finding["where"].startswith(f"{bundled('arazzo', FLOW)}.yaml:")


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published flow is not beside this checkout")
def test_the_published_flow(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published flow has every defect, and after its repairs none and the same outputs."""
    shutil.copytree(PUBLISHED, tmp_path / "knock", copy_function=shutil.copyfile)
    monkeypatch.chdir(tmp_path)
    (flow,) = Path("knock/arazzo").iterdir()
    lines = flow.read_text().splitlines()
    for dialect in DIALECTS:
        (file,) = call("lint", flow, "--json", "--dialect", dialect).report["files"]
        left = list(FOUND)
        for finding in file["findings"]:
            line = lines[int(finding["where"].split(":")[1]) - 1]
            found = (finding["code"], line.strip(), finding["hint"])
            left = without(found, left)
            assert finding["hint"]
            assert "operationPath" not in line
        assert [] == left
    check_repaired(call, flow)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published flow is not beside this checkout")
def test_the_published_flow_in_json(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published flow in JSON is fixed likewise."""
    shutil.copytree(PUBLISHED, tmp_path / "knock", copy_function=shutil.copyfile)
    monkeypatch.chdir(tmp_path)
    (original,) = Path("knock/arazzo").iterdir()
    flow = original.with_suffix(".json")
    flow.write_text(json.dumps(yaml.safe_load(original.read_text()), indent=2))
    check_repaired(call, flow)
    assert flow.read_text() == json.dumps(json.loads(flow.read_text()), indent=2)


def test_the_bundled_flow_can_be_fixed(call: Call, workspace: Path) -> None:
    """A fixed copy of the bundled flow lints clean and runs to the same outputs in the strict dialect."""
    check_repaired(call, workspace / "arazzo" / "flow.yaml")


def test_a_flow_in_json_can_be_fixed(call: Call, workspace: Path) -> None:
    """The same flow in JSON is fixed likewise, each finding with its line."""
    value = yaml.safe_load((workspace / "arazzo" / "flow.yaml").read_text())
    flow = Path("arazzo/flow.json")
    flow.write_text(json.dumps(value, indent=2))
    called = call("lint", flow, "--json")
    assert counted(called) == DEFECTS
    assert all(finding["where"].count(":") == 2 for finding in called.report["files"][0]["findings"])
    check_repaired(call, flow)
    assert flow.read_text() == json.dumps(json.loads(flow.read_text()), indent=2)


def test_untouched_lines_stay(call: Call, workspace: Path) -> None:
    """Fixing keeps mark, line breaks, comments and every line that is not mended, and shows the others."""
    flow = workspace / "arazzo" / "flow.yaml"
    before = b"\xef\xbb\xbf" + flow.read_bytes().replace(b"\n", b"\r\n").replace(
        b"  steps:", b"\r\n  steps: # \xc3\xa9"
    )
    flow.write_bytes(before)
    called = call("lint", flow, "--fix")
    after = flow.read_bytes()
    old, new = before.split(b"\r\n"), after.split(b"\r\n")
    removed, added = (
        sorted(line[1:] for line in called.out.splitlines() if line.startswith(mark) and not line.startswith(mark * 3))
        for mark in "-+"
    )
    kept = [line for line in old if line in new]
    assert after.startswith(b"\xef\xbb\xbf#")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert len(kept) > 80
    assert set(removed) >= {line.decode() for line in old if line not in new}
    assert set(added) >= {line.decode() for line in new if line not in old}


def test_a_difference_alone(call: Call, workspace: Path) -> None:
    """`--diff` shows what would change and leaves the file alone, also beside `--fix` and for a bundled flow."""
    flow = workspace / "arazzo" / "flow.yaml"
    before = flow.read_bytes()
    for name, arguments in ((flow, ["--diff"]), (flow, ["--fix", "--diff"]), (FLOW, ["--diff"])):
        called = call("lint", name, *arguments)
        assert "\n+      value: Bearer {$inputs.apiKey}\n" in called.out
        assert "10 warnings" in called.out
        assert "would fix: " in called.err
    assert before == flow.read_bytes()


def test_a_clean_flow_has_no_difference(call: Call, workspace: Path) -> None:
    """Where nothing is to be mended the file is not written and no difference is shown."""
    flow = workspace / "arazzo" / f"{FLOW}.hardened.yaml"
    flow.chmod(0o444)
    before = flow.stat()
    called = call("lint", flow, "--fix")
    assert (0, "") == (called.code, called.err)
    assert "✓ 1 document: 0 errors, 0 warnings" in called.out
    assert "---" not in called.out
    assert (before.st_mtime_ns, before.st_ino) == (flow.stat().st_mtime_ns, flow.stat().st_ino)


def test_bundled_flows_stay_as_they_are(call: Call) -> None:
    """A bundled flow is not fixed in place."""
    called = call("lint", FLOW, "--fix")
    assert (2, "") == (called.code, called.out)
    assert "[lint-fix-bundled]" in called.err


def test_what_is_not_fixed_is_told(call: Call, workspace: Path) -> None:
    """A repair that cannot be done safely is named with its reason."""
    flow = workspace / "arazzo" / "flow.yaml"
    text = flow.read_text().replace("value: Bearer $inputs.apiKey", "value: &v Bearer $inputs.apiKey", 1)
    flow.write_text(text.replace("value: Bearer $inputs.apiKey", "value: *v"))
    called = call("lint", flow, "--fix")
    assert f"not fixed: {flow}:58:7: put braces" in called.err
    assert "3 warnings" in called.out


def test_machines_get_the_difference_elsewhere(call: Call, workspace: Path) -> None:
    """With a report on stdout the difference stands on stderr, and the report tells what remains."""
    called = call("lint", workspace / "arazzo" / "flow.yaml", "--fix", "--json")
    assert "+      value: Bearer {$inputs.apiKey}" in called.err
    assert {"files": 1, "errors": 0, "warnings": 0} == {
        name: count for name, count in called.report["summary"].items() if name != "notes"
    }


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, []),
        (1, ["--dialect", "strict"]),
        (0, ["--dialect", "strict", "--max-severity", "error"]),
        (1, ["--max-severity", "note"]),
        (1, ["--severity", "loop-unbounded=error"]),
        (0, ["--max-severity", "note", *(part for each in DEFECTS for part in ("--severity", f"{each}=note"))]),
        (1, ["--max-severity", "none", *(part for each in DEFECTS for part in ("--severity", f"{each}=note"))]),
    ],
)
def test_exit_codes(call: Call, code: int, arguments: list[str]) -> None:
    """The exit code is 1 when a finding is worse than what is tolerated: by default an error."""
    assert code == call("lint", FLOW, *arguments).code


def test_several_documents(call: Call, workspace: Path) -> None:
    """Several documents are examined one after the other, one that is named twice once."""
    broken = Path("arazzo/broken.yaml")
    broken.write_text("arazzo: 1.0.1\n")
    called = call("lint", "arazzo/flow.yaml", broken, "arazzo/flow.yaml", "--fix")
    assert 1 == called.code
    assert "✗ 2 documents: " in called.out
    assert f"{broken}:1:1: error: " in called.out
    assert "arazzo: 1.0.1\n" == broken.read_text()
    assert workspace == Path.cwd()


@pytest.mark.parametrize(
    ("word", "arguments"),
    [
        ("[report-unknown]", [FLOW, "--json", "--sarif"]),
        ("[severity-unknown]", [FLOW, "--severity", "x=error"]),
        ("FLOW", []),
        ("--max-severity", [FLOW, "--max-severity", "worst"]),
    ],
)
def test_refusals(call: Call, word: str, arguments: list[str]) -> None:
    """What cannot be examined ends with exit code 2 and a reason."""
    called = call("lint", *arguments)
    assert (2, "") == (called.code, called.out)
    assert word in called.err


def test_a_file_that_cannot_be_read(call: Call, workspace: Path) -> None:
    """A file that cannot be read is a finding of its own: the others are examined and fixed, and the exit code is 2."""
    flow = workspace / "arazzo" / "flow.yaml"
    called = call("lint", "nothing.yaml", flow, "./arazzo/../arazzo/flow.yaml", "--fix", "--json")
    assert 2 == called.code
    lost, fixed = called.report["files"]
    assert [("file-missing", "error", "nothing.yaml")] == [
        (each["code"], each["severity"], each["where"]) for each in lost["findings"]
    ]
    assert {"note"} == {each["severity"] for each in fixed["findings"]}
    assert "{$inputs.apiKey}" in flow.read_text()


def test_a_file_that_changes_meanwhile(call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is changed between reading and writing keeps what was written into it."""
    flow = workspace / "arazzo" / "flow.yaml"
    mend = mend_flow

    def change(opened: Flow) -> Mended:
        flow.write_text("changed")
        return mend(opened)

    monkeypatch.setattr("mock_knock.harness.mending.mend_flow", change)
    called = call("lint", flow, "--fix")
    assert (2, "changed") == (called.code, flow.read_text())
    assert "[file-changed]" in called.out
    assert "---" not in called.out


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_nothing_is_fixed_without_the_sources(call: Call, workspace: Path, option: str) -> None:
    """Where a source cannot be read, nothing is fixed, and that is said."""
    flow = workspace / "arazzo" / "flow.yaml"
    flow.write_text(before := flow.read_text().replace("../openapi/", "../gone/"))
    called = call("lint", flow, option)
    assert f"nothing fixed: {flow}: " in called.err
    assert before == flow.read_text()


def test_more_remains(call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a bound of mending is reached, that is said."""
    monkeypatch.setattr("mock_knock.harness.mending.MAX_REPAIRS", 2)
    flow = workspace / "arazzo" / "flow.yaml"
    assert f"more remains to be fixed: {flow}: run it again" in call("lint", flow, "--fix").err


def test_severities_of_readers(call: Call) -> None:
    """Codes that tell why a file is no document have no severity to be changed."""
    called = call("lint", FLOW, "--severity", "yaml-syntax=note")
    assert (2, True) == (called.code, "always an error" in called.err)


def test_other_roots(workspace: Path) -> None:
    """Descriptions elsewhere are read once their folder is allowed."""
    inner = workspace / "a" / "b" / "c"
    inner.mkdir(parents=True)
    text = (workspace / "arazzo" / "flow.yaml").read_text().replace("../openapi", "../../../openapi")
    (inner / "flow.yaml").write_text(text)
    for arguments, code in (([], 1), (["--allow-root", "../openapi"], 0)):
        done = subprocess.run(
            [sys.executable, "-m", "mock_knock", "lint", "b/c/flow.yaml", *arguments],
            cwd=workspace / "a",
            capture_output=True,
            text=True,
            check=False,
        )
        assert code == done.returncode
        assert ("[source-unreadable]" in done.stdout) is bool(code)


def test_secrets_of_a_document_are_not_printed(call: Call, workspace: Path) -> None:
    """A key that stands in the document itself is masked in findings, difference and reports."""
    key = "sk_live_0123456789abcdefghij"
    flow = workspace / "arazzo" / "flow.yaml"
    flow.write_text(flow.read_text().replace("Bearer $inputs.apiKey", f"Bearer {key} $inputs.apiKey $inputs.{key}"))
    for arguments in (["--json"], ["--sarif"], ["--diff"], []):
        called = call("lint", flow, *arguments)
        assert "0123456789" not in called.out + called.err
        assert "sk_live_***" in called.out + called.err


def test_plain_secrets_are_not_printed(call: Call, workspace: Path) -> None:
    """A secret that only the name of its place gives away is masked as well, wherever the difference shows it."""
    flow = workspace / "arazzo" / "flow.yaml"
    literal = "- {name: X-Api-Key, in: header, value: correct horse battery}\n    - name: Authorization"
    flow.write_text(flow.read_text().replace("- name: Authorization", literal))
    for arguments in (["--diff"], ["--fix"]):
        called = call("lint", flow, *arguments)
        assert "battery" not in called.out + called.err
        assert "value: ***" in called.out


def test_sarif(call: Call, workspace: Path) -> None:
    """The SARIF report has a rule for each code, and each result the place of its finding."""
    called = call("lint", "arazzo/flow.yaml", "--sarif")
    log: Any = called.report
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ("2.1.0", sorted(rules)) == (log["version"], rules)
    assert set(DEFECTS) <= set(rules) == {each["ruleId"] for each in run["results"]}
    assert sum(DEFECTS.values()) == sum(each["ruleId"] in DEFECTS for each in run["results"])
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert {"arazzo/flow.yaml"} == uris
    assert all(rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])
    assert workspace.is_dir()


def test_lint_imports_no_server(tmp_path: Path) -> None:
    """Examining a document loads neither the fake nor what sends requests."""
    script = (
        "import sys\nfrom mock_knock.cli import main\ntry:\n    main(['lint', sys.argv[1]])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'flask', 'requests', 'waitress', 'mock_knock.web', 'mock_knock.local'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, FLOW], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "[]" == done.stdout.splitlines()[-1]


def test_codes_of_the_defects() -> None:
    """Every code that these tests expect is in the table of codes."""
    assert set(DEFECTS) <= set(SEVERITIES)
