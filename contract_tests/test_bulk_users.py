"""POST /v1/users/bulk/delete and /v1/users/bulk/preferences."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, refusal

BULK: list[tuple[str, str, dict[str, Any]]] = [
    ("bulkDeleteUsers", "/v1/users/bulk/delete", {}),
    ("bulkSetUserPreferences", "/v1/users/bulk/preferences", {"preferences": {}}),
]


@pytest.mark.controls
def test_bulk_delete(knock: KnockApi) -> None:
    """A bulk delete is a bulk operation; the users are there until their rows are processed (FACTS 6, 8)."""
    knock.finish({"id": "ada"}, {"id": "bob"})
    started = knock.call("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", {"user_ids": ["ada", "zoe"]}).json()
    assert ("users.delete", "queued") == (started["name"], started["status"])
    assert 200 == knock.call("getUser", "GET", "/v1/users/ada").status_code
    assert (2, 0) == tuple(knock.finished(started)[name] for name in ("success_count", "error_count"))
    assert [404, 200] == [knock.send("GET", f"/v1/users/{each}").status_code for each in ("ada", "bob")]


@pytest.mark.controls
@pytest.mark.parametrize(("strategy", "kept"), [({}, None), ({"__persistence_strategy__": "merge"}, {"a": False})])
def test_bulk_preferences(knock: KnockApi, strategy: dict[str, str], kept: Any) -> None:
    """A bulk change replaces each user's set, or merges if asked (FACTS 6); it creates the unknown (our choice)."""
    knock.finish({"id": "ada", "preferences": {"default": {"workflows": {"a": False}}}})
    body = {"user_ids": ["ada", "zoe"], "preferences": {"id": "default", "channel_types": {"sms": False}, **strategy}}
    started = knock.call("bulkSetUserPreferences", "POST", "/v1/users/bulk/preferences", body).json()
    assert "users.set_preferences" == started["name"]
    knock.finished(started)
    for user, workflows in (("ada", kept), ("zoe", None)):
        path = f"/v1/users/{user}/preferences/default"
        found = knock.call("getUserPreferenceSet", "GET", path).json()
        assert ({"sms": False}, workflows) == (found["channel_types"], found["workflows"])


@pytest.mark.controls
@pytest.mark.parametrize(("operation", "path", "members"), BULK)
def test_a_bulk_request_is_of_a_thousand(knock: KnockApi, operation: str, path: str, members: dict[str, Any]) -> None:
    """A bulk request names 1,000 users; with one more it is refused and no operation comes of it (FACTS 5.2)."""
    ids = [f"u{index}" for index in range(1_001)]
    assert (422, ["user_ids"]) == refusal(knock.call(operation, "POST", path, {"user_ids": ids, **members}))
    assert [] == knock.state()["bulk_operations"]
    answer = knock.call(operation, "POST", path, {"user_ids": ids[:1_000], **members})
    assert (200, 1_000) == (answer.status_code, answer.json()["estimated_total_rows"])
