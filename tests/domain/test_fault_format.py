"""How faults are written down: what is written reads back as the same, and what cannot be read is refused."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given

from mock_knock.domain.faults.answer import AnswerFault, RetryAfter
from mock_knock.domain.faults.body import MAX_NESTING, BodyFault, Replacement
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.delay import MAX_DELAY, Dribble, FixedDelay, LognormalDelay, UniformDelay
from mock_knock.domain.faults.fault import Action, Fault, When
from mock_knock.domain.faults.read_action import MAX_HEADERS, MAX_VALUE
from mock_knock.domain.faults.read_body import MAX_TEXT
from mock_knock.domain.faults.read_fault import read_fault
from mock_knock.domain.faults.wire import WireFault, WireKind
from mock_knock.domain.faults.write_fault import write_fault
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import MAX_NUMBER, Reader
from mock_knock.messages import JsonValue
from tests.domain.made_up_faults import faults

HALF = Fraction(1, 2)


def new_reader() -> Reader:
    """Return a reader that tells places as JSON pointers."""
    return Reader(lambda pointer: f"#{pointer}", "test")


def read(value: JsonValue) -> Fault:
    """Return a fault that has no problem."""
    reader = new_reader()
    fault = read_fault(reader, value, "")
    assert [] == reader.findings
    return fault


def do(**members: JsonValue) -> Action:
    """Return what a fault with these members of `do` does."""
    return read({"id": "a", "do": members}).do


def body(**members: JsonValue) -> BodyFault | None:
    """Return what a fault with these members of `body` makes of a body."""
    return do(body=members).body


def test_the_smallest_fault() -> None:
    """A fault needs an id and something that it does; without more it happens to every request, for ever."""
    assert Fault("a", Action(answer=AnswerFault(503))) == read({"id": "a", "do": {"status": 503}})


def test_a_fault_without_an_id() -> None:
    """Where faults need no name of their own, one without has the usual one."""
    reader = new_reader()
    usual = read_fault(reader, {"do": {"status": 503}}, "", usual_id="header")
    named = read_fault(reader, {"id": "a", "do": {"status": 503}}, "", usual_id="header")
    assert ("header", "a", []) == (usual.id, named.id, reader.findings)


def test_a_fault_with_everything() -> None:
    """Every member of the envelope is read."""
    found = read(
        {
            "id": "flaky-poll",
            "description": "Now and then.",
            "on": ["getBulkOperation", "getUser"],
            "when": {
                "nth": [3, 2, 3],
                "first": 9,
                "every": 2,
                "probability": 0.5,
                "after": ["10 polls", "10s"],
                "for": "1m",
                "match": {
                    "user": "u-*",
                    "recipient": "projects/*",
                    "workflow": "w",
                    "header": {"X-A": "b", "X/~": "*"},
                    "attempt": 0,
                    "body": {"data": {"total": 7, "note": None}},
                },
                "per": "resource",
                "until": "key_changes",
            },
            "do": {"status": 503},
            "ttl": "5m",
        }
    )
    assert found == Fault(
        id="flaky-poll",
        do=Action(answer=AnswerFault(503)),
        pattern=RequestPattern(
            operations=("getBulkOperation", "getUser"),
            user="u-*",
            workflow="w",
            headers={"X-A": "b", "X/~": "*"},
            attempt=0,
            recipient="projects/*",
            body={"data": {"total": 7, "note": None}},
        ),
        when=When((2, 3), 9, 2, 0.5, 10, 10, 60, until_key_changes=True, per="resource"),
        ttl=300,
        description="Now and then.",
    )


@pytest.mark.parametrize(
    ("on", "operations"),
    [
        ("*", ()),
        (["*"], ()),
        (["getUser", "*"], ()),
        ("getUser", ("getUser",)),
        (["getUser", "listUsers"], ("getUser", "listUsers")),
    ],
)
def test_operations(on: JsonValue, operations: tuple[str, ...]) -> None:
    """A fault is on an operation, on several, or on each one, which `*` means in a list, too."""
    assert operations == read({"id": "a", "on": on, "do": {"status": 503}}).pattern.operations


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, When()),
        ({"nth": 2}, When(nth=(2,))),
        ({"nth": MAX_NUMBER}, When(nth=(MAX_NUMBER,))),
        ({"first": None, "every": None, "for": None}, When()),
        ({"probability": 0}, When(probability=0)),
        ({"probability": 1}, When()),
        ({"after": "1 poll"}, When(after_count=1)),
        ({"after": "10 requests"}, When(after_count=10)),
        ({"after": "250ms"}, When(after_seconds=0.25)),
        ({"after": 10}, When(after_seconds=10)),
        ({"after": ["5m", "1 request"]}, When(after_count=1, after_seconds=300)),
        ({"after": []}, When()),
        ({"per": "key"}, When()),
        ({"match": {}}, When()),
    ],
)
def test_conditions(when: JsonValue, expected: When) -> None:
    """A number can stand alone, a time can be a number of seconds, and what is null or empty does not count."""
    assert expected == read({"id": "a", "when": when, "do": {"status": 503}}).when


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ({"status": 200}, AnswerFault(200)),
        ({"status": 599, "code": "odd"}, AnswerFault(599, "odd")),
        ({"status": 429, "retry_after": 1}, AnswerFault(429, "", RetryAfter("seconds", 1))),
        ({"status": 429, "retry_after": 0.5}, AnswerFault(429, "", RetryAfter("seconds", 0.5))),
        ({"status": 429, "retry_after": "soon\t\xe9"}, AnswerFault(429, "", RetryAfter("text", "soon\t\xe9"))),
        ({"status": 429, "retry_after": {"date": -5}}, AnswerFault(429, "", RetryAfter("date", -5))),
        ({"status": 429, "retry_after": {"ms": 50}}, AnswerFault(429, "", RetryAfter("ms", 50))),
    ],
)
def test_answers(members: dict[str, JsonValue], answer: AnswerFault) -> None:
    """A status has a code and says how long to wait, in one of four ways."""
    assert answer == do(**members).answer


@pytest.mark.parametrize(
    ("written", "delay"),
    [
        ("2s", FixedDelay(2)),
        (0, FixedDelay(0)),
        (MAX_DELAY, FixedDelay(MAX_DELAY)),
        ({"fixed": "250ms"}, FixedDelay(0.25)),
        ({"uniform": ["1s", 2]}, UniformDelay(1, 2)),
        ({"uniform": [1, 1]}, UniformDelay(1, 1)),
        ({"lognormal": {"median": "200ms"}}, LognormalDelay(0.2, 0.5)),
        ({"lognormal": {"median": 1, "sigma": 0}}, LognormalDelay(1, 0)),
        ({"dribble": {}}, Dribble(1, 0.01)),
        ({"dribble": {"bytes": 8, "every": "1s"}}, Dribble(8, 1)),
        ({"bandwidth": 1_000}, Dribble(50, 0.05)),
    ],
)
def test_delays(written: JsonValue, delay: object) -> None:
    """A delay is a duration, or one of five kinds with what it needs."""
    assert delay == do(delay=written).delay


@pytest.mark.parametrize(
    ("written", "headers"),
    [
        ({"X-A": "b"}, {"X-A": "b"}),
        ({"x-a": "", "retry-after": None}, {"x-a": "", "retry-after": None}),
        ({"x-a": 7, "x-b": 1.5, "x-c": -1}, {"x-a": "7", "x-b": "1.5", "x-c": "-1"}),
        ({f"x-{number}": "" for number in range(MAX_HEADERS)}, {f"x-{number}": "" for number in range(MAX_HEADERS)}),
        ({"x-a": "b" * MAX_VALUE}, {"x-a": "b" * MAX_VALUE}),
    ],
)
def test_headers(written: JsonValue, headers: dict[str, str | None]) -> None:
    """Headers are set to texts or numbers, or taken out with null."""
    assert headers == do(headers=written).headers


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"replace": "<html>"}, BodyFault(replacement=Replacement("<html>"))),
        ({"replace": None}, BodyFault(replacement=Replacement(None))),
        ({"replace": "x" * MAX_TEXT}, BodyFault(replacement=Replacement("x" * MAX_TEXT))),
        ({"drop": "status"}, BodyFault(dropped=("/status",))),
        ({"drop": ["a/b~", "/a/b"]}, BodyFault(dropped=("/a~1b~0", "/a/b"))),
        ({"set": {"a": 1, "/b": None}, "add": {"c": []}}, BodyFault(set={"/a": 1, "/b": None, "/c": []})),
        ({"type": {"/a/b": "null", "c": "array"}}, BodyFault(types={"/a/b": "null", "/c": "array"})),
        ({"nest": {"a": 1, "b": MAX_NESTING}}, BodyFault(nested={"/a": 1, "/b": MAX_NESTING})),
        ({"repeat": "a"}, BodyFault(repeated=("/a",))),
        ({"raw": {"a": "NaN", "b": ""}}, BodyFault(raw={"/a": "NaN", "/b": ""})),
        ({"duplicate": ["a", "b/c", "/d"]}, BodyFault(doubled=("/a", "/b~1c", "/d"))),
        ({"truncate": 0.5}, BodyFault(kept=HALF)),
        ({"truncate": 0}, BodyFault(kept=Fraction(0))),
        ({"bom": True}, BodyFault(has_bom=True)),
    ],
)
def test_bodies(members: dict[str, JsonValue], expected: BodyFault) -> None:
    """Members of a body are named by JSON pointers, or by their name where there is no slash before it."""
    assert expected == body(**members)


@pytest.mark.parametrize(
    ("written", "content_type"), [("text/html; charset=utf-8", "text/html; charset=utf-8"), (None, "")]
)
def test_content_types(written: JsonValue, content_type: str) -> None:
    """A content type alone changes no body; null is none at all."""
    assert Action(content_type=content_type) == do(body={"content_type": written})


@pytest.mark.parametrize(
    ("members", "wire"),
    [
        ({"wire": "reset"}, WireFault(WireKind.RESET)),
        ({"wire": "CONNECTION_RESET_BY_PEER"}, WireFault(WireKind.RESET)),
        ({"wire": "hang"}, WireFault(WireKind.HANG, 3_600)),
        ({"wire": "refuse", "for": "5s"}, WireFault(WireKind.REFUSE, 5)),
        ({"wire": "slow_close", "status": 503}, WireFault(WireKind.SLOW_CLOSE, 1)),
    ],
)
def test_wires(members: dict[str, JsonValue], wire: WireFault) -> None:
    """A fault of the wire has a name of ours or of WireMock, and a time where it takes one."""
    assert wire == do(**members).wire


@pytest.mark.parametrize(
    ("members", "bulk"),
    [
        ({"stall": "queued"}, BulkFault(stall="queued")),
        ({"stall": "processing"}, BulkFault(stall="processing")),
        ({"stall": "processing", "at": "40%"}, BulkFault(stall="processing", stalls_at=Fraction(2, 5))),
        ({"fail_at": 50}, BulkFault(fails_at=HALF)),
        ({"error_items": ["a"], "every": 2}, BulkFault(error_ids=frozenset({"a"}), every=2)),
        ({"progress": [10, "50%", 0]}, BulkFault(shown_progress=(Fraction(1, 10), HALF, Fraction(0)))),
        ({"processed_gt_total": True}, BulkFault(shows_too_many=True)),
        ({"after_completed": "processing"}, BulkFault(reopens=True)),
    ],
)  # fmt: skip
def test_bulk_faults(members: dict[str, JsonValue], bulk: BulkFault) -> None:
    """Shares of rows are written in per cent, as texts or whole numbers."""
    assert bulk == do(bulk=members).bulk


def test_what_is_read_beside() -> None:
    """When the state changes, and which headers of the request do not count, is read too."""
    found = do(wire="reset", when_committed="after", ignore=["Idempotency-Key"])
    assert ("after", ("idempotency-key",)) == (found.when_committed, found.ignored)


def test_what_is_left_out() -> None:
    """What has its default is not written, apart from the operations that are meant."""
    assert {"id": "a", "on": "*", "do": {"status": 503}} == write_fault(Fault("a", Action(answer=AnswerFault(503))))


@pytest.mark.parametrize("body", [{}, [], "", 0, False, {"a": None}, [None], "text", 1.5])
def test_bodies_that_are_meant(body: JsonValue) -> None:
    """A body that a fault is about can be any value but null, however little it says, and is written as it was read."""
    fault = read({"id": "a", "when": {"match": {"body": body}}, "do": {"status": 503}})
    assert body == fault.pattern.body
    assert {"match": {"body": body}} == write_fault(fault)["when"]


@given(faults)
def test_reading_undoes_writing(fault: Fault) -> None:
    """A fault that is written down as JSON and read again is the same, and written again has the same text."""
    text = json.dumps(write_fault(fault))
    again = read(json.loads(text))
    assert fault == again
    assert text == json.dumps(write_fault(again))
