"""Tells schemas whose work grows with the value from those where it explodes.

jsonschema-rs has no limit on its work: forty schemas that each refer twice to the next one never come to an end, nor
does a recursion into two halves that describe the same member. So the schemas are followed first: which of them meet at
one place of a value, and which then at its members. If there are few of them everywhere, the work is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from mock_knock.messages import JsonValue

MAX_SCHEMAS_AT_ONE_PLACE: Final = 200
MAX_PLACES: Final = 2_000

_IN_PLACE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_OF_OBJECTS: Final = ("additionalProperties", "unevaluatedProperties")
_OF_ARRAYS: Final = ("items", "additionalItems", "contains", "unevaluatedItems", "prefixItems")

Resolve: TypeAlias = Callable[[str], JsonValue]
"""Returns what a reference leads to, or None when that is not known."""

_Schema: TypeAlias = Mapping[str, JsonValue]


class _TooMuchError(Exception):
    pass


def is_bounded(schema: JsonValue, resolve: Resolve) -> bool:
    """Tell whether at most 200 schemas meet at any place of a value, whatever the value."""
    waiting: list[list[JsonValue]] = [[schema]]
    seen: set[tuple[int, ...]] = set()
    try:
        while waiting:
            met = _met(waiting.pop(), resolve)
            key = tuple(sorted(map(id, met)))
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_PLACES:
                return False
            waiting.extend(_members(met))
    except _TooMuchError:
        return False
    return True


def _met(schemas: Sequence[JsonValue], resolve: Resolve) -> list[_Schema]:
    """Return the schemas at a place with those they apply to the same place, each as often as it is applied."""
    met: list[_Schema] = []
    waiting = list(schemas)
    while waiting:
        schema = waiting.pop()
        if isinstance(schema, Mapping):
            met.append(schema)
            waiting.extend(_applied(schema, resolve))
        if len(met) > MAX_SCHEMAS_AT_ONE_PLACE:
            raise _TooMuchError
    return met


def _applied(schema: _Schema, resolve: Resolve) -> Iterator[JsonValue]:
    if "$dynamicRef" in schema or "$recursiveRef" in schema:
        raise _TooMuchError
    if isinstance(reference := schema.get("$ref"), str):
        target = resolve(reference)
        if target is None:
            raise _TooMuchError
        yield target
    yield from _named(schema, _IN_PLACE)
    yield from _values(schema, "dependentSchemas")


def _members(met: Sequence[_Schema]) -> Iterator[list[JsonValue]]:
    """Yield what is applied to each member that is told apart, to all other members, to items and to names."""
    anywhere = [
        each for schema in met for each in (*_named(schema, _OF_OBJECTS), *_values(schema, "patternProperties"))
    ]
    apart: dict[str, list[JsonValue]] = {}
    for schema in met:
        properties = schema.get("properties")
        for name, each in properties.items() if isinstance(properties, Mapping) else ():
            apart.setdefault(name, []).append(each)
    yield from ([*schemas, *anywhere] for schemas in apart.values())
    yield anywhere
    yield [each for schema in met for each in _named(schema, _OF_ARRAYS)]
    yield [each for schema in met for each in _named(schema, ("propertyNames",))]


def _named(schema: _Schema, names: Sequence[str]) -> Iterator[JsonValue]:
    for name in names:
        found = schema.get(name)
        yield from found if isinstance(found, list) else (found,)


def _values(schema: _Schema, name: str) -> list[JsonValue]:
    found = schema.get(name)
    return list(found.values()) if isinstance(found, Mapping) else []
