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

_IN_PLACE_LISTS: Final = ("allOf", "anyOf", "oneOf")
_IN_PLACE: Final = ("not", "if", "then", "else")
_MEMBERS: Final = (
    "additionalProperties", "unevaluatedProperties", "propertyNames", "items", "additionalItems", "contains",
    "unevaluatedItems", "prefixItems",
)  # fmt: skip

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
    for name in _IN_PLACE_LISTS:
        yield from _items(schema.get(name))
    yield from (schema[name] for name in _IN_PLACE if name in schema)
    yield from _values(schema.get("dependentSchemas"))


def _members(met: Sequence[_Schema]) -> Iterator[list[JsonValue]]:
    """Yield for each member that is told apart what is applied to it; and for all others together."""
    anywhere = [each for schema in met for each in _anywhere(schema)]
    named: dict[str, list[JsonValue]] = {}
    for schema in met:
        properties = schema.get("properties")
        for name, each in properties.items() if isinstance(properties, Mapping) else ():
            named.setdefault(name, []).append(each)
    yield from ([*schemas, *anywhere] for schemas in named.values())
    if anywhere:
        yield anywhere


def _anywhere(schema: _Schema) -> Iterator[JsonValue]:
    for name in _MEMBERS:
        if name in schema:
            yield from _items(schema[name]) if isinstance(schema[name], list) else (schema[name],)
    yield from _values(schema.get("patternProperties"))


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _values(value: JsonValue) -> list[JsonValue]:
    return list(value.values()) if isinstance(value, Mapping) else []
