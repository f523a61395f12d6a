"""How the judge reads parameters and headers, in every version of OpenAPI."""

from __future__ import annotations

from typing import Any

import pytest
from one_operation import NO_FORM, NUMBERS, POINT, UNREADABLE, VERSIONS, ask, judge, query, told
from werkzeug.datastructures import MultiDict

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge
from mock_knock.contract.records import request_record
from mock_knock.messages import Headers, JsonValue


@VERSIONS
@pytest.mark.parametrize(
    ("schema", "text", "found"),
    [
        ({"type": "integer"}, "7", []),
        ({"type": "integer"}, "7.5", [("query.q", "must be of type integer")]),
        ({"type": "integer"}, "1_0", [("query.q", "must be of type integer")]),
        ({"type": "number"}, "-1.5e3", []),
        ({"type": "number"}, "nan", [("query.q", "must be of type number")]),
        ({"type": "number"}, "1e999", [("query.q", "must be of type number")]),
        ({"type": "number"}, "1" * 5_000, [("query.q", "must be of type number")]),
        ({"type": "boolean"}, "true", []),
        ({"type": "boolean"}, "yes", [("query.q", "must be of type boolean")]),
        ({"type": "string", "maxLength": 1}, "7", []),
        ({"enum": [1, 2]}, "1", []),
        ({"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["all"]}]}, "all", []),
        ({"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["all"]}]}, "7", []),
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, "3", []),
        ({"oneOf": [{"type": "string", "pattern": "^0"}, {"type": "integer", "minimum": 10}]}, "07", []),
        ({}, "anything", []),
    ],
)
def test_scalars(schema: JsonValue, text: str, found: list[tuple[str, str]], version: str) -> None:
    """A text is a number or boolean where the schema wants one and it looks so; the schema decides on the rest."""
    assert found == query(schema, ("q", text), version=version)


@pytest.mark.parametrize(
    ("schema", "text", "found"),
    [
        ({"type": ["integer", "null"]}, "7", []),
        ({"type": ["integer", "null"]}, "null", []),
        ({"type": ["integer", "null"]}, "x", [("query.q", "must be of type null or integer")]),
        ({"const": 5}, "5", []),
        ({"type": ["string", "integer"], "enum": ["5", "x"]}, "5", []),
        ({"type": "integer", "exclusiveMinimum": 3}, "3", [("query.q", "must be greater than 3")]),
        ({"type": "integer"}, "7.0", []),
    ],
)
def test_types_of_openapi_31(schema: JsonValue, text: str, found: list[tuple[str, str]]) -> None:
    """Several types, constants and exclusive bounds are read as JSON Schema 2020-12 says."""
    assert found == query(schema, ("q", text))


def test_nullable_of_openapi_30() -> None:
    """A nullable integer of OpenAPI 3.0 is an integer in a query."""
    assert [] == query({"type": "integer", "nullable": True}, ("q", "7"), version="3.0.3")
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True}
    assert [("query.q", "must be greater than 3")] == query(schema, ("q", "3"), version="3.0.3")


@VERSIONS
@pytest.mark.parametrize(
    ("schema", "words", "pairs", "found"),
    [
        (NUMBERS, {}, [("q", "1"), ("q", "2")], []),
        (NUMBERS, {}, [("q", "1"), ("q", "x")], [("query.q/1", "must be of type integer")]),
        (NUMBERS, {"explode": False}, [("q", "1,2,3")], [("query.q", "must not have more than 2 items")]),
        (NUMBERS, {"explode": False}, [("q", "")], []),
        (NUMBERS, {"style": "spaceDelimited"}, [("q", "1 2")], []),
        (NUMBERS, {"style": "spaceDelimited"}, [("q", "1%202")], []),
        (NUMBERS, {"style": "pipeDelimited"}, [("q", "1|2")], []),
        (NUMBERS, {"style": "pipeDelimited", "explode": True}, [("q", "1"), ("q", "2")], []),
        (NUMBERS, {}, [], [("query.q", "is required")]),
        (POINT, {}, [("x", "1"), ("y", "z")], [("query.q/y", "must be of type integer")]),
        (POINT, {}, [("z", "1")], [("query.q", "is required")]),
        (POINT, {}, [("y", "1")], [("query.q/x", "is required")]),
        (POINT, {}, [("x", "1"), ("x", "2")], [("query.q/x", "must be of type integer")]),
        (POINT, {"explode": False}, [("q", "x,1,y,2")], []),
        (POINT, {"explode": False}, [("q", "x,1,y")], [("query.q", UNREADABLE)]),
        (POINT, {"style": "deepObject"}, [("q[x]", "1"), ("q[y]", "2"), ("r[x]", "a")], []),
        (POINT, {"style": "deepObject"}, [("q[x]", "1"), ("q[x][z]", "2")], []),
        (POINT, {"style": "deepObject"}, [("q", "1")], [("query.q", "is required")]),
        (POINT, {"style": "deepObject"}, [("q[x]y[z]", "1")], [("query.q", "is required")]),
        (NUMBERS, {"style": "deepObject"}, [("q[]", "1"), ("q[]", "2")], []),
        (NUMBERS, {"style": "deepObject"}, [("q[0]", "1"), ("q[1]", "x")], [("query.q/1", "must be of type integer")]),
        ({"type": "object", "properties": {"a": NUMBERS}}, {"style": "deepObject"}, [("q[a][]", "1")], []),
        ({"type": "object", "properties": {"a": NUMBERS}}, {"style": "deepObject"}, [("q[a]", "1")], []),
        ({"type": "object", "properties": {"a": NUMBERS}}, {"style": "deepObject"}, [("q[a]", "[1]")], []),
        ({"type": "object"}, {}, [("anything", "1")], []),
        ({"type": "object"}, {}, [], [("query.q", "is required")]),
        ({}, {}, [("q", "1"), ("q", "2")], []),
        ({"anyOf": [NUMBERS, {"type": "string"}]}, {"explode": False}, [("q", "1,2")], []),
        ({"anyOf": [NUMBERS, {"type": "string"}]}, {"explode": False}, [("q", "a")], []),
        ({"type": "array", "prefixItems": [{"type": "integer"}]}, {}, [("q", "1"), ("q", "x")], []),
        ({"items": {"type": "integer"}}, {}, [("q", "x")], [("query.q/0", "must be of type integer")]),
        ({"default": 5, "type": "integer"}, {"required": False}, [], []),
        ({"type": "string"}, {"deprecated": True}, [("q", "a")], []),
        ({"type": "string"}, {"allowEmptyValue": True}, [("q", "")], []),
        ({"type": "string"}, {"allowEmptyValue": False}, [("q", "")], [("query.q", "must not be empty")]),
    ],
)  # fmt: skip
def test_arrays_and_objects(
    schema: JsonValue, words: Any, pairs: Any, found: list[tuple[str, str]], version: str
) -> None:
    """Each style of the query is read in its way; what is not written in it is a violation, not an error."""
    assert found == query(schema, *pairs, version=version, **words)


@pytest.mark.parametrize(
    ("words", "schema", "text", "found"),
    [
        ({}, NUMBERS, "1,2", []),
        ({"explode": True}, NUMBERS, "1,2", []),
        ({}, POINT, "x,1", []),
        ({"style": "label"}, NUMBERS, ".1,2", []),
        ({"style": "label"}, NUMBERS, "1,2", [("path.p", UNREADABLE)]),
        ({"style": "label"}, {"type": "integer"}, ".7", []),
        ({"style": "label", "explode": True}, {"anyOf": [NUMBERS, {"type": "string"}]}, ".a", []),
        ({"style": "matrix"}, NUMBERS, ";p=1,2", []),
        ({"style": "matrix"}, NUMBERS, "p=1,2", [("path.p", UNREADABLE)]),
        ({"style": "matrix"}, NUMBERS, ";q=1,2", [("path.p", UNREADABLE)]),
        ({"style": "matrix", "explode": True}, {"anyOf": [NUMBERS, {"type": "string"}]}, ";p=a", []),
        ({"style": "matrix", "explode": True}, POINT, ";x=1;y=a", [("path.p/y", "must be of type integer")]),
    ],
)
def test_paths(words: Any, schema: JsonValue, text: str, found: list[tuple[str, str]]) -> None:
    """Each style of the path is read in its way."""
    parameter = {"name": "p", "in": "path", "required": True, "schema": schema, **words}
    assert found == ask(judge({"parameters": [parameter]}), path={"p": text})


def test_headers_and_cookies_of_a_request() -> None:
    """Arrays in headers may have spaces after the commas; cookies come by name, some more than once."""
    parameters = [
        {"name": name, "in": place, "schema": NUMBERS} for name, place in (("X-N", "header"), ("n", "cookie"))
    ]
    found = ask(judge({"parameters": parameters}), (("x-n", "1, 2"),), cookies=MultiDict([("n", "1"), ("n", "x")]))
    assert [("cookie.n/1", "must be of type integer")] == found


def test_content_of_a_parameter() -> None:
    """A parameter that is described by its content is decoded as that."""
    parameter = {"name": "q", "in": "query", "content": {"application/json": {"schema": POINT}}}
    described = judge({"parameters": [parameter]})
    assert [("query.q/x", "is required")] == ask(described, query=[("q", "{}")])
    assert [("query.q", NO_FORM)] == ask(described, query=[("q", "{")])
    text = {"name": "q", "in": "query", "content": {"text/plain": {"schema": {"type": "integer"}}}}
    assert [("query.q", "must be of type integer")] == ask(judge({"parameters": [text]}), query=[("q", "x")])


@pytest.mark.parametrize("kind", ["oauth2", "openIdConnect", "mutualTLS"])
def test_credentials_that_no_request_shows(kind: str) -> None:
    """Security whose credentials cannot be told from a request is not judged."""
    components = {"securitySchemes": {"s": {"type": kind}}}
    assert [] == ask(judge({"security": [{"s": []}]}, components=components))


@VERSIONS
def test_a_parameter_for_the_whole_query(version: str) -> None:
    """A parameter that is the whole query is not judged, and does no harm; one behind a reference neither."""
    components = {"parameters": {"Q": {"name": "q", "in": "querystring", "content": {"text/plain": {}}}}}
    parameters = [{"$ref": "#/components/parameters/Q"}, {"name": "n", "in": "header", "schema": NUMBERS}]
    found = ask(judge({"parameters": parameters}, version, components=components), (("n", "x"),), query=[("a", "1")])
    assert [("header.n/0", "must be of type integer")] == found


RESPONSE_HEADERS = {
    "X-Ids": {"required": True, "schema": NUMBERS, "deprecated": True},
    "X-Spot": {"content": {"application/json": {"schema": POINT}}},
    "X-Shared": {"$ref": "#/components/headers/Shared"},
}


@VERSIONS
@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ((("x-ids", "1,2"), ("X-Spot", '{"x": 1}'), ("X-Shared", "a")), []),
        ((), [("X-Ids", "is required")]),
        ((("X-Ids", "1,a"),), [("X-Ids/1", "must be of type integer")]),
        ((("X-Ids", "1"), ("X-Spot", "{}")), [("X-Spot/x", "is required")]),
        ((("X-Ids", "1"), ("X-Spot", "{")), [("X-Spot", NO_FORM)]),
        ((("X-Ids", "1"), ("X-Shared", "ab")), [("X-Shared", "must not be longer than 1 characters")]),
    ],
)
def test_headers_of_a_response(headers: Headers, found: list[tuple[str, str]], version: str) -> None:
    """Response headers are read by their schema or content, and a fault is told with its reason."""
    components = {"headers": {"Shared": {"schema": {"type": "string", "maxLength": 1}, "deprecated": True}}}
    described = judge({"responses": {"200": {"headers": RESPONSE_HEADERS}}}, version, components=components)
    operation = described.description.operations[0]
    assert found == told(described.response_violations(operation, status=200, headers=headers, body=b""))


def test_the_answer_to_head() -> None:
    """The answer to HEAD has no body, whatever is described; that to GET has."""
    responses = {"200": {"content": {"application/json": {"schema": POINT}}}}
    for method, found in (("head", []), ("get", [("", "a body is described, but there is none")])):
        described = judge({"responses": responses}, method=method)
        operation = described.description.operations[0]
        assert found == told(described.response_violations(operation, status=200, headers=(), body=b""))


def test_places_in_the_description() -> None:
    """A violation names the place of the broken rule in the description, from its root."""
    parameter = {"name": "q", "in": "query", "schema": {"type": "integer"}}
    content = {"application/json": {"schema": POINT}}
    operation = {
        "parameters": [parameter],
        "requestBody": {"content": content},
        "responses": {"200": {"headers": {"X-N": {"schema": {"$ref": "#/components/schemas/N"}}}, "content": content}},
    }
    described = judge(operation, components={"schemas": {"N": {"type": "integer"}}})
    target = described.description.operations[0]
    json = (("Content-Type", "application/json"), ("X-N", "x"))
    record = request_record(target, path={}, query={"q": "x"}, headers=json, body=b'{"x": "a"}')
    answer = described.response_violations(target, status=200, headers=json, body=b'{"x": "a"}')
    at = "/paths/~1x~1{p}/post"
    rule = "content/application~1json/schema/properties/x/type"
    assert [f"{at}/parameters/0/schema/type", f"{at}/requestBody/{rule}"] == [
        each.schema for each in described.request_violations(record)
    ]
    assert [f"{at}/responses/200/{rule}", f"{at}/responses/200/headers/X-N/schema/type"] == [
        each.schema for each in answer
    ]


def test_junk_beside_an_operation() -> None:
    """Paths and operations that are no objects, and schemas that are none, do no harm to others."""
    paths = {"/a": None, "/x": {"get": None, "post": {"parameters": [{"name": "q", "in": "query", "schema": True}]}}}
    description = load_description("api", {"openapi": "3.1.0", "paths": paths}, where="api.yaml")
    record = request_record(description.operations[0], path={}, query=MultiDict([("q", "1")]), headers=(), body=b"")
    assert () == Judge(description).request_violations(record)
