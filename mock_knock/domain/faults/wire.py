"""Faults of the connection itself: what a client sees instead of an answer, or after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class WireKind(StrEnum):
    """What happens to the connection."""

    RESET = "reset"
    EMPTY = "empty"
    GARBAGE = "garbage"
    BAD_CHUNK = "bad_chunk"
    SHORT = "short"
    HANG = "hang"
    REFUSE = "refuse"
    CLOSE_IDLE = "close_idle"
    SLOW_CLOSE = "slow_close"
    SLOW_ACCEPT = "slow_accept"


ALIASES: Final[Mapping[str, WireKind]] = MappingProxyType(
    {
        "CONNECTION_RESET_BY_PEER": WireKind.RESET,
        "EMPTY_RESPONSE": WireKind.EMPTY,
        "MALFORMED_RESPONSE_CHUNK": WireKind.BAD_CHUNK,
        "RANDOM_DATA_THEN_CLOSE": WireKind.GARBAGE,
    }
)
"""The names that WireMock has for them."""

DELIVERING: Final = frozenset({WireKind.CLOSE_IDLE, WireKind.SLOW_CLOSE, WireKind.SLOW_ACCEPT})
"""Those whose answer arrives all the same."""
LASTING: Final[Mapping[WireKind, float]] = MappingProxyType(
    {WireKind.HANG: 3_600.0, WireKind.REFUSE: 2.0, WireKind.SLOW_CLOSE: 1.0, WireKind.SLOW_ACCEPT: 1.0}
)
"""Those that take time, and how many seconds unless the fault says so."""


@dataclass(frozen=True, slots=True)
class WireFault:
    """What happens to the connection, and for how many seconds where it takes time."""

    kind: WireKind
    seconds: float = 0.0

    @property
    def delivers(self) -> bool:
        """Whether the answer arrives all the same."""
        return self.kind in DELIVERING
