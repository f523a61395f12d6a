"""The connection of a request on waitress, as faults of the wire use it (DESIGN section 10)."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from time import monotonic
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from mock_knock.web.sending import CONNECTION

LOOK_SECONDS = 0.1
"""How often a wait looks whether the client has gone, and an outage whether its port is free again."""
_CUT = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends RST."""


class FaultyTask(WSGITask):
    """Hands the connection of its request to the application."""

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

    def wait(self, seconds: float) -> bool:
        """Let real time pass; False says at once that the client has gone or that the server ends."""
        if seconds <= 0:
            return True
        server, until = self._channel.server, monotonic() + seconds
        with server.another_thread():
            while (left := until - monotonic()) > 0:
                if server.ending.wait(min(left, LOOK_SECONDS)) or self._is_gone():
                    return False
        return True

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

    def _is_gone(self) -> bool:
        with suppress(BlockingIOError):
            try:
                return not self._channel.socket.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                raise
            except OSError:
                return True
        return False


def cut_off_when_closed(channel: HTTPChannel) -> None:
    """See to it that closing a connection sends RST."""
    with suppress(OSError):
        channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
