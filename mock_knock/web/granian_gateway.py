"""What granian reads of a request as WSGI has it, and what the application answers as granian sends it.

Granian has a gateway of its own, which lays the variables of this process's environment among those of the request, so
that its journal would show `HTTP_PROXY` as a header field; and it gives a body that was cut off for a whole one.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from queue import SimpleQueue
from threading import Event
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import orjson

from mock_knock.web.pipeline import MAX_BODY_BYTES
from mock_knock.web.problems import API, Problem, request_too_large
from mock_knock.web.sending import CONNECTION
from mock_knock.web.server import MAX_READ_BYTES

_BESIDE_SLASHES: Final = "!$&'()*+,:;=@~"
"""What need not be percent-encoded in a part of a path (RFC 3986 section 3.3)."""
_OF_WORKFLOW: Final = re.compile(r"(/v1/workflows/)(.+)(/(?:trigger|cancel))", re.DOTALL)
_PLAIN: Final = re.compile(r"/(?!v1/workflows/[^/]*/.*/)[0-9A-Za-z/_.-]*", re.ASCII)
"""Paths that have nothing to be percent-encoded, slashes within the key of a workflow included."""
_log: Final = logging.getLogger("mock_knock")


class GranianLine:
    """A request that is answered in a thread of granian, of which only some work at a time; whoever waits does not.

    Granian starts as many threads as there are requests, and many that work at once hinder each other. Whether a client
    is still there it does not tell.
    """

    __slots__ = ("_ending", "_has_turn", "_turns")

    def __init__(self, ending: Event, turns: SimpleQueue[None]) -> None:
        self._ending = ending
        self._turns = turns
        self._has_turn = False

    def take_turn(self) -> None:
        """Wait until there is a turn to work."""
        self._turns.get()
        self._has_turn = True

    def end_turn(self) -> None:
        """Give the turn to another request, if it is still there."""
        if self._has_turn:
            self._has_turn = False
            self._turns.put(None)

    def wait(self, seconds: float, *, has_answer: bool = True) -> bool:  # noqa: ARG002  # there always is an answer
        """Let real time pass; when the server ends, the rest of it is left out."""
        if seconds > 0:
            with self.held():
                self._ending.wait(seconds)
        return True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let others work for the length of a `with` block."""
        had_turn = self._has_turn
        self.end_turn()
        try:
            yield
        finally:
            if had_turn:
                self.take_turn()

    def is_over(self) -> bool:
        """Tell whether the server ends."""
        return self._ending.is_set()


class _Started:
    """Status and header fields of an answer, as granian wants them."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = 200
        self.headers: list[tuple[str, str]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers


class GranianGateway:
    """Answers what granian has read, by a WSGI application, of which so many calls go on at a time."""

    def __init__(self, application: Callable[..., Iterable[bytes]], ending: Event, *, at_once: int) -> None:
        self._application = application
        self._ending = ending
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(at_once):
            self._turns.put(None)
        self._always: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def __call__(self, protocol: Any, environ: dict[str, Any]) -> None:
        """Answer one request, of which granian gives what differs from one to the next."""
        environ.update(self._always)
        environ["REQUEST_URI"] = sent_uri(environ["PATH_INFO"], environ["QUERY_STRING"])
        environ[CONNECTION] = line = GranianLine(self._ending, self._turns)
        try:
            take_body(environ)
            self._answer(protocol, environ, line)
        except Problem as problem:
            _tell(protocol, problem)
        except Exception:  # noqa: BLE001  # as waitress does: whatever it is, there is an answer
            _log.exception("internal error")
            _tell(protocol, Problem(500, "internal_error", "Internal Server Error: see the log", type_=API))
        finally:
            line.end_turn()

    def _answer(self, protocol: Any, environ: dict[str, Any], line: GranianLine) -> None:
        started = _Started()
        line.take_turn()
        answer = self._application(environ, started)
        line.end_turn()
        if isinstance(answer, list):
            protocol.response_bytes(started.status, started.headers, b"".join(answer))
        else:
            protocol.response_iter(started.status, started.headers, _pieces(answer))


def _pieces(answer: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an answer piece by piece, and close it in the end, as WSGI asks."""
    try:
        yield from answer
    finally:
        if (close := getattr(answer, "close", None)) is not None:
            close()


def _tell(protocol: Any, problem: Problem) -> None:
    """Answer in place of the application."""
    headers = [("Content-Type", "application/json"), ("x-request-id", str(uuid4()))]
    protocol.response_bytes(problem.status, headers, orjson.dumps(problem.envelope))


def take_body(environ: MutableMapping[str, Any]) -> None:
    """Read the body of a request, which then has a length, however it was sent.

    Raises:
        Problem: 413 for one that is as large as what is read at most, 400 for one that was cut off.
    """
    stream = environ["wsgi.input"]
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
        body: bytes = stream.read(MAX_READ_BYTES)
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        body = _declared_body(stream, int(environ.get("CONTENT_LENGTH", "0")))
    if len(body) >= MAX_READ_BYTES:
        raise request_too_large(MAX_BODY_BYTES)
    environ["wsgi.input"] = BytesIO(body)


def _declared_body(stream: Any, length: int) -> bytes:
    if length >= MAX_READ_BYTES:
        raise request_too_large(MAX_BODY_BYTES)
    body: bytes = stream.read() if length else b""
    if len(body) < length:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", "The body is shorter than its Content-Length")
    return body


def sent_uri(path: str, query: str) -> str:
    """Return path and query as a client has most likely sent them: granian gives the path only decoded.

    A slash within the key of a workflow counts as sent encoded, as it has to be.
    """
    if _PLAIN.fullmatch(path) is not None:
        return f"{path}?{query}" if query else path
    raw = path.encode("latin-1")
    uri = quote(raw, safe=f"/{_BESIDE_SLASHES}")
    if (found := _OF_WORKFLOW.fullmatch(path)) is not None:
        head, key, tail = found.groups()
        uri = head + quote(key.encode("latin-1"), safe=_BESIDE_SLASHES) + tail
    return f"{uri}?{query}" if query else uri
