"""Tells schemas whose work grows with the value from those where it explodes.

jsonschema-rs has no limit on its work: forty schemas that each refer twice to the next one never come to an end, nor
does a recursion into two halves that describe the same member. So the schemas are followed first: which of them meet at
one place of a value, and which then at its members. If there are few of them everywhere, the work is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mock_knock.messages import JsonValue

MAX_SCHEMAS_AT_ONE_PLACE: Final = 200
MAX_PLACES: Final = 2_000
MAX_LOOKS: Final = 20_000
"""At schemas, over all places, for one answer; the largest schema of Knock takes about 2,100."""
MAX_ALL_LOOKS: Final = 500_000
"""For all answers about one description: about a second."""

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

    schema: _Schema  # kept, so that its identity is not given to another one
    named: Sequence[tuple[str, JsonValue]]
    anywhere: Sequence[JsonValue]
    items: Sequence[JsonValue]
    names: Sequence[JsonValue]


def is_bounded(schema: JsonValue, resolve: Resolve) -> bool:
    """Tell whether at most 200 schemas meet at any place of a value, whatever the value."""
    return SchemaGrowth(resolve).is_bounded(schema)


@dataclass(slots=True)
class SchemaGrowth:
    """Follows the schemas of one description, whose nodes live as long as it; what they share is followed once.

    Attributes:
        resolve: follows its references.
        left: the looks that all answers may take; without any the answer is no.
        known: the schemas that met at places which turned out to be bounded, as are all places below.
    """

    resolve: Resolve
    left: int = MAX_ALL_LOOKS
    known: set[tuple[int, ...]] = field(default_factory=set)
    _looks: int = 0
    _places: dict[int, _Place] = field(default_factory=dict)
    _closures: dict[int, tuple[_Place, ...]] = field(default_factory=dict)

    def is_bounded(self, schema: JsonValue) -> bool:
        """Tell whether at most 200 schemas meet at any place of a value, whatever the value."""
        self._looks = 0
        try:
            self.known |= self.follow(schema)
        except _TooMuchError:
            return False
        return True

    def follow(self, schema: JsonValue) -> set[tuple[int, ...]]:
        """Look at all places of a value and return those that are new; raises _TooMuchError."""
        waiting: list[list[JsonValue]] = [[schema]]
        seen: set[tuple[int, ...]] = set()
        while waiting:
            met = self.meet(waiting.pop())
            key = tuple(sorted(map(id, met)))
            if key in seen or key in self.known:
                continue
            seen.add(key)
            if len(seen) > MAX_PLACES:
                raise _TooMuchError
            waiting.extend(self.members(met))
        return seen

    def meet(self, schemas: Sequence[JsonValue]) -> list[_Place]:
        """Return the schemas at a place with those they apply to the same place, each as often as it is applied."""
        met = [place for schema in schemas if isinstance(schema, Mapping) for place in self.closure(schema)]
        if len(met) > MAX_SCHEMAS_AT_ONE_PLACE:
            raise _TooMuchError
        self.look(len(schemas) + len(met))
        return met

    def closure(self, schema: _Schema) -> tuple[_Place, ...]:
        """Return a schema with those it applies to its own place."""
        known = self._closures.get(id(schema))
        if known is None:
            known = self._closures[id(schema)] = tuple(self.close(schema))
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
        known = self._places.get(id(schema))
        if known is None:
            known = self._places[id(schema)] = _read_place(schema)
        return known

    def members(self, met: Sequence[_Place]) -> list[list[JsonValue]]:
        """Return what is applied to each member that is told apart, to all other members, to items and to names."""
        anywhere = [each for place in met for each in place.anywhere]
        if len(anywhere) > MAX_SCHEMAS_AT_ONE_PLACE:
            raise _TooMuchError
        self.look(sum(len(place.named) for place in met) * (1 + len(anywhere)))
        apart: dict[str, list[JsonValue]] = {}
        for place in met:
            for name, each in place.named:
                apart.setdefault(name, []).append(each)
        items = [each for place in met for each in place.items]
        names = [each for place in met for each in place.names]
        return [*([*schemas, *anywhere] for schemas in apart.values()), anywhere, items, names]

    def look(self, count: int) -> None:
        """Pay for looks; raises _TooMuchError."""
        self._looks += count
        self.left -= count
        if self._looks > MAX_LOOKS or self.left < 0:
            raise _TooMuchError


def _read_place(schema: _Schema) -> _Place:
    properties = schema.get("properties")
    return _Place(
        schema=schema,
        named=tuple(properties.items()) if isinstance(properties, Mapping) else (),
        anywhere=(*_named(schema, _OF_OBJECTS), *_values(schema, "patternProperties")),
        items=tuple(_named(schema, _OF_ARRAYS)),
        names=tuple(_named(schema, ("propertyNames",))),
    )


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
