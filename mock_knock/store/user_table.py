"""The users of a world; those of whom batches tell are put together when somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from mock_knock.alike import AlikeRows
from mock_knock.domain.bulk_rows import FlatRows, Row
from mock_knock.domain.pending_user import PendingUser, Times
from mock_knock.domain.user import Entity

MAX_REPEATED = 50_000
"""Rows about users of whom earlier ones wait, too; then all are put together, so that memory is bounded."""


class UserTable:
    """Users by id, in the order in which they were first identified."""

    def __init__(self) -> None:
        self._users: dict[str, Entity | PendingUser] = {}
        self._repeated: dict[str, PendingUser] = {}
        self._count = 0

    def __contains__(self, id_: str) -> bool:
        return id_ in self._users

    def unknown(self, ids: Iterable[str]) -> AbstractSet[str]:
        """Return which of these ids are those of no user."""
        return set(ids).difference(self._users)

    def expect(self, ids: Iterable[str]) -> None:
        """Give users their places, who are identified before anybody looks."""
        for id_ in ids:
            self._pending(id_)

    def get(self, id_: str) -> Entity | None:
        """Return a user, or None."""
        found = self._users.get(id_)
        return self._put_together(id_, found) if isinstance(found, PendingUser) else found

    def entities(self) -> list[Entity]:
        """Return all users."""
        return [
            self._put_together(id_, each) if isinstance(each, PendingUser) else each
            for id_, each in self._users.items()
        ]

    def put(self, user: Entity) -> None:
        """Add or replace a user."""
        self._users[user.id] = user

    def remove(self, id_: str) -> None:
        """Forget a user; one that is not there is no error."""
        self._users.pop(id_, None)

    def identify(self, rows: Sequence[Row], times: Times, indexes: Sequence[int]) -> None:
        """Merge rows into the users they name, one after the other."""
        if isinstance(rows, FlatRows):
            self._identify_flat(rows, times, indexes)
            return
        if isinstance(rows, AlikeRows):
            self._identify_alike(rows, times, indexes)
            return
        for index, row in zip(indexes, rows, strict=True):
            pending = self._pending(row["id"])
            if pending.add(row):
                self._note_repeated(row["id"], pending)
            pending.times, pending.index = times, index
        if self._count > MAX_REPEATED:
            self._put_repeated_together()

    def _identify_flat(self, rows: FlatRows, times: Times, indexes: Sequence[int]) -> None:
        users = self._users
        for index, row in zip(indexes, rows, strict=True):
            pending = users.get(row["id"])
            if not isinstance(pending, PendingUser):
                pending = self._pending(row["id"])
            if pending.flat is None or pending.likeness is not None:
                pending.add_flat(row)
            else:
                pending.flat.update(row)
            pending.times = times
            pending.index = index

    def _identify_alike(self, rows: AlikeRows, times: Times, indexes: Sequence[int]) -> None:
        users, likeness = self._users, rows.likeness
        for index, record in zip(indexes, rows.records, strict=True):
            pending = users.get(record.id)
            if not isinstance(pending, PendingUser):
                pending = self._pending(record.id)
            if pending.likeness is likeness:
                pending.record = record
            else:
                pending.add_record(likeness, record)
                self._note_repeated(record.id, pending)
            pending.times = times
            pending.index = index
        if self._count > MAX_REPEATED:
            self._put_repeated_together()

    def _note_repeated(self, id_: str, pending: PendingUser) -> None:
        if len(pending.rows) > 1:
            self._repeated[id_] = pending
            self._count += 1

    def _pending(self, id_: str) -> PendingUser:
        found = self._users.get(id_)
        if isinstance(found, PendingUser):
            return found
        self._users[id_] = pending = PendingUser(found)
        return pending

    def _put_repeated_together(self) -> None:
        for id_, pending in self._repeated.items():
            if self._users.get(id_) is pending:
                self._put_together(id_, pending)
        self._repeated = {}
        self._count = 0

    def _put_together(self, id_: str, pending: PendingUser) -> Entity:
        self._users[id_] = found = pending.entity(id_)
        return found
