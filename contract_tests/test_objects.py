"""Objects and subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi

PATH = "/v1/objects/projects/engine"
SUBSCRIPTIONS = f"{PATH}/subscriptions"


def subscribe(knock: KnockApi, *recipients: Any, path: str = SUBSCRIPTIONS, **members: Any) -> Any:
    """Subscribe recipients to an object and return the subscriptions."""
    return knock.call("addSubscriptionsForObject", "POST", path, {"recipients": [*recipients], **members}).json()


def recipients_of(knock: KnockApi) -> list[Any]:
    """Return whoever the last trigger runs for."""
    return [each["recipient"] for each in knock.state()["workflow_runs"][-1]["recipient_runs"]]


@pytest.mark.controls
def test_an_object(knock: KnockApi) -> None:
    """An object is created, merged, read with its properties apart, and deleted (FACTS 6; OpenAPI description)."""
    assert 404 == knock.call("getObject", "GET", PATH).status_code
    knock.call("setObject", "PUT", PATH, {"name": "Engine", "size": {"gears": 1}, "owner": "Ada"})
    knock.call("setObject", "PUT", PATH, {"size": {"wheels": 2}, "owner": None})
    found = knock.call("getObject", "GET", PATH).json()
    assert ("engine", "projects", {"name": "Engine", "size": {"gears": 1, "wheels": 2}, "owner": None}) == (
        found["id"],
        found["collection"],
        found["properties"],
    )
    assert 404 == knock.call("getObject", "GET", "/v1/objects/teams/engine").status_code
    assert 204 == knock.call("deleteObject", "DELETE", PATH).status_code
    assert 404 == knock.call("getObject", "GET", PATH).status_code


@pytest.mark.controls
def test_subscriptions(knock: KnockApi) -> None:
    """Recipients subscribe by id or inline, are listed page by page, and unsubscribe (FACTS 8)."""
    found = subscribe(knock, "bob", {"id": "ada", "name": "Ada"}, properties={"role": "owner"})
    assert ["bob", "ada"] == [each["recipient"]["id"] for each in found]
    assert {"role": "owner"} == found[0]["properties"]
    again = subscribe(knock, "bob")
    assert (found[0]["inserted_at"], None) == (again[0]["inserted_at"], again[0]["properties"])
    first = knock.call("listSubscriptionsForObject", "GET", f"{SUBSCRIPTIONS}?page_size=1").json()
    rest = knock.call(
        "listSubscriptionsForObject", "GET", f"{SUBSCRIPTIONS}?after={first['page_info']['after']}"
    ).json()
    assert ["ada", "bob"] == [each["recipient"]["id"] for each in first["entries"] + rest["entries"]]
    only = knock.call("listSubscriptionsForObject", "GET", f"{SUBSCRIPTIONS}?recipients[]=bob").json()
    assert ["bob"] == [each["recipient"]["id"] for each in only["entries"]]
    gone = knock.call("deleteSubscriptionsForObject", "DELETE", SUBSCRIPTIONS, {"recipients": ["bob", "eve"]}).json()
    assert ["bob"] == [each["recipient"]["id"] for each in gone]
    left = knock.call("listSubscriptionsForObject", "GET", SUBSCRIPTIONS).json()
    assert ["ada"] == [each["recipient"]["id"] for each in left["entries"]]


@pytest.mark.controls
def test_inline_subscribers_are_merged(knock: KnockApi) -> None:
    """A subscriber that is known is merged into by an inline one (FACTS 6)."""
    knock.call("identifyUser", "PUT", "/v1/users/ada", {"name": "Ada", "plan": "free"})
    subscribe(knock, {"id": "ada", "plan": "pro"})
    found = knock.call("getUser", "GET", "/v1/users/ada").json()
    assert ("Ada", "pro") == (found["name"], found["plan"])


@pytest.mark.controls
def test_what_an_object_subscribes_to(knock: KnockApi) -> None:
    """An object can subscribe as well; `mode=recipient` reads that side."""
    subscribe(knock, {"id": "core", "collection": "teams", "name": "Core"})
    found = knock.call(
        "listSubscriptionsForObject", "GET", "/v1/objects/teams/core/subscriptions?mode=recipient"
    ).json()
    assert ["engine"] == [each["object"]["id"] for each in found["entries"]]
    assert 404 == knock.call("listSubscriptionsForObject", "GET", "/v1/objects/teams/x/subscriptions").status_code


@pytest.mark.controls
def test_a_trigger_reaches_subscribers(knock: KnockApi) -> None:
    """A trigger for an object runs for its subscribers too, nested ones as well, each once, the actor not (FACTS 7)."""
    subscribe(knock, "ada", "bob", {"id": "core", "collection": "teams"})
    subscribe(knock, "eve", "ada", path="/v1/objects/teams/core/subscriptions")
    knock.trigger("welcome", {"recipients": [{"id": "engine", "collection": "projects"}, "bob"], "actor": "eve"})
    engine, core = ({"id": name, "collection": kind} for name, kind in (("engine", "projects"), ("core", "teams")))
    assert [engine, "bob", "ada", core] == recipients_of(knock)


@pytest.mark.controls
def test_who_has_gone_is_no_subscriber(knock: KnockApi) -> None:
    """Who was deleted is not listed, does not run, and begins without subscriptions when identified again."""
    subscribe(knock, "ada", "bob")
    knock.call("deleteUser", "DELETE", "/v1/users/ada")
    knock.call("identifyUser", "PUT", "/v1/users/ada", {})
    found = knock.call("listSubscriptionsForObject", "GET", SUBSCRIPTIONS).json()["entries"]
    assert ["bob"] == [each["recipient"]["id"] for each in found]
    knock.trigger("welcome", {"recipients": [{"id": "engine", "collection": "projects"}]})
    assert [{"id": "engine", "collection": "projects"}, "bob"] == recipients_of(knock)


@pytest.mark.our_choice
def test_too_many_subscribers(knock: KnockApi) -> None:
    """At most 100 recipients can be subscribed at a time (documentation of Knock, "Subscriptions")."""
    answer = knock.call(
        "addSubscriptionsForObject", "POST", SUBSCRIPTIONS, {"recipients": [f"u{index}" for index in range(101)]}
    )
    assert (422, ["recipients"]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])


@pytest.mark.controls
def test_objects_in_a_query(knock: KnockApi) -> None:
    """How objects are written in a query is not documented: they are let pass without effect, and that is noted."""
    subscribe(knock, "ada")
    found = knock.call("listSubscriptionsForObject", "GET", f"{SUBSCRIPTIONS}?objects[]=engine").json()
    assert ["ada"] == [each["recipient"]["id"] for each in found["entries"]]
    (note,) = knock.control("GET", "/requests")["entries"][-1]["notes"]
    assert note.startswith("objects[] is not imitated")
