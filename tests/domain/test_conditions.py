from __future__ import annotations

import pytest

from mock_knock.domain.conditions import conditions_hold
from mock_knock.messages import JsonValue

SCOPE: dict[str, JsonValue] = {
    "recipient": {
        "numbers": ["42", "43"],
        "phone": "+15551234",
        "word": "true",
        "ones": [1],
        "id": "ada", "plan": "pro", "age": 21, "tags": ["vip", "beta"], "empty": "", "none": None, "on": True,
                  "since": "2026-01-02T00:00:00Z", "day": "2026-01-02"},
    "data": {"tag": "vip", "tags": ["vip"], "limit": 20},
}  # fmt: skip


def holds(variable: str, operator: str, argument: JsonValue = None) -> bool:
    """Tell whether one condition holds."""
    return conditions_hold([{"variable": variable, "operator": operator, "argument": argument}], SCOPE)


@pytest.mark.parametrize(
    ("variable", "operator", "argument"),
    [
        ("recipient.plan", "equal_to", "pro"),
        ("recipient.age", "equal_to", "21"),
        ("recipient.age", "equal_to", 21),
        ("recipient.none", "equal_to", None),
        ("recipient.on", "equal_to", "true"),
        ("recipient.id", "not_equal_to", "actor.id"),
        ("recipient.age", "not_equal_to", "recipient.plan"),
        ("recipient.on", "not_equal_to", "1"),
        ("recipient.age", "greater_than", "data.limit"),
        ("recipient.age", "greater_than_or_equal_to", "21"),
        ("recipient.age", "less_than", "21.5"),
        ("recipient.age", "less_than_or_equal_to", "21"),
        ("recipient.plan", "contains", "ro"),
        ("recipient.tags", "contains", "data.tag"),
        ("recipient.tags", "contains", '["x", "beta"]'),
        ("recipient.plan", "contains", '["pro", "free"]'),
        ("recipient.tags", "not_contains", "x"),
        ("recipient.age", "not_contains", "2"),
        ("recipient.tags", "contains_all", "data.tags"),
        ("recipient.tags", "not_contains_all", '["vip", "x"]'),
        ("recipient.empty", "empty", None),
        ("recipient.nothing", "empty", None),
        ("recipient.plan", "not_empty", None),
        ("recipient.empty", "exists", None),
        ("recipient.none", "not_exists", None),
        ("recipient.nothing.inner", "not_exists", None),
        ("recipient.since", "is_timestamp", None),
        ("recipient.plan", "is_not_timestamp", None),
        ("recipient.since", "is_timestamp_before", "2026-01-03T00:00:00Z"),
        ("recipient.day", "is_timestamp_on_or_after", "recipient.since"),
        ("recipient.id", "is_audience_member", "beta-testers"),
        ("recipient.numbers", "contains", "42"),
        ("recipient.phone", "contains", "1555"),
        ("recipient.word", "equal_to", "true"),
        ("recipient.ones", "not_contains", "true"),
        ("recipient.numbers", "contains_all", '["42"]'),
        ("recipient.plan", "not_equal_to", "[" * 5_000),
    ],
)
def test_conditions_that_hold(variable: str, operator: str, argument: JsonValue) -> None:
    """Operators compare what a variable names with a literal, a text or another variable; an unknown one holds."""
    assert holds(variable, operator, argument)


@pytest.mark.parametrize(
    ("variable", "operator", "argument"),
    [
        ("recipient.plan", "equal_to", "free"),
        ("recipient.on", "equal_to", "1"),
        ("recipient.plan", "equal_to", 7),
        ("recipient.plan", "greater_than", "1"),
        ("recipient.age", "greater_than", "x"),
        ("recipient.age", "greater_than", "NaN"),
        ("recipient.on", "less_than", "5"),
        ("recipient.age", "less_than", "21"),
        ("recipient.age", "contains", "2"),
        ("recipient.tags", "contains", '["x"]'),
        ("recipient.plan", "contains_all", "data.tags"),
        ("recipient.plan", "empty", None),
        ("recipient.none", "exists", None),
        ("recipient.plan", "is_timestamp", None),
        ("recipient.plan", "is_timestamp_before", "2026-01-03T00:00:00Z"),
        ("recipient.since", "is_timestamp_before", "later"),
        ("recipient.since", "is_timestamp_before", "2026-01-01"),
        ("recipient.numbers", "not_contains", "42"),
        ("recipient.ones", "contains", "true"),
        ("recipient.word", "not_equal_to", "true"),
    ],
)
def test_conditions_that_do_not_hold(variable: str, operator: str, argument: JsonValue) -> None:
    """Values of kinds that cannot be compared, and comparisons that fail, do not hold."""
    assert not holds(variable, operator, argument)


def test_all_must_hold() -> None:
    """Several conditions are joined by and; none at all hold."""
    yes = {"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}
    no = {**yes, "argument": "free"}
    assert [True, True, False] == [conditions_hold(each, SCOPE) for each in ([], [yes, yes], [yes, no])]
