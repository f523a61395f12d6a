"""How an answer leaves when a fault has a say in it: late, in pieces, broken, or not at all.

On a port the server's connection is in the WSGI environment and does what the fault says; a server that can wait and
nothing else has a line there, on which a fault of the wire is refused with 501. Within a process there is neither, and
what a client would see of the network is raised as `AnswerLost`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import inf
from time import sleep
from typing import Any, Final

import orjson

from mock_knock.domain.clock import Clock
from mock_knock.domain.faults.delay import Dribble
from mock_knock.domain.faults.wire import WireFault, WireKind
from mock_knock.messages import AnswerLost, Connection, Line, TransportFailure
from mock_knock.service import World
from mock_knock.web.problems import API, Problem

CONNECTION: Final = "mock_knock.connection"
"""The server's connection, or its line, in the environment of a request."""
TIMEOUT: Final = "mock_knock.timeout"
"""The seconds after which a client within the process gives up, in the environment of a request."""
_SENDING: Final = "mock_knock.sending"
_LOST: Mapping[WireKind, TransportFailure] = {
    WireKind.RESET: TransportFailure("reset", "the connection was cut before the answer was complete"),
    WireKind.EMPTY: TransportFailure("reset", "the connection was closed without an answer"),
    WireKind.GARBAGE: TransportFailure("reset", "what came is no HTTP"),
    WireKind.BAD_CHUNK: TransportFailure("broken", "the answer is not valid HTTP"),
    WireKind.SHORT: TransportFailure("broken", "the answer is shorter than it says"),
    WireKind.REFUSE: TransportFailure("reset", "the connection was cut as the target went down"),
    WireKind.HANG: TransportFailure("reset", "the connection was closed without an answer"),
}
"""What the harness's own transport says of each over a network."""
_DOWN: Final = TransportFailure("refused", "no connection: the target is down")
_LATE: Final = TransportFailure("timeout", "no answer in time")

Start = Callable[..., Any]
_log: Final = logging.getLogger("mock_knock.access")


@dataclass(frozen=True, slots=True)
class Sending:
    """How one answer is sent: after `wait` seconds on the clock of its world, in pieces, with a fault of the wire."""

    world: World
    wait: float = 0.0
    dribble: Dribble | None = None
    wire: WireFault | None = None

    def put(self, environ: MutableMapping[str, Any]) -> None:
        """Leave it for the application that sends."""
        environ[_SENDING] = self

    def pass_time(self, seconds: float) -> float:
        """Let time pass in the world, and return the real seconds to wait for it."""
        with self.world.lock:
            return self.world.clock.pass_time(seconds)


class _Held:
    """An answer that has begun and was not sent yet."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers = status, headers
        return lambda _data: None

    def head(self, *fields: str, without: str = "") -> bytes:
        """Return the head of the answer with some fields more and one less; where nothing was done, that of a 200."""
        status = "200 OK" if self.status.startswith("0") else self.status
        lines = [f"{name}: {value}" for name, value in self.headers if name.lower() != without]
        return "\r\n".join((f"HTTP/1.1 {status}", *lines, *fields, "", "")).encode("latin-1")


@dataclass(frozen=True, slots=True)
class _Moment:
    """An instant on the clock that a world has; a reset of the world gives it another one."""

    world: World
    clock: Clock
    at: datetime

    @classmethod
    def after(cls, seconds: float, world: World) -> _Moment:
        """Return the instant so many seconds from now."""
        return cls(world, world.clock, world.clock.now() + timedelta(seconds=seconds))

    @property
    def is_known(self) -> bool:
        """Whether the world still goes by that clock."""
        return self.world.clock is self.clock

    @property
    def is_ahead(self) -> bool:
        """Whether it has not come yet."""
        return self.clock.now() < self.at


class SendingApplication:
    """A WSGI application whose answers leave as faults have it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._down: _Moment | None = None
        self._doomed: _Moment | None = None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        line: Line | None = environ.get(CONNECTION)
        if line is None and environ["PATH_INFO"].startswith("/v1/"):
            self._check_outage()
        held = _Held()
        chunks = self._application(environ, held.start)
        sending: Sending | None = environ.get(_SENDING)
        if sending is None:
            start(held.status, held.headers)
            return chunks
        body = b"".join(chunks)
        if line is None:
            return self._send_within(sending, held, body, environ, start)
        if isinstance(line, Connection):
            return _send_on(line, sending, held, body, start)
        return _send_along(line, sending, held, body, start)

    def _check_outage(self) -> None:
        """Let a request fail within the process while the fake is down, or because its connection is doomed."""
        doomed, self._doomed = self._doomed, None
        if doomed is not None and doomed.is_known:
            raise AnswerLost(_LOST[WireKind.RESET])
        if self._down is not None and self._down.is_known and self._down.is_ahead:
            raise AnswerLost(_DOWN)

    def _send_within(
        self, sending: Sending, held: _Held, body: bytes, environ: Mapping[str, Any], start: Start
    ) -> Iterable[bytes]:
        wire = sending.wire
        patience = _pass(sending, sending.wait, environ.get(TIMEOUT, inf))
        if wire is not None:
            patience = self._break_within(sending, wire, patience)
        if sending.dribble is not None:
            _pass(sending, sending.dribble.total(len(body)), patience)
        start(held.status, held.headers)
        return [body]

    def _break_within(self, sending: Sending, wire: WireFault, patience: float) -> float:
        match wire.kind:
            case WireKind.CLOSE_IDLE:
                self._doomed = _Moment.after(0.0, sending.world)
            case WireKind.SLOW_ACCEPT:  # whoever comes next waits, not who is being answered
                _pass(sending, wire.seconds, inf)
            case WireKind.SLOW_CLOSE | WireKind.HANG:
                patience = _pass(sending, wire.seconds, patience)
            case WireKind.REFUSE:
                self._down = _Moment.after(wire.seconds, sending.world)
        if not wire.delivers:
            raise AnswerLost(_LOST[wire.kind])
        return patience


def _pass(sending: Sending, seconds: float, patience: float) -> float:
    """Let time pass within the process, and return for how many seconds the client still waits.

    Raises:
        AnswerLost: it gives up before.
    """
    if real := sending.pass_time(min(seconds, patience)):
        sleep(real)
    if seconds > patience:
        raise AnswerLost(_LATE)
    return patience - seconds


def _send_on(connection: Connection, sending: Sending, held: _Held, body: bytes, start: Start) -> Iterable[bytes]:
    wire = sending.wire
    if not connection.wait(sending.pass_time(sending.wait)):
        connection.close()
        return []
    if wire is not None:
        _BREAKS[wire.kind](connection, wire, held, body, sending)
        if wire.kind not in {WireKind.CLOSE_IDLE, WireKind.SLOW_ACCEPT}:
            return []
    start(held.status, held.headers)
    return [body] if sending.dribble is None else _pieces(connection, sending.dribble, body, sending)


def _send_along(line: Line, sending: Sending, held: _Held, body: bytes, start: Start) -> Iterable[bytes]:
    """Send on a line that can be waited on and not be broken."""
    if sending.wire is not None:
        return _tell_undeliverable(sending.wire, held, start)
    line.wait(sending.pass_time(sending.wait))
    start(held.status, held.headers)
    return [body] if sending.dribble is None else _pieces(line, sending.dribble, body, sending)


def _tell_undeliverable(wire: WireFault, held: _Held, start: Start) -> Iterable[bytes]:
    """Answer that a fault cannot happen here, whatever it is that would have been answered."""
    message = f"This server cannot deliver a fault of the wire ({wire.kind}): start it without --server"
    problem = Problem(501, "fault_undeliverable", message, type_=API)
    _log.warning("%d %s: %s", problem.status, problem.envelope["code"], problem)
    body = orjson.dumps(problem.envelope)
    kept = [each for each in held.headers if each[0].lower() == "x-request-id"]
    start("501 Not Implemented", [*kept, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _pieces(line: Line, dribble: Dribble, body: bytes, sending: Sending) -> Iterator[bytes]:
    for begin in range(0, len(body), dribble.size):
        if begin and not line.wait(sending.pass_time(dribble.every)):
            return
        yield body[begin : begin + dribble.size]


Break = Callable[[Connection, WireFault, _Held, bytes, Sending], None]


def _send_garbage(connection: Connection, _wire: WireFault, _held: _Held, body: bytes, _sending: Sending) -> None:
    connection.send(b"\x00" + blake2b(body, digest_size=63).digest())
    connection.close()


def _send_bad_chunk(connection: Connection, _wire: WireFault, held: _Held, body: bytes, _sending: Sending) -> None:
    piece = body[: max(1, len(body) // 2)] or b"{"
    head = held.head("Transfer-Encoding: chunked", without="content-length")
    connection.send(head + b"%x\r\n" % len(piece) + piece + b"\r\nno size\r\n")
    connection.close()


def _send_short(connection: Connection, _wire: WireFault, held: _Held, body: bytes, _sending: Sending) -> None:
    whole = body or b'{"cut":"off"}'
    connection.send(held.head(f"Content-Length: {len(whole)}", without="content-length") + whole[: len(whole) // 2])
    connection.close()


def _send_and_linger(connection: Connection, wire: WireFault, held: _Held, body: bytes, sending: Sending) -> None:
    connection.send(held.head("Connection: close", without="content-length") + body)
    connection.wait(sending.pass_time(wire.seconds), has_answer=False)
    connection.close()


def _hang(connection: Connection, wire: WireFault, _held: _Held, _body: bytes, sending: Sending) -> None:
    connection.wait(_real_seconds(wire, sending), has_answer=False)
    connection.close()


def _real_seconds(wire: WireFault, sending: Sending) -> float:
    """Return the real seconds that a fault lasts; where time stands they are real ones."""
    return wire.seconds if sending.world.clock.is_standing else sending.pass_time(wire.seconds)


_BREAKS: Mapping[WireKind, Break] = {
    WireKind.RESET: lambda connection, *_: connection.reset(),
    WireKind.EMPTY: lambda connection, *_: connection.close(),
    WireKind.GARBAGE: _send_garbage,
    WireKind.BAD_CHUNK: _send_bad_chunk,
    WireKind.SHORT: _send_short,
    WireKind.HANG: _hang,
    WireKind.SLOW_CLOSE: _send_and_linger,
    WireKind.CLOSE_IDLE: lambda connection, *_: connection.doom(),
    WireKind.REFUSE: lambda connection, wire, _held, _body, sending: connection.refuse_all(
        _real_seconds(wire, sending)
    ),
    WireKind.SLOW_ACCEPT: lambda connection, wire, _held, _body, sending: connection.ignore_new(
        _real_seconds(wire, sending)
    ),
}
