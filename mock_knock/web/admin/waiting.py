"""Waiting for requests to come: as long as it takes, the client is there, and the server does not end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Final

from mock_knock.domain.journal import JournalEntry
from mock_knock.messages import Connection
from mock_knock.service import World
from mock_knock.web.current import current_request
from mock_knock.web.sending import CONNECTION

LOOK_SECONDS: Final = 0.1
"""How often a wait looks whether there is still somebody to wait for it."""


class Patience:
    """How long the current request waits: real time uses it up, a client that goes, and the end of the server."""

    def __init__(self, seconds: float) -> None:
        self._connection: Connection | None = current_request().environ.get(CONNECTION)
        self._end = monotonic() + seconds

    def held(self) -> AbstractContextManager[None]:
        """Return the length of the wait, in which others are answered by another thread."""
        return nullcontext() if self._connection is None else self._connection.held()

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return monotonic() >= self._end or (self._connection is not None and self._connection.is_over())

    def wait(self, world: World) -> None:
        """Let some time pass, or less when something comes; the caller holds the lock of the world."""
        world.arrivals.wait(max(0.0, min(self._end - monotonic(), LOOK_SECONDS)))


def entries_after(world: World, number: int) -> Iterator[JournalEntry]:
    """Yield the entries of the journal that are newer than a number, oldest first."""
    with world.lock:
        if number < world.journal.total:
            yield from (each for each in world.journal if each.number > number)
