"""Times in which a server takes no connections; they are carried out by the thread that owns its sockets."""

from __future__ import annotations

import socket
from math import inf
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from mock_knock.web.connection import LOOK_SECONDS, cut_off_when_closed

if TYPE_CHECKING:
    from mock_knock.web.server import Server


class Outages:
    """The outages of one server: it is down, so that connections are refused, or takes none, so that they wait."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = Lock()
        self._down_until = 0.0
        self._deaf_until = 0.0
        self._is_down = self._is_deaf = self._must_go_down = False

    def refuse(self, seconds: float) -> None:
        """Go down for so long, from any thread; every connection is cut off, however short it is."""
        with self._lock:
            self._down_until = max(self._down_until, monotonic() + seconds)
            self._must_go_down = True
        self._server.wake()

    def ignore(self, seconds: float) -> None:
        """Take no connections for so long, from any thread."""
        with self._lock:
            self._deaf_until = max(self._deaf_until, monotonic() + seconds)
        self._server.wake()

    def left(self) -> float:
        """Return the seconds until something that has begun ends, or infinity; what should have ended by now has 0."""
        ends = [end for end, is_on in ((self._down_until, self._is_down), (self._deaf_until, self._is_deaf)) if is_on]
        return max(0.0, min(ends, default=inf) - monotonic())

    def keep(self) -> None:
        """Begin and end what is due; only the thread that owns the sockets calls it."""
        now = monotonic()
        if (is_deaf := now < self._deaf_until) is not self._is_deaf:
            self._is_deaf = is_deaf
            self._server.accepting = self._may_accept()
        with self._lock:
            is_down = now < self._down_until or self._must_go_down
            self._must_go_down = False
        if is_down is not self._is_down:
            self._is_down = is_down
            if is_down:
                self._go_down()
            elif not self._server.ending.is_set():
                self._come_up()

    def _may_accept(self) -> bool:
        return not (self._is_deaf or self._is_down or self._server.ending.is_set())

    def _go_down(self) -> None:
        server = self._server
        server.accepting = False
        server.del_channel()
        server.socket.close()
        for channel in tuple(server.active_channels.values()):
            cut_off_when_closed(channel)
            channel.handle_close()

    def _come_up(self) -> None:
        """Listen again; where the port cannot be had, stay down and look again soon."""
        server = self._server
        try:
            server.create_socket(server.family, server.socktype)
        except OSError:  # too many files
            self._stay_down()
            return
        if server.family == socket.AF_INET6:
            server.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.set_reuse_addr()
        try:
            server.bind(server.bound_address)
            server.accept_connections()
        except OSError:  # somebody else has taken the port
            server.del_channel()
            server.socket.close()
            self._stay_down()
        else:
            server.accepting = self._may_accept()

    def _stay_down(self) -> None:
        self._is_down = True
        self.refuse(LOOK_SECONDS)
