"""What is wrong with the value of a request body is found without openapi-core where that is possible."""

from __future__ import annotations

from typing import Any

import pytest

from mock_knock.contract.description import DescribedOperation, load_description
from mock_knock.contract.judge import Judge
from mock_knock.contract.violations import SchemaError
from mock_knock.messages import JsonValue

PATH, JSON = "/things", "application/json"
OPERATION = DescribedOperation("things", "POST", PATH, None, "")
THING = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def judge(body: JsonValue) -> Judge:
    """Return the judge of a description whose only operation has this body."""
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "paths": {PATH: {"post": {"requestBody": body, "responses": {}}}},
        "components": {"schemas": {"Thing": THING}},
    }
    return Judge(load_description("things", document, where="things.yaml"))


def content(schema: JsonValue) -> dict[str, Any]:
    """Return a request body in JSON with this schema."""
    return {"content": {JSON: {"schema": schema}}}


@pytest.mark.parametrize("schema", [THING, {"$ref": "#/components/schemas/Thing"}, {**THING, "minProperties": 1}])
@pytest.mark.parametrize("value", [{"name": "a"}, {"name": 7}, {}, [], None, [[]]])
def test_both_ways_find_the_same(schema: JsonValue, value: JsonValue) -> None:
    """The short way finds the errors that the long one finds, at the same places."""
    found = judge(content(schema))
    assert found._full.body_errors(OPERATION, JSON, value) == found.body_errors(OPERATION, JSON, value)  # noqa: SLF001


@pytest.mark.parametrize(
    ("body", "value", "expected"),
    [
        (content({"type": "string", "pattern": "^a"}), "b", ["pattern"]),
        ({"content": {JSON: {}}}, "b", []),
        ({"content": {}}, "b", []),
    ],
)
def test_the_long_way(body: JsonValue, value: JsonValue, expected: list[str]) -> None:
    """A schema that cannot be compiled is judged in full; where there is none, nothing is wrong."""
    found: tuple[SchemaError, ...] = judge(body).body_errors(OPERATION, JSON, value)
    assert expected == [error.keyword for error in found]


def test_a_value_that_cannot_be_looked_at() -> None:
    """What jsonschema-rs cannot look at is judged in full."""
    found = judge(content({"items": {"type": "integer"}}))
    assert ["type"] == [error.keyword for error in found.body_errors(OPERATION, JSON, [{1, 2}])]
