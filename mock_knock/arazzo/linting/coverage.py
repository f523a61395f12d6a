"""Which values of which body members a JSONPath criterion tests for, so that a linter can tell when it holds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from mock_knock.arazzo.conditions.condition_tree import ConditionSyntaxError, Reading
from mock_knock.arazzo.conditions.simple_condition import parse_reading
from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.expressions.embedding import split_braced
from mock_knock.arazzo.expressions.pointer import join_pointer, split_pointer
from mock_knock.arazzo.queries.query import QuerySyntaxError
from mock_knock.messages import JsonValue

if TYPE_CHECKING:
    from mock_knock.arazzo.queries.query_shape import Equality, Path

ComparedValues: TypeAlias = frozenset[tuple[str, JsonValue]]
"""Pairs of a pointer into the response body and a scalar the member there is compared with."""


@lru_cache(maxsize=1024)
def compared_values(criterion: Criterion) -> ComparedValues | None:
    """Return what a JSONPath criterion tests for equality, when it says nothing else; otherwise None.

    `$.status == 'queued' || $.status == 'processing'` over `$response.body` gives `('/status', 'queued')` and
    `('/status', 'processing')`; so does the filter `$[?@.status == ...]`. Negations, other operators, `&&`, other
    sources than the response body, `{expression}` in a query, and text that does not parse give None.
    """
    if criterion.type != "jsonpath":
        return None
    try:
        found = _jsonpath_equalities(criterion)
    except (ConditionSyntaxError, QuerySyntaxError):
        return None
    return None if found is None else frozenset((join_pointer(path), value) for path, value in found)


def _jsonpath_equalities(criterion: Criterion) -> tuple[Equality, ...] | None:
    if any(piece.form != "plain" for piece in split_braced(criterion.condition)):
        return None
    from mock_knock.arazzo.queries.query_shape import condition_equalities  # noqa: PLC0415  # most documents have no query

    base = _body_path(parse_reading(criterion.context or ""))
    found = condition_equalities(criterion.condition)
    if base is None or found is None:
        return None
    return tuple(((*base, *path), value) for path, value in found)


def _body_path(reading: Reading) -> Path | None:
    """Return the path from the response body, or None when the reading looks elsewhere or in more than one place."""
    access, *others = reading.accesses
    expression = access.expression
    if others or expression.kind != "response" or expression.part != "body":
        return None
    return (*split_pointer(expression.pointer or ""), *access.path)
