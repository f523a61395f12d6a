"""Preferences: how sets are kept, and what they keep away."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi

SET = "/v1/users/{}/preferences/default"


def put(knock: KnockApi, user_id: str, preferences: Any) -> dict[str, Any]:
    """Set the default set of a user and return what is kept."""
    found: dict[str, Any] = knock.call("updateUserPreferenceSet", "PUT", SET.format(user_id), preferences).json()
    return found


def read(knock: KnockApi, user_id: str) -> dict[str, Any]:
    """Return the default set of a user."""
    found: dict[str, Any] = knock.call("getUserPreferenceSet", "GET", SET.format(user_id)).json()
    return found


def identify(knock: KnockApi, way: str, user: dict[str, Any]) -> None:
    """Identify a user in one of the three ways."""
    if way == "PUT":
        knock.call("identifyUser", "PUT", f"/v1/users/{user['id']}", user)
    elif way == "bulk":
        knock.finish(user)
    else:
        knock.notify(user)


def test_preferences_are_replaced(knock: KnockApi, user_id: str) -> None:
    """PUT replaces a set, unless it asks for a merge; both create the user (FACTS 6)."""
    put(knock, user_id, {"workflows": {"a": False}, "channel_types": {"sms": False}})
    replaced = put(knock, user_id, {"workflows": {"b": False}})
    assert ({"b": False}, None) == (replaced["workflows"], replaced["channel_types"])
    put(knock, user_id, {"__persistence_strategy__": "merge", "workflows": {"c": True}})
    found = read(knock, user_id)
    assert ("default", {"b": False, "c": True}) == (found["id"], found["workflows"])
    assert "__persistence_strategy__" not in found


@pytest.mark.controls
@pytest.mark.parametrize("way", ["PUT", "bulk", "trigger"])
def test_inline_preferences_are_merged(knock: KnockApi, way: str) -> None:
    """Inline preferences are merged deeply into those there are, unless they ask to replace them (FACTS 6)."""
    put(knock, "ada", {"workflows": {"a": {"channel_types": {"email": False}}}, "categories": {"b": False}})
    inline: dict[str, Any] = {"workflows": {"a": {"channel_types": {"sms": False}}, "c": False}}
    identify(knock, way, {"id": "ada", "preferences": {"default": inline}})
    found = read(knock, "ada")
    merged = {"a": {"channel_types": {"email": False, "sms": False}}, "c": False}
    assert ({"b": False}, merged) == (found["categories"], found["workflows"])
    identify(knock, way, {"id": "ada", "preferences": {"default": {**inline, "__persistence_strategy__": "replace"}}})
    found = read(knock, "ada")
    assert (None, inline["workflows"]) == (found["categories"], found["workflows"])


def test_inline_sets_have_a_name(knock: KnockApi, user_id: str) -> None:
    """What is inline is a map of sets: `default` has to be said, and any other name is another set (FACTS 6)."""
    put(knock, user_id, {"categories": {"a": False}})
    user = {"preferences": {"workflows": {"categories": {"b": False}}}}
    knock.call("identifyUser", "PUT", f"/v1/users/{user_id}", user)
    sets = knock.call("listUserPreferenceSets", "GET", f"/v1/users/{user_id}/preferences").json()
    assert {"default": {"a": False}, "workflows": {"b": False}} == {each["id"]: each["categories"] for each in sets}


def test_preference_sets_of_a_user(knock: KnockApi, user_id: str) -> None:
    """A user has a default set and one for each tenant (FACTS 8); one that is taken away says nothing (our choice)."""
    path = f"/v1/users/{user_id}/preferences"
    for name in ("default", "acme"):
        knock.call("updateUserPreferenceSet", "PUT", f"{path}/{name}", {"channel_types": {"email": False}})
    knock.call("deleteUserPreferenceSet", "DELETE", f"{path}/default")
    assert ["acme"] == [each["id"] for each in knock.call("listUserPreferenceSets", "GET", path).json()]
    assert knock.call("getUserPreferenceSet", "GET", f"{path}/default").json()["channel_types"] is None
    assert 404 == knock.call("getUserPreferenceSet", "GET", "/v1/users/nobody-here/preferences/default").status_code


def test_preferences_keep_messages_away(seeded: KnockApi) -> None:
    """Who has opted out of a category gets nothing, and the run says why (FACTS 7)."""
    seeded.notify("bob")
    assert [] == seeded.messages()
    (run,) = seeded.runs()
    events = seeded.run(run["id"])["events"]
    assert [("step_skipped", "preferences")] == [(each["event"], each["data"]["reason"]) for each in events]


@pytest.mark.parametrize(
    ("against", "count"),
    [
        ({}, 1),
        ({"categories": {"onboarding": False}}, 0),
        ({"channel_types": {"email": False}}, 0),
        ({"workflows": {"welcome": False}}, 0),
        ({"workflows": {"welcome": {"channel_types": {"email": False}}}}, 0),
        ({"categories": {"other": False}, "channel_types": {"sms": False}, "workflows": {"other": False}}, 1),
    ],
)
def test_one_choice_against_a_message_is_enough(seeded: KnockApi, against: dict[str, Any], count: int) -> None:
    """A message goes out when no choice about its category, channel type or workflow is against it (FACTS 7)."""
    wanted = {
        "categories": {"onboarding": True},
        "channel_types": {"email": True},
        "workflows": {"welcome": True},
    }
    seeded.notify({"id": "eve", "email": "eve@example.com", "preferences": {"default": {**wanted, **against}}})
    assert count == len(seeded.messages())


def test_a_channel_counts_more_than_its_type(seeded: KnockApi) -> None:
    """Where there is a choice about a channel, the one about its type does not count (FACTS 7)."""
    seeded.notify("ada")
    channel = seeded.messages()[0]["channel_id"]
    for is_wanted in (True, False):
        choices = {"channels": {channel: is_wanted}, "channel_types": {"email": not is_wanted}}
        run_id = seeded.notify({"id": "eve", "email": "eve@example.com", "preferences": {"default": choices}})
        assert is_wanted == bool(seeded.messages(f"?workflow_run_id={run_id}"))


@pytest.mark.parametrize(("plan", "count"), [("pro", 1), ("free", 0)])
@pytest.mark.parametrize("member", ["workflows", "categories", "channel_types"])
def test_a_condition_decides(seeded: KnockApi, member: str, plan: str, count: int) -> None:
    """A choice with conditions is for a message when they hold for its recipient (FACTS 7)."""
    name = {"workflows": "welcome", "categories": "onboarding", "channel_types": "email"}[member]
    condition = {"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}
    sets = {"default": {member: {name: {"conditions": [condition]}}}}
    seeded.notify({"id": "eve", "email": "eve@example.com", "plan": plan, "preferences": sets})
    assert count == len(seeded.messages())


def test_preferences_count_when_a_step_is_done(seeded: KnockApi) -> None:
    """What is changed during a delay counts for the steps behind it."""
    seeded.notify("ada")
    put(seeded, "ada", {"workflows": {"welcome": False}})
    seeded.advance(300)
    assert ["email"] == [each["channel"]["type"] for each in seeded.messages()]


def test_a_batch_that_ends_before_a_step(seeded: KnockApi) -> None:
    """Rows that were processed before a step count for it, though nobody has looked since."""
    seeded.notify({"id": "eve"})
    seeded.identify({"id": "eve", "preferences": {"default": {"workflows": {"welcome": False}}}})
    seeded.advance(1_000)
    assert [] == seeded.messages()


@pytest.mark.controls
def test_null_takes_everything_away(knock: KnockApi) -> None:
    """Null in place of inline preferences or channel data takes all of them away (our choice)."""
    sets = {"default": {"workflows": {"a": False}}, "acme": {"categories": {"b": False}}}
    knock.finish({"id": "ada", "preferences": sets, "channel_data": {"push": {"tokens": ["t1"]}}})
    knock.finish({"id": "ada", "preferences": None, "channel_data": None})
    (user,) = knock.state()["users"]
    assert {"id": "ada", "$updated_at": user["$updated_at"]} == user
