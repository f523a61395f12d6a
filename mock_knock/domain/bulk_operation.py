"""A bulk operation is a set of facts; `bulk_course` computes from them what a reader sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mock_knock.domain.bulk_rows import Ids, Row, ids_of

BULK_IDENTIFY, BULK_DELETE, BULK_SET_PREFERENCES = "users.identify", "users.delete", "users.set_preferences"
"""The names that Knock gives to bulk operations (FACTS section 6)."""


class Status(StrEnum):
    """The four states of a bulk operation (FACTS section 6)."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


RANK: Mapping[Status, int] = {Status.QUEUED: 0, Status.PROCESSING: 1, Status.COMPLETED: 2, Status.FAILED: 2}
"""The order in which states may follow each other; equal ranks exclude each other."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How long a state lasts: `polls` reads or `seconds`, whichever comes first; without both, for ever."""

    polls: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The two stages before the end. The defaults are our choice: Knock's timing is not documented."""

    queued: Stage = Stage(polls=1, seconds=1.0)
    processing: Stage = Stage(polls=1, seconds=2.0)


@dataclass(frozen=True, slots=True)
class Transition:
    """A push from outside to a later state, at an instant and after so many polls."""

    to: Status
    at: datetime
    after_polls: int


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """The facts of one bulk operation.

    `rows` holds what was asked for, each with an `id`; `failing_rows` the ascending indexes of rows that end in
    `error_items`; `fails_at` the number of rows after which the whole operation fails, or None; `stalls_at` that after
    which it goes no further, for ever, or None.
    """

    id: str
    name: str
    inserted_at: datetime
    rows: Sequence[Row]
    timeline: Timeline = Timeline()
    failing_rows: tuple[int, ...] = ()
    fails_at: int | None = None
    stalls_at: int | None = None
    transitions: tuple[Transition, ...] = ()
    _ids: Sequence[str] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def ids(self) -> Sequence[str]:
        """The ids of its rows, in their order; they are kept while the rows are."""
        if self._ids is not None:
            return self._ids
        found = ids_of(self.rows)
        if type(self.rows) is not Ids:  # which are taken apart each time
            object.__setattr__(self, "_ids", found)
        return found

    def with_rows(self, rows: Sequence[Row]) -> BulkOperation:
        """Return the same operation with other rows; `replace` takes four times as long."""
        return BulkOperation(
            self.id,
            self.name,
            self.inserted_at,
            rows,
            self.timeline,
            self.failing_rows,
            self.fails_at,
            self.stalls_at,
            self.transitions,
        )

    def share_ids(self, of: BulkOperation) -> None:
        """Keep the ids of another operation in place of its own, if they are the same: it is common that they are."""
        known = of.ids
        if self.ids == known and self._ids is not None:
            object.__setattr__(self, "_ids", known)
