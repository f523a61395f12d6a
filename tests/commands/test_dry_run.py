"""`mock-knock run --dry-run`, and flags that do not go together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tests.commands.conftest import Call

FLOW = "bulk-identify-users-notify"


def test_what_would_be_sent(call: Call) -> None:
    """Every request stands on stdout with its headers and body, secrets masked, and nothing is sent anywhere."""
    called = call("run", FLOW, "--inputs", FLOW, "--dry-run", "--target", "https://api.knock.app")
    assert (0, "nothing was sent; which actions apply is known only in a run\n") == (called.code, called.err)
    titles = [line for line in called.out.splitlines() if line[:1].isdigit()]
    assert [
        "1. bulkIdentify  POST https://api.knock.app/v1/users/bulk/identify",
        "2. pollBulkOperation  GET https://api.knock.app/v1/bulk_operations/{$steps.bulkIdentify.outputs.bulkOperationId}",
        "3. triggerWorkflow  POST https://api.knock.app/v1/workflows/welcome/trigger",
    ] == titles
    assert "Authorization: Bearer sk_test_***" in called.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--dry-run", "--report", "json=-"], "report-without-run"),
        (["--proxy", "http://127.0.0.1:9"], "network-without-target"),
        (["--insecure"], "network-without-target"),
        (["--target", "http://127.0.0.1:9", "--ca-bundle", "nowhere.pem"], "tls-file-missing"),
        (["--target", "http://127.0.0.1:9", "--client-certificate", "nowhere.pem,key.pem"], "tls-file-missing"),
    ],
)
def test_flags_that_do_not_go_together(call: Call, arguments: list[str], code: str) -> None:
    """A flag that could have no effect, or a file that is not there, is refused before anything is sent."""
    called = call("run", FLOW, "--inputs", FLOW, *arguments)
    assert (2, "") == (called.code, called.out)
    assert f"[{code}]" in called.err


def test_inputs_of_the_environment(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable named like an input is that input, under what the command line says."""
    monkeypatch.setenv("MOCK_KNOCK_INPUT_workflowKey", "from-the-environment")
    shown = call("run", FLOW, "--inputs", FLOW, "--dry-run").out
    assert "/v1/workflows/from-the-environment/trigger" in shown
    over = call("run", FLOW, "--inputs", FLOW, "--dry-run", "--input", "workflowKey=typed").out
    assert "/v1/workflows/typed/trigger" in over


def test_a_budget_of_depth(call: Call, tmp_path: Path) -> None:
    """A workflow that calls itself for ever ends with exit code 4 and the flag that moves the budget."""
    (tmp_path / "api.yaml").write_text("openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n")
    flow = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.yaml"}],
        "workflows": [{"workflowId": "w", "steps": [{"stepId": "again", "workflowId": "w"}]}],
    }
    (tmp_path / "flow.yaml").write_text(yaml.safe_dump(flow))
    called = call("run", tmp_path / "flow.yaml", "--max-depth", "3")
    assert 4 == called.code
    assert "3 workflows inside each other" in called.out
