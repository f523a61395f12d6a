"""The forms of a preference set and of its conditions: what is accepted, what is refused (FACTS 1.4)."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, refusal

CHANNEL = "5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11"
SET = "/v1/users/{}/preferences/default"
CONDITION = {"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}
CONDITIONAL = {"conditions": [CONDITION]}
MEMBERS = ["channel_types", "channels", "categories", "workflows", "commercial_subscribed"]
TYPES = ["email", "in_app_feed", "sms", "push", "chat", "http"]
OPERATORS = [
    *("equal_to", "not_equal_to"),
    *("greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to"),
    *("contains", "not_contains", "contains_all", "not_contains_all"),
    *("empty", "not_empty", "exists", "not_exists"),
    *("is_timestamp", "is_not_timestamp", "is_timestamp_before", "is_timestamp_on_or_after"),
    *("is_timestamp_before_date", "is_timestamp_on_or_after_date", "is_timestamp_between", "is_between"),
    *("is_audience_member", "is_not_audience_member"),
]


def test_every_operator(knock: KnockApi, user_id: str) -> None:
    """A condition has one of 24 operators (FACTS 1.4)."""
    assert 24 == len(OPERATORS)
    conditions = [{**CONDITION, "operator": each} for each in OPERATORS]
    body = {"workflows": {"welcome": {"conditions": conditions}}}
    found = knock.call("updateUserPreferenceSet", "PUT", SET.format(user_id), body)
    assert (200, body["workflows"]["welcome"]["conditions"]) == (
        found.status_code,
        found.json()["workflows"]["welcome"]["conditions"],
    )


@pytest.mark.parametrize(
    "preferences",
    [
        {},
        dict.fromkeys(MEMBERS),
        {"channel_types": dict.fromkeys(TYPES, False)},
        {"channel_types": dict.fromkeys(TYPES, CONDITIONAL)},
        {"channels": {CHANNEL: True}},
        {"channels": {CHANNEL: CONDITIONAL}},
        {"workflows": {"welcome": True}, "categories": {"onboarding": False}},
        {"workflows": {"welcome": CONDITIONAL}, "categories": {"onboarding": CONDITIONAL}},
        {"workflows": {"welcome": dict.fromkeys(["channel_types", "channels", "conditions"])}},
        {"categories": {"onboarding": {"channel_types": {"email": CONDITIONAL}, "channels": {CHANNEL: False}}}},
        {"workflows": {"welcome": {"conditions": [{**CONDITION, "argument": None}]}}},
        {"commercial_subscribed": False},
        {"commercial_subscribed": CONDITIONAL},
        *({"__persistence_strategy__": each} for each in ("merge", "replace")),
    ],
)
def test_forms_of_a_set(knock: KnockApi, user_id: str, preferences: dict[str, Any]) -> None:
    """Every documented form of a preference set is accepted, alone and inline, and read back as it was (FACTS 1.4)."""
    answer = knock.call("updateUserPreferenceSet", "PUT", SET.format(user_id), preferences)
    expected = {**dict.fromkeys(MEMBERS), **preferences}
    expected.pop("__persistence_strategy__", None)
    assert 200 == answer.status_code
    found = knock.call("getUserPreferenceSet", "GET", SET.format(user_id)).json()
    assert expected.items() <= found.items()
    assert 1 == knock.finish({"id": user_id, "preferences": {"default": preferences}})["success_count"]


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("preferences", "field"),
    [
        ({"__persistence_strategy__": "append"}, "__persistence_strategy__"),
        ({"channel_types": 7}, "channel_types"),
        *(({"channel_types": {each: "yes"}}, f"channel_types.{each}") for each in TYPES),
        ({"channel_types": {"email": {}}}, "channel_types.email.conditions"),
        ({"channel_types": {"email": {"conditions": None}}}, "channel_types.email.conditions"),
        ({"channels": {"x": 7}}, "channels.x"),
        ({"channels": {"x": {}}}, "channels.x.conditions"),
        ({"categories": {"onboarding": 7}}, "categories.onboarding"),
        ({"workflows": {"welcome": {"conditions": 7}}}, "workflows.welcome.conditions"),
        ({"workflows": {"welcome": {"channels": {"x": {}}}}}, "workflows.welcome.channels.x.conditions"),
        ({"commercial_subscribed": "x"}, "commercial_subscribed"),
        ({"commercial_subscribed": {}}, "commercial_subscribed.conditions"),
    ],
)
def test_forms_of_a_set_that_are_refused(knock: KnockApi, preferences: dict[str, Any], field: str) -> None:
    """A choice is true, false or has conditions, and a set is merged or replaced (FACTS 1.4)."""
    assert (422, [field]) == refusal(knock.put(SET.format("ada"), preferences))
    inline = knock.identify({"id": "ada", "preferences": {"default": preferences}})
    assert (422, [f"users[0].preferences.default.{field}"]) == refusal(inline)


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({**CONDITION, "operator": "resembles"}, "operator"),
        ({"variable": "recipient.plan", "argument": "pro"}, "operator"),
        ({"operator": "exists", "argument": None}, "variable"),
        ({**CONDITION, "variable": 7}, "variable"),
        ({**CONDITION, "argument": 7}, "argument"),
        ({"variable": "recipient.plan", "operator": "exists"}, "argument"),
    ],
)
@pytest.mark.parametrize(
    ("place", "names"),
    [
        (lambda each: {"workflows": {"welcome": each}}, "workflows.welcome"),
        (lambda each: {"channel_types": {"sms": each}}, "channel_types.sms"),
        (lambda each: {"channels": {"x": each}}, "channels.x"),
    ],
    ids=["workflow", "channel type", "channel"],
)
def test_conditions_that_are_refused(
    knock: KnockApi, place: Any, names: str, condition: dict[str, Any], field: str
) -> None:
    """A condition has a variable, an operator of those there are, and an argument that is text or null (FACTS 1.4)."""
    answer = knock.put(SET.format("ada"), place({"conditions": [CONDITION, condition]}))
    assert (422, [f"{names}.conditions[1].{field}"]) == refusal(answer)
