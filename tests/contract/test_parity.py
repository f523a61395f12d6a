"""The compiled validators repeat the verdicts of stock openapi-core: which messages are wrong, and where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from judged_bodies import errors, identifications, operations, spoiled, triggers
from stock_judge import (
    OPERATIONS,
    check_request,
    check_response,
    decoded,
    judges,
    many,
    record,
    with_and_without_overlay,
)

from mock_knock.contract.judge import OperationJudge
from mock_knock.contract.many_rows import MANY, MAX_ROWS
from mock_knock.messages import JsonValue


def created_at(instant: str) -> JsonValue:
    """Return a body that identifies a user with this instant."""
    return {"users": [{"id": "ada", "created_at": instant}]}


@with_and_without_overlay
@many
@given(body=spoiled(identifications))
@example(body=created_at("2026-01-01T23:59:60Z"))
@example(body=created_at("0000-01-01T00:00:00Z"))
def test_bodies_of_bulk_identify(body: JsonValue, *, repaired: bool) -> None:
    """Bodies of bulk identify, good or spoiled, are right or wrong at the same places as in stock openapi-core."""
    check_request("bulkIdentifyUsers", body, repaired=repaired)


@with_and_without_overlay
@many
@given(body=spoiled(triggers))
def test_bodies_of_a_trigger(body: JsonValue, *, repaired: bool) -> None:
    """The same is true of the bodies of a trigger."""
    check_request("triggerWorkflow", body, repaired=repaired)


@with_and_without_overlay
@many
@given(id_=st.sampled_from(["bulkIdentifyUsers", "getBulkOperation"]), body=spoiled(operations))
def test_bulk_operations(id_: str, body: JsonValue, *, repaired: bool) -> None:
    """The same is true of bulk operations in responses."""
    check_response(id_, 200, body, repaired=repaired)


@many
@given(id_=st.sampled_from(list(OPERATIONS)), status=st.sampled_from([400, 401, 404, 422, 429]), body=spoiled(errors))
def test_errors(id_: str, status: int, body: JsonValue) -> None:
    """The same is true of the errors that the overlay describes."""
    if not (id_ == "bulkIdentifyUsers" and status == 404):
        check_response(id_, status, body, repaired=True)


@pytest.mark.parametrize(("good", "id_"), [(identifications, "bulkIdentifyUsers"), (triggers, "triggerWorkflow")])
def test_good_bodies_are_good(good: st.SearchStrategy[Any], id_: str) -> None:
    """The bodies that the comparison begins with keep the repaired contract, so that accidents mean something."""

    @many
    @given(good)
    def check(body: JsonValue) -> None:
        found = judges(repaired=True)[OPERATIONS[id_][0]]
        assert () == found.request_violations(record(id_, json.dumps(body).encode(), repaired=True))

    check()


WRONG_ROWS: list[JsonValue] = [
    7,
    {},
    {"id": 7},
    {"id": "ada", "name": 7, "email": []},
    {"id": "a", "preferences": {"d": 1}},
]
MEMBERS = {"bulkIdentifyUsers": "users", "triggerWorkflow": "recipients"}


@with_and_without_overlay
@pytest.mark.parametrize("id_", MEMBERS)
@given(
    wrong=st.dictionaries(st.integers(0, MANY + 20), st.sampled_from(WRONG_ROWS), max_size=8),
    run=st.integers(0, MAX_ROWS + 5),
    more=st.sampled_from([{}, {"users": None}, {"data": 7}, {"tenant": []}]),
)
def test_many_rows(id_: str, wrong: dict[int, JsonValue], run: int, more: dict[str, JsonValue], repaired: bool) -> None:  # noqa: FBT001  # drawn
    """Of a body with many rows the fake finds what the full judgement finds, as far as the first wrong rows go."""
    rows: list[JsonValue] = [{"id": f"user-{number}", "name": "Ada"} for number in range(MANY + 21)]
    for number, row in wrong.items():
        rows[number] = row
    rows[:run] = [{"id": number} for number in range(run)]
    asked = decoded(id_, json.dumps({**more, MEMBERS[id_]: rows}).encode(), repaired=repaired)
    judge = judges(repaired=repaired)[OPERATIONS[id_][0]]
    expected = judge.request_violations(asked)
    found = OperationJudge(judge, judge.description.operations[0]).request_violations(asked)
    at_fault = list(dict.fromkeys(each.location.split("/")[2] for each in expected if each.location.count("/") > 1))
    told = set(at_fault[:MAX_ROWS])
    assert {each for each in expected if each.location.count("/") < 2 or each.location.split("/")[2] in told} == set(
        found
    )


def test_too_many_rows() -> None:
    """That there are more rows than allowed is told beside what is wrong with them."""
    judge = judges(repaired=True)[0]
    data = json.dumps({"users": [{"id": 7}] * 1_001}).encode()
    found = OperationJudge(judge, judge.description.operations[0]).request_violations(
        decoded("bulkIdentifyUsers", data, repaired=True)
    )
    assert [MAX_ROWS + 1, "/users", "/users/0/id"] == [len(found), found[0].location, found[1].location]
