"""Messages and recipient runs: what a trigger of a declared workflow leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from contract_tests.knock_api import KnockApi
from mock_knock.local import FakeOptions, load_seed, running
from mock_knock.service import WorldRules

USERS = "/v1/users"


@pytest.fixture(scope="module")
def seeded_url() -> Iterator[str]:
    """Yield the address of a fake with the bundled example."""
    with running(FakeOptions(clock="manual", seed=load_seed("example"), checks_responses=True)) as server:
        yield server.url


@pytest.fixture
def seeded(seeded_url: str, api_key: str) -> Iterator[KnockApi]:
    """Yield a client of a world of its own in that fake."""
    with requests.Session() as session:
        yield KnockApi(seeded_url, api_key, session)


def messages(knock: KnockApi, query: str = "") -> list[dict[str, Any]]:
    """Return the messages that a query finds."""
    found: list[dict[str, Any]] = knock.call("listMessages", "GET", f"/v1/messages{query}").json()["items"]
    return found


def runs(knock: KnockApi, query: str = "") -> list[dict[str, Any]]:
    """Return the recipient runs that a query finds."""
    found: list[dict[str, Any]] = knock.call(
        "listWorkflowRecipientRuns", "GET", f"/v1/workflow_recipient_runs{query}"
    ).json()["items"]
    return found


def welcome(knock: KnockApi, *recipients: Any, **members: Any) -> str:
    """Trigger the workflow of the example and return the id of the run."""
    found: str = knock.trigger("welcome", {"recipients": list(recipients), **members}).json()["workflow_run_id"]
    return found


def advance(knock: KnockApi, seconds: float) -> None:
    """Move the clock."""
    knock.control("POST", "/clock/advance", {"seconds": seconds})


def test_one_message_for_each_channel(seeded: KnockApi) -> None:
    """A recipient gets a message at each channel step, the later ones when the delay has passed (FACTS 7, 8)."""
    run_id = welcome(seeded, "ada", data={"x": 1}, tenant="acme", actor="bob", cancellation_key="c1")
    (first,) = messages(seeded, f"?workflow_run_id={run_id}")
    assert ("email", "delivered", "ada", "acme", ["bob"], {"x": 1}, "welcome") == (
        first["channel"]["type"],
        first["status"],
        first["recipient"],
        first["tenant"],
        first["actors"],
        first["data"],
        first["source"]["key"],
    )
    assert {"email": "ada@example.com", "name": "Ada Lovelace"} == first["recipient_snapshot"]
    (run,) = runs(seeded)
    assert ("paused", run_id) == (run["status"], run["workflow_run_id"])
    assert {"type": "api", "cancellation_key": "c1"} == run["trigger_source"]
    advance(seeded, 300)
    assert ["in_app_feed", "email"] == [each["channel"]["type"] for each in messages(seeded)]
    detail = seeded.call("getWorkflowRecipientRun", "GET", f"/v1/workflow_recipient_runs/{run['id']}").json()
    assert "completed" == detail["status"]
    assert ["message_enqueued", "delay_ended", "message_enqueued"] == [each["event"] for each in detail["events"]]
    assert first == seeded.call("getMessage", "GET", f"/v1/messages/{first['id']}").json()


def test_preferences_keep_messages_away(seeded: KnockApi) -> None:
    """Who has opted out of a category gets nothing, and the run says why (documentation of Knock, "Preferences")."""
    welcome(seeded, "bob")
    assert [] == messages(seeded)
    (run,) = runs(seeded)
    detail = seeded.call("getWorkflowRecipientRun", "GET", f"/v1/workflow_recipient_runs/{run['id']}").json()
    assert [("step_skipped", "preferences")] == [(each["event"], each["data"]["reason"]) for each in detail["events"]]


def test_preferences_count_when_a_step_is_done(seeded: KnockApi) -> None:
    """What is changed during a delay counts for the steps behind it."""
    welcome(seeded, "ada")
    off = {"workflows": {"welcome": False}}
    seeded.call("updateUserPreferenceSet", "PUT", f"{USERS}/ada/preferences/default", off)
    advance(seeded, 300)
    assert ["email"] == [each["channel"]["type"] for each in messages(seeded)]


def test_a_batch_that_ends_before_a_step(seeded: KnockApi) -> None:
    """Rows that were processed before a step count for it, though nobody has looked since."""
    welcome(seeded, {"id": "eve"})
    seeded.identify({"id": "eve", "preferences": {"default": {"workflows": {"welcome": False}}}})
    advance(seeded, 1_000)
    assert [] == messages(seeded)


def test_settings_of_a_trigger(seeded: KnockApi) -> None:
    """In the sandbox messages are made and not sent; delays can be skipped (FACTS 7 "settings")."""
    welcome(seeded, "ada", settings={"sandbox_mode": True, "skip_delay": True})
    assert [("in_app_feed", "delivered"), ("email", "not_sent")] == [
        (each["channel"]["type"], each["status"]) for each in messages(seeded)
    ]
    assert ["completed"] == [run["status"] for run in runs(seeded)]


def test_cancellation(seeded: KnockApi) -> None:
    """A cancellation stops the runs that wait, of all or some recipients, and of its workflow alone (FACTS 5.3)."""
    welcome(seeded, "ada", {"id": "eve"}, {"id": "kim"}, cancellation_key="c1")
    path = "/v1/workflows/{}/cancel"
    for key, body in [
        ("other", {"cancellation_key": "c1"}),
        ("welcome", {"cancellation_key": "c2"}),
        ("welcome", {"cancellation_key": "c1", "recipients": ["ada"]}),
    ]:
        answer = seeded.call("cancelWorkflow (2)", "POST", path.format(key), body)
        assert (204, b"") == (answer.status_code, answer.content)
    assert {"ada": "cancelled", "eve": "paused", "kim": "paused"} == states(seeded)
    seeded.call("cancelWorkflow (2)", "POST", path.format("welcome"), {"cancellation_key": "c1", "recipients": None})
    advance(seeded, 300)
    assert {"ada": "cancelled", "eve": "cancelled", "kim": "cancelled"} == states(seeded)
    assert ["email"] == [each["channel"]["type"] for each in messages(seeded)]


@pytest.mark.parametrize("reference", [{}, {"id": "ada"}, {"collection": "projects"}, 7])
def test_references_of_a_cancellation(seeded: KnockApi, reference: Any) -> None:
    """A recipient of a cancellation is a user's id, or an object with both of its parts (our choice)."""
    body = {"cancellation_key": "c1", "recipients": [reference]}
    assert 422 == seeded.call("cancelWorkflow (2)", "POST", "/v1/workflows/welcome/cancel", body).status_code


def test_what_is_over_is_not_cancelled(seeded: KnockApi) -> None:
    """A finished run cannot be cancelled; that is no error (FACTS 5.3)."""
    welcome(seeded, "ada", cancellation_key="c1", settings={"skip_delay": True})
    body = {"cancellation_key": "c1"}
    assert 204 == seeded.call("cancelWorkflow (2)", "POST", "/v1/workflows/welcome/cancel", body).status_code
    assert {"ada": "completed"} == states(seeded)


def states(knock: KnockApi) -> dict[str, str]:
    """Return the status of the run of each recipient."""
    return {run["recipient"]: run["status"] for run in runs(knock)}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?status[]=delivered&status[]=bounced", 3),
        ("?status[]=bounced", 0),
        ("?source=welcome", 3),
        ("?workflow_categories[]=onboarding", 3),
        ("?tenant=acme", 1),
        ('?trigger_data={"x":1}', 1),
        ('?trigger_data={"x":2}', 0),
        ("?engagement_status[]=unseen", 3),
        ("?engagement_status[]=seen", 0),
        ("?inserted_at[gt]=2020-01-01T00:00:00Z", 3),
        ("?inserted_at[lte]=2020-01-01", 0),
        ("?message_ids[]=nobody", 0),
        ("?trigger_data=7", 3),
        ("?trigger_data={", 3),
        ("?inserted_at[lt]=soon", 3),
    ],
)
def test_filters_of_messages(seeded: KnockApi, query: str, count: int) -> None:
    """The documented filters limit the list; what makes no sense is left out (our choice)."""
    welcome(seeded, "ada")
    welcome(seeded, "ada", tenant="acme", data={"x": 1})
    welcome(seeded, {"id": "eve", "email": "eve@example.com"})
    assert count == len(messages(seeded, query))


@pytest.mark.parametrize(
    ("query", "recipients"),
    [
        ("", [{"id": "engine", "collection": "projects"}, "ada"]),
        ("?recipient=ada", ["ada"]),
        ("?recipient[id]=engine&recipient[collection]=projects", [{"id": "engine", "collection": "projects"}]),
        ("?workflow=other", []),
        ("?status[]=paused&tenant=acme", ["ada"]),
        ("?has_errors=true", []),
        ("?has_errors=false&recipient=ada", ["ada"]),
        ("?starting_at=2020-01-01T00:00:00Z&recipient=ada", ["ada"]),
        ("?ending_at=2020-01-01T00:00:00Z", []),
    ],
)
def test_filters_of_runs(seeded: KnockApi, query: str, recipients: list[Any]) -> None:
    """The documented filters limit the list, newest first."""
    welcome(seeded, "ada", tenant="acme")
    welcome(seeded, {"id": "engine", "collection": "projects"})
    assert recipients == [run["recipient"] for run in runs(seeded, query)]


def test_messages_of_a_user(seeded: KnockApi) -> None:
    """A user's messages are theirs alone, page by page; those of nobody are missing."""
    for _ in range(3):
        welcome(seeded, "ada", {"id": "eve", "email": "eve@example.com"})
    first = seeded.call("listMessagesForUser", "GET", f"{USERS}/ada/messages?page_size=2").json()
    after = first["page_info"]["after"]
    rest = seeded.call("listMessagesForUser", "GET", f"{USERS}/ada/messages?page_size=2&after={after}").json()
    assert (2, 1, {"ada"}) == (
        len(first["items"]),
        len(rest["items"]),
        {each["recipient"] for each in first["items"] + rest["items"]},
    )
    assert 404 == seeded.call("listMessagesForUser", "GET", f"{USERS}/nobody/messages").status_code


@pytest.mark.parametrize(
    "path", ["/v1/messages/nothing", "/v1/workflow_recipient_runs/0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6"]
)
def test_what_does_not_exist(seeded: KnockApi, path: str) -> None:
    """A message and a run that are not there are 404."""
    operation = "getMessage" if "messages" in path else "getWorkflowRecipientRun"
    answer = seeded.call(operation, "GET", path)
    assert (404, "resource_missing") == (answer.status_code, answer.json()["code"])


def test_an_inactive_workflow(seeded: KnockApi) -> None:
    """A workflow that is not active cannot be triggered (FACTS 7; the status is our choice)."""
    answer = seeded.trigger("retired", {"recipients": ["ada"]})
    assert (422, "workflow_inactive") == (answer.status_code, answer.json()["code"])


def test_a_strict_fake() -> None:
    """With --strict workflows and actors must be known (FACTS 7), and parameters that make no sense are refused."""
    with (
        running(
            FakeOptions(seed=load_seed("example"), world_rules=WorldRules(is_strict=True), checks_responses=True)
        ) as server,
        requests.Session() as session,
    ):
        knock = KnockApi(server.url, "sk_test_strict", session)
        missing = knock.trigger("nothing", {"recipients": []})
        actor = knock.trigger("welcome", {"recipients": [], "actor": "jane"})
        size = knock.call("listUsers", "GET", "/v1/users?page_size=51")
        unknown = knock.call("listUsers", "GET", "/v1/users?page=2")
        inline = knock.trigger("welcome", {"recipients": [], "actor": {"id": "jane"}})
    assert [(404, "workflow_missing"), (422, "actor_missing")] == [
        (each.status_code, each.json()["code"]) for each in (missing, actor)
    ]
    assert [(422, ["page_size"]), (422, ["page"])] == [
        (each.status_code, [one["field"] for one in each.json()["errors"]]) for each in (size, unknown)
    ]
    assert 200 == inline.status_code
