"""The server for load: granian, most of which is compiled code; it cannot deliver faults of the wire.

It runs in threads of this process, so that state, log and garbage collection are those of everything else. Granian's
own command starts a process for each worker, and lets two servers share one port without a word (`SO_REUSEPORT`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from socket import IPPROTO_TCP, TCP_NODELAY, socket
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any, Final

from granian import _granian
from granian.http import HTTP1Settings

from mock_knock.web.address import listen, name_in_urls
from mock_knock.web.granian_gateway import GranianGateway
from mock_knock.web.server import DRAIN_SECONDS, MAX_WAITING

BACKLOG: Final = 1024
IDLE_SECONDS: Final = 120
"""After so long a connection on which nothing comes is closed, as waitress does."""
THREADS: Final = 4
"""Requests that are carried out at one time; more of them would hinder each other."""
LOOK_SECONDS: Final = 1.0
"""How often it is looked whether to end; a signal is heard at once, except on Windows."""
_GRANIAN: Final[Any] = _granian
"""Its compiled part, whose own description of its types is older than itself."""
_NO_LOOP: Final = SimpleNamespace(call_soon=None)
"""What granian wants of an event loop, in which nothing of WSGI runs."""


class GranianServer:
    """One listening socket and the threads of granian."""

    def __init__(self, application: Callable[..., Iterable[bytes]], listener: socket) -> None:
        self._ending = Event()
        self._stops: SimpleQueue[None] = SimpleQueue()  # can be put into from a signal handler, unlike an Event
        self._gateway = GranianGateway(application, self._ending, at_once=THREADS)
        self._listener = listener
        host, port, *_ = listener.getsockname()
        self.url = f"http://{name_in_urls(host)}:{port}"

    def stop(self) -> None:
        """Make `run` return, from any thread or from a signal handler; afterwards it does nothing."""
        self._stops.put(None)

    def close(self) -> None:
        """Give the port free, of a server that never ran."""
        self._listener.close()

    def run(self) -> None:
        """Serve until `stop`, finish the answers under way, then close everything.

        Raises:
            KeyboardInterrupt: passed on once everything is closed.
        """
        signal, ended = _GRANIAN.WorkerSignal(), Event()
        signal.add_cb(ended.set)
        scheduler = _GRANIAN.CallbackScheduler(_NO_LOOP, self._gateway, None, None, None)
        # elsewhere than in the main thread: it logs by way of Python, where a signal would be raised in the midst of it
        begin = _worker(self._listener).serve_mtr
        Thread(target=begin, args=(scheduler, _NO_LOOP, signal), name="granian").start()
        try:
            self._wait()
        finally:
            self._ending.set()
            signal.set()
            ended.wait(DRAIN_SECONDS)

    def _wait(self) -> None:
        while True:
            try:
                return self._stops.get(timeout=LOOK_SECONDS)
            except Empty:
                continue


def open_granian(application: Callable[..., Iterable[bytes]], *, host: str, port: int) -> GranianServer:
    """Bind a port and return the server, ready to run.

    Raises:
        UsageError: `port-in-use`, or `address-unusable` for a host that is not this machine's.
    """
    listener = listen(host, port, backlog=BACKLOG)
    listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # connections inherit it
    return GranianServer(application, listener)


def _worker(listener: socket) -> Any:
    """Return granian's server on a socket, which is its own from then on.

    Threads that answer are started as they are needed, since a delay holds one for its length.
    """
    return _GRANIAN.WSGIWorker(
        1,
        (None, _socket_holder(listener.detach())),
        None,
        threads=1,
        py_threads=THREADS + MAX_WAITING,
        backpressure=2 * MAX_WAITING,
        http_mode="1",
        http1_opts=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1_000),
    )


def _socket_holder(descriptor: int) -> Any:
    """Return what granian keeps a socket in; what it wants to know depends on the system."""
    if sys.platform == "win32":
        return _GRANIAN.SocketHolder(descriptor)
    is_unix_socket = False
    if sys.platform == "darwin":
        return _GRANIAN.SocketHolder(descriptor, is_unix_socket)
    return _GRANIAN.SocketHolder(descriptor, is_unix_socket, BACKLOG)
