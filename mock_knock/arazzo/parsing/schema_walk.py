"""The schemas inside a JSON Schema, found by its keywords, so that data is not taken for one (2020-12, section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mock_knock.arazzo.expressions.pointer import join_pointer
from mock_knock.messages import JsonValue

_SINGLE = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "contentSchema",
)  # fmt: skip
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")


def subschemas(schema: JsonValue, *, with_resources: bool = False) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    """Yield a schema and those inside it, each with its JSON pointer from the first.

    One with an `$id` of its own is a resource of its own (section 8.2.1) and left out, unless asked for.
    """
    pending: list[tuple[str, JsonValue]] = [("", schema)]
    while pending:
        pointer, each = pending.pop()
        if isinstance(each, Mapping) and (with_resources or not pointer or "$id" not in each):
            yield pointer, each
            pending.extend((pointer + below, child) for below, child in reversed([*children(each)]))


def children(schema: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """Yield what stands where a schema belongs, directly below a schema, with its pointer from there."""
    for keyword, value in schema.items():
        if keyword in _SINGLE:
            yield f"/{keyword}", value
        elif keyword in _LISTS and isinstance(value, list):
            yield from ((f"/{keyword}/{index}", each) for index, each in enumerate(value))
        elif keyword in _MAPS and isinstance(value, Mapping):
            yield from ((join_pointer((keyword, name)), each) for name, each in value.items())
