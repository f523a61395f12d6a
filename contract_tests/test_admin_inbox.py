"""The inbox: users, runs and messages, read without a trace."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from contract_tests.knock_api import KnockApi

ENGINE = {"id": "engine", "collection": "projects"}
EMAIL = "69dea571-9ef0-5bb8-9909-66b9bcb1c6c2"
ODD_IDS = ["a b", "ä", "a?b&c", "a%2Fb", "a\nb", "..."]

pytestmark = pytest.mark.controls


def runs(knock: KnockApi, **query: str) -> list[dict[str, Any]]:
    """Return the runs that a query finds."""
    found: list[dict[str, Any]] = knock.control("GET", f"/runs?{urlencode(query)}")["runs"]
    return found


def messages(knock: KnockApi, **query: str) -> list[tuple[str, str, str]]:
    """Return recipient, workflow and channel of the messages that a query finds."""
    found = knock.control("GET", f"/messages?{urlencode(query)}")["messages"]
    return [(str(each["recipient"]), each["workflow"], each["channel"]["key"]) for each in found]


def test_users(knock: KnockApi) -> None:
    """Users are listed in the order in which they came, objects are not; each is shown with all that is kept of it."""
    knock.finish({"id": "bob"}, {"id": "ada", "name": "Ada", "shoe": 38})
    knock.put("/v1/objects/projects/engine", {"name": "Engine"})
    knock.put("/v1/users/ada/preferences/default", {"channel_types": {"email": False}})
    knock.put(f"/v1/users/ada/channel_data/{EMAIL}", {"data": {"tokens": ["t"]}})
    assert ["bob", "ada"] == knock.control("GET", "/users")["ids"]
    found = knock.control("GET", "/users/ada")
    known = knock.call("getUser", "GET", "/v1/users/ada").json()
    assert {**known, "preferences": found["preferences"], "channel_data": {EMAIL: {"tokens": ["t"]}}} == found
    assert [("default", {"email": False})] == [(each["id"], each["channel_types"]) for each in found["preferences"]]
    assert 38 == found["shoe"]


@pytest.mark.parametrize("id_", ODD_IDS)
def test_ids_of_any_kind(knock: KnockApi, id_: str) -> None:
    """A user is found whatever letters its id has, percent-encoded."""
    knock.trigger("welcome", {"recipients": [{"id": id_, "name": "Odd"}]})
    assert [id_] == knock.control("GET", "/users")["ids"]
    assert id_ == knock.control("GET", f"/users/{quote(id_, safe='')}")["id"]
    assert [[id_]] == [each["recipients"] for each in runs(knock, recipient=id_)]


@pytest.mark.parametrize("id_", ["a/b", "a//b", "a#b"])
def test_ids_that_nobody_can_have(knock: KnockApi, id_: str) -> None:
    """An id that no request can bring can be asked for and named all the same: there is nobody of that name."""
    knock.trigger("welcome", {"recipients": [id_]})
    assert [[id_]] == [each["unknown"] for each in runs(knock, recipient=id_)]
    answer = knock.send("GET", f"/_mock/users/{quote(id_, safe='')}")
    assert (404, "The user does not exist") == (answer.status_code, answer.json()["message"])


def test_rows_take_effect_in_time(seeded: KnockApi) -> None:
    """A user of a batch is there once its row is processed, not before."""
    seeded.control(
        "PUT", "/scenario", {"version": 1, "bulk": {"progress": {"by": "time", "queued": 0, "processing": 10}}}
    )
    seeded.identify({"id": "eve"}, {"id": "mallory"})
    assert 404 == seeded.send("GET", "/_mock/users/eve").status_code
    seeded.advance(5)
    assert ["ada", "bob", "eve"] == seeded.control("GET", "/users")["ids"]


def test_a_run(seeded: KnockApi) -> None:
    """A run has what was asked for, for whom it runs and how far that is, and whom nobody knows."""
    body = {
        "recipients": ["ada", "jane", {"id": "ghost", "collection": "projects"}, ENGINE],
        "actor": "bob",
        "tenant": "acme",
        "data": {"step": 1},
        "cancellation_key": "c1",
    }
    run_id = seeded.trigger("welcome", body).json()["workflow_run_id"]
    (run,) = runs(seeded)
    assert {
        "id": run_id,
        "workflow": "welcome",
        "recipients": body["recipients"],
        "unknown": ["jane", {"id": "ghost", "collection": "projects"}],
        "actor": "bob",
        "tenant": "acme",
        "data": {"step": 1},
        "cancellation_key": "c1",
    } == {name: value for name, value in run.items() if name not in {"recipient_runs", "inserted_at"}}
    assert [("ada", "paused"), (ENGINE, "paused")] == [
        (each["recipient"], each["status"]) for each in run["recipient_runs"]
    ]
    seeded.advance(300)
    assert {"completed"} == {each["status"] for each in runs(seeded)[0]["recipient_runs"]}


def test_a_bare_run(knock: KnockApi) -> None:
    """What was not asked for is null or empty."""
    knock.trigger("welcome", {"recipients": []})
    (run,) = runs(knock)
    empty: dict[str, Any] = {
        "recipients": [],
        "recipient_runs": [],
        "unknown": [],
        "actor": None,
        "tenant": None,
        "data": {},
    }
    assert {**empty, "cancellation_key": None} == {
        name: value for name, value in run.items() if name not in {"id", "workflow", "inserted_at"}
    }


def test_runs_can_be_filtered(seeded: KnockApi) -> None:
    """Runs are found by workflow, and by a recipient: one that is named, known or not, or that subscribes."""
    subscribers = {"recipients": ["bob"]}
    seeded.post("/v1/objects/projects/engine/subscriptions", subscribers)
    first = seeded.notify("ada")
    second = seeded.notify("ada", "jane", workflow="goodbye")
    third = seeded.notify(ENGINE)
    for query, expected in [
        ({}, [first, second, third]),
        ({"workflow": "welcome"}, [first, third]),
        ({"workflow": "nothing"}, []),
        ({"recipient": "ada"}, [first, second]),
        ({"recipient": "jane"}, [second]),
        ({"recipient": "projects/engine"}, [third]),
        ({"recipient": "bob"}, [third]),
        ({"recipient": "engine"}, []),
        ({"workflow": "goodbye", "recipient": "ada"}, [second]),
    ]:
        assert expected == [each["id"] for each in runs(seeded, **query)], query


def test_messages_can_be_filtered(seeded: KnockApi) -> None:
    """Messages are found by recipient, by workflow, and by a channel's type, key or id; oldest first."""
    seeded.notify("ada")
    seeded.advance(300)
    email, feed = ("ada", "welcome", "email"), ("ada", "welcome", "in_app_feed")
    for query, expected in [
        ({}, [email, feed]),
        ({"recipient": "ada"}, [email, feed]),
        ({"recipient": "bob"}, []),
        ({"workflow": "welcome"}, [email, feed]),
        ({"workflow": "goodbye"}, []),
        ({"channel": "email"}, [email]),
        ({"channel": EMAIL}, [email]),
        ({"channel": "in_app_feed", "recipient": "ada"}, [feed]),
        ({"channel": "sms"}, []),
    ]:
        assert expected == messages(seeded, **query), query


def test_messages_are_as_knock_shows_them(seeded: KnockApi) -> None:
    """A message of the inbox is the one that Knock's API gives."""
    seeded.notify("ada", ENGINE)
    seeded.advance(300)
    shown = seeded.control("GET", "/messages")["messages"]
    assert sorted(seeded.messages(), key=lambda each: each["id"]) == sorted(shown, key=lambda each: each["id"])
    assert [] != shown


def test_the_inbox_counts_as_nothing(knock: KnockApi) -> None:
    """To look into the inbox is in no journal, is no poll, and uses up no fault."""
    knock.control(
        "PUT", "/scenario", {"version": 1, "bulk": {"progress": {"by": "polls", "queued": 1, "processing": 1}}}
    )
    knock.control("POST", "/faults", {"id": "all", "do": {"status": 503}, "when": {"after": "5 requests"}})
    operation_id = knock.identify({"id": "ada"}).json()["id"]
    for _ in range(10):
        for path in ("/users", "/runs", "/messages", "/state"):
            knock.control("GET", path)
    assert ["queued", "processing", "completed"] == [knock.operation(operation_id).json()["status"] for _ in range(3)]
    assert (4, 4) == (
        knock.control("GET", "/requests")["total"],
        knock.control("GET", "/faults")["faults"][0]["matched"],
    )
