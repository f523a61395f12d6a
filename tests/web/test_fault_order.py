"""Where faults stand in the order of a request, and whom they never happen to."""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.scenario_format import parse_scenario
from tests.web.faulty import (
    APPLIED,
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
    seconds,
    set_up,
)
from tests.web.wsgi_fake import WsgiFake, new_fake

LOUD = {"status": 418, "delay": "1s", "headers": {"x-a": "1"}}


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
        ({"Authorization": "Bearer pk_test_abc"}, 403),
        ({"Authorization": None, "X_Mock_Fault": "status=418"}, 401),
    ],
)
def test_authentication_comes_first(fake: WsgiFake, fields: dict[str, str | None], status: int) -> None:
    """Whoever may not enter gets no fault, and does not count."""
    set_up(fake, fault(LOUD))
    answer = fake.send("POST", IDENTIFY, USERS, **fields)
    assert (status, False) == (answer.status_code, APPLIED in answer.headers)
    assert ({"f": (0, 0)}, 0) == (counters(fake), seconds(fake))


def test_rate_limits_come_before_faults(fake: WsgiFake) -> None:
    """A request above the rate of its tier gets no fault and does not count; one below it counts towards the rate."""
    set_up(fake, fault({"status": 418}), rate_limits=True)
    answers = [fake.send("POST", IDENTIFY, USERS) for _ in range(2)]
    assert [(418, True), (429, False)] == [(each.status_code, APPLIED in each.headers) for each in answers]
    assert {"f": (1, 1)} == counters(fake)


@pytest.mark.parametrize(
    ("method", "path", "body", "fields", "usual"),
    [
        ("POST", IDENTIFY, b"{", {}, 400),
        ("POST", IDENTIFY, USERS, {"Content_Type": "text/plain"}, 415),
        ("POST", IDENTIFY, b'{"users": 7}', {}, 422),
        ("POST", TRIGGER, b'{"recipients": 7}', {"Idempotency_Key": "k"}, 422),
        ("POST", TRIGGER, RUN, {"Idempotency_Key": "k" * 300}, 400),
        ("GET", "/v1/bulk_operations/7", None, {}, 422),
        ("GET", UNKNOWN, None, {}, 404),
        ("HEAD", UNKNOWN, None, {}, 404),
    ],
)
def test_validation_comes_after_faults(
    fake: WsgiFake, method: str, path: str, body: bytes | None, fields: dict[str, str], usual: int
) -> None:
    """A fault takes the place of a request that would be refused, too; one that changes only the answer leaves that."""
    assert usual == fake.send(method, path, body, **fields).status_code
    set_up(fake, fault({"status": 503}))
    assert 503 == fake.send(method, path, body, **fields).status_code
    set_up(fake, fault({"delay": "1s", "headers": {"x-a": "1"}, "bulk": {"every": 1}}))
    answer = fake.send(method, path, body, **fields)
    assert (usual, "1", "f", 1) == (answer.status_code, answer.headers["x-a"], answer.headers[APPLIED], seconds(fake))
    assert (0, 0) == effects(fake)


def test_a_fault_after_the_commit_hides_a_refusal(fake: WsgiFake) -> None:
    """A status after the commit takes the place of a refusal as well: there was nothing to commit."""
    set_up(fake, fault({"status": 504, "when_committed": "after"}))
    assert (504, (0, 0)) == (fake.send("POST", IDENTIFY, b"{").status_code, effects(fake))


def test_what_is_refused_before_the_view(fake: WsgiFake) -> None:
    """A trigger whose path is wrong, and methods that no route takes, meet no fault."""
    set_up(fake, fault(LOUD))
    wrong = fake.send("POST", "/v1/workflows/a/b/trigger", RUN).status_code
    assert (404, 405) == (wrong, fake.send("PATCH", UNKNOWN).status_code)
    assert {"f": (0, 0)} == counters(fake)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/", None, 200),
        ("GET", "/v1/openapi", None, 200),
        ("GET", "/v1/nowhere", None, 404),
        ("GET", "/v1/v1/users", None, 404),
        ("GET", "/v1/tenants", None, 501),
        ("POST", "/v1/tenants/bulk/set", USERS, 501),
        ("GET", "/_mock/health", None, 200),
        ("GET", "/_mock/state", None, 200),
        ("GET", "/_mock/nowhere", None, 404),
        ("POST", "/_mock/clock/freeze", b"", 200),
    ],
)
def test_whom_no_fault_happens_to(fake: WsgiFake, method: str, path: str, body: bytes | None, status: int) -> None:
    """The fake's own routes, unknown ones and those that are not imitated meet no fault, by whatever door."""
    set_up(fake, fault(LOUD))
    answer = fake.send(method, path, body, X_Mock_Fault="status=418")
    assert (status, False, False) == (answer.status_code, APPLIED in answer.headers, "x-a" in answer.headers)
    assert ({"f": (0, 0)}, 0) == (counters(fake), seconds(fake))


def test_a_fault_belongs_to_its_world(fake: WsgiFake) -> None:
    """A fault of one key does not happen to another one."""
    set_up(fake, fault(LOUD))
    assert 404 == fake.send("GET", UNKNOWN, Authorization="Bearer another").status_code
    assert 418 == fake.send("GET", UNKNOWN).status_code


NEVER: list[Json] = [
    {"on": "deleteObject"},
    {"on": "*", "when": {"match": {"user": "nobody-*"}}},
    {"on": "*", "when": {"match": {"header": {"x-never": "*"}}}},
    {"on": "*", "when": {"match": {"attempt": 99}}},
    {"on": "*", "when": {"after": "1000 requests"}},
    {"on": "*", "when": {"after": "1h"}},
    {"on": "*", "when": {"nth": 1000}},
    {"on": "*", "when": {"probability": 0}},
    {"on": "*", "when": {"for": 0}},
    {"on": "*", "ttl": 0},
]
REQUESTS: list[tuple[str, str, Any]] = [
    ("POST", IDENTIFY, {"users": [{"id": "ada", "name": "Ada"}, {"id": "bob"}]}),
    ("POST", IDENTIFY, {"users": []}),
    ("POST", IDENTIFY, {"users": 7}),
    ("GET", "/v1/bulk_operations/{id}", None),
    ("HEAD", "/v1/bulk_operations/{id}", None),
    ("GET", UNKNOWN, None),
    ("POST", TRIGGER, {"recipients": ["ada", {"id": "eve"}]}),
    ("POST", "/v1/workflows/welcome/cancel", {"cancellation_key": "c"}),
    ("PUT", "/v1/users/ada", {"name": "Ada"}),
    ("GET", "/v1/users/ada", None),
    ("DELETE", "/v1/users/ada", None),
    ("GET", "/v1/users", None),
    ("GET", "/v1/messages", None),
    ("GET", "/v1/nowhere", None),
]
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEYS = count()


@cache
def crowded() -> WsgiFake:
    """Return a fake in which each example has worlds of its own."""
    return new_fake()


def replay(steps: list[tuple[str, str, Any]], faults: list[Json]) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    """Return what a fresh world answers to a row of requests, with ids numbered in the order of their appearance.

    In a path `{id}` is that of the latest bulk operation.
    """
    fake, key = crowded(), f"sk_test_{next(KEYS)}"
    world = fake.service.world(key)
    world.follow(parse_scenario({"version": 1, "faults": faults}, name="test"))
    latest, seen = UNKNOWN.rpartition("/")[2], []
    numbers: dict[bytes, bytes] = {}
    for method, path, body in steps:
        sent = None if body is None else orjson.dumps(body)
        answer = fake.send(method, path.replace("{id}", latest), sent, Authorization=f"Bearer {key}")
        for id_ in (answer.headers["x-request-id"].encode(), *_UUID.findall(answer.data)):
            numbers.setdefault(id_, b"id %d" % len(numbers))
        if b"BulkOperation" in answer.data:
            latest = answer.get_json()["id"]
        fields = [(name, numbers.get(value.encode(), value.encode()).decode()) for name, value in answer.headers]
        seen.append((answer.status_code, fields, _UUID.sub(lambda found: numbers[found[0]], answer.data)))
        world.clock.advance(0.7)
    return seen


@given(st.lists(st.sampled_from(REQUESTS), max_size=12), st.sampled_from(NEVER))
def test_a_fault_that_does_not_happen_changes_nothing(steps: list[tuple[str, str, Any]], condition: Json) -> None:
    """With a fault that no request meets, every answer is byte by byte what it is without one."""
    never = {"id": "f", "do": {"status": 418, "when_committed": "after"}, **condition}
    assert replay(steps, []) == replay(steps, [never])


@given(st.lists(st.sampled_from(REQUESTS), max_size=12))
def test_a_fault_that_only_waits_changes_nothing_else(steps: list[tuple[str, str, Any]]) -> None:
    """What a fault does not say stays as it is: with a delay of no time answers differ in nothing but its name."""
    waiting = replay(steps, [{"id": "f", "do": {"delay": "0s", "headers": {"x-none": None}}}])
    plain = [(status, [each for each in fields if each[0] != APPLIED], body) for status, fields, body in waiting]
    assert replay(steps, []) == plain


def test_an_entry_without_a_fault_says_so(fake: WsgiFake) -> None:
    """A fault that does not happen leaves no trace in the journal."""
    set_up(fake, fault({"status": 418}, when={"nth": 2}))
    fake.send("GET", UNKNOWN)
    (entry,) = entries(fake)
    assert (None, True, []) == (entry["fault"], entry["delivered"], entry["notes"])
