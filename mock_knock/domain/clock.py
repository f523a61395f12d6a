"""Clocks that a world can read and move; where the real time comes from is decided outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""No clock is moved beyond it, so that the instants that follow from its time stay within the calendar."""


class Clock(Protocol):
    """What the rules may ask of time: aware UTC instants that never go back."""

    def now(self) -> datetime:
        """Return the current instant of this world."""
        ...

    def advance(self, seconds: float) -> None:
        """Move this world forward; `seconds` must not be negative."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move this world forward to an instant; one that has passed changes nothing."""
        ...


class ManualClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the instant it was last moved to."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward; raises ValueError when `seconds` is negative."""
        self._now += _forward(seconds)

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant; one that has passed changes nothing."""
        self._now = max(self._now, instant)


class OffsetClock:
    """A clock that follows `source`, `factor` times as fast, plus everything it was advanced by.

    It begins at `begin`, or where its source stands.
    """

    def __init__(self, source: Callable[[], datetime], *, factor: float = 1.0, begin: datetime | None = None) -> None:
        self._source = source
        self._factor = factor
        self._origin = source()
        self._latest = self._origin
        self._offset = timedelta() if begin is None else begin - self._origin

    def now(self) -> datetime:
        """Return the scaled instant; while the source lags behind, only `advance` moves this clock."""
        self._latest = max(self._latest, self._source())
        passed = (self._latest - self._origin) * self._factor + self._offset
        return self._origin + min(passed, LATEST - self._origin)

    def advance(self, seconds: float) -> None:
        """Move forward on top of the source; raises ValueError when `seconds` is negative."""
        self._offset += _forward(seconds)

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant; one that has passed changes nothing."""
        self._offset += max(timedelta(), instant - self.now())


def _forward(seconds: float) -> timedelta:
    if seconds < 0:
        raise ValueError("a clock goes forward only")
    return timedelta(seconds=seconds)
