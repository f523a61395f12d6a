"""One schema, two validators: what is compiled judges as the stock validator does, keyword by keyword."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_path import SchemaPath
from openapi_core.validation.schemas import oas30_write_schema_validators_factory, oas31_schema_validators_factory

from mock_knock.contract.fast_schema import compile_schema
from mock_knock.contract.plain_schemas import plain_format
from mock_knock.contract.schema_validators import FastSchemaValidator, FastSchemaValidatorsFactory
from mock_knock.contract.violations import TOO_DEEP, SchemaError
from mock_knock.messages import JsonValue

VERSIONS = ["3.0", "3.1"]
STOCK = {"3.0": oas30_write_schema_validators_factory, "3.1": oas31_schema_validators_factory}
COMPONENTS: dict[str, Any] = {
    "Text": {"type": "string"},
    "Tree": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Tree"}, "b": {"type": "string"}}},
    "With space": {"type": "integer"},
    "a/b": {"maxLength": 1},
    "Whole": {"properties": {"part": {"type": "string"}}, "required": ["part"]},
    "Never": {"not": {}},
}


def reference(name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def spec(schema: JsonValue, version: str, **members: JsonValue) -> SchemaPath:
    """Return a description with this schema in it."""
    document = {"openapi": f"{version}.0", "components": {"schemas": COMPONENTS}, "schema": schema, **members}
    return SchemaPath.from_dict(document)


def ours(schema: JsonValue, version: str, **members: JsonValue) -> FastSchemaValidator:
    """Return our validator of a schema."""
    description = spec(schema, version, **members)
    created = FastSchemaValidatorsFactory(STOCK[version], is_openapi_30=version == "3.0").create(
        description, description / "schema"
    )
    assert isinstance(created, FastSchemaValidator)
    return created


def is_compiled(schema: JsonValue, version: str) -> bool:
    """Tell whether jsonschema-rs judges a schema."""
    document = {"components": {"schemas": COMPONENTS}, "schema": schema}
    return compile_schema(document, schema, is_openapi_30=version == "3.0", formats=lambda _: bool) is not None


def quick_verdict(schema: JsonValue, version: str, value: JsonValue) -> bool | None:
    """Return the verdict of the schema with its quick rules in front, or None where it is not compiled."""
    document = {"components": {"schemas": COMPONENTS}, "schema": schema}
    is_30 = version == "3.0"
    validator = compile_schema(document, schema, is_openapi_30=is_30, formats=plain_format, for_verdicts=True)
    return None if validator is None else validator.is_valid(value)


def stock_places(schema: JsonValue, version: str, value: JsonValue) -> set[tuple[str | int, ...]]:
    """Return where the stock validator finds a value wrong."""
    description = spec(schema, version)
    validator = STOCK[version].create(description, description / "schema").validator
    return {tuple(error.absolute_path) for error in validator.iter_errors(value)}


def check_same(schema: JsonValue, version: str, value: JsonValue) -> None:
    """Assert that both validators find the same places of a value wrong."""
    expected, validator = stock_places(schema, version, value), ours(schema, version)
    assert expected == {error.path for error in validator.find_errors(value)}
    assert (expected == set()) == validator.is_valid(value)
    assert quick_verdict(schema, version, value) in {None, expected == set()}


VALUES: list[JsonValue] = [
    *(None, True, False, 0, 1, -1, 3, 1.0, 1.5, 0.3, 19.99, 2**53, 2**63, 2**64 - 1, 1e300),
    *("", "a", "ab", "abc", "A", "1", "\u0661", "1\n", "é", "😀😀", "e\u0301"),
    *([], [1], [1, 1], [1, 1.0], [1, True], [[1], [True]], ["a", "a"], ["a", 1], [{"a": 1}, {"a": True}], [None]),
    *(
        {},
        {"a": 1},
        {"a": "x"},
        {"a": None},
        {"b": 1},
        {"a": "x", "b": "y"},
        {"x": 1},
        {"x": "a"},
        {"a": {"a": {"b": 1}}},
    ),
    *({"part": 1}, {"nullable": 1, "example": 1, "enum": 1, "$ref": 1, "format": 1, "discriminator": 1}),
]
SCHEMAS: list[dict[str, Any]] = [
    *({"type": kind} for kind in ("string", "integer", "number", "boolean", "array", "object")),
    *({"type": kind, "nullable": True} for kind in ("string", "integer", "array", "object")),
    {"nullable": True},
    {"type": "string", "nullable": False},
    {"type": "string", "nullable": "yes"},
    {"type": "string", "nullable": True, "enum": ["a"]},
    {"type": "integer", "nullable": True, "enum": [None]},
    {"enum": [1, "a", None, [1], {"a": 1}]},
    {"enum": [True, 0]},
    {"enum": [[True]]},
    {"minimum": 1, "maximum": 2},
    {"multipleOf": 3},
    {"multipleOf": 0.01},
    {"multipleOf": 0.1, "type": "number"},
    {"minLength": 2, "maxLength": 2},
    {"pattern": "^\\d+$"},
    {"pattern": "^[a-z]$"},
    {"minItems": 1, "maxItems": 1},
    {"uniqueItems": True},
    {"items": {"type": "string"}},
    {"minProperties": 1, "maxProperties": 1},
    {"required": ["a", "b"]},
    {"required": ["a"], "properties": {"a": {"type": "string"}}},
    {"additionalProperties": False},
    {"additionalProperties": False, "properties": {"a": {}}},
    {"additionalProperties": {"type": "string"}, "properties": {"a": {}}},
    {"patternProperties": {"^x": {"type": "string"}}},
    {"patternProperties": {"^x": {}}, "additionalProperties": False},
    {"dependencies": {"a": ["b"]}},
    {"allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "string"}}}]},
    {"anyOf": [{"type": "string"}, {"required": ["a"]}]},
    {"oneOf": [{"type": "number"}, {"type": "integer"}, {"required": ["a"]}]},
    {"not": {"type": "string"}},
    {"anyOf": [{"type": "string"}, {"nullable": True}]},
    {"properties": {"a": reference("Text")}},
    {"properties": {"a": {**reference("Text"), "maxLength": 0}}},
    {"properties": {"a": {**reference("Text"), "nullable": True, "description": "x"}}},
    {"properties": {"a": {**reference("Text"), "allOf": [{"minLength": 3}]}}},
    {"properties": {"a": reference("Tree")}},
    {"properties": {"a": reference("With space")}},
    {"properties": {"a": reference("With%20space")}},
    {"properties": {"a": reference("a~1b")}},
    {"properties": {"part": reference("Whole/properties/part"), "a": reference("Whole")}},
    {"properties": {"x": reference("Whole"), "part": reference("Whole/properties/part")}},
    {"properties": {"a": {"id": "https://example.com/a", "type": "string"}}},
    {"properties": {name: {"type": "string"} for name in ("nullable", "example", "enum", "$ref", "format")}},
    {"example": {"$ref": "#/nowhere"}, "x-more": {"$ref": "#/nowhere"}, "type": "string"},
    {"type": "integer", "format": "int32"},
    {"type": "integer", "format": "int64"},
    {"type": "string", "format": "int32"},
    {"type": "number", "format": "double"},
    {"properties": {"a": {"type": "string", "readOnly": True}}, "required": ["a"]},
    {"properties": {"a": {"type": "string", "readOnly": False, "writeOnly": True}}, "required": ["a"]},
    {"oneOf": [reference("Tree")], "discriminator": {"propertyName": "b"}},
    {"default": {"type": "nothing"}, "title": "x", "deprecated": True, "xml": {}, "externalDocs": {}},
]  # fmt: skip
SCHEMAS_30: list[dict[str, Any]] = [
    {"minimum": 1, "exclusiveMinimum": True},
    {"maximum": 1, "exclusiveMaximum": True, "minimum": 0, "exclusiveMinimum": False},
    {"const": 1},
    {"propertyNames": {"maxLength": 0}},
    {"contains": {"type": "string"}},
    {"if": {"type": "string"}, "then": {"maxLength": 1}},
    {"definitions": {"x": {"type": "nothing"}}, "type": "string"},
]
SCHEMAS_31: list[JsonValue] = [
    True,
    {"type": ["string", "null"]},
    {"type": ["integer", "object"]},
    {"exclusiveMinimum": 1, "exclusiveMaximum": 3},
    {"const": 1},
    {"const": [1]},
    {"propertyNames": {"maxLength": 0}},
    {"contains": {"type": "string"}, "minContains": 1, "maxContains": 1},
    {"if": {"type": "string"}, "then": {"maxLength": 1}, "else": {"type": "integer"}},
    {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
    {"dependentRequired": {"a": ["b"]}},
    {"dependentSchemas": {"a": {"required": ["b"]}}},
    {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
    {"prefixItems": [{}], "unevaluatedItems": {"type": "string"}},
    {"$defs": {"x": {"type": "nothing"}}, "type": "string"},
    {"properties": {"a": {"$ref": "#/schema/$defs/x"}}, "$defs": {"x": {"type": "string"}}},
    {"properties": {"a": {"$anchor": "here", "type": "string"}}},
    {"contentMediaType": "application/json", "contentEncoding": "base64"},
]
FORMATS = [
    *("date-time", "date", "time", "duration", "uuid", "uri", "uri-reference", "email", "ipv4", "ipv6", "hostname"),
    *("regex", "json-pointer", "byte", "binary", "password", "fax-number"),
]
TEXTS = [
    *("", "x", "a b", "[", "/relative", "P1D", "QQ==", "QQ", "2026-01-01", "12:00:00Z"),
    *("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1+01:00", "2026-01-01t00:00:00z", "2026-01-01 00:00:00Z"),
    *("2026-01-01T23:59:60Z", "0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z"),
    *("7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10", "7F1C0F4E-2A52-4A53-9A2B-2F3F0A5D6B10"),
    *("7f1c0f4e2a524a539a2b2f3f0a5d6b10", "{7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10}"),
    *("urn:uuid:7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10", "https://knock.app/a?b#c", "http://["),
    *("ada@example.com", "@", "127.0.0.1", "256.0.0.1", "::1"),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_keywords_of_both_versions(schema: JsonValue, version: str) -> None:
    """Every keyword means the same to both validators, and finds the same places."""
    for value in VALUES:
        check_same(schema, version, value)


@pytest.mark.parametrize("schema", SCHEMAS_30, ids=str)
def test_keywords_of_openapi_30(schema: JsonValue) -> None:
    """What OpenAPI 3.0 says in its own way, or does not know, means the same to both validators."""
    for value in VALUES:
        check_same(schema, "3.0", value)


@pytest.mark.parametrize("schema", SCHEMAS_31, ids=str)
def test_keywords_of_openapi_31(schema: JsonValue) -> None:
    """What came with OpenAPI 3.1 means the same to both validators."""
    for value in VALUES:
        check_same(schema, "3.1", value)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", FORMATS)
def test_formats(name: str, version: str) -> None:
    """A format is checked by the stock validator's own check, also where jsonschema-rs has one of that name."""
    for value in [*TEXTS, 7, None, ["x"]]:
        check_same({"format": name}, version, value)


scalars = st.sampled_from([None, True, False, 0, 1, 1.0, 2, "", "a", "b", "ab"])
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner), max_leaves=6
)
sizes = st.integers(0, 2)
names_of_members = st.lists(st.sampled_from("abc"), min_size=1, unique=True)
KINDS = ["string", "integer", "number", "boolean", "array", "object"]


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas with a few keywords, some of them with these schemas inside."""
    some = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(KINDS),
            "nullable": st.booleans(),
            "enum": st.lists(json_values, min_size=1, max_size=3, unique_by=repr),
            "minimum": sizes,
            "maxLength": sizes,
            "minItems": sizes,
            "maxProperties": sizes,
            "uniqueItems": st.booleans(),
            "required": names_of_members,
            "items": inner,
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "allOf": some,
            "anyOf": some,
            "oneOf": some,
            "not": inner,
        },
    )


leaf_schemas = st.sampled_from(
    [reference("Text"), reference("Tree"), {**reference("Text"), "maxLength": 1}, {}]
) | st.builds(lambda kind, nullable: {"type": kind, "nullable": nullable}, st.sampled_from(KINDS), st.booleans())


@pytest.mark.parametrize("version", VERSIONS)
@given(schema=st.recursive(leaf_schemas, schemas, max_leaves=6), value=json_values)
def test_any_schema(schema: JsonValue, value: JsonValue, version: str) -> None:
    """Whatever keywords come together, both validators find the same places wrong."""
    check_same(schema, version, value)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "uuid", "enum": ["a"]},
        {"properties": {"pattern": {"type": "string"}, "$id": {"type": "string"}, "multipleOf": {"type": "integer"}}},
        {"properties": {"a": reference("Tree"), "b": reference("With%20space")}},
        {"readOnly": False, "writeOnly": False},
    ],
    ids=str,
)
def test_schemas_that_are_compiled(schema: JsonValue, version: str) -> None:
    """Ordinary schemas are compiled, recursive ones too, and whatever their members are called."""
    assert is_compiled(schema, version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "a"},
        {"items": {"properties": {"a": {"multipleOf": 2}}}},
        {"patternProperties": {}},
        {"oneOf": [], "discriminator": {"propertyName": "a"}},
        {"properties": {"a": {"readOnly": True}}},
        {"allOf": [{"writeOnly": True}]},
        {"$id": "https://example.com"},
        {"type": "integer", "format": "int32"},
        {"type": "text"},
        {"required": True},
        {"properties": None},
        {"anyOf": []},
        {"enum": [{1, 2}]},
        {"allOf": 7, **reference("Text")},
        reference("With space"),
        reference("Missing"),
        reference("Text/type"),
        {"$ref": "other.yaml#/a"},
        {"$ref": "https://example.com/schema"},
    ],
    ids=str,
)
def test_schemas_that_are_not_compiled(schema: JsonValue, version: str) -> None:
    """What the two validators read in different ways, or what is no proper schema, is left to the stock validator."""
    assert not is_compiled(schema, version)


def test_compiling_changes_nothing() -> None:
    """The description is the same after its schemas were compiled."""
    schema = {"properties": {"a": reference("Whole"), "b": reference("Whole/properties/part"), "c": reference("Tree")}}
    before = copy.deepcopy(COMPONENTS)
    assert is_compiled(schema, "3.0")
    assert is_compiled(schema, "3.1")
    assert before == COMPONENTS


DEEP: JsonValue = []
for _ in range(1_000):
    DEEP = [DEEP]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("more", [{}, {"pattern": "^a"}], ids=["compiled", "stock"])
@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({"free": DEEP}, []),
        ({"free": DEEP, "text": 7}, [("text",)]),
        ({"text": DEEP}, [TOO_DEEP.path]),
        (DEEP, [TOO_DEEP.path]),
    ],
    ids=["good", "bad elsewhere", "bad", "bad at the top"],
)
def test_deep_values(more: dict[str, str], version: str, value: JsonValue, places: list[JsonValue]) -> None:
    """A very deep value is judged as long as that is possible; otherwise it is wrong because of its depth."""
    validator = ours({"type": "object", "properties": {"text": {"type": "string", **more}}}, version)
    assert places == [error.path for error in validator.find_errors(value)]
    assert (places == []) == validator.is_valid(value)


def test_a_deep_value_of_a_recursive_schema() -> None:
    """A recursive schema is compiled, so that Python's stack does not limit how deep its values are judged."""
    value: JsonValue = {"b": 7}
    for _ in range(800):
        value = {"a": value}
    validator = ours({"properties": {"a": reference("Tree")}}, "3.0")
    assert not validator.is_valid(value)
    assert validator.is_valid({"a": {}})
    [error] = validator.find_errors(value)
    assert error.path in {("a",) * 800 + ("b",), TOO_DEEP.path}


@pytest.mark.parametrize("more", [{}, {"pattern": "^a"}], ids=["compiled", "stock"])
def test_an_error_in_detail(more: dict[str, str]) -> None:
    """Both validators tell path, keyword, argument, alternatives and the place in the description in the same way."""
    schema = {
        "properties": {
            "it's": {"required": ['say "hi"', "it's"]},
            "closed": {"additionalProperties": False, "properties": {"known": {"type": "string", **more}}},
            "either": {"anyOf": [{"type": "integer"}, {"required": ["a"]}]},
        }
    }
    found = ours(schema, "3.0").find_errors({"it's": {}, "closed": {"known": "a", "x": 1, "y": 2}, "either": {}})
    at = ("schema", "properties")
    assert [
        SchemaError(("it's",), "required", 'say "hi"', (*at, "it's", "required")),
        SchemaError(("it's",), "required", "it's", (*at, "it's", "required")),
        SchemaError(("closed",), "additionalProperties", ["x", "y"], (*at, "closed", "additionalProperties")),
    ] == [error for error in found if error.keyword != "anyOf"]
    [either] = [error for error in found if error.keyword == "anyOf"]
    assert (("either",), (*at, "either", "anyOf")) == (either.path, either.schema_path)
    assert [["type"], ["required"]] == [[error.keyword for error in branch] for branch in either.branches]
    assert {("either",)} == {error.path for branch in either.branches for error in branch}


def test_unexpected_members_beside_patterns() -> None:
    """A member that a pattern describes is not among those that are not allowed."""
    schema = {"additionalProperties": False, "properties": {"a": {}}, "patternProperties": {"^x": {}, "z$": {}}}
    [error] = ours(schema, "3.1").find_errors({"a": 1, "x1": 1, "1z": 1, "b": 1})
    assert ["b"] == error.argument


@pytest.mark.parametrize("more", [{}, {"pattern": "^a"}], ids=["compiled", "stock"])
def test_a_member_that_is_never_allowed(more: dict[str, str]) -> None:
    """A schema that is false allows no value, in OpenAPI 3.1; only jsonschema-rs says where the value is."""
    schema = {"properties": {"a": False, "b": {"type": "string", **more}}}
    [error] = ours(schema, "3.1").find_errors({"a": 1})
    assert (() if more else ("a",), "falseSchema") == (error.path, error.keyword)


def test_a_format_check_that_trips() -> None:
    """A check that fails on a text instead of judging it does not accept it."""
    assert not ours({"format": "byte"}, "3.0").is_valid("é")


def test_policies_of_openapi_core() -> None:
    """A policy that makes schemas stricter than they are is respected."""
    description = spec({"type": "object", "properties": {"a": {}}}, "3.0")
    factory = FastSchemaValidatorsFactory(STOCK["3.0"], is_openapi_30=True)
    strict = factory.create(description, description / "schema", forbid_unspecified_additional_properties=True)
    assert isinstance(strict, FastSchemaValidator)
    assert (True, False) == (strict.is_valid({"a": 1}), strict.is_valid({"b": 1}))
