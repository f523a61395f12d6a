"""The forms of users, objects, tenants and settings in a request body: what is accepted, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, refusal

APART = ("channel_data", "preferences")
NO_MEMBERS: dict[str, Any] = dict.fromkeys(
    [
        "name",
        "email",
        "phone_number",
        "avatar",
        "locale",
        "timezone",
        "created_at",
        "channel_data",
        "preferences",
    ]
)
ALL_MEMBERS = {
    "name": "Ada",
    "email": "ada@example.com",
    "phone_number": "+15555555555",
    "avatar": "https://example.com/ada.png",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "created_at": "2024-01-01T00:00:00Z",
    "channel_data": {"5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11": {"tokens": ["t"]}},
    "preferences": {"default": {"channel_types": {"email": True}}},
}
BRANDING = [
    f"{shade}{name}"
    for shade in ("", "dark_")
    for name in ("icon_url", "logo_url", "primary_color", "primary_color_contrast")
]
NO_TENANT: dict[str, Any] = {
    "name": None,
    "channel_data": None,
    "preferences": None,
    "settings": {"branding": dict.fromkeys(BRANDING), "preference_set": None},
}
ALL_TENANT = {
    "name": "Acme",
    "channel_data": ALL_MEMBERS["channel_data"],
    "preferences": ALL_MEMBERS["preferences"],
    "settings": {
        "branding": dict.fromkeys(BRANDING, "#123456"),
        "preference_set": {"workflows": {"welcome": False}},
    },
    "plan": {"tier": "pro"},
}


@pytest.mark.parametrize("members", [NO_MEMBERS, ALL_MEMBERS], ids=["null", "set"])
def test_members_of_a_user(knock: KnockApi, user_id: str, members: dict[str, Any]) -> None:
    """The nine usual members of a user are texts or maps, or null, in a batch and in a PUT (FACTS 1.4)."""
    path = f"/v1/users/{user_id}"
    assert 1 == knock.finish({"id": user_id, **members})["success_count"]
    assert 200 == knock.call("identifyUser", "PUT", path, members).status_code
    found = knock.call("getUser", "GET", path).json()
    shown = {name: value for name, value in members.items() if name not in APART}
    assert shown.items() <= found.items()


@pytest.mark.our_choice
@pytest.mark.parametrize("name", [name for name in NO_MEMBERS if name not in APART])
def test_wrong_members_of_a_user(knock: KnockApi, name: str) -> None:
    """A usual member of a user is text, in a batch and in a PUT (FACTS 1.4)."""
    assert (422, [f"users[0].{name}"]) == refusal(knock.identify({"id": "ada", name: 7}))
    answer = knock.call("identifyUser", "PUT", "/v1/users/ada", {name: 7})
    assert (422, [name]) == refusal(answer)


def test_more_than_is_asked_for(knock: KnockApi) -> None:
    """A bulk identify may have more members than `users` (FACTS 1.1)."""
    body = {"users": [], "extra": 1}
    assert 200 == knock.call("bulkIdentifyUsers", "POST", "/v1/users/bulk/identify", body).status_code


@pytest.mark.controls
@pytest.mark.parametrize(
    "members",
    [
        {"name": None, "created_at": None, "channel_data": None, "preferences": None},
        {name: ALL_MEMBERS[name] for name in ("name", "created_at", "channel_data", "preferences")},
    ],
    ids=["null", "set"],
)
def test_members_of_an_object(knock: KnockApi, members: dict[str, Any]) -> None:
    """The usual members of an inline object may be null, and what has a `collection` is an object (FACTS 1.4)."""
    body = {"recipients": [{"id": "engine", "collection": "projects", **members}]}
    assert 200 == knock.trigger("welcome", body).status_code
    state = knock.state()
    ((found,), users) = state["objects"], state["users"]
    assert (members["name"], []) == (found["name"], users)


@pytest.mark.controls
@pytest.mark.parametrize("members", [{}, NO_TENANT, ALL_TENANT], ids=["none", "null", "set"])
def test_members_of_a_tenant(knock: KnockApi, members: dict[str, Any]) -> None:
    """A tenant has an id; its branding, its set of preferences and all else may be null, and is kept (FACTS 1.4)."""
    assert 200 == knock.trigger("welcome", {"recipients": [], "tenant": {"id": "acme", **members}}).status_code
    (found,) = knock.state()["tenants"]
    kept = {name: value for name, value in members.items() if name not in APART or value is not None}
    assert kept.items() <= found.items()


@pytest.mark.controls
@pytest.mark.parametrize("actor", [{"id": "bob", "name": "Bob"}, {"id": "core", "collection": "teams", "size": 3}])
def test_an_inline_actor(knock: KnockApi, actor: dict[str, Any]) -> None:
    """An actor is a user or an object, and can be identified inline (FACTS 1.3)."""
    assert 200 == knock.trigger("welcome", {"recipients": [], "actor": actor}).status_code
    state = knock.state()
    (found,) = state["users"] + state["objects"]
    assert actor.items() <= found.items()


@pytest.mark.our_choice
@pytest.mark.parametrize(
    "members",
    [
        {"settings": {"sandbox_mode": None, "skip_delay": None}},
        {"settings": {"sandbox_mode": False, "skip_delay": False}},
        {"settings": {}},
        {"actor": {"id": "engine", "collection": "projects"}},
        {"cancellation_key": ""},
        {"data": {}},
    ],
)
def test_members_of_a_trigger(knock: KnockApi, members: dict[str, Any]) -> None:
    """Settings of a trigger are true, false or null; a reference is an actor, any map is data (FACTS 1.3)."""
    assert 200 == knock.trigger("welcome", {"recipients": [], **members}).status_code


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"recipients": [{"collection": "projects"}]}, "recipients[0].id"),
        ({"recipients": [{"id": "engine", "collection": None}]}, "recipients[0]"),
        ({"recipients": [{"id": "engine", "collection": 7}]}, "recipients[0]"),
        ({"recipients": [None]}, "recipients[0]"),
        ({"recipients": {"id": "ada"}}, "recipients"),
        ({"recipients": None}, "recipients"),
        ({"actor": {"collection": "projects"}}, "actor.id"),
        ({"tenant": {}}, "tenant.id"),
        ({"tenant": {"id": None}}, "tenant.id"),
        ({"tenant": {"id": "acme", "name": 7}}, "tenant.name"),
        ({"tenant": {"id": "acme", "settings": {"preference_set": 7}}}, "tenant.settings.preference_set"),
        *(
            ({"tenant": {"id": "acme", "settings": {"branding": {name: 7}}}}, f"tenant.settings.branding.{name}")
            for name in BRANDING
        ),
        ({"cancellation_key": 7}, "cancellation_key"),
        ({"data": []}, "data"),
        ({"settings": 7}, "settings"),
        ({"settings": {"sandbox_mode": "yes"}}, "settings.sandbox_mode"),
        ({"settings": {"skip_delay": 0}}, "settings.skip_delay"),
    ],
)
def test_a_member_of_the_wrong_form(knock: KnockApi, members: dict[str, Any], field: str) -> None:
    """Recipients, tenants and settings of another form are refused by the path of what is wrong (FACTS 1.3, 1.4, 7)."""
    assert (422, [field]) == refusal(knock.trigger("welcome", {"recipients": [], **members}))


@pytest.mark.our_choice
def test_one_recipient_is_no_list(knock: KnockApi) -> None:
    """A body with a `recipient` in place of `recipients` lacks them (FACTS 7)."""
    assert (422, ["recipients"]) == refusal(knock.trigger("welcome", {"recipient": "ada"}))
