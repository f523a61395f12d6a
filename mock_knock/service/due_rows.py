"""Rows of bulk identifications that are due, and in which order users have to be told of them.

They have their effect in the order of their instants. To find that order out for each row takes ten times as long as to
merge the row, so it is done for those users alone for whom it makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mock_knock.alike import AlikeRows
from mock_knock.domain.bulk_course import RowTimes
from mock_knock.domain.bulk_operation import BulkOperation
from mock_knock.domain.bulk_rows import FlatRows, Ids, Row


class DoneRows:
    """What is left of the rows of operations: their ids, as one object for those in a row that share theirs."""

    def __init__(self) -> None:
        self._ids: Sequence[str] = ()
        self._rows = Ids(())

    def of(self, operation: BulkOperation) -> Ids:
        """Return what is left of the rows of an operation."""
        ids = operation.ids
        if ids is not self._ids:
            self._ids, self._rows = ids, Ids(ids)
        return self._rows


class DueRows(NamedTuple):
    """Rows of one operation that are processed, did not fail, and have not had their effect; by their indexes."""

    operation: BulkOperation
    indexes: Sequence[int]
    times: RowTimes

    def named(self) -> Sequence[str]:
        """Return whom they name."""
        ids = self.operation.ids
        return [ids[index] for index in self.indexes]

    def of(self, users: AbstractSet[str]) -> Sequence[int]:
        """Return the indexes of those that name some users."""
        ids = self.operation.ids
        return () if users.isdisjoint(ids) else [index for index in self.indexes if ids[index] in users]

    def without(self, left_out: AbstractSet[str]) -> DueRows:
        """Return those that name others."""
        ids = self.operation.ids
        if left_out.isdisjoint(ids):
            return self
        indexes = [index for index in self.indexes if ids[index] not in left_out]
        return DueRows(self.operation, indexes, self.times)

    def listed(self) -> Sequence[Row]:
        """Return the rows themselves."""
        rows = self.operation.rows
        found = rows[self.indexes.start : self.indexes.stop] if isinstance(self.indexes, range) else None
        if found is None and isinstance(rows, AlikeRows):
            return rows.pick(self.indexes)
        if found is None:
            found = [rows[index] for index in self.indexes]
        return FlatRows(found) if isinstance(rows, FlatRows) else found


@dataclass(frozen=True)
class Batch:
    """Everything that is due, by the users that operations name.

    `groups` are operations that name the same users in the same order, oldest first. `unsure` are the users for whom it
    makes a difference whether rows are taken one group and one operation after the other: it makes none for those who
    are named by one group at a time, each once, whose operations go at the same pace.
    """

    due: Sequence[DueRows]
    groups: Mapping[tuple[str, ...], Sequence[DueRows]]
    unsure: AbstractSet[str]

    def sure_rows(self) -> Iterator[DueRows]:
        """Yield the rows that name other users, in an order that leads to the same, and none that another replaces."""
        for ids, alike in self.groups.items():
            if self.unsure.isdisjoint(ids):
                yield from _without_replaced(alike)
            else:
                yield from (each.without(self.unsure) for each in alike)

    def unsure_rows(self) -> Iterator[tuple[DueRows, int]]:
        """Yield the rows that name unsure users in the order in which they have effect, each with those around it."""
        return _in_order(self.due, [each.of(self.unsure) for each in self.due])

    def first_named(self, of: AbstractSet[str]) -> Iterator[str]:
        """Yield some users in the order in which they are named first; others may come again."""
        found: dict[int, Sequence[int]] = {}
        positions = {id(each): position for position, each in enumerate(self.due)}
        for ids, group in self.groups.items():
            left = of & set(ids)
            for each in group:
                found[positions[id(each)]] = each.of(left)
                left -= {*each.named()} - self.unsure
        rows = _in_order(self.due, [found[position] for position in range(len(self.due))])
        return (each.operation.ids[index] for each, index in rows)


def _in_order(due: Sequence[DueRows], indexes: Sequence[Sequence[int]]) -> Iterator[tuple[DueRows, int]]:
    """Yield some rows of each in the order of their instants; of one instant the older operation comes first."""
    found = [
        (each.times.of(index), position, index)
        for position, (each, some) in enumerate(zip(due, indexes, strict=True))
        for index in some
    ]
    return ((due[position], index) for _, position, index in sorted(found))


def group(due: Sequence[DueRows]) -> Batch:
    """Return what is due, oldest operation first, by the users it names."""
    groups: dict[tuple[str, ...], list[DueRows]] = {}
    latest: tuple[Sequence[str], list[DueRows]] = ((), [])
    for each in due:
        ids = each.operation.ids
        if ids is not latest[0]:
            latest = (ids, groups.setdefault(tuple(ids), []))
        latest[1].append(each)
    seen, several, unsure = set[str](), set[str](), set[str]()
    for ids, alike in groups.items():
        named = set(ids)
        several |= seen & named
        seen |= named
        if len(alike) > 1 and (len(named) < len(ids) or any(_has_other_pace(alike[0], each) for each in alike[1:])):
            unsure |= named
    if not several:
        return Batch(due, groups, unsure)
    spans = {ids: _span(alike) for ids, alike in groups.items() if not several.isdisjoint(ids)}
    in_turn = sorted(spans, key=spans.__getitem__)
    unsure |= _named_meanwhile(several, {ids: spans[ids] for ids in in_turn})
    return Batch(due, {**{ids: groups[ids] for ids in in_turn}, **groups}, unsure)


def _span(alike: Sequence[DueRows]) -> tuple[datetime, datetime]:
    """Return the instants of the first and the last row of a group; rows have their effect in their order."""
    return (
        min([each.times.of(each.indexes[0]) for each in alike]),
        max([each.times.of(each.indexes[-1]) for each in alike]),
    )


def _named_meanwhile(users: set[str], spans: Mapping[tuple[str, ...], tuple[datetime, datetime]]) -> set[str]:
    """Return which users a group names before the one that named them last is through; `spans` are in their order.

    Of one instant the older operation comes first, which may be of either group.
    """
    ends: dict[str, datetime] = {}
    found = set[str]()
    for ids, (begin, end) in spans.items():
        named = users.intersection(ids)
        found |= {each for each in named if each in ends and begin <= ends[each]}
        ends.update(dict.fromkeys(named, end))
    return found


def _without_replaced(alike: Sequence[DueRows]) -> Iterator[DueRows]:
    """Yield what is due of a group, latest operation first, without the rows that a later one replaces as a whole.

    An older operation has come further than a later one, so what is left of it are its last rows.
    """
    if not _replace_each_other(alike):
        yield from alike
        return
    reached = 0
    for each in reversed(alike):
        indexes = range(max(reached, each.indexes[0]), each.indexes[-1] + 1)
        if indexes:
            yield each._replace(indexes=indexes)
        reached = max(reached, each.indexes[-1] + 1)


def _replace_each_other(alike: Sequence[DueRows]) -> bool:
    """Tell whether a row says something of each member that the same row of an older operation tells of."""
    found = {rows.likeness if type(rows := each.operation.rows) is AlikeRows else None for each in alike}
    return len(found) == 1 and None not in found and all(type(each.indexes) is range for each in alike)


def _has_other_pace(one: DueRows, other: DueRows) -> bool:
    """Tell whether the rows of two operations can be processed at the same place and in another order."""
    has_followed_time_alone = not (
        one.operation.transitions or other.operation.transitions or one.times.polls or other.times.polls
    )
    is_same = (one.operation.timeline, one.times.goal) == (other.operation.timeline, other.times.goal)
    return not (has_followed_time_alone and is_same)
