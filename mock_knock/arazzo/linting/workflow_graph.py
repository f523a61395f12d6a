"""Where the workflows of a document lead to each other by one kind of link: calls, dependencies or gotos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeAlias

from mock_knock.arazzo.document import Document, Workflow

MAX_CIRCLES = 100
"""Circles of one document that are told; the others are, once these are mended."""
_SHOWN_IN_FRONT, _SHOWN_BEHIND = 5, 3

Links: TypeAlias = Callable[[Workflow], Iterator[tuple[str, str]]]
"""What a workflow leads to: the reference, and its place."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Workflows that lead to each other in their order, and the place of the link from the last to the first one."""

    names: Sequence[str]
    at: str


@dataclass(frozen=True)
class WorkflowGraph:
    """The links of each workflow, in the order of the document; what leads out of the document is left out."""

    links: Mapping[str, Sequence[tuple[str, str]]]
    _ways: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, document: Document, links: Links) -> WorkflowGraph:
        """Return the graph of a document for one kind of link."""
        names = {each.workflow_id for each in document.workflows}
        return cls(
            {
                each.workflow_id: [(reference, at) for reference, at in links(each) if reference in names]
                for each in document.workflows
            }
        )

    def circles_from(self, start: str) -> tuple[Circle, ...]:
        """Return the circles that a workflow is part of, or leads into."""
        return tuple(each for each in self._circles if not self._ways_from(start).keys().isdisjoint(each.names))

    def way(self, start: str, goal: str) -> list[str] | None:
        """Return the shortest way from one workflow to another, both included, or None."""
        came_from = self._ways_from(start) if start in self.links else {}
        return unwind(came_from, goal) if goal in came_from else None

    def _ways_from(self, start: str) -> Mapping[str, str]:
        if start not in self._ways:
            self._ways[start] = find_ways(start, lambda name: (target for target, _ in self.links[name]))
        return self._ways[start]

    @cached_property
    def _circles(self) -> tuple[Circle, ...]:
        return tuple(islice(self._find_circles(), MAX_CIRCLES))

    def _find_circles(self) -> Iterator[Circle]:
        """Yield a circle for each link that leads back to where a search in depth has come from."""
        done: set[str] = set()
        for root in self.links:
            trail = {} if root in done else {root: ""}
            pending = [iter(self.links[root])] if trail else []
            while pending:
                reference, at = next(pending[-1], (None, ""))
                if reference is None:
                    pending.pop()
                    done.add(trail.popitem()[0])
                elif reference in trail:
                    yield self._turned(trail, reference, at)
                elif reference not in done:
                    trail[reference] = at
                    pending.append(iter(self.links[reference]))

    def _turned(self, trail: Mapping[str, str], closing: str, at: str) -> Circle:
        """Return a circle from its first workflow in the document on, whichever it was found from."""
        names = [*trail]
        circle = [(closing, at), *((name, trail[name]) for name in names[names.index(closing) + 1 :])]
        turned = min(range(len(circle)), key=lambda index: self._order[circle[index][0]])
        return Circle([name for name, _ in (*circle[turned:], *circle[:turned])], circle[turned][1])

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.links)}


def find_ways(start: str, onward: Callable[[str], Iterator[str]]) -> Mapping[str, str]:
    """Return for each place that can be reached the one before it on the shortest way; before the start is nothing."""
    came_from = {start: ""}
    pending = [start]
    for name in pending:
        for target in onward(name):
            if target not in came_from:
                came_from[target] = name
                pending.append(target)
    return came_from


def unwind(came_from: Mapping[str, str], goal: str) -> list[str]:
    """Return the shortest way to a place, with both ends."""
    path = [goal]
    while before := came_from[path[-1]]:
        path.append(before)
    return path[::-1]


def show_way(names: Sequence[str]) -> str:
    """Return a way for people to read; the middle of a long one is left out."""
    hidden = len(names) - _SHOWN_IN_FRONT - _SHOWN_BEHIND
    if hidden > 1:
        names = [*names[:_SHOWN_IN_FRONT], f"({hidden} more)", *names[-_SHOWN_BEHIND:]]
    return " -> ".join(names)
