"""Documents made to break the commands: each ends with an exit code and a code, never with a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

GUARD_SECONDS = 20
"""A safety net, not a measurement."""

SHOP = {"name": "shop", "url": "api.json", "type": "openapi"}
API: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://localhost"}],
    "paths": {"/v1/users/{id}": {"get": {"operationId": "get", "responses": {"200": {"description": "fine"}}}}},
}


def document(**changed: Any) -> dict[str, Any]:
    """Return a flow of one step with some members of the step changed."""
    step = {
        "stepId": "one",
        "operationId": "get",
        "parameters": [{"name": "id", "in": "path", "value": "a"}],
        **changed,
    }
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Attack", "version": "1"},
        "sourceDescriptions": [SHOP],
        "workflows": [{"workflowId": "flow", "steps": [step]}],
    }


def criterion(condition: str, kind: str, context: str = "$response.body") -> dict[str, Any]:
    """Return a flow with one criterion."""
    return document(successCriteria=[{"condition": condition, "type": kind, "context": context}])


def many(steps: int, workflows: int) -> dict[str, Any]:
    """Return a flow of many steps in many workflows."""
    base = document()
    (step,) = base["workflows"][0]["steps"]
    each = [{**step, "stepId": f"s{number}"} for number in range(steps)]
    return {**base, "workflows": [{"workflowId": f"w{number}", "steps": each} for number in range(workflows)]}


def lattice(levels: int) -> dict[str, Any]:
    """Return an inputs schema whose references double at each step."""
    return {
        **{f"s{level}": {"allOf": [{"$ref": f"#/components/inputs/s{level + 1}"}] * 2} for level in range(levels)},
        f"s{levels}": {"type": "object"},
    }


ATTACKS: dict[str, dict[str, Any] | str] = {
    "no yaml": "a: [",
    "no document": "[]",
    "deep": "[" * 100_000,
    "aliases": "a: &a [1,1,1,1,1,1,1,1,1]\n"
    + "".join(f"{chr(name)}: &{chr(name)} [{','.join([f'*{chr(name - 1)}'] * 9)}]\n" for name in range(98, 105)),
    "tag": "!!python/object/apply:os.system [id]",
    "code": criterion("__import__('os').system('id')", "simple"),
    "backtracking": criterion("^(a|aa)+$", "regex"),
    "large pattern": criterion("(a{1000}){1000}", "regex"),
    "brackets": criterion("(" * 5_000 + "true" + ")" * 5_000, "simple"),
    "query": criterion("$" + "[?@" * 2_000 + "]" * 2_000, "jsonpath"),
    "slow query": criterion("$..[?@..[?match(@, '(a|aa)+$')]]", "jsonpath"),
    "xpath": criterion("count(1 to 1000000000) = 0", "xpath"),
    "file by xpath": criterion("doc('/etc/passwd')", "xpath"),
    "clock by xpath": criterion("current-date() = current-date()", "xpath"),
    "goto for ever": document(onFailure=[{"name": "again", "type": "goto", "stepId": "one"}]),
    "retry for ever": document(onFailure=[{"name": "again", "type": "retry", "retryLimit": 10**9, "retryAfter": 0}]),
    "many steps": many(20_000, 1),
    "many workflows": many(1, 20_000),
    "schema": {
        **document(),
        "components": {"inputs": lattice(60)},
        "workflows": [{**document()["workflows"][0], "inputs": {"$ref": "#/components/inputs/s0"}}],
    },
    "source": {**document(), "sourceDescriptions": [{**SHOP, "url": "../../../../etc/passwd"}]},
    "device": {**document(), "sourceDescriptions": [{**SHOP, "url": "file:///dev/zero"}]},
}  # fmt: skip


@pytest.mark.parametrize("command", [("lint",), ("lint", "--fix"), ("run",)], ids=["lint", "fix", "run"])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack(name: str, command: tuple[str, ...], tmp_path: Path) -> None:
    """The command ends by itself, tells what is wrong by a code, and shows no traceback."""
    attack = ATTACKS[name]
    flow = tmp_path / ("flow.yaml" if isinstance(attack, str) else "flow.json")
    flow.write_text(attack if isinstance(attack, str) else json.dumps(attack), encoding="utf-8")
    (tmp_path / "api.json").write_text(json.dumps(API), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mock_knock", *command[:1], str(flow), *command[1:]],
        capture_output=True, text=True, check=False, timeout=GUARD_SECONDS, cwd=tmp_path,
    )  # fmt: skip
    shown = done.stdout + done.stderr
    assert "Traceback" not in shown
    assert done.returncode in ({0, 1, 2} if command[0] == "lint" else {1, 2, 4}), shown[-2_000:]
    if done.returncode == 2:  # an invalid document
        assert "hint:" in shown
