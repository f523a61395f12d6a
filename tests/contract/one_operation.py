"""One operation of any shape, and what its judge says about messages."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge
from mock_knock.contract.records import request_record
from mock_knock.messages import ContractViolation, Headers, JsonValue

VERSIONS = pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
UNREADABLE = "cannot be read as described"
NO_FORM = "cannot be decoded as its media type says"


def judge(operation: JsonValue, version: str = "3.1.0", method: str = "post", **root: Any) -> Judge:
    """Return the judge of one operation."""
    paths = {"/x/{p}": {method: {"responses": {}, **operation}}}
    return Judge(load_description("api", {"openapi": version, "paths": paths, **root}, where="api.yaml"))


def told(violations: tuple[ContractViolation, ...]) -> list[tuple[str, str]]:
    """Return places and sentences."""
    return [(each.location, each.message) for each in violations]


def ask(judge: Judge, headers: Headers = (), body: bytes = b"", **parts: Any) -> list[tuple[str, str]]:
    """Judge a request."""
    query = MultiDict(parts.get("query", ()))
    cookies, path = parts.get("cookies"), parts.get("path", {})
    operation = judge.description.operations[0]
    record = request_record(operation, path=path, query=query, headers=headers, body=body, cookies=cookies)
    return told(judge.request_violations(record))


def query(schema: JsonValue, *pairs: tuple[str, str], version: str = "3.1.0", **words: Any) -> list[tuple[str, str]]:
    """Judge a query of one required parameter `q`."""
    parameter = {"name": "q", "in": "query", "required": True, "schema": schema, **words}
    return ask(judge({"parameters": [parameter]}, version), query=pairs)


def body(
    schema: JsonValue, content_type: str, data: bytes, media: str | None = None, **words: Any
) -> list[tuple[str, str]]:
    """Judge a body of one media type, described under the same name or another."""
    content = {media or content_type: {"schema": schema, **words}}
    return ask(judge({"requestBody": {"content": content}}), (("Content-Type", content_type),), data)


SHORT = {"type": "string", "maxLength": 1}
TOO_LONG = "must not be longer than 1 characters"
NUMBERS = {"type": "array", "items": {"type": "integer"}, "maxItems": 2}
POINT = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}}
