"""How much is stored and how often is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.goals import Goal
from benchmarks.growth.turns import Extent

FLAT: Final = Goal(1.1)
"""How many times as much a request may cost beside much that is stored as beside little."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is stored, and how often is measured.

    Attributes:
        operations: bulk operations that have ended.
        users: known users.
        runs: of recipients, by accepted triggers.
        under_way: bulk operations that have not ended; three seconds of a busy client leave so many.
        journal: entries of a full journal.
        batch: users of a large body.
        counted: users, and operations, whose memory is counted.
        usual: how often requests are measured.
        polls: how often first polls are, each of which takes a new operation.
        large: how often large requests are.
    """

    operations: int = 100_000
    users: int = 100_000
    runs: int = 100_000
    under_way: int = 10_000
    journal: int = 1_000
    batch: int = 1_000
    counted: int = 10_000
    usual: Extent = Extent(turns=200, calls=20)
    polls: Extent = Extent(turns=100, calls=1)
    large: Extent = Extent(turns=20, calls=1)

    @classmethod
    def quick(cls) -> Sizes:
        """Return what gives a first idea."""
        return cls(
            operations=10_000,
            users=10_000,
            runs=10_000,
            under_way=1_000,
            counted=2_000,
            usual=Extent(turns=60, calls=20),
            polls=Extent(turns=20, calls=1),
            large=Extent(turns=7, calls=1),
        )
