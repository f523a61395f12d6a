"""Tells schemas whose work grows with the value from those where it explodes.

jsonschema-rs has no limit on its work: forty schemas that each refer twice to the next one never come to an end, nor
does a recursion into two halves that describe the same member. So the schemas are followed first: which of them meet at
one place of a value, and which then at its members. If there are few of them everywhere, the work is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mock_knock.contract.judging_work import JudgingLimitError, current_work
from mock_knock.messages import JsonValue

MAX_SCHEMAS_AT_ONE_PLACE: Final = 200
MAX_PLACES: Final = 2_000
MAX_LOOKS: Final = 20_000
"""At schemas, over all places; the largest schema of Knock takes about 2,100. A look costs as much as a keyword."""

_IN_PLACE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_OF_OBJECTS: Final = ("additionalProperties", "unevaluatedProperties")
_OF_ARRAYS: Final = ("items", "additionalItems", "contains", "unevaluatedItems", "prefixItems")

Resolve: TypeAlias = Callable[[str], JsonValue]
"""Returns what a reference leads to, or None when that is not known."""

_Schema: TypeAlias = Mapping[str, JsonValue]


class _TooMuchError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Place:
    """A schema with what it applies to the members of its place: named ones, any other ones, items and names."""

    named: Sequence[tuple[str, JsonValue]]
    anywhere: Sequence[JsonValue]
    items: Sequence[JsonValue]
    names: Sequence[JsonValue]


def is_bounded(schema: JsonValue, resolve: Resolve) -> bool:
    """Tell whether at most 200 schemas meet at any place of a value, whatever the value.

    The answer itself is paid for from the budget of the message that is judged; without enough of it, it is no.
    """
    try:
        _Search(resolve).follow(schema)
    except (_TooMuchError, JudgingLimitError):
        return False
    return True


@dataclass(slots=True)
class _Search:
    """Follows the schemas; each is looked into once, however many places it meets at."""

    resolve: Resolve
    looks: int = 0
    places: dict[int, _Place] = field(default_factory=dict)
    closures: dict[int, tuple[_Place, ...]] = field(default_factory=dict)

    def follow(self, schema: JsonValue) -> None:
        """Look at all places of a value; raises _TooMuchError or JudgingLimitError."""
        waiting: list[list[JsonValue]] = [[schema]]
        seen: set[tuple[int, ...]] = set()
        while waiting:
            met = self.meet(waiting.pop())
            key = tuple(sorted(map(id, met)))
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_PLACES:
                raise _TooMuchError
            members = _members(met)
            self.look(len(members))
            waiting.extend(members)

    def meet(self, schemas: Sequence[JsonValue]) -> list[_Place]:
        """Return the schemas at a place with those they apply to the same place, each as often as it is applied."""
        met = [place for schema in schemas if isinstance(schema, Mapping) for place in self.closure(schema)]
        if len(met) > MAX_SCHEMAS_AT_ONE_PLACE:
            raise _TooMuchError
        self.look(len(schemas) + len(met))
        return met

    def closure(self, schema: _Schema) -> tuple[_Place, ...]:
        """Return a schema with those it applies to its own place."""
        known = self.closures.get(id(schema))
        if known is None:
            known = self.closures[id(schema)] = tuple(self.close(schema))
        return known

    def close(self, schema: _Schema) -> Iterator[_Place]:
        """Yield the places of a schema and of those it applies to its own place, each as often as it is applied."""
        waiting: list[JsonValue] = [schema]
        count = 0
        while waiting:
            each = waiting.pop()
            self.look(1)
            if not isinstance(each, Mapping):
                continue
            count += 1
            if count > MAX_SCHEMAS_AT_ONE_PLACE:
                raise _TooMuchError
            yield self.look_into(each)
            waiting.extend(self.applied(each))

    def applied(self, schema: _Schema) -> Iterator[JsonValue]:
        """Yield what a schema applies to its own place; raises _TooMuchError where that cannot be followed."""
        if "$dynamicRef" in schema or "$recursiveRef" in schema:
            raise _TooMuchError
        if isinstance(reference := schema.get("$ref"), str):
            target = self.resolve(reference)
            if target is None:
                raise _TooMuchError
            yield target
        yield from _named(schema, _IN_PLACE)
        yield from _values(schema, "dependentSchemas")

    def look_into(self, schema: _Schema) -> _Place:
        """Return what a schema says about members."""
        known = self.places.get(id(schema))
        if known is None:
            known = self.places[id(schema)] = _read_place(schema)
        return known

    def look(self, count: int) -> None:
        """Pay for looks; raises _TooMuchError or JudgingLimitError."""
        self.looks += count
        if self.looks > MAX_LOOKS:
            raise _TooMuchError
        current_work().spend(count)


def _read_place(schema: _Schema) -> _Place:
    properties = schema.get("properties")
    return _Place(
        named=tuple(properties.items()) if isinstance(properties, Mapping) else (),
        anywhere=(*_named(schema, _OF_OBJECTS), *_values(schema, "patternProperties")),
        items=tuple(_named(schema, _OF_ARRAYS)),
        names=tuple(_named(schema, ("propertyNames",))),
    )


def _members(met: Sequence[_Place]) -> list[list[JsonValue]]:
    """Return what is applied to each member that is told apart, to all other members, to items and to names."""
    anywhere = [each for place in met for each in place.anywhere]
    if len(anywhere) > MAX_SCHEMAS_AT_ONE_PLACE:
        raise _TooMuchError
    apart: dict[str, list[JsonValue]] = {}
    for place in met:
        for name, each in place.named:
            apart.setdefault(name, [*anywhere]).append(each)
    items = [each for place in met for each in place.items]
    return [*apart.values(), anywhere, items, [each for place in met for each in place.names]]


def _named(schema: _Schema, names: Sequence[str]) -> Iterator[JsonValue]:
    for name in names:
        found = schema.get(name)
        if isinstance(found, list):
            yield from found
        elif found is not None:
            yield found


def _values(schema: _Schema, name: str) -> list[JsonValue]:
    found = schema.get(name)
    return list(found.values()) if isinstance(found, Mapping) else []
