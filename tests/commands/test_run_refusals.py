from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mock_knock.files import list_bundled

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called

FLOW = "bulk-identify-users-notify"
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
).encode()

BAD_FILES: list[tuple[str, bytes, str]] = [
    ("empty.yaml", b"", "file-empty"),
    ("binary.yaml", b"\x7fELF\x02\x01\x00\x00", "file-not-text"),
    ("latin.yaml", "é: 1".encode("latin-1"), "file-not-text"),
    ("large.yaml", b"a: " + b"x" * 5_000_001, "file-too-large"),
    ("syntax.yaml", b"a: [1,\n", "yaml-syntax"),
    ("escape.yaml", b"a: \x1b[31m", "yaml-syntax"),
    ("tags.yaml", b"!!python/object/apply:os.system ['true']", "yaml-tag"),
    ("duplicate.yaml", b"a: 1\na: 2\n", "yaml-duplicate-key"),
    ("merge.yaml", b"a: &a {x: 1}\nb:\n  <<: *a\n", "yaml-merge-key"),
    ("keys.yaml", b"? [a]\n: 1\n", "yaml-key-not-text"),
    ("several.yaml", b"a: 1\n---\nb: 2\n", "yaml-several-documents"),
    ("cycle.yaml", b"a: &a [*a]\n", "yaml-alias-cycle"),
    ("bomb.yaml", BOMB, "yaml-alias-budget"),
    ("brackets.yaml", b"[" * 20_000, "yaml-too-deep"),
    ("closed.yaml", b"[" * 20_000 + b"]" * 20_000, "yaml-too-deep"),
    ("braces.yaml", b"{a: " * 20_000, "yaml-too-deep"),
    ("number.yaml", b"a: 1e999", "yaml-number"),
    ("digits.yaml", b"a: " + b"9" * 5_000, "yaml-number"),
    ("syntax.json", b"{", "json-syntax"),
    ("deep.json", b"[" * 20_000 + b"]" * 20_000, "json-too-deep"),
    ("duplicate.json", b'{"a": 1, "a": 2}', "json-duplicate-key"),
    ("number.json", b'{"a": 1e999}', "json-number"),
    ("surrogate.json", b'{"a": "\\ud800"}', "json-lone-surrogate"),
    ("surrogates.json", b'{"\\ud800": 1, "\\ud800": 2}', "json-duplicate-key"),
]
NO_FLOWS: list[tuple[str, bytes, str]] = [
    ("list.yaml", b"- a\n", "arazzo-invalid"),
    ("comment.yaml", b"# nothing\n", "arazzo-invalid"),
    ("openapi.yaml", b"openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n", "arazzo-invalid"),
    ("version.yaml", b"arazzo: 2.0.0\ninfo: {title: x, version: '1'}\n", "arazzo-version"),
    ("number.yaml", b"arazzo: 1.0\n", "arazzo-structure"),
    ("half.yaml", b"arazzo: 1.0.1\n", "arazzo-structure"),
    ("control.yaml", b'arazzo: 1.0.1\n"\\e]0;x\\a\\r": 1\n', "arazzo-unknown-field"),
]


def refused(called: Called, code: str) -> None:
    """Check that a command was refused with this code, one remedy at least, and nothing that moves a terminal."""
    assert 2 == called.code
    assert f"[{code}]" in called.err
    assert "hint: " in called.err
    assert not set("\x1b\x07\r\x9b") & set(called.err)


def refused_with_report(called: Called, code: str) -> None:
    """Check that a document was refused, and that the report on stdout says the same."""
    refused(called, code)
    assert ("invalid", [], True) == (called.report["outcome"], called.report["steps"], code in called.codes())


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES + NO_FLOWS)
def test_files_that_are_no_flow(run_flow: Call, workspace: Path, name: str, content: bytes, code: str) -> None:
    """A file that is no document, or no Arazzo document, is refused with code, place and remedy."""
    (workspace / name).write_bytes(content)
    called = run_flow(flow=name)
    refused_with_report(called, code)
    assert all(each["where"].startswith(name) for each in called.report["findings"])


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES)
def test_files_that_are_no_inputs(run_flow: Call, workspace: Path, name: str, content: bytes, code: str) -> None:
    """A file that is no document cannot be the inputs."""
    (workspace / name).write_bytes(content)
    refused_with_report(run_flow(inputs=name), code)


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES)
@pytest.mark.parametrize("command", ["run", "serve"])
def test_files_that_are_no_scenario(
    call: Call, workspace: Path, command: str, name: str, content: bytes, code: str
) -> None:
    """A file that is no document cannot be the scenario, of a run or of a server."""
    (workspace / name).write_bytes(content)
    arguments = ["run", FLOW, "--inputs", FLOW] if command == "run" else ["serve", "--port", "0"]
    refused(call(*arguments, "--scenario", name), code)


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES)
def test_files_that_are_no_source(run_flow: Call, workspace: Path, name: str, content: bytes, code: str) -> None:
    """A source description that is no document is refused, naming the source and where the flow asks for it."""
    (workspace / "openapi" / name).write_bytes(content)
    called = run_flow(flow=with_source(workspace, f"../openapi/{name}"))
    refused_with_report(called, code)
    assert "source 'knockUsersApi' (arazzo/flow.yaml:" in called.err


def with_source(workspace: Path, url: str) -> Path:
    """Let the flow name another file or address as its first source."""
    flow = workspace / "arazzo" / "flow.yaml"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace("../openapi/knock-users-api-openapi.yml", f"'{url}'"), encoding="utf-8")
    return flow.relative_to(workspace)


def edited(workspace: Path, old: str, new: str) -> Path:
    """Replace a text that stands in the flow."""
    flow = workspace / "arazzo" / "flow.yaml"
    text = flow.read_text(encoding="utf-8")
    assert old in text
    flow.write_text(text.replace(old, new), encoding="utf-8")
    return flow.relative_to(workspace)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("../openapi/missing.yml", "file-missing"),
        ("../openapi", "file-is-directory"),
        ("../../secret.yml", "path-outside-roots"),
        ("%2e%2e/%2e%2e/secret.yml", "path-outside-roots"),
        ("/etc/passwd", "path-outside-roots"),
        ("file:///etc/passwd", "path-outside-roots"),
        ("../openapi/link.yml", "path-outside-roots"),
        ("https://example.com/openapi.yml", "remote-reference-refused"),
        ("http://169.254.169.254/latest", "remote-reference-refused"),
        ("//example.com/openapi.yml", "remote-reference-refused"),
        ("file://example.com/openapi.yml", "remote-reference-refused"),
        ("..\\openapi\\x.yml", "reference-invalid"),
        ("http://[", "reference-invalid"),
        ("../openapi/list.yml", "openapi-invalid"),
        ("../openapi/pathless.yml", "openapi-invalid"),
        ("../openapi/swagger.yml", "openapi-invalid"),
        ("../openapi/new.yml", "openapi-version-unsupported"),
        ("flow.yaml", "openapi-invalid"),
    ],
)
def test_sources_that_cannot_be_used(run_flow: Call, workspace: Path, url: str, code: str) -> None:
    """A source that is missing, elsewhere, remote or no OpenAPI description is refused; nothing is fetched."""
    (workspace.parent / "secret.yml").write_text("password: canary")
    (workspace / "openapi" / "link.yml").symlink_to(workspace.parent / "secret.yml")
    for name, text in {
        "list": "- a",
        "pathless": "openapi: 3.0.3",
        "swagger": "swagger: '2.0'\npaths: {}",
        "new": "openapi: 4.0.0\npaths: {}",
    }.items():
        (workspace / "openapi" / f"{name}.yml").write_text(text)
    called = run_flow(flow=with_source(workspace, url))
    refused_with_report(called, code)
    assert "canary" not in called.out + called.err


def test_a_root_that_was_allowed(run_flow: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that the user allows may be used, and only then."""
    outside = workspace.parent / "outside"
    (workspace / "openapi").rename(outside)
    (workspace / "deep").mkdir()
    monkeypatch.chdir(workspace / "deep")
    flow = workspace / "arazzo" / "flow.yaml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("../openapi/", f"{outside}/"), encoding="utf-8")
    called = run_flow(flow=flow)
    refused_with_report(called, "path-outside-roots")
    assert "--allow-root DIR" in called.err
    assert 0 == run_flow("--allow-root", outside, flow=flow).code


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("stepId: triggerWorkflow\n      criteria", "stepId: nowhere\n      criteria", "arazzo-step-dangling", ":84:"),
        ("operationId: getBulkOperation", "operationId: getNothing", "operation-missing", ":68:"),
        ("value: $inputs.workflowKey", "value: $inputs.nothing", "input-undeclared", ""),
        ("value: $steps.bulkIdentify.outputs.bulkOperationId", "value: $steps.x.outputs.y", "output-unknown", ""),
        ("workflowRunId: $response.body#/workflow_run_id", "workflowRunId: $nothing", "expression-invalid", ""),
        ("onSuccess:", "onsuccess:", "arazzo-unknown-field", ":81:"),
        ("type: jsonpath", "type: jsonata", "arazzo-structure", ""),
    ],
)
def test_flows_with_a_mistake(run_flow: Call, workspace: Path, old: str, new: str, code: str, where: str) -> None:
    """A flow that leaves open what would be sent is refused before anything is, with the place in the file."""
    called = run_flow(flow=edited(workspace, old, new))
    refused_with_report(called, code)
    assert f"arazzo/flow.yaml{where}" in called.err


@pytest.mark.parametrize(
    ("path", "code"),
    [("missing.yaml", "file-missing"), ("arazzo", "file-is-directory"), ("", "file-is-directory"),
     ("pipe.yaml", "file-not-regular"), ("/dev/zero", "file-not-regular"), ("nothing", "file-missing"),
     ("a" * 300, "file-unreadable"), ("loop", "file-unreadable"), ("\udcff", "file-missing")],
)  # fmt: skip
@pytest.mark.parametrize("place", ["flow", "inputs"])
def test_paths_that_are_no_documents(run_flow: Call, workspace: Path, place: str, path: str, code: str) -> None:
    """A path without a document behind it is refused, as a flow and as inputs; a report can be written all the same."""
    os.mkfifo(workspace / "pipe.yaml")
    (workspace / "loop").symlink_to("loop")
    refused_with_report(run_flow(**{place: path}), code)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("- a\n", "inputs-not-a-mapping", "in.yaml:1:1: "),
        ("apiKey: k\n", "input-invalid", "in.yaml: the input 'users' is missing"),
        ("apiKey: 1\n", "input-invalid", "in.yaml#/apiKey: must be of type string"),
        ("users: {}\n", "input-invalid", "in.yaml#/users: must be of type array"),
        ("users: [a]\n", "input-invalid", "in.yaml#/users/0: must be of type object"),
        ("recipientIds: [1]\n", "input-invalid", "in.yaml#/recipientIds/0: must be of type string"),
        ("data: {n: 18446744073709551616}\n", "input-invalid", "the input 'data' cannot be sent"),
    ],
)
def test_inputs_that_break_the_schema(run_flow: Call, workspace: Path, content: str, code: str, words: str) -> None:
    """Inputs are checked by the flow's own schema before anything is sent; every problem has its place."""
    (workspace / "in.yaml").write_text(content)
    called = run_flow(inputs="in.yaml")
    refused_with_report(called, code)
    assert words in called.err


def test_every_problem_of_the_inputs(run_flow: Call, workspace: Path) -> None:
    """All problems of the inputs are told at once."""
    (workspace / "in.yaml").write_text("apiKey: 1\nusers: {}\n")
    called = run_flow(inputs="in.yaml")
    assert 4 == called.err.count("[input-invalid]") == len(called.report["findings"])


def test_an_inputs_schema_that_is_none(run_flow: Call, workspace: Path) -> None:
    """A flow whose inputs are no JSON Schema is refused."""
    called = run_flow(flow=edited(workspace, "    type: object\n    required:", "    type: thing\n    required:"))
    assert (2, True) == (called.code, "[inputs-schema-invalid]" in called.err)


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["--input", "apiKey"], "argument-malformed", "--input name=value"),
        (["--input", "=x"], "argument-malformed", "--input name=value"),
        (["--input", "apiKey=env:MOCK_KNOCK_TEST_MISSING"], "input-env-missing", "export MOCK_KNOCK_TEST_MISSING=..."),
        (["--input", 'data={"a": 1, "a": 2}'], "json-duplicate-key", "keep one"),
        (["--input", "data=" + "[" * 400 + "]" * 400], "json-too-deep", "flatter"),
        (["--workflow", "nothing"], "workflow-unknown", FLOW),
        (["--scenario", "nothing"], "scenario-unknown", ", ".join(list_bundled("scenarios"))),
        (["--scenario", "a" * 5_000], "scenario-unknown", "bundled scenarios"),
        (["--scenario", "nothing.yaml"], "file-missing", "check the path"),
        (["--severity", "nothing=note"], "severity-unknown", "`mock-knock explain` lists all codes"),
        (["--severity", "guard-bypass=note"], "severity-unknown", "did you mean guard-bypassed?"),
        (["--severity", "guard-bypassed=fatal"], "severity-unknown", "error, warning, note"),
        (["--severity", "guard-bypassed"], "argument-malformed", "--severity name=value"),
        (["--report", "xml=a"], "report-unknown", "kinds: json"),
        (["--report", "json"], "argument-malformed", "--report name=value"),
        (["--report", "json=missing/a.json"], "file-unwritable", "folder that exists"),
        (["--target", "nothing"], "target-unknown", "mock, described or an address"),
        (["--target", ""], "target-unknown", "http://127.0.0.1:4010"),
        (["--target", "127.0.0.1:4010"], "target-unknown", "http://127.0.0.1:4010"),
        (["--target", "http://[::1"], "target-unknown", "http://127.0.0.1:4010"),
        (["--target", "http://127.0.0.1:99999"], "target-unknown", "http://127.0.0.1:4010"),
        (["--target", "http://"], "target-unknown", "http://127.0.0.1:4010"),
        (["--target", "described", "--server", "knockUsersApi=nothing"], "server-unknown", "--server knockUsersApi="),
        (["--target", "described", "--server", "x=http://127.0.0.1:1"], "server-unknown", "knockWorkflowsApi"),
        (["--server", "knockUsersApi=http://127.0.0.1:1"], "server-without-network", "--target described"),
        (["--target", "http://127.0.0.1:1", "--scenario", "immediate"], "scenario-without-fake", "serve --scenario"),
    ],
)
def test_arguments_that_make_no_sense(call: Call, arguments: list[str], code: str, hint: str) -> None:
    """An argument that cannot be what was meant is refused with what could be, and nothing is sent."""
    called = call("run", FLOW, "--inputs", FLOW, *arguments)
    refused(called, code)
    assert "" == called.out
    assert hint in called.err.partition("hint: ")[2]


@pytest.mark.parametrize("command", ["run", "serve"])
def test_every_mistake_of_a_scenario(call: Call, workspace: Path, command: str) -> None:
    """All mistakes in a scenario file are told at once, each with its line."""
    (workspace / "mine.yaml").write_text("version: 2\nseed: x\nbulk:\n  outcome: maybe\n  every: 0\nfault: 1\n")
    arguments = ["run", FLOW, "--inputs", FLOW] if command == "run" else ["serve", "--port", "0"]
    called = call(*arguments, "--scenario", "mine.yaml")
    refused(called, "scenario-invalid")
    assert ["mine.yaml:1:1", "mine.yaml:2:1", "mine.yaml:4:3", "mine.yaml:5:3", "mine.yaml:6:1"] == sorted(
        line.split(": ")[1] for line in called.err.splitlines() if line.startswith("error: ")
    )


@pytest.mark.parametrize("clock", ["fast", "x0", "x" + "9" * 5_000, "60", ""])
def test_clocks_that_do_not_exist(call: Call, clock: str) -> None:
    """A clock that does not exist is refused with those that do."""
    called = call("serve", "--port", "0", "--clock", clock)
    refused(called, "clock-unknown")
    assert "real, manual, or x60" in called.err


@pytest.mark.parametrize("option", ["--api-key", "--admin-token"])
@pytest.mark.parametrize("value", ["", " "])
def test_secrets_that_are_empty(call: Call, option: str, value: str) -> None:
    """A variable that was not set does not become a secret that everybody has."""
    refused(call("serve", "--port", "0", option, value), "secret-empty")


def test_the_process_itself(execute: Callable[..., Called], tmp_path: Path) -> None:
    """As a process a bad document ends in the same way: exit code 2, words on stderr, no traceback."""
    (tmp_path / "bad.yaml").write_text("[" * 200)
    done = execute("run", "bad.yaml")
    refused(done, "yaml-too-deep")
    assert "error: bad.yaml:1:101: " == done.err[: done.err.index("nested")]
