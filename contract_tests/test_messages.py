"""Messages and recipient runs: what a trigger of a declared workflow leads to."""

from __future__ import annotations

import pytest
import requests

from contract_tests.knock_api import KnockApi, refusal
from mock_knock.local import FakeOptions, load_seed, running
from mock_knock.service import WorldRules

DAY = 24 * 3600


def test_one_message_for_each_channel(seeded: KnockApi) -> None:
    """A recipient gets a message at each channel step, the later ones when the delay has passed (FACTS 7, 8)."""
    run_id = seeded.notify("ada", data={"x": 1}, tenant="acme", actor="bob", cancellation_key="c1")
    (first,) = seeded.messages(f"?workflow_run_id={run_id}")
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
    (run,) = seeded.runs()
    assert ("paused", run_id) == (run["status"], run["workflow_run_id"])
    assert {"type": "api", "cancellation_key": "c1"} == run["trigger_source"]
    seeded.advance(300)
    assert ["in_app_feed", "email"] == [each["channel"]["type"] for each in seeded.messages()]
    detail = seeded.run(run["id"])
    assert "completed" == detail["status"]
    assert ["message_enqueued", "delay_ended", "message_enqueued"] == [each["event"] for each in detail["events"]]
    assert first == seeded.call("getMessage", "GET", f"/v1/messages/{first['id']}").json()


def test_each_recipient_has_a_run(seeded: KnockApi) -> None:
    """Every recipient of a trigger has a run of its own, whose id is neither another's nor the trigger's (FACTS 7)."""
    run_id = seeded.notify("ada", "bob")
    found = seeded.runs()
    assert [run_id, run_id] == [each["workflow_run_id"] for each in found]
    assert 3 == len({run_id, *(each["id"] for each in found)})


def test_without_an_address(seeded: KnockApi) -> None:
    """Who has no email address runs without an error and gets no email, which the run tells as our event (FACTS 7)."""
    answer = seeded.trigger("welcome", {"recipients": [{"id": "eve"}]})
    assert (200, []) == (answer.status_code, seeded.messages())
    (run,) = seeded.runs()
    events = seeded.run(run["id"])["events"]
    assert [("step_skipped", "email_missing")] == [(each["event"], each["data"]["reason"]) for each in events]


def test_long_texts_stay_whole(seeded: KnockApi) -> None:
    """A text in the data of a trigger reaches the message whole: only logs would cut it (FACTS 5.2)."""
    seeded.notify("ada", data={"text": "x" * 2_000})
    assert ["x" * 2_000] == [each["data"]["text"] for each in seeded.messages()]


def test_messages_and_runs_are_kept_thirty_days(seeded: KnockApi) -> None:
    """Messages and runs can be read for thirty days and then are gone (FACTS 5.2)."""
    seeded.notify("ada", settings={"skip_delay": True})
    (run,), messages = seeded.runs(), seeded.messages()
    seeded.advance(30 * DAY - 1)
    assert ([run], messages) == (seeded.runs(), seeded.messages())
    seeded.advance(1)
    assert ([], []) == (seeded.runs(), seeded.messages())
    path = f"/v1/workflow_recipient_runs/{run['id']}"
    assert 404 == seeded.call("getWorkflowRecipientRun", "GET", path).status_code
    assert 404 == seeded.call("getMessage", "GET", f"/v1/messages/{messages[0]['id']}").status_code


def test_settings_of_a_trigger(seeded: KnockApi) -> None:
    """In the sandbox messages are made and not sent; delays can be skipped (FACTS 7 "settings")."""
    seeded.notify("ada", settings={"sandbox_mode": True, "skip_delay": True})
    assert [("in_app_feed", "delivered"), ("email", "not_sent")] == [
        (each["channel"]["type"], each["status"]) for each in seeded.messages()
    ]
    assert ["completed"] == [run["status"] for run in seeded.runs()]


@pytest.mark.parametrize(
    "path", ["/v1/messages/nothing", "/v1/workflow_recipient_runs/0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6"]
)
def test_what_does_not_exist(seeded: KnockApi, path: str) -> None:
    """A message and a run that are not there are 404 (FACTS 3.2)."""
    operation = "getMessage" if "messages" in path else "getWorkflowRecipientRun"
    answer = seeded.call(operation, "GET", path)
    assert (404, "resource_missing") == (answer.status_code, answer.json()["code"])


def test_an_inactive_workflow(seeded: KnockApi) -> None:
    """A workflow that is not active cannot be triggered (FACTS 7; the status is our choice)."""
    answer = seeded.trigger("retired", {"recipients": ["ada"]})
    assert (422, "workflow_inactive") == (answer.status_code, answer.json()["code"])


def test_a_strict_fake() -> None:
    """With --strict workflows and actors must be known, and parameters must make sense (FACTS 3.2, 7, 8)."""
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
        no_filter = knock.call("listWorkflowRecipientRuns", "GET", "/v1/workflow_recipient_runs?workflow_run_id=1")
        inline = knock.trigger("welcome", {"recipients": ["nobody"], "actor": {"id": "jane"}})
    assert [(404, "workflow_missing"), (422, "actor_missing")] == [
        (each.status_code, each.json()["code"]) for each in (missing, actor)
    ]
    assert [(422, ["page_size"]), (422, ["page"]), (422, ["workflow_run_id"])] == [
        refusal(each) for each in (size, unknown, no_filter)
    ]
    assert 200 == inline.status_code
