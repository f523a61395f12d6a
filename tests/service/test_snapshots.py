"""Snapshots: whatever happened since, a world that goes back to one is what it was, time included."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.clock import Clock, ManualClock, OffsetClock
from mock_knock.domain.deeds import Answer, Intent
from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.fault import Action, Fault, When
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.seed_format import parse_seed, write_seed
from mock_knock.messages import HttpRequest, HttpResponse
from mock_knock.service import ResourceMissing, World
from mock_knock.service.bulk import delete_users, push_operation, read_operation
from mock_knock.service.errors import SnapshotRefused, TransitionRefused
from mock_knock.service.gathering import gather
from mock_knock.service.recipients import (
    delete_recipient,
    identify_recipient,
    write_channel_data,
    write_preferences,
)
from mock_knock.service.runs import cancel_runs, trigger_workflow
from mock_knock.service.snapshots import MAX_SNAPSHOTS, drop_snapshot, restore_snapshot, take_snapshot
from tests.service.small_world import KEY, START, UNKNOWN, identify, new_knock, users
from tests.service.test_service_machine import ids, plans

SEED = parse_seed(
    {
        "version": 1,
        "workflows": [{"key": "slow", "steps": [{"channel": "email"}, {"delay": 5}, {"channel": "sms"}]}],
        "users": [{"id": "z", "name": "Zoe", "email": "zoe@example.com"}],
        "objects": [{"collection": "projects", "id": "p"}],
        "subscriptions": [{"object": {"collection": "projects", "id": "p"}, "recipient": "z"}],
    }
)
OTHER = parse_seed({"version": 1, "users": [{"id": "other"}], "workflows": [{"key": "else", "steps": []}]})
DOWN = Action(answer=AnswerFault(503))
ASKED = AskedRequest("getUser", credential=KEY)
ENTRY = JournalEntry(1, START, HttpRequest("GET", "http://localhost/v1/users"), HttpResponse(501))


class Source:
    """Real time, as a test lets it pass."""

    def __init__(self) -> None:
        self.value = START

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.value


@dataclass(frozen=True)
class Known:
    """What a world was when a snapshot was taken of it."""

    state: str
    now: datetime
    is_standing: bool
    scenario: str
    faults: tuple[str, ...]


def state_of(world: World) -> str:
    """Return everything that is there as text, in which true is not 1 and every order counts."""
    return json.dumps(write_seed(gather(world)))


def know(world: World) -> Known:
    """Return what a world is."""
    faults = tuple(each.id for each in world.faults.faults())
    return Known(state_of(world), world.clock.now(), world.clock.is_standing, world.scenario.name, faults)


class Returns(RuleBasedStateMachine):
    """A world in which anything happens, and which goes back."""

    @initialize(factor=st.sampled_from([None, 1.0, 60.0]))
    def begin(self, factor: float | None) -> None:
        """Make a world on a clock that stands, or on one that goes at some speed."""
        self.source = Source()

        def new_clock() -> Clock:
            return ManualClock(START) if factor is None else OffsetClock(self.source, factor=factor)

        self.knock = new_knock(new_clock=new_clock, seed=SEED)
        self.world = self.knock.world(KEY)
        self.known: dict[str, Known] = {}

    @rule(name=st.sampled_from("ab"))
    def take(self, name: str) -> None:
        """Take a snapshot, which changes nothing."""
        before = know(self.world)
        take_snapshot(self.world, name)
        assert before == know(self.world)
        self.known[name] = before

    @rule(name=st.sampled_from("ab"))
    def restore(self, name: str) -> None:
        """Go back: everything is what it was, and goes on as it did."""
        if name in self.known:
            restore_snapshot(self.knock, self.world, name)
            assert self.known[name] == know(self.world)
        else:
            with pytest.raises(ResourceMissing):
                restore_snapshot(self.knock, self.world, name)

    @rule(name=st.sampled_from("ab"))
    def drop(self, name: str) -> None:
        """Forget a snapshot."""
        if self.known.pop(name, None):
            drop_snapshot(self.world, name)
        else:
            with pytest.raises(ResourceMissing):
                drop_snapshot(self.world, name)

    @rule(named=st.lists(ids, max_size=4), plan=plans)
    def identify(self, named: list[str], plan: BulkPlan) -> None:
        """Identify users in bulk, under any plan."""
        self.world.follow(Scenario(name=f"plan {plan.outcome}", bulk=plan))
        identify(self.world, *named, plan={"seats": 1})

    @rule(named=st.lists(ids, max_size=2))
    def delete_many(self, named: list[str]) -> None:
        """Delete users in bulk."""
        delete_users(self.world, named)

    @rule(data=st.data(), to=st.none() | st.sampled_from(Status))
    def push(self, data: st.DataObject, to: Status | None) -> None:
        """Push an operation or poll it."""
        operations = [each.operation.id for each in self.world.state.operations()]
        if not operations:
            return
        chosen = data.draw(st.sampled_from(operations))
        if to is None:
            read_operation(self.world, chosen)
            return
        try:
            push_operation(self.world, chosen, to)
        except TransitionRefused:
            return

    @rule(named=st.lists(ids, max_size=2), workflow=st.sampled_from(["slow", "unknown"]), inline=ids)
    def trigger(self, named: list[str], workflow: str, inline: str) -> None:
        """Trigger a workflow for users, an object and somebody inline."""
        recipients = [*named, {"id": inline, "name": inline}, {"id": "p", "collection": "projects"}]
        trigger_workflow(self.world, workflow, {"recipients": recipients, "cancellation_key": "k", "data": {"x": True}})

    @rule()
    def cancel(self) -> None:
        """Cancel what waits."""
        cancel_runs(self.world, "slow", "k", None)

    @rule(id_=ids, delete=st.booleans())
    def change_one(self, id_: str, *, delete: bool) -> None:
        """Change one user in every way, or delete them."""
        key = RecipientKey(id_)
        identify_recipient(self.world, key, {"plan": {"seats": 2}, "tags": [1, True]})
        write_preferences(self.world, key, "default", {"channel_types": {"email": False}})
        write_channel_data(self.world, key, UNKNOWN, {"tokens": ["a"]})
        if delete:
            delete_recipient(self.world, key)

    @rule(seconds=st.sampled_from([0.0, 0.5, 3.0, 100.0]), is_real=st.booleans())
    def wait(self, seconds: float, *, is_real: bool) -> None:
        """Let time go by, of the world or of everybody."""
        if is_real:
            self.source.value += timedelta(seconds=seconds)
        else:
            self.world.clock.advance(seconds)

    @rule(stand=st.booleans())
    def stand(self, *, stand: bool) -> None:
        """Let time stand, or go on."""
        (self.world.clock.freeze if stand else self.world.clock.resume)()

    @rule(ttl=st.sampled_from([None, 1.0, 50.0]), id_=st.sampled_from(["one", "two"]))
    def add_fault(self, ttl: float | None, id_: str) -> None:
        """Set up a fault, which may be over some time."""
        self.world.faults.drop_over(self.world.clock.now())
        self.world.faults.add(Fault(id_, DOWN, ttl=ttl), self.world.clock.now())

    @rule()
    def load(self) -> None:
        """Put other facts in place of all there are."""
        self.knock.load(self.world, OTHER)

    @rule()
    def reset(self) -> None:
        """Put the world back to its beginning, which forgets its snapshots."""
        self.knock.reset(self.world)
        self.known.clear()

    @invariant()
    def snapshots_are_kept(self) -> None:
        """There are as many snapshots as were taken, and faults that are over are not among those that count."""
        assert self.known.keys() == self.world.snapshots.keys()
        self.world.faults.drop_over(self.world.clock.now())


Returns.TestCase.settings = settings(stateful_step_count=30)
TestReturns = Returns.TestCase
"""Whatever is done in whatever order, a world that goes back to a snapshot is what it was, time included."""


def test_a_snapshot_is_kept_under_its_name() -> None:
    """A snapshot tells what it holds, and another one of its name takes its place."""
    world = new_knock(seed=SEED).world(KEY)
    first = take_snapshot(world, "a")
    assert (first, START, True, ["z"]) == (
        world.snapshots["a"],
        first.seed.now,
        first.is_standing,
        [each.row["id"] for each in first.seed.users],
    )
    world.clock.advance(5)
    second = take_snapshot(world, "a")
    assert [second] == list(world.snapshots.values())
    assert START + timedelta(seconds=5) == second.seed.now


def test_what_is_not_there() -> None:
    """A name under which nothing is kept can be neither restored nor forgotten, and says which it is."""
    knock = new_knock()
    world = knock.world(KEY)
    take_snapshot(world, "a")
    drop_snapshot(world, "a")
    for ask in (lambda: restore_snapshot(knock, world, "a"), lambda: drop_snapshot(world, "a")):
        with pytest.raises(ResourceMissing, match="snapshot does not exist") as refused:
            ask()
        assert "a" == refused.value.where


def test_snapshots_are_bounded() -> None:
    """A world keeps so many snapshots and no more; those that are there can still be replaced."""
    world = new_knock().world(KEY)
    for number in range(MAX_SNAPSHOTS):
        take_snapshot(world, str(number))
    with pytest.raises(SnapshotRefused) as refused:
        take_snapshot(world, "one more")
    assert ("snapshots-full", "one more", True) == (refused.value.code, refused.value.where, bool(refused.value.hint))
    take_snapshot(world, "7")
    drop_snapshot(world, "8")
    take_snapshot(world, "one more")
    assert MAX_SNAPSHOTS == len(world.snapshots)


def test_worlds_have_snapshots_of_their_own() -> None:
    """A snapshot of one key is not seen by another, and going back changes nothing there."""
    knock = new_knock()
    one, other = knock.world("a"), knock.world("b")
    take_snapshot(one, "a")
    for each in (one, other):
        identify(each, "ada")
        each.clock.advance(60)
    restore_snapshot(knock, one, "a")
    before = state_of(other)
    assert "ada" in before
    assert "ada" not in state_of(one)
    assert not other.snapshots


def test_what_stays_when_a_world_goes_back() -> None:
    """The journal stays, and so does what was broken; idempotency keys that were used since are forgotten."""
    knock = new_knock()
    world = knock.world(KEY)
    take_snapshot(world, "a")
    world.journal.add(ENTRY)
    intent = Intent("POST", "/v1/workflows/welcome/trigger", "t")
    for run in ("one", "two"):
        world.tallies.note_run(intent, run, [], lambda _: None, START)
    world.last_answers["getUser"] = b"{}"
    before, answers = world.journal.total, world.answers
    restore_snapshot(knock, world, "a")
    assert (1, ["one-effect"], {}) == (
        before,
        [each.invariant for each in world.tallies.breaches(reported="success")],
        world.last_answers,
    )
    assert 1 == world.journal.total
    assert answers is not world.answers


def test_the_same_again_after_a_return_is_no_harm() -> None:
    """Two tests that begin with the same snapshot and do the same do not break what one of them would not."""
    knock = new_knock()
    world = knock.world(KEY)
    take_snapshot(world, "start")
    intent = Intent("POST", "/v1/workflows/welcome/trigger", "t")
    for status in (503, 200):
        restore_snapshot(knock, world, "start")
        world.clock.advance(1)
        run = trigger_workflow(world, "welcome", {"recipients": []})
        world.tallies.note_run(intent, run.id, [], lambda _: None, world.clock.now())
        world.tallies.note_answer(Answer(intent, world.clock.now(), status, retry_after=30))
    assert () == world.tallies.breaches(reported="success")


def test_faults_count_from_nothing() -> None:
    """The faults of a snapshot are those that stood, not those that were over, and they count from nothing."""
    knock = new_knock(scenario=Scenario(name="start", seed=7))
    world = knock.world(KEY)
    world.faults.add(Fault("over", DOWN, ttl=5), START)
    world.clock.advance(5)
    once = Fault("once", DOWN, when=When(nth=(1,)))
    world.faults.add(once, world.clock.now())
    taken = take_snapshot(world, "a")
    assert (once,) == taken.scenario.faults
    for _ in range(2):
        decision = world.faults.decide(ASKED, key=KEY, now=world.clock.now())
        assert decision is not None
        assert "once" == decision.fault.id
        world.faults.add(Fault("later", DOWN), world.clock.now())
        restore_snapshot(knock, world, "a")
    assert (("once",), "start", 7) == (
        tuple(each.id for each in world.faults.faults()),
        world.scenario.name,
        world.faults.seed,
    )


def test_a_clock_that_went_goes_on() -> None:
    """Time that went when a snapshot was taken goes on from there, as fast as before, whatever it did meanwhile."""
    source = Source()
    knock = new_knock(new_clock=lambda: OffsetClock(source, factor=60))
    world = knock.world(KEY)
    take_snapshot(world, "going")
    world.clock.freeze()
    take_snapshot(world, "standing")
    source.value += timedelta(seconds=10)
    for name, seconds in (("going", 60), ("standing", 0), ("going", 60)):
        restore_snapshot(knock, world, name)
        assert START == world.clock.now()
        source.value += timedelta(seconds=1)
        assert START + timedelta(seconds=seconds) == world.clock.now()


def test_rows_are_processed_again() -> None:
    """An operation that was under way is under way again, and its rows come when they are due again."""
    knock = new_knock()
    world = knock.world(KEY)
    operation = identify(world, "ada")
    take_snapshot(world, "under way")
    for _ in range(2):
        assert {} == users(world)
        world.clock.advance(60)
        assert "completed" == read_operation(world, operation)[1].status
        assert "ada" in state_of(world)
        restore_snapshot(knock, world, "under way")
        assert "queued" == read_operation(world, operation, is_poll=False)[1].status


def test_a_reset_forgets_snapshots() -> None:
    """A world that is put back to its beginning has no snapshots any more."""
    knock = new_knock()
    world = knock.world(KEY)
    take_snapshot(world, "a")
    knock.reset(world)
    assert {} == world.snapshots
