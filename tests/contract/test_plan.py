"""The short way to accept a request is never wider than the long one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge
from mock_knock.contract.plan import Plan, build_plan
from mock_knock.contract.records import HeaderMap, RequestParameters, RequestRecord
from mock_knock.messages import JsonValue

PATH = "/v1/things/{id}"
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 3}}
BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
BEARER = {"type": "http", "scheme": "bearer"}


def document(operation: Mapping[str, JsonValue], **members: JsonValue) -> dict[str, Any]:
    """Return a description of one operation with a path parameter, which takes bearer tokens."""
    thing = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    schemes = {"Bearer": BEARER, "Key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    schemes |= {"Reference": {"$ref": "#/components/securitySchemes/Unknown"}}
    return {
        "openapi": "3.0.3",
        "paths": {PATH: {"parameters": [ID], "post": {"responses": {}, **operation}}},
        "components": {"schemas": {"Thing": thing}, "securitySchemes": schemes, "requestBodies": {"Thing": BODY}},
        "security": [{"Bearer": []}],
        **members,
    }


def judge(operation: Mapping[str, JsonValue], **members: JsonValue) -> Judge:
    """Return the judge of such a description."""
    return Judge(load_description("things", document(operation, **members), where="things.yaml"))


def plan(operation: Mapping[str, JsonValue], **members: JsonValue) -> Plan | None:
    """Return the plan of the operation in such a description."""
    return build_plan(judge(operation, **members).description, "post", PATH)


def record(
    body: bytes | None,
    *,
    authorization: str | None = "Bearer sk",
    content_type: str = "application/json",
    id_: str | None = "1",
) -> RequestRecord:
    """Return a request of the operation, good in everything that is not given."""
    headers = HeaderMap([] if authorization is None else [("Authorization", authorization)])
    parameters = RequestParameters(header=headers, path={} if id_ is None else {"id": id_})
    return RequestRecord("post", PATH, parameters, content_type, body)


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"requestBody": BODY},
        {"requestBody": {"$ref": "#/components/requestBodies/Thing"}},
        {"parameters": [{**ID, "style": "simple"}]},
        {"security": []},
        {"security": [{}]},
        {"security": [{"Bearer": []}]},
    ],
    ids=str,
)
def test_operations_with_a_plan(operation: JsonValue) -> None:
    """An operation with text in its path, a bearer token or no credentials, and JSON or no body has a plan."""
    assert plan(operation) is not None


@pytest.mark.parametrize(
    "operation",
    [
        {"parameters": [{"name": "page", "in": "query", "schema": {"type": "string"}}]},
        {"parameters": [{"name": "X-Tenant", "in": "header", "schema": {"type": "string"}}]},
        {"parameters": [{"name": "sid", "in": "cookie", "schema": {"type": "string"}}]},
        {"parameters": [{**ID, "schema": {"type": "integer"}}]},
        {"parameters": [{**ID, "schema": {}}]},
        {"parameters": [{**ID, "style": "matrix"}]},
        {"parameters": [{"name": "id", "in": "path", "content": {"application/json": {}}}]},
        {"parameters": [{"$ref": "#/components/parameters/Unknown"}]},
        {"parameters": [{**ID, "schema": {"type": "string", "pattern": "a"}}]},
        {"requestBody": {"$ref": "#/components/requestBodies/Unknown"}},
        {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Unknown"}}}}},
        {"requestBody": {"content": {"text/plain": {}}}},
        {"requestBody": {"content": {"application/json": {}}}},
        {"requestBody": {"content": {**BODY["content"], "text/plain": {}}}},
        {"requestBody": {"content": {}}},
        {"security": [{"Key": []}]},
        {"security": [{"Bearer": [], "Key": []}]},
        {"security": [{"Bearer": []}, {"Key": []}]},
        {"security": [{"Bearer": []}, {}]},
        {"security": [{"Unknown": []}]},
        {"security": [{"Reference": []}]},
        {"security": ["Bearer"]},
        {"security": {"Bearer": []}},
    ],
    ids=str,
)
def test_operations_without_a_plan(operation: JsonValue) -> None:
    """Whatever a plan does not check, such as other parameters, bodies and credentials, keeps an operation from one."""
    assert plan(operation) is None


def test_no_plan_for_another_dialect() -> None:
    """Schemas in a dialect that the description chooses itself are left to the judge."""
    dialect = "https://spec.openapis.org/oas/3.1/dialect/base"
    assert plan({"requestBody": BODY}, openapi="3.1.0", jsonSchemaDialect=dialect) is None
    assert plan({"requestBody": BODY}, openapi="3.1.0") is not None


def test_no_plan_for_credentials_without_schemes() -> None:
    """Credentials of a scheme that is not described anywhere keep an operation from a plan."""
    assert plan({}, components={}) is None
    assert plan({}, components=None) is None


def test_no_security_at_all() -> None:
    """Where nothing is said about credentials none are needed."""
    found = plan({}, security=[])
    assert found is not None
    assert found.accepts(record(None, authorization=None))


@pytest.mark.parametrize("body", [b'{"name": "a"}', b'{"name": "a", "more": null}'])
def test_good_requests_are_accepted(body: bytes) -> None:
    """A request that is plainly right is accepted, and its decoded body is kept for the caller."""
    found, asked = plan({"requestBody": BODY}), record(body)
    assert found is not None
    assert found.accepts(asked)
    assert orjson.loads(body) == asked.value


def test_a_decoded_body_is_not_decoded_again() -> None:
    """What the caller has decoded already is taken as the body."""
    found, asked = plan({"requestBody": BODY}), record(b"not looked at")
    asked.value = {"name": "a"}
    assert found is not None
    assert found.accepts(asked)


@pytest.mark.parametrize(
    "asked",
    [
        record(b'{"name": 7}'),
        record(b"{}"),
        record(b"{"),
        record(b"null"),
        record(None),
        record(b'{"name": "a"}', content_type="text/plain"),
        record(b'{"name": "a"}', content_type=""),
        record(b'{"name": "a"}', authorization=None),
        record(b'{"name": "a"}', authorization="Basic x"),
        record(b'{"name": "a"}', authorization="Bearer"),
        record(b'{"name": "a"}', id_="long"),
        record(b'{"name": "a"}', id_=None),
    ],
)
def test_other_requests_are_left_to_the_judge(asked: RequestRecord) -> None:
    """A plan does not accept a request in which anything is missing, unreadable or against a schema."""
    found = plan({"requestBody": BODY})
    assert found is not None
    assert not found.accepts(asked)


def test_a_plan_is_built_once() -> None:
    """A judge keeps what it has found out about an operation, also that it has no plan."""
    without_plan: dict[str, Any] = {"requestBody": {"content": {}}}
    for found in (judge({}), judge(without_plan)):
        first = found._plan("post", PATH)  # noqa: SLF001  # nothing else shows that it is kept
        assert first is found._plan("post", PATH)  # noqa: SLF001


OPERATIONS = [
    judge({}),
    judge({"requestBody": BODY}),
    judge({"requestBody": {**BODY, "required": True}}),
    judge({"requestBody": BODY, "security": []}),
    judge({"requestBody": BODY, "parameters": [{**ID, "schema": {"type": "string", "format": "uuid"}}]}),
    judge({"security": [{"Bearer": []}, {}]}),
    judge({"requestBody": BODY}, openapi="3.1.0"),
]
bodies = st.none() | st.sampled_from(
    [
        *(b"", b"{", b"null", b"{}", b"[]", b'{"name": "a"}', b'{"name": "a"} ', b'{"name": 7}', b'{"name": NaN}'),
        *(b'{"name": "\\ud800"}', b'{"name": "\xff"}', b'\xef\xbb\xbf{"name": "a"}', b'{"name": 7, "name": "a"}'),
        orjson.dumps({"name": "a"}).replace(b'"a"', b"[" * 900 + b"]" * 900),
        orjson.dumps({"name": "a", "more": 0}).replace(b"0", b"[" * 900 + b"]" * 900),
    ]
)
authorizations = st.none() | st.sampled_from(
    [*("Bearer sk", "bearer sk", "BEARER  sk", "Bearer ", "Bearer", "", " ", "Bearer\tsk", " Bearer sk", "Basic x")]
)
media = st.sampled_from(["application/json", "", "text/plain", "application/problem+json", "application/json2"])
ids = st.none() | st.sampled_from(["", "1", "long", "é", "a/b", "7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10"])


@settings(max_examples=max(300, settings().max_examples))
@given(
    found=st.sampled_from(OPERATIONS),
    asked=st.builds(
        lambda body, authorization, content_type, id_: record(
            body, authorization=authorization, content_type=content_type, id_=id_
        ),
        bodies,
        authorizations,
        media,
        ids,
    ),
)
@example(found=OPERATIONS[1], asked=record(b'{"name": "a"}'))
def test_a_plan_accepts_nothing_that_the_judge_refuses(found: Judge, asked: RequestRecord) -> None:
    """What a plan accepts has no violations when it is judged in full."""
    short = build_plan(found.description, "post", PATH)
    errors = list(found._full.request_errors(asked))  # noqa: SLF001  # the long way
    if short is not None and short.accepts(asked):
        assert [] == errors
    assert (found.request_violations(asked) == ()) == (errors == [])
