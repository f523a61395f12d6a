from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_operation import BulkOperation, Status, Transition
from mock_knock.domain.channel import default_channel
from mock_knock.domain.message import Message
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.trigger import RecipientRun, TriggerRequest, WorkflowRun
from mock_knock.domain.user import Entity
from mock_knock.domain.workflow import DelayStep, Workflow
from mock_knock.domain.workflow_run import RunRecord, waited
from mock_knock.store.memory import MemoryState
from mock_knock.store.protocol import OperationRecord, WorldState

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(operation_id: str, polls: Sequence[datetime] = ()) -> OperationRecord:
    """Return the record of an operation without rows."""
    return OperationRecord(BulkOperation(operation_id, "users.identify", NOW, ()), polls)


def at(seconds: int) -> datetime:
    """Return an instant."""
    return NOW + timedelta(seconds=seconds)


def filled(*operation_ids: str) -> MemoryState:
    """Return a store with these operations."""
    state = MemoryState()
    for operation_id in operation_ids:
        state.put_operation(record(operation_id))
    return state


def names(records: Iterable[OperationRecord]) -> list[str]:
    """Return the ids of the operations in some records."""
    return [each.operation.id for each in records]


def polls(state: WorldState, operation_id: str) -> list[datetime]:
    """Return the polls of an operation."""
    found = state.operation(operation_id)
    assert found is not None
    return list(found.polls)


def test_an_empty_store() -> None:
    """A new store holds nothing, and nothing is found in it."""
    state = MemoryState()
    held = (state.operations(), state.unsettled(), state.recipients(), state.tenants(), state.runs())
    assert [()] * 5 == [tuple(each) for each in held]
    assert (None, None, None) == (state.operation("a"), state.recipient(RecipientKey("a")), state.tenant("a"))


def test_two_stores_share_nothing() -> None:
    """What is put into one store is not in another."""
    filled("a")
    assert () == tuple(MemoryState().operations())


@given(st.lists(st.sampled_from("abcde")))
def test_operations_keep_their_order(written: list[str]) -> None:
    """Operations come oldest first, and one that is replaced keeps its place."""
    state = filled(*written)
    assert list(dict.fromkeys(written)) == names(state.operations()) == names(state.unsettled())


def test_an_operation_is_replaced() -> None:
    """The latest record of an operation is the one that is found."""
    state = filled("a", "b")
    push = Transition(Status.COMPLETED, NOW, 0)
    pushed = replace(record("a").operation, transitions=(push,))
    state.put_operation(OperationRecord(pushed, settled_rows=3))
    found = state.operation("a")
    assert found is not None
    assert ((push,), 3) == (found.operation.transitions, found.settled_rows)


@pytest.mark.parametrize("settled", ["a", "b", "c"])
def test_settled_operations_are_kept_but_not_unsettled(settled: str) -> None:
    """An operation that is settled leaves the list of those that are not, and only that."""
    state = filled("a", "b", "c")
    state.put_operation(record(settled), is_settled=True)
    assert [each for each in "abc" if each != settled] == names(state.unsettled())
    assert ["a", "b", "c"] == names(state.operations())


def test_an_operation_may_be_settled_from_the_beginning() -> None:
    """A new operation that is settled is never among the unsettled, and settling twice is no error."""
    state = MemoryState()
    for _ in range(2):
        state.put_operation(record("a"), is_settled=True)
    assert ([], ["a"]) == (names(state.unsettled()), names(state.operations()))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), max_size=20))
def test_polls_belong_to_their_operation(added: list[tuple[str, int]]) -> None:
    """Each operation has its own polls, in the order in which they came."""
    state = filled("a", "b")
    for operation_id, seconds in added:
        state.add_poll(operation_id, at(seconds))
    for operation_id in "ab":
        assert [at(seconds) for name, seconds in added if name == operation_id] == polls(state, operation_id)


def test_polls_survive_a_replacement() -> None:
    """An operation that is put again keeps its polls, and takes more."""
    state = filled("a")
    state.add_poll("a", at(1))
    found = state.operation("a")
    assert found is not None
    state.put_operation(found._replace(settled_rows=1), is_settled=True)
    state.add_poll("a", at(2))
    assert [at(1), at(2)] == polls(state, "a")


def test_an_operation_may_come_with_polls() -> None:
    """Polls that a new record brings along are the first ones, and the sequence it brought stays as it is."""
    brought = [at(1)]
    state = MemoryState()
    state.put_operation(record("a", polls=brought))
    state.add_poll("a", at(2))
    assert ([at(1), at(2)], [at(1)]) == (polls(state, "a"), brought)


def test_lists_do_not_follow_the_store() -> None:
    """What was read before something is added does not change with it."""
    state = filled("a")
    before = (state.operations(), state.unsettled(), state.recipients(), state.tenants(), state.runs())
    state.put_operation(record("b"))
    state.put_recipient(Entity("ada", {}, NOW))
    state.put_tenant(Entity("acme", {}, NOW))
    state.add_run(WorkflowRun("r", TriggerRequest("w", ()), Workflow("w"), NOW, ()))
    assert [1, 1, 0, 0, 0] == [len(tuple(each)) for each in before]


def test_recipients_are_found_by_id_and_collection() -> None:
    """A user and objects of different collections may have one id."""
    state = MemoryState()
    entities = [Entity("1", {"n": n}, NOW, collection) for n, collection in enumerate((None, "a", "b"))]
    for entity in entities:
        state.put_recipient(entity)
    assert entities == [state.recipient(RecipientKey("1", collection)) for collection in (None, "a", "b")]
    assert state.recipient(RecipientKey("1", "c")) is None


@given(st.lists(st.sampled_from("abc")))
def test_recipients_and_tenants_keep_their_order(written: list[str]) -> None:
    """Whoever was there first comes first, and is as they were put last."""
    state = MemoryState()
    for number, name in enumerate(written):
        state.put_recipient(Entity(name, {"n": number}, NOW))
        state.put_tenant(Entity(name, {"n": number}, NOW))
    latest = {name: number for number, name in enumerate(written)}
    expected = [(name, latest[name]) for name in dict.fromkeys(written)]
    assert expected == [(each.id, each.properties["n"]) for each in state.recipients()]
    assert expected == [(each.id, each.properties["n"]) for each in state.tenants()]
    assert all(state.tenant(name) is not None for name in written)


def test_tenants_are_apart_from_recipients() -> None:
    """A tenant is no recipient and a recipient no tenant, whatever their ids."""
    state = MemoryState()
    state.put_tenant(Entity("acme", {}, NOW))
    state.put_recipient(Entity("ada", {}, NOW))
    assert (None, None) == (state.recipient(RecipientKey("acme")), state.tenant("ada"))


def test_runs_are_kept_in_order() -> None:
    """Runs come oldest first."""
    state = MemoryState()
    runs = [WorkflowRun(name, TriggerRequest("w", ()), Workflow("w"), NOW, ()) for name in "cab"]
    for run in runs:
        state.add_run(run)
    assert tuple(runs) == tuple(state.runs())


def waiting(number: int, *seconds: float) -> RunRecord:
    """Return a run that waits for these seconds, one step after the other."""
    steps = tuple(DelayStep(f"d{index}", each) for index, each in enumerate(seconds))
    run = WorkflowRun(f"r{number}", TriggerRequest("w", ()), Workflow("w", steps=steps), NOW, ())
    return RunRecord(run, RecipientRun(f"rr{number}", RecipientKey("ada"), {}), number)


def test_due_runs_are_taken_in_their_order() -> None:
    """A run is taken when its next step is due, once, and again when it was put back with another one."""
    state = MemoryState()
    one, two, over = waiting(0, 20, 5), waiting(1, 10), waiting(2)
    for each in (one, two, over):
        state.put_record(each)
    assert () == tuple(state.take_due_records(NOW))
    assert (two, one) == tuple(state.take_due_records(at(30)))
    assert () == tuple(state.take_due_records(at(30)))
    state.put_record(replace(one, outcomes=(waited("d0", at(20)),)))
    assert ("rr0",) == tuple(each.recipient_run.id for each in state.take_due_records(at(30)))


def test_a_run_that_was_cancelled_is_not_due() -> None:
    """What was replaced by a run that is over is not taken any more."""
    state = MemoryState()
    state.put_record(waiting(0, 10))
    state.put_record(replace(waiting(0, 10), cancelled_at=NOW))
    assert () == tuple(state.take_due_records(at(60)))


def test_records_and_messages() -> None:
    """Runs and messages are found by id, runs by an alias too, and come in the order in which they were put."""
    state = MemoryState()
    run = waiting(0)
    state.put_record(run)
    state.add_alias("id", "rr0")
    assert [run, run, None] == [state.record(each) for each in ("rr0", "id", "rr1")]
    assert ((run,), 1) == (tuple(state.records()), state.record_count())
    message = Message("m", 0, run, "s", default_channel("email"), "sent", NOW)
    state.add_message(message)
    assert (message, None, (message,), 1) == (
        state.message("m"),
        state.message("n"),
        tuple(state.messages()),
        state.message_count(),
    )


def test_a_recipient_is_removed() -> None:
    """Who is removed is not there any more; removing nobody is no error."""
    state = MemoryState()
    state.put_recipient(Entity("ada", {}, NOW))
    for _ in range(2):
        state.remove_recipient(RecipientKey("ada"))
    assert (None, ()) == (state.recipient(RecipientKey("ada")), tuple(state.recipients()))
