"""JSON Schemas that stand by themselves, as parts of an OpenAPI 3.1 document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_knock.messages import JsonValue

_OF_ITS_OWN = frozenset({"$schema", "$id"})
"""What a schema says at its top about where it stands."""


def embed_schemas(document: Mapping[str, Any], read: Callable[[str], JsonValue]) -> dict[str, JsonValue]:
    """Return a document in which each component that is a reference to another file is the schema of that file.

    `read` returns the schema that a reference leads to; its own references lead to its place in the document.
    """
    components = document["components"]
    schemas = {name: _embedded(name, each, read) for name, each in components["schemas"].items()}
    return {**document, "components": {**components, "schemas": schemas}}


def _embedded(name: str, schema: JsonValue, read: Callable[[str], JsonValue]) -> JsonValue:
    reference = schema.get("$ref", "#")
    if reference.startswith("#"):
        return schema
    found = {keyword: each for keyword, each in read(reference).items() if keyword not in _OF_ITS_OWN}
    return _moved(found, f"#/components/schemas/{name}")


def _moved(node: JsonValue, place: str) -> JsonValue:
    match node:
        case list():
            return [_moved(each, place) for each in node]
        case {"$ref": str(reference), **others}:
            return {"$ref": place + reference.removeprefix("#"), **_moved(others, place)}
        case Mapping():
            return {name: _moved(each, place) for name, each in node.items()}
    return node
