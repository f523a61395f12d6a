"""Conditions in preferences: a variable, an operator, an argument (documentation of Knock, "Conditions")."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Final, TypeAlias

from mock_knock.messages import JsonValue

PREFIXES: Final = frozenset({"actor", "data", "recipient", "run", "tenant", "workflow"})
"""What variables can begin with here; those of the environment and of audiences are not imitated."""

Scope: TypeAlias = Mapping[str, JsonValue]
_Test: TypeAlias = Callable[[JsonValue, JsonValue], bool]


def conditions_hold(conditions: Sequence[Mapping[str, JsonValue]], scope: Scope) -> bool:
    """Tell whether all conditions hold; one with an operator that is not imitated does.

    Args:
        conditions: each with `variable`, `operator` and `argument`.
        scope: what variables name, by their first part, such as `recipient`.
    """
    return all(_holds(each, scope) for each in conditions)


def _holds(condition: Mapping[str, JsonValue], scope: Scope) -> bool:
    found = _TESTS.get(str(condition.get("operator")))
    if found is None:
        return True
    test, expected = found
    value = _look_up(str(condition.get("variable")), scope)
    return any(test(value, each) for each in _meanings(condition.get("argument"), scope)) is expected


def _look_up(variable: str, scope: Scope) -> JsonValue:
    value: JsonValue = scope
    for name in variable.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _meanings(argument: JsonValue, scope: Scope) -> tuple[JsonValue, ...]:
    """Return what an argument can mean: a variable, or the text itself and the JSON literal that it is."""
    if not isinstance(argument, str):
        return (argument,)
    if argument.partition(".")[0] in PREFIXES and "." in argument:
        return (_look_up(argument, scope),)
    try:
        return (argument, json.loads(argument))
    except (ValueError, RecursionError):
        return (argument,)


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _ordered(compare: Callable[[float, float], bool]) -> _Test:
    def test(left: JsonValue, right: JsonValue) -> bool:
        numbers = _number(left), _number(right)
        return numbers[0] is not None and numbers[1] is not None and compare(numbers[0], numbers[1])

    return test


def _equal(left: JsonValue, right: JsonValue) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str) != isinstance(right, str):
        numbers = _number(left), _number(right)
        return numbers[0] is not None and numbers[0] == numbers[1]
    return bool(left == right)


def _contains(left: JsonValue, right: JsonValue) -> bool:
    match left, right:
        case list(), list():
            return any(_is_among(each, left) for each in right)
        case list(), _:
            return _is_among(right, left)
        case str(), list():
            return _is_among(left, right)
        case str(), str():
            return right in left
        case _:
            return False


def _contains_all(left: JsonValue, right: JsonValue) -> bool:
    return isinstance(left, list) and isinstance(right, list) and all(_is_among(each, left) for each in right)


def _is_among(value: JsonValue, values: Sequence[JsonValue]) -> bool:
    return any(_equal(value, each) for each in values)


def _is_empty(value: JsonValue, _: JsonValue) -> bool:
    return value is None or value in ("", [])


def _instant(value: JsonValue) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _in_time(compare: Callable[[datetime, datetime], bool]) -> _Test:
    def test(left: JsonValue, right: JsonValue) -> bool:
        instants = _instant(left), _instant(right)
        return instants[0] is not None and instants[1] is not None and compare(instants[0], instants[1])

    return test


def _exists(value: JsonValue, _: JsonValue) -> bool:
    return value is not None


def _is_timestamp(value: JsonValue, _: JsonValue) -> bool:
    return _instant(value) is not None


_TESTS: Final[Mapping[str, tuple[_Test, bool]]] = {
    # operator: what is tested, and the outcome that it wants
    "equal_to": (_equal, True),
    "not_equal_to": (_equal, False),
    "greater_than": (_ordered(gt), True),
    "greater_than_or_equal_to": (_ordered(ge), True),
    "less_than": (_ordered(lt), True),
    "less_than_or_equal_to": (_ordered(le), True),
    "contains": (_contains, True),
    "not_contains": (_contains, False),
    "contains_all": (_contains_all, True),
    "not_contains_all": (_contains_all, False),
    "empty": (_is_empty, True),
    "not_empty": (_is_empty, False),
    "exists": (_exists, True),
    "not_exists": (_exists, False),
    "is_timestamp": (_is_timestamp, True),
    "is_not_timestamp": (_is_timestamp, False),
    "is_timestamp_before": (_in_time(lt), True),
    "is_timestamp_on_or_after": (_in_time(ge), True),
}
