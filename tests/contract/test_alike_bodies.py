"""Bodies whose rows are alike are read and judged in one pass, with the verdict of stock openapi-core."""

from __future__ import annotations

import copy
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_bodies import (
    INSTANTS,
    STRANGE,
    UUIDS,
    identifications,
    spoiled,
    triggers,
)
from stock_judge import OPERATIONS, judges, many, mock_request, places, record, stock, with_and_without_overlay

from mock_knock.contract.learned_bodies import MOST_MISSES, PATIENCE
from mock_knock.contract.plan import Plan, build_plan
from mock_knock.messages import JsonValue

ROWS = {"bulkIdentifyUsers": "users", "triggerWorkflow": "recipients"}


def plan_that_knows(id_: str, body: JsonValue, *, repaired: bool) -> Plan:
    """Return a plan that has seen a body twice."""
    found = judges(repaired=repaired)[OPERATIONS[id_][0]]
    operation = found.description.operations[0]
    plan = build_plan(found.description, operation.method.lower(), operation.path)
    assert plan is not None
    for _ in range(2):
        plan.learn(copy.deepcopy(body))
    return plan


def written(value: JsonValue) -> bytes:
    """Return a value as JSON in which the order of members does not count, and 1, 1.0 and true are three."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def check_reading(plan: Plan, id_: str, sent: bytes, *, repaired: bool) -> None:
    """Assert that what is read in one pass is what orjson reads, and right for the plan and for stock openapi-core."""
    read = plan.read(record(id_, sent, repaired=repaired))
    if read is None:
        return
    member = ROWS[id_]
    assert written({**read, member: [*read[member]]}) == written(orjson.loads(sent))
    assert plan.accepts(record(id_, sent, repaired=repaired))
    asked = mock_request(id_, sent, repaired=repaired)
    assert places(stock(OPERATIONS[id_][0], repaired=repaired).request_validator.iter_errors(asked)) is None


@st.composite
def alike(draw: st.DrawFn, id_: str) -> JsonValue:
    """Return a good body with rows that are alike; their custom members are of any kind."""
    good: dict[str, Any] = draw(identifications if id_ == "bulkIdentifyUsers" else triggers)
    rows = [each for each in good[ROWS[id_]] if isinstance(each, dict)] or [{"id": "ada"}]
    custom = draw(st.dictionaries(st.sampled_from(["plan", "a b", "\u00e9", "collection"]), st.sampled_from(STRANGE)))
    return {**good, ROWS[id_]: [{**rows[0], **custom, "id": f"user-{number}"} for number in range(draw(st.just(2)))]}


@with_and_without_overlay
@many
@given(id_=st.sampled_from(list(ROWS)), data=st.data())
def test_what_is_read_in_one_pass(id_: str, data: st.DataObject, *, repaired: bool) -> None:
    """Whatever has become of a body since its like was seen, what is read in one pass is right, and as it was sent."""
    body = data.draw(alike(id_))
    plan = plan_that_knows(id_, body, repaired=repaired)
    check_reading(plan, id_, json.dumps(body).encode(), repaired=repaired)
    check_reading(plan, id_, json.dumps(data.draw(spoiled(st.just(body)))).encode(), repaired=repaired)
    sent = bytearray(json.dumps(body).encode())
    sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    check_reading(plan, id_, bytes(sent), repaired=repaired)


RICH = {
    "id": "ada",
    "name": None,
    "plan": {"tier": 2, "seats": [1, 2.5]},
    "preferences": {"default": {"channel_types": {"email": True}, "workflows": {"welcome": {"channel_types": None}}}},
    "channel_data": {UUIDS[0]: {"tokens": ["a", "b"]}},
}


@pytest.mark.parametrize("rows", [[{"id": "ada"}], [RICH], [RICH, {**RICH, "id": "bob", "name": "Bob"}]])
@pytest.mark.parametrize("id_", list(ROWS))
def test_bodies_like_those_before_are_read_in_one_pass(id_: str, rows: list[JsonValue]) -> None:
    """Of what was seen twice the next is read in one pass, with whatever is beside the rows."""
    body: dict[str, Any] = {ROWS[id_]: rows} | ({"data": {"a": [{}]}} if id_ == "triggerWorkflow" else {})
    plan = plan_that_knows(id_, body, repaired=True)
    read = plan.read(record(id_, json.dumps(body).encode(), repaired=True))
    assert read is not None
    assert body == {**read, ROWS[id_]: [*read[ROWS[id_]]]}
    assert [each["id"] for each in rows] == read[ROWS[id_]].ids


def test_a_shape_is_given_up_that_comes_no_more() -> None:
    """After eight bodies of another shape the decoder is not tried any more, and one that was seen twice comes next."""
    one, other = ({"users": [{"id": "ada", name: 1}]} for name in ("a", "b"))
    plan = plan_that_knows("bulkIdentifyUsers", one, repaired=True)
    first, second = (record("bulkIdentifyUsers", orjson.dumps(each), repaired=True) for each in (one, other))
    assert [None] * MOST_MISSES == [plan.read(second) for _ in range(MOST_MISSES)]
    assert plan.read(first) is None
    for _ in range(2):
        plan.learn(other)
    assert plan.read(second) is not None


def test_bodies_without_a_common_shape_are_seldom_looked_at() -> None:
    """Where looking was of no use, only each 32nd body is looked at."""
    plan = plan_that_knows("bulkIdentifyUsers", {"users": []}, repaired=True)
    for _ in range(PATIENCE):
        plan.learn({"users": []})
    sent = {"users": [{"id": "ada"}]}
    asked = record("bulkIdentifyUsers", orjson.dumps(sent), repaired=True)
    needed = 0
    while plan.read(asked) is None:
        plan.learn(sent)
        needed += 1
    assert PATIENCE < needed <= 2 * PATIENCE


@pytest.mark.parametrize(
    "row",
    [
        {"id": "ada", "created_at": INSTANTS[0]},  # a format
        {"id": "ada", "preferences": {"default": {"__persistence_strategy__": "merge"}}},  # what to do with a row
        {"id": "ada", "$trigger_data": {"a": 1}},
        {"id": "ada", "a": [1, "b", {}]},  # no shape in common
    ],
)
def test_bodies_that_are_never_read_in_one_pass(row: JsonValue) -> None:
    """Rows are judged one by one whose shape does not show that they are right, or whose names mean more."""
    plan = plan_that_knows("bulkIdentifyUsers", {"users": [row]}, repaired=True)
    assert plan.read(record("bulkIdentifyUsers", json.dumps({"users": [row]}).encode(), repaired=True)) is None
