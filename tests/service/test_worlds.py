from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest

from mock_knock.domain.clock import Clock, ManualClock
from mock_knock.domain.journal import Journal, JournalEntry
from mock_knock.domain.scenario import Scenario
from mock_knock.messages import HttpRequest, HttpResponse
from mock_knock.service import MockKnock, World
from mock_knock.service.bulk import identify_users
from mock_knock.service.runs import trigger_workflow
from mock_knock.service.settling import settle
from mock_knock.store.memory import MemoryState
from tests.service.small_world import KEY, START, batch, identify, new_knock, users

ENTRY = JournalEntry(1, START, HttpRequest("GET", "http://localhost/v1/users"), HttpResponse(501))


def counted_states(made: list[MemoryState]) -> MockKnock:
    """Return a fake that notes every store it makes."""

    def new_state() -> MemoryState:
        made.append(MemoryState())
        return made[-1]

    return MockKnock(new_state=new_state, new_clock=lambda: ManualClock(START), new_id=lambda: "")


def lives_on(knock: MockKnock, world: World) -> bool:
    """Tell whether the world of a key is still the same one; asking makes it the latest in use."""
    return knock.world(world.key) is world


def test_a_world_begins_with_the_first_request() -> None:
    """No facts are made before a key is used, and one set for each key."""
    made: list[MemoryState] = []
    knock = counted_states(made)
    assert 0 == len(made)
    knock.world("a")
    knock.world("b")
    knock.world("a")
    assert 2 == len(made)


def test_a_key_has_one_world() -> None:
    """The same key gives the same world, another key another one."""
    knock = new_knock()
    assert knock.world("a") is knock.world("a")
    assert knock.world("a") is not knock.world("b")


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("a", "a "), ("sk_a", "sk_a" * 1000), ("é", "e")])
def test_keys_are_compared_as_they_are(one: str, other: str) -> None:
    """Keys that differ in anything have different worlds."""
    knock = new_knock()
    assert knock.world(one) is not knock.world(other)


def test_a_world_begins_as_the_fake_was_told() -> None:
    """A new world has the scenario of the fake, an empty journal and no facts."""
    scenario = Scenario(name="slow")
    world = new_knock(scenario=scenario).world(KEY)
    assert (KEY, scenario, 0, {}, ()) == (
        world.key,
        world.scenario,
        len(world.journal),
        users(world),
        tuple(world.state.operations()),
    )


def test_each_world_has_a_journal_as_the_fake_was_told() -> None:
    """Every world gets a journal of its own from outside, and a new one when it is reset."""
    made: list[Journal] = []

    def new_journal() -> Journal:
        made.append(Journal(max_entries=2))
        return made[-1]

    knock = new_knock(new_journal=new_journal)
    assert [] == made
    one, other = knock.world("a"), knock.world("b")
    assert made == [one.journal, other.journal]
    for _ in range(3):
        one.journal.add(ENTRY)
    assert (2, 1, 0) == (len(one.journal), one.journal.dropped, len(other.journal))
    knock.reset(one)
    assert (0, 0, 3) == (len(one.journal), one.journal.total, len(made))
    assert one.journal is made[2]


def test_a_reset_wakes_who_waits() -> None:
    """Whoever waits for what comes is told when a world begins anew."""
    knock = new_knock()
    world = knock.world(KEY)
    waiting, woken = Event(), Event()

    def wait() -> None:
        with world.lock:
            waiting.set()
            if world.arrivals.wait(60):
                woken.set()

    thread = Thread(target=wait, daemon=True)
    thread.start()
    assert waiting.wait(60)
    knock.reset(world)
    thread.join(60)
    assert woken.is_set()


def test_worlds_share_nothing() -> None:
    """Facts, clock, scenario and journal of one world are not seen in another."""
    knock = new_knock()
    one, other = knock.world("a"), knock.world("b")
    operation_id = identify(one, "ada")
    one.clock.advance(60)
    one.scenario = Scenario(name="mine")
    one.journal.add(ENTRY)
    settle(one)
    settle(other)
    assert (["ada"], {}) == (list(users(one)), users(other))
    assert other.state.operation(operation_id) is None
    assert (START, "default", 0) == (other.clock.now(), other.scenario.name, other.journal.total)


def test_at_most_so_many_worlds_are_kept() -> None:
    """With one key too many the world that was used first goes; the others stay."""
    knock = new_knock(max_worlds=3)
    first, *others = [knock.world(key) for key in "abcd"]
    assert all(lives_on(knock, world) for world in others)
    assert not lives_on(knock, first)


def test_the_longest_idle_goes_first() -> None:
    """A world that was used again stays; the one that was not goes."""
    knock = new_knock(max_worlds=2)
    one, other = knock.world("a"), knock.world("b")
    knock.world("a")
    knock.world("c")
    assert lives_on(knock, one)
    assert not lives_on(knock, other)


def test_a_forgotten_world_begins_anew() -> None:
    """A key whose world has gone starts from the beginning."""
    knock = new_knock(max_worlds=1)
    identify(knock.world("a"), "ada")
    knock.world("b")
    assert () == tuple(knock.world("a").state.operations())


def test_going_worlds_leave_a_line_without_their_key(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log says that a world has gone, and shows its key masked."""
    monkeypatch.setattr(logging.getLogger("mock_knock"), "propagate", True)  # `serve` may have changed it
    knock = new_knock(max_worlds=1)
    knock.world(KEY)
    with caplog.at_level(logging.WARNING, "mock_knock"):
        knock.world("another")
    assert ["more than 1 API keys: forgot the world of sk_test_***ijkl"] == caplog.messages


def test_within_the_limit_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """As long as no world has to go, the log stays silent."""
    knock = new_knock(max_worlds=2)
    for key in "abab":
        knock.world(key)
    assert [] == caplog.messages


def test_a_reset_goes_back_to_the_beginning() -> None:
    """A reset forgets facts, clock, scenario and journal of one world, which stays the world of its key."""
    knock = new_knock(scenario=Scenario(name="start"))
    world, other = knock.world("a"), knock.world("b")
    for each in (world, other):
        identify(each, "ada")
        each.clock.advance(5)
        each.scenario = Scenario(name="mine")
        each.journal.add(ENTRY)
    knock.reset(world)
    assert ((), START, "start", 0) == (
        tuple(world.state.operations()),
        world.clock.now(),
        world.scenario.name,
        world.journal.total,
    )
    assert (1, START + timedelta(seconds=5), "mine", 1) == (
        len(tuple(other.state.operations())),
        other.clock.now(),
        other.scenario.name,
        other.journal.total,
    )
    assert lives_on(knock, world)


def test_a_reset_of_all_reaches_every_world() -> None:
    """One call puts every world back."""
    knock = new_knock()
    worlds = [knock.world(key) for key in "abc"]
    for world in worlds:
        identify(world, "ada")
    knock.reset_all()
    assert [()] * 3 == [tuple(world.state.operations()) for world in worlds]


def test_an_operation_from_before_the_reset_is_gone() -> None:
    """What was under way before a reset has no effect after it."""
    knock = new_knock()
    world = knock.world(KEY)
    identify(world, "ada")
    knock.reset(world)
    world.clock.advance(60)
    settle(world)
    assert {} == users(world)


def test_worlds_may_share_a_clock() -> None:
    """A fake that hands out one clock has one time, and a reset of a world does not turn it back."""
    shared: Clock = ManualClock(START)
    knock = new_knock(new_clock=lambda: shared)
    one, other = knock.world("a"), knock.world("b")
    one.clock.advance(7)
    knock.reset(one)
    assert (START + timedelta(seconds=7),) * 2 == (one.clock.now(), other.clock.now())


def test_new_ids_come_from_outside() -> None:
    """Operations and runs have the ids that the fake was given."""
    ids: Iterator[str] = iter(["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"])
    knock = MockKnock(new_state=MemoryState, new_clock=lambda: ManualClock(START), new_id=lambda: next(ids))
    world = knock.world(KEY)
    operation, _ = identify_users(world, batch("ada"))
    run = trigger_workflow(world, "welcome", {"recipients": []})
    assert ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222") == (operation.id, run.id)
