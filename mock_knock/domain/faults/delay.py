"""Time that passes before or while an answer is sent. All chance comes in as a number from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from statistics import NormalDist
from typing import Final, TypeAlias

MAX_DELAY: Final = 3_600.0
"""Seconds; a longer wait is a hang."""
PIECE_SECONDS: Final = 0.05
"""How often a bandwidth lets something through."""


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """Always the same time, in seconds."""

    seconds: float

    def wait(self, _chance: float) -> float:
        """Return the seconds to wait."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class UniformDelay:
    """A time between two bounds, in seconds, each as likely as the other."""

    least: float
    most: float

    def wait(self, chance: float) -> float:
        """Return the seconds to wait."""
        return self.least + (self.most - self.least) * chance


@dataclass(frozen=True, slots=True)
class LognormalDelay:
    """A time as latencies are: half of them below `median` seconds, some far above; `sigma` is how far."""

    median: float
    sigma: float

    def wait(self, chance: float) -> float:
        """Return the seconds to wait, at most an hour."""
        inner = min(max(chance, 1e-9), 1 - 1e-9)
        return min(MAX_DELAY, self.median * exp(self.sigma * NormalDist().inv_cdf(inner)))


@dataclass(frozen=True, slots=True)
class Dribble:
    """An answer that comes in pieces of `size` bytes, one each `every` seconds."""

    size: int
    every: float

    @classmethod
    def of_bandwidth(cls, bytes_a_second: float) -> Dribble:
        """Return the dribble that lets so many bytes through in a second."""
        size = max(1, int(bytes_a_second * PIECE_SECONDS))
        return cls(size, round(size / bytes_a_second, 6))

    def wait(self, _chance: float) -> float:
        """Return the seconds to wait before the first byte: none."""
        return 0.0

    def total(self, length: int) -> float:
        """Return the seconds that an answer of so many bytes takes."""
        return max(0, -(-length // self.size) - 1) * self.every


Delay: TypeAlias = FixedDelay | UniformDelay | LognormalDelay | Dribble
