"""HTTP as it is on the wire: bytes over a socket, and a server for any application."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from mock_knock.web.server import Server, open_server

KEY = b"Authorization: Bearer sk_test_local\r\n"
JSON = b"Content-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"
IDENTIFY = b"POST /v1/users/bulk/identify HTTP/1.1\r\nHost: localhost\r\n" + KEY + JSON
USERS = b'{"users": [{"id": "ada"}]}'
PATIENCE = 20

Answer = tuple[int, dict[str, str], bytes]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def connect(url: str) -> socket.socket:
    """Open a connection to an address like `http://127.0.0.1:4010`."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)


def read_answer(connection: socket.socket) -> Answer:
    """Read one answer from a connection."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def ask(url: str, sent: bytes) -> Answer:
    """Send bytes over a connection of their own and read the answer."""
    with connect(url) as connection:
        with suppress(ConnectionError):  # it may be answered before everything is sent
            connection.sendall(sent)
        return read_answer(connection)


def with_body(head: bytes, body: bytes) -> bytes:
    """Return a request with the length of its body."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(head: bytes, *chunks: bytes) -> bytes:
    """Return a request whose body comes in chunks."""
    coded = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + coded


class Runs(Protocol):
    """A server of any kind."""

    url: str

    def run(self) -> None:
        """Serve until it is stopped."""

    def stop(self) -> None:
        """Make `run` return."""


@contextmanager
def in_thread(server: Runs) -> Iterator[threading.Thread]:
    """Run a server in a thread, until the block ends or somebody stops it."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield thread
    finally:
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def serving(application: Application) -> Iterator[tuple[Server, threading.Thread]]:
    """Run an application on a free port in a thread, until the block ends or somebody stops it."""
    server = open_server(application, host="127.0.0.1", port=0)
    with in_thread(server) as thread:
        yield server, thread


def silent(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer 200 with nothing."""
    start("200 OK", [("Content-Length", "0")])
    return [b""]


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.005)
