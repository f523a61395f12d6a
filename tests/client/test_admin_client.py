from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import orjson
import pytest

import mock_knock
from mock_knock import AdminClient, KnockWorld
from mock_knock.client import AdminRefused, Invariant, SavedState
from mock_knock.client import admin as admin_module
from mock_knock.errors import InvalidDocument, MockKnockError
from tests.client.calls import Caller


def test_health_and_description(admin: AdminClient) -> None:
    """The fake says that it is well, which version it is, and what its controls are."""
    assert {"status": "ok", "version": mock_knock.__version__} == admin.health()
    assert admin.description()["openapi"].startswith("3.")


def test_its_text_has_no_key(admin: AdminClient) -> None:
    """The text of a client is its address alone, so that failures do not show the key."""
    assert f"AdminClient('{admin.url}')" == repr(admin)
    assert admin.api_key not in repr(vars(admin))


def test_users(admin: AdminClient, caller: Caller) -> None:
    """Users are read by their ids, in the order in which they came."""
    caller.set_user("ada", name="Ada")
    caller.set_user("a b?é", name="Bob")
    assert ("ada", "a b?é") == admin.user_ids()
    assert ("Ada", {}, "Bob") == (
        admin.user("ada")["name"],
        admin.user("ada")["channel_data"],
        admin.user("a b?é")["name"],
    )


def test_runs_and_messages(admin: AdminClient, caller: Caller) -> None:
    """Runs and messages are read oldest first, and by what they must have."""
    admin.set_state(
        {
            "version": 1,
            "users": [{"id": "ada", "email": "ada@example.com"}],
            "workflows": [{"key": key, "steps": [{"channel": "email"}]} for key in ("welcome", "goodbye")],
        }
    )
    for workflow in ("welcome", "goodbye"):
        caller.trigger(workflow, "ada", data={"x": 1})
    assert ["welcome", "goodbye"] == [each["workflow"] for each in admin.runs()]
    assert [("goodbye", {"x": 1})] == [(each["workflow"], each["data"]) for each in admin.runs(workflow="goodbye")]
    assert (2, 0) == (len(admin.runs(recipient="ada")), len(admin.runs(recipient="bob")))
    assert 2 == len(admin.messages())
    assert 1 == len(admin.messages(recipient="ada", workflow="welcome", channel="email"))
    assert () == admin.messages(channel="sms")


def test_the_journal(admin: AdminClient, caller: Caller) -> None:
    """The journal is read whole, by its end, by a number, and by what counts."""
    caller.trigger("welcome", "ada")
    caller.set_user("ada")
    caller.trigger("goodbye", "ada")
    assert [1, 2, 3] == [each["number"] for each in admin.requests().entries]
    assert (3, 0, 3) == ((page := admin.requests(limit=1)).total, page.dropped, page.entries[0]["number"])
    assert [2, 3] == [each["number"] for each in admin.requests(after=1).entries]
    assert [3] == [each["number"] for each in admin.requests(workflow="goodbye").entries]
    assert (3, 2, 1) == (admin.count(), admin.count(operation="triggerWorkflow"), admin.count(operation="identifyUser"))


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ({"operation": ["triggerWorkflow", "identifyUser"]}, 1),
        ({"header": {"Content-Type": "*json", "X-Team": "red: green"}}, 1),
        ({"header": {"X-Team": "blue"}}, 0),
        ({"body": {"data": {"x": [1, {"y": None}]}}}, 1),
        ({"body": {"data": {"x": [1]}}}, 0),
        ({"creates": True, "status": "2xx", "attempt": 0, "user": "ada", "recipient": "ada"}, 1),
        ({"creates": False}, 0),
    ],
)
def test_patterns(admin: AdminClient, caller: Caller, pattern: dict[str, object], count: int) -> None:
    """A pattern means the same in a query, in a body, and in an order."""
    fields = (("X-Team", "red: green"),)
    body = {"recipients": ["ada"], "data": {"x": [1, {"y": None}]}}
    caller.ask("POST", "/workflows/welcome/trigger", body, fields=fields)
    assert count == admin.count(**pattern)
    assert count == admin.verify(**pattern).count
    assert bool(count) is admin.verify_order(pattern).passed
    assert bool(count) is admin.wait(**pattern, timeout=0).passed


def test_near_misses(admin: AdminClient, caller: Caller) -> None:
    """The nearest request comes first, with each field in which it differs."""
    caller.trigger("goodbye", "bob")
    caller.trigger("welcome", "bob")
    first, second = admin.near_misses(workflow="welcome", recipient="ada")
    assert (2, 200, [("recipient", "ada", "bob")]) == (first.number, first.status, [*first.differences])
    assert ["recipient", "workflow"] == [each.field for each in second.differences]
    assert 1 == len(admin.near_misses(limit=1, workflow="welcome", recipient="ada"))


def test_verification(admin: AdminClient, caller: Caller) -> None:
    """A verification says what counts; where it fails, what came nearest."""
    caller.trigger("welcome", "ada")
    passed = admin.verify(workflow="welcome", exactly=1)
    assert (True, 1, (1,), 0) == (passed.passed, passed.count, passed.matched, passed.dropped)
    failed = admin.verify(workflow="goodbye", at_least=2, at_most=3)
    assert (False, 0, "workflow") == (failed.passed, failed.count, failed.near_misses[0].differences[0].field)
    assert "expected goodbye, actual welcome" in failed.message


def test_an_order(admin: AdminClient, caller: Caller) -> None:
    """An order says how many came as they should."""
    caller.set_user("ada")
    caller.trigger("welcome", "ada")
    assert admin.verify_order({"operation": "identifyUser"}, {"operation": "triggerWorkflow"}).passed
    found = admin.verify_order({"operation": "triggerWorkflow"}, {"operation": "identifyUser"})
    assert (False, 1, (2,)) == (found.passed, found.count, found.matched)


def test_waiting_for_what_comes(admin: AdminClient, caller: Caller) -> None:
    """A wait ends as soon as the request is there, long before its time is over."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(admin.wait, workflow="welcome", timeout=50)
        caller.trigger("welcome", "ada")
        assert (True, (1,)) == ((found := waiting.result()).passed, found.matched)


def test_waiting_in_vain(admin: AdminClient) -> None:
    """A wait whose time is over says so."""
    assert not admin.wait(workflow="welcome", timeout=0).passed
    assert not admin.wait(workflow="welcome", timeout=-1).passed


def test_a_long_wait(admin: AdminClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that is longer than the fake lets one request wait is several of them."""
    monkeypatch.setattr(admin_module, "MAX_WAIT", 0.01)
    assert not admin.wait(workflow="welcome", timeout=0.05).passed


def test_events(admin: AdminClient, caller: Caller) -> None:
    """Events are told as they come, up to the limit, resets left out."""
    with ThreadPoolExecutor() as pool:
        told = pool.submit(lambda: [each["number"] for each in admin.events(after=0, limit=2)])
        caller.trigger("welcome", "ada")
        caller.trigger("goodbye", "ada")
        assert [1, 2] == told.result(timeout=50)


def test_events_that_nobody_reads_on(admin: AdminClient, caller: Caller) -> None:
    """Who has seen enough can go, and the client goes on."""
    caller.trigger("welcome", "ada")
    events = admin.events(after=0)
    assert "triggerWorkflow" == next(events)["operation"]
    events.close()  # type: ignore[attr-defined]  # it is a generator
    assert 1 == admin.count()


def test_scenario_and_faults(admin: AdminClient, caller: Caller) -> None:
    """How the world behaves is read, set, added to and taken back, and faults are counted."""
    fault = {"id": "busy", "on": "triggerWorkflow", "do": {"status": 503}, "when": {"first": 1}}
    assert [] == admin.set_scenario({"version": 1, "seed": 7}).get("faults", [])
    assert ("busy", 0, 0) == ((added := admin.add_fault(fault)).id, added.matched, added.fired)
    assert [503, 200] == [caller.trigger("welcome", "ada").status for _ in range(2)]
    assert [("busy", 2, 1)] == [(each.id, each.matched, each.fired) for each in admin.faults()]
    assert (7, ["busy"]) == ((found := admin.scenario())["seed"], [each["id"] for each in found["faults"]])
    admin.remove_fault("busy")
    assert () == admin.faults()


def test_how_exact_it_is(admin: AdminClient, caller: Caller) -> None:
    """How exact the world is can be read and said in parts."""
    assert {"strict": False, "rate_limits": False, "retry_after": 1} == admin.rules()
    assert {"strict": True, "rate_limits": False, "retry_after": None} == admin.set_rules(strict=True, retry_after=None)
    assert 404 == caller.trigger("welcome", "ada").status
    with pytest.raises(AdminRefused, match="loose"):
        admin.set_rules(loose=True)


def test_the_verdict(admin: AdminClient, caller: Caller) -> None:
    """The verdict names what was broken."""
    assert ("survived", ()) == ((found := admin.verdict()).verdict, found.broken)
    caller.identify({"id": "ada"})
    caller.trigger("welcome", "ada")
    found = admin.verdict("failure")
    assert ("failure", "loud", 2, ["batch-first"]) == (
        found.client,
        found.verdict,
        found.requests,
        [each.name for each in found.broken],
    )
    assert isinstance(found.broken[0], Invariant)


def test_time(admin: AdminClient) -> None:
    """The time of the world stands, moves and goes on as it is told."""
    stood = admin.freeze()
    assert stood.is_standing
    assert stood.now + timedelta(seconds=90) == admin.advance(90).now == admin.clock().now
    later = datetime(2040, 1, 1, tzinfo=UTC)
    assert later == admin.travel_to(later).now
    assert later + timedelta(days=1) == admin.travel_to("2040-01-02T00:00:00Z").now
    assert not admin.resume().is_standing


def test_an_operation_that_is_pushed(admin: AdminClient, caller: Caller) -> None:
    """A bulk operation is pushed to a later state."""
    id_ = caller.identify({"id": "ada"})
    assert (id_, "failed") == ((pushed := admin.push_bulk_operation(id_, "failed"))["id"], pushed["status"])


def test_snapshots(admin: AdminClient, caller: Caller) -> None:
    """What is kept under a name can be restored, and is forgotten when that is asked for."""
    caller.set_user("ada")
    taken = admin.take_snapshot("before")
    assert ("before", 1, 0) == (taken.name, taken.counts["users"], taken.counts["runs"])
    caller.set_user("bob")
    assert (taken,) == admin.snapshots()
    assert isinstance(admin.restore_snapshot("before"), SavedState)
    assert ("ada",) == admin.user_ids()
    admin.delete_snapshot("before")
    assert () == admin.snapshots()


def test_a_state_goes_through_a_file(admin: AdminClient, caller: Caller, tmp_path: Path) -> None:
    """A state that was written to a file is put back from it, to the last fact."""
    caller.set_user("ada", name="Ada")
    caller.trigger("welcome", "ada")
    admin.freeze()
    before = admin.state()
    admin.export_state(tmp_path / "state.json")
    admin.reset()
    assert () == admin.user_ids()
    admin.import_state(tmp_path / "state.json")
    assert {**before, "now": ""} == {**admin.state(), "now": ""}


def test_a_state_is_written_whole_or_not_at_all(admin: AdminClient, tmp_path: Path) -> None:
    """Where a state cannot be written, what was there is left, and nothing beside it."""
    folder = tmp_path / "gone"
    with pytest.raises(MockKnockError, match="file-unwritable"):
        admin.export_state(folder / "state.json")
    assert not folder.exists()
    (tmp_path / "state.json").write_text("old")
    admin.export_state(tmp_path / "state.json")
    assert 1 == orjson.loads((tmp_path / "state.json").read_bytes())["version"]
    assert [tmp_path / "state.json"] == [*tmp_path.iterdir()]


def test_a_seed_is_imported(admin: AdminClient, tmp_path: Path) -> None:
    """A seed in YAML is put in place of what is there; what is none is refused, and nothing is lost."""
    seed = tmp_path / "seed.yaml"
    seed.write_text("version: 1\nusers: [{id: ada}]\n")
    admin.import_state(seed)
    for text, error in (
        ("version: [", InvalidDocument),
        ("[1]", MockKnockError),
        ("version: 1\npeople: []", MockKnockError),
    ):
        seed.write_text(text)
        with pytest.raises(error):
            admin.import_state(seed)
    with pytest.raises(InvalidDocument, match="file-missing"):
        admin.import_state(tmp_path / "nowhere.yaml")
    assert ("ada",) == admin.user_ids()


def test_reset(admin: AdminClient, caller: Caller) -> None:
    """A reset is for this world; all of them begin anew only when that is said."""
    other = admin.for_key("sk_test_of_somebody_else")
    other.set_state({"version": 1, "users": [{"id": "bob"}]})
    caller.set_user("ada")
    admin.reset()
    assert ((), ("bob",)) == (admin.user_ids(), other.user_ids())


def test_a_reset_of_all() -> None:
    """Every world begins anew when that is said; in a fake of its own, since others have worlds in the usual one."""
    with mock_knock.running() as knock:
        other = knock.admin.for_key("sk_test_other")
        other.set_state({"version": 1, "users": [{"id": "bob"}]})
        knock.admin.reset(all_worlds=True)
        assert () == other.user_ids()


def test_another_world(admin: AdminClient) -> None:
    """A client of another world has its key and the same address, and sees nothing of this one."""
    admin.set_state({"version": 1, "users": [{"id": "ada"}]})
    other = admin.for_key("sk_test_another")
    assert ("sk_test_another", admin.url) == (other.api_key, other.url)
    assert () == other.user_ids()


def test_many_threads(admin: AdminClient, caller: Caller) -> None:
    """Many threads can use one client at once; each gets the answer to its own question."""
    for number in range(4):
        for _ in range(number):
            caller.trigger(f"w{number}", "ada")
    with ThreadPoolExecutor(8) as pool:
        counted = pool.map(lambda number: admin.count(workflow=f"w{number}"), [*range(4)] * 10)
        assert [*range(4)] * 10 == [*counted]


def test_a_client_that_was_closed(knock: KnockWorld) -> None:
    """Closing gives connections up; the client can be used again."""
    client = AdminClient(knock.url, knock.api_key)
    client.close()
    for _ in range(2):
        with client:
            assert 0 == client.count()


def test_a_mapping_that_is_no_dict(admin: AdminClient) -> None:
    """Any mapping can be sent, inside others too."""
    fault = MappingProxyType({"id": "busy", "on": "triggerWorkflow", "do": MappingProxyType({"status": 503})})
    assert "busy" == admin.add_fault(fault).id
