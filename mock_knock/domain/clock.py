"""Clocks that a world can read and move; where the real time comes from is decided outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from mock_knock.messages import JsonValue

LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""No clock is moved beyond it, so that the instants that follow from its time stay within the calendar."""


_FINE_OFFSET: Final = re.compile(r"[+-]\d\d:?\d\d:?\d\d(?:[.,]\d+)?")
"""A time zone with seconds, which RFC 3339 does not have; Python takes those below a second for UTC."""


def parse_instant(value: JsonValue) -> datetime | None:
    """Return an instant of RFC 3339 in UTC, or None for what is none or lies beyond `LATEST`."""
    try:
        found = datetime.fromisoformat(value)
        if _FINE_OFFSET.search(value, 10) is not None:  # behind the date
            return None
        return found.astimezone(UTC) if found.tzinfo is not None and found <= LATEST else None
    except (TypeError, ValueError, OverflowError):  # the last near the ends of the calendar
        return None


class Clock(Protocol):
    """What the rules may ask of time: aware UTC instants that go back with all facts or not at all."""

    def now(self) -> datetime:
        """Return the current instant of this world."""
        ...

    def advance(self, seconds: float) -> None:
        """Move this world forward; `seconds` must not be negative."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move this world forward to an instant; one that has passed changes nothing."""
        ...

    def set_to(self, instant: datetime) -> None:
        """Put this world at an instant, back or forward, together with all its facts."""
        ...

    def pass_time(self, seconds: float) -> float:
        """Let time pass that somebody waits for, and return the real seconds to wait for it.

        A clock that stands is moved instead, and there is nothing to wait for.
        """
        ...

    @property
    def is_standing(self) -> bool:
        """Whether it moves only when it is moved."""
        ...

    def freeze(self) -> None:
        """Let it stand until it is resumed."""
        ...

    def resume(self) -> None:
        """Let it go on from where it stands; one that never goes by itself stays where it is."""
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

    def set_to(self, instant: datetime) -> None:
        """Stand at an instant."""
        self._now = instant

    def pass_time(self, seconds: float) -> float:
        """Move forward; there is nothing to wait for."""
        self.advance(seconds)
        return 0.0

    @property
    def is_standing(self) -> bool:
        """Always."""
        return True

    def freeze(self) -> None:
        """Change nothing: it stands."""

    def resume(self) -> None:
        """Change nothing: it never goes by itself."""


class OffsetClock:
    """A clock that follows `source`, `factor` times as fast, plus everything it was advanced by.

    It begins at `begin`, or where its source stands.
    """

    def __init__(self, source: Callable[[], datetime], *, factor: float = 1.0, begin: datetime | None = None) -> None:
        self._source = source
        self._factor = factor
        self._origin = source()
        self._latest = self._origin
        self._room = LATEST - self._origin
        self._offset = timedelta() if begin is None else begin - self._origin
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the scaled instant; while the source lags behind, only `advance` moves this clock."""
        if self._frozen_at is not None:
            return self._frozen_at
        if self._factor == 1 and not self._offset:  # as it mostly is
            return min(self._read(), LATEST)
        return self._origin + min(self._room, self._passed() + self._offset)

    def _read(self) -> datetime:
        found = self._source()
        if found < self._latest:
            return self._latest
        self._latest = found
        return found

    def _passed(self) -> timedelta:
        passed = self._read() - self._origin
        return passed if self._factor == 1 else passed * self._factor

    def _go_on_from(self, instant: datetime) -> None:
        """Run from an instant on, also where the time so far has led beyond the calendar."""
        self._offset = instant - self._origin - self._passed()

    def advance(self, seconds: float) -> None:
        """Move forward on top of the source; raises ValueError when `seconds` is negative."""
        self._move(_forward(seconds))

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant; one that has passed changes nothing."""
        self._move(max(timedelta(), instant - self.now()))

    def set_to(self, instant: datetime) -> None:
        """Go on, or stand, from an instant."""
        if self._frozen_at is None:
            self._go_on_from(instant)
        else:
            self._frozen_at = instant

    def _move(self, length: timedelta) -> None:
        if self._frozen_at is None:
            self._offset += length
        else:
            self._frozen_at = min(self._frozen_at + length, LATEST)

    def pass_time(self, seconds: float) -> float:
        """Return the real seconds that its time takes; frozen, move forward instead."""
        if self._frozen_at is None:
            return seconds / self._factor
        self.advance(seconds)
        return 0.0

    @property
    def is_standing(self) -> bool:
        """Whether it is frozen."""
        return self._frozen_at is not None

    def freeze(self) -> None:
        """Let it stand until it is resumed."""
        self._frozen_at = self.now()

    def resume(self) -> None:
        """Let it go on from where it stands."""
        if self._frozen_at is not None:
            self._go_on_from(self._frozen_at)
            self._frozen_at = None


def _forward(seconds: float) -> timedelta:
    if seconds < 0:
        raise ValueError("a clock goes forward only")
    return timedelta(seconds=seconds)
