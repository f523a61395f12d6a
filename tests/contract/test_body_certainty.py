"""What is surely wrong with a body before it is known in full."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.contract.certainty import without_unknown
from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import load_description
from mock_knock.messages import JsonValue

FORM = "application/x-www-form-urlencoded"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["a"],
    "additionalProperties": False,
    "properties": {
        "a": {"type": "integer"},
        "b": {"type": "object", "enum": [{"x": 1}], "properties": {"x": {"type": "integer"}}},
        "c": {"type": "array", "minItems": 2, "items": {"type": "string"}},
        "d": {"oneOf": [{"type": "object", "required": ["x"]}, {"type": "object", "required": ["y"]}]},
        "e": {"allOf": [{"type": "object", "required": ["x"]}, {"properties": {"x": {"type": "string"}}}]},
        "f": {"not": {"type": "object", "required": ["x"]}},
        "g": {"type": "object", "if": {"properties": {"x": {"const": 1}}}, "then": {"required": ["y"]}},
    },
}
MISSING = object()


def violations(
    payload: JsonValue,
    *unknown: str,
    content_type: str | None = None,
    media: tuple[str, ...] = ("application/json",),
    schema: JsonValue = SCHEMA,
    required: bool = True,
) -> list[tuple[str, str]]:
    """Return the places and sentences of what is surely wrong with a payload."""
    content = {each: {"schema": schema} if schema is not None else {} for each in media}
    operation = {"requestBody": {"required": required, "content": content}} if media else {}
    document = {"openapi": "3.1.0", "paths": {"/x": {"post": operation}}}
    sources = DescribedSources({"api": load_description("api", document, where="api.yaml")})
    target = sources.descriptions["api"].operations[0]
    found = sources.body_violations(target, content_type, payload, unknown=frozenset(unknown))
    return [(each.location, each.message) for each in found]


@pytest.mark.parametrize(
    ("payload", "unknown", "found"),
    [
        ({"a": 1}, [], []),
        ({"a": "x"}, [], [("/a", "must be of type integer")]),
        ({"a": "$inputs.a"}, ["/a"], []),
        ({"a": "$inputs.a"}, [""], []),
        ({}, [], [("/a", "is required")]),
        ({"b": {"x": "$inputs.x"}}, ["/b/x"], [("/a", "is required")]),
        ({"a": 1, "z": "$inputs.z"}, ["/z"], [("", "has members that are not allowed: z")]),
        ({"a": 1, "b": {"x": 2}}, [], [("/b", 'must be one of: {"x":1}')]),
        ({"a": 1, "b": {"x": "$inputs.x"}}, ["/b/x"], []),
        ({"a": 1, "b": "text"}, ["/c"], [("/b", 'must be one of: {"x":1}'), ("/b", "must be of type object")]),
        ({"a": 1, "c": ["$inputs.c"]}, ["/c/0"], []),
        ({"a": 1, "c": {"x": "$inputs.c"}}, ["/c/x"], [("/c", "must be of type array")]),
        ({"a": 1, "c": [1, "$inputs.c"]}, ["/c/1"], [("/c/0", "must be of type string")]),
        ({"a": 1, "d": {"z": "$inputs.z"}}, ["/d/z"], []),
        ({"a": 1, "d": {}}, ["/a"], [("/d", "must match exactly one of the allowed forms")]),
        ({"a": 1, "e": {"z": "$inputs.z"}}, ["/e/z"], [("/e/x", "is required")]),
        ({"a": 1, "e": {"x": "$inputs.x"}}, ["/e/x"], []),
        ({"a": 1, "f": {"x": "$inputs.x"}}, ["/f/x"], []),
        ({"a": 1, "g": {"x": "$inputs.x"}}, ["/g/x"], []),
        ({"a": 1, "g": {"z": "$inputs.z"}}, ["/g/z"], []),
        ({"a": 1, "g": {"x": 1}}, [], [("/g/y", "is required")]),
        ({"a": MISSING, "b": MISSING}, ["/a", "/b"], []),
    ],
)
def test_json(payload: JsonValue, unknown: list[str], found: list[tuple[str, str]]) -> None:
    """A broken rule is certain unless a part at, above or below which it stands could mend it."""
    assert sorted(found) == sorted(violations(payload, *unknown))


@pytest.mark.parametrize(
    ("payload", "unknown", "required", "found"),
    [
        (MISSING, (), True, [("", "a body is required")]),
        (MISSING, (), False, []),
        (MISSING, ("",), True, []),
        (None, (), True, [("", "must be of type object")]),
    ],
)
def test_no_body(payload: JsonValue, unknown: tuple[str, ...], found: list[tuple[str, str]], *, required: bool) -> None:
    """A body that is not sent is wrong only where one is required; null is a body."""
    assert found == violations(payload, *unknown, required=required)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"media": ()}, []),
        ({"schema": None}, []),
        ({"schema": {"$ref": "#/nowhere"}}, []),
        ({"content_type": "a/b"}, [("Content-Type", "'a/b' is not described; described: application/json")]),
        ({"content_type": "application/json; charset=utf-8"}, [("/a", "is required")]),
        ({"media": ("*/*",)}, [("/a", "is required")]),
        ({"media": ("text/xml", "application/json")}, [("/a", "is required")]),
        ({"media": ("text/xml",)}, []),
        ({"media": (FORM,)}, [("/a", "is required")]),
        ({"media": ("multipart/form-data",)}, [("/a", "is required")]),
    ],
)  # fmt: skip
def test_media_types(words: dict[str, Any], found: list[tuple[str, str]]) -> None:
    """JSON is judged in full; of forms only what does not depend on their texts; of others nothing is known."""
    assert found == violations({}, **words)


def test_values_of_a_form() -> None:
    """The values of a form are texts on the way, so their types are not judged; nor is a form that is text."""
    assert [] == violations({"a": "7"}, media=(FORM,))
    assert [("", "has members that are not allowed: z")] == violations({"a": "7", "z": 1}, media=(FORM,))
    assert [] == violations("b=1", media=(FORM,))


def test_a_text_that_is_json() -> None:
    """A text that writes an object is judged as the object that is sent."""
    assert [("/a", "is required")] == violations('{"c": ["x", "y"]}')
    assert [("", "must be of type object")] == violations("words")


def test_an_operation_that_is_not_described() -> None:
    """Of an operation that its source does not have, nothing is known."""
    one = load_description("api", {"openapi": "3.1.0", "paths": {"/x": {"post": {}}}}, where="api.yaml")
    empty = DescribedSources({"api": load_description("api", {"openapi": "3.1.0", "paths": {}}, where="api.yaml")})
    target = one.operations[0]
    assert () == empty.body_violations(target, None, {}, unknown=frozenset())
    assert ((), (), None) == (empty.statuses(target), empty.parameters(target), empty.success_values(target, ""))


@given(
    st.recursive(
        st.integers() | st.text(max_size=3), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)
    )
)
def test_what_is_known_stays(value: JsonValue) -> None:
    """A value of which nothing is unknown stays as it is; one that is unknown as a whole is null."""
    assert value == without_unknown(value, frozenset())
    assert without_unknown(value, frozenset({""})) is None
