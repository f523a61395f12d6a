"""A user of whom batches tell, and whose rows are put together when somebody looks at the user."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import orjson

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
    `flat` are the members of the latest rows as far as these have no maps in them, put together already.
    """

    __slots__ = ("flat", "index", "known", "rows", "times")

    def __init__(self, known: Entity | None) -> None:
        self.known = known
        self.rows: list[Row] = []
        self.flat: dict[str, JsonValue] | None = None
        self.times: Times | None = None
        self.index = 0

    def add(self, row: Row) -> bool:
        """Add any row; tell whether it had to be kept, which it need not if it says what the last one said."""
        if self.flat is None and self.rows and _is_same(self.rows[-1], row):
            return False
        self.rows.append(row)
        self.flat = None
        return True

    def add_flat(self, row: Row) -> None:
        """Add a row without maps."""
        if self.flat is None:
            self.flat = dict(row)
            self.rows.append(self.flat)
        else:
            self.flat.update(row)

    def entity(self, id_: str) -> Entity:
        """Return the user with all rows merged in, in their order."""
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
