"""A target that answers anything, drawn at random, and a clock that costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

from mock_knock.messages import Exchange, HttpRequest, HttpResponse, TransportFailure

START = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = (200, 200, 200, 200, 201, 201, 202, 204, 301, 400, 404, 409, 429, 500, 503, 299, 999, 100)
FAILURES = ("refused", "timeout", "reset", "tls", "too-large", "broken")
RETRY_AFTER = (
    "0", "1", "2.5", "-1", "1e9", "99999999999999999999", "nan", "", "Wed, 21 Oct 2026 07:28:00 GMT", "tomorrow",
    "\u0661", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Wed, 99 Oct 2026 99:28:00 GMT",
)  # fmt: skip
CONTENT_TYPES = (
    "application/json", "application/json; charset=utf-8", "application/problem+json", "text/plain",
    "application/xml", "", "x/y", "text/html; charset=klingon", "application/json; charset=utf-16",
    'application/xml; charset="', "multipart/form-data; boundary=",
)  # fmt: skip
KIND_XML = b"<order><item sku='A-1'>apple</item><item sku='B-2'>pear</item><status>done</status></order>"
XML = (
    KIND_XML,
    b"<order><item sku='1'>apple</item><item sku='2'>pear</item><status>done</status></order>",
    b"<?xml version='1.0' encoding='latin-1'?><o>\xe4</o>",
    b"<!DOCTYPE o [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><o>&b;</o>",
    b"<o xmlns='urn:x' xmlns:y='urn:y'><y:item/></o>",
    b"<a>" * 3_000 + b"</a>" * 3_000,
    b"<o>",
)
ODD_BODIES = (
    b"", b"null", b"true", b"0", b'""', b"[]", b"{}", b"\xff\xfe", b"\x00", b"hello", b"a" * 50_000,
    b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 900 + b"1" + b"}" * 900, b"1e999", b"NaN", b'{"a":1,"a":2}',
    b'{"count":123456789012345678901234567890}', b'"\\ud800"', b'{"status":' + b'"' + b"a" * 30_000 + b'!"}',
    b"[" + b"0," * 20_000 + b"0]", b'\xef\xbb\xbf{"a":1}', b'{"id":"a/../b?c#d\\r\\n"}',
)  # fmt: skip


@dataclass(slots=True)
class RunTime:
    """A run clock that stands still but for waits and answers."""

    passed: float = 0.0

    def seconds(self) -> float:
        """Return the seconds that have passed."""
        return self.passed

    def now(self) -> datetime:
        """Return the instant they lead to."""
        return START + timedelta(seconds=self.passed)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds


@dataclass(slots=True)
class Answers:
    """A transport whose answers are drawn; a kind one gives those that lead on, so that a flow gets far."""

    random: Random
    clock: RunTime
    is_kind: bool = False
    sent: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer with something, or with nothing."""
        request.url.encode("ascii")
        self.sent.append(request)
        self.clock.wait(min(timeout, self.random.choice([0.01, 0.01, 0.01, 0.5, 3.0])))
        if self.is_kind and self.random.random() < 0.9:
            return Exchange(request, self._kind_answer(request))
        if self.random.random() < 0.05:
            return Exchange(request, failure=TransportFailure(self.random.choice(FAILURES), "no answer"))
        status = self.random.choice(STATUSES)
        return Exchange(request, HttpResponse(status, self._headers(), self._body(), 0.01))

    def _kind_answer(self, request: HttpRequest) -> HttpResponse:
        status = 201 if "entries" in request.url else 200
        if "/orders/" in request.url and self.random.random() < 0.5:
            return HttpResponse(status, (("Content-Type", "application/xml"),), KIND_XML, 0.01)
        return HttpResponse(status, (("Content-Type", "application/json"),), orjson.dumps(self._kind_order()), 0.01)

    def _headers(self) -> tuple[tuple[str, str], ...]:
        random = self.random
        kind = "application/json" if random.random() < 0.7 else random.choice(CONTENT_TYPES)
        headers = [("Content-Type", kind), ("X-Rate", random.choice(["1", "x", "\x00", "\xe4" * 50]))]
        if random.random() < 0.3:
            headers.append(("Retry-After", random.choice(RETRY_AFTER)))
        return tuple(headers)

    def _body(self) -> bytes:
        kinds: Sequence[Callable[[], bytes]] = (
            lambda: orjson.dumps(self._order()),
            lambda: self.random.choice(XML),
            lambda: self.random.choice(ODD_BODIES),
        )
        return self.random.choices(kinds, (75, 10, 15))[0]()

    def _kind_order(self) -> dict[str, Any]:
        """Return what lets most steps succeed, and loops end."""
        names = self.random.choice([["apple", "pear"], ["pear", "plum"], ["pear", "plum"]])
        return {
            **self._order(),
            "status": self.random.choice(["running", "done", "done", "completed"]),
            "count": self.random.choice([0, "3", 3]),
            "open": False,
            "items": [{"name": name, "id": name, "sku": "A-1", "count": 2} for name in names],
            "entries": [{"amount": 1}],
        }

    def _order(self) -> dict[str, Any]:
        random = self.random
        return {
            "id": "o-1" if self.is_kind else random.choice(["o-1", "a/b", "", 7, None]),
            "status": random.choice(["running", "done", "queued", "processing", "completed", "failed", "DONE", None]),
            "count": random.choice([0, 1, 3, "3", -1, 2.5]),
            "total": random.choice([9.99, 10**15, None]),
            "open": random.choice([True, False]),
            "error_count": random.choice([0, 0, 1]),
            "items": [
                {"name": name, "id": name, "count": 1} for name in random.choice([[], ["apple"], ["a" * 35 + "!", "b"]])
            ],
            "entries": [{"amount": random.choice([1, 1000, "x"])}],
        }
