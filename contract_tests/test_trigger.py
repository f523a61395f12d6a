"""POST /v1/workflows/{key}/trigger."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from contract_tests.knock_api import KnockApi


def recipients_of(run: dict[str, Any]) -> list[Any]:
    """Return whoever a run notifies."""
    return [each["recipient"] for each in run["recipient_runs"]]


@pytest.mark.our_choice  # a real environment has its own workflows
def test_a_trigger_returns_a_run(knock: KnockApi, user_id: str) -> None:
    """A trigger is answered with the UUID v4 of one run, and nothing else (FACTS 1.3, 7)."""
    answer = knock.trigger("welcome", {"recipients": [user_id]})
    assert (200, ["workflow_run_id"]) == (answer.status_code, list(answer.json()))
    assert 4 == UUID(answer.json()["workflow_run_id"]).version


@pytest.mark.controls
def test_known_and_distinct_recipients_run(knock: KnockApi) -> None:
    """Each known recipient runs once, an unknown id does not run and is noted (FACTS 7)."""
    knock.finish({"id": "ada"}, {"id": "grace"})
    knock.trigger("welcome", {"recipients": ["ada", "jane", "grace", "ada"]})
    (run,) = knock.state()["workflow_runs"]
    assert (["ada", "grace"], ["jane"]) == (recipients_of(run), run["unknown_recipients"])
    notes = knock.control("GET", "/requests")["entries"][-1]["notes"]
    assert "recipient jane is unknown here: no run" in notes


@pytest.mark.controls
def test_inline_recipients_are_identified_first(knock: KnockApi) -> None:
    """Inline users and objects, actor and tenant exist before the run, and run in it (FACTS 1.3, 1.4, 7)."""
    body = {
        "recipients": [{"id": "ada", "name": "Ada"}, {"id": "p1", "collection": "projects", "name": "Engine"}],
        "actor": {"id": "bob", "email": "bob@example.com"},
        "tenant": {"id": "acme", "name": "Acme"},
        "data": {"x": 1},
        "cancellation_key": "c1",
    }
    knock.trigger("welcome", body)
    state = knock.state()
    assert {"ada": "Ada", "bob": None} == {user["id"]: user.get("name") for user in state["users"]}
    assert [("p1", "projects", "Engine")] == [(o["id"], o["collection"], o["name"]) for o in state["objects"]]
    assert [("acme", "Acme")] == [(tenant["id"], tenant["name"]) for tenant in state["tenants"]]
    (run,) = state["workflow_runs"]
    assert ["ada", {"id": "p1", "collection": "projects"}] == recipients_of(run)
    assert ("bob", "acme", "c1") == (run["actor"], run["tenant"], run["cancellation_key"])


@pytest.mark.controls
def test_inline_recipients_are_merged(knock: KnockApi) -> None:
    """A user or an object that is known is merged into by a trigger, and nothing is removed (FACTS 6)."""
    engine = {"id": "p1", "collection": "projects"}
    for size in ({"gears": 1}, {"wheels": 2}):
        members = {"size": size, "$trigger_data": {"x": 1}}
        knock.trigger("welcome", {"recipients": [{"id": "ada", **members}, {**engine, **members}]})
    state = knock.state()
    assert [{"gears": 1, "wheels": 2}] * 2 == [each["size"] for each in (*state["users"], *state["objects"])]


@pytest.mark.our_choice
def test_the_data_of_a_trigger_has_ten_megabytes(knock: KnockApi) -> None:
    """Data of 10 MB is accepted (FACTS 5.2), a body of more than 10 MiB is too large (our choice)."""
    data = {"text": "x" * (10_000_000 - len('{"text":""}'))}
    assert 200 == knock.trigger("welcome", {"recipients": [], "data": data}).status_code
    answer = knock.trigger("welcome", {"recipients": [], "data": {"text": "x" * 10 * 1024 * 1024}})
    assert (413, "request_too_large") == (answer.status_code, answer.json()["code"])


@pytest.mark.controls
def test_a_bare_reference_identifies_nobody(knock: KnockApi) -> None:
    """A user id or `{id, collection}` alone creates nothing; `{id}` alone creates a user (FACTS 7)."""
    knock.trigger("welcome", {"recipients": ["ada", {"id": "p1", "collection": "projects"}, {"id": "zoe"}]})
    state = knock.state()
    assert (["zoe"], []) == ([user["id"] for user in state["users"]], state["objects"])


@pytest.mark.controls
def test_an_unknown_tenant_is_created(knock: KnockApi) -> None:
    """A tenant named by an unknown id is created empty (FACTS 7)."""
    knock.trigger("welcome", {"recipients": [], "tenant": "acme"})
    (tenant,) = knock.state()["tenants"]
    assert {"id": "acme", "$updated_at": tenant["$updated_at"]} == tenant


def test_trigger_data_of_one_recipient(seeded: KnockApi) -> None:
    """`$trigger_data` adds to the data of its recipient's run and is no property of the user (FACTS 1.3, 7)."""
    zoe = {"id": "zoe", "email": "zoe@example.com"}
    seeded.notify({"id": "ada", "$trigger_data": {"x": 2}}, zoe, data={"x": 1, "y": 1})
    found = {each["recipient"]: each["data"] for each in seeded.messages()}
    assert {"ada": {"x": 2, "y": 1}, "zoe": {"x": 1, "y": 1}} == found
    assert "$trigger_data" not in seeded.call("getUser", "GET", "/v1/users/ada").json()


@pytest.mark.our_choice
@pytest.mark.parametrize(
    "body",
    [
        {"recipients": [], "actor": None, "tenant": None, "data": None, "cancellation_key": None, "settings": None},
        {"recipients": ["a"], "settings": {"sandbox_mode": True, "skip_delay": None}},
        {"recipients": [{"id": "a", "preferences": {"default": {"channel_types": {"email": False}}}}]},
        {"recipients": [{"id": "a", "channel_data": None, "preferences": None, "anything": {"goes": [1, None]}}]},
        {"recipients": ["a"], "actor": {"id": "p", "collection": "projects"}, "extra": 1},
    ],
)
def test_bodies_that_knock_takes(knock: KnockApi, body: dict[str, Any]) -> None:
    """Every documented form of a trigger is accepted (FACTS 1.3, 1.4, 7)."""
    assert 200 == knock.trigger("welcome", body).status_code


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "recipients"),
        ({"recipients": "ada"}, "recipients"),
        ({"recipients": ["ada", 7]}, "recipients[1]"),
        ({"recipients": [{"name": "Ada"}]}, "recipients[0].id"),
        ({"recipients": [], "actor": 7}, "actor"),
        ({"recipients": [], "data": "x"}, "data"),
        ({"recipients": [], "tenant": []}, "tenant"),
        ({"recipients": ["u"] * 1_001}, "recipients"),
    ],
)
def test_a_wrong_trigger_names_its_field(knock: KnockApi, body: dict[str, Any], field: str) -> None:
    """A trigger that breaks the contract gets 422 with the path of the field (FACTS 1.3, 5.2)."""
    answer = knock.trigger("welcome", body)
    assert (422, [field]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])


@pytest.mark.controls
def test_a_refused_trigger_leaves_nothing(knock: KnockApi) -> None:
    """A trigger that is refused identifies nobody and runs nothing."""
    knock.trigger("welcome", {"recipients": [{"id": "ada"}, 7]})
    state = knock.state()
    assert ([], []) == (state["users"], state["workflow_runs"])


@pytest.mark.controls
@pytest.mark.parametrize("key", ["new comment/x", "a\nb", "a/b\n/c", "é%/", "a\r"])
def test_keys_of_any_text(knock: KnockApi, key: str) -> None:
    """A workflow key is any text, percent-encoded; a slash that is sent as it is makes another path (FACTS 1.3)."""
    path = f"/v1/workflows/{quote(key, safe='')}/trigger"
    assert 200 == knock.call("triggerWorkflow", "POST", path, {"recipients": []}).status_code
    assert [key] == [run["workflow"] for run in knock.state()["workflow_runs"]]
    assert 404 == knock.post("/v1/workflows/new/x/trigger", {"recipients": []}).status_code


@pytest.mark.controls
def test_identify_poll_and_trigger_a_thousand(knock: KnockApi) -> None:
    """A batch of 1,000 users can be identified, awaited and notified (FACTS 5.2)."""
    ids = [f"u{index}" for index in range(1_000)]
    assert 1_000 == knock.finish(*({"id": each} for each in ids))["success_count"]
    assert 200 == knock.trigger("welcome", {"recipients": ids}).status_code
    (run,) = knock.state()["workflow_runs"]
    assert ids == recipients_of(run)


@pytest.mark.controls
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"recipients": ["ada", {"id": "a/b"}]}, "recipients[1].id"),
        ({"recipients": [], "actor": {"id": "a#b"}}, "actor.id"),
    ],
)
def test_ids_of_inline_users(knock: KnockApi, body: dict[str, Any], field: str) -> None:
    """An inline user whose id has a slash or a hash is refused, and nothing is left (FACTS 1.5)."""
    answer = knock.trigger("welcome", body)
    assert (422, [field]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])
    assert [] == knock.state()["users"]
