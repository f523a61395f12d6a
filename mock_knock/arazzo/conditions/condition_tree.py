"""The tree of a simple condition, and the error for a text that has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mock_knock.arazzo.conditions.comparison import Operator
from mock_knock.arazzo.expressions.grammar import Expression
from mock_knock.arazzo.expressions.remembered import TextSyntaxError
from mock_knock.messages import JsonValue


class ConditionSyntaxError(TextSyntaxError):
    """A text is not a simple condition."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant: true, false, null, a number or a string."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Access:
    """An expression and the members and items that are read from its value."""

    expression: Expression
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """An expression in a condition; where dots can be read in several ways, the first access that has a value counts.

    `$inputs.user.name` is the input `user.name` (1.1.0 allows dots in names) or else the member `name` of `user`.
    """

    accesses: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a truth value."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values and the operator between them."""

    left: Node
    operator: Operator
    right: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    """Operands joined by `&&`."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Operands joined by `||`."""

    operands: tuple[Node, ...]


Node: TypeAlias = Constant | Reading | Not | Comparison | AllOf | AnyOf
