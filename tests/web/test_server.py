from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest

from mock_knock.local import FakeOptions, running
from mock_knock.web import server as server_module
from mock_knock.web.pipeline import MAX_BODY_BYTES
from mock_knock.web.server import MAX_READ_BYTES
from tests.web.raw_http import (
    CLOSE,
    IDENTIFY,
    JSON,
    KEY,
    USERS,
    ask,
    chunked,
    connect,
    read_answer,
    serving,
    silent,
    with_body,
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake whose clock stands still."""
    with running(FakeOptions(clock="manual")) as server:
        yield server.url


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"garbage\r\n\r\n", 400, "invalid_request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400, "invalid_request"),
        (b"get / HTTP/1.1\r\n\r\n", 400, "invalid_request"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "invalid_request"),
        (b"GET / HTTP/1.1\r\nX: a\x01b\r\n\r\n", 400, "invalid_request"),
        (b"GET / HTTP/1.1\r\nX: a\nY: b\r\n\r\n", 400, "invalid_request"),
        (b"GET / HTTP/1.1\r\n folded: first\r\n\r\n", 400, "invalid_request"),
        (b"GET /v1/\xc3\xa9 HTTP/1.1\r\n\r\n", 400, "invalid_request"),
        (b"GET http://[::1/v1 HTTP/1.1\r\n\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Content-Length: -1\r\n\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Content-Length: 1, 2\r\n\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Expect: 100-continue\r\nContent-Length: x\r\n\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400, "invalid_request"),
        (IDENTIFY + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "not_implemented"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * (262_144 - 19), 431, "headers_too_large"),
        (IDENTIFY + b"Content-Length: %d\r\n\r\n" % MAX_READ_BYTES, 413, "request_too_large"),
        (IDENTIFY + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n", 413, "request_too_large"),
        (IDENTIFY + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413, "request_too_large"),
    ],
)
def test_what_never_reaches_the_application(url: str, sent: bytes, status: int, code: str) -> None:
    """Wrong framing and what is too large get Knock's envelope with a request id, and the connection is closed."""
    found, fields, body = ask(url, sent)
    envelope = orjson.loads(body)
    assert (status, code, status) == (found, envelope["code"], envelope["status"])
    assert ("api_error" if status >= 500 else "invalid_request_error") == envelope["type"]
    assert ("application/json", "close", str(len(body))) == tuple(
        fields[name] for name in ("content-type", "connection", "content-length")
    )
    assert 4 == UUID(fields["x-request-id"]).version


def test_a_refused_request_leaves_a_masked_line(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server refuses by itself is logged in one line, and neither log nor answer repeats a key."""
    for name in ("mock_knock", "mock_knock.access"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    caplog.set_level(logging.INFO, "mock_knock.access")
    _, _, body = ask(url, b"GET / HTTP/1.1\r\nX: a\nAuthorization: Bearer sk_live_abcdefghijklmnop\r\n\r\n")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "mock_knock.access"]
    assert line.startswith("400 invalid_request: Bad Request: ")
    assert line.isprintable()
    assert "abcdefgh" not in line + body.decode()


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
@pytest.mark.parametrize("request_line", [b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n", IDENTIFY])
def test_nothing_waits_for_a_body_that_is_not_coming(url: str, request_line: bytes, expect: bytes) -> None:
    """A request that is complete is answered, even when it asks to be told to go on."""
    length = b"Content-Length: 0\r\n" if request_line is IDENTIFY else b""
    assert (400 if length else 200) == ask(url, request_line + expect + length + b"\r\n")[0]


def test_a_client_that_asks_first(url: str) -> None:
    """A client that waits to be told so sends its body afterwards and is answered."""
    with connect(url) as connection:
        connection.sendall(IDENTIFY + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(USERS))
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(25, socket.MSG_WAITALL)
        connection.sendall(USERS)
        assert 200 == read_answer(connection)[0]


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, MAX_BODY_BYTES + 1_000_000])
def test_a_body_that_is_too_large(url: str, size: int) -> None:
    """A body over ten megabytes gets 413 whether its length is told or it comes in chunks; the connection stays."""
    body = b" " * size
    pieces = (body[at : at + 100_000] for at in range(0, size, 100_000))
    with connect(url) as connection:
        for sent in (with_body(IDENTIFY, body), chunked(IDENTIFY, *pieces)):
            connection.sendall(sent)
            status, _, answer = read_answer(connection)
            assert (413, "request_too_large") == (status, orjson.loads(answer)["code"])


def test_a_body_of_the_limit_is_read(url: str) -> None:
    """Ten megabytes are allowed, with a length and in chunks, whose sizes do not count."""
    body = USERS.ljust(MAX_BODY_BYTES)
    pieces = (body[at : at + 50_000] for at in range(0, len(body), 50_000))
    for sent in (with_body(IDENTIFY, body), chunked(IDENTIFY, *pieces)):
        assert 200 == ask(url, sent)[0]


def test_chunks_without_end_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body in chunks is not read beyond the server's own limit."""
    monkeypatch.setattr(server_module, "MAX_READ_BYTES", 1_000)
    with serving(silent) as (server, _):
        status, _, answer = ask(server.url, IDENTIFY + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n" + b"a" * 1_000)
        assert (413, "request_too_large") == (status, orjson.loads(answer)["code"])


def test_a_body_in_chunks_is_like_any_other(url: str) -> None:
    """The pieces of a body are put together, however they are cut."""
    status, _, answer = ask(url, chunked(IDENTIFY, *(bytes([each]) for each in USERS)))
    assert (200, 1) == (status, orjson.loads(answer)["estimated_total_rows"])


def test_a_connection_is_kept(url: str) -> None:
    """Over one connection any number of requests are answered, refused ones too."""
    with connect(url) as connection:
        for _ in range(3):
            connection.sendall(with_body(IDENTIFY, USERS))
            assert 200 == read_answer(connection)[0]
            connection.sendall(with_body(IDENTIFY, b"{"))
            assert 400 == read_answer(connection)[0]


def test_requests_may_be_sent_at_once(url: str) -> None:
    """Requests that follow each other without waiting are answered in their order."""
    paths = [b"/_mock/health", b"/v1/nowhere", b"/_mock/clock"]
    sent = b"".join(b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (path, KEY) for path in paths)
    with connect(url) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as stream:
            found = [read_from(stream) for _ in paths]
    assert [200, 404, 200] == [status for status, _ in found]
    assert ["status", "code", "now"] == [next(iter(body)) for _, body in found]


def read_from(stream: Any) -> tuple[int, dict[str, Any]]:
    """Read one answer with a length from a stream."""
    status = int(stream.readline().split()[1])
    fields = http.client.parse_headers(stream)
    return status, orjson.loads(stream.read(int(fields["Content-Length"])))


@pytest.mark.parametrize(
    ("fields", "connection"), [(b"", "close"), (b"Connection: keep-alive\r\n", "Keep-Alive"), (CLOSE, "close")]
)
def test_old_clients(url: str, fields: bytes, connection: str) -> None:
    """HTTP/1.0 works without a Host, and keeps the connection only when asked to."""
    status, found, _ = ask(url, b"GET /v1/tenants HTTP/1.0\r\n" + KEY + fields + b"\r\n")
    assert (501, connection) == (status, found["connection"])


@pytest.mark.parametrize("host", [b"", b"Host:\r\n", b"Host: a b\r\n", b"Host: a\r\nHost: b\r\n", b"Host: \xe9\r\n"])
def test_without_a_usable_host_the_server_names_itself(url: str, host: bytes) -> None:
    """Where the client does not say how it got here, `progress_path` has the address of the server."""
    head = b"POST /v1/users/bulk/identify HTTP/1.1\r\n" + host + KEY + JSON
    found = orjson.loads(ask(url, with_body(head, USERS))[2])
    assert f"{url}/v1/bulk_operations/{found['id']}" == found["progress_path"]


@pytest.mark.parametrize("target", [b"http://localhost/v1/workflows/w/trigger", b"//v1/workflows/w/trigger"])
def test_targets_in_other_forms(url: str, target: bytes) -> None:
    """A target with scheme and host, as proxies get it, and one that begins with two slashes reach the same route."""
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\n" % target + KEY + JSON
    assert 200 == ask(url, with_body(head, b'{"recipients": []}'))[0]


def test_answers_do_not_name_the_server(url: str) -> None:
    """Neither the fake's answers nor the server's own have a Server field."""
    for sent in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"garbage\r\n\r\n"):
        assert "server" not in ask(url, sent)[1]
