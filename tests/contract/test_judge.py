"""Verdicts on the messages of Knock, by the bundled descriptions with the overlay."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge, OperationJudge
from mock_knock.contract.overlay import apply_overlay, parse_overlay
from mock_knock.contract.records import RequestRecord, media_type, request_record
from mock_knock.messages import ContractViolation, Headers, JsonValue
from mock_knock.served import DESCRIPTIONS

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "openapi"

UUID = "7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10"
KEY = ("Authorization", "Bearer sk_test_local")
JSON = ("Content-Type", "application/json")
INSTANT = "2026-01-01T00:00:00.000Z"
PATHS = {"bulkIdentifyUsers": {}, "getBulkOperation": {"id": UUID}, "triggerWorkflow": {"key": "new-comment"}}

OPERATION: dict[str, Any] = {
    "__typename": "BulkOperation",
    "id": UUID,
    "name": "users.identify",
    "status": "queued",
    "estimated_total_rows": 2,
    "processed_rows": 0,
    "success_count": 0,
    "updated_at": INSTANT,
    "inserted_at": INSTANT,
}
ERROR = {"code": "resource_missing", "message": "Not there", "status": 404, "type": "api_error"}
DEEP = b"[" * 1_000 + b"]" * 1_000


def load(name: str) -> JsonValue:
    """Return a decoded fixture."""
    return yaml.load((FOLDER / name).read_bytes(), Loader=yaml.CSafeLoader)


@cache
def operations() -> dict[str, OperationJudge]:
    """Return the judge of each imitated operation."""
    overlay = parse_overlay(load("knock-overlay.yml"), where="knock-overlay.yml")
    documents = apply_overlay(overlay, [load(name) for name in DESCRIPTIONS])
    judges = [
        Judge(load_description(name, value, where=name)) for name, value in zip(DESCRIPTIONS, documents, strict=True)
    ]
    return {
        operation.operation_id or "": OperationJudge(judge, operation)
        for judge in judges
        for operation in judge.description.operations
    }


def encoded(body: JsonValue) -> bytes:
    """Return a body as bytes, which bytes are already."""
    return body if isinstance(body, bytes) else orjson.dumps(body)


def record(id_: str, body: JsonValue = b"", headers: Headers = (KEY, JSON), path: Any = None) -> RequestRecord:
    """Return a request of an operation, good in everything that is not given."""
    parameters = PATHS[id_] if path is None else path
    operation = operations()[id_].operation
    return request_record(operation, path=parameters, query={}, headers=headers, body=encoded(body))


def ask(id_: str, body: JsonValue = b"", headers: Headers = (KEY, JSON), path: Any = None) -> list[tuple[str, ...]]:
    """Return kind, place and sentence of each violation of a request."""
    return told(operations()[id_].request_violations(record(id_, body, headers, path)))


def answer(id_: str, status: int, body: JsonValue, headers: Headers = (JSON,)) -> list[tuple[str, ...]]:
    """Return kind, place and sentence of each violation of a response."""
    return told(operations()[id_].response_violations(status=status, headers=headers, body=encoded(body)))


def told(violations: tuple[ContractViolation, ...]) -> list[tuple[str, ...]]:
    """Return kind, place and sentence of violations."""
    return [(each.kind, each.location, each.message) for each in violations]


def users(**members: JsonValue) -> JsonValue:
    """Return a body that identifies one user with these members."""
    return {"users": [{"id": "ada", **members}]}


@pytest.mark.parametrize(
    ("id_", "body"),
    [
        ("bulkIdentifyUsers", {"users": []}),
        ("bulkIdentifyUsers", users(name=None, created_at=INSTANT, plan="team", preferences=None)),
        ("bulkIdentifyUsers", users(preferences={"default": {"workflows": {"hello": True}, "channels": None}})),
        ("bulkIdentifyUsers", users(channel_data={UUID: {"connections": [{"access_token": "x", "channel_id": "C1"}]}})),
        ("triggerWorkflow", {"recipients": ["ada", {"id": "grace"}, {"id": "p1", "collection": "projects"}]}),
        ("triggerWorkflow", {"recipients": ["ada"], "actor": None, "tenant": "acme", "data": {"n": 1}}),
        ("getBulkOperation", b""),
        ("getBulkOperation", b"ignored"),
    ],
)
def test_good_requests(id_: str, body: JsonValue) -> None:
    """A request that keeps the contract has no violations, by the short way and by the long one."""
    assert [] == ask(id_, body)
    errors = operations()[id_].judge._full.request_errors(record(id_, body))  # noqa: SLF001  # the long way
    assert [] == list(errors)


@pytest.mark.parametrize(
    "headers",
    [
        (KEY, ("content-type", "APPLICATION/JSON; charset=utf-8")),
        (("authorization", "bearer x"), JSON),
        (KEY, KEY, JSON, ("X-Trace", "folded\r\n line")),
    ],
)
def test_headers_are_read_as_http_says(headers: Headers) -> None:
    """Names and the media type ignore case, parameters of the media type play no part, folded values do no harm."""
    assert [] == ask("bulkIdentifyUsers", {"users": []}, headers)


NO_KEY = ("request-security", "Authorization", "the credentials that the description asks for are missing")


@pytest.mark.parametrize(
    ("body", "headers", "violation"),
    [
        ({}, (JSON,), NO_KEY),
        ({}, (("Authorization", "Basic dTpw"), JSON), NO_KEY),
        ({}, (("Authorization", "Bearer"), JSON), NO_KEY),
        ({}, (("Authorization", "sk_test_local"), JSON), NO_KEY),
        (
            {"users": []},
            (KEY, ("Content-Type", "text/plain")),
            ("request-media-type", "Content-Type", "'text/plain' is not described; described: application/json"),
        ),
        ({"users": []}, (KEY,), ("request-media-type", "Content-Type", "is missing; described: application/json")),
        (b"", (KEY, JSON), ("request-body", "", "a body is required")),
        (b"{", (KEY, JSON), ("request-body", "", "cannot be decoded as its media type says")),
        (b"NaN", (KEY, JSON), ("request-body", "", "cannot be decoded as its media type says")),
        (b"1e999", (KEY, JSON), ("request-body", "", "cannot be decoded as its media type says")),
        (b'"\xff"', (KEY, JSON), ("request-body", "", "cannot be decoded as its media type says")),
        (b"[" * 2_000, (KEY, JSON), ("request-body", "", "cannot be decoded as its media type says")),
        (b"null", (KEY, JSON), ("request-body", "", "must be of type object")),
    ],
)
def test_requests_that_cannot_be_read(body: JsonValue, headers: Headers, violation: tuple[str, ...]) -> None:
    """Without credentials nothing else is judged; then media type and presence of the body count, then its text."""
    assert [violation] == ask("bulkIdentifyUsers", body, headers)


@pytest.mark.parametrize(
    ("body", "violations"),
    [
        ({}, [("/users", "is required")]),
        ({"users": None}, [("/users", "must be of type array")]),
        ({"users": [{}, 7]}, [("/users/0/id", "is required"), ("/users/1", "must be of type object")]),
        ({"users": [{"id": None}]}, [("/users/0/id", "must be of type string")]),
        (users(name=1, email=None), [("/users/0/name", "must be of type null or string")]),
        (users(created_at="2026-13-01"), [("/users/0/created_at", "is not a valid date-time")]),
        (users(created_at="2026-01-01T23:59:60Z"), [("/users/0/created_at", "is not a valid date-time")]),
        (users(channel_data={UUID: 7}), [(f"/users/0/channel_data/{UUID}", "matches none of the allowed forms")]),
        (
            users(preferences={"default": {"channel_types": {"email": {}}}}),
            [("/users/0/preferences/default/channel_types/email/conditions", "is required")],
        ),
        (users(channel_data={"a/b": {}}), [("/users/0/channel_data/a~1b", "matches none of the allowed forms")]),
        ({"users": [{"id": "ada"}] * 1_001}, [("/users", "must not have more than 1000 items")]),
    ],
)
def test_bodies_of_bulk_identify(body: JsonValue, violations: list[tuple[str, str]]) -> None:
    """Each fault of a body is told at its place."""
    assert [("request-body", *each) for each in violations] == ask("bulkIdentifyUsers", body)


@pytest.mark.parametrize(
    ("body", "location", "message"),
    [
        ({"recipients": [7]}, "/recipients/0", "must match exactly one of the allowed forms"),
        ({"recipients": [{}]}, "/recipients/0/id", "is required"),
        ({"recipients": [{"id": 7}]}, "/recipients/0/id", "must be of type string"),
        ({"recipients": {"id": "ada"}}, "/recipients", "must be of type array"),
        ({"recipients": [], "actor": 7}, "/actor", "matches none of the allowed forms"),
        ({"recipients": [], "actor": {"id": 7}}, "/actor/id", "must be of type string"),
        ({"recipients": [], "tenant": {}}, "/tenant/id", "is required"),
        ({"recipients": [], "data": []}, "/data", "must be of type null or object"),
        (
            {"recipients": [], "settings": {"skip_delay": "no"}},
            "/settings/skip_delay",
            "must be of type null or boolean",
        ),
    ],
)
def test_bodies_of_a_trigger(body: JsonValue, location: str, message: str) -> None:
    """Where alternatives are described, the one that was meant is told when that is clear."""
    assert [("request-body", location, message)] == ask("triggerWorkflow", body)


@pytest.mark.parametrize(
    ("path", "message"),
    [({"id": "x"}, "is not a valid uuid"), ({"id": ""}, "is not a valid uuid"), ({}, "is required")],
)
def test_path_parameters(path: dict[str, str], message: str) -> None:
    """A path parameter must be there and keep its schema."""
    assert [("request-parameter", "path.id", message)] == ask("getBulkOperation", path=path)


def test_the_place_in_the_description() -> None:
    """A violation points to the rule in the description: where the operation stands, or at what it refers to."""
    bulk, get = operations()["bulkIdentifyUsers"], operations()["getBulkOperation"]
    [missing] = bulk.request_violations(record("bulkIdentifyUsers", {}))
    start = "/paths/~1v1~1users~1bulk~1identify/post/requestBody/content/application~1json/schema"
    assert f"{start}/required" == missing.schema
    [no_id] = bulk.request_violations(record("bulkIdentifyUsers", {"users": [{}]}))
    assert "/components/schemas/InlineIdentifyUserRequest/required" == no_id.schema
    for status in (401, 403):
        [no_code, *_] = get.response_violations(status=status, headers=(JSON,), body=b"{}")
        place = f"/paths/~1v1~1bulk_operations~1{{id}}/get/responses/{status}/content/application~1json/schema"
        assert f"{place}/required" == no_code.schema


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, OPERATION),
        (200, {**OPERATION, "started_at": None, "progress_path": "/v1/bulk_operations/1", "more": True}),
        (200, {**OPERATION, "error_count": 1, "error_items": [{"id": "ada", "collection": None}]}),
        (404, ERROR),
        (422, {**ERROR, "errors": []}),
        (422, {**ERROR, "errors": [{"field": "users", "message": "is required", "type": None}]}),
    ],
)
def test_good_responses(status: int, body: JsonValue) -> None:
    """A response that keeps the contract has no violations."""
    assert [] == answer("getBulkOperation", status, body)
    assert [] == answer("getBulkOperation", status, body, (("content-type", "application/json;charset=utf-8"),))


@pytest.mark.parametrize(
    ("status", "body", "headers", "violation"),
    [
        (418, OPERATION, (JSON,), ("response-status", "418", "this status is not described")),
        (201, OPERATION, (), ("response-status", "201", "this status is not described")),
        (200, b"", (JSON,), ("response-body", "", "a body is described, but there is none")),
        (200, b"{", (JSON,), ("response-body", "", "cannot be decoded as its media type says")),
        (200, OPERATION, (), ("response-media-type", "Content-Type", "is missing; described: application/json")),
        (
            200,
            b"<p>",
            (("Content-Type", "Text/HTML; charset=utf-8"), ("X-Folded", "a\n b")),
            ("response-media-type", "Content-Type", "'text/html' is not described; described: application/json"),
        ),
        (200, [OPERATION], (JSON,), ("response-body", "", "must be of type object")),
        (422, ERROR, (JSON,), ("response-body", "/errors", "is required")),
    ],
)
def test_bad_responses(status: int, body: JsonValue, headers: Headers, violation: tuple[str, ...]) -> None:
    """Status, media type, presence and form of the body are judged."""
    assert [violation] == answer("getBulkOperation", status, body, headers)


@pytest.mark.parametrize(
    ("members", "location", "message"),
    [
        ({"status": "done"}, "/status", "must be one of: queued or processing or completed or failed"),
        ({"status": None}, "/status", "must be of type string"),
        ({"id": "1"}, "/id", "is not a valid uuid"),
        ({"processed_rows": 1.0}, "/processed_rows", "must be of type integer"),
        ({"processed_rows": True}, "/processed_rows", "must be of type integer"),
        ({"started_at": 1}, "/started_at", "must be of type null or string"),
        ({"inserted_at": "0000-01-01T00:00:00Z"}, "/inserted_at", "is not a valid date-time"),
        ({"error_items": [{"id": "a"}, {}]}, "/error_items/1/id", "is required"),
        ({"error_items": None}, "/error_items", "must be of type array"),
    ],
)
def test_bodies_of_a_bulk_operation(members: dict[str, Any], location: str, message: str) -> None:
    """Each fault of a body is told at its place, by everyone who answers with a bulk operation."""
    told_first = answer("getBulkOperation", 200, {**OPERATION, **members})
    assert ("response-body", location, message) == told_first[0]
    assert told_first == answer("bulkIdentifyUsers", 200, {**OPERATION, **members})


@pytest.mark.parametrize(
    ("body", "violations"),
    [
        (b'{"users": [{"id": "ada", "tree": %s}]}', []),
        (b'{"users": [{"id": 7, "tree": %s}]}', [("request-body", "/users/0/id", "must be of type string")]),
        (b'{"users": [{"id": "ada", "name": %s}]}', [("request-body", "", "is nested too deeply to be judged")]),
        (b"%s", [("request-body", "", "is nested too deeply to be judged")]),
    ],
)
def test_very_deep_requests(body: bytes, violations: list[tuple[str, ...]]) -> None:
    """As deep as a body can be decoded it is judged; where that is impossible, this is the verdict."""
    assert violations == ask("bulkIdentifyUsers", body % DEEP)


@pytest.mark.parametrize(
    ("members", "violations"),
    [
        ({"tree": None}, []),
        ({"name": None}, [("response-body", "", "is nested too deeply to be judged")]),
    ],
)
def test_very_deep_responses(members: dict[str, Any], violations: list[tuple[str, ...]]) -> None:
    """What is true of requests is true of responses."""
    body = orjson.dumps({**OPERATION, **members}).replace(b"null", DEEP)
    assert violations == answer("getBulkOperation", 200, body)


@pytest.mark.parametrize(
    ("field", "media"),
    [("", ""), ("text/html", "text/html"), (" Text/HTML ; charset=x", "text/html"), (";", ""), ("a/b;c=d;e=f", "a/b")],
)
def test_media_types(field: str, media: str) -> None:
    """A media type is compared without parameters and in lower case."""
    assert media == media_type(field)
