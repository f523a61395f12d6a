"""The values behind runtime expressions."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.expression import MISSING, Message, Scope, evaluate_expression, parse_expression
from mock_knock.messages import JsonValue

SCOPE = Scope(
    url="http://api.test/v1/users?page=2",
    method="GET",
    status_code=200,
    request=Message(
        headers=(("Accept", "application/json"),),
        query={"page": "2"},
        path={"id": "u1"},
        body={"users": [{"id": "u1"}]},
    ),
    response=Message(
        headers=(("X-Trace", "a"), ("Content-Type", "application/json"), ("x-trace", "b")),
        body={"status": "queued", "error": None, "items": [{"id": 7}]},
    ),
    inputs={"apiKey": "sk", "user": {"name": "Ann"}, "none": None, "zero": 0},
    outputs={"done": True},
    steps={"poll": {"status": "queued", "rows": [1, 2]}},
    workflows={"other": {"inputs": {"a": 1}, "outputs": {"b": {"c": 2}}}},
    source_descriptions={"api": {"url": "http://api.test/openapi.yml", "type": "openapi"}},
    components={"parameters": {"auth": {"name": "Authorization"}}},
    self_uri="https://docs.test/flow",
)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("http://api.test/v1/users?page=2", "$url"),
        ("GET", "$method"),
        (200, "$statusCode"),
        ("https://docs.test/flow", "$self"),
        ("application/json", "$request.header.accept"),
        ("2", "$request.query.page"),
        ("u1", "$request.path.id"),
        ("u1", "$request.body#/users/0/id"),
        ("application/json", "$response.header.CONTENT-TYPE"),
        ("a, b", "$response.header.X-Trace"),
        ("queued", "$response.body#/status"),
        ({"status": "queued", "error": None, "items": [{"id": 7}]}, "$response.body"),
        ({"status": "queued", "error": None, "items": [{"id": 7}]}, "$response.body#"),
        (7, "$response.body#/items/0/id"),
        ("sk", "$inputs.apiKey"),
        ("Ann", "$inputs.user#/name"),
        (0, "$inputs.zero"),
        (True, "$outputs.done"),
        ("queued", "$steps.poll.outputs.status"),
        (2, "$steps.poll.outputs.rows#/1"),
        (1, "$workflows.other.inputs.a"),
        (2, "$workflows.other.outputs.b#/c"),
        ("http://api.test/openapi.yml", "$sourceDescriptions.api.url"),
        ({"name": "Authorization"}, "$components.parameters.auth"),
    ],
)
def test_values(expected: JsonValue, text: str) -> None:
    """Each kind of expression reads its part of the scope and keeps the type of the value."""
    assert expected == evaluate_expression(parse_expression(text), SCOPE)


@pytest.mark.parametrize("text", ["$response.body#/error", "$inputs.none"])
def test_null_is_a_value(text: str) -> None:
    """A JSON null is None and not MISSING."""
    assert evaluate_expression(parse_expression(text), SCOPE) is None


ALL_KINDS = [
    "$url",
    "$method",
    "$statusCode",
    "$self",
    "$request.body",
    "$request.header.Accept",
    "$response.body#/a",
    "$inputs.a",
    "$outputs.a#/b",
    "$steps.a.outputs.b",
    "$workflows.a.inputs.b",
    "$sourceDescriptions.a.url",
    "$components.parameters.a",
]


@pytest.mark.parametrize("text", ALL_KINDS)
def test_an_empty_scope_has_nothing(text: str) -> None:
    """Where nothing was sent, received or given, every expression is MISSING."""
    assert evaluate_expression(parse_expression(text), Scope()) is MISSING


@pytest.mark.parametrize(
    "text",
    [
        "$request.header.Nope",
        "$response.query.page",
        "$response.path.id",
        "$response.body#/nope",
        "$response.body#/items/01",
        "$steps.poll.outputs.nope",
        "$steps.nope.outputs.status",
        "$workflows.other.outputs.a",
        "$sourceDescriptions.api.getUser",
        "$components.failureActions.auth",
        "$inputs.apikey",
    ],
)
def test_names_that_do_not_exist(text: str) -> None:
    """A name that is not there is MISSING, and all names but those of headers mind their case."""
    assert evaluate_expression(parse_expression(text), SCOPE) is MISSING


def test_pointer_into_a_text_body() -> None:
    """A pointer into a body that is not JSON is MISSING, while the whole text can be read."""
    scope = Scope(response=Message(body="<status>ok</status>"))
    assert evaluate_expression(parse_expression("$response.body#/status"), scope) is MISSING
    assert "<status>ok</status>" == evaluate_expression(parse_expression("$response.body"), scope)


def test_a_message_without_body() -> None:
    """A message without body has no body value, with or without a pointer."""
    scope = Scope(response=Message())
    assert evaluate_expression(parse_expression("$response.body"), scope) is MISSING
    assert evaluate_expression(parse_expression("$response.body#"), scope) is MISSING
