"""Sequences whose members are made once somebody looks at them: most answers need no more than how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, overload

Member = TypeVar("Member")


class Later(Sequence[Member]):
    """A sequence of known length; `make` is called with `of` when its members are needed, and yields as many."""

    __slots__ = ("_length", "_making", "_members")

    def __init__(self, length: int, make: Callable[..., Iterable[Member]], *of: object) -> None:
        self._length = length
        self._making: tuple[Any, ...] | None = (make, *of)
        self._members: tuple[Member, ...] = ()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Member]:
        return iter(self._made())

    @overload
    def __getitem__(self, index: int) -> Member: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Member]: ...

    def __getitem__(self, index: int | slice) -> Member | Sequence[Member]:
        return self._made()[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._made() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._made())

    def __repr__(self) -> str:
        return repr(self._made())

    def _made(self) -> tuple[Member, ...]:
        making = self._making
        if making is not None:  # two threads may both make them, and both get all
            make, *of = making
            self._members = tuple(make(*of))
            self._making = None
        return self._members
