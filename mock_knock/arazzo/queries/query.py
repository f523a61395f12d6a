"""JSONPath queries for the rest of the engine, which needs none of the package `python-jsonpath` to know of them.

The package is imported when the first query is read: most documents have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mock_knock.arazzo.expressions.remembered import TextSyntaxError

if TYPE_CHECKING:
    from jsonpath import JSONPath
    from jsonpath.filter import BaseExpression

    from mock_knock.arazzo.queries.query_results import Place
    from mock_knock.messages import JsonValue

QueryProblem = Literal["jsonpath-limit", "regex-invalid", "regex-timeout"]


class QuerySyntaxError(TextSyntaxError):
    """A text is not a JSONPath query, or not a test."""


class QueryEvaluationError(Exception):
    """A valid query could not be evaluated; `code` says why."""

    def __init__(self, code: QueryProblem, message: str) -> None:
        super().__init__(message)
        self.code: QueryProblem = code


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query; `root_filter` is the condition of its first segment when that is one filter: `$[?@.id]`."""

    path: JSONPath
    root_filter: BaseExpression | None = None


@dataclass(frozen=True, slots=True)
class LogicalExpression:
    """A compiled logical expression, as may stand in a filter, over queries that begin with `$`."""

    expression: BaseExpression


def compile_query(text: str) -> Query:
    """Compile a query; raises QuerySyntaxError."""
    from mock_knock.arazzo.queries import json_query  # noqa: PLC0415  # see above

    return json_query.compile_query(text)


def compile_logical(text: str) -> LogicalExpression:
    """Compile a logical expression; raises QuerySyntaxError."""
    from mock_knock.arazzo.queries import json_query  # noqa: PLC0415  # see above

    return json_query.compile_logical(text)


def selects_any(query: Query, value: JsonValue) -> bool:
    """Tell whether a query selects at least one node of a value; raises QueryEvaluationError."""
    from mock_knock.arazzo.queries import json_query  # noqa: PLC0415  # see above

    return json_query.selects_any(query, value)


def holds(logical: LogicalExpression, value: JsonValue) -> bool:
    """Tell whether a logical expression holds for a value, which `$` stands for; raises QueryEvaluationError."""
    from mock_knock.arazzo.queries import json_query  # noqa: PLC0415  # see above

    return json_query.holds(logical, value)


def selected_values(query: Query, value: JsonValue) -> tuple[JsonValue, ...]:
    """Return the values of the nodes a query selects, in order; raises QueryEvaluationError."""
    from mock_knock.arazzo.queries import query_results  # noqa: PLC0415  # see above

    return query_results.selected_values(query, value)


def selected_places(query: Query, value: JsonValue) -> tuple[Place, ...]:
    """Return the names and indices from the root to each node a query selects; raises QueryEvaluationError."""
    from mock_knock.arazzo.queries import query_results  # noqa: PLC0415  # see above

    return query_results.selected_places(query, value)


def simple_equivalent(condition: str, context: str) -> str | None:
    """Return the simple condition that says what a comparison over a context says, or None when there is none."""
    from mock_knock.arazzo.queries import query_advice  # noqa: PLC0415  # see above

    return query_advice.simple_equivalent(condition, context)


def explain_invalid_query(condition: str, context: str | None) -> str:
    """Return why a condition is no query, where, and what to write instead when that can be told; "" for a query."""
    from mock_knock.arazzo.queries import query_advice  # noqa: PLC0415  # see above

    return query_advice.explain_invalid_query(condition, context)
