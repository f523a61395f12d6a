"""The rows of a bulk operation: whole until each has had its effect, and from then on their ids alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias, overload

from mock_knock.alike import AlikeRows
from mock_knock.messages import JsonValue

Row: TypeAlias = Mapping[str, JsonValue]
"""What is asked for one user, whose `id` it has."""


_BETWEEN: Final = "/"


class FlatRows(tuple[Row, ...]):
    """Rows without maps in them: merging one is to put its members in the place of others."""

    __slots__ = ()


class Ids(Sequence[Row]):
    """Rows of which nothing but the ids is known: one text, as long as no id has a slash in it (FACTS section 1.5)."""

    __slots__ = ("_count", "_packed")

    def __init__(self, ids: Sequence[str]) -> None:
        packed, self._count = _BETWEEN.join(ids), len(ids)
        self._packed = packed if packed.count(_BETWEEN) == len(ids) - 1 else tuple(ids)

    @property
    def ids(self) -> Sequence[str]:
        """The ids in the order of the rows, taken apart each time."""
        return self._packed.split(_BETWEEN) if isinstance(self._packed, str) else self._packed

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return iter([{"id": each} for each in self.ids])

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return [*self][index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    def __hash__(self) -> int:
        return hash(self._packed)

    def __repr__(self) -> str:
        return repr([*self])


def ids_of(rows: Sequence[Row]) -> Sequence[str]:
    """Return the ids of rows, in their order."""
    return rows.ids if isinstance(rows, (Ids, AlikeRows)) else [row["id"] for row in rows]
