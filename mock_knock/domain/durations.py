"""Durations as people write them: `10s`, `250ms`, `5m`, `1h`, or a number of seconds."""

from __future__ import annotations

import re

from mock_knock.domain.reading import MAX_NUMBER, Reader
from mock_knock.messages import JsonValue

_DURATION = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?) ?(?P<unit>ms|s|m|h)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(value: JsonValue) -> float | None:
    """Return a duration in seconds, or None when the value is none, or is longer than a year."""
    seconds: float | None = None
    if isinstance(value, str) and (found := _DURATION.fullmatch(value)):
        seconds = round(float(found["number"]) * _SECONDS[found["unit"]], 6)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER:
        seconds = float(value)  # a larger one may be too large for that
    return seconds if seconds is not None and 0 <= seconds <= MAX_NUMBER else None


def read_duration(reader: Reader, value: JsonValue, at: str, *, most: float = MAX_NUMBER) -> float:
    """Return a duration in seconds; one that cannot be used is reported, and is zero."""
    seconds = parse_duration(value)
    if seconds is None or seconds > most:
        name = at.rpartition("/")[2]
        limit = "a year" if most == MAX_NUMBER else f"{most:g} s"
        reader.report(
            at, f"'{name}' must be a duration of at most {limit}", "write it like `250ms`, `10s`, `5m` or `1h`"
        )
        return 0.0
    return seconds


def write_duration(seconds: float) -> float:
    """Return the written form of a duration: a number of seconds."""
    return int(seconds) if seconds == int(seconds) else seconds
