"""Advice for a condition that is written like a comparison where a JSONPath query belongs."""

from __future__ import annotations

from mock_knock.arazzo.queries.json_query import compile_logical, compile_query, queries_in, root_columns
from mock_knock.arazzo.queries.query import QuerySyntaxError
from mock_knock.arazzo.queries.query_shape import simple_condition_text


def simple_equivalent(condition: str, context: str) -> str | None:
    """Return the simple condition that says what a comparison over a context says, or None when there is none.

    `$.status == 'done'` over `$response.body` is `$response.body#/status == 'done'`. Simple conditions compare strings
    without regard to case, JSONPath with it.
    """
    try:
        expression = compile_logical(condition).expression
    except QuerySyntaxError:
        return None
    return simple_condition_text(expression, context)


def filter_equivalent(condition: str) -> str | None:
    """Return a comparison as the filter of a valid query, such as `$[?@.status == 'done']`, or None.

    RFC 9535 applies that filter to the items of an array and the members of an object, not to the object itself.
    """
    try:
        expression = compile_logical(condition).expression
    except QuerySyntaxError:
        return None
    columns = root_columns(condition)
    if len(columns) != sum(1 for _ in queries_in(expression)):
        return None
    starts = frozenset(columns)
    return "$[?" + "".join("@" if at in starts else each for at, each in enumerate(condition)) + "]"


def explain_invalid_query(condition: str, context: str | None) -> str:
    """Return why a condition is no query, where, and what to write instead when that can be told; "" for a query."""
    try:
        compile_query(condition)
    except QuerySyntaxError as error:
        return f"column {error.column + 1}: {error}{_advice(condition, context)}"
    return ""


def _advice(condition: str, context: str | None) -> str:
    simple = simple_equivalent(condition, context) if context else None
    as_filter = filter_equivalent(condition)
    choices = [f"the simple condition {simple} (without a type)"] if simple else []
    choices += [f"the filter {as_filter} (it looks at each item of an array)"] if as_filter else []
    if not choices:
        return ""
    return f"; a comparison or test belongs inside a filter (RFC 9535): write {', or '.join(choices)}"
