"""The order in which steps run when some of them say what they depend on."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_documents import STEP, built, first_steps, problems

from mock_knock.arazzo.document import Step
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.parsing.reader import Reader
from mock_knock.arazzo.parsing.step_order import order_steps
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

READS_B = "$steps.b.outputs.x"
SELECTOR = {"context": READS_B, "selector": "$", "type": "jsonpath"}


def order(*steps: JsonValue) -> str:
    """Return the ids of steps in the order in which they run."""
    return "".join(step.step_id for step in first_steps(built(*steps)))


def needing(step_id: str, *needed: str) -> JsonValue:
    """Return a step that depends on others."""
    return {"stepId": step_id, "dependsOn": [*needed]}


def test_the_written_order_stays() -> None:
    """Without any `dependsOn` steps run as they are written, whatever they read."""
    reading = {"stepId": "a", "requestBody": {"payload": READS_B}}
    assert "abc" == order(reading, {"stepId": "b"}, {"stepId": "c"})


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([needing("a", "c"), needing("b"), needing("c")], "bca"),
        ([needing("a"), needing("b", "a"), needing("c", "a")], "abc"),
        ([needing("a", "b"), needing("b", "c"), needing("c", "d"), needing("d")], "dcba"),
        ([needing("a"), needing("b", "d"), needing("c"), needing("d", "c")], "acdb"),
        ([needing("a", "b", "b", "$workflows.w.steps.b"), needing("b")], "ba"),
    ],
)
def test_explicit_dependencies(steps: list[JsonValue], expected: str) -> None:
    """A step runs after those it depends on, and otherwise in the written order."""
    assert expected == order(*steps)


def test_pointers_keep_the_written_place() -> None:
    """A step that is moved is still found where it is written."""
    second, first = first_steps(built(needing("a", "b"), needing("b")))
    assert ("/workflows/0/steps/1", STEP) == (second.pointer, first.pointer)


@pytest.mark.parametrize(
    "reading",
    [
        {"parameters": [{"name": "n", "in": "query", "value": f"x{{{READS_B}}}"}]},
        {"parameters": [{"name": "n", "in": "query", "value": SELECTOR}]},
        {"requestBody": {"payload": {"a": [1, READS_B]}}},
        {"requestBody": {"payload": {"a": [SELECTOR]}}},
        {"requestBody": {"payload": {}, "replacements": [{"target": "/a", "value": READS_B}]}},
        {"successCriteria": [{"condition": f"{READS_B} == 1"}]},
        {"successCriteria": [{"condition": "^1", "context": READS_B, "type": "regex"}]},
        {"onSuccess": [{"name": "x", "type": "end", "criteria": [{"condition": f"{READS_B} == 1"}]}]},
        {
            "onFailure": [
                {"name": "x", "type": "goto", "workflowId": "w", "parameters": [{"name": "n", "value": READS_B}]}
            ]
        },
        {"outputs": {"y": READS_B}},
        {"outputs": {"y": SELECTOR}},
    ],
)
def test_implicit_dependencies(reading: JsonValue) -> None:
    """In a workflow that uses `dependsOn`, a step also runs after those whose outputs it reads, wherever it does."""
    assert "bac" == order({"stepId": "a", **reading}, {"stepId": "b"}, needing("c", "a"))


def test_what_is_no_dependency() -> None:
    """Its own outputs, unknown steps and contexts that are no expressions ask for no order."""
    own = {"stepId": "a", "successCriteria": [{"condition": "$steps.a.outputs.x == 1"}]}
    unknown = {"stepId": "b", "requestBody": {"payload": ["$steps.nope.outputs.x", "$inputs.c"]}}
    broken = {"stepId": "c", "requestBody": {"payload": {**SELECTOR, "context": "$steps.d"}}}
    assert "abcde" == order(own, unknown, broken, {"stepId": "d"}, needing("e", "a"))


def test_circles_of_reading() -> None:
    """Steps that read each other, as in a polling loop, keep their order; those around them still find theirs."""
    reads_c = {"stepId": "b", "requestBody": {"payload": "$steps.c.outputs.x"}}
    also_reads_b = {"stepId": "c", "requestBody": {"payload": READS_B}}
    assert "bacd" == order({"stepId": "a", "outputs": {"x": READS_B}}, reads_c, also_reads_b, needing("d", "a"))
    assert "cbad" == order({"stepId": "a", "outputs": {"x": READS_B}}, also_reads_b, reads_c, needing("d", "a"))


def test_what_is_written_wins_over_what_is_read() -> None:
    """A dependency that is written out holds also where the other step reads from this one."""
    reads_a = {"stepId": "b", "requestBody": {"payload": "$steps.a.outputs.x"}}
    assert "ba" == order(needing("a", "b"), reads_a)


@pytest.mark.parametrize(
    ("steps", "place", "circle"),
    [
        ([needing("a", "a")], 0, "a -> a"),
        ([needing("a"), needing("b", "c"), needing("c", "b")], 1, "b -> c -> b"),
    ],
)
def test_circles_of_dependencies(steps: list[JsonValue], place: int, circle: str) -> None:
    """Steps that depend on each other in a circle are refused, and the circle is named."""
    at = f"/workflows/0/steps/{place}/dependsOn"
    assert [("arazzo-dependency-circle", at)] == problems(built(*steps))
    with pytest.raises(InvalidDocument) as caught:
        parse_document(built(*steps))
    named = caught.value.what.partition(": ")[2].split(" -> ")
    assert set(circle.split(" -> ")) == set(named)
    assert named[0] == named[-1]


def test_a_long_chain() -> None:
    """Many steps that depend on each other one by one, and read each other in a circle, are put in order."""
    count = 3_000
    steps = tuple(
        Step(f"s{place}", depends_on=(f"s{place + 1}",), outputs={"x": f"$steps.s{place - 1}.outputs.x"})
        for place in range(count)
    )
    reader = Reader(str)
    ordered = order_steps(reader, steps)
    assert [f"s{place}" for place in reversed(range(count))] == [step.step_id for step in ordered]
    circle = (*steps, Step(f"s{count}", depends_on=("s0",)))
    assert circle == order_steps(reader, circle)
    assert ["arazzo-dependency-circle"] == [finding.code for finding in reader.findings]


EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12)


@given(EDGES, EDGES)
def test_the_laws_of_the_order(explicit: list[tuple[int, int]], implicit: list[tuple[int, int]]) -> None:
    """Whatever steps read, no step is lost, and each comes after those it depends on; else there is one problem."""
    steps = tuple(
        Step(
            f"s{place}",
            depends_on=tuple(f"s{needed}" for user, needed in explicit if user == place),
            outputs={f"o{needed}": f"$steps.s{needed}.outputs.x" for user, needed in implicit if user == place},
        )
        for place in range(8)
    )
    reader = Reader(str)
    ordered = order_steps(reader, steps)
    assert sorted(steps, key=lambda step: step.step_id) == sorted(ordered, key=lambda step: step.step_id)
    if reader.findings:
        assert [1, steps] == [len(reader.findings), ordered]
        return
    places = {step.step_id: place for place, step in enumerate(ordered)}
    assert [] == [step for step in steps for need in step.depends_on if places[need] > places[step.step_id]]
    if not any(step.depends_on for step in steps):
        assert all(first.step_id < second.step_id for first, second in pairwise(ordered))
