"""What is read from a journal for a timeline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.harness.moments import MAX_MOMENTS, MAX_PATH, Moment, read_moments

OPERATION = {"__typename": "BulkOperation", "status": "processing", "processed_rows": 1, "estimated_total_rows": 4}
POLL = "http://localhost/v1/bulk_operations/b1"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def entry(
    body: str = "{}", *, method: str = "GET", url: str = POLL, at: str = "2026-01-01T00:00:00Z", **members: Any
) -> dict[str, Any]:
    """Return an entry of a journal as the fake shows it."""
    response = {"status": 200, "headers": [], "body": body}
    request = {"method": method, "url": url, "headers": [], "body": ""}
    return {"at": at, "request": request, "response": response, "delivered": True, "fault": None, **members}


def poll(**members: Any) -> dict[str, Any]:
    """Return a poll that reads an operation with some members changed; what is None is left out."""
    operation = {name: value for name, value in {**OPERATION, **members}.items() if value is not None}
    return entry(json.dumps(operation))


def test_an_empty_journal() -> None:
    """A journal without entries has no moments."""
    assert () == read_moments([])


def test_moments_count_from_the_first_one() -> None:
    """Each request has the seconds since the first one, its method, its path and what came of it."""
    found = read_moments(
        [
            entry(method="POST", url="http://localhost/v1/users/bulk/identify", at="2026-01-01T00:00:59.500000Z"),
            entry(json.dumps(OPERATION), at="2026-01-01T00:01:00.250000Z"),
            entry(url="http://localhost/v1/users?page=2#x", at="2026-01-01T01:01:00+00:00", fault="503-once",
                  response={"status": 503, "body": ""}),
        ]
    )  # fmt: skip
    assert (
        Moment(0.0, "POST", "/v1/users/bulk/identify", 200),
        Moment(0.75, "GET", "/v1/bulk_operations/b1", 200, state="processing", share=0.25),
        Moment(3600.5, "GET", "/v1/users", 503, fault="503-once"),
    ) == found


@pytest.mark.parametrize("response", [None, {"status": 200, "body": json.dumps(OPERATION)}])
def test_answers_that_did_not_arrive(response: dict[str, Any] | None) -> None:
    """Of an answer that the wire swallowed nothing is shown, whatever it would have been."""
    (moment,) = read_moments([entry(delivered=False, fault="reset", response=response)])
    assert Moment(0.0, "GET", "/v1/bulk_operations/b1", None, fault="reset") == moment


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html></html>",
        '{"__typename": "BulkOperation", "status": "comp',
        "\ufeff" + json.dumps(OPERATION),
        "null",
        "[]",
        "7",
        json.dumps([OPERATION]),
        json.dumps({**OPERATION, "__typename": "User"}),
        json.dumps({"status": "completed"}),
        '{"__typename": NaN}',
        "[" * 100_000,
    ],
)
def test_polls_that_cannot_be_read(body: str) -> None:
    """An answer that is no bulk operation has a status of HTTP and nothing else."""
    assert (Moment(0.0, "GET", "/v1/bulk_operations/b1", 200),) == read_moments([entry(body)])


def test_only_polls_are_read() -> None:
    """The operation in the answer to what started it is no poll."""
    assert (Moment(0.0, "POST", "/v1/bulk_operations/b1", 200),) == read_moments(
        [entry(json.dumps(OPERATION), method="POST")]
    )


@pytest.mark.parametrize(
    ("members", "share"),
    [
        ({}, 0.25),
        ({"processed_rows": 0}, 0.0),
        ({"processed_rows": 4}, 1.0),
        ({"processed_rows": 8}, 2.0),
        ({"processed_rows": None}, None),
        ({"processed_rows": "1"}, None),
        ({"processed_rows": 1.0}, None),
        ({"estimated_total_rows": None}, None),
        ({"estimated_total_rows": 0}, None),
        ({"estimated_total_rows": -4}, None),
        ({"estimated_total_rows": [4]}, None),
    ],
)
def test_shares_of_rows(members: dict[str, Any], share: float | None) -> None:
    """The share that is done is told where both numbers of rows are there, even when they lie."""
    (moment,) = read_moments([poll(**members)])
    assert ("processing", share) == (moment.state, moment.share)


@pytest.mark.parametrize(("status", "state"), [("failed", "failed"), ("new", "new"), (None, ""), (7, ""), ([], "")])
def test_states(status: Any, state: str) -> None:
    """The status of an operation is told when it is text, known or not."""
    (moment,) = read_moments([poll(status=status)])
    assert (state, 0.25) == (moment.state, moment.share)


def test_a_status_that_is_null() -> None:
    """A status of null is none."""
    (moment,) = read_moments([entry(json.dumps({**OPERATION, "status": None}))])
    assert "" == moment.state


def test_what_is_too_much_is_left_out() -> None:
    """A long path is cut, and of a long journal the beginning is shown."""
    entries = [entry(url=f"http://localhost/v1/users/{'a' * 500}")] * (MAX_MOMENTS + 1)
    found = read_moments(iter(entries))
    assert (MAX_MOMENTS, f"/v1/users/{'a' * MAX_PATH}"[:MAX_PATH]) == (len(found), found[0].path)


@given(st.dictionaries(st.sampled_from([*OPERATION, "x"]), json_values), st.sampled_from(["GET", "POST"]))
def test_any_answer_can_be_shown(members: dict[str, Any], method: str) -> None:
    """Whatever JSON an answer holds, it has one moment, with text as its state and a number or nothing as its share."""
    (moment,) = read_moments([entry(json.dumps({"__typename": "BulkOperation", **members}), method=method)])
    assert isinstance(moment.state, str)
    assert moment.share is None or isinstance(moment.share, float)
