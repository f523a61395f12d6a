"""The WSGI server that carries the fake on a port: waitress, whose own error answers get Knock's envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event, RLock
from time import monotonic
from typing import Any
from uuid import uuid4

import orjson
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.wasyncore import close_all

from mock_knock.web.address import bind_error, name_in_urls, unknown_host
from mock_knock.web.connection import FaultyTask, cut_off_when_closed
from mock_knock.web.outages import Outages
from mock_knock.web.pipeline import MAX_BODY_BYTES, access_log, one_line
from mock_knock.web.problems import API, INVALID_REQUEST, Problem, request_too_large

MAX_READ_BYTES = 4 * MAX_BODY_BYTES
"""What is read of a body, chunk sizes included; up to here the application refuses what is too large, and logs it."""

THREADS = 4
MAX_WAITING = 500
"""Answers that faults hold back at one time, each in a thread of its own; more of them hold others back, too."""
DRAIN_SECONDS = 5
_CODES = {431: "headers_too_large", 500: "internal_error", 501: "not_implemented"}


class EnvelopeErrorTask(ErrorTask):
    """Answers a request that never reached the application (bad framing, too large) in Knock's envelope."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
        error = self.request.error
        problem = _problem(error.code, one_line(f"{error.reason}: {error.body}"))
        access_log.info("%d %s: %s", error.code, problem.envelope["code"], problem)
        body = orjson.dumps(problem.envelope)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend([("Content-Type", "application/json"), ("x-request-id", str(uuid4()))])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def _problem(status: int, message: str) -> Problem:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return request_too_large(MAX_BODY_BYTES)
    type_ = API if status >= HTTPStatus.INTERNAL_SERVER_ERROR else INVALID_REQUEST
    return Problem(status, _CODES.get(status, "invalid_request"), message, type_=type_)


class Parser(HTTPRequestParser):
    """Reads a request; what waitress's own parser trips over is refused like any other wrong head."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the start line and the header fields; raises ParsingError."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError("the start line or the Content-Length cannot be read") from error


class EnvelopeChannel(HTTPChannel):
    """A connection whose error answers are those of `EnvelopeErrorTask`."""

    error_task_class = EnvelopeErrorTask
    task_class = FaultyTask
    parser_class = Parser
    is_doomed = False

    def received(self, data: bytes) -> bool:
        """Take what came in; a doomed connection is cut off instead."""
        if self.is_doomed:
            cut_off_when_closed(self)
            self.will_close = True
            return False
        taken: bool = super().received(data)
        return taken

    def send_continue(self) -> None:
        """Ask for the body, where there is one to wait for; a request that is complete or refused is answered."""
        if not self.request.completed:
            super().send_continue()

    def handle_close(self) -> None:
        """Close the connection, and the file that half a body may be kept in."""
        super().handle_close()
        if self.request is not None:
            self.request.close()


class Server(TcpWSGIServer):
    """One listening socket and its threads; `port` 0 takes a free one."""

    channel_class = EnvelopeChannel
    _is_stopping = _is_closed = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # `stop` writes to a pipe that `run` closes at its end; reentrant, since a signal can call `stop` inside `run`.
        self._ending = RLock()
        self._waiting = 0
        self.ending = Event()
        self.outages = Outages(self)
        super().__init__(*arguments, **options)
        self.bound_address = self.socket.getsockname()

    @property
    def url(self) -> str:
        """The address to reach it under, without a slash at its end."""
        return f"http://{self.server_name}:{int(self.effective_port)}"

    def stop(self) -> None:
        """Make `run` return, from any thread or from a signal handler; afterwards it does nothing."""
        self._is_stopping = True
        self.ending.set()
        self.wake()

    def wake(self) -> None:
        """Make `run` look at once whether there is something to do, from any thread."""
        with self._ending:
            if not self._is_closed:
                self.pull_trigger()

    @contextmanager
    def another_thread(self) -> Iterator[None]:
        """Let another thread answer while the one that asks waits: nobody else waits with it."""
        self._count_waiting(1)
        try:
            yield
        finally:
            self._count_waiting(-1)

    def _count_waiting(self, change: int) -> None:
        with self._ending:
            self._waiting += change
            if not self._is_closed:
                self.task_dispatcher.set_thread_count(THREADS + min(self._waiting, MAX_WAITING))

    def run(self) -> None:
        """Serve until `stop`, finish the answers under way, then close everything.

        Raises:
            KeyboardInterrupt: passed on once everything is closed.
        """
        try:
            while not self._is_stopping:
                self._turn()
            self._drain()
        finally:
            with self._ending:
                self._is_closed = True
            self.task_dispatcher.shutdown(timeout=DRAIN_SECONDS)
            for channel in tuple(self.active_channels.values()):
                channel.handle_close()
            self.asyncore.close_all(self._map, ignore_all=True)

    def _turn(self) -> None:
        self.outages.keep()
        timeout = min(self.adj.asyncore_loop_timeout, self.outages.left())
        self.asyncore.loop(timeout=timeout, map=self._map, use_poll=True, count=1)

    def _drain(self) -> None:
        self.accepting = False
        deadline = monotonic() + DRAIN_SECONDS
        while monotonic() < deadline and any(map(_is_busy, tuple(self.active_channels.values()))):
            self._turn()


def _is_busy(channel: HTTPChannel) -> bool:
    return bool(channel.requests) or channel.total_outbufs_len > 0


def open_server(app: Callable[..., Any], *, host: str, port: int) -> Server:
    """Bind a port and return the server, ready to run.

    Raises:
        UsageError: `port-in-use`, or `address-unusable` for a host that is not this machine's.
    """
    channels: dict[int, Any] = {}
    try:
        adjustments = Adjustments(
            host=host,
            port=port,
            ident=None,
            max_request_body_size=MAX_READ_BYTES,
            connection_limit=2 * MAX_WAITING,
        )
        server = Server(app, map=channels, dispatcher=ThreadedTaskDispatcher(), adj=adjustments)
    except OSError as error:
        close_all(channels, ignore_all=True)
        raise bind_error(error, host, port) from error
    except ValueError as error:
        raise unknown_host(host, port) from error
    server.server_name = name_in_urls(str(server.effective_host))
    server.task_dispatcher.set_thread_count(THREADS)
    return server
