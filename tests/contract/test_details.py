from __future__ import annotations

from typing import Any

import pytest

from mock_knock.contract.description import load_description
from mock_knock.contract.details import DescribedEncoding, DescribedParameter, OperationDetails, is_success
from mock_knock.messages import JsonValue


def details(operation: JsonValue, item: JsonValue = None, components: JsonValue = None) -> OperationDetails:
    """Return the details of one operation."""
    paths = {"/x/{id}": {**(item or {}), "post": operation}}
    description = load_description(
        "api", {"openapi": "3.1.0", "paths": paths, "components": components or {}}, where="api.yaml"
    )
    found = description.details(description.operations[0])
    assert found is description.details(description.operations[0])
    return found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"in": "path"}, DescribedParameter("a", "path", is_required=True, style="simple", explode=False)),
        ({"in": "query"}, DescribedParameter("a", "query")),
        (
            {"in": "header", "required": True},
            DescribedParameter("a", "header", is_required=True, style="simple", explode=False),
        ),
        ({"in": "cookie"}, DescribedParameter("a", "cookie")),
        ({"in": "querystring"}, DescribedParameter("a", "querystring")),
        ({"in": "query", "style": "deepObject"}, DescribedParameter("a", "query", style="deepObject")),
        (
            {"in": "query", "style": "pipeDelimited"},
            DescribedParameter("a", "query", style="pipeDelimited", explode=False),
        ),
        ({"in": "query", "schema": {"type": "integer"}}, DescribedParameter("a", "query", is_single=True)),
        ({"in": "query", "schema": {"type": "array"}}, DescribedParameter("a", "query")),
        ({"in": "query", "schema": 7}, DescribedParameter("a", "query")),
        ({"in": "query", "explode": False}, DescribedParameter("a", "query", explode=False)),
        ({"in": "query", "allowReserved": True}, DescribedParameter("a", "query", allow_reserved=True)),
        ({"in": "query", "allowEmptyValue": True}, DescribedParameter("a", "query", may_be_empty=True)),
        (
            {"in": "query", "content": {"application/json": {}}},
            DescribedParameter("a", "query", media_type="application/json"),
        ),
        ({"in": "query", "style": "matrix", "explode": "no", "content": []}, DescribedParameter("a", "query")),
        ({"in": "query", "style": 7}, DescribedParameter("a", "query")),
    ],
)
def test_defaults_of_parameters(written: dict[str, Any], read: DescribedParameter) -> None:
    """What a parameter does not say has the standard's default, and what it says wrongly too."""
    assert (read,) == details({"parameters": [{"name": "a", **written}]}).parameters


@pytest.mark.parametrize(
    "junk", [None, 7, {}, {"name": "a"}, {"name": 7, "in": "query"}, {"name": "a", "in": "body"}, {"$ref": "#/nowhere"}]
)
def test_parameters_that_are_none(junk: JsonValue) -> None:
    """What is no parameter is left out."""
    assert () == details({"parameters": [junk]}).parameters


@pytest.mark.parametrize("name", ["Accept", "content-type", "Authorization"])
def test_headers_that_are_not_described(name: str) -> None:
    """A header that the standard does not let parameters describe is ignored; a query parameter is not."""
    headers = [{"name": name, "in": "header"}, {"name": name, "in": "query"}]
    assert ("query",) == tuple(each.place for each in details({"parameters": headers}).parameters)


def test_parameters_of_the_path_item() -> None:
    """An operation's parameter overrides the path item's of the same name and place; references are followed."""
    shared = [{"$ref": "#/components/parameters/Page"}, {"name": "X-A", "in": "header"}, {"name": "q", "in": "query"}]
    own = [{"name": "page", "in": "query", "required": True}, {"name": "x-a", "in": "header", "required": True}]
    components: JsonValue = {"parameters": {"Page": {"name": "page", "in": "query"}}}
    found = details({"parameters": own}, {"parameters": shared}, components)
    assert [("page", True), ("x-a", True), ("q", False)] == [(each.name, each.is_required) for each in found.parameters]
    assert (found.parameters[1], None) == (found.parameter("X-a", "header"), found.parameter("Page", "query"))


@pytest.mark.parametrize("junk", [None, 7, [], "x"])
def test_an_operation_of_junk(junk: JsonValue) -> None:
    """Members that are no objects and lists say nothing."""
    found = details({"parameters": junk, "requestBody": junk, "responses": junk}, {"parameters": junk})
    assert OperationDetails() == found


def test_bodies_and_answers() -> None:
    """Media types, statuses and encodings are told as written; the answers are those of success, each once."""
    encoding = {
        "a": {"contentType": "text/csv", "style": "deepObject", "explode": False, "allowReserved": True},
        "b": {"contentType": 7, "style": "simple", "explode": 1},
        "c": 7,
    }
    body = {"required": True, "content": {"text/plain": None, "multipart/form-data": {"encoding": encoding}}}
    responses = {
        "200": {"$ref": "#/components/responses/Good"},
        "2xx": {"content": {"text/csv": {}}},
        "404": {"content": {"image/png": {}}},
        "default": {"content": {"image/gif": {}}},
        "204": None,
    }
    components: JsonValue = {"responses": {"Good": {"content": {"text/csv": {}, "text/html": {}}}}}
    found = details({"requestBody": body, "responses": responses}, components=components)
    assert ("text/plain", "multipart/form-data") == found.media_types
    assert (True, ("200", "2xx", "404", "default", "204")) == (found.is_body_required, found.statuses)
    assert ("text/csv", "text/html") == found.answers
    read = {
        "a": DescribedEncoding("text/csv", "deepObject", explode=False, allow_reserved=True),
        "b": DescribedEncoding(),
    }
    assert {"text/plain": {}, "multipart/form-data": read} == found.encodings


@pytest.mark.parametrize(
    ("described", "sent", "found"),
    [
        ((), None, None),
        ((), "text/plain", None),
        (("text/plain", "Application/JSON; charset=utf-8"), None, "Application/JSON; charset=utf-8"),
        (("text/plain", "text/csv"), None, "text/plain"),
        (("*/*", "text/*", "text/plain"), "TEXT/plain; charset=utf-8", "text/plain"),
        (("*/*", "text/*"), "text/plain", "text/*"),
        (("*/*",), "text/plain", "*/*"),
        (("*",), "text/plain", "*"),
        (("image/*",), "text/plain", None),
    ],
)
def test_the_described_media_type(described: tuple[str, ...], sent: str | None, found: str | None) -> None:
    """The most exact entry counts; without a wish JSON is preferred to the first."""
    assert found == OperationDetails(media_types=described).media_type(sent)


@pytest.mark.parametrize(
    ("status", "is_good"),
    [
        ("200", True),
        ("299", True),
        ("2XX", True),
        ("2xx", True),
        ("2x0", False),
        ("20", False),
        ("404", False),
        ("default", False),
    ],
)
def test_what_success_is(status: str, *, is_good: bool) -> None:
    """Success is described by a status from 200 to 299, or by their range."""
    assert is_good is is_success(status)
