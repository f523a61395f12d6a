from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import Client

from mock_knock.domain.journal import Journal, JournalEntry
from mock_knock.errors import MockKnockError
from mock_knock.web.guard import AccessRules
from mock_knock.web.pipeline import MAX_BODY_BYTES
from tests.web.wsgi_fake import KEY, START, WsgiFake, new_fake

IDENTIFY = "/v1/users/bulk/identify"
TRIGGER = "/v1/workflows/welcome/trigger"
UNKNOWN = "/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
USERS = b'{"users": [{"id": "ada"}]}'
TOO_DEEP = b'{"users": [{}], "x": ' + b"[" * 100 + b"]" * 100 + b"}"
TOO_LARGE = b"{" + b" " * MAX_BODY_BYTES


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def journal(fake: WsgiFake) -> list[JournalEntry]:
    """Return the journal of the world of `KEY`."""
    return list(fake.world.journal)


@pytest.mark.parametrize(
    ("method", "path", "body", "fields", "status", "code"),
    [
        ("PUT", "/v1/nowhere", b"{", {"Authorization": None}, 401, "authentication_required"),
        ("POST", IDENTIFY, TOO_LARGE, {"Authorization": None}, 401, "authentication_required"),
        ("POST", IDENTIFY, TOO_LARGE, {"Authorization": "Bearer pk_a"}, 403, "incorrect_token_type"),
        ("PUT", IDENTIFY, TOO_LARGE, {"Content-Type": "text/plain"}, 405, "method_not_allowed"),
        ("POST", "/v1/tenants/bulk/set", TOO_LARGE, {"Content-Type": "text/plain"}, 501, "not_imitated"),
        ("POST", "/v1/nowhere", TOO_LARGE, {}, 404, "resource_missing"),
        ("POST", IDENTIFY, TOO_LARGE, {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ("POST", IDENTIFY, TOO_LARGE, {}, 413, "request_too_large"),
        ("POST", IDENTIFY, b"{", {}, 400, "invalid_json"),
        ("POST", IDENTIFY, b"", {}, 400, "invalid_json"),
        ("POST", IDENTIFY, TOO_DEEP, {}, 400, "invalid_json"),
        ("POST", "/v1/workflows/a/b/trigger", b"{", {"Content-Type": "text/plain"}, 404, "resource_missing"),
        ("POST", TRIGGER, b'{"recipients": 7}', {}, 422, "invalid_params"),
        ("GET", "/v1/bulk_operations/7", b"{", {"Content-Type": "text/plain"}, 422, "invalid_params"),
        ("GET", UNKNOWN, b"{", {"Content-Type": "text/plain"}, 404, "resource_missing"),
        ("GET", "/_mock/nowhere", b"{", {"Host": "evil.example"}, 403, "host_refused"),
        ("PUT", "/_mock/state", b"{", {"Origin": "null"}, 403, "origin_refused"),
        ("POST", "/_mock/state", b"{", {}, 405, "method_not_allowed"),
        ("GET", "/_mock/nowhere", None, {}, 404, "resource_missing"),
        ("PUT", "/_mock/scenario", b"{", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ("PUT", "/_mock/scenario", b"{", {}, 400, "invalid_json"),
        ("DELETE", "/", None, {}, 405, "method_not_allowed"),
        ("OPTIONS", "/", None, {}, 405, "method_not_allowed"),
        ("OPTIONS", "/_mock/state", None, {}, 405, "method_not_allowed"),
        ("OPTIONS", UNKNOWN, None, {}, 405, "method_not_allowed"),
        ("GET", UNKNOWN.replace("/v1/", "/v1//"), None, {}, 404, "resource_missing"),
        ("GET", f"{UNKNOWN}/", None, {}, 404, "resource_missing"),
        ("GET", "/v1", None, {"Authorization": None}, 404, "resource_missing"),
    ],
)
def test_the_first_thing_that_is_wrong_decides(
    fake: WsgiFake, method: str, path: str, body: bytes | None, fields: dict[str, str | None], status: int, code: str
) -> None:
    """Who asks comes first, then route and method, media type, size, JSON, depth, contract, and last the rule."""
    answer = fake.send(method, path, body, **fields)
    assert (status, code, status) == (answer.status_code, answer.get_json()["code"], answer.get_json()["status"])


def test_nothing_that_is_refused_has_an_effect(fake: WsgiFake) -> None:
    """A request that is refused leaves no operation, no user and no run."""
    for body in (TOO_DEEP, b"{", b'{"users": [{"id": "ada"}, {}]}'):
        fake.send("POST", IDENTIFY, body)
    fake.send("POST", TRIGGER, b'{"recipients": [{"id": "ada"}, 7]}')
    state = fake.world.state
    assert ((), (), ()) == (tuple(state.operations()), tuple(state.recipients()), tuple(state.runs()))


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("GET", UNKNOWN, {}),
        ("GET", UNKNOWN, {"Authorization": None}),
        ("HEAD", UNKNOWN, {}),
        ("OPTIONS", UNKNOWN, {}),
        ("GET", "/v1/users", {}),
        ("GET", "/_mock/health", {}),
        ("GET", "/_mock/health", {"Host": "evil.example"}),
        ("GET", "/", {}),
        ("DELETE", "/", {}),
        ("GET", "/nowhere", {"Authorization": None}),
    ],
)
def test_every_answer_has_a_request_id(fake: WsgiFake, method: str, path: str, fields: dict[str, str | None]) -> None:
    """Each answer, of whatever kind, has a fresh UUID as its request id."""
    ids = {fake.send(method, path, None, **fields).headers["x-request-id"] for _ in range(2)}
    assert 2 == len(ids)
    assert {4} == {UUID(each).version for each in ids}


def test_an_entry_holds_request_and_answer(fake: WsgiFake) -> None:
    """The journal has both messages as they were sent, and the instant of the world's clock."""
    fake.world.clock.advance(5)
    answer = fake.send("POST", f"{IDENTIFY}?x=%C3%A9", USERS, X_Mine="1")
    (entry,) = journal(fake)
    assert (1, 5.0) == (entry.number, (entry.at - START).total_seconds())
    assert ("POST", f"http://localhost{IDENTIFY}?x=%C3%A9", USERS) == (
        entry.request.method,
        entry.request.url,
        entry.request.body,
    )
    assert ("1", f"Bearer {KEY}") == (entry.request.header("x-mine"), entry.request.header("authorization"))
    assert (200, answer.data) == (entry.response.status, entry.response.body)
    assert answer.headers["x-request-id"] == entry.response.header("x-request-id")


def test_an_entry_holds_notes_and_violations(fake: WsgiFake) -> None:
    """What a person would want to know, and every broken rule, is in the entry of its request."""
    operation_id = fake.identify("ada", "grace")["id"]
    fake.send("GET", f"/v1/bulk_operations/{operation_id}")
    fake.send("POST", TRIGGER, b'{"recipients": ["jane"], "actor": {"id": "p1", "collection": "projects"}}')
    fake.send("POST", TRIGGER, b'{"recipients": ["jane", 7, {}]}')
    one, two, three, four = journal(fake)
    assert (f"2 users in bulk operation {operation_id}",) == one.notes
    assert ("queued, 0 of 2 rows",) == two.notes
    assert ("actor projects/p1 is unknown here", "recipient jane is unknown here: no run") == three.notes[1:3]
    assert three.notes[0].endswith(" for 0 recipients")
    assert ((), ["/recipients/1", "/recipients/2/id"]) == (four.notes, [each.location for each in four.violations])
    assert ((), ()) == (one.violations, three.violations)


def test_entries_are_numbered_on(fake: WsgiFake) -> None:
    """Numbers count the requests of a world, and begin anew after a reset."""
    for _ in range(3):
        fake.send("GET", UNKNOWN)
    assert [1, 2, 3] == [entry.number for entry in journal(fake)]
    fake.send("POST", "/_mock/reset")
    fake.send("GET", UNKNOWN)
    assert [1] == [entry.number for entry in journal(fake)]


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("GET", UNKNOWN, {"Authorization": None}),
        ("GET", UNKNOWN, {"Authorization": "Bearer pk_a"}),
        ("GET", "/_mock/state", {}),
        ("GET", "/", {}),
        ("GET", "/nowhere", {}),
        ("GET", UNKNOWN, {"Authorization": "Bearer another"}),
    ],
)
def test_what_the_journal_leaves_out(fake: WsgiFake, method: str, path: str, fields: dict[str, str | None]) -> None:
    """Requests without a world, those to the fake's own routes and those of another key are not in the journal."""
    fake.send(method, path, None, **fields)
    assert [] == journal(fake)


def test_a_body_that_is_too_large_is_not_kept(fake: WsgiFake) -> None:
    """The entry of a 413, and of any refusal of a body that large, has no body; its length is in the header fields."""
    for path in (IDENTIFY, "/v1/nowhere"):
        fake.send("POST", path, TOO_LARGE)
    assert [(413, b""), (404, b"")] == [(each.response.status, each.request.body) for each in journal(fake)]
    assert str(len(TOO_LARGE)) == journal(fake)[0].request.header("content-length")


def test_a_body_of_exactly_the_limit_is_read(fake: WsgiFake) -> None:
    """Ten megabytes are allowed."""
    body = USERS + b" " * (MAX_BODY_BYTES - len(USERS))
    assert 200 == fake.send("POST", IDENTIFY, body).status_code


def test_a_body_of_a_get_is_kept(fake: WsgiFake) -> None:
    """A body that nobody asked for does no harm, and is in the journal."""
    answer = fake.send("GET", UNKNOWN, b"[1", Content_Type="text/plain")
    assert (404, b"[1") == (answer.status_code, journal(fake)[0].request.body)


def failing(error: Exception) -> Callable[..., Any]:
    """Return a function that raises whatever it is called with."""

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("path", [UNKNOWN, "/_mock/state"])
def test_a_bug_is_an_envelope_and_a_log_entry(
    fake: WsgiFake, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception nobody expected gives a 500 that says nothing of it; the log has it with its traceback."""
    monkeypatch.setattr(logging.getLogger("mock_knock"), "propagate", True)  # `serve` may have changed it
    for name in ("mock_knock.service.bulk.read_operation", "mock_knock.service.gathering.settle"):
        monkeypatch.setattr(name, failing(RuntimeError("the insides")))
    answer = fake.send("GET", path)
    assert (500, "internal_error", "api_error") == tuple(answer.get_json()[each] for each in ("status", "code", "type"))
    assert (500, True) == (answer.status_code, "x-request-id" in answer.headers)
    assert "insides" not in answer.text
    assert "Traceback" not in answer.text
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert ("mock_knock", "internal error") == (record.name, record.getMessage())
    assert "the insides" in caplog.text


def test_an_error_that_nobody_mapped_is_an_envelope(fake: WsgiFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours that the table of answers does not know is a 500 with its own code."""
    monkeypatch.setattr(
        "mock_knock.service.bulk.identify_users", failing(MockKnockError("surprise", "What a surprise"))
    )
    answer = fake.send("POST", IDENTIFY, USERS)
    assert (500, "surprise", "What a surprise") == (
        answer.status_code,
        answer.get_json()["code"],
        answer.get_json()["message"],
    )


def test_a_failed_request_is_in_the_journal(fake: WsgiFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 500 is written down like any other answer."""
    monkeypatch.setattr("mock_knock.service.bulk.identify_users", failing(RuntimeError()))
    fake.send("POST", IDENTIFY, USERS)
    assert [500] == [entry.response.status for entry in journal(fake)]


def test_a_bug_in_the_journal_is_an_envelope(fake: WsgiFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when writing things down fails, the client gets an envelope."""
    monkeypatch.setattr(Journal, "add_later", failing(RuntimeError("the insides")))
    answer = fake.send("GET", UNKNOWN)
    assert (500, "internal_error") == (answer.status_code, answer.get_json()["code"])


def test_a_body_that_is_cut_off(fake: WsgiFake) -> None:
    """A body that ends before its length is refused, and the journal goes without it."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    cut = {"CONTENT_LENGTH": "100"}
    answer = Client(fake.app).post(IDENTIFY, data=USERS, headers=headers, environ_overrides=cut)
    assert (400, "invalid_request") == (answer.status_code, answer.get_json()["code"])
    assert [(400, b"")] == [(each.response.status, each.request.body) for each in journal(fake)]


def test_two_fakes_in_one_process(fake: WsgiFake) -> None:
    """Two applications share neither worlds nor rules."""
    other = new_fake(AccessRules(api_keys=frozenset({"another"})))
    fake.identify("ada")
    assert 401 == other.send("GET", UNKNOWN).status_code
    assert (1, 0) == (len(journal(fake)), len(journal(other)))
