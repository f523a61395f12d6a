"""Requests that are answered without Flask around the view are answered as Flask would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mock_knock.web.current import current_call
from mock_knock.web.lean import LeanFlask
from mock_knock.web.pipeline import MAX_BODY_BYTES
from tests.web.wsgi_fake import WsgiFake, new_fake

IDENTIFY = "/v1/users/bulk/identify"
TRIGGER = "/v1/workflows/welcome/trigger"
UNKNOWN = "/v1/bulk_operations/00000000-0000-4000-8000-000000000000"
USERS = b'{"users": [{"id": "ada"}, {"id": "bob", "name": "Bob"}]}'
RECIPIENTS = b'{"recipients": ["ada", {"id": "bob"}], "data": {"x": 1}}'


def both() -> tuple[WsgiFake, WsgiFake]:
    """Return two fakes that count their ids from the same number: one as it is, one that leaves all to Flask."""
    fakes = new_fake(), new_fake()
    for each in fakes:
        each.service.new_id = map(_counted, count(1)).__next__
    plain = fakes[1].app
    assert isinstance(plain, LeanFlask)
    assert len(plain.lean_routes) == 3
    plain.lean_routes = ()
    return fakes


def _counted(number: int) -> str:
    return str(UUID(int=number, version=4))


def seen(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return what a client sees of an answer; the order of header fields does not count."""
    return answer.status_code, sorted(answer.headers), answer.get_data()


def journals(fake: WsgiFake) -> list[Any]:
    """Return what the journal says of every request."""
    return [
        (each.line, each.request.headers, each.request.body, each.response, each.notes, each.violations, each.route)
        for each in fake.world.journal
    ]


REQUESTS: list[tuple[str, str, bytes | None, dict[str, str | None]]] = [
    ("POST", IDENTIFY, USERS, {}),
    ("POST", IDENTIFY, b'{"users": [{"name": 7}]}', {}),
    ("POST", IDENTIFY, b"{", {}),
    ("POST", IDENTIFY, b'{"users": [{"id": "mock:error"}]}', {}),
    ("POST", IDENTIFY, USERS, {"Content_Type": "text/plain"}),
    ("POST", IDENTIFY, USERS, {"Authorization": None}),
    ("POST", IDENTIFY, USERS, {"Authorization": "Basic x"}),
    ("POST", IDENTIFY, USERS, {"Authorization": "Bearer pk_test_abcdefghijkl"}),
    ("POST", IDENTIFY, USERS, {"X_Mock_Fault": "status=503, retry_after=1"}),
    ("POST", IDENTIFY, USERS, {"X_Mock_Fault": "status=204"}),
    ("POST", IDENTIFY, USERS, {"X_Mock_Fault": "status=302"}),
    ("POST", IDENTIFY, USERS, {"X_Mock_Fault": "nonsense"}),
    ("POST", IDENTIFY, USERS, {"Cookie": "a=b"}),
    ("POST", f"{IDENTIFY}?x=1", USERS, {}),
    ("POST", f"{IDENTIFY}/", USERS, {}),
    ("POST", f"/{IDENTIFY}", USERS, {}),
    ("GET", IDENTIFY, None, {}),
    ("OPTIONS", IDENTIFY, None, {}),
    ("GET", UNKNOWN, None, {}),
    ("HEAD", UNKNOWN, None, {}),
    ("GET", "/v1/bulk_operations/no-uuid", None, {}),
    ("GET", "/v1/bulk_operations/%C3%A9", None, {}),
    ("GET", "/v1/bulk_operations/", None, {}),
    ("POST", TRIGGER, RECIPIENTS, {}),
    ("POST", TRIGGER, RECIPIENTS, {"Idempotency_Key": "k"}),
    ("POST", TRIGGER, b'{"recipients": []}', {}),
    ("POST", "/v1/workflows/a%20b/trigger", RECIPIENTS, {}),
    ("POST", "/v1/workflows/a%2Fb/trigger", RECIPIENTS, {}),
    ("POST", "/v1/workflows/a/b/trigger", RECIPIENTS, {}),
    ("POST", "/v1/workflows/mock-missing/trigger", RECIPIENTS, {}),
    ("POST", "/v1/workflows//trigger", RECIPIENTS, {}),
    ("PUT", TRIGGER, RECIPIENTS, {}),
]


@pytest.mark.parametrize(("method", "path", "body", "fields"), REQUESTS)
def test_the_same_answers(method: str, path: str, body: bytes | None, fields: dict[str, str | None]) -> None:
    """Whichever way a request goes, status, header fields, body and journal are the same, and so is its repetition."""
    lean, plain = both()
    for _ in range(2):
        assert seen(lean.send(method, path, body, **fields)) == seen(plain.send(method, path, body, **fields))
    assert journals(lean) == journals(plain)


def test_a_batch_from_its_beginning_to_its_end() -> None:
    """A batch, its polls and a trigger are answered alike, step by step."""
    told = []
    for fake in both():
        found = [fake.send("POST", IDENTIFY, USERS)]
        path = f"/v1/bulk_operations/{json.loads(found[0].get_data())['id']}"
        for _ in range(4):
            fake.world.clock.advance(2)
            found.append(fake.send("GET", path))
        found.append(fake.send("POST", TRIGGER, RECIPIENTS))
        told.append(([seen(each) for each in found], journals(fake)))
    assert told[0] == told[1]
    assert b'"completed"' in told[0][0][-2][2]


def test_a_body_that_is_too_large() -> None:
    """The limit on bodies holds on both ways."""
    body = b'{"users": [{"id": "ada", "x": "%s"}]}' % (b"x" * MAX_BODY_BYTES)
    lean, plain = (each.send("POST", IDENTIFY, body) for each in both())
    assert lean.status_code == 413
    assert seen(lean) == seen(plain)


def test_a_bug_is_an_envelope(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong inside is a 500 with an envelope on both ways."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the insides")

    monkeypatch.setattr("mock_knock.service.bulk.identify_users", fail)
    lean, plain = (each.send("POST", IDENTIFY, USERS) for each in both())
    assert (500, "internal_error") == (lean.status_code, json.loads(lean.get_data())["code"])
    assert seen(lean) == seen(plain)


@given(st.text(max_size=8))
def test_what_is_no_plain_path_is_left_to_flask(key: str) -> None:
    """Only paths of plain letters are answered by themselves, and then the key is what stands in the path."""
    app = new_fake().app
    assert isinstance(app, LeanFlask)
    path = f"/v1/workflows/{key}/trigger"
    found = [each for route in app.lean_routes if (each := route.pattern.fullmatch(path))]
    assert [each.groupdict() for each in found] == ([{"key": key}] if re.fullmatch("[0-9A-Za-z_-]+", key) else [])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", IDENTIFY, USERS), ("GET", UNKNOWN, None), ("POST", TRIGGER, RECIPIENTS)],
)
def test_flask_is_left_out(method: str, path: str, body: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three most frequent requests are answered without Flask's contexts and its dispatch, others are not."""

    def refuse(*_: object) -> None:
        raise AssertionError("Flask answers")

    monkeypatch.setattr(Flask, "request_context", refuse)
    fake = new_fake()
    assert fake.send(method, path, body).status_code in {200, 404}
    with pytest.raises(AssertionError, match="Flask answers"):
        fake.send("GET", "/v1/users")


def test_nothing_is_left_of_a_request() -> None:
    """After a request there is no current one any more, whichever way it went and however it ended."""
    fakes = both()
    answers: list[Callable[[WsgiFake], TestResponse]] = [
        lambda fake: fake.send("POST", IDENTIFY, USERS),
        lambda fake: fake.send("POST", IDENTIFY, b"{"),
        lambda fake: fake.send("GET", "/v1/users"),
        lambda fake: fake.send("GET", "/_mock/state"),
        lambda fake: fake.send("GET", "/nowhere"),
    ]
    for fake in fakes:
        for answer in answers:
            answer(fake)
            with pytest.raises(LookupError):
                current_call()
