from __future__ import annotations

from typing import Any

import pytest

from mock_knock.contract.violations import MAX_SHOWN, TOO_DEEP, SchemaError, describe_schema_errors
from mock_knock.messages import ContractViolation, JsonValue

Path = tuple[str | int, ...]


def broken(keyword: str, argument: JsonValue = None, path: Path = (), **members: Any) -> SchemaError:
    """Return an error of this keyword at a path."""
    return SchemaError(path, keyword, argument, **members)


def alternatives(*branches: list[SchemaError], keyword: str = "oneOf", path: Path = ()) -> SchemaError:
    """Return an error of a value that fits none of these alternatives."""
    return broken(keyword, path=path, branches=tuple(map(tuple, branches)))


def told(*errors: SchemaError) -> list[tuple[str, str]]:
    """Return place and sentence of each violation."""
    return [(each.location, each.message) for each in describe_schema_errors("request-body", errors)]


def test_a_violation() -> None:
    """A violation carries its kind, the place in the message, a sentence and the place in the description."""
    error = broken("type", ["string"], ("users", 0), schema_path=("components", "schemas", "a/b", "type"))
    expected = ContractViolation("response-body", "/users/0", "must be of type string", "/components/schemas/a~1b/type")
    assert (expected,) == describe_schema_errors("response-body", [error])


@pytest.mark.parametrize(
    ("path", "location"),
    [((), ""), (("a",), "/a"), (("a", 0, "b"), "/a/0/b"), (("a/b", "c~d"), "/a~1b/c~0d"), (("",), "/")],
)
def test_locations_are_json_pointers(path: Path, location: str) -> None:
    """The place of a violation is the JSON pointer to the value at fault."""
    assert [(location, "is not a valid uuid")] == told(broken("format", "uuid", path))


def test_a_missing_member_is_at_its_own_place() -> None:
    """A member that is missing is reported where it should be."""
    assert [("/users/0/i~1d", "is required")] == told(broken("required", "i/d", ("users", 0)))


@pytest.mark.parametrize(
    ("keyword", "argument", "sentence"),
    [
        ("additionalProperties", ["a", "b"], "has members that are not allowed: a or b"),
        ("anyOf", None, "matches none of the allowed forms"),
        ("const", {"a": None}, "breaks the rule 'const': {\"a\":null}"),
        ("depth", None, "is nested too deeply to be judged"),
        ("enum", ["queued", None, True, 1.5], "must be one of: queued or null or true or 1.5"),
        ("exclusiveMaximum", 1, "must be less than 1"),
        ("exclusiveMinimum", 1, "must be greater than 1"),
        ("falseSchema", None, "is not allowed"),
        ("format", "date-time", "is not a valid date-time"),
        ("maxItems", 1000, "must not have more than 1000 items"),
        ("maxLength", 2, "must not be longer than 2 characters"),
        ("maximum", 1.5, "must not be greater than 1.5"),
        ("minItems", 1, "must have at least 1 items"),
        ("minLength", 1, "must be at least 1 characters long"),
        ("minimum", 0, "must not be less than 0"),
        ("multipleOf", 5, "must be a multiple of 5"),
        ("not", {"required": ["a"]}, "has a form that is not allowed"),
        ("oneOf", None, "must match exactly one of the allowed forms"),
        ("pattern", "^[^/#]*$", "must not contain '/' or '#'"),
        ("pattern", "^[{}]$", "does not match the pattern ^[{}]$"),
        ("readOnly", True, "must not be in a request"),
        ("writeOnly", True, "must not be in a response"),
        ("type", "string", "must be of type string"),
        ("type", ["null", "string"], "must be of type null or string"),
        ("type", ("null", "string"), "must be of type null or string"),
        ("uniqueItems", None, "must not repeat an item"),
        ("minProperties", 1, "breaks the rule 'minProperties': 1"),
        ("enum", [{1, 2}], 'must be one of: "{1, 2}"'),
    ],
)
def test_sentences(keyword: str, argument: JsonValue, sentence: str) -> None:
    """Every broken keyword has a sentence with its argument in the words of JSON, also one that is not in the table."""
    assert [("", sentence)] == told(broken(keyword, argument))


def test_a_long_argument_is_cut() -> None:
    """A message shows no more than the beginning of a long argument."""
    [(_, sentence)] = told(broken("enum", ["x" * MAX_SHOWN, "y"]))
    assert f"must be one of: {'x' * MAX_SHOWN}..." == sentence
    [(_, sentence)] = told(broken("pattern", "x" * MAX_SHOWN))
    assert f"does not match the pattern {'x' * MAX_SHOWN}" == sentence


def test_the_same_violation_once() -> None:
    """What a validator reports twice is told once; the order of the others stays."""
    null, other = broken("type", "string", ("name",)), broken("type", "string", ("email",))
    assert ["/name", "/email"] == [location for location, _ in told(null, other, null)]


STRING = broken("type", ["string"])
OBJECT = broken("type", ["object"])
NO_ID = broken("required", "id")
NO_COLLECTION = broken("required", "collection")
BAD_NAME = broken("type", ["string"], ("name",))
NULL_ONLY = broken("enum", [None])


@pytest.mark.parametrize(
    ("branches", "locations"),
    [
        ([[STRING], [NO_ID]], ["/id"]),
        ([[STRING], [NO_ID, BAD_NAME]], ["/id", "/name"]),
        ([[NO_ID, NO_COLLECTION], [STRING], [NO_ID]], ["/id"]),
        ([[STRING], [OBJECT]], [""]),
        ([[NO_ID], [NO_COLLECTION]], [""]),
        ([[], []], [""]),
        ([], [""]),
        ([[NULL_ONLY], [NO_ID]], ["/id"]),
        ([[NULL_ONLY], [OBJECT]], [""]),
        ([[alternatives([STRING], [NULL_ONLY])], [NO_ID]], ["/id"]),
        ([[alternatives([STRING], [BAD_NAME])], [OBJECT]], ["/name"]),
        ([[alternatives([BAD_NAME], [NO_ID])], [OBJECT]], ["/name"]),
        (
            [[alternatives([BAD_NAME], [broken("required", "first", ("name",))], path=("name",))], [OBJECT]],
            ["/name/first"],
        ),
        ([[STRING], [broken("type", ["string"], ("name", "first")), NO_ID]], ["/name/first", "/id"]),
    ],
)
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_the_alternative_that_was_meant(keyword: str, branches: list[list[SchemaError]], locations: list[str]) -> None:
    """Of the alternatives of the value's type the one with the fewest faults is told, and of those the complete one."""
    assert locations == [location for location, _ in told(alternatives(*branches, keyword=keyword))]


def test_alternatives_deep_inside() -> None:
    """Alternatives are weighed at their own place in the value."""
    at = ("users", 0)
    error = alternatives([broken("type", ["string"], at)], [broken("required", "id", at)], path=at)
    assert [("/users/0/id", "is required")] == told(error)


def test_a_value_nested_too_deeply() -> None:
    """That a value cannot be judged is a violation of the whole value."""
    assert [("", "is nested too deeply to be judged")] == told(TOO_DEEP)
