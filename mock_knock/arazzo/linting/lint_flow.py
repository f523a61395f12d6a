"""Rules about the way a run takes: steps nobody comes to, actions nobody takes, loops without an end."""

from __future__ import annotations

from collections.abc import Iterator

from mock_knock.arazzo.document import Action, Workflow
from mock_knock.arazzo.linting.flow_graph import FlowGraph, open_actions
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import step_actions
from mock_knock.arazzo.linting.workflow_graph import WorkflowGraph, show_way
from mock_knock.arazzo.targets import Problem


def check_reachability(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each step that no way leads to from the first one, failures included."""
    graph = FlowGraph.of(subject.workflow)
    reached = graph.reached(graph.first)
    for step in subject.workflow.steps:
        if step.step_id not in reached:
            message = f"'{step.step_id}' never runs: every way passes it by"
            hint = "give an action a goto to it, give the actions before it criteria, or take the step out"
            yield Problem("step-unreachable", step.pointer, message, hint)


def check_actions(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each action that is never taken, whatever is answered."""
    for step in subject.workflow.steps:
        yield from _shadowed(step.on_success)
        yield from _shadowed(step.on_failure)
        yield from (
            _never(action) for action in step_actions(step) if action.type == "retry" and not action.retry_limit
        )


def _shadowed(actions: tuple[Action, ...]) -> Iterator[Problem]:
    taken = open_actions(actions)
    for action in actions[len(taken) :]:
        message = f"'{action.name}' is never taken: '{taken[-1].name}' before it has no criteria and takes every case"
        yield Problem("action-shadowed", action.pointer, message, f"move '{taken[-1].name}' to the end of the list")


def _never(action: Action) -> Problem:
    message = f"'{action.name}' never retries: its retryLimit is 0"
    return Problem("retry-never", action.pointer, message, "write `retryLimit: 1` or more, or take the action out")


def check_loops(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each goto that closes a circle: a goto has neither a delay nor a limit in any version."""
    workflow, graph = subject.workflow, FlowGraph.of(subject.workflow)
    for step in workflow.steps:
        for action in (*open_actions(step.on_success), *open_actions(step.on_failure)):
            if action.type != "goto" or action.target is None:
                continue
            is_back = workflow.step_index(action.target) <= workflow.step_index(step.step_id)
            way = graph.path(action.target, step.step_id) if is_back else None
            if way is not None:
                yield _loop(action, [*way, action.target])
    yield from _loops_of_workflows(subject)


def _loops_of_workflows(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each goto to a workflow of the document from which gotos lead back to this one."""
    document, own = subject.document, subject.workflow.workflow_id
    graph = subject.memo.recall("gotos", document, lambda: WorkflowGraph.of(document, _left_for))
    for action in _gotos(subject.workflow):
        way = graph.way(action.workflow_id or "", own)
        if way is not None:
            circle = show_way([own, *way])
            message = f"'{action.name}' starts '{own}' over without a delay or an end of its own ({circle})"
            hint = "call the workflow from a step, and poll there with a `retry` that has retryAfter and retryLimit"
            yield Problem(
                "loop-unbounded", action.pointer, f"{message}: only the runner's budgets bound the loop", hint
            )


def _gotos(workflow: Workflow) -> Iterator[Action]:
    """Yield the actions that can be taken and leave a workflow for another one."""
    for step in workflow.steps:
        for action in (*open_actions(step.on_success), *open_actions(step.on_failure)):
            if action.type == "goto" and action.workflow_id is not None:
                yield action


def _left_for(workflow: Workflow) -> Iterator[tuple[str, str]]:
    for action in _gotos(workflow):
        yield action.workflow_id or "", action.pointer


def _loop(action: Action, circle: list[str]) -> Problem:
    is_short = len(circle) == 2  # noqa: PLR2004  # the step and itself again
    shown = "" if is_short else f" ({show_way(circle)})"
    message = (
        f"'{action.name}' goes back to '{action.target}' without a delay or an end of its own{shown}: "
        "only the runner's --poll-interval and budgets bound the loop"
    )
    hint = "poll in onFailure with a `retry` that has retryAfter and retryLimit"
    more = "" if is_short else f"; it can name '{action.target}' as the step to run first"
    return Problem("loop-unbounded", action.pointer, message, hint + more)
