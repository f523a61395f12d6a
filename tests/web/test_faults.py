"""What faults make of answers, seen through the WSGI application on a clock that stands still."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from mock_knock.local import FakeOptions, build_fake
from mock_knock.web import sending
from tests.web.faulty import (
    APPLIED,
    IDENTIFY,
    RUN,
    TRIGGER,
    UNKNOWN,
    USERS,
    Json,
    entries,
    fault,
    lost,
    poll,
    seconds,
    set_up,
)
from tests.web.wsgi_fake import KEY, WsgiFake, new_fake

AUTHENTICATION, REQUEST, API = "authentication_error", "invalid_request_error", "api_error"


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


@pytest.mark.parametrize(
    ("do", "status", "code", "type_"),
    [
        ({"status": 400}, 400, "invalid_json", REQUEST),
        ({"status": 401}, 401, "api_key_expired", AUTHENTICATION),
        ({"status": 403}, 403, "incorrect_token_type", AUTHENTICATION),
        ({"status": 404}, 404, "resource_missing", REQUEST),
        ({"status": 404, "code": "workflow_missing"}, 404, "workflow_missing", REQUEST),
        ({"status": 418}, 418, "status_418", REQUEST),
        ({"status": 429}, 429, "rate_limited", REQUEST),
        ({"status": 499}, 499, "status_499", REQUEST),
        ({"status": 500}, 500, "internal_error", API),
        ({"status": 503}, 503, "service_unavailable", API),
        ({"status": 599}, 599, "status_599", API),
    ],
)
@pytest.mark.parametrize("committed", ["before", "after"])
def test_a_status_takes_the_place_of_the_answer(
    fake: WsgiFake, do: Json, status: int, code: str, type_: str, committed: str
) -> None:
    """The status comes in Knock's envelope, with a request id, and the answer names the fault."""
    set_up(fake, fault({**do, "when_committed": committed}))
    answer = fake.send("POST", IDENTIFY, USERS)
    message = "An injected fault of mock-knock"
    assert {"code": code, "message": message, "status": status, "type": type_} == answer.get_json()
    assert (status, "application/json", "f") == (answer.status_code, answer.content_type, answer.headers[APPLIED])
    assert [answer.headers["x-request-id"]] == [
        value for name, value in entries(fake)[0]["response"]["headers"] if name == "x-request-id"
    ]


@pytest.mark.parametrize(
    ("retry_after", "header", "value"),
    [
        (2, "Retry-After", "2"),
        (0, "Retry-After", "0"),
        (0.25, "Retry-After", "0.25"),
        ({"date": 2}, "Retry-After", "Thu, 01 Jan 2026 00:00:02 GMT"),
        ({"date": -60}, "Retry-After", "Wed, 31 Dec 2025 23:59:00 GMT"),
        ({"ms": 50}, "retry-after-ms", "50"),
        ("soon", "Retry-After", "soon"),
    ],
)
def test_a_status_says_when_to_come_back(fake: WsgiFake, retry_after: Any, header: str, value: str) -> None:
    """A status tells to wait in seconds, until a date on the clock of its world, in milliseconds, or in any words."""
    set_up(fake, fault({"status": 429, "retry_after": retry_after}))
    told = {name: each for name, each in fake.send("GET", UNKNOWN).headers if name.lower().startswith("retry-after")}
    assert {header: value} == told


def test_a_status_says_nothing_unasked(fake: WsgiFake) -> None:
    """Without `retry_after` nothing is said about waiting."""
    set_up(fake, fault({"status": 429}))
    assert not any(name.lower().startswith("retry-after") for name, _ in fake.send("GET", UNKNOWN).headers)


@pytest.mark.parametrize(
    "told",
    [
        "Thu, 01 Jan 2026 00:00:00 -0000",
        "Thu Jan  1 00:00:00 2026",
        "Thu, 01 Jan 2026 00:00:00 +99999999999999",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "1e999",
    ],
)
def test_a_status_may_say_what_makes_no_sense(fake: WsgiFake, told: str) -> None:
    """Dates without a time zone or with one that is none, and endless waits, are sent as they are."""
    set_up(fake, fault({"status": 429, "retry_after": told}))
    answer = fake.send("GET", UNKNOWN)
    assert (429, told) == (answer.status_code, answer.headers["Retry-After"])


@cache
def shared() -> WsgiFake:
    """Return a fake for all examples."""
    return new_fake()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_whatever_is_said_about_waiting_is_sent(told: str) -> None:
    """No text that a header can hold upsets the fake."""
    fake = shared()
    set_up(fake, fault({"status": 429, "retry_after": told, "headers": {"retry-after-ms": told}}))
    assert 429 == fake.send("GET", UNKNOWN).status_code


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("path", [UNKNOWN, f"{UNKNOWN}?a=%C3%A9&b=1"])
def test_a_redirect_leads_to_itself(fake: WsgiFake, path: str, status: int) -> None:
    """A status of redirection names the path and query that were asked for."""
    set_up(fake, fault({"status": status}))
    answer = fake.send("GET", path)
    assert (status, path) == (answer.status_code, answer.headers["Location"])


@pytest.mark.parametrize(
    ("delay", "passed"),
    [
        ("60s", 60),
        ({"fixed": "250ms"}, 0.25),
        ({"uniform": ["5s", "5s"]}, 5),
        ({"lognormal": {"median": "2s", "sigma": 0}}, 2),
        ({"dribble": {"bytes": 106, "every": "1s"}}, 0),
        ({"dribble": {"bytes": 105, "every": "1s"}}, 1),
        ({"dribble": {"bytes": 1, "every": "1s"}}, 105),
        ({"bandwidth": 100}, 21 * 0.05),
    ],
)
def test_a_delay_moves_time_that_stands(fake: WsgiFake, delay: Any, passed: float) -> None:
    """On a clock that stands a delay moves its world forward by as much; the answer of 106 bytes is the usual one."""
    usual = fake.send("PUT", "/v1/users/ada", b"{}")
    set_up(fake, fault({"status": 503, "delay": delay}))
    late = fake.send("GET", UNKNOWN)
    assert (503, 106) == (late.status_code, len(late.data))
    assert passed == pytest.approx(seconds(fake))
    set_up(fake, fault({"delay": "1s"}))
    late = fake.send("PUT", "/v1/users/ada", b"{}")
    assert usual.get_json().keys() == late.get_json().keys()
    assert passed + 1 == pytest.approx(seconds(fake))


def test_chance_is_repeated(fake: WsgiFake) -> None:
    """Delays that are left to chance are the same for the same seed, and others for another one."""
    passed: dict[int, float] = {}
    for seed in (1, 2, 1):
        set_up(fake, fault({"delay": {"uniform": ["0s", "1h"]}}), seed=seed)
        before = seconds(fake)
        fake.send("GET", UNKNOWN)
        found = round(seconds(fake) - before, 3)
        assert found == passed.setdefault(seed, found)
    assert 2 == len(set(passed.values()))


@pytest.mark.parametrize(
    "do",
    [
        {"delay": "6s"},
        {"delay": {"dribble": {"bytes": 1, "every": "1s"}}},
        {"wire": "hang"},
        {"wire": "slow_close", "for": "6s"},
        {"delay": "4s", "wire": "slow_close", "for": "2s"},
    ],
)
def test_who_waits_too_long_gives_up(fake: WsgiFake, do: Json) -> None:
    """Past the client's own timeout there is no answer, and no more time than that has passed."""
    set_up(fake, fault(do))
    assert ("timeout", 5) == (lost(fake, "GET", UNKNOWN, patience=5), seconds(fake))


def test_a_delay_takes_real_time_where_time_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that runs a hundred times as fast, ten seconds are a tenth of a second."""
    slept: list[float] = []
    monkeypatch.setattr(sending, "sleep", slept.append)
    client = Client(build_fake(FakeOptions(clock="x100")).application)
    headers = {"Authorization": f"Bearer {KEY}", "X-Mock-Fault": "delay=10s"}
    assert 404 == client.get(UNKNOWN, headers=headers).status_code
    assert [0.1] == slept


def test_headers_of_an_answer(fake: WsgiFake) -> None:
    """A fault adds headers, changes them and takes them out."""
    set_up(fake, fault({"headers": {"x-a": "1", "X-Request-Id": "mine", "content-type": None, "x-none": None}}))
    answer = fake.send("GET", UNKNOWN)
    assert ("1", "mine") == (answer.headers["x-a"], answer.headers["x-request-id"])
    assert not {"Content-Type", "x-none"} & set(answer.headers.keys())


@pytest.mark.parametrize(("content_type", "found"), [("text/html", "text/html"), (None, None)])
def test_the_content_type_of_an_answer(fake: WsgiFake, content_type: str | None, found: str | None) -> None:
    """A fault claims another content type, or none, for the same body."""
    set_up(fake, fault({"body": {"content_type": content_type}}))
    answer = fake.send("PUT", "/v1/users/ada", b'{"name": "Ada"}')
    assert (found, "Ada") == (answer.headers.get("Content-Type"), orjson.loads(answer.data)["name"])


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"replace": ""}, b""),
        ({"replace": None}, b"null"),
        ({"replace": {"a": [1]}, "set": {"/a/0": 2}, "add": {"b": 3}, "drop": "c"}, b'{"a":[2],"b":3}'),
        ({"replace": {"a": 1, "b": 2}, "drop": ["a"], "type": {"b": "string"}}, b'{"b":"2"}'),
        ({"replace": {"a": 1}, "raw": {"a": "NaN"}}, b'{"a":NaN}'),
        ({"replace": {"a": 1}, "nest": {"a": 3}}, b'{"a":[[[1]]]}'),
        ({"replace": {"a": 1}, "duplicate": "a"}, b'{"a":null,"a":1}'),
        ({"replace": {"a": 1}, "truncate": 0.5}, b'{"a'),
        ({"replace": {"a": 1}, "bom": True}, b'\xef\xbb\xbf{"a":1}'),
    ],
)
def test_the_body_of_an_answer(fake: WsgiFake, body: Json, sent: bytes) -> None:
    """What a fault makes of a body is sent with the right length, and is in the journal."""
    set_up(fake, fault({"body": body}))
    answer = fake.send("PUT", "/v1/users/ada", b"{}")
    assert (200, sent, str(len(sent))) == (answer.status_code, answer.data, answer.headers["Content-Length"])
    assert sent.decode() == entries(fake)[0]["response"]["body"]


def test_errors_keep_their_bodies(fake: WsgiFake) -> None:
    """A body is changed in the answers of success, and in those of the fault itself; a refusal stays as it is."""
    set_up(fake, fault({"body": {"replace": "x"}}))
    assert b"x" == fake.send("PUT", "/v1/users/ada", b"{}").data
    assert "resource_missing" == fake.send("GET", UNKNOWN).get_json()["code"]
    set_up(fake, fault({"status": 502, "body": {"replace": "x", "content_type": "text/html"}}))
    answer = fake.send("GET", UNKNOWN)
    assert (502, b"x", "text/html") == (answer.status_code, answer.data, answer.headers["Content-Type"])


@pytest.mark.parametrize("status", [204, 304])
def test_no_content_has_no_body(fake: WsgiFake, status: int) -> None:
    """Where there is no content, there is no envelope and no type of it, in the journal neither."""
    set_up(fake, fault({"status": status}))
    answer = fake.send("GET", UNKNOWN)
    assert (status, b"", False) == (answer.status_code, answer.data, "Content-Type" in answer.headers)
    assert "" == entries(fake)[0]["response"]["body"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_member_is_repeated(fake: WsgiFake, number: int) -> None:
    """A member is what it was in the answer before to the same operation, and what it is in the first one."""
    set_up(fake, fault({"body": {"repeat": "workflow_run_id"}}, on="triggerWorkflow", when={"nth": number}))
    fake.identify("ada")
    seen = [fake.send("POST", TRIGGER, RUN).get_json()["workflow_run_id"] for _ in range(3)]
    runs = [each["id"] for each in fake.send("GET", "/_mock/state").get_json()["workflow_runs"]]
    expected = [*runs[: number - 1], runs[max(number - 2, 0)], *runs[number:]]
    assert (3, expected) == (len(set(runs)), seen)


def test_nothing_is_repeated_of_a_refusal(fake: WsgiFake) -> None:
    """What is repeated are answers of success."""
    operation = fake.identify("ada")
    set_up(fake, fault({"body": {"repeat": "code"}}, on="getBulkOperation", when={"nth": 2}))
    assert "code" in fake.send("GET", UNKNOWN).get_json()
    assert "code" not in poll(fake, operation)


@pytest.mark.parametrize(
    ("bulk", "seen"),
    [
        (
            {"progress": ["10%", "60%", 40, "100%"]},
            [("processing", 1), ("processing", 6), ("processing", 4), ("processing", 10), ("completed", 10)],
        ),
        (
            {"processed_gt_total": True},
            [("queued", 0), ("processing", 11), ("completed", 11), ("completed", 11), ("completed", 11)],
        ),
        (
            {"after_completed": "processing"},
            [("queued", 0), ("processing", 5), ("processing", 10), ("processing", 10), ("processing", 10)],
        ),
    ],
)
def test_what_is_said_of_a_bulk_operation(fake: WsgiFake, bulk: Json, seen: list[tuple[str, int]]) -> None:
    """What polls are told is as the fault has it, and the truth goes on: it completes and everybody is there."""
    set_up(fake, fault({"bulk": bulk}, on="getBulkOperation"))
    operation = fake.identify(*"abcdefghij")
    found = [poll(fake, operation) for _ in range(5)]
    assert seen == [(each["status"], each["processed_rows"]) for each in found]
    state = fake.send("GET", "/_mock/state").get_json()
    assert (10, 10) == (len(state["users"]), state["bulk_operations"][0]["settled_rows"])


def test_a_status_has_no_progress(fake: WsgiFake) -> None:
    """Where a status takes the place of a bulk operation, nothing can be said of its progress."""
    set_up(fake, fault({"status": 200, "bulk": {"processed_gt_total": True}}))
    assert "status_200" == fake.send("GET", UNKNOWN).get_json()["code"]


def test_a_fault_is_in_the_journal(fake: WsgiFake) -> None:
    """The entry of a request says which fault happened to it, and a note does; others say nothing."""
    set_up(fake, fault({"status": 503}, on="getBulkOperation", id="slow:1.a"))
    fake.identify("ada")
    fake.send("GET", UNKNOWN)
    usual, faulty = entries(fake)
    assert (None, True, False) == (usual["fault"], usual["delivered"], any("fault" in each for each in usual["notes"]))
    assert ("slow:1.a", True, ["fault slow:1.a"]) == (faulty["fault"], faulty["delivered"], faulty["notes"])
    assert [APPLIED, "slow:1.a"] in faulty["response"]["headers"]


@pytest.mark.parametrize(
    "do", [{"status": 503}, {"status": 418}, {"body": {"replace": "x"}}, {"headers": {"x-a": "1"}}]
)
def test_faults_are_not_the_fakes_own_mistakes(do: Json) -> None:
    """Where the fake checks its answers, what a fault does to them does not count."""
    fake = new_fake(checks_responses=True)
    set_up(fake, fault(do))
    assert "X-Mock-Contract-Violations" not in fake.send("POST", IDENTIFY, USERS).headers
