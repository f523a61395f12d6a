from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

import mock_knock
from mock_knock import KnockWorld
from mock_knock.client import AdminRefused
from mock_knock.client.asking import UNSAID
from mock_knock.errors import UsageError
from mock_knock.testing import Fault
from mock_knock.testing.parts import Key
from mock_knock.web.guard import AccessRules
from tests.client.calls import Caller

FLOW = "bulk-identify-users-notify.hardened"
INPUTS: dict[str, Any] = {"users": [{"id": "ada"}], "recipientIds": ["ada"], "workflowKey": "welcome"}
ADA = {"id": "ada", "email": "ada@example.com"}
SEED = {
    "version": 1,
    "workflows": [{"key": "welcome", "steps": [{"channel": "email"}]}],
    "users": [{"id": "ada", "email": "ada@example.com"}],
}


def test_texts_have_no_key(knock: KnockWorld) -> None:
    """What failures show of a world and its parts has its address and never its key."""
    parts = (knock, knock.admin, knock.users, knock.clock, knock.environment, knock.fault("503-once"))
    assert f"KnockWorld('{knock.url}')" == repr(knock)
    assert all(knock.api_key not in repr(each) for each in parts)
    assert f"'sk_test_***{knock.api_key[-4:]}'" in repr(knock.environment)


def test_a_key_is_text() -> None:
    """A key can be used like any other text, and shows itself masked."""
    key = Key("sk_test_abcdefghijkl")
    assert "sk_test_abcdefghijkl" == key == f"{key}" == str(key)
    assert "{'key': 'sk_test_***ijkl'}" == repr({"key": key})
    assert b'"sk_test_abcdefghijkl"' == orjson.dumps(key)


def test_users(knock: KnockWorld, caller: Caller) -> None:
    """Users are a mapping by their ids, as fresh as the fake."""
    users = knock.users
    assert ([], 0, False) == ([*users], len(users), "ada" in users)
    caller.set_user("ada", name="Ada")
    assert (["ada"], 1, True) == ([*users], len(users), "ada" in users)
    assert ("Ada", None) == (users["ada"]["name"], users.get("bob"))
    with pytest.raises(KeyError, match="bob"):
        users["bob"]
    assert "Users(['ada'])" == repr(users)


def test_users_that_nobody_may_read() -> None:
    """A refusal that is not about the user is no missing user."""
    with mock_knock.running(mock_knock.FakeOptions(rules=AccessRules(admin_token="t0ken"))) as other:
        locked = KnockWorld(other.url, other.api_key, mock_knock.AdminClient(other.url))
        with pytest.raises(AdminRefused, match="admin_token_required"):
            locked.users["ada"]
        with locked.admin:
            fault = Fault(locked.admin, ("busy",))
            with pytest.raises(AdminRefused, match="admin_token_required"):
                fault.remove()


def test_runs_and_messages(knock: KnockWorld, caller: Caller) -> None:
    """Runs and messages are chosen by what is named."""
    knock.load(SEED)
    caller.trigger("welcome", "ada")
    caller.trigger("other", "bob")
    assert (2, 1, 1) == (len(knock.runs()), len(knock.runs("welcome")), len(knock.runs(recipient="bob")))
    assert (1, 1, 0) == (len(knock.messages()), len(knock.messages("ada", channel="email")), len(knock.messages("bob")))
    assert 2 == len(knock.requests("triggerWorkflow")) == len(knock.requests())
    assert 1 == len(knock.requests(workflow="welcome"))


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"recipient": "ada"},
        {"recipient": "projects/engine"},
        {"data": {"x": 1}},
        {"data": {"order": {"items": [{"sku": "egg"}]}}, "times": 1},
        {"actor": "bob", "tenant": "acme"},
        {"tenant": "acme", "times": 1, "recipient": "a*"},
    ],
)
def test_what_was_triggered(knock: KnockWorld, caller: Caller, expected: dict[str, Any]) -> None:
    """A trigger is found by everything that it has."""
    recipients = ("ada", {"id": "engine", "collection": "projects"})
    data = {"x": 1, "order": {"id": 7, "items": [{"sku": "egg", "count": 2}]}}
    caller.trigger("welcome", *recipients, data=data, actor="bob", tenant="acme")
    knock.assert_triggered("welcome", **expected)


@pytest.mark.parametrize(
    "expected",
    [
        {"recipient": "bob"},
        {"data": {"x": True}},
        {"data": {"y": None}},
        {"actor": "ada"},
        {"tenant": "other"},
        {"times": 2},
        {"times": 0},
    ],
)
def test_what_was_not_triggered(knock: KnockWorld, caller: Caller, expected: dict[str, Any]) -> None:
    """A trigger that differs in anything does not count."""
    caller.trigger("welcome", "ada", data={"x": 1}, actor="bob", tenant="acme")
    with pytest.raises(AssertionError):
        knock.assert_triggered("welcome", **expected)


def test_a_slip(knock: KnockWorld, caller: Caller) -> None:
    """A None, such as an id that was never set, is refused: it would stand for anything."""
    caller.trigger("welcome", "ada", data={"x": 1})
    for assertion in (
        lambda: knock.assert_triggered("welcome", recipient=None),  # type: ignore[arg-type]  # the slip
        lambda: knock.assert_triggered("welcome", data=None),
        lambda: knock.assert_not_triggered(None),  # type: ignore[arg-type]  # as above
        lambda: knock.assert_requested("triggerWorkflow", user=None),
        lambda: knock.assert_not_requested(None),  # type: ignore[arg-type]  # as above
        lambda: knock.messages(None),  # type: ignore[arg-type]  # as above
        lambda: knock.runs(recipient=None),  # type: ignore[arg-type]  # as above
        lambda: knock.wait_for(user=None, timeout=0),
        lambda: knock.admin.count(workflow=None),
        lambda: knock.admin.verify(body=None),
    ):
        with pytest.raises(UsageError, match="is None, which says nothing"):
            assertion()
    with pytest.raises(AdminRefused, match="which says nothing"):
        knock.assert_in_order({"user": None})
    assert "UNSAID" == repr(UNSAID)


def test_nothing_was_triggered(knock: KnockWorld, caller: Caller) -> None:
    """That nothing was triggered is said of everything, of a workflow, of a recipient, of data."""
    knock.assert_not_triggered()
    caller.trigger("welcome", "ada", data={"x": 1})
    knock.assert_not_triggered("goodbye")
    knock.assert_not_triggered(recipient="bob")
    knock.assert_not_triggered("welcome", data={"x": 2})
    with pytest.raises(AssertionError, match=r"^a workflow was triggered for ada, and should not have been\n"):
        knock.assert_not_triggered(recipient="ada")


def test_a_repetition_is_no_trigger(knock: KnockWorld, caller: Caller) -> None:
    """A request that repeats an idempotency key triggers nothing, and a refused one neither."""
    for _ in range(2):
        caller.trigger("welcome", "ada", idempotency_key="one")
    knock.assert_triggered("welcome", times=1)
    knock.assert_requested("triggerWorkflow", times=2)
    caller.trigger("welcome", 7)
    knock.assert_triggered("welcome", times=1)
    knock.assert_requested("triggerWorkflow", status=422, times=1)


def test_requests(knock: KnockWorld, caller: Caller) -> None:
    """Any operation can be asked for, or not, with whatever it must have."""
    knock.assert_not_requested()
    caller.set_user("ada", name="Ada")
    knock.assert_requested("identifyUser", user="ada", body={"name": "Ada"}, status="2xx")
    knock.assert_not_requested("triggerWorkflow")
    knock.assert_not_requested(user="bob")
    with pytest.raises(AssertionError, match=r"^identifyUser was requested once, not 3 times\n"):
        knock.assert_requested("identifyUser", times=3)
    with pytest.raises(AssertionError, match=r"^a request with user ada was requested, and should not have been\n"):
        knock.assert_not_requested(user="ada")
    with pytest.raises(AssertionError, match=r'^getUser or listUsers with body \{"a": 1\} did not come\n'):
        knock.assert_in_order({"operation": ["getUser", "listUsers"], "body": {"a": 1}})


def test_an_order(knock: KnockWorld, caller: Caller) -> None:
    """Requests in an order may have others between them."""
    with pytest.raises(AssertionError, match=r"^identifyUser did not come\nnothing at all was asked"):
        knock.assert_in_order("identifyUser")
    caller.set_user("ada")
    caller.trigger("welcome", "ada")
    caller.trigger("goodbye", "ada")
    knock.assert_in_order("identifyUser", {"workflow": "goodbye"})
    with pytest.raises(AssertionError, match=r"^a request with workflow gone did not come after identifyUser"):
        knock.assert_in_order("identifyUser", {"workflow": "gone"})
    with pytest.raises(
        AssertionError, match=r"^triggerWorkflow came before a request with workflow goodbye, not after it\n"
    ):
        knock.assert_in_order({"workflow": "goodbye"}, "triggerWorkflow")


def test_an_answer_that_never_came(knock: KnockWorld, caller: Caller) -> None:
    """A request without an answer stands in the list of what came."""
    knock.fault("reset")
    knock.wait_until(lambda: bool(knock.admin.faults()))
    with pytest.raises(AssertionError):
        caller.ask("GET", "/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e")
    with pytest.raises(AssertionError, match=r"\n  #1 getBulkOperation -> no answer$"):
        knock.assert_in_order("getBulkOperation", "identifyUser")


def test_harm(knock: KnockWorld, caller: Caller) -> None:
    """Harm is what the invariants say; without any, nothing fails."""
    knock.assert_no_harm()
    caller.identify({"id": "ada"})
    caller.trigger("welcome", "ada")
    with pytest.raises(AssertionError, match=r"^harm was done in 2 requests: batch-first\n  batch-first: "):
        knock.assert_no_harm()
    assert "silent" == knock.verdict().verdict


def test_waiting_for_requests(knock: KnockWorld, caller: Caller) -> None:
    """A wait returns what came, however late."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(knock.wait_for, "triggerWorkflow", times=2, timeout=50)
        for workflow in ("welcome", "goodbye"):
            caller.trigger(workflow, "ada")
        assert 2 == len(waiting.result())
    with pytest.raises(AssertionError, match=r"^triggerWorkflow came twice within 0 s, not 3 times\n"):
        knock.wait_for("triggerWorkflow", times=3, timeout=0)
    with pytest.raises(AssertionError, match=r"^a request with workflow gone did not come within 0 s\n"):
        knock.wait_for(workflow="gone", timeout=0)


def test_waiting_for_what_holds(knock: KnockWorld, caller: Caller) -> None:
    """What is waited for is looked at after each request, and when nothing comes."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(knock.wait_until, lambda: "ada" in knock.users, timeout=50)
        caller.set_user("ada")
        assert waiting.result() is None
    seen: list[int] = []
    knock.wait_until(lambda: len(seen) > 2 or bool(seen.append(1)))  # type: ignore[func-returns-value]  # it appends
    with pytest.raises(AssertionError, match=r"^it did not become true within 0 s; 0 requests came meanwhile$"):
        knock.wait_until(lambda: False, timeout=0)


def test_faults(knock: KnockWorld, caller: Caller) -> None:
    """A fault is bundled, changed or described; it counts, and goes when it is told to, or with its block."""
    fault = knock.fault("503-once", on="identifyUser")
    assert [503, 200] == [caller.ask("PUT", "/users/ada", {}).status for _ in range(2)]
    assert (1, 1) <= (fault.fired, fault.matched)
    fault.remove()
    fault.remove()
    with knock.fault(on="identifyUser", do={"status": 429, "retry_after": 2}) as busy:
        assert 429 == caller.ask("PUT", "/users/ada", {}).status
        assert (1, 1) == (busy.fired, busy.matched)
    with knock.fault({"on": "identifyUser", "do": {"status": 409}}, when={"first": 1}):
        assert [409, 200] == [caller.ask("PUT", "/users/ada", {}).status for _ in range(2)]
    assert () == knock.admin.faults()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("503-onc", "did you mean 503-once"),
        ("immediate", "give it as a scenario: follow('immediate')"),
        ("nothing-like-it", "scenarios: 400-bad-json, "),
    ],
)
def test_faults_that_are_none(knock: KnockWorld, name: str, hint: str) -> None:
    """A name that is no fault is refused with what was perhaps meant."""
    with pytest.raises(UsageError, match="fault-unknown") as refused:
        knock.fault(name)
    assert hint in refused.value.hint


def test_a_fault_by_its_alias(knock: KnockWorld) -> None:
    """A fault can be named as the catalogue of faults does."""
    assert knock.fault("B4").ids


def test_scenarios(knock: KnockWorld, tmp_path: Path) -> None:
    """A scenario is followed from now on; a file is read each time, since tests write files."""
    file = tmp_path / "mine.yaml"
    for seed in (1, 2):
        file.write_text(f"version: 1\nseed: {seed}\n")
        knock.follow(file)
        assert seed == knock.admin.scenario()["seed"]
    knock.follow()
    assert 0 == knock.admin.scenario()["seed"]
    with pytest.raises(UsageError, match="scenario-unknown"):
        knock.follow("nope")
    knock.reset()
    assert () == knock.admin.faults()


def test_time(knock: KnockWorld) -> None:
    """Time is moved by seconds and longer stretches, and to instants."""
    assert knock.clock.freeze().is_standing
    now = knock.clock.now
    assert now + timedelta(days=1, hours=2, seconds=3) == knock.clock.advance(3, days=1, hours=2)
    assert datetime(2040, 1, 1, tzinfo=UTC) == knock.clock.travel_to("2040-01-01T00:00:00Z")
    assert not knock.clock.resume().is_standing


def test_a_flow(knock: KnockWorld) -> None:
    """A flow runs in the world and with its key, and its result is handed back; time stands only meanwhile."""
    result = knock.run_flow(FLOW, INPUTS)
    assert ("success", 5) == (result.outcome, len(result.steps))
    knock.assert_triggered("welcome", recipient="ada")
    assert not knock.admin.clock().is_standing
    knock.clock.freeze()
    knock.run_flow(FLOW, {**INPUTS, "apiKey": knock.api_key}, workflow="bulk-identify-users-notify")
    assert knock.admin.clock().is_standing


def test_a_flow_with_another_key(knock: KnockWorld) -> None:
    """A key that is given counts more than that of the world."""
    knock.run_flow(FLOW, {**INPUTS, "apiKey": "sk_test_somebody_elses"})
    knock.assert_not_requested()


@pytest.mark.knock(scenario="stuck-queued")
def test_a_flow_without_an_end(knock: KnockWorld) -> None:
    """A flow that uses its budget up fails, although waiting took no time."""
    with pytest.raises(
        AssertionError, match=r"^bulk-identify-users-notify ended with outcome exhausted: budget-exhausted: "
    ):
        knock.run_flow("bulk-identify-users-notify", INPUTS)


@pytest.mark.knock(scenario="reset")
def test_a_flow_without_an_answer(knock: KnockWorld) -> None:
    """A flow whose target cuts the connection fails with that."""
    with pytest.raises(AssertionError, match=r"^bulk-identify-users-notify (failed at|ended with outcome)"):
        knock.run_flow("bulk-identify-users-notify", INPUTS)


def test_the_sdk_within_the_process(knock: KnockWorld) -> None:
    """The official SDK can call the fake without a port."""
    if knock.application is None:
        pytest.skip("the fake is in another process")
    with httpx.Client(transport=httpx.WSGITransport(knock.application)) as http:
        client = knock.client(http_client=http)
        client.workflows.trigger("welcome", recipients=["ada"])
    knock.assert_triggered("welcome")


def test_data_that_hold_a_key(knock: KnockWorld, caller: Caller) -> None:
    """What looks like a secret is masked in a failure, in what was expected and in what came."""
    caller.trigger("welcome", "ada", data={"token": "t0k3n-of-the-client", "key": "sk_test_canary0123456789abcdef"})
    with pytest.raises(AssertionError) as failed:
        knock.assert_triggered("welcome", data={"token": "expected-t0k3n", "key": "sk_test_canary0123456789abcdee"})
    assert "canary" not in str(failed.value)
    assert "expected-t0k3n" not in str(failed.value).splitlines()[0]


def test_entries_are_json(knock: KnockWorld, caller: Caller) -> None:
    """An entry of the journal can be looked into: request, answer, and what became of it."""
    caller.trigger("welcome", "ada")
    (entry,) = knock.requests()
    assert ["ada"] == orjson.loads(entry["request"]["body"])["recipients"]
    assert (200, "kept") == (entry["response"]["status"], entry["contract"]["request"]["verdict"])
