"""Which schemas have bounded work."""

from __future__ import annotations

import pytest

from mock_knock.contract.fast_schema import lookup
from mock_knock.contract.schema_growth import MAX_ALL_LOOKS, SchemaGrowth, is_bounded
from mock_knock.messages import JsonValue


def lattice(keyword: str, levels: int) -> dict[str, JsonValue]:
    """Return schemas that each refer twice to the next one."""
    schemas: dict[str, JsonValue] = {
        f"s{level}": {keyword: [{"$ref": f"#/$defs/s{level + 1}"}] * 2} for level in range(levels)
    }
    return {"$ref": "#/$defs/s0", "$defs": {**schemas, f"s{levels}": {"type": "string"}}}


def judged(schema: JsonValue) -> bool:
    """Return the verdict on a schema that refers to itself alone."""
    return is_bounded(schema, lambda reference: schema if reference == "#" else lookup(schema, reference))


TREE = {"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        TREE,
        {"items": {"$ref": "#"}, "additionalProperties": {"$ref": "#"}},
        {"prefixItems": [{"type": "string"}], "patternProperties": {"a": {"minimum": 1}}, "properties": 3},
        {"dependentSchemas": {"a": {"required": ["b"]}}, "if": {"type": "object"}, "then": {}, "allOf": 3},
        lattice("allOf", 4),
    ],
)
def test_bounded(schema: JsonValue) -> None:
    """Recursion is no harm as long as few schemas meet at each place."""
    assert judged(schema)


@pytest.mark.parametrize(
    "schema",
    [
        lattice("allOf", 40),
        lattice("anyOf", 40),
        lattice("oneOf", 40),
        {"allOf": [TREE, {"properties": {"left": {"$ref": "#"}}}, {"properties": {"left": {"$ref": "#"}}}]},
        {"$ref": "#"},
        {"$ref": "#/$defs/gone"},
        {"$ref": "other"},
        {"$dynamicRef": "#a"},
    ],
)
def test_not_bounded(schema: JsonValue) -> None:
    """References that multiply, and those that cannot be followed, have no bound."""
    assert not judged(schema)


def test_too_many_places() -> None:
    """A schema that tells thousands of members apart is not followed to its end."""
    assert not judged({"properties": {str(number): {"minimum": number} for number in range(2_001)}})


def test_too_many_looks() -> None:
    """Many schemas at each of many places are not followed to their end either."""
    one = {"allOf": [{"type": "object"}] * 190}
    schema = {"$defs": {"one": one}, "properties": {str(number): {"$ref": "#/$defs/one"} for number in range(200)}}
    assert not judged(schema)
    assert judged({**schema, "properties": {str(number): {"$ref": "#/$defs/one"} for number in range(50)}})


def test_too_many_schemas_for_any_member() -> None:
    """What is applied to every member counts at each of them."""
    assert not judged({"patternProperties": {f"a{number}": {"minimum": number} for number in range(201)}})


def test_what_schemas_share_is_followed_once() -> None:
    """Of a second schema only what is new is looked at; one that is not bounded leaves nothing behind as known."""
    shared = {"properties": {str(number): {"type": "string"} for number in range(500)}}
    document = {"$defs": {"shared": shared, "bad": lattice("allOf", 40)}}
    growth = SchemaGrowth(lambda reference: lookup(document, reference))
    assert growth.is_bounded({"properties": {"a": {"$ref": "#/$defs/shared"}}})
    first = MAX_ALL_LOOKS - growth.left
    assert growth.is_bounded({"properties": {"b": {"$ref": "#/$defs/shared"}}})
    assert 2 * first > MAX_ALL_LOOKS - growth.left
    for _ in range(2):
        assert not growth.is_bounded({"properties": {"a": shared, "b": document["$defs"]["bad"]}})


def test_looks_of_all_schemas_are_bounded() -> None:
    """After very many looks at the schemas of one description no other one is followed."""
    growth = SchemaGrowth(lambda _reference: None, left=100)
    assert growth.is_bounded({"properties": {str(number): {} for number in range(10)}})
    assert not growth.is_bounded({"properties": {str(number): {} for number in range(100)}})
    assert not growth.is_bounded({"minimum": 1})


def test_many_members_of_many_schemas() -> None:
    """What applies to each of very many members is counted before it is written down."""
    wide: dict[str, JsonValue] = {str(number): {} for number in range(100_000)}
    any_member: dict[str, JsonValue] = {f"a{number}": {} for number in range(150)}
    assert not judged({"allOf": [{"properties": wide}] * 40, "patternProperties": any_member})
