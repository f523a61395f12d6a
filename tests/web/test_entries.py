"""Entries of the journal as the controls show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest

from mock_knock.domain.asked_request import Route
from mock_knock.domain.journal import MAX_VIOLATIONS, JournalEntry
from mock_knock.messages import ContractViolation, HttpRequest, HttpResponse
from mock_knock.web.admin.entries import entry_json
from tests.web.wsgi_fake import new_fake

START = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "sk_live_abcdefghijklmnop"
ASKED = HttpRequest("GET", "http://x/v1/users/ada")
NOBODY = {"__typename": "User", "id": "ada", "updated_at": "2026-01-01T00:00:00.000Z"}


@pytest.fixture(autouse=True)
def application() -> Iterator[None]:
    """Look at entries within an application, whose descriptions judge them."""
    with new_fake().answering():
        yield


def test_nothing_in_the_journal_shows_a_key() -> None:
    """A key in address, header fields, bodies, notes or violations of an entry is masked when it is shown."""
    entry = JournalEntry(
        1,
        START,
        HttpRequest("POST", f"http://x/v1/{SECRET}?token={SECRET}", (("Authorization", f"Bearer {SECRET}"),), b"{%s}"),
        HttpResponse(200, (("X-Echo", SECRET),), SECRET.encode()),
        (f"recipient {SECRET} is unknown here: no run",),
        (ContractViolation("request-body", f"/{SECRET}", f"is not {SECRET}"),),
    )
    shown = orjson.dumps(entry_json(entry)).decode()
    assert SECRET not in shown
    assert 5 <= shown.count("sk_live_***mnop")


def test_a_journal_entry() -> None:
    """An entry has request, answer and what became of both; bytes that are no text are replaced."""
    entry = JournalEntry(
        7,
        START,
        HttpRequest("PUT", "http://x/v1/users", (("A", "1"), ("X-Stainless-Retry-Count", "2")), b"\xff{}"),
        HttpResponse(422, (("B", "3"),), b"no"),
        ("a note",),
        (ContractViolation("request-body", "/users", "is required"),),
        created="r1",
        idempotency="first",
    )
    broken = [{"field": "/users", "message": "is required"}]
    assert {
        "number": 7,
        "at": "2026-01-01T00:00:00.000Z",
        "operation": None,
        "request": {
            "method": "PUT",
            "url": "http://x/v1/users",
            "headers": [["A", "1"], ["X-Stainless-Retry-Count", "2"]],
            "body": "\ufffd{}",
        },
        "response": {"status": 422, "headers": [["B", "3"]], "body": "no"},
        "attempt": 2,
        "idempotency": "first",
        "created": "r1",
        "fault": None,
        "delivered": True,
        "notes": ["a note"],
        "contract": {
            "request": {"verdict": "broken", "violations": broken},
            "response": {"verdict": "unchecked", "violations": []},
        },
        "violations": broken,
    } == entry_json(entry)


def test_an_answer_that_was_never_sent() -> None:
    """Where a fault left no answer there is none, and nothing to hold against the contract."""
    lost = JournalEntry(1, START, ASKED, HttpResponse(0), fault="reset", is_delivered=False, route=Route("getUser"))
    shown = entry_json(lost)
    assert (None, "reset", False, "getUser") == tuple(
        shown[each] for each in ("response", "fault", "delivered", "operation")
    )
    assert "unchecked" == shown["contract"]["response"]["verdict"]


@pytest.mark.parametrize(
    ("is_checked", "request_verdict"), [(True, "kept"), (False, "unchecked")]
)  # fmt: skip
@pytest.mark.parametrize(("body", "answer_verdict"), [(NOBODY, "kept"), ({}, "broken"), ([], "broken")])
def test_what_the_contract_says_of_both(
    body: object, answer_verdict: str, request_verdict: str, *, is_checked: bool
) -> None:
    """A request that was held against the contract and let in has kept it; an answer is judged by itself."""
    answer = HttpResponse(200, (("Content-Type", "application/json"),), orjson.dumps(body))
    found = entry_json(JournalEntry(1, START, ASKED, answer, route=Route("getUser"), is_checked=is_checked))
    assert (request_verdict, answer_verdict) == tuple(
        found["contract"][each]["verdict"] for each in ("request", "response")
    )


def test_a_flood_of_violations_is_cut_off() -> None:
    """However many rules a message breaks, an entry tells a few of them."""
    many = tuple(ContractViolation("request-body", f"/users/{each}", "is wrong") for each in range(MAX_VIOLATIONS + 9))
    assert MAX_VIOLATIONS == len(entry_json(JournalEntry(1, START, ASKED, HttpResponse(422), (), many))["violations"])
