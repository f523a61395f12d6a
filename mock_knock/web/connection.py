"""The connection of a request on waitress, as faults of the wire use it (DESIGN section 10)."""

from __future__ import annotations

import select
import socket
import struct
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import lru_cache
from threading import Event
from time import monotonic
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask
from waitress.utilities import build_http_date

from mock_knock.web.sending import CONNECTION

LOOK_SECONDS = 0.1
"""How often a wait looks whether the client has gone."""
PATIENCE_SECONDS = 60.0
"""How long an answer is held for a client that has said that it sends nothing more."""
MAX_JOINED = 65_536
"""Bytes that are put behind the head of an answer to be sent at once."""
_WITH_BODY = ("200", "4")
"""How the status of an answer begins that has a body whatever was asked, if it has a length."""
_OF_SERVER = frozenset({"Connection", "Date", "Server"})
_CUT = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends RST."""


@lru_cache(maxsize=1_000)
def _capitalize(name: str) -> str:
    return "-".join([part.capitalize() for part in name.split("-")])


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    date: str = build_http_date(second)
    return date


def _name(field: tuple[str, str]) -> str:
    return field[0]


class FaultyTask(WSGITask):
    """Hands the connection of its request to the application."""

    def service(self) -> None:
        """Answer the request; what it came with is let go of at once, and not by the next garbage collection."""
        try:
            super().service()
        finally:
            self.environ = None  # which knows the connection, and that knows this task

    def build_response_header(self) -> bytes:
        """Return the head of the answer: that of a usual one as waitress would, and faster."""
        if not self._is_usual():
            head: bytes = super().build_response_header()
            return head
        fields = [(_capitalize(name), value) for name, value in self.response_headers]
        fields.append(("Date", _date(int(self.start_time))))
        fields.sort(key=_name)
        lines = "".join([f"{name}: {value}\r\n" for name, value in fields])
        return f"HTTP/1.1 {self.status}\r\n{lines}\r\n".encode("latin-1")

    def _is_usual(self) -> bool:
        """Tell whether an answer has a length and a body, says nothing of itself, and leaves the connection open."""
        return (
            self.version == "1.1"
            and self.status.startswith(_WITH_BODY)
            and not self.close_on_finish
            and "CONNECTION" not in self.request.headers
            and any(name == "Content-Length" for name, _ in self.response_headers)
            and not any(_capitalize(name) in _OF_SERVER for name, _ in self.response_headers)
        )

    def write(self, data: bytes) -> None:
        """Send a part of the answer, the first one together with the head unless it is large."""
        if self.wrote_header or len(data) > MAX_JOINED:
            super().write(data)
        else:
            self.channel.write_at_once(super().write, data)

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment."""
        environ: dict[str, Any] = super().get_environment()
        environ[CONNECTION] = ChannelConnection(self)
        return environ


class ChannelConnection:
    """A connection of waitress; everything but the bytes is left to the thread that owns its sockets."""

    def __init__(self, task: FaultyTask) -> None:
        self._task = task
        self._channel: HTTPChannel = task.channel

    def send(self, data: bytes) -> None:
        """Send bytes as they are; from then on nothing else is sent."""
        self._take_over()
        self._channel.write_soon(data)

    def close(self) -> None:
        """Close it once everything was sent."""
        self._take_over()
        self._task.close_on_finish = True

    def end(self) -> None:
        """Close it after the answer, and say so in the answer."""
        self._task.set_close_on_finish()

    def reset(self) -> None:
        """Cut it off (RST)."""
        cut_off_when_closed(self._channel)
        self.close()

    def wait(self, seconds: float, *, has_answer: bool = True) -> bool:
        """Let real time pass; False says at once that the client has gone or that the server ends.

        A client that has ended its own side may still read: while there is an answer, it is given a time of patience.
        """
        if seconds <= 0:
            return True
        server, begin = self._channel.server, monotonic()
        server.lead.hand_over()
        while (left := begin + seconds - monotonic()) > 0:
            may_read = has_answer and monotonic() < begin + PATIENCE_SECONDS
            if server.ending.wait(min(left, LOOK_SECONDS)) or is_gone(self._channel.socket, may_read=may_read):
                return False
        return True

    def held(self) -> AbstractContextManager[None]:
        """Return the length of a long answer, in which others are answered by another thread."""
        self._channel.server.lead.hand_over()
        return nullcontext()

    def is_over(self) -> bool:
        """Tell whether the client has gone or the server ends."""
        ending: Event = self._channel.server.ending
        return ending.is_set() or is_gone(self._channel.socket, may_read=True)

    def doom(self) -> None:
        """Cut it off as soon as another request comes in on it."""
        self._channel.is_doomed = True

    def refuse_all(self, seconds: float) -> None:
        """Cut off every connection of the server and let it refuse new ones for some real time."""
        self.reset()
        self._channel.server.outages.refuse(seconds)

    def ignore_new(self, seconds: float) -> None:
        """Let the server take no new connection for some real time; who comes waits."""
        self.end()
        self._channel.server.outages.ignore(seconds)

    def _take_over(self) -> None:
        task = self._task
        task.complete = task.wrote_header = True
        task.chunked_response = False


def is_gone(connection: socket.socket, *, may_read: bool) -> bool:
    """Tell whether the other side of a connection has gone; `may_read` is whether one that only listens has not.

    Only Linux tells the end of what a client sends, bytes unread, from the end of the client.
    """
    try:
        if sys.platform != "linux":
            return not connection.recv(1, socket.MSG_PEEK)
        watched = select.poll()
        watched.register(connection, select.POLLRDHUP)
        flags = next((each for _, each in watched.poll(0)), 0)
    except BlockingIOError:
        return False
    except (OSError, ValueError):  # it was closed here
        return True
    return bool(flags & ~select.POLLRDHUP) or (bool(flags) and not may_read)


def cut_off_when_closed(channel: HTTPChannel) -> None:
    """See to it that closing a connection sends RST."""
    with suppress(OSError):
        channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
