"""Which values of which body members a criterion tests for, so that a linter can see what nobody handles."""

from __future__ import annotations

from typing import TypeAlias

from jsonpath.filter import RelativeFilterQuery, RootFilterQuery

from mock_knock.arazzo.condition_tree import AnyOf, Comparison, ConditionSyntaxError, Constant, Node, Reading
from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.embedding import split_braced
from mock_knock.arazzo.json_query import QuerySyntaxError, compile_logical, compile_query
from mock_knock.arazzo.pointer import join_pointer, split_pointer
from mock_knock.arazzo.query_shape import Equality, Path, equalities
from mock_knock.arazzo.simple_condition import parse_reading, parse_simple
from mock_knock.messages import JsonValue

ComparedValues: TypeAlias = frozenset[tuple[str, JsonValue]]
"""Pairs of a pointer into the response body and a scalar the member there is compared with."""


def compared_values(criterion: Criterion) -> ComparedValues | None:
    """Return what a criterion tests for equality, when it says nothing else; otherwise None.

    `$.status == 'queued' || $.status == 'processing'` over `$response.body` gives `('/status', 'queued')` and
    `('/status', 'processing')`; so do the filter `$[?@.status == ...]` and the simple condition
    `$response.body#/status == ...`. Negations, other operators, `&&`, other sources than the response body,
    `{expression}` in a query, and text that does not parse give None. Whether case counts depends on the type of the
    criterion: in simple conditions not.
    """
    try:
        match criterion.type:
            case "simple":
                found = _simple_equalities(parse_simple(criterion.condition).root)
            case "jsonpath":
                found = _jsonpath_equalities(criterion)
            case _:
                found = None
    except (ConditionSyntaxError, QuerySyntaxError):
        return None
    return None if found is None else frozenset((join_pointer(path), value) for path, value in found)


def _simple_equalities(node: Node) -> tuple[Equality, ...] | None:
    match node:
        case AnyOf():
            parts = [_simple_equalities(operand) for operand in node.operands]
            return None if None in parts else tuple(each for part in parts for each in part or ())
        case Comparison(left=Reading() as reading, operator="==", right=Constant() as constant):
            path = _body_path(reading)
        case Comparison(left=Constant() as constant, operator="==", right=Reading() as reading):
            path = _body_path(reading)
        case _:
            return None
    return None if path is None else ((path, constant.value),)


def _jsonpath_equalities(criterion: Criterion) -> tuple[Equality, ...] | None:
    if any(piece.form != "plain" for piece in split_braced(criterion.condition)):
        return None
    base = _body_path(parse_reading(criterion.context or ""))
    found = _query_equalities(criterion.condition)
    if base is None or found is None:
        return None
    return tuple(((*base, *path), value) for path, value in found)


def _query_equalities(condition: str) -> tuple[Equality, ...] | None:
    try:
        query = compile_query(condition)
    except QuerySyntaxError:
        return equalities(compile_logical(condition).expression, RootFilterQuery)
    if query.root_filter is None or len(query.path.segments) > 1:
        return None
    found = equalities(query.root_filter, RelativeFilterQuery)
    return None if found is None or any(not path for path, _ in found) else found


def _body_path(reading: Reading) -> Path | None:
    """Return the path from the response body, or None when the reading looks elsewhere or in more than one place."""
    access, *others = reading.accesses
    expression = access.expression
    if others or expression.kind != "response" or expression.part != "body":
        return None
    return (*split_pointer(expression.pointer or ""), *access.path)
