"""What is carried out of a request that a fault happens to, and what its client gets to see of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mock_knock.web.guard import AccessRules
from tests.web.faulty import (
    IDENTIFY,
    RUN,
    TRIGGER,
    UNKNOWN,
    USERS,
    Json,
    counters,
    effects,
    entries,
    fault,
    lost,
    poll,
    seconds,
    set_up,
)
from tests.web.wsgi_fake import WsgiFake, new_fake

SWALLOWING = [
    ("reset", "reset"),
    ("empty", "reset"),
    ("garbage", "reset"),
    ("refuse", "reset"),
    ("bad_chunk", "broken"),
    ("short", "broken"),
    ("CONNECTION_RESET_BY_PEER", "reset"),
    ("EMPTY_RESPONSE", "reset"),
    ("MALFORMED_RESPONSE_CHUNK", "broken"),
    ("RANDOM_DATA_THEN_CLOSE", "reset"),
]
"""What the wire does with an answer that does not arrive, and how a client fails."""


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


@pytest.mark.parametrize(("wire", "kind"), SWALLOWING)
@pytest.mark.parametrize(("committed", "done", "status"), [({}, 0, None), ({"when_committed": "after"}, 1, 200)])
def test_the_wire_swallows_an_answer(
    fake: WsgiFake, wire: str, kind: str, committed: Json, done: int, status: int | None
) -> None:
    """Unless it is said to come after the commit, nothing is carried out; the journal has what was never delivered."""
    set_up(fake, fault({"wire": wire, **committed}))
    assert kind == lost(fake, "POST", IDENTIFY, USERS)
    (entry,) = entries(fake)
    answered = entry["response"] and entry["response"]["status"]
    assert ("f", False, status) == (entry["fault"], entry["delivered"], answered)
    assert (done, 0) == effects(fake)


@pytest.mark.parametrize(("wire", "kind"), [("hang", "timeout"), ("hang for a while", "reset")])
def test_a_hang(fake: WsgiFake, wire: str, kind: str) -> None:
    """A hang ends with the client's patience, or without an answer when its time is over before."""
    lasting = {"for": "10s"} if "while" in wire else {}
    set_up(fake, fault({"wire": "hang", **lasting, "when_committed": "after"}))
    assert (kind, {"reset": 10, "timeout": 30}[kind]) == (lost(fake, "POST", IDENTIFY, USERS), seconds(fake))
    assert (1, 0) == effects(fake)


@pytest.mark.parametrize(("wire", "passed"), [("slow_close", 3), ("slow_accept", 3)])
def test_the_wire_is_slow(fake: WsgiFake, wire: str, passed: float) -> None:
    """A slow connection takes time, and the answer arrives all the same, whatever `when_committed` says."""
    for committed in ("before", "after"):
        set_up(fake, fault({"wire": wire, "for": "3s", "when_committed": committed}))
        answer = fake.send("POST", IDENTIFY, USERS)
        assert (200, "f") == (answer.status_code, answer.headers["X-Mock-Fault-Applied"])
    assert (2 * passed, (2, 0)) == (seconds(fake), effects(fake))
    assert [True, True] == [each["delivered"] for each in entries(fake)]


def test_time_passes_before_the_wire_breaks(fake: WsgiFake) -> None:
    """A delay comes before what the wire does."""
    set_up(fake, fault({"delay": "2s", "wire": "reset"}))
    assert ("reset", 2) == (lost(fake, "GET", UNKNOWN), seconds(fake))


def test_a_connection_is_closed_while_idle(fake: WsgiFake) -> None:
    """The answer arrives, the next request dies and is not carried out, and the one after it is answered."""
    set_up(fake, fault({"wire": "close_idle"}, when={"nth": 1}))
    assert 200 == fake.send("POST", IDENTIFY, USERS).status_code
    assert "reset" == lost(fake, "POST", IDENTIFY, USERS)
    assert 200 == fake.send("POST", IDENTIFY, USERS).status_code
    assert ((2, 0), 2) == (effects(fake), len(entries(fake)))


def test_a_target_that_is_down(fake: WsgiFake) -> None:
    """Until the time is over every request to the API is refused, in whatever world; the fake's controls answer."""
    set_up(fake, fault({"wire": "refuse", "for": "5s"}, on="getBulkOperation"))
    assert "reset" == lost(fake, "GET", UNKNOWN)
    assert ["refused"] * 2 == [lost(fake, "POST", IDENTIFY, USERS), lost(fake, "GET", "/v1/nowhere")]
    fake.send("POST", "/_mock/clock/advance", b'{"seconds": 4.999}')
    assert "refused" == lost(fake, "POST", IDENTIFY, USERS)
    fake.send("POST", "/_mock/clock/advance", b'{"seconds": 0.001}')
    assert [200, 200] == [fake.send("POST", IDENTIFY, USERS).status_code for _ in range(2)]
    assert 3 == len(entries(fake))


@pytest.mark.parametrize("wire", ["refuse", "close_idle"])
def test_a_reset_brings_a_target_up(fake: WsgiFake, wire: str) -> None:
    """A reset of the world that brought a target down, or doomed a connection, ends that."""
    set_up(fake, fault({"wire": wire, "when_committed": "after"}))
    if wire == "refuse":
        lost(fake, "POST", IDENTIFY, USERS)
    else:
        fake.send("POST", IDENTIFY, USERS)
    fake.send("POST", "/_mock/reset")
    assert 200 == fake.send("POST", IDENTIFY, USERS).status_code


@pytest.mark.parametrize(("committed", "done"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("path", "body", "index"), [(IDENTIFY, USERS, 0), (TRIGGER, RUN, 1)], ids=["identify", "trigger"]
)
def test_a_status_comes_before_or_after_the_commit(
    fake: WsgiFake, committed: str, done: int, path: str, body: bytes, index: int
) -> None:
    """A 504 before the commit leaves nothing behind; one after it hides what was done."""
    set_up(fake, fault({"status": 504, "when_committed": committed}))
    assert 504 == fake.send("POST", path, body).status_code
    assert done == effects(fake)[index]


def test_a_delay_carries_the_request_out(fake: WsgiFake) -> None:
    """Faults that only change how an answer looks or when it comes do not prevent anything."""
    for do in ({"delay": "1s"}, {"headers": {"x-a": "1"}}, {"body": {"replace": "x"}}):
        set_up(fake, fault(do))
        fake.send("POST", IDENTIFY, USERS)
    assert (3, 0) == effects(fake)


@pytest.mark.parametrize(("ignored", "runs", "replayed"), [(["Idempotency-Key"], 2, False), ([], 1, True)])
def test_an_idempotency_key_is_ignored(fake: WsgiFake, ignored: list[str], runs: int, *, replayed: bool) -> None:
    """A request whose key does not count is carried out, and its answer is not kept for the key."""
    set_up(fake, fault({"headers": {"x-a": "1"}, "ignore": ignored}, when={"nth": 1}))
    answers = [fake.send("POST", TRIGGER, RUN, Idempotency_Key="k") for _ in range(2)]
    assert (runs, replayed) == (effects(fake)[1], "idempotent-replayed" in answers[1].headers)


def test_a_lost_answer_is_replayed(fake: WsgiFake) -> None:
    """After a reset that came too late the same key gets the first run, and the first request is named."""
    set_up(fake, fault({"status": 504, "when_committed": "after"}, when={"nth": 1}))
    lost_one, replay = (fake.send("POST", TRIGGER, RUN, Idempotency_Key="k") for _ in range(2))
    assert lost_one.headers["x-request-id"] == replay.headers["original-x-request-id"]
    (run,) = fake.send("GET", "/_mock/state").get_json()["workflow_runs"]
    assert run["id"] == replay.get_json()["workflow_run_id"]


ROWS = [f"u{number}" for number in range(10)]
CREATING: list[tuple[str, Json]] = [
    (IDENTIFY, {"users": [{"id": each} for each in ROWS]}),
    ("/v1/users/bulk/delete", {"user_ids": ROWS}),
    ("/v1/users/bulk/preferences", {"user_ids": ROWS, "preferences": {"id": "default"}}),
]


@pytest.mark.parametrize(("path", "body"), CREATING, ids=["identify", "delete", "preferences"])
@pytest.mark.parametrize(
    ("bulk", "status", "processed", "errors"),
    [
        ({"stall": "queued"}, "queued", 0, 0),
        ({"stall": "processing", "at": "40%"}, "processing", 4, 0),
        ({"fail_at": "50%"}, "failed", 5, 0),
        ({"every": 5}, "completed", 10, 2),
        ({"error_items": ["u3", "nobody"]}, "completed", 10, 1),
    ],
)
def test_how_a_bulk_operation_goes(
    fake: WsgiFake, path: str, body: Json, bulk: Json, status: str, processed: int, errors: int
) -> None:
    """A fault of the request that starts a bulk operation is a fact of it from then on, whoever reads it."""
    set_up(fake, fault({"bulk": bulk}))
    operation = fake.send("POST", path, orjson.dumps(body)).get_json()
    assert "queued" == operation["status"]
    set_up(fake)
    found = [poll(fake, operation) for _ in range(12)][-1]
    assert (status, processed, errors) == (found["status"], found["processed_rows"], found["error_count"])
    assert errors == len(found["error_items"])


def test_whose_row_fails_is_not_there(fake: WsgiFake) -> None:
    """Rows in `error_items` have no effect, the others do."""
    set_up(fake, fault({"bulk": {"every": 2}}, on="bulkIdentifyUsers"))
    operation = fake.identify(*"abcd")
    found = [poll(fake, operation) for _ in range(4)][-1]
    assert ["b", "d"] == [each["id"] for each in found["error_items"]]
    assert ["a", "c"] == [each["id"] for each in fake.send("GET", "/_mock/state").get_json()["users"]]


def test_the_first_fault_happens(fake: WsgiFake) -> None:
    """Of several faults of one request the first one happens, and all of them count it."""
    set_up(fake, fault({"status": 500}, id="a", when={"nth": 2}), fault({"status": 502}, id="b"))
    assert [502, 500, 502] == [fake.send("GET", UNKNOWN).status_code for _ in range(3)]
    assert {"a": (3, 1), "b": (3, 2)} == counters(fake)


@pytest.mark.parametrize(
    ("match", "method", "path", "body"),
    [
        ({"user": "u-*"}, "PUT", "/v1/users/u-1", {}),
        ({"user": "u-*"}, "GET", "/v1/users/u-1/messages", None),
        ({"user": "u-*"}, "POST", IDENTIFY, {"users": [{"id": "a"}, {"id": "u-1"}]}),
        ({"user": "u-*"}, "POST", "/v1/users/bulk/delete", {"user_ids": ["a", "u-1"]}),
        ({"user": "u-*"}, "POST", TRIGGER, {"recipients": ["u-1"]}),
        ({"user": "u-*"}, "POST", TRIGGER, {"recipients": [{"id": "u-1", "name": "Ada"}]}),
        ({"workflow": "wel*"}, "POST", TRIGGER, {"recipients": []}),
        ({"workflow": "welcome"}, "POST", "/v1/workflows/welcome/cancel", {"cancellation_key": "c"}),
        ({"header": {"x-mine": "yes*"}}, "GET", UNKNOWN, None),
        ({"attempt": 2}, "GET", UNKNOWN, None),
    ],
)
def test_whom_a_fault_happens_to(fake: WsgiFake, match: Json, method: str, path: str, body: Any) -> None:
    """A fault can be about users in path and body, a workflow, header fields, and how often a client has tried."""
    set_up(fake, fault({"status": 418}, when={"match": match}))
    sent = None if body is None else orjson.dumps(body)
    answer = fake.send(method, path, sent, X_Mine="yes, mine", x_stainless_retry_count="2")
    assert 418 == answer.status_code


@pytest.mark.parametrize(
    ("match", "method", "path", "body"),
    [
        ({"user": "u-*"}, "PUT", "/v1/users/ada", b'{"id": "u-1"}'),
        ({"user": "u-*"}, "PUT", "/v1/objects/u-1/u-1", b"{}"),
        ({"user": "u-*"}, "POST", IDENTIFY, b'{"users": {"id": "u-1"}}'),
        ({"user": "u-*"}, "POST", IDENTIFY, b'{"users": [["u-1"], 7, {"id": 7}]'),
        ({"user": "u-*"}, "POST", IDENTIFY, b'["u-1"]'),
        ({"user": "u-*"}, "POST", TRIGGER, b'{"recipients": [{"id": "u-1", "collection": "projects"}]}'),
        ({"user": "7"}, "POST", TRIGGER, b'{"recipients": [7, {"id": 7}, null]}'),
        ({"workflow": "wel*"}, "GET", UNKNOWN, None),
        ({"header": {"x-mine": "no"}}, "GET", UNKNOWN, None),
        ({"attempt": 1}, "GET", UNKNOWN, None),
    ],
)
def test_whom_a_fault_does_not_happen_to(
    fake: WsgiFake, match: Json, method: str, path: str, body: bytes | None
) -> None:
    """Objects are no users, text that is no JSON names nobody, and the rest must be as it is written."""
    set_up(fake, fault({"status": 418}, when={"match": match}))
    assert 418 != fake.send(method, path, body, X_Mine="yes").status_code
    assert {"f": (0, 0)} == counters(fake)


def test_a_fault_for_each_resource(fake: WsgiFake) -> None:
    """Requests can be counted for each resource alone."""
    set_up(fake, fault({"status": 404}, on="getBulkOperation", when={"first": 1, "per": "resource"}))
    one, other = fake.identify("ada"), fake.identify("bob")
    paths = [f"/v1/bulk_operations/{each['id']}" for each in (one, one, other, other)]
    assert [404, 200, 404, 200] == [fake.send("GET", path).status_code for path in paths]


def test_a_key_that_has_expired() -> None:
    """A fault can last until another key is used; keys of one environment share its world, and it goes by the key."""
    fake = new_fake(AccessRules(environments={"sk_old": "dev", "sk_new": "dev"}))
    until = {"after": "1 requests", "until": "key_changes"}
    scenario = orjson.dumps({"version": 1, "faults": [fault({"status": 401}, when=until)]})
    old, new = "Bearer sk_old", "Bearer sk_new"
    assert 200 == fake.send("PUT", "/_mock/scenario", scenario, Authorization=new).status_code
    keys = [new, old, old, new, old, new]
    statuses = [fake.send("GET", UNKNOWN, Authorization=each).status_code for each in keys]
    assert [404, 401, 401, 404, 401, 404] == statuses
