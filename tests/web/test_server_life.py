from __future__ import annotations

import errno
import gc
import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from mock_knock.errors import UsageError
from mock_knock.local import FakeOptions, running
from mock_knock.web.server import Server, open_server
from tests.web.raw_http import (
    IDENTIFY,
    KEY,
    PATIENCE,
    USERS,
    ask,
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

    def interrupt() -> None:
        raise KeyboardInterrupt

    server = open_server(silent, host="127.0.0.1", port=0)
    monkeypatch.setattr(server.lead, "look", interrupt)  # of this one alone: others may run in this process
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


def test_stopping_while_a_connection_closes() -> None:
    """A stop that meets a loop which is just waking up for something else ends the server all the same."""
    for _ in range(150):
        with running() as server:
            host, port = server.url.removeprefix("http://").split(":")
            socket.create_connection((host, int(port)), timeout=10).close()
