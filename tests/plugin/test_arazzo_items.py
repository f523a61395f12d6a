from __future__ import annotations

from pathlib import Path

import pytest

from mock_knock.local import running
from mock_knock.testing.flow_items import is_flow

TWO = """\
arazzo: 1.0.1
info: {title: Two workflows, version: "1"}
sourceDescriptions:
- {name: users, url: ../openapi/knock-users-api-openapi.yml, type: openapi}
workflows:
- workflowId: identify
  inputs: {type: object, required: [apiKey, id], properties: {apiKey: {type: string}, id: {type: string}}}
  steps:
  - stepId: put
    operationId: identifyUser
    parameters:
    - {name: Authorization, in: header, value: "Bearer {$inputs.apiKey}"}
    - {name: user_id, in: path, value: $inputs.id}
    requestBody: {payload: {name: Ada}}
    successCriteria: [{condition: $statusCode == 200}]
- workflowId: list
  inputs: {type: object, required: [apiKey], properties: {apiKey: {type: string}}}
  steps:
  - stepId: get
    operationId: listUsers
    parameters:
    - {name: Authorization, in: header, value: "Bearer {$inputs.apiKey}"}
    successCriteria:
    - {context: $response.body, condition: "$[?count(@.*) == 0]", type: jsonpath}
"""


def test_flows_are_collected(project: pytest.Pytester, flows: Path) -> None:
    """With `--arazzo` each workflow is a test, with the inputs beside its document, in a world of its own."""
    (flows / "two.yaml").write_text(TWO)
    (flows / "two.inputs.yaml").write_text("id: ada\napiKey: sk_test_of_the_file\n")
    (flows / "other.yaml").write_text("services: {arazzo: {image: x}}\n")
    (flows / "notes.json").write_text("{}")
    result = project.runpytest_inprocess("flows", "--arazzo", "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines_random(
        [
            f"flows/{name} PASSED *"
            for name in ("notify.yaml::bulk-identify-users-notify", "two.yaml::identify", "two.yaml::list")
        ]
    )


@pytest.mark.usefixtures("flows")
def test_nothing_is_collected_unasked(project: pytest.Pytester) -> None:
    """Without `--arazzo` documents are left alone; in a folder without any, nothing is collected."""
    assert pytest.ExitCode.NO_TESTS_COLLECTED == project.runpytest_inprocess("flows").ret
    assert pytest.ExitCode.NO_TESTS_COLLECTED == project.runpytest_inprocess("openapi", "--arazzo").ret


@pytest.mark.usefixtures("flows")
def test_flows_beside_other_tests(project: pytest.Pytester) -> None:
    """Flows and other tests are collected alike, meet the same fake, and are chosen by name."""
    project.makepyfile("def test_it(knock):\n    assert [] == list(knock.users)\n")
    project.runpytest_inprocess("--arazzo").assert_outcomes(passed=2)
    project.runpytest_inprocess("flows/notify.yaml::bulk-identify-users-notify", "--arazzo").assert_outcomes(passed=1)
    project.runpytest_inprocess("--arazzo", "-k", "notify").assert_outcomes(passed=1, deselected=1)


@pytest.mark.usefixtures("flows")
def test_scenarios(project: pytest.Pytester) -> None:
    """Each workflow runs under each scenario that is named, and one that fails shows the tree of its steps alone."""
    scenarios = ("--arazzo-scenario", "immediate", "--arazzo-scenario", "mine.yaml", "--arazzo-scenario", "500-once")
    (project.path / "mine.yaml").write_text("version: 1\nbulk: {outcome: failed}\n")
    result = project.runpytest_inprocess("flows", "--arazzo", *scenarios)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "* notify.yaml: bulk-identify-users-notify[[]mine.yaml[]] *",
            "bulk-identify-users-notify did not pass: guard-bypassed: *",
            "  ✓ bulkIdentify  POST /v1/users/bulk/identify  200",
            "✗ outcome success, but not passed: 5 requests, 0 contract violations, 1 error",
            "* notify.yaml: bulk-identify-users-notify[[]500-once[]] *",
            "bulk-identify-users-notify failed at pollBulkOperation: status 500, not *",
            "  ✗ pollBulkOperation  GET /v1/bulk_operations/*  500",
            "FAILED *[[]mine.yaml[]]*",
        ]
    )
    assert_plain(result)


def assert_plain(result: pytest.RunResult) -> None:
    """There is no traceback, no code, and no command line that leads nowhere."""
    for pattern in ("*Traceback*", "E  *", ">  *", "*curl*", "*mock_knock/*", "*sk_test*", "*INTERNALERROR*"):
        result.stdout.no_fnmatch_line(pattern)


def test_inputs_of_a_file(project: pytest.Pytester, flows: Path) -> None:
    """`--arazzo-inputs` takes the place of what stands beside the document."""
    inputs = flows / "notify.inputs.yaml"
    inputs.rename(project.path / "all.yaml")
    project.runpytest_inprocess("flows", "--arazzo", "--arazzo-inputs", "all.yaml").assert_outcomes(passed=1)
    inputs.write_text("wrong: 1\n")
    project.runpytest_inprocess("flows", "--arazzo", "--arazzo-inputs", "all.yaml").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            None,
            [
                "inputs: the input 'users' is missing [[]input-invalid[]]",
                "inputs: the input 'recipientIds' is missing [[]input-invalid[]]",
                "inputs: the input 'workflowKey' is missing [[]input-invalid[]]",
                "  hint: give it in a file of the same name that ends in .inputs.yaml, or with --arazzo-inputs",
            ],
        ),
        ("- 1\n", ["flows/notify.inputs.yaml:1:1: inputs must be a mapping [[]inputs-not-a-mapping[]]", "  hint: *"]),
        ("a: [\n", ["flows/notify.inputs.yaml:2:1: not YAML: *", "  hint: *"]),
    ],
)
def test_inputs_that_cannot_be(project: pytest.Pytester, flows: Path, text: str | None, told: list[str]) -> None:
    """Inputs that are missing or wrong fail their test with place and remedy."""
    if text is None:
        (flows / "notify.inputs.yaml").unlink()
    else:
        (flows / "notify.inputs.yaml").write_text(text)
    result = project.runpytest_inprocess("flows", "--arazzo")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(told, consecutive=True)
    assert_plain(result)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("arazzo: 1.0.1\nworkflows: 7\n", "flows/broken.yaml:2:1: 'workflows' must be a list [[]arazzo-structure[]]"),
        ("arazzo: 1.0.1\ninfo: [\n", "flows/broken.yaml:3:1: not YAML: * [[]yaml-syntax[]]"),
        ("arazzo: 9.0.0\n", "flows/broken.yaml:1:1: * [[]arazzo-version[]]"),
    ],
)
def test_a_broken_document(project: pytest.Pytester, flows: Path, text: str, told: str) -> None:
    """A document that cannot be read is an error of the collection, with file and line and no traceback."""
    (flows / "broken.yaml").write_text(text)
    result = project.runpytest_inprocess("flows", "--arazzo")
    assert pytest.ExitCode.INTERRUPTED == result.ret
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR collecting flows/broken.yaml*", told])
    assert_plain(result)


@pytest.mark.usefixtures("flows")
def test_a_scenario_that_is_unknown(project: pytest.Pytester) -> None:
    """A scenario that there is not is told before anything runs."""
    result = project.runpytest_inprocess("flows", "--arazzo", "--arazzo-scenario", "imediate")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["there is no scenario 'imediate' [[]scenario-unknown[]]", "  hint: did you mean immediate?"]
    )


@pytest.mark.usefixtures("flows")
def test_the_fake_that_is_named(project: pytest.Pytester) -> None:
    """With `--knock-url` flows meet the fake that runs there, and a failure shows how to ask it again."""
    with running() as server:
        url = server.url
        project.runpytest_inprocess("flows", "--arazzo", "--knock-url", url).assert_outcomes(passed=1)
        result = project.runpytest_inprocess("flows", "--arazzo", "--knock-url", url, "--arazzo-scenario", "500-once")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"      curl -sS -X GET {url}/v1/bulk_operations/* -H 'Authorization: Bearer sk_test_[*][*][*]*"]
    )


@pytest.mark.usefixtures("flows")
def test_reports_of_others(project: pytest.Pytester) -> None:
    """JUnit has the first line of a failure as its message, and the tree as its text."""
    project.runpytest_inprocess("flows", "--arazzo", "--arazzo-scenario", "500-once", "--junitxml", "report.xml")
    report = (project.path / "report.xml").read_text()
    assert '<failure message="bulk-identify-users-notify failed at pollBulkOperation: status 500' in report
    assert "✗ pollBulkOperation  GET" in report


@pytest.mark.usefixtures("flows")
def test_a_bug_is_a_bug(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in the package itself keeps its traceback."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mock_knock.testing.flow_items.run_in_world", fail)
    result = project.runpytest_inprocess("flows", "--arazzo")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *ZeroDivisionError"])


@pytest.mark.parametrize(
    ("name", "content", "is_one"),
    [
        ("a.yaml", b"arazzo: 1.0.1\n", True),
        ("a.yml", b"# a comment\n---\n'arazzo' : '1.1.0'\n", True),
        ("a.yaml", b"info: {title: x}\r\narazzo: 1.0.1\r\n", True),
        ("a.yaml", b"\xef\xbb\xbfarazzo: 1.0.1\n", True),
        ("a.YAML", b"arazzo: 1.0.1\n", True),
        ("a.json", b'{"info": {}, "arazzo": "1.0.1"}', True),
        ("a.json", b'{\n  "arazzo": "1.0.1"\n}', True),
        ("a.yaml", b"openapi: 3.1.0\n", False),
        ("a.yaml", b"services:\n  arazzo:\n    image: x\n", False),
        ("a.yaml", b"arazzo:\n  folder: flows\n", False),
        ("a.json", b'{"text": "arazzo: 1"}', False),
        ("a.json", b'{"arazzo": {"folder": "flows"}}', False),
        ("a.txt", b"arazzo: 1.0.1\n", False),
        ("a.yaml", b"\x00\xff", False),
        ("a.yaml", b"", False),
    ],
)
def test_what_seems_to_be_a_flow(tmp_path: Path, name: str, content: bytes, *, is_one: bool) -> None:
    """A file is a flow by its name and by the version that it names at its beginning."""
    (tmp_path / name).write_bytes(content)
    assert is_one is is_flow(tmp_path / name)


def test_what_cannot_be_read_is_no_flow(tmp_path: Path) -> None:
    """A file that has gone or cannot be opened is left alone."""
    (tmp_path / "a.yaml").mkdir()
    assert not is_flow(tmp_path / "a.yaml")
    assert not is_flow(tmp_path / "b.yaml")
