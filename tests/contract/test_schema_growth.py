"""Which schemas have bounded work."""

from __future__ import annotations

import pytest

from mock_knock.contract.fast_schema import lookup
from mock_knock.contract.judging_work import JudgingWork, judging_work
from mock_knock.contract.schema_growth import is_bounded
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


def test_looks_are_paid_for() -> None:
    """Following schemas is part of the work of judging: without anything left the answer is no."""
    with judging_work(JudgingWork(100)) as work:
        assert judged({"properties": {str(number): {} for number in range(10)}})
        assert not judged({"properties": {str(number): {} for number in range(100)}})
    assert work.is_spent
