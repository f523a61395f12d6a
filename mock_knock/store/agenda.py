"""Which bulk operations are to be looked at, and when: whoever settles meets only those in which something changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import heappop, heappush
from types import EllipsisType


class Agenda:
    """The operations that are not settled, in the order in which they came, each with the instant it waits for."""

    def __init__(self) -> None:
        self._serials: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._touched: dict[str, None] = {}
        self._waiting: list[tuple[datetime, int, str]] = []
        self._due: dict[str, datetime | None] = {}
        self._latest = 0
        self.rows = 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._serials)

    @property
    def latest(self) -> str | None:
        """The operation that came last, while it is among them."""
        return next(reversed(self._serials), None)

    def put(self, operation_id: str, rows: int, due: datetime | EllipsisType | None) -> None:
        """Wait for an instant, for a touch alone (None), or have it looked at at once; `rows` are those that wait."""
        if operation_id not in self._serials:
            self._latest += 1
            self._serials[operation_id] = self._latest
        self.rows += rows - self._rows.get(operation_id, 0)
        self._rows[operation_id] = rows
        if isinstance(due, EllipsisType):
            self.touch(operation_id)
            return
        self._due[operation_id] = due
        if due is not None:
            heappush(self._waiting, (due, self._serials[operation_id], operation_id))

    def touch(self, operation_id: str) -> None:
        """Have an operation looked at, whatever it waits for; one that is settled stays so."""
        if operation_id in self._serials:
            self._touched[operation_id] = None
            self._due.pop(operation_id, None)

    def drop(self, operation_id: str) -> None:
        """Forget an operation; one that is not there is no error."""
        self._serials.pop(operation_id, None)
        self._touched.pop(operation_id, None)
        self._due.pop(operation_id, None)
        self.rows -= self._rows.pop(operation_id, 0)

    def take_due(self, now: datetime) -> Sequence[str]:
        """Return the operations to look at, in the order in which they came."""
        found, self._touched = self._touched, {}
        while self._waiting and self._waiting[0][0] <= now:
            due, _, operation_id = heappop(self._waiting)
            if self._due.get(operation_id) == due:
                del self._due[operation_id]
                found[operation_id] = None
        return sorted(found, key=self._serials.__getitem__) if len(found) > 1 else list(found)
