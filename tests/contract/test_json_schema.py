"""JSON Schemas of documents, judged within limits."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from test_schema_growth import lattice

from mock_knock.contract import judging_work
from mock_knock.contract.json_schema import UnusableSchemaError, compile_json_schema
from mock_knock.contract.violations import TOO_DEEP
from mock_knock.messages import JsonValue

SLOW = "a" * 40 + "!"
EVIL = "^(a|aa)+(?!b)$"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"


def errors(schema: JsonValue, value: JsonValue) -> list[tuple[str, JsonValue]]:
    """Return keyword and argument of every broken rule."""
    return [(each.keyword, each.argument) for each in compile_json_schema(orjson.dumps(schema)).find_errors(value)]


@pytest.mark.parametrize("extra", [{}, {"not": {"type": "string", "pattern": "(?=never)x"}}], ids=["fast", "stock"])
@pytest.mark.parametrize(
    ("expected", "schema", "value"),
    [
        ([], {"type": "string"}, "a"),
        ([("pattern", "^b")], {"pattern": "^b"}, "a"),
        ([("required", "a")], {"required": ["a"]}, {}),
        ([("additionalProperties", ["b"])], {"patternProperties": {"^a": {}}, "additionalProperties": False}, {"b": 1}),
        ([("format", "email")], {"format": "email"}, "a"),
        ([], {"uniqueItems": True}, [1, True, "1", None, [1], {"a": 1}]),
        ([], {"uniqueItems": False}, [1, 1]),
    ],
)
def test_both_ways_agree(
    expected: list[tuple[str, JsonValue]], schema: dict[str, JsonValue], value: JsonValue, extra: dict[str, JsonValue]
) -> None:
    """The quick validator and the stock one find the same."""
    assert expected == errors({**schema, **extra}, value)


@pytest.mark.parametrize("extra", [{}, {"not": {"type": "string", "pattern": "(?=never)x"}}], ids=["fast", "stock"])
def test_items_that_are_the_same(extra: dict[str, JsonValue]) -> None:
    """Items are the same when they are equal as JSON, whatever way a number is written."""
    same: JsonValue = [{"a": [1, None]}, {"a": [1.0, None]}]
    assert ["uniqueItems"] == [keyword for keyword, _ in errors({"uniqueItems": True, **extra}, same)]


@pytest.mark.parametrize("schema", [{"type": "text"}, {"pattern": "["}, {"pattern": "(a{900}){900}"}, 3])
def test_no_schema(schema: JsonValue) -> None:
    """What is no JSON Schema, and a pattern that is too large, is refused."""
    with pytest.raises(UnusableSchemaError):
        errors(schema, "a")


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": EVIL}, SLOW),
        ({"patternProperties": {EVIL: False}}, {SLOW: 1}),
        ({"patternProperties": {EVIL: True}, "additionalProperties": False}, {SLOW: 1}),
        ({"patternProperties": {EVIL: True}, "unevaluatedProperties": False}, {SLOW: 1}),
        ({"properties": {"a": {"$schema": DRAFT_2019, "pattern": EVIL}}},
         {"a": SLOW}),
        ({"items": {"pattern": EVIL}}, ["a" * length + "!" for length in range(8, 30) for _ in range(100)]),
        (lattice("allOf", 40), "a"),
        (lattice("anyOf", 40), 1),
    ],
)  # fmt: skip
def test_evil_schemas_end(schema: JsonValue, value: JsonValue) -> None:
    """A pattern that backtracks and references that multiply are given up, wherever they stand."""
    with pytest.raises(UnusableSchemaError):
        errors(schema, value)


@pytest.mark.parametrize("pattern", ["^(a|aa)+$", "^(a+)+$", "^(a*)*$"])
def test_patterns_of_a_linear_matcher(pattern: str) -> None:
    """Where no looking around is needed, no pattern is slow."""
    assert [("pattern", pattern)] == errors({"pattern": pattern}, SLOW)


def test_deep_values() -> None:
    """A value that is nested too deeply is told so."""
    value: JsonValue = []
    for _ in range(2_000):
        value = [value]
    assert [(TOO_DEEP.keyword, None)] == errors({"items": {"$ref": "#"}, "maxItems": 0}, value)


@pytest.mark.parametrize(
    ("expected", "value"), [(True, "a+"), (True, 3), (False, "("), (False, "a{1000000000}"), (False, "a" * 10_001)]
)
def test_format_regex(expected: bool, value: object) -> None:  # noqa: FBT001  # a parameter of the test
    """The format `regex` accepts what can be used here."""
    assert expected is judging_work.is_bounded_regex(value)


def test_matching_is_paid_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """All matches of one message share their time, and outside of a message each has its own."""
    ticks = iter(range(1_000))
    monkeypatch.setattr(judging_work, "thread_time", lambda: next(ticks) / 5)
    search: Callable[[], bool] = lambda: judging_work.current_work().search("a", "a")  # noqa: E731
    with judging_work.judging_work(), judging_work.judging_work():
        assert search()
        assert search()
        with pytest.raises(judging_work.JudgingLimitError, match="regular expressions"):
            search()
    assert search()
