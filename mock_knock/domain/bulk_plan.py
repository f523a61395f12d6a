"""How a bulk operation goes that is yet to be accepted: how long it takes, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mock_knock.domain.bulk_operation import Timeline
from mock_knock.domain.bulk_rows import Row


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """How a bulk operation goes.

    `fail_at` is the share of rows (0 to 1) after which it fails; it counts only when `outcome` is `failed`. `stalls_at`
    is the share of rows after which it goes no further and never ends, or None. Rows end in `error_items` when their id
    is listed in `error_ids` or when they are the n-th of `every` n.
    """

    timeline: Timeline = Timeline()
    outcome: Literal["completed", "failed"] = "completed"
    fail_at: Fraction = Fraction(1)
    stalls_at: Fraction | None = None
    error_ids: frozenset[str] = frozenset()
    every: int | None = None

    def fails_after(self, rows: Sequence[Row]) -> int | None:
        """Return the number of rows after which the operation fails, or None when it completes."""
        return int(len(rows) * self.fail_at) if self.outcome == "failed" else None

    def stalls_after(self, rows: Sequence[Row]) -> int | None:
        """Return the number of rows after which the operation goes no further, or None when it comes to its end."""
        return None if self.stalls_at is None else int(len(rows) * self.stalls_at)

    def failing_rows(self, rows: Sequence[Row]) -> tuple[int, ...]:
        """Return the ascending indexes of the rows that end in `error_items`.

        With `every`, at least one row fails: a batch shorter than n fails at its last row.
        """
        if not self.error_ids and not self.every:
            return ()
        every = min(self.every, len(rows)) if self.every and rows else None
        return tuple(
            index
            for index, row in enumerate(rows)
            if row["id"] in self.error_ids or (every is not None and (index + 1) % every == 0)
        )
