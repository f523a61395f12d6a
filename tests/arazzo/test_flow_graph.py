"""Where a run can go from each step."""

from __future__ import annotations

import pytest
from fake_contract import make_workflow

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Action, Step
from mock_knock.arazzo.linting.flow_graph import FlowGraph, falls_through, open_actions

SOMETIMES = (Criterion("$statusCode == 200"),)


def test_steps_follow_each_other() -> None:
    """Without actions each step leads to the next one, and the last one ends the run."""
    graph = FlowGraph.of(make_workflow(Step("a", "a"), Step("b", "b"), Step("c", "c")))
    assert {"b", "c"} == graph.reached("b")
    assert ["a", "b", "c"] == graph.path("a", "c")
    assert graph.path("c", "a") is None
    assert {"c"} == graph.exits


def test_an_action_without_criteria_takes_every_case() -> None:
    """Behind an unconditional goto or end nothing is taken, and the run does not fall through."""
    away = Action("away", "goto", "c")
    graph = FlowGraph.of(
        make_workflow(Step("a", "a", on_success=(away, Action("x", "goto", "b"))), Step("b", "b"), Step("c", "c"))
    )
    assert {"a", "c"} == graph.reached("a")


def test_a_conditional_action_leaves_the_other_ways_open() -> None:
    """With criteria an action may be taken or not."""
    step = Step("a", "a", on_success=(Action("away", "goto", "c", SOMETIMES),))
    graph = FlowGraph.of(make_workflow(step, Step("b", "b"), Step("c", "c")))
    assert {"a", "b", "c"} == graph.reached("a")
    assert falls_through(step)


def test_a_failure_leads_on_only_by_its_actions() -> None:
    """A failure without action breaks off; a goto of onFailure is a way."""
    steps = (Step("a", "a", on_success=(Action("e", "end"),), on_failure=(Action("g", "goto", "c"),)), Step("b", "b"))
    graph = FlowGraph.of(make_workflow(*steps, Step("c", "c")))
    assert {"a", "c"} == graph.reached("a")


def test_a_retry_runs_its_step_and_comes_back() -> None:
    """A retry with a step reaches that step, which leads back, but neither closes a path of the run."""
    steps = (Step("a", "a", on_success=(Action("e", "end"),), on_failure=(Action("r", "retry", "b"),)), Step("b", "b"))
    graph = FlowGraph.of(make_workflow(*steps))
    assert {"a", "b"} == graph.reached("a") == graph.reached("b")
    assert graph.path("a", "b") is None


def test_actions_behind_a_retry_have_their_turn() -> None:
    """A retry without criteria lets the next actions have their turn once it is used up."""
    retry, end, goto = Action("r", "retry"), Action("e", "end"), Action("g", "goto", "a")
    assert (retry, end) == open_actions((retry, end, goto))
    assert (goto,) == open_actions((goto, end))
    assert () == open_actions(())


@pytest.mark.parametrize(
    ("expected", "action"),
    [
        (False, None),
        (True, Action("e", "end", criteria=SOMETIMES)),
        (True, Action("g", "goto", workflow_id="other", criteria=SOMETIMES)),
        (True, Action("g", "goto", "c", criteria=SOMETIMES)),
        (False, Action("g", "goto", "a", criteria=SOMETIMES)),
        (False, Action("r", "retry")),
    ],
)
def test_avoidable_steps(action: Action | None, *, expected: bool) -> None:
    """A step can be avoided when a run can end without it."""
    first = Step("a", "a", on_success=(action,) if action else ())
    graph = FlowGraph.of(make_workflow(first, Step("b", "b"), Step("c", "c")))
    assert expected is graph.is_avoidable("b")
    assert not graph.is_avoidable("a")


def test_nothing_is_late_in_a_step_that_never_runs() -> None:
    """A step that no way leads to reads nothing too early."""
    steps = (Step("a", "a", on_success=(Action("e", "end"),)), Step("b", "b"), Step("c", "c"))
    assert FlowGraph.of(make_workflow(*steps)).is_in_time("c", "b", is_sent=True)
