"""The server for load, on a port: what it does as the default one does, and what is its own."""

from __future__ import annotations

import gc
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson
import pytest

from mock_knock.errors import UsageError
from mock_knock.local import FakeOptions, build_fake
from mock_knock.web.granian_server import THREADS, GranianServer, open_granian
from mock_knock.web.server import open_server
from tests.web.raw_http import (
    IDENTIFY,
    KEY,
    PATIENCE,
    USERS,
    Application,
    ask,
    chunked,
    connect,
    in_thread,
    read_answer,
    with_body,
)

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
EVERYTHING = b"GET /_mock/requests HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n"


@contextmanager
def serving(application: Application) -> Iterator[GranianServer]:
    """Run an application on a free port in a thread for the length of a `with` block."""
    server = open_granian(application, host="127.0.0.1", port=0)
    with in_thread(server):
        yield server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake whose clock stands still."""
    with serving(build_fake(FakeOptions(clock="manual")).application) as server:
        yield server.url


def test_it_is_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered in this process, by what it has and by its way to collect garbage."""
    monkeypatch.setenv("HTTP_X_SECRET", "canary")

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return [orjson.dumps([os.getpid(), gc.get_threshold(), environ.get("HTTP_X_SECRET")])]

    with serving(application) as server:
        assert [os.getpid(), [*gc.get_threshold()], None] == orjson.loads(ask(server.url, GET)[2])


@pytest.mark.parametrize("sent", [with_body(IDENTIFY, USERS), chunked(IDENTIFY, USERS[:5], USERS[5:])])
def test_a_request_with_a_body(url: str, sent: bytes) -> None:
    """A body arrives whole, with a length or in chunks."""
    status, headers, body = ask(url, sent)
    assert (200, 1, "application/json") == (
        status,
        orjson.loads(body)["estimated_total_rows"],
        headers["content-type"],
    )


def test_a_connection_is_kept(url: str) -> None:
    """Over one connection any number of requests are answered, refused ones too."""
    with connect(url) as connection:
        for _ in range(3):
            connection.sendall(with_body(IDENTIFY, USERS))
            assert 200 == read_answer(connection)[0]
            connection.sendall(with_body(IDENTIFY, b"{"))
            assert 400 == read_answer(connection)[0]


def test_a_body_that_is_too_large(url: str) -> None:
    """A body that is larger than any is refused in Knock's envelope before it was sent."""
    status, _, body = ask(url, IDENTIFY + b"Content-Length: 99999999\r\n\r\n")
    assert (413, "request_too_large") == (status, orjson.loads(body)["code"])


def test_what_never_reaches_the_application(url: str) -> None:
    """What is no HTTP is granian's own to refuse: with the status, without an envelope."""
    assert (400, b"") == ask(url, b"garbage\r\n\r\n")[::2]


def test_events_are_sent_as_they_happen(url: str) -> None:
    """An answer without an end reaches the client piece by piece."""
    ask(url, with_body(IDENTIFY, USERS))
    head = b"GET /_mock/events?after=0&limit=1 HTTP/1.1\r\nHost: localhost\r\n"
    status, headers, body = ask(url, head + KEY + b"\r\n")
    assert (200, "text/event-stream; charset=utf-8") == (status, headers["content-type"])
    assert b"event: request\n" in body


def test_a_stop_finishes_what_is_under_way() -> None:
    """An answer that is being made when another thread stops the server arrives in full; then nobody listens."""
    begun, go_on = threading.Event(), threading.Event()

    def application(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        begun.set()
        assert go_on.wait(PATIENCE)
        start("200 OK", [])
        return [b"whole"]

    with serving(application) as server, connect(server.url) as connection:
        connection.sendall(GET)
        assert begun.wait(PATIENCE)
        server.stop()
        go_on.set()
        assert b"whole" == read_answer(connection)[2]
    with pytest.raises(ConnectionError):
        connect(server.url)


def test_who_waits_holds_nobody_up() -> None:
    """More requests than work at a time are delayed, and others answered; a stop sends what was delayed at once."""
    late = with_body(IDENTIFY + b"X-Mock-Fault: delay=1h\r\n", USERS)
    with serving(build_fake(FakeOptions()).application) as server, ExitStack() as stack:
        waiting = [stack.enter_context(connect(server.url)) for _ in range(2 * THREADS)]
        for each in waiting:
            each.sendall(late)
        assert 200 == ask(server.url, with_body(IDENTIFY, USERS))[0]
        while len(orjson.loads(ask(server.url, EVERYTHING)[2])["entries"]) <= len(waiting):
            pass
        server.stop()
        assert [200] * len(waiting) == [read_answer(each)[0] for each in waiting]


def test_a_port_belongs_to_one_server() -> None:
    """A port on which one server listens is refused to the other kind and to a second one of its own."""
    for first in (open_granian, open_server):
        server: Any = first(lambda *_: [], host="127.0.0.1", port=0)
        port = int(server.url.rpartition(":")[2])
        for second in (open_granian, open_server):
            with pytest.raises(UsageError) as caught:
                second(lambda *_: [], host="127.0.0.1", port=port)
            assert ("port-in-use", f"127.0.0.1:{port}") == (caught.value.code, caught.value.where)
        server.close()
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "256.1.1.1", "203.0.113.7", "a b", "http://127.0.0.1", ""])
def test_hosts_are_read_alike(host: str) -> None:
    """An address is refused, or taken, as the default server does."""
    assert outcome(open_server, host) == outcome(open_granian, host)


def outcome(open_: Callable[..., Any], host: str) -> str:
    """Return how opening a server on an address ends: with a code, or with the name of the host."""
    try:
        server = open_(lambda *_: [], host=host, port=0)
    except UsageError as error:
        return error.code
    server.close()
    return str(server.url.rpartition(":")[0])
