"""Users one by one: what is written is read back."""

from __future__ import annotations

from datetime import datetime, timedelta
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


def test_an_id_does_not_change(knock: KnockApi, user_id: str) -> None:
    """The id of a user stays as it is in the path, whatever a body says (FACTS 1.5)."""
    answer = knock.call("identifyUser", "PUT", f"/v1/users/{user_id}", {"id": f"{user_id}-other"})
    assert (200, user_id) == (answer.status_code, answer.json()["id"])
    assert 404 == knock.call("getUser", "GET", f"/v1/users/{user_id}-other").status_code


def test_what_is_at_its_limit(knock: KnockApi, user_id: str) -> None:
    """An id of 256 characters and properties of 256 kB are accepted (FACTS 1.5)."""
    path = f"/v1/users/{user_id.ljust(256, 'a')}"
    properties = {"custom": "x" * (256_000 - len('{"custom":""}'))}
    assert 200 == knock.call("identifyUser", "PUT", path, properties).status_code


def test_properties_add_up(knock: KnockApi, user_id: str) -> None:
    """The limit of 256 kB is one of the user, not of a request, and what goes over it changes nothing (FACTS 1.5)."""
    path = f"/v1/users/{user_id}"
    assert 200 == knock.call("identifyUser", "PUT", path, {"first": "x" * 200_000}).status_code
    assert 422 == knock.call("identifyUser", "PUT", path, {"second": "x" * 200_000}).status_code
    assert "second" not in knock.call("getUser", "GET", path).json()


def test_instants_of_a_user(seeded: KnockApi) -> None:
    """`created_at` is the caller's and stays; `updated_at` is the instant of the last change (FACTS 6)."""
    path, created = "/v1/users/ada", "2020-02-29T12:00:00Z"
    first = seeded.call("identifyUser", "PUT", path, {"created_at": created}).json()
    seeded.advance(60)
    body = {"updated_at": "1999-01-01T00:00:00Z", "plan": "pro"}
    second = seeded.call("identifyUser", "PUT", path, body).json()
    assert (created, created) == (first["created_at"], second["created_at"])
    moved = datetime.fromisoformat(second["updated_at"]) - datetime.fromisoformat(first["updated_at"])
    assert timedelta(seconds=60) == moved


def test_the_locale_of_a_user(knock: KnockApi, user_id: str) -> None:
    """A locale is accepted and read back like a property of one's own (FACTS 8)."""
    path = f"/v1/users/{user_id}"
    assert "locale" not in knock.call("identifyUser", "PUT", path, {}).json()
    knock.call("identifyUser", "PUT", path, {"locale": "en-GB"})
    assert "en-GB" == knock.call("getUser", "GET", path).json()["locale"]


def test_an_unknown_user_is_missing(knock: KnockApi, user_id: str) -> None:
    """Reading what nobody has identified is 404 (FACTS 3.2); deleting it is no error (our choice)."""
    path = f"/v1/users/{user_id}"
    assert (404, "resource_missing") == status_and_code(knock.call("getUser", "GET", path))
    assert 204 == knock.call("deleteUser", "DELETE", path).status_code


def test_a_deleted_user_is_gone(knock: KnockApi, user_id: str) -> None:
    """After DELETE, which is 204, the user is unknown, and an identify begins anew (FACTS 8)."""
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
def test_a_page_of_users_has_fifty(knock: KnockApi) -> None:
    """Where no size is asked for a page has fifty users, and no cursor to before the first one (FACTS 8)."""
    knock.finish(*({"id": f"u{index}"} for index in range(51)))
    page = knock.call("listUsers", "GET", "/v1/users").json()
    info = page["page_info"]
    assert (50, 50, None, True) == (len(page["entries"]), info["page_size"], info["before"], info["after"] is not None)


@pytest.mark.controls
@pytest.mark.parametrize("query", ["page_size=1&page_size=2", "page_size=1&page_size=x", "after=x&after=y"])
def test_a_parameter_that_comes_twice(knock: KnockApi, query: str) -> None:
    """What takes one value is refused when it comes several times, whatever they are (our choice)."""
    name = query.partition("=")[0]
    refused = knock.call("listUsers", "GET", f"/v1/users?{query}")
    assert (422, "invalid_params") == (refused.status_code, refused.json()["code"])
    message = "takes one value and is there more than once"
    assert {"field": name, "message": message, "type": None} in refused.json()["errors"]


@pytest.mark.controls
@pytest.mark.parametrize(("query", "size"), [("page_size=0", 1), ("page_size=51", 50), ("after=x", 50)])
def test_pages_that_cannot_be(knock: KnockApi, query: str, size: int) -> None:
    """Sizes are 1 to 50, the nearest is taken; what is no cursor is left out and noted (FACTS 8; our choice)."""
    answer = knock.call("listUsers", "GET", f"/v1/users?{query}")
    assert (200, size) == (answer.status_code, answer.json()["page_info"]["page_size"])
    assert knock.control("GET", "/requests")["entries"][-1]["notes"][0].startswith(query.partition("=")[0])


@pytest.mark.controls
def test_users_with_their_preferences(knock: KnockApi) -> None:
    """`include[]=preferences` adds the preference sets of each user (FACTS 1.4, 8)."""
    knock.finish({"id": "ada", "preferences": {"default": {"workflows": {"welcome": False}}}})
    (plain,) = knock.call("listUsers", "GET", "/v1/users").json()["entries"]
    (full,) = knock.call("listUsers", "GET", "/v1/users?include[]=preferences").json()["entries"]
    assert "preferences" not in plain
    assert [("default", {"welcome": False})] == [(each["id"], each["workflows"]) for each in full["preferences"]]


def test_channel_data(knock: KnockApi, user_id: str) -> None:
    """Setting channel data creates the user and overwrites; it has two forms, and is 404 when unset (FACTS 6, 8)."""
    path = f"/v1/users/{user_id}/channel_data/{CHANNEL}"
    knock.call("setUserChannelData", "PUT", path, {"data": {"tokens": ["a", "b"]}})
    assert 200 == knock.call("getUser", "GET", f"/v1/users/{user_id}").status_code
    assert 200 == knock.call("setUserChannelData", "PUT", path, {"data": {"tokens": ["c"]}}).status_code
    found = knock.call("getUserChannelData", "GET", path).json()
    device = {"token": "c", "locale": None, "timezone": None}
    assert (CHANNEL, {"tokens": ["c"], "devices": [device]}) == (found["channel_id"], found["data"])
    assert 204 == knock.call("unsetUserChannelData", "DELETE", path).status_code
    assert 404 == knock.call("getUserChannelData", "GET", path).status_code


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
