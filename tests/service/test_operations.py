from __future__ import annotations

import pytest

from mock_knock.domain.bulk_operation import Stage, Status
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.scenario import Scenario
from mock_knock.service import MockKnock, ResourceMissing, TransitionRefused, World
from mock_knock.service.bulk import identify_users, push_operation, read_operation
from mock_knock.service.settling import settle
from tests.service.small_world import KEY, START, UNKNOWN, batch, finish, identify, new_knock, plan, users

FOREVER = Stage()
AT_ONCE = Stage(polls=0)


def polls(world: World, operation_id: str) -> int:
    """Return how many polls of an operation were counted."""
    record = world.state.operation(operation_id)
    assert record is not None
    return len(record.polls)


@pytest.fixture
def knock() -> MockKnock:
    """Return a fake with the default timeline."""
    return new_knock()


@pytest.fixture
def world(knock: MockKnock) -> World:
    """Return the only world that the test uses."""
    return knock.world(KEY)


def test_an_identify_answers_with_the_operation_as_it_stands(world: World) -> None:
    """A new operation has all rows, begins now and is not under way."""
    operation, snapshot = identify_users(world, batch("ada", "grace"))
    assert ("users.identify", START, 2) == (operation.name, operation.inserted_at, snapshot.total_rows)
    assert (Status.QUEUED, 0, None) == (snapshot.status, snapshot.processed_rows, snapshot.started_at)


def test_an_immediate_operation_is_complete_in_its_answer(world: World) -> None:
    """With two empty stages the answer of the identify itself says completed."""
    world.scenario = plan(AT_ONCE, AT_ONCE)
    _, snapshot = identify_users(world, batch("ada"))
    assert (Status.COMPLETED, 1, START) == (snapshot.status, snapshot.processed_rows, snapshot.completed_at)


def test_a_stage_may_be_shorter_than_time_can_tell(world: World) -> None:
    """A stage of less than a microsecond is over at once, however its operation ends."""
    world.scenario = plan(AT_ONCE, Stage(seconds=1e-9))
    assert Status.COMPLETED is identify_users(world, batch("ada"))[1].status
    world.scenario = plan(FOREVER, Stage(seconds=1e-9))
    operation_id = identify(world, "ada")
    assert Status.FAILED is push_operation(world, operation_id, Status.FAILED)[1].status


def test_the_scenario_of_the_beginning_counts(world: World) -> None:
    """An operation keeps the timeline and the failing rows that held when it began."""
    world.scenario = Scenario(bulk=BulkPlan(error_ids=frozenset({"ada"})))
    operation_id = identify(world, "ada", "grace")
    world.scenario = Scenario()
    finish(world, operation_id)
    assert ["grace"] == list(users(world))


def test_what_is_identified_does_not_follow_its_list(world: World) -> None:
    """Rows that are added to the list afterwards are no part of the operation."""
    sent = batch("ada")
    operation, _ = identify_users(world, sent)
    sent.append({"id": "grace"})
    assert 1 == len(operation.rows)


def test_what_is_read_is_what_is_observed(world: World) -> None:
    """Polls one to three of the default timeline read queued, processing and completed."""
    operation_id = identify(world, "ada")
    seen = [read_operation(world, operation_id)[1].status for _ in range(4)]
    assert [Status.QUEUED, Status.PROCESSING, Status.COMPLETED, Status.COMPLETED] == seen


def test_only_polls_count(world: World) -> None:
    """A read that is no poll leaves the operation where it is."""
    operation_id = identify(world, "ada")
    for _ in range(5):
        read_operation(world, operation_id, is_poll=False)
    assert 0 == polls(world, operation_id)
    assert Status.QUEUED is read_operation(world, operation_id)[1].status


def test_an_ended_operation_counts_no_polls(world: World) -> None:
    """Polls after the end are not kept, so that polling for ever costs no memory."""
    operation_id = identify(world, "ada")
    for _ in range(50):
        read_operation(world, operation_id)
    assert 2 == polls(world, operation_id)


def test_an_id_is_found_in_any_case(world: World) -> None:
    """A UUID in upper case names the same operation, and its polls count."""
    operation_id = identify(world, "ada")
    read_operation(world, operation_id.upper())
    assert 1 == polls(world, operation_id)


def test_an_unknown_operation_is_missing(world: World) -> None:
    """Reading and pushing what does not exist says so, with the id as it was asked for."""
    with pytest.raises(ResourceMissing) as missing:
        read_operation(world, UNKNOWN.upper())
    assert ("resource_missing", UNKNOWN.upper()) == (missing.value.code, missing.value.where)
    with pytest.raises(ResourceMissing):
        push_operation(world, UNKNOWN.upper(), Status.COMPLETED)


def test_an_operation_of_another_world_is_missing(knock: MockKnock, world: World) -> None:
    """An id is good in its own world only."""
    operation_id = identify(world, "ada")
    with pytest.raises(ResourceMissing):
        read_operation(knock.world("another"), operation_id)


@pytest.mark.parametrize(
    "path",
    [
        (Status.PROCESSING, Status.COMPLETED),
        (Status.PROCESSING, Status.FAILED),
        (Status.COMPLETED,),
        (Status.FAILED,),
    ],
)
def test_pushes_go_forward(world: World, path: tuple[Status, ...]) -> None:
    """A push to a later state is answered with that state, and the state stays."""
    world.scenario = plan(FOREVER, FOREVER)
    operation_id = identify(world, "ada")
    for to in path:
        assert to is push_operation(world, operation_id.upper(), to)[1].status
        assert to is read_operation(world, operation_id)[1].status


@pytest.mark.parametrize(
    ("at", "to"),
    [
        (Status.QUEUED, Status.QUEUED),
        (Status.PROCESSING, Status.QUEUED),
        (Status.PROCESSING, Status.PROCESSING),
        *((end, to) for end in (Status.COMPLETED, Status.FAILED) for to in Status),
    ],
)
def test_pushes_never_go_back_or_aside(world: World, at: Status, to: Status) -> None:
    """A push to the same, an earlier or the other last state is refused, and changes nothing."""
    world.scenario = plan(FOREVER, FOREVER)
    operation_id = identify(world, "ada")
    if at is not Status.QUEUED:
        push_operation(world, operation_id, at)
    before = read_operation(world, operation_id, is_poll=False)
    with pytest.raises(TransitionRefused) as refused:
        push_operation(world, operation_id, to)
    assert ("transition-refused", operation_id) == (refused.value.code, refused.value.where)
    assert before == read_operation(world, operation_id, is_poll=False)


def test_a_push_into_an_empty_stage_goes_on(world: World) -> None:
    """Pushed to processing, an operation whose processing takes no time is completed at once."""
    world.scenario = plan(FOREVER, AT_ONCE)
    operation_id = identify(world, "ada")
    assert Status.COMPLETED is push_operation(world, operation_id, Status.PROCESSING)[1].status


def test_a_push_counts_from_where_the_operation_is(world: World) -> None:
    """What polls and time have done already cannot be pushed to again."""
    operation_id = identify(world, "ada")
    world.clock.advance(1)
    with pytest.raises(TransitionRefused):
        push_operation(world, operation_id, Status.PROCESSING)
    assert Status.COMPLETED is push_operation(world, operation_id, Status.COMPLETED)[1].status


def test_a_pushed_end_makes_users(world: World) -> None:
    """Pushed to completed, every row becomes a user; pushed to failed, none that was not processed."""
    world.scenario = plan(FOREVER, FOREVER)
    completed, failed = identify(world, "ada"), identify(world, "grace")
    push_operation(world, completed, Status.COMPLETED)
    push_operation(world, failed, Status.FAILED)
    settle(world)
    assert ["ada"] == list(users(world))


def test_failing_rows_never_become_users(world: World) -> None:
    """A row that ends in error_items is not identified, whether it is named or the n-th."""
    world.scenario = Scenario(bulk=BulkPlan(error_ids=frozenset({"b"}), every=4))
    operation_id = identify(world, "a", "b", "c", "d", "e")
    finish(world, operation_id)
    _, snapshot = read_operation(world, operation_id)
    assert (["a", "c", "e"], (1, 3)) == (list(users(world)), snapshot.error_rows)


def test_a_failing_row_leaves_the_user_as_it_was(world: World) -> None:
    """A failing row changes nothing of a user who is known already."""
    finish(world, identify(world, "ada", name="Ada"))
    before = users(world)["ada"]
    world.scenario = Scenario(bulk=BulkPlan(error_ids=frozenset({"ada"})))
    finish(world, identify(world, "ada", name="Nobody"))
    assert before == users(world)["ada"]


def test_a_failed_operation_keeps_what_was_processed(world: World) -> None:
    """Rows before the failure are users, rows after it are not."""
    world.scenario = plan(AT_ONCE, AT_ONCE, outcome="failed", fail_at=BulkPlan().fail_at / 2)
    identify(world, "a", "b", "c", "d")
    settle(world)
    assert ["a", "b"] == list(users(world))
