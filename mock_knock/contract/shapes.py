"""What a schema says about the form of a value, so that texts can be read as it means them.

A schema is looked at together with what it refers to and combines (`allOf`, `oneOf`, `anyOf`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mock_knock.contract.details import Resolve
from mock_knock.contract.media_types import read_json_template
from mock_knock.messages import JsonValue

Raw: TypeAlias = JsonValue
"""A text, list or dict whose scalars are still texts, as URLs, header fields and forms carry it."""

Shape = Literal["scalar", "array", "object", "open"]
"""How many texts a value is written with; `open` when the schema leaves that to the value."""

COMBINERS = ("allOf", "oneOf", "anyOf")
_INTEGER = re.compile(r"-?\d{1,400}")
_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,3})?")
_KINDS: Mapping[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object", type(None): "null",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of the schemas of one description, whose references `resolve` follows."""

    resolve: Resolve

    def variants(self, schema: JsonValue) -> Iterator[Mapping[str, JsonValue]]:
        """Yield a schema, what it refers to and what it combines, each once."""
        waiting, seen = [schema], set[int]()
        while waiting:
            node = waiting.pop()
            if not isinstance(node, Mapping) or id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            inner = [each for name in COMBINERS if isinstance(each := node.get(name), list)]
            waiting += [branch for branches in reversed(inner) for branch in reversed(branches)]
            if "$ref" in node:
                waiting.append(self.resolve(node))

    def kinds(self, schema: JsonValue) -> frozenset[str]:
        """Return the names of the JSON types that a value may have; empty when nothing is said."""
        return frozenset(kind for node in self.variants(schema) for kind in _own_kinds(node))

    def shape(self, schema: JsonValue) -> Shape:
        """Return how a value of this schema is written."""
        kinds = self.kinds(schema) - {"null"}
        if kinds in ({"array"}, {"object"}):
            return "array" if "array" in kinds else "object"
        return "scalar" if kinds and not kinds & {"array", "object"} else "open"

    def members(self, schema: JsonValue) -> dict[str, JsonValue]:
        """Return the schemas of the properties that are described, by name."""
        found: dict[str, JsonValue] = {}
        for node in self.variants(schema):
            properties = node.get("properties")
            for name, member in properties.items() if isinstance(properties, Mapping) else ():
                found.setdefault(name, member)
        return found

    def member(self, schema: JsonValue, name: str) -> JsonValue:
        """Return the schema of one property, be it described or additional; None when nothing is said."""
        members = self.members(schema)
        return members[name] if name in members else self._first(schema, "additionalProperties")

    def item(self, schema: JsonValue, index: int) -> JsonValue:
        """Return the schema of one item of an array; None when nothing is said."""
        prefix = self._first(schema, "prefixItems")
        if isinstance(prefix, list) and index < len(prefix):
            return prefix[index]
        return self._first(schema, "items")

    def typed(self, raw: Raw, schema: JsonValue) -> JsonValue:
        """Return a value whose texts are numbers, booleans, null or JSON where the schema wants that."""
        match raw:
            case str() if self.shape(schema) in {"array", "object"}:
                return read_json_template(raw)
            case str():
                return read_scalar(raw, self.kinds(schema))
            case list():
                return [self.typed(each, self.item(schema, index)) for index, each in enumerate(raw)]
            case _:
                return {name: self._typed_member(each, self.member(schema, name)) for name, each in raw.items()}

    def _typed_member(self, raw: Raw, schema: JsonValue) -> JsonValue:
        """Read a member; an array of one item looks like a text alone."""
        is_lone = isinstance(raw, str) and self.shape(schema) == "array" and not raw.startswith("[")
        return self.typed([raw] if is_lone else raw, schema)

    def _first(self, schema: JsonValue, keyword: str) -> JsonValue:
        return next((node[keyword] for node in self.variants(schema) if keyword in node), None)


def read_scalar(text: str, kinds: frozenset[str]) -> JsonValue:
    """Return the number, boolean or null that a text is for these types; the text itself when it is none."""
    if kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    if kinds & {"integer", "number"} and _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    return None if "null" in kinds and text == "null" else text


def _own_kinds(node: Mapping[str, JsonValue]) -> Iterator[str]:
    declared = node.get("type")
    if isinstance(declared, (str, list)):
        yield from [declared] if isinstance(declared, str) else [kind for kind in declared if isinstance(kind, str)]
        return
    allowed = node.get("enum")
    values = [*(allowed if isinstance(allowed, list) else ()), *([node["const"]] if "const" in node else ())]
    yield from (_KINDS.get(type(value), "string") for value in values)
    if not values and ("properties" in node or "items" in node):
        yield "object" if "properties" in node else "array"
