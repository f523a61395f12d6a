from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from mock_knock.commands.arguments import REPORT_KINDS

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called, Serving

FLOW = "bulk-identify-users-notify"
KEY = f"sk_test_{secrets.token_hex(16)}"
PASSWORD = f"canary{secrets.token_hex(8)}"


def assert_hidden(secret: str, called: Called, *files: Path) -> None:
    """Fail when a secret stands in what a command wrote, as it is or in base64."""
    written = called.out + called.err + "".join(file.read_text(encoding="utf-8") for file in files)
    for form in (secret, secret[:-4], b64encode(secret.encode()).decode().rstrip("=")[:-1]):
        assert form not in written


@pytest.mark.parametrize("scenario", ["immediate", "fails-midway", "stuck-queued"])
@pytest.mark.parametrize("flow", [FLOW, f"{FLOW}.hardened"])
@pytest.mark.parametrize("key", [KEY, PASSWORD, f'{KEY} "é/+&'], ids=["key", "word", "special"])
@pytest.mark.parametrize("way", ["argument", "environment", "file"])
def test_the_api_key_is_never_written(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str, flow: str, key: str, way: str
) -> None:
    """The API key of a flow stands neither on stdout nor on stderr nor in a report, wherever it came from."""
    monkeypatch.setenv("MOCK_KNOCK_TEST_KEY", key)
    inputs = {"users": [{"id": "ada"}], "recipientIds": ["ada"], "workflowKey": "welcome"}
    inputs |= {"apiKey": key} if way == "file" else {}
    (tmp_path / "in.json").write_text(json.dumps(inputs))
    chosen = {"argument": [f"apiKey={key}"], "environment": ["apiKey=env:MOCK_KNOCK_TEST_KEY"], "file": []}[way]
    files = {kind: tmp_path / kind for kind in REPORT_KINDS}
    arguments = [part for each in chosen for part in ("--input", each)]
    arguments += [part for kind, file in files.items() for part in ("--report", f"{kind}={file}")]
    called = call("run", flow, "--inputs", tmp_path / "in.json", "--scenario", scenario, "--report", "json=-",
                  "--max-visits", "5", *arguments)  # fmt: skip
    assert "bulkIdentify" in called.step_ids()
    assert_hidden(key, called, *files.values())


def test_a_key_that_is_refused(call: Call, serve: Callable[..., Serving]) -> None:
    """A server that refuses the key makes the run fail with a curl line to try, and the key is not in it."""
    server = serve("--api-key", f"sk_test_{secrets.token_hex(16)}")
    called = call("run", FLOW, "--inputs", FLOW, "--input", f"apiKey={KEY}", "--target", server.url)
    assert (1, True) == (called.code, "curl -sS" in called.out)
    assert_hidden(KEY, called)
    assert_hidden(KEY, server.stop())


def test_secrets_in_addresses(call: Call) -> None:
    """Credentials in an address are shown neither in the refusal nor in the run."""
    for target in (f"https://ada:{PASSWORD}@api.knock.app", f"http://ada:{PASSWORD}@127.0.0.1:1",
                   f"http://ada:{PASSWORD}@[::1"):  # fmt: skip
        for live in ([], ["--live"] if "127" in target else []):
            called = call("run", FLOW, "--inputs", FLOW, "--target", target, "--report", "json=-", *live)
            assert called.code in {2, 3}
            assert_hidden(PASSWORD, called)
            assert "***@" in called.err


@pytest.mark.parametrize(
    "arguments",
    [["--input", KEY], ["--severity", KEY], ["--target", KEY], ["--workflow", KEY], ["--scenario", KEY],
     ["--report", f"json=missing/{KEY}"], ["--inputs", KEY], [KEY], ["--nothing", KEY]],
)  # fmt: skip
def test_a_key_in_the_wrong_place(call: Call, arguments: list[str]) -> None:
    """A key that ended up in the wrong argument is not repeated by the refusal."""
    called = call("run", FLOW, *arguments)
    assert 2 == called.code
    assert_hidden(KEY, called)


def test_a_key_within_a_document(run_flow: Call, workspace: Path) -> None:
    """A key that stands in the flow itself is masked in its findings and requests."""
    flow = workspace / "arazzo" / "flow.yaml"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace("Bearer $inputs.apiKey", f"Bearer {KEY}"), encoding="utf-8")
    called = run_flow(flow=flow)
    assert 0 == called.code
    assert_hidden(KEY, called)
    flow.write_text(text.replace("operationId: getBulkOperation", f"operationId: {KEY}"), encoding="utf-8")
    called = run_flow(flow=flow)
    assert (2, "invalid") == (called.code, called.report["outcome"])
    assert_hidden(KEY, called)


def test_a_key_that_went_astray(run_flow: Call, workspace: Path) -> None:
    """A key that the flow puts into an address, a body and outputs is masked there as well, known by its input."""
    flow = workspace / "arazzo" / "flow.yaml"
    text = flow.read_text(encoding="utf-8").replace("value: $inputs.workflowKey", "value: $inputs.apiKey")
    text = text.replace("data: $inputs.data", "data: {note: 'the word {$inputs.apiKey}'}")
    flow.write_text(text.replace("workflowRunId: $response.body#/workflow_run_id", "workflowRunId: $url"))
    called = run_flow("--input", f"apiKey={PASSWORD}", flow=flow)
    assert (0, "/v1/workflows/***/trigger") == (called.code, called.report["outputs"]["workflowRunId"][-25:])
    assert_hidden(PASSWORD, called)


def test_the_log_of_a_server(serve: Callable[..., Serving]) -> None:
    """The log of a server shows keys by prefix and last characters alone, wherever a client put them."""
    server = serve("--admin-token", PASSWORD)
    headers = {"Authorization": f"Bearer {KEY}", "X-Mock-Admin-Token": PASSWORD}
    answers = [
        requests.post(
            f"{server.url}/v1/users/bulk/identify", json={"users": [{"id": "a"}]}, headers=headers, timeout=60
        ),
        requests.get(f"{server.url}/v1/bulk_operations/{KEY}?token={PASSWORD}", headers=headers, timeout=60),
        requests.get(f"{server.url}/v1/nothing?api_key={KEY}", headers={"Authorization": KEY}, timeout=60),
        requests.get(f"{server.url}/_mock/requests", headers=headers, timeout=60),
    ]
    assert [200, 422, 401, 200] == [answer.status_code for answer in answers]
    assert_hidden(KEY, server.stop())
    assert KEY not in answers[-1].text
    assert PASSWORD not in answers[-1].text
