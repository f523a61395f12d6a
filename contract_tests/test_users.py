"""Users one by one: what is written is read back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest

from contract_tests.knock_api import KnockApi

CHANNEL = "5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11"
USUAL = {"name": None, "email": None, "phone_number": None, "avatar": None, "timezone": None, "created_at": None}


def test_identify_and_read(knock: KnockApi, user_id: str) -> None:
    """PUT creates a user and merges into it, GET reads it: custom properties at the top level, nothing removed.

    FACTS 6 "Upsert rules", 8 "User".
    """
    path = f"/v1/users/{user_id}"
    created = knock.call("identifyUser", "PUT", path, {"name": "Ada", "plan": {"tier": "pro", "seats": 4}, "tags": [1]})
    assert 200 == created.status_code
    knock.call("identifyUser", "PUT", path, {"name": None, "plan": {"seats": 5}, "tags": [2]})
    found = knock.call("getUser", "GET", path).json()
    del found["updated_at"]
    expected = {**USUAL, "plan": {"tier": "pro", "seats": 5}, "tags": [2], "__typename": "User", "id": user_id}
    assert expected == found


def test_an_unknown_user_is_missing(knock: KnockApi, user_id: str) -> None:
    """Reading what nobody has identified is 404; deleting it is no error (our choice)."""
    path = f"/v1/users/{user_id}"
    assert (404, "resource_missing") == status_and_code(knock.call("getUser", "GET", path))
    assert 204 == knock.call("deleteUser", "DELETE", path).status_code


def test_a_deleted_user_is_gone(knock: KnockApi, user_id: str) -> None:
    """After DELETE the user is unknown, and an identify begins anew."""
    path = f"/v1/users/{user_id}"
    knock.call("identifyUser", "PUT", path, {"plan": "pro"})
    answer = knock.call("deleteUser", "DELETE", path)
    assert (204, b"") == (answer.status_code, answer.content)
    assert 404 == knock.call("getUser", "GET", path).status_code
    assert "plan" not in knock.call("identifyUser", "PUT", path, {}).json()


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/users/a%23b", {}, "user_id"),
        (f"/v1/users/{'a' * 257}", {}, "user_id"),
        ("/v1/users/ada", {"name": 7}, "name"),
        ("/v1/users/ada", {"custom": "x" * 256_000}, "body"),
        ("/v1/users/ada", [], "body"),
        ("/v1/users/ada/channel_data/push", {"data": {"tokens": []}}, "channel_id"),
        (f"/v1/users/ada/channel_data/{CHANNEL}", {}, "data"),
        ("/v1/users/ada/preferences/default", {"workflows": 7}, "workflows"),
    ],
)
def test_what_is_refused(knock: KnockApi, path: str, body: Any, field: str) -> None:
    """A request that breaks a rule gets 422 with the name of the parameter and changes nothing (FACTS 1.5)."""
    answer = knock.put(path, body)
    assert (422, [field]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])
    assert 404 == knock.call("getUser", "GET", "/v1/users/ada").status_code


@pytest.mark.controls
def test_pages_of_users(knock: KnockApi) -> None:
    """Cursors lead through all users, forwards and backwards (FACTS 8 "Pagination")."""
    ids = [f"u{index}" for index in range(5)]
    knock.finish(*({"id": each} for each in ids))
    seen, after, pages = [], "", 0
    while after is not None:
        query = f"?page_size=2&after={after}" if after else "?page_size=2"
        page = knock.call("listUsers", "GET", f"/v1/users{query}").json()
        seen += [user["id"] for user in page["entries"]]
        after, pages = page["page_info"]["after"], pages + 1
    assert (ids, 3) == (seen, pages)
    back = knock.call("listUsers", "GET", f"/v1/users?page_size=2&before={page['page_info']['before']}").json()
    assert ["u2", "u3"] == [user["id"] for user in back["entries"]]


@pytest.mark.controls
@pytest.mark.parametrize(("query", "size"), [("page_size=0", 1), ("page_size=51", 50), ("after=x", 50)])
def test_pages_that_cannot_be(knock: KnockApi, query: str, size: int) -> None:
    """A size out of bounds is the nearest one, what is no cursor is left out, and the journal says so (our choice)."""
    answer = knock.call("listUsers", "GET", f"/v1/users?{query}")
    assert (200, size) == (answer.status_code, answer.json()["page_info"]["page_size"])
    assert knock.control("GET", "/requests")["entries"][-1]["notes"][0].startswith(query.partition("=")[0])


@pytest.mark.controls
def test_users_with_their_preferences(knock: KnockApi) -> None:
    """`include[]=preferences` adds the preference sets of each user."""
    knock.finish({"id": "ada", "preferences": {"default": {"workflows": {"welcome": False}}}})
    (plain,) = knock.call("listUsers", "GET", "/v1/users").json()["entries"]
    (full,) = knock.call("listUsers", "GET", "/v1/users?include[]=preferences").json()["entries"]
    assert "preferences" not in plain
    assert [("default", {"welcome": False})] == [(each["id"], each["workflows"]) for each in full["preferences"]]


def test_preferences_are_replaced(knock: KnockApi, user_id: str) -> None:
    """PUT replaces a set, unless it asks for a merge; both create the user (FACTS 6 "preferences inline")."""
    path = f"/v1/users/{user_id}/preferences/default"
    knock.call("updateUserPreferenceSet", "PUT", path, {"workflows": {"a": False}, "channel_types": {"sms": False}})
    replaced = knock.call("updateUserPreferenceSet", "PUT", path, {"workflows": {"b": False}}).json()
    assert ({"b": False}, None) == (replaced["workflows"], replaced["channel_types"])
    merged = {"__persistence_strategy__": "merge", "workflows": {"c": True}}
    knock.call("updateUserPreferenceSet", "PUT", path, merged)
    found = knock.call("getUserPreferenceSet", "GET", path).json()
    assert ("default", {"b": False, "c": True}) == (found["id"], found["workflows"])
    assert "__persistence_strategy__" not in found


def test_preference_sets_of_a_user(knock: KnockApi, user_id: str) -> None:
    """A user has a set for each tenant beside the default one; a set can be taken away; one never set says nothing."""
    path = f"/v1/users/{user_id}/preferences"
    for name in ("default", "acme"):
        knock.call("updateUserPreferenceSet", "PUT", f"{path}/{name}", {"channel_types": {"email": False}})
    knock.call("deleteUserPreferenceSet", "DELETE", f"{path}/default")
    assert ["acme"] == [each["id"] for each in knock.call("listUserPreferenceSets", "GET", path).json()]
    assert knock.call("getUserPreferenceSet", "GET", f"{path}/default").json()["channel_types"] is None
    assert 404 == knock.call("getUserPreferenceSet", "GET", "/v1/users/nobody-here/preferences/default").status_code


def test_channel_data(knock: KnockApi, user_id: str) -> None:
    """The data of a channel is overwritten, read in both forms, and can be unset (FACTS 6 "channel_data inline")."""
    path = f"/v1/users/{user_id}/channel_data/{CHANNEL}"
    knock.call("setUserChannelData", "PUT", path, {"data": {"tokens": ["a", "b"]}})
    assert 200 == knock.call("setUserChannelData", "PUT", path, {"data": {"tokens": ["c"]}}).status_code
    found = knock.call("getUserChannelData", "GET", path).json()
    device = {"token": "c", "locale": None, "timezone": None}
    assert (CHANNEL, {"tokens": ["c"], "devices": [device]}) == (found["channel_id"], found["data"])
    assert 204 == knock.call("unsetUserChannelData", "DELETE", path).status_code
    assert 404 == knock.call("getUserChannelData", "GET", path).status_code


@pytest.mark.controls
def test_bulk_delete(knock: KnockApi) -> None:
    """A bulk delete goes through the states of a bulk operation; the users are there until their rows are processed."""
    knock.finish({"id": "ada"}, {"id": "bob"})
    started = knock.call("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", {"user_ids": ["ada", "zoe"]}).json()
    assert ("users.delete", "queued") == (started["name"], started["status"])
    assert 200 == knock.call("getUser", "GET", "/v1/users/ada").status_code
    assert (2, 0) == tuple(knock.finished(started)[name] for name in ("success_count", "error_count"))
    assert [404, 200] == [knock.send("GET", f"/v1/users/{each}").status_code for each in ("ada", "bob")]


@pytest.mark.controls
def test_bulk_preferences(knock: KnockApi) -> None:
    """A bulk change of preferences replaces the set of each user, and creates who is unknown (our choice)."""
    knock.finish({"id": "ada", "preferences": {"default": {"workflows": {"a": False}}}})
    body = {"user_ids": ["ada", "zoe"], "preferences": {"id": "default", "channel_types": {"sms": False}}}
    started = knock.call("bulkSetUserPreferences", "POST", "/v1/users/bulk/preferences", body).json()
    assert "users.set_preferences" == started["name"]
    knock.finished(started)
    for each in ("ada", "zoe"):
        found = knock.call("getUserPreferenceSet", "GET", f"/v1/users/{each}/preferences/default").json()
        assert ({"sms": False}, None) == (found["channel_types"], found["workflows"])


@pytest.mark.controls
def test_an_oversize_row(knock: KnockApi) -> None:
    """A user of a batch with too many properties ends in error_items, the others are identified (our choice)."""
    ended = knock.finish({"id": "ada"}, {"id": "big", "custom": "x" * 256_000})
    assert ("completed", 1, ["big"]) == (
        ended["status"],
        ended["success_count"],
        [each["id"] for each in ended["error_items"]],
    )


@pytest.mark.our_choice
@pytest.mark.parametrize("id_", ["", "a/b", "a#b", "a" * 257])
def test_ids_of_a_batch(knock: KnockApi, id_: str) -> None:
    """An id that breaks the rules refuses the whole batch, with its place (FACTS 1.5)."""
    answer = knock.identify({"id": "ada"}, {"id": id_})
    assert (422, ["users[1].id"]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "/v1/users/ID/preferences/default", {}, "user_id"),
        ("PUT", f"/v1/users/ID/channel_data/{CHANNEL}", {"data": {"tokens": []}}, "user_id"),
        ("POST", "/v1/users/bulk/preferences", {"user_ids": ["ada", "ID"], "preferences": {}}, "user_ids[1]"),
        ("POST", "/v1/objects/projects/engine/subscriptions", {"recipients": ["ID"]}, "recipients[0]"),
        ("POST", "/v1/objects/projects/engine/subscriptions", {"recipients": [{"id": "ID"}]}, "recipients[0].id"),
        ("POST", "/v1/workflows/welcome/trigger", {"recipients": [{"id": "ID"}]}, "recipients[0].id"),
        ("POST", "/v1/workflows/welcome/trigger", {"recipients": [], "actor": {"id": "ID"}}, "actor.id"),
    ],
)
@pytest.mark.parametrize("id_", ["a#b", "a" * 257])
def test_ids_wherever_a_user_is_created(
    knock: KnockApi, method: str, path: str, body: Any, field: str, id_: str
) -> None:
    """The rules for ids are the same for every request that can create a user (FACTS 1.5)."""
    data = orjson.dumps(body).replace(b'"ID"', orjson.dumps(id_))
    answer = knock.send(method, path.replace("ID", quote(id_)), body=data, headers={"Content-Type": "application/json"})
    assert (422, [field]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])


def status_and_code(answer: Any) -> tuple[int, str]:
    """Return status and error code of an answer."""
    return answer.status_code, answer.json()["code"]
