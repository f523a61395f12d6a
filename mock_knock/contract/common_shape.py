"""The shape that values have in common: the same members at every depth, and the kinds of what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from mock_knock.messages import JsonValue

MOST_MEMBERS: Final = 60
MOST_LEVELS: Final = 12
NUMERIC: Final = frozenset({"integer", "number"})
_SCALARS: Mapping[type, frozenset[str]] = {
    str: frozenset({"string"}),
    bool: frozenset({"boolean"}),
    int: NUMERIC,  # who sends 5 sends 5.5, too
    float: NUMERIC,
    type(None): frozenset({"null"}),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """What is seen to of each text: how many characters it has, and a pattern that it matches, if any."""

    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None

    def with_all_of(self, other: Promise) -> Promise:
        """Return the promise of both; of two patterns only one can be promised."""
        longest = [each for each in (self.max_length, other.max_length) if each is not None]
        return Promise(
            max(self.min_length, other.min_length), min(longest, default=None), self.pattern or other.pattern
        )


@dataclass(frozen=True, slots=True)
class Scalars:
    """Values of some kinds, by the names that JSON Schema has for them."""

    kinds: frozenset[str]
    promise: Promise = Promise()


@dataclass(frozen=True, slots=True)
class Members:
    """Maps that have each of these members and no other."""

    members: tuple[tuple[str, CommonShape], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Lists of any length; of one without a shape all are empty."""

    item: CommonShape | None


CommonShape: TypeAlias = Scalars | Members | Items


def find_common_shape(values: Sequence[JsonValue], *, levels: int = MOST_LEVELS) -> CommonShape | None:
    """Return the shape that all of some values have, or None where they have none in common."""
    types = {*map(type, values)}
    if types <= _SCALARS.keys():
        return Scalars(frozenset[str]().union(*(_SCALARS[each] for each in types)))
    if levels and types == {list}:
        inner = [each for value in values for each in value]
        item = find_common_shape(inner, levels=levels - 1) if inner else None
        return None if inner and item is None else Items(item)
    return _find_members(values, levels) if levels and types == {dict} else None


def _find_members(values: Sequence[Mapping[str, JsonValue]], levels: int) -> Members | None:
    names = values[0].keys()
    if len(names) > MOST_MEMBERS or any(value.keys() != names for value in values):
        return None
    members = []
    for name in names:
        shape = find_common_shape([value[name] for value in values], levels=levels - 1)
        if shape is None:
            return None
        members.append((name, shape))
    return Members(tuple(members))
