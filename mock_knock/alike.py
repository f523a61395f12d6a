"""Rows that are alike: all have members of the same names, at every depth, so that no map is kept for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What rows have in common.

    Attributes:
        names: of the members of a row.
        is_flat: whether no member is a map.
        to_row: makes a map of a record, which is how such a row is kept. A record has its `id` as an attribute.
    """

    names: frozenset[str]
    is_flat: bool
    to_row: Callable[[Any], Mapping[str, JsonValue]]


class AlikeRows(Sequence[Mapping[str, JsonValue]]):
    """Rows, as records until somebody asks for them as maps.

    Merging one into what another of the same likeness has left is to put it in the place of that one: it says something
    of each member.
    """

    __slots__ = ("_ids", "likeness", "records")

    def __init__(self, likeness: Likeness, records: Sequence[Any]) -> None:
        self.likeness, self.records = likeness, records
        self._ids: Sequence[str] | None = None

    @property
    def ids(self) -> Sequence[str]:
        """The ids in the order of the rows."""
        if self._ids is None:
            self._ids = [each.id for each in self.records]
        return self._ids

    def pick(self, indexes: Sequence[int]) -> AlikeRows:
        """Return some of the rows."""
        return AlikeRows(self.likeness, [self.records[index] for index in indexes])

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Mapping[str, JsonValue]]:
        return map(self.likeness.to_row, self.records)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, JsonValue]: ...

    @overload
    def __getitem__(self, index: slice) -> AlikeRows: ...

    def __getitem__(self, index: int | slice) -> Mapping[str, JsonValue] | AlikeRows:
        if isinstance(index, slice):
            return AlikeRows(self.likeness, self.records[index])
        return self.likeness.to_row(self.records[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    def __hash__(self) -> int:
        return hash((len(self.records), self.likeness.names))

    def __repr__(self) -> str:
        return repr([*self])
