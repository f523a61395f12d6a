"""Who waits for requests, and who answers them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event

import pytest

from mock_knock.messages import Connection
from mock_knock.web import lead
from mock_knock.web.lead import MOST_IDLE, Lead
from mock_knock.web.sending import CONNECTION
from tests.web.raw_http import PATIENCE, ask, connect, eventually, read_answer, serving

GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Gate:
    """An application whose answer to `/held` waits for a gate, and which notes the threads that answer."""

    def __init__(self) -> None:
        self.open = Event()
        self.threads: list[int] = []
        self.hands_over = False

    def __call__(self, environ: dict[str, object], start: Callable[..., object]) -> list[bytes]:
        """Answer with the path."""
        self.threads.append(threading.get_ident())
        connection = environ[CONNECTION]
        if environ["PATH_INFO"] == "/held":
            with ExitStack() as stack:
                if self.hands_over and isinstance(connection, Connection):
                    stack.enter_context(connection.held())
                assert self.open.wait(PATIENCE)
        body = str(environ["PATH_INFO"]).encode()
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


def test_one_thread_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick answers are all given by one thread, the one that waits for requests."""
    monkeypatch.setattr(lead, "PATIENCE_SECONDS", PATIENCE)  # however busy this machine is
    application = Gate()
    with serving(application) as (server, _), ExitStack() as stack:
        connections = [stack.enter_context(connect(server.url)) for _ in range(5)]
        for _ in range(3):
            for each in connections:
                each.sendall(GET % b"quick")
            assert [200] * 5 == [read_answer(each)[0] for each in connections]
        assert (1, 0) == (len(set(application.threads)), server.lead.followers)


@pytest.mark.parametrize("hands_over", [True, False])
def test_an_answer_that_takes_long(*, hands_over: bool) -> None:
    """Others are answered while one answer takes long, whether it says so itself or it turns out."""
    application = Gate()
    application.hands_over = hands_over
    with serving(application) as (server, _), connect(server.url) as held:
        held.sendall(GET % b"held")
        eventually(lambda: len(application.threads) == 1)
        assert b"/quick" == ask(server.url, GET % b"quick")[2]
        assert (2, 1) == (len(set(application.threads)), server.lead.followers)
        application.open.set()
        assert b"/held" == read_answer(held)[2]
        eventually(lambda: server.lead.followers == 0)
        assert b"/quick" == ask(server.url, GET % b"quick")[2]


def test_requests_one_after_the_other_on_one_connection() -> None:
    """A request that comes while the one before it takes long is answered after it, by whoever leads then."""
    application = Gate()
    application.hands_over = True
    with serving(application) as (server, _), connect(server.url) as connection:
        connection.sendall(GET % b"held" + GET % b"quick")
        eventually(lambda: server.lead.followers == 1)
        application.open.set()
        received = b""
        while not received.endswith(b"/quick") and (more := connection.recv(65_536)):
            received += more
    assert [b"/held", b"/quick"] == [each.rpartition(b"\r\n")[2] for each in received.split(b"HTTP/1.1 200 OK")[1:]]


def test_many_answers_that_take_long() -> None:
    """However many answers take long at a time, their threads end, but for a few that are kept for the next time."""
    application = Gate()
    application.hands_over = True
    with serving(application) as (server, _), ExitStack() as stack:
        held = [stack.enter_context(connect(server.url)) for _ in range(20)]
        for each in held:
            each.sendall(GET % b"held")
        eventually(lambda: server.lead.followers == 20)
        application.open.set()
        assert [b"/held"] * 20 == [read_answer(each)[2] for each in held]
        eventually(lambda: server.lead.thread_count <= MOST_IDLE + 1)


def test_a_large_answer_to_who_does_not_read() -> None:
    """An answer that the client does not read yet keeps nobody from theirs, and arrives whole once it does."""
    size, piece = 40_000_000, b"x" * 1_000_000

    def application(environ: dict[str, object], start: Callable[..., object]) -> Iterator[bytes]:
        is_large = environ["PATH_INFO"] == "/large"
        start("200 OK", [("Content-Length", str(size if is_large else 2))])
        return iter([piece] * (size // len(piece)) if is_large else [b"ok"])

    with serving(application) as (server, _), connect(server.url) as slow:
        slow.sendall(GET % b"large")
        eventually(lambda: server.lead.followers == 1)
        assert b"ok" == ask(server.url, GET % b"quick")[2]
        assert size == len(read_answer(slow)[2])


class Broken:
    """A task that fails, and the end of everything."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def service(self) -> None:
        """Fail."""
        raise ZeroDivisionError

    def cancel(self) -> None:
        """Note it."""
        self.is_cancelled = True


def test_a_task_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A failure is logged, and the thread that leads goes on leading."""
    turns = iter([True, True, False])
    found = Lead(lambda: None, lambda: next(turns), most=1)
    found.add_task(Broken())
    found.start()
    assert found.ended.wait(PATIENCE)
    found.shutdown()
    found.look()
    assert [ZeroDivisionError] == [each.exc_info[0] for each in caplog.records if each.exc_info]


def test_a_turn_that_fails() -> None:
    """What ends the thread that leads is told to whoever looks, and what waits for its answer is given up."""
    task = Broken()

    def fail() -> None:
        found.add_task(task)
        raise ZeroDivisionError

    found = Lead(fail, lambda: True, most=1)
    found.start()
    assert found.ended.wait(PATIENCE)
    with pytest.raises(ZeroDivisionError):
        found.look()
    found.shutdown()
    assert task.is_cancelled


class HandingOver(Broken):
    """A task that takes long, and notes whether its thread leads all the same."""

    def __init__(self, of: Lead) -> None:
        super().__init__()
        self.of = of
        self.leads: bool | None = None

    def service(self) -> None:
        """Hand the lead over."""
        self.of.hand_over()
        self.leads = self.of.is_mine()


def keeping_the_lead(most: int) -> tuple[bool | None, int]:
    """Return whether a thread leads that has handed over, among so many at most, and how many threads there are."""
    turns = iter([True, False])
    found = Lead(lambda: None, lambda: next(turns), most=most)
    task = HandingOver(found)
    found.add_task(task)
    found.start()
    assert found.ended.wait(PATIENCE)
    found.shutdown()
    return task.leads, found.thread_count


def test_a_bound_on_threads() -> None:
    """Where as many threads answer as may, the one that leads keeps the lead."""
    assert (True, 1) == keeping_the_lead(0)


def test_a_system_without_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives no other thread, the one that leads keeps the lead."""

    class Refused(threading.Thread):
        def start(self) -> None:
            if threading.current_thread().name == "mock-knock":
                raise RuntimeError("can't start new thread")
            super().start()

    monkeypatch.setattr(lead, "Thread", Refused)
    assert (True, 1) == keeping_the_lead(9)
