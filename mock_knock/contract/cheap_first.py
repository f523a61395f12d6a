"""The same schema with what is quick to refuse in front: a verdict alone needs no more than the first broken rule.

Of the branches of a `oneOf`, most are refused for a member that is missing; without this, all other members are looked
at before. What is told about errors depends on where rules stand, so it comes from the schema as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_knock.messages import JsonValue

_NAMED = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
"""Keywords that have schemas by name."""
_VALUES = frozenset({"enum", "const", "default", "example", "examples", "required"})
"""Keywords whose values are no schemas."""
_QUICK = ("type", "required")


def put_cheap_first(schema: JsonValue) -> JsonValue:
    """Return a JSON Schema that accepts what `schema` accepts, and refuses the rest sooner."""
    if isinstance(schema, list):
        return [put_cheap_first(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    node = {key: _inner(key, value) for key, value in schema.items()}
    if "$ref" in node:  # in Draft 4 nothing beside it counts
        return node
    if isinstance(node.get("allOf"), list):
        node["allOf"] = sorted(node["allOf"], key=_is_dear)
    return _split(node) if {"properties", "required"} <= node.keys() else node


def _inner(key: str, value: JsonValue) -> JsonValue:
    if key in _NAMED and isinstance(value, Mapping):
        return {name: put_cheap_first(each) for name, each in value.items()}
    return value if key in _VALUES else put_cheap_first(value)


def _is_dear(schema: JsonValue) -> bool:
    return isinstance(schema, Mapping) and bool({"$ref", "properties", "allOf", "anyOf", "oneOf"} & schema.keys())


def _split(node: dict[str, Any]) -> dict[str, Any]:
    quick = {key: node.pop(key) for key in _QUICK if key in node}
    return {"allOf": [quick, node]}
