"""The WSGI server that carries the fake on a port: waitress, whose own error answers get Knock's envelope."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from math import inf
from queue import Empty, SimpleQueue
from threading import Event, RLock
from time import monotonic
from typing import Any
from uuid import uuid4

import orjson
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask
from waitress.wasyncore import close_all

from mock_knock.web.address import bind_error, name_in_urls, unknown_host
from mock_knock.web.connection import FaultyTask, cut_off_when_closed
from mock_knock.web.lead import Lead
from mock_knock.web.outages import Outages
from mock_knock.web.pipeline import MAX_BODY_BYTES, access_log, one_line
from mock_knock.web.problems import API, INVALID_REQUEST, Problem, request_too_large

MAX_READ_BYTES = 4 * MAX_BODY_BYTES
"""What is read of a body, chunk sizes included; up to here the application refuses what is too large, and logs it."""

MAX_WAITING = 500
"""Answers that faults hold back at one time, each in a thread of its own; more of them hold others back, too."""
DRAIN_SECONDS = 5
RECEIVED_BYTES = 65_536
"""Bytes that are taken from a connection at a time; each time takes a turn of its own."""
LOOK_SECONDS = 0.05
"""How often it is looked whether an answer takes so long that others should not have to wait for it."""
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
    _joined: list[bytes] | None = None

    def received(self, data: bytes) -> bool:
        """Take what came in; a doomed connection is cut off instead."""
        if self.is_doomed:
            cut_off_when_closed(self)
            self.will_close = True
            return False
        taken: bool = super().received(data)
        return taken

    def write_soon(self, data: bytes) -> int:
        """Send data, or keep it until it can be sent; of what is large only so much is kept."""
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            self.server.lead.hand_over()  # who leads is who sends what is kept
        if self._joined is not None and isinstance(data, bytes):
            self._joined.append(data)
            return len(data)
        written: int = super().write_soon(data)
        return written

    def write_at_once(self, write: Callable[[bytes], None], data: bytes) -> None:
        """Send in one piece whatever a function writes that is given some data."""
        self._joined = pieces = list[bytes]()
        try:
            write(data)
        finally:
            self._joined = None
        self.write_soon(b"".join(pieces))

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
        self._stops: SimpleQueue[None] = SimpleQueue()  # can be put into from a signal handler, unlike an Event
        self._deadline = inf
        self.ending = Event()
        self.outages = Outages(self)
        self.lead = Lead(self._turn, self._goes_on, most=MAX_WAITING)
        super().__init__(*arguments, dispatcher=self.lead, **options)
        self.bound_address = self.socket.getsockname()

    @property
    def url(self) -> str:
        """The address to reach it under, without a slash at its end."""
        return f"http://{self.server_name}:{int(self.effective_port)}"

    def stop(self) -> None:
        """Make `run` return, from any thread or from a signal handler; afterwards it does nothing."""
        self._is_stopping = True
        self.ending.set()
        self._stops.put(None)
        self.wake()

    def wake(self) -> None:
        """Make `run` look at once whether there is something to do, from any thread."""
        with self._ending:
            if not self._is_closed:
                super().pull_trigger()

    def pull_trigger(self) -> None:
        """Wake the thread that waits for requests; it need not be where it is the current one."""
        if not self.lead.is_mine():
            super().pull_trigger()

    def run(self) -> None:
        """Serve until `stop`, finish the answers under way, then close everything.

        Raises:
            KeyboardInterrupt: passed on once everything is closed.
        """
        self.lead.start()
        try:
            self._wait()
        finally:
            self.stop()
            self.lead.ended.wait(2 * DRAIN_SECONDS)
            with self._ending:
                self._is_closed = True
            self.lead.shutdown(timeout=DRAIN_SECONDS)
            for channel in tuple(self.active_channels.values()):
                channel.handle_close()
            self.asyncore.close_all(self._map, ignore_all=True)

    def _wait(self) -> None:
        while True:
            try:
                return self._stops.get(timeout=LOOK_SECONDS)
            except Empty:
                self.lead.look()

    def _turn(self) -> None:
        self.outages.keep()
        timeout = min(self.adj.asyncore_loop_timeout, self.outages.left())
        self.asyncore.loop(timeout=timeout, map=self._map, use_poll=True, count=1)

    def _goes_on(self) -> bool:
        """Tell whether there is more to do; in the end, that is to finish the answers under way."""
        if not self._is_stopping:
            return True
        self.accepting = False
        self._deadline = min(self._deadline, monotonic() + DRAIN_SECONDS)
        return monotonic() < self._deadline and any(map(_is_busy, tuple(self.active_channels.values())))


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
            recv_bytes=RECEIVED_BYTES,
            clear_untrusted_proxy_headers=False,  # the journal shows what came, and nothing here goes by them
        )
        server = Server(app, map=channels, adj=adjustments)
    except OSError as error:
        close_all(channels, ignore_all=True)
        raise bind_error(error, host, port) from error
    except ValueError as error:
        raise unknown_host(host, port) from error
    server.server_name = name_in_urls(str(server.effective_host))
    return server
