"""What granian reads and what WSGI has are the same request, and so are both forms of the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from queue import SimpleQueue
from threading import Event
from typing import Any

import orjson
import pytest

from mock_knock.web import granian_gateway
from mock_knock.web.granian_gateway import GranianGateway, GranianLine, sent_uri, take_body
from mock_knock.web.problems import Problem
from mock_knock.web.sending import CONNECTION
from tests.web.raw_http import PATIENCE

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Protocol:
    """What granian hands to a gateway for the answer, which is kept here."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Take an answer in one piece."""
        self.status, self.headers, self.pieces = status, dict(headers), [body]

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Any) -> None:
        """Take an answer in pieces, and close it as granian does."""
        self.status, self.headers, self.pieces = status, dict(headers), [*body]
        body.close()


class Stream(BytesIO):
    """A body as granian gives it: it ends without a word, however much was to come."""


def given(**members: Any) -> dict[str, Any]:
    """Return what granian says of a request."""
    usual = {"REQUEST_METHOD": "POST", "PATH_INFO": "/v1/x", "QUERY_STRING": "", "wsgi.input": Stream(b"")}
    return {**usual, **members}


def answer(application: Application, **members: Any) -> Protocol:
    """Let an application answer by way of a gateway."""
    protocol = Protocol()
    GranianGateway(application, Event(), at_once=1)(protocol, given(**members))
    return protocol


@pytest.mark.parametrize(
    ("uri", "path", "query"),
    [
        ("/v1/users/ada", "/v1/users/ada", ""),
        ("/v1/users/mock:reset?a=%20&b", "/v1/users/mock:reset", "a=%20&b"),
        ("/v1/users/%C3%A9%20%25", "/v1/users/\u00c3\u00a9 %", ""),
        ("/v1/users/a/preferences", "/v1/users/a/preferences", ""),
        ("/v1/workflows/a%2Fb/trigger", "/v1/workflows/a/b/trigger", ""),
        ("/v1/workflows/a%2Fb%0A%2Fc/cancel?x=/", "/v1/workflows/a/b\n/c/cancel", "x=/"),
        ("/v1/workflows/%2Ftrigger/trigger", "/v1/workflows//trigger/trigger", ""),
        ("/v1/workflows/trigger", "/v1/workflows/trigger", ""),
        ("//v1/users", "//v1/users", ""),
        ("", "", ""),
    ],
)
def test_the_target_as_it_was_sent(uri: str, path: str, query: str) -> None:
    """Path and query are percent-encoded as clients do it; a slash in the key of a workflow is one that was encoded."""
    assert uri == sent_uri(path, query)


def test_the_environment_of_a_request() -> None:
    """The application finds what WSGI asks for, a line to wait on, and nothing of this process's own environment."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        seen.update(environ)
        start("201 Created", [("X-A", "1")])
        return [b"a", b"b"]

    found = answer(application, PATH_INFO="/v1/a b", CONTENT_LENGTH="2", **{"wsgi.input": Stream(b"{}")})
    assert (201, {"X-A": "1"}, [b"ab"]) == (found.status, found.headers, found.pieces)
    assert ("/v1/a%20b", b"{}", "") == (seen["REQUEST_URI"], seen["wsgi.input"].read(), seen["SCRIPT_NAME"])
    assert (True, False, False) == (seen["wsgi.multithread"], seen["wsgi.multiprocess"], seen["wsgi.run_once"])
    assert isinstance(seen[CONNECTION], GranianLine)
    assert set() == {*os.environ} & {*seen}


@pytest.mark.parametrize(
    ("body", "length", "members", "stream"),
    [
        (b"", None, {}, b"what is not announced is none"),
        (b"", "0", {"CONTENT_LENGTH": "0"}, b""),
        (b"abc", "3", {"CONTENT_LENGTH": "3"}, b"abc"),
        (b"abc", "3", {"HTTP_TRANSFER_ENCODING": "chunked"}, b"abc"),
        (b"abc", "3", {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "9"}, b"abc"),
        (b"", "0", {"HTTP_TRANSFER_ENCODING": "chunked"}, b""),
    ],
)
def test_a_body_has_a_length(body: bytes, length: str | None, members: dict[str, str], stream: bytes) -> None:
    """However a body came, the application finds it whole and with its length, as behind waitress."""
    environ = given(**members, **{"wsgi.input": Stream(stream)})
    take_body(environ)
    assert (body, length) == (environ["wsgi.input"].read(), environ.get("CONTENT_LENGTH"))
    assert "HTTP_TRANSFER_ENCODING" not in environ


@pytest.mark.parametrize(
    ("status", "members", "stream"),
    [
        (413, {"CONTENT_LENGTH": "10"}, b""),
        (413, {"HTTP_TRANSFER_ENCODING": "chunked"}, b"a" * 10),
        (413, {"HTTP_TRANSFER_ENCODING": "chunked"}, b"a" * 99),
        (400, {"CONTENT_LENGTH": "9"}, b"a" * 8),
    ],
)
def test_bodies_that_are_refused(
    monkeypatch: pytest.MonkeyPatch, status: int, members: dict[str, str], stream: bytes
) -> None:
    """What is too large is not read to its end, and what was cut off does not count as whole."""
    monkeypatch.setattr(granian_gateway, "MAX_READ_BYTES", 10)
    with pytest.raises(Problem) as caught:
        take_body(given(**members, **{"wsgi.input": Stream(stream)}))
    assert status == caught.value.status


def test_a_refused_body_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is too large gets an answer in Knock's envelope, and the application hears nothing of it."""
    monkeypatch.setattr(granian_gateway, "MAX_READ_BYTES", 10)
    found = answer(lambda *_: pytest.fail("it was asked"), CONTENT_LENGTH="10")
    assert (413, "request_too_large") == (found.status, orjson.loads(found.pieces[0])["code"])
    assert {"Content-Type", "x-request-id"} == set(found.headers)


def broken(_environ: dict[str, Any], _start: Start) -> Iterable[bytes]:
    """Fail to answer."""
    raise RuntimeError("the insides")


def test_an_application_that_breaks(caplog: pytest.LogCaptureFixture) -> None:
    """An exception is answered with a 500 in Knock's envelope, which tells nothing of it; the log does."""
    found = answer(broken)
    assert (500, "internal_error") == (found.status, orjson.loads(found.pieces[0])["code"])
    assert (False, True) == (b"insides" in found.pieces[0], "insides" in caplog.text)


def test_an_answer_in_pieces() -> None:
    """An answer that is no list is sent piece by piece and closed at its end."""
    closed: list[bool] = []

    class Pieces:
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"a", b"b")

        def close(self) -> None:
            closed.append(True)

    def application(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return Pieces()

    assert ([b"a", b"b"], [True]) == (answer(application).pieces, closed)


def turns(count: int) -> SimpleQueue[None]:
    """Return what so many lines can take a turn of."""
    found: SimpleQueue[None] = SimpleQueue()
    for _ in range(count):
        found.put(None)
    return found


def test_a_line() -> None:
    """A wait is over at once when the server ends, and whoever looks is told so."""
    ending = Event()
    line = GranianLine(ending, turns(1))
    assert (True, False) == (line.wait(0.0), line.is_over())
    ending.set()
    assert (True, True) == (line.wait(3_600.0), line.is_over())


def test_who_waits_lets_others_work() -> None:
    """A turn is given back while its request waits, taken again afterwards, and given back once at the end."""
    there = turns(1)
    line = GranianLine(Event(), there)
    line.take_turn()
    assert 0 == there.qsize()
    with line.held():
        assert 1 == there.qsize()
        with line.held():
            assert 1 == there.qsize()
    assert 0 == there.qsize()
    line.end_turn()
    line.end_turn()
    assert 1 == there.qsize()


def test_only_some_work_at_a_time() -> None:
    """While the application answers as many requests as it may, another one waits for its turn."""
    working, go_on = SimpleQueue[int](), Event()

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        working.put(environ["number"])
        assert go_on.wait(PATIENCE)
        start("200 OK", [])
        return [b"done"]

    gateway, protocols = GranianGateway(application, Event(), at_once=2), [Protocol() for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(gateway, each, given(number=at)) for at, each in enumerate(protocols)]
        assert {*[working.get(timeout=PATIENCE) for _ in range(2)]} < {0, 1, 2}
        assert working.empty()
        go_on.set()
        for each in answers:
            each.result(PATIENCE)
    assert [[b"done"]] * 3 == [each.pieces for each in protocols]


def test_a_turn_is_never_kept() -> None:
    """After whatever came of a request, the next one has its turn."""
    gateway = GranianGateway(broken, Event(), at_once=1)
    statuses = []
    for members in ({}, {"CONTENT_LENGTH": "5"}, {}):
        gateway(protocol := Protocol(), given(**members))
        statuses.append(protocol.status)
    assert [500, 400, 500] == statuses
