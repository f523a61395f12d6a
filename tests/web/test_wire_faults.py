"""Faults of the wire on a real port: the bytes that arrive, or that none do, and in which order things happen."""

from __future__ import annotations

import errno
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

import orjson
import pytest

from mock_knock.domain.clock import ManualClock
from mock_knock.harness.network import NetworkTransport
from mock_knock.harness.transport import Transport, WsgiTransport
from mock_knock.local import FakeOptions, build_fake, running
from mock_knock.messages import HttpRequest
from mock_knock.web import connection as connection_module
from mock_knock.web import outages
from mock_knock.web.connection import LOOK_SECONDS, is_gone
from mock_knock.web.lead import MOST_IDLE
from mock_knock.web.server import Server, open_server
from tests.web.raw_http import KEY, PATIENCE, ask, connect, eventually, read_answer, silent

LOCAL = b"Host: localhost\r\n" + KEY
GET = b"GET /v1/users/ada HTTP/1.1\r\n" + LOCAL
HEALTH = b"GET /_mock/health HTTP/1.1\r\n" + LOCAL + b"\r\n"
JOURNAL = b"GET /_mock/requests HTTP/1.1\r\n" + LOCAL + b"\r\n"
BODY_SIZE = 106
"""Bytes of the envelope of a 503 that a fault brings about."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake whose clock stands still."""
    with running(FakeOptions(clock="manual")) as server:
        yield server.url


@pytest.fixture
def server() -> Iterator[Server]:
    """Yield a server of its own, whose clock stands still."""
    with running(FakeOptions(clock="manual")) as server:
        yield server


@dataclass
class OutageTime:
    """The time of outages, which goes by only when a test lets it."""

    server: Server
    now: float = 1_000.0

    def __call__(self) -> float:
        """Return the seconds since some beginning."""
        return self.now

    def goes_by(self, seconds: float) -> None:
        """Let time go by, and the server notice it."""
        self.now += seconds
        self.server.wake()


@pytest.fixture
def outage(server: Server, monkeypatch: pytest.MonkeyPatch) -> OutageTime:
    """Return the time of the outages of a server."""
    found = OutageTime(server)
    monkeypatch.setattr(outages, "monotonic", found)
    return found


def with_fault(header: str, head: bytes = GET) -> bytes:
    """Return a request that brings a fault about."""
    return head + b"X-Mock-Fault: " + header.encode() + b"\r\n\r\n"


def receive(connection: socket.socket) -> bytes:
    """Return everything that arrives until the connection ends; one that is cut off raises ConnectionResetError."""
    pieces = []
    while piece := connection.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def received(url: str, header: str) -> bytes:
    """Return every byte of the answer to a request with a fault."""
    with connect(url) as connection:
        connection.sendall(with_fault(header))
        return receive(connection)


def is_refused(url: str) -> bool:
    """Tell whether nobody listens; who is cut off while it connects was heard."""
    try:
        connect(url).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        return False
    return False


def journal(url: str) -> list[dict[str, Any]]:
    """Return the journal."""
    found: list[dict[str, Any]] = orjson.loads(ask(url, JOURNAL)[2])["entries"]
    return found


def waiting(server: Server) -> int:
    """Return how many answers are held back."""
    return server.lead.followers


def test_a_reset(url: str) -> None:
    """The connection is cut off (RST) before a single byte has arrived."""
    with pytest.raises(ConnectionResetError):
        received(url, "wire=reset")


def test_an_empty_reply(url: str) -> None:
    """The connection ends in good order, and nothing has arrived."""
    assert b"" == received(url, "wire=empty")


def test_garbage(url: str) -> None:
    """What arrives is 64 bytes that are no HTTP, and the same ones for the same answer; then the connection ends."""
    first, again = (received(url, "wire=garbage") for _ in range(2))
    assert (64, b"\x00", first) == (len(first), first[:1], again)


@pytest.mark.parametrize(("committed", "status"), [("before", b"200 OK"), ("after", b"404 NOT FOUND")])
def test_a_bad_chunk(url: str, committed: str, status: bytes) -> None:
    """The head is good, one chunk is, and where the size of the next one belongs, there is none."""
    head, _, body = received(url, f"wire=bad_chunk, when_committed={committed}").partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert b"HTTP/1.1 " + status == lines[0]
    assert {b"Transfer-Encoding: chunked", b"Content-Type: application/json"} <= set(lines)
    assert not any(line.lower().startswith(b"content-length") for line in lines)
    size, piece, rest = body.split(b"\r\n", 2)
    assert (int(size, 16), b"no size\r\n") == (len(piece), rest)


@pytest.mark.parametrize(("committed", "status"), [("before", b"200 OK"), ("after", b"404 NOT FOUND")])
def test_a_short_body(url: str, committed: str, status: bytes) -> None:
    """The head tells twice the length that arrives before the connection ends."""
    head, _, body = received(url, f"wire=short, when_committed={committed}").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert b"Content-Type: application/json" in head.split(b"\r\n")
    (length,) = [int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
    assert length // 2 == len(body) > 0
    assert b"{" == body[:1]


def test_a_slow_close(url: str) -> None:
    """The whole answer arrives without a length, and its end is that of the connection."""
    head, _, body = received(url, "status=503, wire=slow_close, for=100ms").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 SERVICE UNAVAILABLE\r\n")
    assert b"Connection: close" in head.split(b"\r\n")
    assert b"content-length" not in head.lower()
    assert (BODY_SIZE, 503) == (len(body), orjson.loads(body)["status"])


def test_the_end_comes_late() -> None:
    """Where time goes by, an answer is there before the connection ends."""
    with running() as server, connect(server.url) as connection:
        connection.sendall(with_fault("status=503, wire=slow_close, for=1h"))
        found = b""
        while len(found.partition(b"\r\n\r\n")[2]) < BODY_SIZE:
            found += connection.recv(65_536)
        eventually(lambda: waiting(server) == 1)
        server.stop()
        assert b"" == receive(connection)


@pytest.mark.parametrize("wire", ["hang", "slow_close"])
def test_a_hang_ends_when_the_client_leaves(wire: str) -> None:
    """Nothing arrives, others are answered meanwhile, and once the client has left nobody waits for it any more."""
    with running() as server:
        header = {"hang": "wire=hang", "slow_close": "wire=slow_close, for=1h"}[wire]
        with connect(server.url) as connection:
            connection.sendall(with_fault(header))
            eventually(lambda: waiting(server) == 1)
            assert 200 == ask(server.url, HEALTH)[0]
        eventually(lambda: waiting(server) == 0)
        eventually(lambda: not server.active_channels)


def test_a_hang_ends_with_bytes_unread() -> None:
    """A client that has sent something more and left is not waited for either."""
    with running() as server:
        with connect(server.url) as connection:
            connection.sendall(with_fault("wire=hang"))
            eventually(lambda: waiting(server) == 1)
            connection.sendall(b"\r\n")
        eventually(lambda: waiting(server) == 0)


def test_a_client_that_only_listens() -> None:
    """A client that has said that it sends nothing more gets a late answer all the same."""
    with running() as server, connect(server.url) as connection:
        connection.sendall(with_fault("delay=200ms"))
        connection.shutdown(socket.SHUT_WR)
        assert receive(connection).startswith(b"HTTP/1.1 404")


def test_patience_with_a_client_that_only_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that has said that it sends nothing more is not waited for without end, or where nothing will come."""
    monkeypatch.setattr(connection_module, "PATIENCE_SECONDS", 0.0)
    with running() as server:
        for header in ("delay=1h", "wire=hang"):
            with connect(server.url) as connection:
                connection.sendall(with_fault(header))
                connection.shutdown(socket.SHUT_WR)
                assert b"" == receive(connection)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_who_has_gone(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """Wherever the server runs, a client that is there has not gone, and one that has left has, as has a closed one."""
    monkeypatch.setattr(sys, "platform", platform)
    here, there = socket.socketpair()
    here.settimeout(0)
    with here, there:
        assert not is_gone(here, may_read=False)
        there.send(b"more")
        assert not is_gone(here, may_read=False)
        here.recv(4)
        there.close()
        assert is_gone(here, may_read=False)
    assert is_gone(here, may_read=True)


def test_a_hang_is_cut_off_by_its_client(server: Server) -> None:
    """A client that leaves with a reset ends a hang, too."""
    connection = connect(server.url)
    connection.sendall(with_fault("wire=hang"))
    eventually(lambda: waiting(server) == 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()
    eventually(lambda: waiting(server) == 0)


def test_a_hang_ends_with_its_time(server: Server) -> None:
    """A hang whose time is over closes the connection without an answer, also where the clock stands."""
    assert b"" == received(server.url, "wire=hang, for=50ms")
    (entry,) = journal(server.url)
    assert ("header", False, None) == (entry["fault"], entry["delivered"], entry["response"])


def test_a_hang_ends_with_the_server() -> None:
    """A server that stops closes what hangs, and leaves no thread behind."""
    before = set(threading.enumerate())
    with ExitStack() as open_ones:
        with running(FakeOptions(clock="manual")) as server:
            connections = [open_ones.enter_context(connect(server.url)) for _ in range(12)]
            for each in connections:
                each.sendall(with_fault("wire=hang"))
            eventually(lambda: waiting(server) == 12)
        assert [b""] * 12 == [receive(each) for each in connections]
    eventually(lambda: set(threading.enumerate()) <= before)


def test_many_hangs_keep_nobody_from_an_answer(server: Server) -> None:
    """However many answers are held back, up to a bound far above what is usual, others come at once."""
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(connect(server.url)) for _ in range(150)]
        for each in connections:
            each.sendall(with_fault("wire=hang"))
        eventually(lambda: waiting(server) == 150)
        assert [404] * 20 == [ask(server.url, GET + b"\r\n")[0] for _ in range(20)]
    eventually(lambda: waiting(server) == 0)
    eventually(lambda: server.lead.thread_count <= MOST_IDLE + 1)
    assert 404 == ask(server.url, GET + b"\r\n")[0]


def test_a_refusal(server: Server, outage: OutageTime) -> None:
    """Who brings it about is cut off, and so is everybody who is connected; nobody listens, and later somebody does."""
    with connect(server.url) as idle, connect(server.url) as first:
        idle.sendall(HEALTH)
        assert 200 == read_answer(idle)[0]
        first.sendall(with_fault("wire=refuse, for=2s"))
        for each in (first, idle):
            with pytest.raises(ConnectionResetError):
                receive(each)
    outage.goes_by(1.9)
    assert [True] * 3 == [is_refused(server.url) for _ in range(3)]
    outage.goes_by(0.1)
    eventually(lambda: server.accepting)
    assert 404 == ask(server.url, GET + b"\r\n")[0]
    assert [False, True] == [each["delivered"] for each in journal(server.url)]


def test_a_refusal_of_those_who_hang(server: Server, outage: OutageTime) -> None:
    """A server that goes down cuts off whoever waits for an answer."""
    with connect(server.url) as hanging:
        hanging.sendall(with_fault("wire=hang"))
        eventually(lambda: waiting(server) == 1)
        with pytest.raises(ConnectionResetError):
            received(server.url, "wire=refuse")
        with pytest.raises(ConnectionResetError):
            receive(hanging)
    eventually(lambda: waiting(server) == 0)
    outage.goes_by(2)
    eventually(lambda: server.accepting)
    assert 404 == ask(server.url, GET + b"\r\n")[0]


def test_a_refusal_is_no_hindrance_to_a_stop(server: Server) -> None:
    """A server that is down can be stopped."""
    with pytest.raises(ConnectionResetError):
        received(server.url, "wire=refuse, for=1h")
    assert is_refused(server.url)


def test_a_port_that_is_taken_meanwhile(server: Server, outage: OutageTime) -> None:
    """When somebody else listens on the port while the server is down, it comes back once the port is free."""
    with closing(socket.socket()) as other:
        with pytest.raises(ConnectionResetError):
            received(server.url, "wire=refuse, for=2s")
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(server.bound_address)
        other.listen()
        outage.goes_by(2)
        eventually(lambda: LOOK_SECONDS == pytest.approx(server.outages.left()))
        assert not server.accepting
    outage.goes_by(LOOK_SECONDS)
    eventually(lambda: server.accepting)
    assert 404 == ask(server.url, GET + b"\r\n")[0]


def test_no_socket_to_come_up_with(server: Server, outage: OutageTime, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there is no socket left to listen with, the server comes back once there is one."""
    with pytest.raises(ConnectionResetError):
        received(server.url, "wire=refuse, for=2s")
    with monkeypatch.context() as patched:
        patched.setattr(server, "create_socket", raise_os_error)
        outage.goes_by(2)
        eventually(lambda: LOOK_SECONDS == pytest.approx(server.outages.left()))
    outage.goes_by(LOOK_SECONDS)
    eventually(lambda: server.accepting)
    assert 404 == ask(server.url, GET + b"\r\n")[0]


def raise_os_error(*_: Any) -> None:
    """Raise the error of a system that has no more files."""
    raise OSError(errno.EMFILE, "no")


def test_an_outage_that_ended_while_nobody_looked(outage: OutageTime) -> None:
    """A server that finds an outage over comes back at once, and does not first wait for a connection."""
    server = open_server(silent, host="127.0.0.1", port=0)
    server.outages.refuse(2)
    server.outages.keep()
    assert (2.0, True) == (server.outages.left(), is_refused(server.url))
    outage.now += 3
    assert 0 == server.outages.left()
    server.outages.keep()
    assert (inf, False) == (server.outages.left(), is_refused(server.url))
    server.stop()
    server.run()


def test_an_outage_that_was_over_before_it_began(outage: OutageTime) -> None:
    """A server too busy to go down in time goes down all the same: whoever is connected is cut off."""
    server = open_server(silent, host="127.0.0.1", port=0)
    server.outages.refuse(2)
    outage.now += 3
    server.outages.keep()
    assert (0, True) == (server.outages.left(), is_refused(server.url))
    server.outages.keep()
    assert not is_refused(server.url)
    server.stop()
    server.run()


def test_a_server_that_ends_does_not_come_up(outage: OutageTime) -> None:
    """An outage that is over when the server ends lets nobody in any more."""
    server = open_server(silent, host="127.0.0.1", port=0)
    server.outages.ignore(1)
    server.outages.refuse(2)
    server.outages.keep()
    server.ending.set()
    for _ in range(2):
        outage.now += 1
        server.outages.keep()
        assert (False, True) == (server.accepting, is_refused(server.url))
    server.stop()
    server.run()


def test_a_refusal_over_ipv6(outage: OutageTime) -> None:
    """A server of the newer kind of addresses goes down and comes back, too."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("::1 cannot be used on this machine")
    with running(FakeOptions(clock="manual"), host="::1") as server:
        outage.server = server
        with pytest.raises(ConnectionResetError):
            received(server.url, "wire=refuse")
        assert is_refused(server.url)
        outage.goes_by(2)
        eventually(lambda: server.accepting)
        assert 404 == ask(server.url, GET + b"\r\n")[0]


def test_a_slow_accept(server: Server, outage: OutageTime) -> None:
    """The answer arrives and ends its connection; who is connected goes on; who comes new waits and is answered."""
    with connect(server.url) as idle, connect(server.url) as first, connect(server.url) as late:
        for each in (idle, first):
            each.sendall(HEALTH)
            assert 200 == read_answer(each)[0]
        first.sendall(with_fault("wire=slow_accept, for=1s"))
        status, fields, _ = read_answer(first)
        assert (404, "close") == (status, fields["connection"])
        eventually(lambda: not server.accepting)
        with connect(server.url) as new:
            new.sendall(HEALTH)
            for each in (idle, late):
                each.sendall(HEALTH)
                assert 200 == read_answer(each)[0]
            assert not select.select([new], [], [], 0)[0]
            outage.goes_by(1)
            assert 200 == read_answer(new)[0]
            assert server.accepting


def test_deaf_and_down_at_once(server: Server, outage: OutageTime) -> None:
    """Of two outages the longer one counts; a server that comes up may still take no connections for a while."""
    server.outages.ignore(3)
    server.outages.refuse(2)
    server.outages.refuse(1)
    eventually(lambda: is_refused(server.url))
    outage.goes_by(1.5)
    assert is_refused(server.url)
    outage.goes_by(0.5)
    eventually(lambda: not is_refused(server.url))
    with connect(server.url) as new:
        new.sendall(HEALTH)
        assert not server.accepting
        outage.goes_by(1)
        assert 200 == read_answer(new)[0]


def test_an_outage_that_ends_while_down(server: Server, outage: OutageTime) -> None:
    """A server that is down does not take connections again because it was to be deaf for a shorter time."""
    server.outages.refuse(2)
    server.outages.ignore(1)
    eventually(lambda: is_refused(server.url))
    outage.goes_by(1)
    assert is_refused(server.url)
    assert not server.accepting
    outage.goes_by(1)
    eventually(lambda: server.accepting)
    assert 200 == ask(server.url, HEALTH)[0]


def test_a_connection_that_is_closed_while_idle(url: str) -> None:
    """The answer arrives and its connection stays; the next request on it dies, and a new connection works."""
    with connect(url) as connection:
        connection.sendall(with_fault("wire=close_idle"))
        status, fields, _ = read_answer(connection)
        assert (404, False) == (status, "connection" in fields)
        connection.sendall(GET + b"\r\n")
        with pytest.raises(ConnectionResetError):
            receive(connection)
    assert 404 == ask(url, GET + b"\r\n")[0]


def test_a_connection_that_nobody_uses_again(url: str) -> None:
    """A client that leaves after its answer notices nothing."""
    with connect(url) as connection:
        connection.sendall(with_fault("wire=close_idle"))
        assert 404 == read_answer(connection)[0]


def test_a_dribble() -> None:
    """An answer comes in pieces: while the next one waits, the head and the first one have arrived."""
    with running() as server:
        with connect(server.url) as connection:
            connection.sendall(with_fault("status=503, delay.dribble.bytes=50, delay.dribble.every=1h"))
            eventually(lambda: waiting(server) == 1)
            found = b""
            while len(found.partition(b"\r\n\r\n")[2]) < 50:
                found += connection.recv(65_536)
            server.stop()
            head, _, body = (found + receive(connection)).partition(b"\r\n\r\n")
        assert (True, 50) == (b"Content-Length: 106" in head, len(body))


def test_all_of_a_dribble_arrives() -> None:
    """In the end every piece has arrived, and the connection stays."""
    with running() as server, connect(server.url) as connection:
        for _ in range(2):
            connection.sendall(with_fault("status=503, delay.dribble.bytes=30, delay.dribble.every=5ms"))
            status, _, body = read_answer(connection)
            assert (503, 503) == (status, orjson.loads(body)["status"])


def test_a_dribble_ends_when_the_client_leaves() -> None:
    """Nobody goes on sending to a client that has left."""
    with running() as server:
        with connect(server.url) as connection:
            connection.sendall(with_fault("status=503, delay.dribble.bytes=50, delay.dribble.every=1h"))
            eventually(lambda: waiting(server) == 1)
        eventually(lambda: waiting(server) == 0)
        eventually(lambda: not server.active_channels)


def test_a_dribble_where_time_stands(url: str) -> None:
    """On a clock that stands the pieces follow each other at once."""
    status, _, body = ask(url, with_fault("status=503, delay.dribble.bytes=1, delay.dribble.every=1h"))
    assert (503, BODY_SIZE) == (status, len(body))


def test_a_delay_where_time_stands(url: str) -> None:
    """On a clock that stands a delay takes no time, and with it time goes on for everybody who waits."""
    assert [404] * 5 == [ask(url, with_fault("delay=1h"))[0] for _ in range(5)]


def test_a_delay_where_time_goes_by() -> None:
    """On a clock that runs an answer comes after its delay, and the connection stays."""
    with running() as server, connect(server.url) as connection:
        connection.sendall(with_fault("delay=50ms, status=503"))
        assert 503 == read_answer(connection)[0]
        connection.sendall(HEALTH)
        assert 200 == read_answer(connection)[0]


def test_a_delay_ends_with_the_server() -> None:
    """A server that stops does not keep the time of a delay: it closes without an answer."""
    with running() as server:
        connection = connect(server.url)
        connection.sendall(with_fault("delay=1h"))
        eventually(lambda: waiting(server) == 1)
    with closing(connection):
        assert b"" == receive(connection)


@pytest.mark.parametrize("target", [b"//v1/users/ada", b"http://evil.example/v1/users/ada"])
def test_a_redirect_never_leads_elsewhere(url: str, target: bytes) -> None:
    """Whichever form the target has, a redirect leads to its path here."""
    head = b"GET " + target + b" HTTP/1.1\r\n" + LOCAL
    status, fields, _ = ask(url, with_fault("status=302", head))
    assert (302, "/v1/users/ada") == (status, fields["location"])


SHORT = 0.3
"""Seconds after which a client gives up that is to give up."""
PARITY = [
    ("wire=reset", "reset", None),
    ("wire=empty", "reset", None),
    ("wire=garbage", "reset", None),
    ("wire=bad_chunk", "broken", None),
    ("wire=bad_chunk, when_committed=after", "broken", None),
    ("wire=short", "broken", None),
    ("wire=short, when_committed=after", "broken", None),
    ("wire=hang", "timeout", None),
    ("wire=hang, for=50ms", "reset", None),
    ("wire=refuse, for=1h", "reset", "refused"),
    ("delay=10s", "timeout", None),
    ("delay.dribble.bytes=50, delay.dribble.every=10s, status=503", "timeout", None),
    ("wire=slow_close, for=10s", "timeout", None),
    ("wire=slow_close, for=50ms", None, None),
    ("wire=slow_accept, for=50ms", None, None),
    ("wire=close_idle", None, "reset"),
    ("delay=50ms", None, None),
    ("status=302", None, None),
    ("status=204", None, None),
]


@pytest.mark.parametrize(("header", "first", "second"), PARITY)
def test_the_port_and_the_process_fail_alike(header: str, first: str | None, second: str | None) -> None:
    """What a client sees of a fault over the network is what it sees within the process, and so is what comes next."""
    timeout = SHORT if first == "timeout" else PATIENCE
    with running() as server:
        network = kinds(NetworkTransport(), server.url, header, timeout)
    within = kinds(WsgiTransport(build_fake().application), "http://localhost", header, timeout)
    assert [first, second] == network
    assert [first, second] == within


def kinds(transport: Transport, url: str, header: str, timeout: float) -> list[str | None]:
    """Return how a request with a fault fails, and how one after it does; None is an answer."""
    fields = (("Authorization", "Bearer sk_test_local"), ("Host", "localhost"))
    sent = [((*fields, ("X-Mock-Fault", header)), timeout), (fields, PATIENCE)]
    found = [transport.send(HttpRequest("GET", f"{url}/v1/users/ada", each), timeout=wait) for each, wait in sent]
    return [None if each.failure is None else each.failure.kind for each in found]


def advance_slowly(clock: ManualClock, seconds: float) -> None:
    """Move a clock as somebody does who is interrupted between looking and moving."""
    now = clock.now()
    time.sleep(0.001)
    clock.move_to(now + timedelta(seconds=seconds))


def test_delays_of_many_add_up(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Where time stands, the delays of requests at the same time are all counted."""
    monkeypatch.setattr(ManualClock, "advance", advance_slowly)
    clock = b"GET /_mock/clock HTTP/1.1\r\n" + LOCAL + b"\r\n"
    before = datetime.fromisoformat(orjson.loads(ask(server.url, clock)[2])["now"])
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: ask(server.url, with_fault("delay=1s"))[0], range(20)))
    after = datetime.fromisoformat(orjson.loads(ask(server.url, clock)[2])["now"])
    assert ([404] * 20, 20) == (statuses, (after - before).total_seconds())
