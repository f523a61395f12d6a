"""The short way to accept a response is never wider than the long one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from subprocess import run
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_knock.contract.description import DescribedOperation, load_description
from mock_knock.contract.judge import Judge
from mock_knock.contract.records import RequestParameters, RequestRecord, ResponseRecord, header_map, media_type
from mock_knock.contract.response_plan import ResponsePlan, build_response_plan
from mock_knock.messages import Headers, JsonValue

PATH = "/v1/things"
SCHEMA = {"$ref": "#/components/schemas/Thing"}
JSON_BODY = {"application/json": {"schema": SCHEMA}}
GOOD = {"description": "fine", "content": JSON_BODY}
JSON_TYPE = (("Content-Type", "application/json"),)


def judge(responses: JsonValue, **members: JsonValue) -> Judge:
    """Return the judge of a description of one operation with these responses."""
    thing = {
        "type": "object",
        "required": ["at"],
        "properties": {"at": {"type": "string", "format": "date-time"}, "n": {"type": "integer", "nullable": True}},
    }
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "paths": {PATH: {"get": {"responses": responses}}},
        "components": {"schemas": {"Thing": thing}, "responses": {"Good": GOOD}},
        **members,
    }
    return Judge(load_description("things", document, where="things.yaml"))


def plan(responses: JsonValue, status: int = 200, **members: JsonValue) -> ResponsePlan | None:
    """Return the plan of a status."""
    return build_response_plan(judge(responses, **members).description, "get", PATH, status)


def errors(found: Judge, status: int, headers: Headers, body: bytes) -> list[Exception]:
    """Return what openapi-core finds in a response."""
    fields = header_map(headers)
    record = ResponseRecord(status, fields, media_type(fields.get("Content-Type", "")), body or None)
    asked = RequestRecord("get", PATH, RequestParameters(), "", None)
    return list(found._full.response_errors(asked, record))  # noqa: SLF001  # the long way


@pytest.mark.parametrize(
    ("responses", "status"),
    [
        ({"200": GOOD}, 200),
        ({"200": {"$ref": "#/components/responses/Good"}}, 200),
        ({"2XX": GOOD}, 204),
        ({"default": GOOD}, 500),
        ({"200": {**GOOD, "headers": {}}}, 200),
        ({"200": {**GOOD, "content": {**JSON_BODY, "text/plain": {}}}}, 200),
        ({"204": {"description": "nothing"}}, 204),
    ],
)
def test_responses_with_a_plan(responses: JsonValue, status: int) -> None:
    """A described status without headers, and with JSON or no content, has a plan."""
    assert plan(responses, status) is not None


@pytest.mark.parametrize(
    "responses",
    [
        {},
        None,
        {"201": GOOD},
        {"200": {"$ref": "#/components/responses/Unknown"}},
        {"200": {**GOOD, "headers": {"X-Id": {"schema": {"type": "string"}}}}},
        {"200": {**GOOD, "content": {}}},
        {"200": {**GOOD, "content": []}},
        {"200": {**GOOD, "content": {"text/plain": {}}}},
        {"200": {**GOOD, "content": {"application/*": {"schema": SCHEMA}}}},
        {"200": {**GOOD, "content": {"application/json": {}}}},
        {"200": {**GOOD, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Unknown"}}}}},
        {"200": {**GOOD, "content": {"application/json": {"schema": {"type": "string", "pattern": "a"}}}}},
    ],
    ids=str,
)
def test_responses_without_a_plan(responses: JsonValue) -> None:
    """Whatever a plan does not check, such as headers, other content and other statuses, is left to the judge."""
    assert plan(responses) is None


def test_the_nearest_status_decides() -> None:
    """A status itself goes before its range, and that before `default`."""
    nothing = {"description": "nothing"}
    responses = {"200": nothing, "2XX": GOOD, "default": {**GOOD, "content": {}}}
    exact, within = plan(responses, 200), plan(responses, 201)
    assert exact is not None
    assert within is not None
    assert exact.accepts((), b"{")
    assert not within.accepts((), b"{")
    assert plan(responses, 404) is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), b'{"at": "2026-01-01T00:00:00Z"}'),
        ((("Content-Type", "text/plain"),), b'{"at": "2026-01-01T00:00:00Z"}'),
        (JSON_TYPE, b""),
        (JSON_TYPE, b"{"),
        (JSON_TYPE, b"{}"),
        (JSON_TYPE, b'{"at": "yesterday"}'),
    ],
)
def test_other_responses_are_left_to_the_judge(headers: Headers, body: bytes) -> None:
    """A plan does not accept a response in which anything is missing, unreadable or against its schema."""
    found = plan({"200": GOOD})
    assert found is not None
    assert not found.accepts(headers, body)


def test_a_plan_outlives_its_judge() -> None:
    """What is found out about a description is found out once, however many judges it has."""
    description = judge({"200": GOOD}).description
    first, second = Judge(description), Judge(description)
    assert first._response_plan("get", PATH, 200) is second._response_plan("get", PATH, 200)  # noqa: SLF001  # nothing else shows it
    assert first._full is second._full  # noqa: SLF001  # as above


RESPONSES: list[Mapping[str, JsonValue]] = [
    {"200": GOOD},
    {"2XX": GOOD, "default": {"description": "else"}},
    {"default": GOOD},
    {"200": {"description": "nothing"}},
    {"200": {**GOOD, "headers": {"X-Id": {"required": True, "schema": {"type": "string"}}}}},
]
JUDGES = [*map(judge, RESPONSES), *(judge(each, openapi="3.1.0") for each in RESPONSES)]
bodies = st.sampled_from(
    [
        *(b"", b" ", b"{", b"{}", b"null", b'{"at": "2026-01-31T00:00:00Z"}', b'{"at": "2026-02-30T00:00:00Z"}'),
        *(b'{"at": "2026-01-01t00:00:00z", "n": null}', b'{"at": "2026-01-01T00:00:00Z", "n": 1.0}'),
        *(b'{"at": "2026-01-01T23:59:60Z"}', b'{"at": "\\u0662026-01-01T00:00:00Z"}', b'\xef\xbb\xbf{"at": "x"}'),
        b'{"at": "2026-01-01T00:00:00Z", "more": 0}'.replace(b"0}", b"[" * 900 + b"]" * 900 + b"}"),
    ]
)
media = st.none() | st.sampled_from(
    ["application/json", "APPLICATION/JSON; charset=utf-8", "application/json\r\n", "text/plain", "", ";"]
)


@settings(max_examples=max(300, settings().max_examples))
@given(found=st.sampled_from(JUDGES), status=st.sampled_from([200, 201, 404]), body=bodies, content_type=media)
@example(found=JUDGES[0], status=200, body=b'{"at": "2026-01-01T00:00:00Z"}', content_type="application/json")
def test_a_plan_accepts_nothing_that_the_judge_refuses(
    found: Judge, status: int, body: bytes, content_type: str | None
) -> None:
    """What a plan accepts has no violations when it is judged in full, and the judge says what that says."""
    headers = () if content_type is None else (("content-type", content_type),)
    expected = errors(found, status, headers, body)
    short = build_response_plan(found.description, "get", PATH, status)
    if short is not None and short.accepts(headers, body):
        assert [] == expected
    operation = DescribedOperation("things", "GET", PATH, None, "")
    violations = found.response_violations(operation, status=status, headers=headers, body=body)
    assert (expected == []) == (violations == ())


def test_plainly_right_messages_need_no_openapi_core() -> None:
    """Importing the judge imports neither openapi-core nor jsonschema: only a doubtful message does."""
    code = (
        "import sys, mock_knock.contract.judge; "
        "sys.exit(bool({'openapi_core', 'jsonschema', 'openapi_schema_validator'} & set(sys.modules)))"
    )
    assert 0 == run([sys.executable, "-c", code], check=False).returncode
