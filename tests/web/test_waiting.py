"""Waiting within a process and on a port: for what comes, for as long as somebody waits, and until the end."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import orjson
import pytest

from mock_knock.local import running
from mock_knock.service import World
from mock_knock.web.admin import events, waiting
from mock_knock.web.admin.waiting import Patience
from mock_knock.web.server import Server
from tests.web.raw_http import KEY, PATIENCE, ask, connect, eventually, read_answer
from tests.web.wsgi_fake import WsgiFake, new_fake

WAIT = "/_mock/requests/wait?timeout=60"
EVENTS = "/_mock/events?limit=1"
HEAD = b" HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n"


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Return what is set once somebody waits in a world."""
    found, wait = Event(), Patience.wait

    def noted(self: Patience, world: World) -> None:
        found.set()
        wait(self, world)

    monkeypatch.setattr(Patience, "wait", noted)
    return found


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Yield threads, which have all ended afterwards."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.mark.parametrize("path", [WAIT, EVENTS])
def test_a_request_of_another_thread_ends_it(
    fake: WsgiFake, begun: Event, pool: ThreadPoolExecutor, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a process, what comes from another thread is heard at once: nobody has to look for it."""
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 60.0)
    found = pool.submit(lambda: fake.send("GET", path).text)
    assert begun.wait(PATIENCE)
    fake.send("GET", "/v1/nowhere")
    assert '"number":1' in found.result(PATIENCE) or orjson.loads(found.result())["passed"]


def test_a_reset_is_heard(fake: WsgiFake, begun: Event, pool: ThreadPoolExecutor) -> None:
    """A reset is an event for whoever listens, and what comes after it counts from 1."""
    fake.send("GET", "/v1/nowhere")
    found = pool.submit(lambda: fake.send("GET", EVENTS).text)
    assert begun.wait(PATIENCE)
    fake.send("POST", "/_mock/reset")
    fake.send("GET", "/v1/nowhere")
    assert ["reset", "request"] == [
        line.removeprefix("event: ") for line in found.result(PATIENCE).splitlines() if line.startswith("event: ")
    ]


def test_a_reset_ends_what_was_counted(fake: WsgiFake, begun: Event, pool: ThreadPoolExecutor) -> None:
    """What came before a reset does not count for those who wait, even where as much has come since."""
    fake.send("GET", "/v1/nowhere")
    found = pool.submit(lambda: fake.send("GET", f"{WAIT}&at_least=2").get_json())
    assert begun.wait(PATIENCE)
    with fake.world.lock:
        fake.send("POST", "/_mock/reset")
        fake.send("GET", "/v1/nowhere")
    assert not found.done()
    fake.send("GET", "/v1/nowhere")
    assert (True, [1, 2]) == (found.result(PATIENCE)["passed"], found.result()["matched"])


def test_the_end_of_the_time(fake: WsgiFake) -> None:
    """Once its time is over, a wait is answered with what there is and a stream ends."""
    assert not fake.send("GET", "/_mock/requests/wait?timeout=0").get_json()["passed"]
    assert ": events of mock-knock\n\n" == fake.send("GET", "/_mock/events?timeout=0").text


def test_a_quiet_stream_says_that_it_is_there(fake: WsgiFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing happens, a comment comes now and then; the time it takes is none in this test."""
    monkeypatch.setattr(events, "QUIET_SECONDS", -1.0)
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.0)
    assert ": nothing new" in fake.send("GET", "/_mock/events?timeout=0.01").text


@pytest.fixture
def server() -> Iterator[Server]:
    """Yield a server of its own."""
    with running() as found:
        yield found


@pytest.mark.parametrize("path", [WAIT, EVENTS])
def test_the_end_of_the_server(server: Server, begun: Event, path: str) -> None:
    """A server that ends answers those who wait, and does not wait for them."""
    with connect(server.url) as connection:
        connection.sendall(b"GET " + path.encode() + HEAD)
        assert begun.wait(PATIENCE)
        server.stop()
        assert 200 == read_answer(connection)[0]


@pytest.mark.parametrize("path", [WAIT, EVENTS])
def test_a_client_that_goes(server: Server, begun: Event, path: str) -> None:
    """Nobody waits for a client that has cut its connection: its thread is free for others."""
    with connect(server.url) as connection:
        connection.sendall(b"GET " + path.encode() + HEAD)
        assert begun.wait(PATIENCE)
        assert 1 == server.lead.followers
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    eventually(lambda: server.lead.followers == 0)


def test_others_are_answered_meanwhile(server: Server, begun: Event) -> None:
    """More may wait than the server has threads, and everybody else is answered."""
    connections = [connect(server.url) for _ in range(9)]
    for each in connections:
        each.sendall(b"GET " + WAIT.encode() + HEAD)
    assert begun.wait(PATIENCE)
    assert 404 == ask(server.url, b"GET /v1/nowhere" + HEAD)[0]
    assert [200] * 9 == [read_answer(each)[0] for each in connections]
    for each in connections:
        each.close()


def test_no_thread_is_left(fake: WsgiFake) -> None:
    """Waiting leaves no thread behind."""
    before = threading.active_count()
    fake.send("GET", "/_mock/events?timeout=0")
    assert before == threading.active_count()
