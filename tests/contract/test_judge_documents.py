"""Verdicts by descriptions of other shapes than Knock's: every kind of parameter, OpenAPI 3.1, and broken ones."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from werkzeug.datastructures import MultiDict

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge
from mock_knock.contract.records import request_record
from mock_knock.errors import InvalidDocument
from mock_knock.messages import ContractViolation, Headers, JsonValue

JSON = ("Content-Type", "application/json")
PROBLEM = ("Content-Type", "application/problem+json")
TEXT = ("Content-Type", "text/plain")
CREDENTIALS: Headers = (("X-Key", "k"), ("X-Tenant", "red"))

ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "note": {"type": "string", "nullable": True},
        "code": {"type": "string", "pattern": "^[a-z]+$"},
        "made_at": {"type": "string", "readOnly": True},
        "secret": {"type": "string", "writeOnly": True},
    },
}
GET: dict[str, Any] = {
    "security": [{"Key": []}],
    "parameters": [
        {"name": "page", "in": "query", "schema": {"type": "integer"}},
        {"name": "need", "in": "query", "required": True, "schema": {"type": "string", "maxLength": 3}},
        {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string", "maxLength": 3}}},
        {"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string", "enum": ["red", "blue"]}},
        {"name": "sid", "in": "cookie", "schema": {"type": "string", "minLength": 2}},
    ],
    "responses": {
        "200": {
            "headers": {
                "X-Total": {"required": True, "schema": {"type": "integer"}},
                "X-Left": {"schema": {"type": "integer"}},
            },
            "content": {"application/json": {"schema": ITEM}},
        },
        "204": {"description": "Nothing."},
        "4XX": {"content": {"application/problem+json": {"schema": {"type": "object", "required": ["title"]}}}},
        "503": {"content": {"text/plain": {"schema": {"type": "string", "maxLength": 4}}}},
    },
}
PUT: dict[str, Any] = {
    "security": [],
    "requestBody": {"content": {"application/json": {"schema": ITEM}}},
    "responses": {"default": {"description": "Anything."}},
}
SHOP: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/items/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}],
            "get": GET,
            "put": PUT,
        }
    },
    "components": {"securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
}
NEWER: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/notes/{slug}": {
            "post": {
                "parameters": [
                    {"name": "slug", "in": "path", "required": True, "schema": {"type": "string", "minLength": 2}}
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}},
                },
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Note": {
                "type": "object",
                "properties": {
                    "text": {"type": ["string", "null"]},
                    "rank": {"type": "integer", "exclusiveMinimum": 0},
                    "kind": {"const": "note"},
                    "pair": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "maxItems": 2},
                    "gone": False,
                    "at": {"type": "string", "format": "date-time"},
                    "loose": {"type": "string", "nullable": True},
                },
                "if": {"required": ["rank"]},
                "then": {"required": ["text"]},
                "unevaluatedProperties": False,
            }
        }
    },
}


def changed(document: dict[str, Any], *path: str, value: JsonValue) -> dict[str, Any]:
    """Return a copy of a document with another value at a path."""
    result = copy.deepcopy(document)
    node = result
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return result


def shop_with(method: str, member: str, value: JsonValue) -> dict[str, Any]:
    """Return the shop with another member of an operation."""
    return changed(SHOP, "paths", "/items/{id}", method, member, value=value)


def json_content(schema: JsonValue) -> JsonValue:
    """Return a body of this schema, as requests and responses have it."""
    return {"content": {"application/json": {"schema": schema}}}


def told(violations: tuple[ContractViolation, ...]) -> list[tuple[str, str, str]]:
    """Return kind, place and sentence of violations."""
    return [(each.kind, each.location, each.message) for each in violations]


def ask(
    document: dict[str, Any], method: str, headers: Headers, body: bytes = b"", **parts: Any
) -> list[tuple[str, ...]]:
    """Judge a request of the first path of a document; path, query and cookies are good where they are not given."""
    description = load_description("shop", document, where="shop.yaml")
    operation = next(each for each in description.operations if each.method == method)
    path, query = parts.get("path", {"id": "7", "slug": "abc"}), parts.get("query", [("need", "yes")])
    record = request_record(
        operation, path=path, query=MultiDict(query), headers=headers, body=body, cookies=parts.get("cookies")
    )
    return list(told(Judge(description).request_violations(record)))


def answer(document: dict[str, Any], method: str, status: int, headers: Headers, body: bytes) -> list[tuple[str, ...]]:
    """Judge a response of the first path of a document."""
    description = load_description("shop", document, where="shop.yaml")
    operation = next(each for each in description.operations if each.method == method)
    return list(told(Judge(description).response_violations(operation, status=status, headers=headers, body=body)))


NO_INTEGER = "must be of type integer"
TOO_LONG = "must not be longer than 3 characters"


@pytest.mark.parametrize(
    ("parts", "violations"),
    [
        ({}, []),
        ({"query": [("need", "yes"), ("page", "2"), ("tags", "a"), ("tags", "b"), ("more", "1")]}, []),
        ({"cookies": {"sid": "abc"}}, []),
        ({"query": []}, [("query.need", "is required")]),
        ({"query": [("need", "")]}, [("query.need", "must not be empty")]),
        ({"query": [("need", "long"), ("page", "x")]}, [("query.page", NO_INTEGER), ("query.need", TOO_LONG)]),
        ({"query": [("need", "a"), ("tags", "abc"), ("tags", "abcd")]}, [("query.tags/1", TOO_LONG)]),
        ({"cookies": {"sid": "a"}}, [("cookie.sid", "must be at least 2 characters long")]),
        ({"path": {"id": "0"}}, [("path.id", "must not be less than 1")]),
        ({"path": {"id": "x"}}, [("path.id", NO_INTEGER)]),
        ({"path": {}}, [("path.id", "is required")]),
    ],
)
def test_parameters(parts: dict[str, Any], violations: list[tuple[str, str]]) -> None:
    """Parameters of path, query and cookies are read by their schema; a fault is told with where it was sent."""
    assert [("request-parameter", *each) for each in violations] == ask(SHOP, "GET", CREDENTIALS, **parts)


@pytest.mark.parametrize(
    ("headers", "kind", "location"),
    [
        ((("X-Key", "k"),), "request-parameter", "header.X-Tenant"),
        ((("x-key", "k"), ("x-tenant", "green")), "request-parameter", "header.X-Tenant"),
        ((("X-Tenant", "red"),), "request-security", "Authorization"),
    ],
)
def test_header_parameters(headers: Headers, kind: str, location: str) -> None:
    """Header fields are found in any case, as parameters and as credentials."""
    assert [(kind, location)] == [(found, place) for found, place, _ in ask(SHOP, "GET", headers)]


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
def test_the_name_of_a_scheme_in_any_case(scheme: str) -> None:
    """The name of an HTTP authentication scheme is written in any case, in descriptions too."""
    document = changed(SHOP, "components", "securitySchemes", "Key", value={"type": "http", "scheme": scheme})
    tenant = ("X-Tenant", "red")
    assert [] == ask(document, "GET", (("Authorization", "bEaReR sk_1"), tenant))
    assert ["request-security"] == [
        kind for kind, *_ in ask(document, "GET", (("Authorization", "Basic sk_1"), tenant))
    ]


@pytest.mark.parametrize(
    ("body", "violations"),
    [
        (b"", []),
        (b'{"id": 1, "note": null, "code": "a", "secret": "x"}', []),
        (b'{"id": null}', [("/id", "must be of type integer")]),
        (b'{"it\'s": 1}', [("", "has members that are not allowed: it's"), ("/id", "is required")]),
        (b'{"id": 1, "code": "A"}', [("/code", "does not match the pattern ^[a-z]+$")]),
        (b'{"id": 1, "made_at": "now"}', [("/made_at", "must not be in a request")]),
    ],
)
def test_bodies_that_only_the_stock_validator_judges(body: bytes, violations: list[tuple[str, str]]) -> None:
    """What is not compiled is judged all the same; a body that is not required may be absent."""
    assert sorted(("request-body", *each) for each in violations) == sorted(ask(SHOP, "PUT", (JSON,), body))


TOTAL = ("X-Total", "3")


@pytest.mark.parametrize(
    ("status", "headers", "body", "violations"),
    [
        (200, (JSON, TOTAL), b'{"id": 1, "made_at": "now"}', []),
        (200, (JSON,), b'{"id": 1}', [("header", "X-Total", "is required")]),
        (200, (JSON, ("X-Total", "x")), b'{"id": 1}', [("header", "X-Total", NO_INTEGER)]),
        (200, (JSON, TOTAL, ("X-Left", "x")), b'{"id": 1}', [("header", "X-Left", NO_INTEGER)]),
        (200, (JSON, ("x-total", "3")), b'{"id": 1, "secret": ""}', [("body", "/secret", "must not be in a response")]),
        (200, (TOTAL,), b"", [("body", "", "a body is described, but there is none")]),
        (200, (), b"", [("body", "", "a body is described, but there is none"), ("header", "X-Total", "is required")]),
        (204, (), b"", []),
        (204, (JSON,), b"{", []),
        (404, (PROBLEM,), b'{"title": "x"}', []),
        (499, (PROBLEM,), b"{}", [("body", "/title", "is required")]),
        (404, (PROBLEM,), b"{", [("body", "", "cannot be decoded as its media type says")]),
        (503, (TEXT,), b"down", []),
        (503, (TEXT,), b"\xff\xfe", []),
        (503, (TEXT,), b"broken", [("body", "", "must not be longer than 4 characters")]),
        (500, (TEXT,), b"", [("status", "500", "this status is not described")]),
    ],
)
def test_responses(status: int, headers: Headers, body: bytes, violations: list[tuple[str, str, str]]) -> None:
    """Status ranges, header fields, JSON under other names and text are judged as described."""
    expected = [(f"response-{kind}", location, message) for kind, location, message in violations]
    assert expected == answer(SHOP, "GET", status, headers, body)


def test_a_default_response() -> None:
    """A default response describes every status."""
    assert [] == answer(SHOP, "PUT", 599, (), b"anything")


def test_a_value_that_is_no_json() -> None:
    """A body of another media type that must be JSON by its schema is a violation, not an error."""
    responses = {"200": {"content": {"image/png": {"schema": ITEM}}}}
    found = answer(shop_with("put", "responses", responses), "PUT", 200, (("Content-Type", "image/png"),), b"\x89PNG")
    assert [("response-body", "", "must be of type object")] == found


@pytest.mark.parametrize(
    ("body", "violations"),
    [
        ({"text": None, "rank": 1.0, "kind": "note", "pair": ["a", 1]}, []),
        ({"text": 1}, [("/text", "must be of type null or string")]),
        ({"rank": 1}, [("/text", "is required")]),
        ({"text": "a", "rank": 0}, [("/rank", "must be greater than 0")]),
        ({"kind": "x"}, [("/kind", "breaks the rule 'const': note")]),
        ({"pair": ["a", "b"]}, [("/pair/1", "must be of type integer")]),
        ({"gone": 1}, [("/gone", "is not allowed")]),
        ({"at": "23:59"}, [("/at", "is not a valid date-time")]),
        ({"loose": None}, [("/loose", "must be of type string")]),
    ],
)
def test_openapi_31(body: JsonValue, violations: list[tuple[str, str]]) -> None:
    """OpenAPI 3.1 is judged by JSON Schema 2020-12, requests and responses alike."""
    data = orjson.dumps(body)
    assert [("request-body", *each) for each in violations] == ask(NEWER, "POST", (JSON,), data)
    assert [("response-body", *each) for each in violations] == answer(NEWER, "POST", 200, (JSON,), data)


def test_parameters_of_openapi_31() -> None:
    """A path parameter may have several types."""
    assert [] == ask(NEWER, "POST", (JSON,), b"{}")
    found = ask(NEWER, "POST", (JSON,), b"{}", path={"slug": "a"})
    assert [("request-parameter", "path.slug", "must be at least 2 characters long")] == found


def test_another_dialect() -> None:
    """The dialect that an OpenAPI 3.1 document chooses for its schemas counts."""
    draft_4 = {**NEWER, "jsonSchemaDialect": "http://json-schema.org/draft-04/schema#"}
    assert [("request-body", "/rank", "must be of type integer")] == ask(draft_4, "POST", (JSON,), b'{"rank": 1.0}')


def parameters(*found: JsonValue) -> dict[str, Any]:
    """Return the shop with these parameters of its first operation."""
    return shop_with("get", "parameters", list(found))


BROKEN = {
    "parameter without a place": parameters({"name": "need"}),
    "parameters are no list": shop_with("get", "parameters", 7),
    "reference to nowhere": parameters({"$ref": "#/nowhere"}),
    "unknown kind of security": changed(SHOP, "components", "securitySchemes", "Key", value={"type": "magic"}),
    "unknown dialect": {**NEWER, "jsonSchemaDialect": "https://example.com/dialect"},
}


@pytest.mark.parametrize("document", BROKEN.values(), ids=list(BROKEN))
def test_a_broken_description(document: dict[str, Any]) -> None:
    """A description that is broken where it is used is an error with its place and a remedy, in one line."""
    is_31 = document["openapi"] == "3.1.0"
    with pytest.raises(InvalidDocument) as caught:
        ask(document, "POST" if is_31 else "GET", (*CREDENTIALS, JSON), b"{}")
    place = "~1notes~1{slug}/post" if is_31 else "~1items~1{id}/get"
    assert ("openapi-unusable", f"shop.yaml#/paths/{place}") == (caught.value.code, caught.value.where)
    assert "/" in caught.value.what
    assert "\n" not in caught.value.what
    assert caught.value.hint


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"required": True}, "TypeError"),
        ({"type": "text"}, "UnknownType"),
        ({"pattern": "["}, "RegexError"),
        ({"$ref": "#/nowhere"}, "PointerToNowhere"),
        ({"$ref": "#/paths/~1items~1{id}/put/responses/default/content/application~1json/schema"}, "RecursionError"),
    ],
)
def test_a_broken_schema(schema: JsonValue, fault: str) -> None:
    """The same holds for schemas that no validator takes."""
    document = shop_with("put", "responses", {"default": json_content(schema)})
    with pytest.raises(InvalidDocument, match=rf"PUT /items/\{{id\}} cannot be used: {fault}"):
        answer(document, "PUT", 200, (JSON,), b'"text"' if "pattern" in schema else b"{}")


def causes(error: BaseException) -> list[BaseException]:
    """Return an exception and what it came from."""
    return [error, *(causes(error.__cause__) if error.__cause__ else ())]


@pytest.mark.parametrize(
    "target",
    [
        "{file}",
        "schema.json",
        "data:application/json,{{}}",
        *(f"{each}://127.0.0.1:9/x" for each in ("http", "https", "ftp")),
    ],
)
def test_references_to_other_documents(target: str, tmp_path: Path) -> None:
    """A reference to another document is refused before anything is opened, whether it leads somewhere or not."""
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    reference = target.format(file=(tmp_path / "schema.json").as_uri())
    document = shop_with("put", "requestBody", json_content({"$ref": reference}))
    with pytest.raises(InvalidDocument) as caught:
        ask(document, "PUT", (JSON,), b"{}")
    assert "openapi-unusable" == caught.value.code
    assert LookupError in {type(each) for each in causes(caught.value)}


EVIL = "^(a|aa)+(?!b)$"
DOUBLING = {f"S{level}": {"allOf": [{"$ref": f"#/components/schemas/S{level + 1}"}] * 2} for level in range(40)}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": EVIL}, "a" * 40 + "!"),
        ({"pattern": "(?=a)(a|aa)+$"}, "a" * 40 + "!"),
        ({"patternProperties": {EVIL: {}}}, {"a" * 40 + "!": 1}),
        ({"patternProperties": {EVIL: {}}, "additionalProperties": False}, {"a" * 40 + "!": 1}),
        ({"items": {"pattern": EVIL}}, ["a" * length + "!" for length in range(8, 30) for _ in range(100)]),
        ({"$ref": "#/components/schemas/S0"}, 1),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_schemas_without_end(version: str, schema: JsonValue, value: JsonValue) -> None:
    """Patterns that backtrack and references that double make the description unusable there, and nothing hangs."""
    document = shop_with("put", "responses", {"default": json_content(schema)})
    document = {**document, "openapi": version, "components": {"schemas": {**DOUBLING, "S40": {"type": "string"}}}}
    if version == "3.0.3" and "patternProperties" in str(schema):
        pytest.skip("OpenAPI 3.0 knows no patternProperties")
    with pytest.raises(InvalidDocument) as caught:
        answer(document, "PUT", 200, (JSON,), orjson.dumps(value))
    assert "openapi-unusable" == caught.value.code


@pytest.mark.parametrize("schema", [{"format": "regex"}, {"format": "regex", "pattern": ""}], ids=["fast", "stock"])
@pytest.mark.parametrize(("expected", "text"), [(0, "a+"), (1, "("), (1, "a{1000000000}"), (1, "a" * 10_001)])
def test_regular_expressions_as_values(expected: int, text: str, schema: dict[str, JsonValue]) -> None:
    """A text of the format `regex` is one that can be used here."""
    document = shop_with("put", "responses", {"default": json_content({"type": "string", **schema})})
    assert expected == len(answer(document, "PUT", 200, (JSON,), orjson.dumps(text)))
