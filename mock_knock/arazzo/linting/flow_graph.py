"""Where a run can go from each step: the control flow of a workflow (Arazzo 1.1.0, Success and Failure Action Objects).

Conditions are not looked at, but an action without criteria takes every case that reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from mock_knock.arazzo.document import Action, Step, Workflow
from mock_knock.arazzo.linting.workflow_graph import find_ways, unwind

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


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """The steps of a workflow by id, the ways between them, and those at which a run can end well."""

    first: str
    edges: Mapping[str, Sequence[Edge]]
    exits: frozenset[str]
    _targets: Mapping[str, frozenset[str]]
    _reached: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False)
    _ways: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, workflow: Workflow) -> FlowGraph:
        """Return the graph of a workflow."""
        steps = workflow.steps
        pairs = tuple(zip_longest(steps, steps[1:]))
        edges: dict[str, list[Edge]] = {step.step_id: [] for step in steps}
        for step, following in pairs:
            for edge in _edges_from(step, following):
                edges[edge.source].append(edge)
        exits = frozenset(step.step_id for step, following in pairs if _can_end(step, following))
        targets = {step: frozenset(edge.target for edge in found) for step, found in edges.items()}
        return cls(steps[0].step_id, edges, exits, targets)

    def reached(self, start: str, *, avoiding: str = "") -> frozenset[str]:
        """Return a step and those that the run can come to from it, around another step."""
        key = start, avoiding
        if key not in self._reached:
            self._reached[key] = frozenset(self._find_reached(start, avoiding))
        return self._reached[key]

    def _find_reached(self, start: str, avoiding: str) -> set[str]:
        reached = {avoiding}
        pending = {start}
        while pending := pending - reached:
            reached |= pending
            pending = {target for step in pending for target in self._targets[step]}
        return reached - {avoiding}

    def path(self, start: str, goal: str) -> list[str] | None:
        """Return the shortest way from one step to another without retries, or None; both ends are part of it."""
        if start not in self._ways:
            self._ways[start] = find_ways(start, self._onward)
        came_from = self._ways[start]
        return unwind(came_from, goal) if goal in came_from else None

    def _onward(self, step: str) -> Iterator[str]:
        return (edge.target for edge in self.edges[step] if edge.kind in _ONWARD)

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


def last_resort(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return the first action that takes every case that reaches it, in a tuple of its own, or nothing.

    A retry without criteria does not: it lets the others have their turn once its limit is reached.
    """
    return tuple(action for action in actions if not action.criteria and action.type != "retry")[:1]


def open_actions(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return the actions that can be taken: all up to the last resort."""
    last = last_resort(actions)
    return tuple(actions[: actions.index(last[0]) + 1]) if last else tuple(actions)


def falls_through(step: Step) -> bool:
    """Tell whether a success can find no action, so that the run goes on with the following step."""
    return not last_resort(step.on_success)


def _edges_from(step: Step, following: Step | None) -> Iterator[Edge]:
    for action in _possible_actions(step):
        if action.target is None:
            continue
        if action.type == "retry":
            yield Edge(step.step_id, action.target, "retry")
            yield Edge(action.target, step.step_id, "return")
        else:
            yield Edge(step.step_id, action.target, "goto")
    if following is not None and falls_through(step):
        yield Edge(step.step_id, following.step_id, "next")


def _possible_actions(step: Step) -> tuple[Action, ...]:
    return (*open_actions(step.on_success), *open_actions(step.on_failure))


def _can_end(step: Step, following: Step | None) -> bool:
    if following is None and falls_through(step):
        return True
    return any(
        action.type == "end" or (action.type == "goto" and action.target is None) for action in _possible_actions(step)
    )
