"""Which thread waits for requests: one at a time, and it answers them itself, so that none is handed to another.

Where an answer takes long, because a fault delays it or because there is much to do, another thread goes on in place of
the first one, which finishes its answer alone (the pattern is known as leader and followers).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Lock, Thread, current_thread, get_ident
from time import monotonic
from typing import Protocol

PATIENCE_SECONDS = 0.05
"""How long an answer may take before another thread leads."""
MOST_IDLE = 4
"""Threads that are kept for the next time; others end."""
_log = logging.getLogger("mock_knock")


class Task(Protocol):
    """A request that waits for its answer."""

    def service(self) -> None:
        """Answer it."""
        ...

    def cancel(self) -> None:
        """Give it up."""
        ...


class _Term:
    """The time in which one thread leads; `since` is when the answer began that it is at."""

    __slots__ = ("is_over", "since", "thread")

    def __init__(self) -> None:
        self.thread: int | None = None
        self.since: float | None = None
        self.is_over = False


class Lead:
    """The threads of a server, of which one leads; waitress takes it for what it gives requests to.

    `turn` waits for what comes in, once; `goes_on` tells before each turn whether to take it. At most `most` threads
    answer: beyond them, who has the lead keeps it, and everybody waits.
    """

    def __init__(self, turn: Callable[[], None], goes_on: Callable[[], bool], *, most: int) -> None:
        self._turn, self._goes_on, self._most = turn, goes_on, most
        self._lock = Lock()
        self._ready: deque[Task] = deque()
        self._terms: SimpleQueue[_Term | None] = SimpleQueue()
        self._current = _Term()
        self._threads: list[Thread] = []
        self._idle = 0
        self._failure: BaseException | None = None
        self.ended = Event()

    @property
    def thread_count(self) -> int:
        """How many threads there are."""
        return len(self._threads)

    @property
    def followers(self) -> int:
        """How many threads finish an answer while another one leads."""
        with self._lock:
            return max(0, len(self._threads) - self._idle - 1)

    def start(self) -> None:
        """Let a thread lead."""
        with self._lock:
            self._begin_term()

    def add_task(self, task: Task) -> None:
        """Have a request answered; a thread that does not lead wakes the one that does afterwards."""
        self._ready.append(task)

    def is_mine(self) -> bool:
        """Tell whether the current thread leads."""
        return self._current.thread == get_ident()

    def hand_over(self) -> None:
        """Let another thread lead, if it is the current one that does: its answer takes long."""
        with self._lock:
            if self.is_mine():
                self._pass_on(self._current)

    def look(self) -> None:
        """Let another thread lead where the answer that the leading one is at takes long already.

        Raises:
            BaseException: what has ended the thread that led.
        """
        with self._lock:
            since = self._current.since
            if since is not None and monotonic() - since > PATIENCE_SECONDS:
                self._pass_on(self._current)
        if self._failure is not None:
            raise self._failure

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5.0) -> None:  # noqa: FBT001, FBT002  # of waitress
        """Let every thread end once it has answered, and wait for them for so many seconds."""
        with self._lock:
            threads = tuple(self._threads)
        for _ in threads:
            self._terms.put(None)
        deadline = monotonic() + timeout
        for each in threads:
            each.join(max(0.0, deadline - monotonic()))
        while cancel_pending and self._ready:
            self._ready.popleft().cancel()

    def _pass_on(self, term: _Term) -> None:
        """Begin another term, if the system gives another thread; the lock is held."""
        if len(self._threads) - self._idle <= self._most:
            with suppress(RuntimeError):
                self._begin_term()
                term.is_over = True

    def _begin_term(self) -> None:
        if self._idle:
            self._idle -= 1
        else:
            thread = Thread(target=self._work, name="mock-knock", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._current = _Term()
        self._terms.put(self._current)

    def _work(self) -> None:
        try:
            while (term := self._terms.get()) is not None and self._serve(term):
                pass
        except BaseException as error:  # noqa: BLE001  # whoever runs the server is told
            self._failure = error
            self.ended.set()

    def _serve(self, term: _Term) -> bool:
        """Lead until another thread does, or until the server ends, which returns False."""
        term.thread = get_ident()
        while self._goes_on():
            if not self._ready:
                self._turn()
                continue
            task = self._ready.popleft()
            term.since = monotonic()
            try:
                task.service()
            except Exception:  # noqa: BLE001  # waitress has answered what the application raised
                _log.exception("internal error")
            with self._lock:
                term.since = None
                if term.is_over:
                    return self._retire()
        self.ended.set()
        return False

    def _retire(self) -> bool:
        """Tell whether the thread, which leads no more, is kept; the lock is held."""
        if self._idle < MOST_IDLE:
            self._idle += 1
            return True
        self._threads.remove(current_thread())
        return False
