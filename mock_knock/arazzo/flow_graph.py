"""Where a run can go from each step: the control flow of a workflow (Arazzo 1.1.0, Success and Failure Action Objects).

Conditions are not looked at, but an action without criteria takes every case that reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mock_knock.arazzo.document import Action, Step, Workflow

EdgeKind = Literal["next", "goto", "retry", "return"]
_ONWARD: frozenset[EdgeKind] = frozenset({"next", "goto"})


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one step to another.

    `next` falls through to the following step, `goto` and `retry` are taken by an action, and `return` leads back to
    the step that is retried.
    """

    source: str
    target: str
    kind: EdgeKind
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """The steps of a workflow by id, the ways between them, and those at which a run can end well."""

    first: str
    edges: Mapping[str, Sequence[Edge]]
    exits: frozenset[str]

    @classmethod
    def of(cls, workflow: Workflow) -> FlowGraph:
        """Return the graph of a workflow."""
        edges: dict[str, list[Edge]] = {step.step_id: [] for step in workflow.steps}
        for step in workflow.steps:
            for edge in _edges_from(workflow, step):
                edges[edge.source].append(edge)
        exits = frozenset(step.step_id for step in workflow.steps if _can_end(workflow, step))
        return cls(workflow.steps[0].step_id, edges, exits)

    def reached(self, start: str, *, avoiding: str = "") -> set[str]:
        """Return a step and those that the run can come to from it, around another step."""
        reached: set[str] = set()
        pending = [start]
        while pending:
            step = pending.pop()
            if step != avoiding and step not in reached:
                reached.add(step)
                pending.extend(edge.target for edge in self.edges[step])
        return reached

    def path(self, start: str, goal: str) -> list[str] | None:
        """Return the shortest way from one step to another without retries, or None; both ends are part of it."""
        came_from: dict[str, str] = {start: ""}
        pending = [start]
        for step in pending:
            if step == goal:
                return _unwind(came_from, goal)
            for edge in self.edges[step]:
                if edge.kind in _ONWARD and edge.target not in came_from:
                    came_from[edge.target] = step
                    pending.append(edge.target)
        return None

    def is_avoidable(self, step: str) -> bool:
        """Tell whether a run can end well without a step."""
        return bool(self.reached(self.first, avoiding=step) & self.exits)

    def is_in_time(self, source: str, user: str, *, is_sent: bool) -> bool:
        """Tell whether a step can have run when another one reads its output (Arazzo 1.1.0, Step Object, dependsOn).

        What is sent needs its value on the first visit already; a criterion or an output may wait for a later turn of
        a loop, and sees the outputs of its own step. Nothing is late in a step that never runs.
        """
        if user not in self.reached(self.first):
            return True
        return source in self.reached(self.first, avoiding=user if is_sent else "") and user in self.reached(source)


def open_actions(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return the actions that can be taken: those behind an action without criteria cannot.

    A retry lets the others have their turn once its limit is reached.
    """
    for index, action in enumerate(actions):
        if not action.criteria and action.type != "retry":
            return tuple(actions[: index + 1])
    return tuple(actions)


def falls_through(step: Step) -> bool:
    """Tell whether a success can find no action, so that the run goes on with the following step."""
    return not any(action.type != "retry" and not action.criteria for action in step.on_success)


def _edges_from(workflow: Workflow, step: Step) -> Iterator[Edge]:
    following = workflow.following(step)
    for action in (*open_actions(step.on_success), *open_actions(step.on_failure)):
        if action.target is None:
            continue
        if action.type == "retry":
            yield Edge(step.step_id, action.target, "retry", action)
            yield Edge(action.target, step.step_id, "return", action)
        else:
            yield Edge(step.step_id, action.target, "goto", action)
    if following is not None and falls_through(step):
        yield Edge(step.step_id, following.step_id, "next")


def _can_end(workflow: Workflow, step: Step) -> bool:
    if workflow.following(step) is None and falls_through(step):
        return True
    return any(
        action.type == "end" or (action.type == "goto" and action.target is None)
        for action in (*open_actions(step.on_success), *open_actions(step.on_failure))
    )


def _unwind(came_from: Mapping[str, str], goal: str) -> list[str]:
    path = [goal]
    while before := came_from[path[-1]]:
        path.append(before)
    return path[::-1]
