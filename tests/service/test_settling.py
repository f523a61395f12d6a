from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_knock.alike import AlikeRows, Likeness
from mock_knock.domain.bulk_operation import Stage, Status
from mock_knock.domain.clock import ManualClock
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import Entity
from mock_knock.domain.user import identify as identify_entity
from mock_knock.service import TransitionRefused, World, settling
from mock_knock.service.bulk import identify_users, push_operation, read_operation
from mock_knock.service.due_rows import DueRows
from mock_knock.service.runs import trigger_workflow
from mock_knock.service.settling import settle
from mock_knock.store.protocol import WorldState
from tests.service.small_world import KEY, START, batch, finish, identify, new_knock, plan, users

AT_ONCE, ONE_POLL = Stage(polls=0), Stage(polls=1)


def within(seconds: float) -> Stage:
    """Return a stage that time alone ends."""
    return Stage(seconds=seconds)


FLAT = Likeness(frozenset({"id", "last"}), is_flat=True, to_row=lambda each: {"id": each.id, "last": each.last})
NESTED = Likeness(
    frozenset({"id", "seen"}), is_flat=False, to_row=lambda each: {"id": each.id, "seen": {"last": each.last}}
)


@dataclass(frozen=True)
class Identify:
    """Identify these users in an operation with these stages; with a likeness, in rows that are alike."""

    ids: tuple[str, ...]
    queued: Stage
    processing: Stage
    likeness: Likeness | None = None


@dataclass(frozen=True)
class Poll:
    """Poll an earlier operation."""

    index: int


@dataclass(frozen=True)
class Push:
    """Push an earlier operation, if it lets itself be pushed."""

    index: int
    to: Status


@dataclass(frozen=True)
class Advance:
    """Let time go by."""

    tenths: int


@dataclass(frozen=True)
class Trigger:
    """Trigger a workflow for a user who is identified on the way."""

    id: str


Event = Identify | Poll | Push | Advance | Trigger

ids = st.sampled_from("abc")
stages = st.sampled_from([AT_ONCE, ONE_POLL, Stage(polls=2), within(0), within(1), Stage(polls=2, seconds=1), Stage()])
indexes = st.integers(0, 5)
events = st.one_of(
    st.builds(Identify, st.lists(ids, max_size=4).map(tuple), stages, stages, st.sampled_from([None, FLAT, NESTED])),
    st.builds(Poll, indexes),
    st.builds(Poll, indexes),
    st.builds(Push, indexes, st.sampled_from(list(Status))),
    st.builds(Advance, st.sampled_from([0, 1, 5, 10])),
    st.builds(Trigger, ids),
)


def play(history: list[Event], *, reads: Callable[[], int]) -> list[Entity]:
    """Let a history happen in a new world, settle it `reads()` times after each event, and return all users."""
    knock = new_knock()
    world, operations = knock.world(KEY), list[str]()
    for number, event in enumerate(history):
        act(world, operations, event, number)
        for _ in range(reads()):
            settle(world)
    settle(world)
    return list(world.state.recipients())


def act(world: World, operations: list[str], event: Event, number: int) -> None:
    """Let one event happen; its number is left on every user it touches."""
    mark = {"last": number, "all": {str(number): True}}
    match event:
        case Identify(ids=named, queued=queued, processing=processing, likeness=None):
            world.scenario = plan(queued, processing)
            operations.append(identify(world, *named, **mark))
        case Identify(ids=named, queued=queued, processing=processing, likeness=Likeness() as likeness):
            world.scenario = plan(queued, processing)
            records = [SimpleNamespace(id=each, last=number) for each in named]
            operations.append(identify_users(world, AlikeRows(likeness, records))[0].id)
        case Poll(index=index) if index < len(operations):
            read_operation(world, operations[index])
        case Push(index=index, to=to) if index < len(operations):
            try:
                push_operation(world, operations[index], to)
            except TransitionRefused:
                return
        case Advance(tenths=tenths):
            world.clock.advance(tenths / 10)
        case Trigger(id=named_id):
            trigger_workflow(world, "welcome", {"recipients": [{"id": named_id, **mark}]})


OLDER_AND_YOUNGER: list[Event] = [Identify(("a",), AT_ONCE, ONE_POLL), Identify(("a",), AT_ONCE, ONE_POLL)]


@given(st.lists(events, max_size=25), st.data())
@example([*OLDER_AND_YOUNGER, Poll(1), Poll(0)], None)  # two polls of one instant, the younger operation first
@example([*OLDER_AND_YOUNGER, Push(1, Status.COMPLETED), Push(0, Status.COMPLETED)], None)
@example([Identify(("a",), AT_ONCE, ONE_POLL), Identify(("a",), AT_ONCE, within(1)), Advance(10), Poll(0)], None)
def test_the_table_does_not_depend_on_when_it_is_read(history: list[Event], data: st.DataObject | None) -> None:
    """Read after every event, now and then, or at the end only: users, properties and their order are the same."""
    once = play(history, reads=lambda: 0)
    assert once == play(history, reads=lambda: 1)
    if data is not None:
        assert once == play(history, reads=lambda: data.draw(st.integers(0, 2)))


SAME_PACE = [
    Identify(("a", "b", "c"), queued, processing, likeness)
    for queued in (AT_ONCE, within(1))
    for processing in (within(1), AT_ONCE)
    for likeness in (None, FLAT, NESTED)
]
OVERLAPPING = [
    [Identify(("a", "b", "c"), AT_ONCE, within(1)), Identify(("c", "d"), AT_ONCE, within(1)), Advance(10)],
    [Identify(("a", "c"), AT_ONCE, within(1)), Identify(("c", "d"), AT_ONCE, within(1.5)), Advance(20)],
]
"""The one that begins first names a user last."""
ONE_INSTANT = [Identify(("a",), within(1), AT_ONCE), Identify(("b", "a"), AT_ONCE, within(1)), Advance(10)]
"""The younger one begins first, and ends as the older one begins."""
YOUNGER_IS_THROUGH = [Identify(("a", "b"), within(1), within(1)), Identify(("b", "a"), AT_ONCE, AT_ONCE), Advance(30)]
OTHERS = [
    Identify(("b", "c"), AT_ONCE, within(2)),
    Identify(("d", "e"), AT_ONCE, within(2)),
    Identify(("f", "a"), within(1), within(1)),
    Identify(("f", "f"), within(1), within(1)),
]
alike = st.lists(
    st.one_of(
        st.sampled_from([SAME_PACE[2], SAME_PACE[2], SAME_PACE[1]]),
        st.sampled_from([*SAME_PACE, *OTHERS]),
        st.sampled_from([*OTHERS, Advance(4), Advance(10), Advance(30)]),
        events,
    ),
    max_size=15,
)


def take_in_order(state: WorldState, due: Sequence[DueRows]) -> None:
    """Identify row by row in the order of instants, as is said of the rule."""
    rows = [(each.times.of(index), position, index) for position, each in enumerate(due) for index in each.indexes]
    for at, position, index in sorted(rows):
        row = due[position].operation.rows[index]
        key = RecipientKey(row["id"])
        state.put_recipient(identify_entity(state.recipient(key), key, row, at))


@given(alike, st.data())
@example(OVERLAPPING[0], None)
@example(OVERLAPPING[1], None)
@example(ONE_INSTANT, None)
@example(YOUNGER_IS_THROUGH, None)
@example([SAME_PACE[0], SAME_PACE[0], Advance(10)], None)  # each says something of other members
@example([SAME_PACE[2], Advance(4), SAME_PACE[2], Advance(5)], None)  # the older one has come further
@example([SAME_PACE[2], Advance(5), SAME_PACE[1], Advance(10)], None)  # of another likeness
def test_one_by_one_is_in_order(history: list[Event], data: st.DataObject | None) -> None:
    """Where operations are taken one after the other, the table is what the order of instants makes of it."""
    number = len(history)
    reads = [0] * number if data is None else data.draw(st.lists(st.integers(0, 1), min_size=number, max_size=number))
    found = play(history, reads=iter(reads).__next__)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "_identify", take_in_order)
        assert play(history, reads=iter(reads).__next__) == found


def test_users_who_stand_twice_in_several_batches() -> None:
    """Of a user who stands twice in each of two batches, a row of the older one can be the later one."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, within(2))
    for number in range(2):
        identify_users(world, [{"id": "ada", "x": number}, {"id": "ada", **({} if number else {"x": "second"})}])
    world.clock.advance(9)
    settle(world)
    assert {"x": "second"} == users(world)["ada"].properties


def test_rows_do_not_pile_up() -> None:
    """Where nobody looks, batches are worked off all the same once many rows wait, a little later than they are due."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, within(1))
    for _ in range(settling.MOST_WAITING // 1_000 * 3):
        identify(world, *map(str, range(1_000)))
        world.clock.advance(0.05)
    assert world.state.unsettled_rows() <= settling.MOST_WAITING + 1_000
    assert world.state.has_recipient(RecipientKey("999"))


def test_few_rows_wait_until_somebody_looks() -> None:
    """As long as few rows wait, nothing is done for them before somebody looks."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, AT_ONCE)
    for _ in range(10):
        identify(world, "ada")
        world.clock.advance(10)
    assert not world.state.has_recipient(RecipientKey("ada"))
    settle(world)
    assert world.state.has_recipient(RecipientKey("ada"))


def test_what_is_over_keeps_its_ids() -> None:
    """Once an operation is over and in the table, its rows are their ids; its failed rows are still told."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, AT_ONCE, error_ids=frozenset({"grace"}))
    operation_id = identify(world, "ada", "grace", plan="pro")
    settle(world)
    operation, snapshot = read_operation(world, operation_id)
    assert [{"id": "ada"}, {"id": "grace"}] == list(operation.rows)
    assert (["grace"], 1) == ([operation.ids[row] for row in snapshot.error_rows], snapshot.success_count)
    assert {"ada"} == set(users(world))


def test_operations_that_are_over_share_their_ids() -> None:
    """Of operations settled together that name the same users in a row, the ids are kept once."""
    world = new_knock().world(KEY)
    world.scenario = plan(AT_ONCE, AT_ONCE)
    for names in (("ada", "alan"), ("ada", "alan"), ("grace",), ("grace",)):
        identify(world, *names)
    settle(world)
    one, same, other, last = (each.operation.rows for each in world.state.operations())
    assert (True, True) == (one is same, other is last)
    assert ([{"id": "ada"}, {"id": "alan"}], [{"id": "grace"}]) == ([*one], [*other])


@given(st.lists(events, max_size=15))
def test_settling_twice_changes_nothing(history: list[Event]) -> None:
    """Settling again at the same instant leaves every user as it is, the instant of its identify included."""
    assert play(history, reads=lambda: 1) == play(history, reads=lambda: 2)


@pytest.mark.parametrize("reads", [0, 1])
def test_the_later_row_wins(reads: int) -> None:
    """Of two operations, the row that is processed later is merged over the other, whichever operation is older."""
    slow, fast = Identify(("a",), AT_ONCE, within(2)), Identify(("a",), AT_ONCE, within(1))
    (user,) = play([slow, fast, Advance(30)], reads=lambda: reads)
    assert (0, START + timedelta(seconds=2)) == (user.properties["last"], user.updated_at)
    assert {"0": True, "1": True} == user.properties["all"]


def test_of_one_batch_the_later_row_wins() -> None:
    """A user who stands twice in a batch has the properties of both rows, the later ones over the earlier."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, AT_ONCE)
    identify_users(world, [{"id": "ada", "a": 1, "b": 1}, {"id": "ada", "b": 2}])
    settle(world)
    assert {"a": 1, "b": 2} == users(world)["ada"].properties


def test_a_user_is_as_old_as_its_row() -> None:
    """A user is identified at the instant its row was processed, not when somebody looked."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, within(4))
    identify(world, "a", "b", "c", "d")
    world.clock.advance(3600)
    settle(world)
    assert [START + timedelta(seconds=each) for each in (1, 2, 3, 4)] == [
        user.updated_at for user in users(world).values()
    ]


def test_rows_become_users_as_they_are_processed() -> None:
    """Halfway through its time half of an operation is in the table."""
    knock = new_knock()
    world = knock.world(KEY)
    world.scenario = plan(AT_ONCE, within(4))
    identify(world, "a", "b", "c", "d")
    seen = []
    for _ in range(5):
        settle(world)
        seen.append("".join(users(world)))
        world.clock.advance(1)
    assert ["", "a", "ab", "abc", "abcd"] == seen


def test_settling_tells_the_instant() -> None:
    """The instant that the table stands at is returned, so that what is shown beside it can be of that instant too."""
    knock = new_knock()
    world = knock.world(KEY)
    world.clock.advance(7)
    assert START + timedelta(seconds=7) == settle(world)


def test_an_ended_operation_is_not_looked_at_again() -> None:
    """Once an operation has ended and is in the table, settling has nothing to do with it."""
    knock = new_knock()
    world = knock.world(KEY)
    ended, running = identify(world, "ada"), identify(world, "grace")
    finish(world, ended)
    assert [running] == [record.operation.id for record in world.state.unsettled()]


class TickingClock(ManualClock):
    """A clock that goes on by a second whenever it is read, as a real one does by a little."""

    def __init__(self) -> None:
        super().__init__(START)

    def now(self) -> datetime:
        """Return the next second."""
        read = super().now()
        self.advance(1)
        return read


def test_settling_reads_the_clock_once() -> None:
    """All operations are seen at one instant: a row does not overtake another while the table is brought up to date."""
    knock = new_knock(new_clock=TickingClock)
    world = knock.world(KEY)
    for name, seconds in (("older", 2.5), ("younger", 1.7)):  # begun in seconds 0 and 1, due at 2.5 and 2.7
        world.scenario = plan(AT_ONCE, within(seconds))
        identify_users(world, batch("ada", name=name))
    settle(world)
    settle(world)
    assert "younger" == users(world)["ada"].properties["name"]


def test_a_trigger_reads_the_clock_once() -> None:
    """A run begins at the very instant at which its inline recipients and its tenant were identified."""
    knock = new_knock(new_clock=TickingClock)
    world = knock.world(KEY)
    run = trigger_workflow(world, "welcome", {"recipients": [{"id": "ada"}], "tenant": "acme"})
    (tenant,) = world.state.tenants()
    assert (run.inserted_at, run.inserted_at) == (users(world)["ada"].updated_at, tenant.updated_at)
