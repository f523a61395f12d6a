"""Where workflows lead to each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.document import Document, Step, Workflow
from mock_knock.arazzo.linting.workflow_graph import MAX_CIRCLES, WorkflowGraph, show_way


def graph(**links: str) -> WorkflowGraph:
    """Return the graph of workflows by name, each with what it depends on."""
    workflows = tuple(
        Workflow(name, (Step("s", "a"),), depends_on=tuple(others.split())) for name, others in links.items()
    )
    return WorkflowGraph.of(
        Document("1.0.1", "t", (), workflows),
        lambda workflow: ((other, f"/{workflow.workflow_id}-{other}") for other in workflow.depends_on),
    )


def circles(found: WorkflowGraph, start: str) -> list[tuple[str, str]]:
    """Return the circles from a workflow: their names and the place of the link that closes each."""
    return [("".join(circle.names), circle.at) for circle in found.circles_from(start)]


@pytest.mark.parametrize("start", ["a", "b", "c"])
def test_a_circle_begins_with_its_first_workflow(start: str) -> None:
    """A circle is the same one wherever it is seen from, and closes with the link to its first workflow."""
    assert [("abc", "/c-a")] == circles(graph(a="b", b="c gone", c="a", d="e", e="d"), start)


def test_only_what_a_workflow_leads_to() -> None:
    """A workflow that leads into a circle is told of it, one that does not is not."""
    found = graph(c="d", a="b", b="a", d="a e", e="")
    assert [("ab", "/b-a")] == circles(found, "c")
    assert [] == circles(found, "e")


def test_several_circles() -> None:
    """Each link that leads back closes a circle of its own; two ways to one workflow close none."""
    assert [("ab", "/b-a"), ("a", "/a-a")] == circles(graph(a="b a c", b="a c", c=""), "a")


def test_circles_are_bounded() -> None:
    """Of very many circles the first hundred are told."""
    names = [f"w{number}" for number in range(30)]
    assert MAX_CIRCLES == len(circles(graph(**{name: " ".join(names) for name in names}), "w0"))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_a_circle_is_found_where_there_is_one(pairs: list[tuple[str, str]]) -> None:
    """A workflow leads into a circle exactly when a way leads from it to one that comes back to itself."""
    links = {name: [other for owner, other in pairs if owner == name] for name in "abcdef"}
    found = graph(**{name: " ".join(others) for name, others in links.items()})
    for start in "abcdef":
        there = [name for name in "abcdef" if found.way(start, name)]
        comes_back = any(found.way(other, name) for name in there for other in links[name])
        assert comes_back == bool(circles(found, start))


def test_shortest_way() -> None:
    """A way is the shortest one, with both ends; to nowhere there is none."""
    found = graph(a="b c", b="c", c="d", d="")
    assert ["a", "c", "d"] == found.way("a", "d")
    assert ["a"] == found.way("a", "a")
    assert [None, None] == [found.way("d", "a"), found.way("gone", "a")]


def test_long_ways_are_shortened() -> None:
    """People see both ends of a long way."""
    assert "a -> b" == show_way("ab")
    assert "a -> b -> c -> d -> e -> f -> g -> h -> i" == show_way("abcdefghi")
    assert "a -> b -> c -> d -> e -> (2 more) -> h -> i -> j" == show_way("abcdefghij")
