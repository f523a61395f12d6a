"""Schemas that are judged without openapi-core have the same verdicts."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import oas30_format_checker

from mock_knock.contract.description import load_description
from mock_knock.contract.plain_schemas import _PLAIN, PlainSchema, compile_plain, plain_format
from mock_knock.messages import JsonValue

RIGHT = {
    "date": ["2026-02-28", "1999-12-31", "2024-02-29", "2026-04-30"],
    "date-time": ["2026-02-28T23:59:59Z", "2026-12-31T00:00:00.123456789+14:00", "2024-02-29T00:00:00Z"],
    "email": ["ada@example.com", "a.b+c@x-y.example"],
    "uri": ["https://api.knock.app/v1/things", "http://localhost:4010/", "https://example.com"],
    "uuid": ["7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10", "00000000-0000-0000-0000-00000000000F"],
}
DIGITS = "0123456789-:.TtZz+ \u0662aF@/"


def plain(schema: JsonValue) -> PlainSchema | None:
    """Return a compiled schema of a description."""
    return compile_plain(load_description("things", {"openapi": "3.0.3", "paths": {}}, where="things.yaml"), schema)


def stock(name: str, value: str) -> bool:
    """Return openapi-core's verdict about a text."""
    try:
        return name not in oas30_format_checker.checkers or oas30_format_checker.conforms(value, name)
    except ValueError:
        return False


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_right_texts(name: str, value: str) -> None:
    """A text that is plainly right is accepted."""
    assert plain_format(name)(value)


@st.composite
def altered(draw: st.DrawFn) -> tuple[str, str]:
    """Return a format and a text that was right before one character of it was replaced."""
    name = draw(st.sampled_from(list(RIGHT)))
    value = draw(st.sampled_from(RIGHT[name]))
    at = draw(st.integers(0, len(value)))
    return name, value[:at] + draw(st.sampled_from(["", *DIGITS])) + value[at + 1 :]


@settings(max_examples=max(500, settings().max_examples))
@given(altered() | st.tuples(st.sampled_from([*RIGHT, "byte", "password", "made-up"]), st.text(max_size=12)))
@example(("date", "2026-02-29"))
@example(("byte", "é"))
def test_formats_repeat_the_stock_verdicts(asked: tuple[str, str]) -> None:
    """What is plainly right, and what is not, is so for openapi-core as well."""
    name, value = asked
    assert stock(name, value) == plain_format(name)(value)
    if name in _PLAIN and _PLAIN[name].fullmatch(value):
        assert stock(name, value)


def test_values() -> None:
    """A compiled schema accepts what it describes, decoded or as text."""
    found = plain({"type": "array", "items": {"type": "integer"}})
    assert found is not None
    assert found.accepts([1])
    assert not found.accepts(["1"])
    assert found.accepts_text(b"[1]")
    assert not found.accepts_text(b"[1")


def test_what_is_no_json_is_not_accepted() -> None:
    """A value that the validator cannot look at is left to the judge."""
    found = plain({"items": {"type": "integer"}})
    assert found is not None
    assert not found.accepts([{1, 2}])


@pytest.mark.parametrize("schema", [{"$ref": "#/nowhere"}, {"type": "string", "pattern": "a"}, {"type": 7}, None])
def test_schemas_that_are_not_plain(schema: JsonValue) -> None:
    """A schema that leads nowhere, means something else in jsonschema-rs or is none is not compiled."""
    assert plain(schema) is None
