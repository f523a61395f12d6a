"""What a criterion says about each response that is described, as far as that can be told without one.

A possible response is a status with a value for each member of the body that has an enumeration. For it a criterion is
true, false, or None: unknown. Readings are those of the lenient dialect, since a flow is to be right in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from math import prod
from typing import Final

from mock_knock.arazzo.conditions.bounded_regex import RegexError, regex_search
from mock_knock.arazzo.conditions.comparison import compare, is_truthy, json_equal
from mock_knock.arazzo.conditions.condition_tree import (
    AllOf,
    Comparison,
    ConditionSyntaxError,
    Constant,
    Node,
    Not,
    Reading,
)
from mock_knock.arazzo.conditions.simple_condition import parse_reading, parse_simple
from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expression import MISSING, Expression, Missing
from mock_knock.arazzo.expressions.embedding import embedded_text
from mock_knock.arazzo.expressions.pointer import join_pointer, split_pointer
from mock_knock.arazzo.linting.coverage import compared_values
from mock_knock.arazzo.linting.uses import read_expression
from mock_knock.messages import JsonValue

SUCCESSES = range(200, 300)
MAX_RESPONSES = 2_000
"""Combinations of values that are looked at; beyond them nothing is said about bodies."""
_STATUS: Final = "status"
_PLAIN_PATTERN = re.compile(r"\^?\(?[\w\s|\-./]*\)?\$?")
"""Alternatives between anchors: patterns that cannot keep a matcher busy, however many values are tried."""
_NUMBER = re.compile(r"\b[1-5][0-9]{2}\b")


class Unknown(Enum):
    """The type of `UNKNOWN`, a value that only a run can tell."""

    VALUE = "unknown"


UNKNOWN: Final = Unknown.VALUE
Value = JsonValue | Missing | Unknown


@dataclass(frozen=True, slots=True)
class PossibleResponse:
    """A response: its status, and the members of its body that are known, by JSON pointer."""

    status: int
    members: Mapping[str, JsonValue | Missing] = field(default_factory=dict)


def make_responses(
    statuses: Sequence[int], enums: Mapping[str, Sequence[JsonValue | Missing]]
) -> tuple[PossibleResponse, ...]:
    """Return every combination of a status and the values of body members; enumerations are those of successes."""
    known = _manageable(statuses, enums)
    bodies = [dict(zip(known, values, strict=True)) for values in product(*known.values())]
    nothing: list[dict[str, JsonValue | Missing]] = [{}]
    return tuple(
        PossibleResponse(status, body) for status in statuses for body in (bodies if status in SUCCESSES else nothing)
    )


def count_responses(statuses: Sequence[int], enums: Mapping[str, Sequence[JsonValue | Missing]]) -> int:
    """Return how many responses `make_responses` would return."""
    successes = sum(status in SUCCESSES for status in statuses)
    return successes * prod(map(len, _manageable(statuses, enums).values())) + len(statuses) - successes


def _manageable(
    statuses: Sequence[int], enums: Mapping[str, Sequence[JsonValue | Missing]]
) -> Mapping[str, Sequence[JsonValue | Missing]]:
    return enums if len(statuses) * prod(map(len, enums.values())) <= MAX_RESPONSES else {}


def expand_statuses(described: Iterable[str], criteria: Iterable[Criterion]) -> tuple[int, ...]:
    """Return the statuses that can come, as far as `criteria` tell them apart; of a range the ends and what they name.

    Args:
        described: as an OpenAPI description writes them: `200`, `4XX`, `default`; none stands for any.
        criteria: whose numbers count.
    """
    named = {status + shift for status in named_statuses(criteria) for shift in (-1, 0, 1)}
    found: set[int] = set()
    for text in tuple(described) or ("default",):
        if text.isdecimal():
            found.add(int(text))
            continue
        hundreds = (int(text[0]) * 100,) if text[:1].isdecimal() else (100, 200, 300, 400, 500)
        for start in hundreds:
            found |= {start, start + 99} | {each for each in named if start <= each < start + 100}
    return tuple(sorted(found))


def named_statuses(criteria: Iterable[Criterion]) -> set[int]:
    """Return the numbers in criteria that can be a status."""
    return {int(word) for each in criteria for word in _NUMBER.findall(each.condition)}


def succeeds(step: Step, response: PossibleResponse) -> bool | None:
    """Tell whether a step passes; without criteria a status from 200 to 299 does."""
    if not step.success_criteria:
        return response.status in SUCCESSES
    return all_hold(step.success_criteria, step, response)


def all_hold(criteria: Sequence[Criterion], step: Step, response: PossibleResponse) -> bool | None:
    """Tell whether all criteria hold; one that does not is enough for false."""
    return _all([judge(criterion, step, response) for criterion in criteria])


def judge(criterion: Criterion, step: Step, response: PossibleResponse) -> bool | None:
    """Tell whether a criterion of a step holds in a response, or None when that cannot be told."""
    try:
        match criterion.type:
            case "simple":
                return _truth(_value(parse_simple(criterion.condition).root, step, response))
            case "jsonpath":
                return _judge_query(criterion, response)
            case "regex":
                return _judge_pattern(criterion, step, response)
            case _:
                return None
    except (ConditionSyntaxError, RegexError):
        return None


def read_members(criterion: Criterion, step: Step) -> frozenset[str]:
    """Return the pointers of the members of the response body that a criterion of a step reads."""
    if criterion.type == "jsonpath":
        return frozenset(pointer for pointer, _ in compared_values(criterion) or ())
    try:
        is_simple = criterion.type == "simple"
        readings = (
            parse_simple(criterion.condition).readings if is_simple else (parse_reading(criterion.context or ""),)
        )
    except ConditionSyntaxError:
        return frozenset()
    places = (_place(reading, step) for reading in readings)
    return frozenset(place for place in places if place is not None and place != _STATUS)


def _judge_query(criterion: Criterion, response: PossibleResponse) -> bool | None:
    pairs = compared_values(criterion)
    if pairs is None:
        return None
    verdicts = [
        json_equal(response.members[pointer], value) if pointer in response.members else None
        for pointer, value in pairs
    ]
    return _any(verdicts)


def _judge_pattern(criterion: Criterion, step: Step, response: PossibleResponse) -> bool | None:
    """Judge a pattern; one of the status says nothing: of a range only some statuses are looked at."""
    reading = parse_reading(criterion.context or "")
    value = _read(reading, step, response)
    if value is UNKNOWN or _place(reading, step) == _STATUS or not _PLAIN_PATTERN.fullmatch(criterion.condition):
        return None
    return value is not MISSING and value is not None and regex_search(criterion.condition, embedded_text(value))


def _value(node: Node, step: Step, response: PossibleResponse) -> Value:
    match node:
        case Constant():
            return node.value
        case Reading():
            return _read(node, step, response)
        case Not():
            held = _truth(_value(node.operand, step, response))
            return UNKNOWN if held is None else not held
        case Comparison():
            left, right = _value(node.left, step, response), _value(node.right, step, response)
            return UNKNOWN if UNKNOWN in (left, right) else compare(left, node.operator, right)
        case AllOf():
            verdict = _all([_truth(_value(each, step, response)) for each in node.operands])
        case _:
            verdict = _any([_truth(_value(each, step, response)) for each in node.operands])
    return UNKNOWN if verdict is None else verdict


def _truth(value: Value) -> bool | None:
    return None if value is UNKNOWN else is_truthy(value)


def _all(verdicts: Sequence[bool | None]) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _any(verdicts: Sequence[bool | None]) -> bool | None:
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _read(reading: Reading, step: Step, response: PossibleResponse) -> Value:
    place = _place(reading, step)
    if place == _STATUS:
        return response.status
    return UNKNOWN if place is None else response.members.get(place, UNKNOWN)


def _place(reading: Reading, step: Step) -> str | None:
    """Return the pointer of the body member that is read, `status`, or None for anything else.

    An output of the step itself is what it is read from.
    """
    for access in reading.accesses:
        expression: Expression | None = access.expression
        path: tuple[str | int, ...] = access.path
        if access.expression.kind == "steps" and access.expression.owner == step.step_id:
            source = step.outputs.get(access.expression.name)
            expression = read_expression(source) if isinstance(source, str) else None
            path = (*split_pointer(access.expression.pointer or ""), *access.path)
        if expression is not None and (place := _place_of(expression, path)) is not None:
            return place
    return None


def _place_of(expression: Expression, path: tuple[str | int, ...]) -> str | None:
    if expression.kind == "statusCode" and not path:
        return _STATUS
    if expression.kind == "response" and expression.part == "body":
        return join_pointer((*split_pointer(expression.pointer or ""), *path))
    return None
