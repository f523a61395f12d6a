"""A user of whom batches tell, and whose rows are put together when somebody looks at the user."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import orjson

from mock_knock.alike import Likeness
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import Entity, create_entity, identify
from mock_knock.messages import JsonValue


class Times(Protocol):
    """When the rows of a batch had their effect."""

    def of(self, row: int) -> datetime:
        """Return the instant of a row."""
        ...


class OneTime:
    """The same instant for each row of a batch."""

    __slots__ = ("at",)

    def __init__(self, at: datetime) -> None:
        self.at = at

    def of(self, _row: int) -> datetime:
        """Return the instant."""
        return self.at


class PendingUser:
    """What is known of a user, and the rows since then; `index` is the place of the last one in its batch.

    It changes: a batch has a thousand users, and to make anything new for each takes longer than everything else.
    `flat` are the members of the latest rows as far as these have no maps in them, put together already. `record` is
    the last row of all, if it has a `likeness`.
    """

    __slots__ = ("flat", "index", "known", "likeness", "record", "rows", "times")

    def __init__(self, known: Entity | None) -> None:
        self.known = known
        self.rows: list[Row] = []
        self.flat: dict[str, JsonValue] | None = None
        self.times: Times | None = None
        self.index = 0
        self.likeness: Likeness | None = None
        self.record: Any = None

    def add(self, row: Row) -> bool:
        """Add any row; tell whether it had to be kept, which it need not if it says what the last one said."""
        self.take_record()
        if self.flat is None and self.rows and _is_same(self.rows[-1], row):
            return False
        self.rows.append(row)
        self.flat = None
        return True

    def add_flat(self, row: Row) -> None:
        """Add a row without maps."""
        self.take_record()
        if self.flat is None:
            self.flat = dict(row)
            self.rows.append(self.flat)
        else:
            self.flat.update(row)

    def add_record(self, likeness: Likeness, record: object) -> None:
        """Add a row as it is kept among those that are alike; one of the same likeness before it need not be kept."""
        if self.likeness is not likeness:
            self.take_record()
            self.likeness = likeness
        self.record = record

    def take_record(self) -> None:
        """Put a record among the rows."""
        likeness, record = self.likeness, self.record
        if likeness is None:
            return
        self.likeness = self.record = None
        if likeness.is_flat:
            self.add_flat(likeness.to_row(record))
        else:
            self.add(likeness.to_row(record))

    def entity(self, id_: str) -> Entity:
        """Return the user with all rows merged in, in their order."""
        self.take_record()
        if self.times is None:
            raise ValueError("no row was added")
        key, at = RecipientKey(id_), self.times.of(self.index)
        found = self.known or create_entity(key, at)
        for row in self.rows:
            found = identify(found, key, row, at)
        return found


def _is_same(one: Row, other: Row) -> bool:
    """Tell whether two rows say the same: for Python true is 1, and for JSON it is not."""
    return one == other and orjson.dumps(one) == orjson.dumps(other)
