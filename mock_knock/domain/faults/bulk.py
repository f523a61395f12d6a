"""Faults of bulk operations: how one goes when it is accepted, and what is said of it when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from mock_knock.domain.bulk_operation import Stage, Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.messages import JsonValue

STARTING: Final = ("bulkIdentifyUsers", "bulkDeleteUsers", "bulkSetUserPreferences")
"""The operations that start a bulk operation."""
READING: Final = "getBulkOperation"
"""The operation that reads one."""


@dataclass(frozen=True, slots=True)
class BulkFault:
    """What goes wrong with a bulk operation.

    The first five count for requests that start one, and are its facts from then on: the state where it stays for
    ever, and at which share of its rows; the share after which it fails; the rows that end in `error_items`, by id or
    every n-th. The last three count for reads and leave the truth as it is: shares of rows to show read by read, more
    rows processed than there are, and `processing` in place of `completed`.
    """

    stall: Literal["queued", "processing"] | None = None
    stalls_at: Fraction = Fraction(0)
    fails_at: Fraction | None = None
    error_ids: frozenset[str] = frozenset()
    every: int | None = None
    shown_progress: tuple[Fraction, ...] = ()
    shows_too_many: bool = False
    reopens: bool = False

    @property
    def changes_course(self) -> bool:
        """Whether it says how operations go that are accepted."""
        return self.stall is not None or self.fails_at is not None or bool(self.error_ids) or self.every is not None

    @property
    def changes_sight(self) -> bool:
        """Whether it says what is shown of operations that are read."""
        return bool(self.shown_progress) or self.shows_too_many or self.reopens

    def change(self, plan: BulkPlan) -> BulkPlan:
        """Return how an operation goes that would have gone by a plan."""
        changed = plan
        if self.stall == "queued":
            changed = replace(changed, timeline=Timeline(Stage(), changed.timeline.processing))
        elif self.stall == "processing":
            changed = replace(changed, stalls_at=self.stalls_at)
        if self.fails_at is not None:
            changed = replace(changed, outcome="failed", fail_at=self.fails_at)
        every = changed.every if self.every is None else self.every
        return replace(changed, error_ids=changed.error_ids | self.error_ids, every=every)

    def show(self, operation: dict[str, JsonValue], n: int) -> dict[str, JsonValue]:
        """Return what the n-th read says in place of the true form of an operation."""
        shown, total = dict(operation), operation["estimated_total_rows"]
        if n <= len(self.shown_progress):
            shown |= _open(operation, int(total * self.shown_progress[n - 1]))
        if self.reopens and shown["status"] == "completed":
            shown |= _open(operation, shown["processed_rows"])
        if self.shows_too_many and shown["status"] != "queued":
            shown["processed_rows"] = total + 1
        return shown


def _open(operation: Mapping[str, JsonValue], rows: int) -> dict[str, JsonValue]:
    """Return the members of an operation when it is on its way with so many rows done and none in error."""
    return {
        "status": "processing",
        "processed_rows": rows,
        "success_count": rows,
        "error_count": 0,
        "error_items": [],
        "started_at": operation["started_at"] or operation["inserted_at"],
        "completed_at": None,
        "failed_at": None,
    }
