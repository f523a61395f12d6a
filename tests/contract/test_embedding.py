"""JSON Schemas of other files as parts of an OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest

from mock_knock.contract.embedding import embed_schemas

TREE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:tree",
    "type": "object",
    "properties": {
        "$schema": {"type": "string"},
        "leaf": {"$ref": "#/$defs/leaf", "description": "The first."},
        "left": {"$ref": "#"},
        "both": {"anyOf": [{"$ref": "#/$defs/leaf"}, {"type": "null"}]},
    },
    "$defs": {"leaf": {"type": "integer"}},
}


def embedded(schemas: dict[str, Any]) -> Any:
    """Return the components of a document, in which `tree.json` is a file."""
    document = {"openapi": "3.1.0", "components": {"headers": {}, "schemas": schemas}}
    return embed_schemas(document, {"tree.json": TREE}.__getitem__)


def test_a_file_becomes_a_component() -> None:
    """A component that is a reference to a file becomes its schema, whose own references lead into the document."""
    found = embedded({"Tree": {"$ref": "tree.json"}, "Other": {"$ref": "#/components/schemas/Tree"}, "Plain": {}})
    place = "#/components/schemas/Tree"
    assert {
        "openapi": "3.1.0",
        "components": {
            "headers": {},
            "schemas": {
                "Tree": {
                    "type": "object",
                    "properties": {
                        "$schema": {"type": "string"},
                        "leaf": {"$ref": f"{place}/$defs/leaf", "description": "The first."},
                        "left": {"$ref": place},
                        "both": {"anyOf": [{"$ref": f"{place}/$defs/leaf"}, {"type": "null"}]},
                    },
                    "$defs": {"leaf": {"type": "integer"}},
                },
                "Other": {"$ref": place},
                "Plain": {},
            },
        },
    } == found


def test_a_file_that_is_not_there() -> None:
    """What reads the files says what is wrong with one."""
    with pytest.raises(KeyError, match=r"other\.json"):
        embedded({"Tree": {"$ref": "other.json"}})


def test_the_file_stays_as_it_is() -> None:
    """A schema that was embedded is the same as before."""
    embedded({"Tree": {"$ref": "tree.json"}})
    assert {"type": "integer"} == TREE["$defs"]["leaf"]  # type: ignore[index]  # a dictionary of many kinds
    assert "$id" in TREE
