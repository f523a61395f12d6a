from __future__ import annotations

import errno
import gc
import http.client
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import orjson
import pytest

from mock_knock.errors import UsageError
from mock_knock.local import FakeOptions, running
from mock_knock.web import server as server_module
from mock_knock.web.pipeline import MAX_BODY_BYTES
from mock_knock.web.server import MAX_READ_BYTES, Server, open_server

KEY = b"Authorization: Bearer sk_test_local\r\n"
JSON = b"Content-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"
IDENTIFY = b"POST /v1/users/bulk/identify HTTP/1.1\r\nHost: localhost\r\n" + KEY + JSON
USERS = b'{"users": [{"id": "ada"}]}'
PATIENCE = 20

Answer = tuple[int, dict[str, str], bytes]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake whose clock stands still."""
    with running(FakeOptions(clock="manual")) as server:
        yield server.url


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


@contextmanager
def serving(application: Application) -> Iterator[tuple[Server, threading.Thread]]:
    """Run an application on a free port in a thread, until the block ends or somebody stops it."""
    server = open_server(application, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, thread
    finally:
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def silent(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer 200 with nothing."""
    start("200 OK", [("Content-Length", "0")])
    return [b""]


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
    status, found, _ = ask(url, b"GET /v1/users HTTP/1.0\r\n" + KEY + fields + b"\r\n")
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


def test_an_application_that_breaks() -> None:
    """An exception that reaches the server is answered with a 500 in Knock's envelope, which tells nothing of it."""

    def broken(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError("the insides")

    with serving(broken) as (server, _):
        status, _, body = ask(server.url, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    envelope = orjson.loads(body)
    assert (500, "internal_error", "api_error") == (status, envelope["code"], envelope["type"])
    assert b"insides" not in body


@pytest.mark.parametrize("size", [0, 30_000_000])
def test_a_stop_finishes_what_is_under_way(size: int) -> None:
    """An answer that is being made when another thread stops the server arrives in full; then nobody listens."""

    def application(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        server.stop()
        start("200 OK", [("Content-Length", str(size))])
        return [b"a" * size]

    with serving(application) as (server, thread):
        assert (200, size) == tuple(
            value if isinstance(value, int) else len(value)
            for value in ask(server.url, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")[::2]
        )
        thread.join(PATIENCE)
        with pytest.raises(ConnectionRefusedError):
            connect(server.url)


def test_a_stop_does_not_wait_for_idle_connections() -> None:
    """A client that keeps its connection open and asks for nothing does not hold a stop up."""
    with serving(silent) as (server, thread), connect(server.url) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert 200 == read_answer(idle)[0]
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert b"" == idle.recv(1)


@pytest.mark.parametrize("leaves", [True, False])
def test_half_a_body_leaves_nothing_open(*, leaves: bool) -> None:
    """The file that a large body is collected in is closed, whether the client goes or the server stops first."""
    ping = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with serving(silent) as (server, thread), connect(server.url) as connection:
        connection.sendall(IDENTIFY + b"Content-Length: 9000000\r\n\r\n" + b"a" * 2_000_000)
        while received(server) < 2_000_000:
            ask(server.url, ping)
        if leaves:
            connection.close()
        while leaves and received(server):
            ask(server.url, ping)
        server.stop()
        thread.join(PATIENCE)
    del server
    gc.collect()  # a file that is open still would be a warning now, and a warning is an error


def received(server: Server) -> int:
    """Return how many bytes of bodies that are not complete the server has."""
    return sum(each.request.body_bytes_received for each in tuple(server.active_channels.values()) if each.request)


def test_a_server_may_be_stopped_at_any_time() -> None:
    """A stop before the start makes `run` return at once, and a stop after the end does nothing."""
    server = open_server(silent, host="127.0.0.1", port=0)
    server.stop()
    server.run()
    server.stop()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        connect(server.url)


def test_an_interrupt_closes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt is passed on once the port is free again."""

    def interrupt(_self: Server) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "_turn", interrupt)
    server = open_server(silent, host="127.0.0.1", port=0)
    with pytest.raises(KeyboardInterrupt):
        server.run()
    with pytest.raises(ConnectionRefusedError):
        connect(server.url)


def failure(host: str, port: int) -> UsageError:
    """Return the error with which a server cannot be opened."""
    with pytest.raises(UsageError) as refused:
        open_server(silent, host=host, port=port)
    return refused.value


def test_a_port_in_use(url: str) -> None:
    """A port that somebody listens on is refused with a hint, and whoever listens there is not disturbed."""
    port = int(url.rpartition(":")[2])
    error = failure("127.0.0.1", port)
    assert ("port-in-use", f"127.0.0.1:{port}", 2) == (error.code, error.where, error.exit_code)
    assert "--port 0" in error.hint
    assert 200 == ask(url, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")[0]


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a b", "127.0.0.1:80", "192.0.2.1", "x" * 300, "é" * 70])
def test_an_address_that_is_not_this_machines(host: str) -> None:
    """A host that is unknown, or not here, is refused with a hint."""
    error = failure(host, 0)
    assert ("address-unusable", f"{host}:0", "use --host 127.0.0.1") == (error.code, error.where, error.hint)
    assert error.what.startswith("cannot listen there: ")


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EACCES, "port-refused"), (errno.EADDRINUSE, "port-in-use"), (0, "address-unusable")]
)
def test_what_binding_can_say(monkeypatch: pytest.MonkeyPatch, number: int, code: str) -> None:
    """Each reason why a port cannot be had has its code; ports below 1024 may need more rights."""

    def refuse(_self: Server) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Server, "bind_server_socket", refuse)
    assert code == failure("127.0.0.1", 80).code


def test_a_failure_leaves_nothing_behind(url: str) -> None:
    """A server that could not be opened leaves no thread."""
    before = threading.active_count()
    for _ in range(3):
        failure("127.0.0.1", int(url.rpartition(":")[2]))
    assert before == threading.active_count()


@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")])
def test_the_address_of_a_server(host: str, name: str) -> None:
    """The address is one that a client can use, with the port that was found free."""
    try:
        server = open_server(silent, host=host, port=0)
    except UsageError:
        pytest.skip(f"{host} cannot be used on this machine")
    server.stop()
    server.run()
    assert f"http://{name}:{int(server.effective_port)}" == server.url
    assert 0 != int(server.effective_port)


def test_two_servers_do_not_know_each_other(url: str) -> None:
    """What one fake of this process holds, another one does not, even for the same key."""
    with running(FakeOptions(clock="manual")) as other:
        operation = orjson.loads(ask(other.url, with_body(IDENTIFY, USERS))[2])
        path = b"GET /v1/bulk_operations/" + operation["id"].encode() + b" HTTP/1.1\r\nHost: localhost\r\n" + KEY
        assert (200, 404) == (ask(other.url, path + b"\r\n")[0], ask(url, path + b"\r\n")[0])


def repeat(url: str, key: str, times: int, *, resets: bool = False) -> list[int]:
    """Identify a user so many times over one connection and return the status of each answer."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    found = []
    for _ in range(times):
        connection.request("POST", "/_mock/reset" if resets else "/v1/users/bulk/identify", USERS, headers)
        response = connection.getresponse()
        response.read()
        found.append(response.status)
    connection.close()
    return found


def test_many_threads_on_one_key(url: str) -> None:
    """Eight clients at once lose nothing: operations, ids and journal entries are as many as the accepted requests."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: repeat(url, "sk_test_crowd", 50), range(8)))
    assert [200] * 400 == [status for statuses in found for status in statuses]
    head = b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_crowd\r\n\r\n"
    operations = orjson.loads(ask(url, b"GET /_mock/state" + head)[2])["bulk_operations"]
    journal = orjson.loads(ask(url, b"GET /_mock/requests" + head)[2])
    assert (400, 400) == (len(operations), len({each["id"] for each in operations}))
    assert (400, list(range(1, 401))) == (journal["total"], [each["number"] for each in journal["entries"]])


def test_resets_among_requests(url: str) -> None:
    """Resets in the middle of everything do no harm: each request is answered, and a last reset leaves nothing."""
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda number: repeat(url, "sk_test_resets", 30, resets=number == 0), range(6)))
    assert {200} == {status for statuses in found for status in statuses}
    repeat(url, "sk_test_resets", 1, resets=True)
    head = b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_resets\r\n\r\n"
    assert [] == orjson.loads(ask(url, b"GET /_mock/state" + head)[2])["bulk_operations"]
