"""The forms of channel data, of a channel alone and inline: what is accepted, what is refused (FACTS 1.4)."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, refusal

CHANNEL = "5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11"
PATH = f"/v1/users/{{}}/channel_data/{CHANNEL}"
TEAM = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
HOOK = "https://hooks.example.com/1"
NOWHERE = {"locale": None, "timezone": None}
FORMS: dict[str, dict[str, Any]] = {
    "push tokens": {"tokens": ["t1", "t2"]},
    "push devices": {
        "devices": [{"token": "t1", **NOWHERE}, {"token": "t2", "locale": "en", "timezone": "Europe/Paris"}]
    },
    "AWS target ARNs": {"target_arns": ["arn:aws:sns:1"]},
    "AWS devices": {"devices": [{"target_arn": "arn:aws:sns:1", **NOWHERE}]},
    "OneSignal": {"player_ids": [TEAM]},
    "Slack": {
        "connections": [{"access_token": "xoxb", "channel_id": "C1", "user_id": "U1", "channel_name": "general"}],
        "token": {"access_token": "xoxb"},
    },
    "Slack nulls": {
        "connections": [dict.fromkeys(["access_token", "channel_id", "user_id", "channel_name"])],
        "token": {"access_token": None},
    },
    "Slack, no token": {"connections": [], "token": None},
    "Slack webhook": {"connections": [{"url": HOOK}]},
    "Slack webhook, newer": {"connections": [{"incoming_webhook": {"url": HOOK}}]},
    "Teams": {
        "connections": [
            {"ms_teams_team_id": TEAM, "ms_teams_channel_id": TEAM, "ms_teams_tenant_id": TEAM},
            dict.fromkeys(["ms_teams_team_id", "ms_teams_channel_id", "ms_teams_tenant_id", "ms_teams_user_id"]),
        ],
        "ms_teams_tenant_id": TEAM,
    },
    "Teams webhook": {"connections": [{"incoming_webhook": {"url": HOOK}}], "ms_teams_tenant_id": None},
    "Discord": {"connections": [{"channel_id": "D1"}]},
    "Discord webhook": {"connections": [{"incoming_webhook": {"url": HOOK}}]},
}
WRONG: list[tuple[Any, str]] = [
    ({}, ""),
    ({"devices": [{}]}, ""),
    ({"connections": 7}, ""),
    ({"tokens": "t1"}, ".tokens"),
    ({"tokens": [7]}, ".tokens[0]"),
    ({"player_ids": ["x"]}, ".player_ids[0]"),
]


@pytest.mark.our_choice  # a real environment has its own channels
@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_forms_of_channel_data(knock: KnockApi, user_id: str, data: dict[str, Any]) -> None:
    """Channel data of all eight kinds is accepted alone and inline, and read back as it was (FACTS 1.4)."""
    assert 200 == knock.call("setUserChannelData", "PUT", PATH.format(user_id), {"data": data}).status_code
    inline = f"{user_id}-inline"
    assert 1 == knock.finish({"id": inline, "channel_data": {CHANNEL: data}})["success_count"]
    for each in (user_id, inline):
        found = knock.call("getUserChannelData", "GET", PATH.format(each)).json()["data"]
        assert data.items() <= found.items()


@pytest.mark.our_choice
@pytest.mark.parametrize(("data", "field"), WRONG)
def test_channel_data_that_is_refused(knock: KnockApi, data: Any, field: str) -> None:
    """What is none of the kinds of channel data is refused, alone and inline (FACTS 1.4)."""
    alone = knock.call("setUserChannelData", "PUT", PATH.format("ada"), {"data": data})
    assert (422, [f"data{field}"]) == refusal(alone)
    inline = knock.identify({"id": "ada", "channel_data": {CHANNEL: data}})
    assert (422, [f"users[0].channel_data.{CHANNEL}{field}"]) == refusal(inline)


@pytest.mark.our_choice
@pytest.mark.parametrize("data", [None, 7, []])
def test_channel_data_is_a_map(knock: KnockApi, data: Any) -> None:
    """The data of a channel is a map, never null (FACTS 1.4)."""
    inline = knock.identify({"id": "ada", "channel_data": {CHANNEL: data}})
    assert (422, [f"users[0].channel_data.{CHANNEL}"]) == refusal(inline)
    assert 422 == knock.call("setUserChannelData", "PUT", PATH.format("ada"), {"data": data}).status_code


@pytest.mark.controls
def test_inline_keys_have_no_form(knock: KnockApi) -> None:
    """The key of inline channel data is any text (FACTS 1.4)."""
    data = {"push": {"tokens": ["t1"]}}
    knock.finish({"id": "ada", "channel_data": data})
    (user,) = knock.state()["users"]
    assert data == user["channel_data"]
