"""What a logical expression of JSONPath looks like: which members it compares, and how to write it another way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeAlias, cast

from jsonpath.filter import (
    BaseExpression,
    FilterExpressionLiteral,
    FilterQuery,
    InfixExpression,
    Nil,
    PrefixExpression,
    RelativeFilterQuery,
    RootFilterQuery,
)
from jsonpath.selectors import IndexSelector, NameSelector

from mock_knock.arazzo.expressions.pointer import join_pointer
from mock_knock.arazzo.queries.json_query import compile_logical, compile_query
from mock_knock.arazzo.queries.query import QuerySyntaxError
from mock_knock.messages import JsonValue

Path: TypeAlias = tuple[str | int, ...]
Equality: TypeAlias = tuple[Path, JsonValue]

_BARE_POINTER = re.compile(r"[\w/.~\-]*")


def query_path(query: FilterQuery) -> Path | None:
    """Return the names and indices a query goes down, or None when one counts from the end.

    The query must be one that can be compared, so each of its segments has one name or one index (RFC 9535, singular
    queries).
    """
    selectors = [segment.selectors[0] for segment in query.path.segments]
    steps = [each.name if isinstance(each, NameSelector) else cast("IndexSelector", each).index for each in selectors]
    return None if any(isinstance(step, int) and step < 0 for step in steps) else tuple(steps)


def condition_equalities(condition: str) -> tuple[Equality, ...] | None:
    """Return the `equalities` of a JSONPath condition: of a filter over items, or of a logical expression; or None.

    Raises:
        QuerySyntaxError: it is neither.
    """
    try:
        query = compile_query(condition)
    except QuerySyntaxError:
        return equalities(compile_logical(condition).expression, RootFilterQuery)
    if query.root_filter is None or len(query.path.segments) > 1:
        return None
    found = equalities(query.root_filter, RelativeFilterQuery)
    return None if found is None or any(not path for path, _ in found) else found


def equalities(expression: BaseExpression, kind: type[FilterQuery]) -> tuple[Equality, ...] | None:
    """Return the path and value of each `query == literal` in an expression that only joins such by `||`, or None.

    `kind` is the kind of query that counts: `RootFilterQuery` for `$...`, `RelativeFilterQuery` for `@...`.
    """
    if not isinstance(expression, InfixExpression):
        return None
    if expression.operator == "||":
        left, right = equalities(expression.left, kind), equalities(expression.right, kind)
        return None if left is None or right is None else left + right
    if expression.operator != "==":
        return None
    query, literal = expression.left, expression.right
    if isinstance(literal, FilterQuery):
        query, literal = literal, query
    if not isinstance(query, kind) or not isinstance(literal, FilterExpressionLiteral | Nil):
        return None
    path = query_path(query)
    return None if path is None else ((path, literal_value(literal)),)


def literal_value(literal: FilterExpressionLiteral[JsonValue] | Nil) -> JsonValue:
    """Return the JSON value of a literal."""
    return None if isinstance(literal, Nil) else literal.value


def simple_condition_text(expression: BaseExpression, context: str) -> str | None:
    """Return a simple condition that says the same about the context, such as `$response.body#/status == 'done'`.

    None when there is none: existence tests, functions, queries for several nodes, a context with its own pointer.
    """
    if "#" in context:
        return None
    return _simple(expression, lambda pointer: _pointed(context, pointer))


def _pointed(context: str, pointer: str) -> str | None:
    text = f"{context}#{pointer}" if pointer else context
    if "{" in pointer or "}" in pointer:
        return None
    return text if _BARE_POINTER.fullmatch(pointer) else f"{{{text}}}"


def _simple(expression: BaseExpression, pointed: Callable[[str], str | None]) -> str | None:
    match expression:
        case InfixExpression(operator="&&" | "||"):
            sides = [_grouped(side, expression.operator, pointed) for side in (expression.left, expression.right)]
        case InfixExpression():
            sides = [_operand(side, pointed) for side in (expression.left, expression.right)]
        case PrefixExpression():
            negated = _simple(expression.right, pointed)
            return f"!({negated})" if negated else None
        case _:
            return None
    left, right = sides
    return f"{left} {expression.operator} {right}" if left and right else None


def _grouped(side: BaseExpression, operator: str, pointed: Callable[[str], str | None]) -> str | None:
    text = _simple(side, pointed)
    alternatives = isinstance(side, InfixExpression) and side.operator == "||"
    return f"({text})" if text and alternatives and operator == "&&" else text


def _operand(side: BaseExpression, pointed: Callable[[str], str | None]) -> str | None:
    if isinstance(side, RootFilterQuery):
        path = query_path(side)
        return None if path is None else pointed(join_pointer(path))
    if isinstance(side, FilterExpressionLiteral | Nil):
        return _literal_text(literal_value(side))
    return None


def _literal_text(value: JsonValue) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)
