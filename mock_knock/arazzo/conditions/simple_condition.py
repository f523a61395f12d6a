"""Simple conditions: parse once, evaluate against a scope (Arazzo 1.1.0, Criterion Object, Simple Conditions).

The grammar lives in `condition_syntax`, the rules of comparing in `comparison`. Nothing of a condition is ever handed
to the host language.
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_knock.arazzo.conditions.comparison import compare, is_truthy
from mock_knock.arazzo.conditions.condition_syntax import parse_condition, parse_reading
from mock_knock.arazzo.conditions.condition_tree import (
    Access,
    AllOf,
    Comparison,
    ConditionSyntaxError,
    Constant,
    Node,
    Not,
    Reading,
)
from mock_knock.arazzo.expression import MISSING, Expression, Missing, Scope, evaluate_expression
from mock_knock.arazzo.expressions.remembered import remember
from mock_knock.messages import JsonValue

__all__ = [
    "ConditionSyntaxError",
    "SimpleCondition",
    "evaluate_reading",
    "evaluate_simple",
    "parse_reading",
    "parse_simple",
]


@dataclass(frozen=True, slots=True)
class SimpleCondition:
    """A parsed condition: its text, its tree, and the places in it that read a value, in order."""

    text: str
    root: Node
    readings: tuple[Reading, ...] = ()

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Return the expressions of the condition in order; dots are taken as part of names where they may be."""
        return tuple(reading.accesses[0].expression for reading in self.readings)


@remember(1024)
def parse_simple(text: str) -> SimpleCondition:
    """Parse a simple condition.

    Raises:
        ConditionSyntaxError: with the 0-based column; also for more than 10,000 characters or 100 nested `(` and `!`.
    """
    root, readings = parse_condition(text)
    return SimpleCondition(text, root, readings)


def evaluate_simple(condition: SimpleCondition, scope: Scope) -> bool:
    """Tell whether a condition passes; a missing value counts as null, and a condition that is null fails."""
    return is_truthy(_value(condition.root, scope))


def evaluate_reading(reading: Reading, scope: Scope) -> JsonValue | Missing:
    """Return the first value that the accesses of a reading find, or MISSING."""
    values = (_accessed(access, scope) for access in reading.accesses)
    return next((value for value in values if value is not MISSING), MISSING)


def _value(node: Node, scope: Scope) -> JsonValue | Missing:
    match node:
        case Constant():
            return node.value
        case Reading():
            return evaluate_reading(node, scope)
        case Not():
            return not is_truthy(_value(node.operand, scope))
        case Comparison():
            return compare(_value(node.left, scope), node.operator, _value(node.right, scope))
        case AllOf():
            return not _any_is(node.operands, scope, truth=False)
        case _:
            return _any_is(node.operands, scope, truth=True)


def _any_is(operands: tuple[Node, ...], scope: Scope, *, truth: bool) -> bool:
    for operand in operands:  # noqa: SIM110  # any() over a generator would double the call depth of nested conditions
        if is_truthy(_value(operand, scope)) is truth:
            return True
    return False


def _accessed(access: Access, scope: Scope) -> JsonValue | Missing:
    value = evaluate_expression(access.expression, scope)
    for step in access.path:
        value = _child(value, step)
    return value


def _child(value: JsonValue | Missing, step: str | int) -> JsonValue | Missing:
    if isinstance(step, str):
        return value.get(step, MISSING) if isinstance(value, dict) else MISSING
    return value[step] if isinstance(value, list) and step < len(value) else MISSING
