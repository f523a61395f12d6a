from __future__ import annotations

from typing import Any

import pytest

from mock_knock.contract.description import METHODS, DescribedOperation, Description, load_description
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

GET_USER = {"operationId": "getUser", "responses": {}}
PATHS: dict[str, Any] = {
    "/v1/users/{id}": {"summary": "no operation", "get": GET_USER, "delete": {"operationId": "same"}},
    "/v1/a~b": {"put": {"operationId": "same"}},
    "/v1/shared": {"$ref": "#/components/pathItems/Shared"},
    "/v1/nothing": {"$ref": "#/components/pathItems/Missing"},
    "/v1/unnamed": {"post": {"operationId": 7}, "get": "no operation"},
    "/v1/empty": None,
    "x-internal": {"get": {"operationId": "getInternal"}},
}
SHARED_ITEM = {"patch": {"operationId": "patchShared"}}


def describe(paths: JsonValue = PATHS, **members: JsonValue) -> Description:
    """Return a description with these paths and members at the top."""
    document = {"openapi": "3.0.3", "paths": paths, "components": {"pathItems": {"Shared": SHARED_ITEM}}, **members}
    return load_description("users", document, where="users.yaml")


def refusal(document: JsonValue) -> tuple[str, str]:
    """Return code and place of the error of a document that is no usable description."""
    with pytest.raises(InvalidDocument) as caught:
        load_description("users", document, where="users.yaml")
    assert caught.value.hint
    return caught.value.code, caught.value.where


@pytest.mark.parametrize("version", ["3.0", "3.0.0", "3.0.3", "3.1", "3.1.1"])
def test_supported_versions(version: str) -> None:
    """Every patch of OpenAPI 3.0 and 3.1 is taken; name, document and place are kept as they are."""
    document = {"openapi": version, "paths": {}}
    found = load_description("users", document, where="users.yaml")
    assert ("users", "users.yaml") == (found.name, found.where)
    assert found.document is document


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (None, "openapi-invalid"),
        ([], "openapi-invalid"),
        ("openapi: 3.0.3", "openapi-invalid"),
        ({}, "openapi-invalid"),
        ({"swagger": "2.0", "paths": {}}, "openapi-invalid"),
        ({"openapi": 3.1, "paths": {}}, "openapi-invalid"),
        ({"openapi": "3.0.3"}, "openapi-invalid"),
        ({"openapi": "3.1.0", "webhooks": {}}, "openapi-invalid"),
        ({"openapi": "3.0.3", "paths": []}, "openapi-invalid"),
        ({"openapi": "2.0", "paths": {}}, "openapi-version-unsupported"),
        ({"openapi": "3", "paths": {}}, "openapi-version-unsupported"),
        ({"openapi": "3.3.0", "paths": {}}, "openapi-version-unsupported"),
        ({"openapi": "3.10.0", "paths": {}}, "openapi-version-unsupported"),
        ({"openapi": "", "paths": {}}, "openapi-version-unsupported"),
    ],
)
def test_unusable_documents(document: JsonValue, code: str) -> None:
    """What is no OpenAPI 3.0, 3.1 or 3.2 document with paths is refused with a code, its place and a remedy."""
    assert (code, "users.yaml") == refusal(document)


def test_operations_in_their_order() -> None:
    """Operations come path by path, in OpenAPI's order of methods; extensions and what is no operation are left out."""
    assert [
        DescribedOperation("users", "GET", "/v1/users/{id}", "getUser", "/paths/~1v1~1users~1{id}/get"),
        DescribedOperation("users", "DELETE", "/v1/users/{id}", "same", "/paths/~1v1~1users~1{id}/delete"),
        DescribedOperation("users", "PUT", "/v1/a~b", "same", "/paths/~1v1~1a~0b/put"),
        DescribedOperation("users", "PATCH", "/v1/shared", "patchShared", "/paths/~1v1~1shared/patch"),
        DescribedOperation("users", "POST", "/v1/unnamed", None, "/paths/~1v1~1unnamed/post"),
    ] == list(describe().operations)


def test_every_method_is_known() -> None:
    """All eight methods of a path item are operations."""
    operations = describe({"/": {method: {} for method in METHODS}}).operations
    assert [method.upper() for method in METHODS] == [operation.method for operation in operations]


@pytest.mark.parametrize(
    ("id_", "methods"), [("getUser", ["GET"]), ("same", ["DELETE", "PUT"]), ("getInternal", []), ("", [])]
)
def test_find_by_id(id_: str, methods: list[str]) -> None:
    """All operations with an id are found; an id should be unique, but published descriptions repeat some."""
    assert methods == [operation.method for operation in describe().find_by_id(id_)]


@pytest.mark.parametrize(
    ("pointer", "id_"),
    [
        ("/paths/~1v1~1users~1{id}/get", "getUser"),
        ("/paths/~1v1~1users~1%7Bid%7D/get", "getUser"),
        ("/paths/~1v1~1a~0b/put", "same"),
        ("/paths/~1v1~1shared/patch", "patchShared"),
        ("/paths/~1v1~1users~1{id}/post", None),
        ("/paths/~1v1~1users~1{id}", None),
        ("", None),
    ],
)
def test_find_by_pointer(pointer: str, id_: str | None) -> None:
    """A JSON pointer, plain or percent-encoded as in a URL, finds the operation it names and nothing else."""
    found = describe().find_by_pointer(pointer)
    assert id_ == (found.operation_id if found else None)


@pytest.mark.parametrize(
    ("method", "path", "id_"),
    [
        ("GET", "/v1/users/{id}", "getUser"),
        ("get", "/v1/users/{id}", "getUser"),
        ("POST", "/v1/users/{id}", None),
        ("GET", "/v1/users/ada", None),
    ],
)
def test_find_by_method_and_template(method: str, path: str, id_: str | None) -> None:
    """Method, in any case, and path template find an operation; a path that fits the template does not."""
    found = describe().find(method, path)
    assert id_ == (found.operation_id if found else None)


@pytest.mark.parametrize(
    ("node", "resolved"),
    [
        (7, 7),
        (None, None),
        ({"type": "string"}, {"type": "string"}),
        ({"$ref": 7}, {"$ref": 7}),
        ({"$ref": "#/components/pathItems/Shared"}, SHARED_ITEM),
        ({"$ref": "#/components/x/Again"}, SHARED_ITEM),
        ({"$ref": "#/components/x/a~1b%20c"}, "found"),
        ({"$ref": "#/components/x/Circle"}, None),
        ({"$ref": "#/components/x/Missing"}, None),
        ({"$ref": "#/components/x/List/0"}, 1),
        ({"$ref": "#/components/x/List/1"}, None),
        ({"$ref": "#/components/x/List/x"}, None),
        ({"$ref": "#/openapi/deeper"}, None),
        ({"$ref": "other.yaml#/components"}, None),
        ({"$ref": "https://example.com/openapi.yaml"}, None),
    ],
)
def test_local_references(node: JsonValue, resolved: JsonValue) -> None:
    """Local references are followed to their end; one in a circle, to nowhere or to another document gives None."""
    others = {
        "Again": {"$ref": "#/components/pathItems/Shared"},
        "a/b c": "found",
        "Circle": {"$ref": "#/components/x/Circle"},
        "List": [1],
    }
    description = describe(components={"pathItems": {"Shared": SHARED_ITEM}, "x": others})
    assert resolved == description.resolve(node)


@pytest.mark.parametrize(
    ("method", "path", "found"), [("GET", "/v1/users/{id}", GET_USER), ("PATCH", "/v1/shared", SHARED_ITEM["patch"])]
)
def test_the_operation_object(method: str, path: str, found: JsonValue) -> None:
    """The Operation Object is found, behind a reference too."""
    description = describe()
    operation = description.find(method, path)
    assert operation is not None
    assert found == description.operation_object(operation)


@pytest.mark.parametrize(
    ("top", "item", "own", "url"),
    [
        (None, None, None, None),
        ([{"url": "https://a"}, {"url": "https://b"}], None, None, "https://a"),
        ([{"url": "https://a"}], [{"url": "https://i"}], None, "https://i"),
        ([{"url": "https://a"}], [{"url": "https://i"}], [{"url": "https://o"}], "https://o"),
        ([{"url": "https://a"}], [], "https://o", "https://a"),
        ([{"url": "https://a"}], ["https://i"], None, "https://a"),
        ([{"url": "/v1"}], None, None, "/v1"),
        ([{}], None, None, None),
        ([{"url": 7}], None, None, None),
    ],
)
def test_servers(top: JsonValue, item: JsonValue, own: JsonValue, url: str | None) -> None:
    """The first server counts, of the operation before that of its path item before that of the document."""
    description = describe({"/": {"servers": item, "get": {"servers": own}}}, servers=top)
    assert url == description.server_url(description.operations[0])


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"host": {"default": "api.knock.app"}, "port": {"default": 443}}, "https://api.knock.app:443/{rest}"),
        ({"host": {}, "port": None, "rest": {"default": "v1"}}, "https://:{port}/v1"),
        (None, "https://{host}:{port}/{rest}"),
        (["host"], "https://{host}:{port}/{rest}"),
    ],
)
def test_variables_of_a_server(variables: JsonValue, url: str) -> None:
    """Variables of a server stand at their defaults; what is not described as the standard asks changes nothing."""
    server = {"url": "https://{host}:{port}/{rest}", "variables": variables}
    description = describe({"/": {"get": {}}}, servers=[server])
    assert url == description.server_url(description.operations[0])
