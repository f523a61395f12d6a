from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jsonschema_rs
import pytest
import yaml

from mock_knock.files import bundled

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "knock" / "arazzo" / "knock-bulk-identify-users-notify-arazzo.yml"
FLOW = "bulk-identify-users-notify"
HARDENED = f"{FLOW}.hardened"
FLOWS = [
    FLOW,
    pytest.param(PUBLISHED, marks=pytest.mark.skipif(not PUBLISHED.exists(), reason="the published flow is not here")),
]


def record(**members: Any) -> dict[str, Any]:
    """Return the schema of an object with exactly these members."""
    return {"type": "object", "required": list(members), "properties": members, "additionalProperties": False}


TEXT, TEXTUAL, COUNT = {"type": "string"}, {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}
STEP = record(
    stepId=TEXTUAL,
    workflowId=TEXTUAL,
    visit=COUNT,
    attempt=COUNT,
    request=record(method={"enum": ["GET", "POST"]}, url={"type": "string", "format": "uri"}),
    response={
        "oneOf": [
            {"type": "null"},
            record(
                status={"type": "integer", "minimum": 100, "maximum": 599}, seconds={"type": "number", "minimum": 0}
            ),
        ]
    },
    error={"oneOf": [{"type": "null"}, record(kind=TEXTUAL)]},
    criteria={"type": "array", "items": record(condition=TEXTUAL, passed={"type": "boolean"})},
    outputs={"type": "object"},
    decision=record(
        kind={"enum": ["next", "goto", "retry", "end", "fail"]},
        action={"type": ["string", "null"]},
        target={"type": ["string", "null"]},
    ),
)
REPORT = record(
    format={"const": "mock-knock/run@1"},
    flow=TEXTUAL,
    seed={"type": "integer"},
    outcome={"enum": ["success", "failure", "invalid", "unreachable", "exhausted"]},
    outputs={"type": "object"},
    steps={"type": "array", "items": STEP},
    findings={
        "type": "array",
        "items": record(
            code={"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
            severity={"enum": ["error", "warning", "note"]},
            message=TEXTUAL,
            where=TEXT,
            hint=TEXT,
        ),
    },
    violations={
        "type": "array",
        "items": record(stepId=TEXTUAL, kind=TEXTUAL, location=TEXT, message=TEXTUAL, schema=TEXT),
    },
)
VALIDATOR = jsonschema_rs.Draft202012Validator(REPORT, validate_formats=True)


def path_of(called: Called) -> list[tuple[str, str, Any]]:
    """Return the way a run took: step, decision and the status that it read, for each request."""
    return [
        (step["stepId"], step["decision"]["kind"], step["outputs"].get("bulkStatus")) for step in called.report["steps"]
    ]


COMPLETES = [
    ("bulkIdentify", "next", None),
    ("pollBulkOperation", "goto", "queued"),
    ("pollBulkOperation", "goto", "processing"),
    ("pollBulkOperation", "goto", "completed"),
    ("triggerWorkflow", "end", None),
]


@pytest.mark.parametrize("flow", FLOWS)
def test_the_main_job(run_flow: Call, flow: str | Path) -> None:
    """The published flow identifies, polls until completed, triggers, and is reported as one JSON object."""
    called = run_flow(flow=flow)
    report = called.report
    assert [] == [error.message for error in VALIDATOR.iter_errors(report)]
    assert (0, "success", FLOW, 0) == (called.code, report["outcome"], report["flow"], report["seed"])
    assert COMPLETES == path_of(called)
    assert {"bulkOperationId", "bulkStatus", "workflowRunId"} == set(report["outputs"])
    assert all(UUID(report["outputs"][name]) for name in ("bulkOperationId", "workflowRunId"))
    assert [] == report["violations"]
    assert [200] * 5 == [step["response"]["status"] for step in report["steps"]]


@pytest.mark.parametrize("flow", FLOWS)
def test_what_is_said_about_the_published_flow(run_flow: Call, flow: str | Path) -> None:
    """The published flow's defects are found, named by code, and are no errors as long as nothing comes of them."""
    called = run_flow(flow=flow)
    expected = {
        "jsonpath-invalid", "expression-unbraced", "operation-id-unqualified", "enum-unhandled", "loop-unbounded",
        "input-secret-unmarked", "input-optional-sent",
    }  # fmt: skip
    expected |= {"operation-id-ambiguous"} if flow == PUBLISHED else {"operation-path-avoidable"}
    assert expected == called.codes()
    assert {"warning", "note"} == {finding["severity"] for finding in called.report["findings"]}
    (unhandled,) = [each for each in called.report["findings"] if each["code"] == "enum-unhandled"]
    assert "'failed'" in unhandled["message"]
    assert all(finding["where"] and finding["hint"] for finding in called.report["findings"])


def test_the_hardened_flow_has_no_finding(run_flow: Call) -> None:
    """The hardened flow does the same job, by retries, and nothing is to be mended in it."""
    called = run_flow(flow=HARDENED)
    assert (0, {"note"}) == (called.code, {finding["severity"] for finding in called.report["findings"]})
    assert [(step, "retry" if status in {"queued", "processing"} else "next" if kind == "goto" else kind, status)
            for step, kind, status in COMPLETES] == path_of(called)  # fmt: skip
    assert [1, 1, 2, 3, 1] == [step["attempt"] for step in called.report["steps"]]


@pytest.mark.parametrize("flow", FLOWS)
def test_a_failed_identify_notifies_people(run_flow: Call, flow: str | Path) -> None:
    """The published flow triggers after a failed identify; that its guard was bypassed is an error."""
    called = run_flow("--scenario", "fails-midway", flow=flow)
    assert [] == [error.message for error in VALIDATOR.iter_errors(called.report)]
    assert (1, "success") == (called.code, called.report["outcome"])
    assert ("pollBulkOperation", "next", "failed") == path_of(called)[3]
    assert ("triggerWorkflow", "end", None) == path_of(called)[4]
    assert ["guard-bypassed"] == [each["code"] for each in called.report["findings"] if each["severity"] == "error"]


@pytest.mark.parametrize("scenario", ["fails-midway", "partial-errors"])
def test_a_failed_identify_notifies_nobody(run_flow: Call, scenario: str) -> None:
    """The hardened flow ends as a failure before anybody is notified, without an error of its own."""
    called = run_flow("--scenario", scenario, flow=HARDENED)
    assert (1, "failure") == (called.code, called.report["outcome"])
    assert "triggerWorkflow" not in called.step_ids()
    assert "workflowRunId" not in called.report["outputs"]
    assert [] == [each for each in called.report["findings"] if each["severity"] == "error"]


@pytest.mark.parametrize(
    ("severities", "code"),
    [
        ([], 1),
        (["guard-bypassed=warning"], 0),
        (["guard-bypassed=note"], 0),
        (["guard-bypassed=note", "guard-bypassed=error"], 1),
        (["guard-bypassed=warning", "enum-unhandled=error"], 1),
    ],
)
def test_severities_change_the_exit_code(run_flow: Call, severities: list[str], code: int) -> None:
    """A finding is as bad as the command line says, and an error makes the exit code 1."""
    arguments = [part for each in severities for part in ("--severity", each)]
    called = run_flow("--scenario", "fails-midway", *arguments)
    assert code == called.code
    level = severities[-1].partition("=")[2] if severities and "guard" in severities[-1] else None
    found = {each["code"]: each["severity"] for each in called.report["findings"]}
    assert level in {None, found["guard-bypassed"]}


def break_contract(workspace: Path) -> None:
    """Let the description of users promise a member that no response has."""
    file = workspace / "openapi" / "knock-users-api-openapi.yml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    answer = document["paths"]["/v1/users/bulk/identify"]["post"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"allOf": [answer["schema"], {"type": "object", "required": ["promised"]}]}
    document["openapi"] = str(document["openapi"])
    file.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(("contract", "code", "violations"), [("fail", 1, 1), ("warn", 0, 1), ("off", 0, 0)])
def test_a_broken_contract(run_flow: Call, workspace: Path, contract: str, code: int, violations: int) -> None:
    """A response that breaks its description decides the exit code unless --contract says otherwise."""
    break_contract(workspace)
    called = run_flow("--contract", contract, flow="arazzo/flow.yaml")
    assert [] == [error.message for error in VALIDATOR.iter_errors(called.report)]
    assert (code, "success", violations) == (called.code, called.report["outcome"], len(called.report["violations"]))
    for violation in called.report["violations"]:
        assert ("bulkIdentify", "/promised") == (violation["stepId"], violation["location"])
    assert COMPLETES == path_of(called)


@pytest.mark.parametrize(
    ("arguments", "steps", "words"),
    [
        (["--max-steps", "7"], 7, "7 steps"),
        (["--max-visits", "5"], 6, "5 visits of 'pollBulkOperation'"),
        (["--timeout", "3"], 7, "time"),
        (["--timeout", "3", "--poll-interval", "1"], 4, "time"),
        ([], 201, "200 visits"),
    ],
)
def test_budgets(run_flow: Call, arguments: list[str], steps: int, words: str) -> None:
    """A flow that does not come to an end is stopped by a budget, with exit code 4 and all that happened so far."""
    called = run_flow("--scenario", "stuck-queued", *arguments)
    report = called.report
    assert [] == [error.message for error in VALIDATOR.iter_errors(report)]
    assert (4, "exhausted", steps) == (called.code, report["outcome"], len(report["steps"]))
    (finding,) = [each for each in report["findings"] if each["code"] == "budget-exhausted"]
    assert words in finding["message"]
    assert ["bulkOperationId", "bulkStatus"] == list(report["outputs"])


def test_the_tree_for_people(call: Call) -> None:
    """Without a report on stdout the tree stands there: target, steps, findings, outcome; no colours in a file."""
    called = call("run", FLOW, "--inputs", FLOW, "--scenario", "fails-midway")
    assert (1, "") == (called.code, called.err)
    for words in (
        f"{FLOW}  against a fake in this process, scenario fails-midway\n",
        "✓ triggerWorkflow  POST /v1/workflows/welcome/trigger  200\n",
        "[guard-bypassed]",
        "✗ outcome success, but not passed: 5 requests, 0 contract violations, 1 error",
    ):
        assert words in called.out
    assert "\x1b" not in called.out


def test_json_on_stdout_is_alone(run_flow: Call) -> None:
    """With the report on stdout the tree goes to stderr, so that a program can read stdout."""
    called = run_flow()
    assert called.out == json.dumps(called.report, indent=2, ensure_ascii=False) + "\n"
    assert "outcome success" in called.err


def test_reports_in_files(call: Call, tmp_path: Path) -> None:
    """Every report that is asked for is written, one to each path; the tree stays on stdout."""
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    called = call("run", FLOW, "--inputs", FLOW, "--report", f"json={first}", "--report", f"json={second}")
    assert (0, "") == (called.code, called.err)
    assert "outcome success" in called.out
    assert first.read_bytes() == second.read_bytes()
    assert VALIDATOR.is_valid(json.loads(first.read_text(encoding="utf-8")))
    assert {first, second} == set(tmp_path.iterdir())


def test_the_same_report_twice_is_written_once(call: Call) -> None:
    """Asking for JSON on stdout twice gives one object."""
    called = call("run", FLOW, "--inputs", FLOW, "--report", "json=-", "--report", "json=-")
    assert "success" == called.report["outcome"]


@pytest.mark.parametrize("path", ["missing/a.json", ".", "flow.yaml/a.json"])
def test_reports_that_cannot_be_written(
    call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A report that cannot be written is refused before anything is sent."""
    monkeypatch.setattr("mock_knock.commands.run.run_workflow", None)
    (workspace / "flow.yaml").touch()
    called = call("run", FLOW, "--inputs", FLOW, "--report", f"json={path}")
    assert (2, "") == (called.code, called.out)
    assert "[file-unwritable]" in called.err
    assert "hint: " in called.err


def test_inputs_by_the_side(run_flow: Call) -> None:
    """Single inputs stand on top of the file; what the flow declares as text stays text."""
    called = run_flow("--input", "workflowKey=123", "--input", 'users=[{"id": "ada"}]', "--input", "recipientIds=[]",
                      "--input", 'recipientIds=["ada"]')  # fmt: skip
    assert (0, "/v1/workflows/123/trigger") == (
        called.code,
        called.report["steps"][-1]["request"]["url"].removeprefix("http://localhost"),
    )
    assert 1 == called.report["steps"][-2]["outputs"]["processedRows"]


def test_text_that_should_be_something_else(run_flow: Call) -> None:
    """An input that is declared as a list and typed as text is refused by the flow's schema, with its place."""
    called = run_flow("--input", "recipientIds=ada")
    assert (2, "invalid") == (called.code, called.report["outcome"])
    assert "--input recipientIds: must be of type array [input-invalid]" in called.err


def test_an_invalid_flow_is_reported_as_well(run_flow: Call, workspace: Path) -> None:
    """A report of a flow that could not be run has its findings, no steps and the outcome invalid."""
    (workspace / "bad.yaml").write_text("arazzo: 1.0.1\ninfo: {title: x}\nworkflows: []\n")
    called = run_flow(flow="bad.yaml")
    assert [] == [error.message for error in VALIDATOR.iter_errors(called.report)]
    assert (2, "invalid", "bad.yaml", []) == (
        called.code,
        called.report["outcome"],
        called.report["flow"],
        called.report["steps"],
    )
    assert len(called.report["findings"]) == called.err.count("error: ") > 1
    assert all(each["where"].startswith("bad.yaml") for each in called.report["findings"])


def test_a_flow_of_its_own(call: Call, workspace: Path) -> None:
    """A flow in a folder is run with the descriptions and inputs beside it."""
    assert (workspace / "arazzo" / "flow.yaml").exists()
    called = call("run", "arazzo/flow.yaml", "--inputs", f"inputs/{FLOW}.yaml")
    assert (0, True) == (called.code, "outcome success" in called.out)


def test_one_of_several_workflows(run_flow: Call, workspace: Path) -> None:
    """Of several workflows the named one is run; without a name the list is shown."""
    file = workspace / "arazzo" / "flow.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["workflows"].append({**document["workflows"][0], "workflowId": "second"})
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    unnamed = run_flow(flow=file)
    assert (2, "") == (unnamed.code, unnamed.out)
    assert f"hint: workflows of this document: {FLOW}, second" in unnamed.err
    named = run_flow("--workflow", "second", flow=file)
    assert (0, "second", {"second"}) == (
        named.code,
        named.report["flow"],
        {step["workflowId"] for step in named.report["steps"]},
    )


def test_a_seed_and_a_scenario_file(run_flow: Call, workspace: Path) -> None:
    """A scenario of one's own decides how the fake behaves, and its seed stands in the report."""
    (workspace / "mine.yaml").write_text("version: 1\nseed: 42\nbulk: {progress: {by: immediate}}\n")
    called = run_flow("--scenario", "mine.yaml")
    assert (0, 42) == (called.code, called.report["seed"])
    assert ["bulkIdentify", "pollBulkOperation", "triggerWorkflow"] == called.step_ids()


def test_strict_reading(run_flow: Call) -> None:
    """The strict dialect refuses what the lenient one reads over, before anything is sent."""
    published, hardened = (run_flow("--dialect", "strict", flow=flow) for flow in (FLOW, HARDENED))
    assert (2, "invalid", []) == (published.code, published.report["outcome"], published.report["steps"])
    assert {"operation-id-unqualified"} <= {
        each["code"] for each in published.report["findings"] if each["severity"] == "error"
    }
    assert (0, {"note"}) == (hardened.code, {finding["severity"] for finding in hardened.report["findings"]})


def test_a_terminal_sees_progress_and_colours(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a terminal the latest step is shown while the run lasts, and wiped away at its end."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    called = call("run", FLOW, "--inputs", FLOW, "--report", f"json={tmp_path / 'a.json'}")
    assert 0 == called.code
    shown = called.err.split("\r")
    assert ["  bulkIdentify #1 ...", "  pollBulkOperation #1 ..."] == [
        part.removeprefix("\x1b[K") for part in shown[1:3]
    ]
    assert "" == shown[-1].removeprefix("\x1b[K")


@pytest.mark.parametrize("form", [str, lambda path: path.relative_to(ROOT)])
def test_paths_of_any_kind(run_flow: Call, monkeypatch: pytest.MonkeyPatch, form: Callable[[Path], Path | str]) -> None:
    """A flow is found by an absolute and by a relative path, and named in findings as it was given."""
    monkeypatch.chdir(ROOT)
    flow = form(bundled("arazzo", f"{FLOW}.yaml"))
    called = run_flow(flow=flow, inputs=f"fixtures/inputs/{FLOW}.yaml")
    assert 0 == called.code
    assert all(finding["where"].startswith(f"{flow}:") for finding in called.report["findings"])


def test_a_wrong_input_is_placed_where_it_came_from(run_flow: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that the schema refuses has the place of the option or variable it came from, not that of the file."""
    inputs = ("--inputs", "bulk-identify-users-notify")
    assert "error: --input recipientIds: " in run_flow(*inputs, "--input", "recipientIds=7").err
    assert "error: --input recipientIds#/0: " in run_flow(*inputs, "--input", "recipientIds=[7]").err
    monkeypatch.setenv("MOCK_KNOCK_INPUT_users", "7")
    assert "error: MOCK_KNOCK_INPUT_users: " in run_flow(*inputs).err


def test_an_empty_value_in_a_path(run_flow: Call) -> None:
    """A path parameter without a value, and one that would change the path, are named."""
    inputs = ("--inputs", "bulk-identify-users-notify")
    assert (
        "the value for key in /v1/workflows/{key}/trigger is empty" in run_flow(*inputs, "--input", "workflowKey=").err
    )
    assert "the value for key is '.' or '..'" in run_flow(*inputs, "--input", "workflowKey=..").err
