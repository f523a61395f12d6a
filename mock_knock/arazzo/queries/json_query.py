"""JSONPath by RFC 9535: compile a query, ask whether it selects anything, within limits of time and memory.

A logical expression is what may stand inside a filter, such as `$.status == 'completed'`; as a query it is invalid, but
the lenient dialect reads it over the context, with `$` as its root. What needs no query does without this module:
see `query`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar, cast

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError, NodeList
from jsonpath.filter import (
    UNDEFINED,
    BaseExpression,
    FilterQuery,
    FunctionExtension,
    InfixExpression,
    PrefixExpression,
    RelativeFilterQuery,
)
from jsonpath.segments import JSONPathRecursiveDescentSegment
from jsonpath.selectors import Filter, FilterContext
from jsonpath.token import TOKEN_EOF, TOKEN_ROOT

from mock_knock.arazzo.conditions.bounded_regex import RegexError, RegexTimeoutError
from mock_knock.arazzo.conditions.comparison import is_number, json_equal
from mock_knock.arazzo.expressions.remembered import remember
from mock_knock.arazzo.patience import lose_patience
from mock_knock.arazzo.queries.query import LogicalExpression, Query, QueryEvaluationError, QuerySyntaxError
from mock_knock.arazzo.queries.query_grammar import StrictLexer, StrictParser
from mock_knock.arazzo.queries.query_nodes import REGEX_FUNCTIONS, Budget, BudgetError, extra_context, select
from mock_knock.messages import JsonValue

MAX_LENGTH: Final = 10_000

_TOKEN_NAME = re.compile(r"'?TOKEN_([A-Z_]+)'?")
_SIGNS: Final = {
    "ROOT": "'$'",
    "SELF": "'@'",
    "COMMA": "','",
    "COLON": "':'",
    "LBRACKET": "'['",
    "RBRACKET": "']'",
    "LPAREN": "'('",
    "RPAREN": "')'",
    "EOF": "the end",
    "NAME": "a name",
}

_T = TypeVar("_T")


@remember(512)
def compile_query(text: str) -> Query:
    """Compile a query.

    Raises:
        QuerySyntaxError: with the 0-based column; also for more than 10,000 characters and too many nested groups.
    """
    path = _compile("", text, "")
    return Query(path, _root_filter(path))


@remember(512)
def compile_logical(text: str) -> LogicalExpression:
    """Compile comparisons and existence tests of `$...` queries, joined by `&&`, `||`, `!` and parentheses.

    Raises:
        QuerySyntaxError: with the 0-based column; also when a query at the top begins with `@`, or none with `$`.
    """
    path = _compile("$[?", text, "]")
    expression = _root_filter(path)
    if expression is None or len(path.segments) > 1:
        raise QuerySyntaxError("this is not one logical expression", 0)
    queries = tuple(queries_in(expression))
    if not queries or any(isinstance(query, RelativeFilterQuery) for query in queries):
        raise QuerySyntaxError("a logical expression over the context reads it with '$'", 0)
    return LogicalExpression(expression)


def selects_any(query: Query, value: JsonValue) -> bool:
    """Tell whether a query selects at least one node of a value; a string is a value, never JSON text.

    Raises:
        QueryEvaluationError: too many nodes or levels, or a regular expression that is invalid or takes too long.
    """
    nodes = select(query.path, value, value, extra_context(Budget()))
    return guarded(lambda: any(True for _ in nodes))


def holds(logical: LogicalExpression, value: JsonValue) -> bool:
    """Tell whether a logical expression holds for a value, which `$` stands for.

    Raises:
        QueryEvaluationError: as `selects_any`.
    """
    context = FilterContext(env=_ENVIRONMENT, current=value, root=value, extra_context=extra_context(Budget()))
    return guarded(lambda: _ENVIRONMENT.is_truthy(logical.expression.evaluate(context)))


def queries_in(expression: BaseExpression) -> Iterator[FilterQuery]:
    """Generate the queries of a logical expression in order, without those inside their own filters."""
    match expression:
        case FilterQuery():
            yield expression
        case InfixExpression():
            yield from queries_in(expression.left)
            yield from queries_in(expression.right)
        case PrefixExpression():
            yield from queries_in(expression.right)
        case FunctionExtension():
            for argument in expression.args:
                yield from queries_in(argument)


def root_columns(text: str) -> tuple[int, ...]:
    """Return the columns of every `$` that begins a query in a text that compiles."""
    return tuple(token.index for token in _ENVIRONMENT.lexer.tokenize(text) if token.kind == TOKEN_ROOT)


def _root_filter(path: JSONPath) -> BaseExpression | None:
    selectors = path.segments[0].selectors if path.segments else ()
    if len(selectors) != 1 or not isinstance(selectors[0], Filter):
        return None
    descends = isinstance(path.segments[0], JSONPathRecursiveDescentSegment)
    return None if descends else selectors[0].expression.expression


def _compile(before: str, text: str, after: str) -> JSONPath:
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(f"a query has at most {MAX_LENGTH} characters", MAX_LENGTH)
    try:
        return cast("JSONPath", _ENVIRONMENT.compile(before + text + after))
    except RecursionError:
        raise QuerySyntaxError("its groups are nested too deeply", 0) from None
    except JSONPathError as error:
        index = error.token.index - len(before) if error.token else 0
        at_end = error.token is not None and error.token.kind == TOKEN_EOF
        column = len(text) if at_end else min(max(index, 0), len(text))
        raise QuerySyntaxError(_plain_words(str(error.message)), column) from None
    except ValueError:
        raise QuerySyntaxError("a number is not written as RFC 9535 wants it", 0) from None


def _plain_words(message: str) -> str:
    """Write the names of the package's tokens as people do: `found 'TOKEN_RBRACKET'` becomes `found ']'`."""
    return _TOKEN_NAME.sub(lambda found: _SIGNS.get(found[1]) or found[1].lower().replace("_", " "), message)


def guarded(evaluate: Callable[[], _T]) -> _T:
    """Return the result of an evaluation; raises QueryEvaluationError for whatever stops it."""
    try:
        return evaluate()
    except RegexError as error:
        raise QueryEvaluationError("regex-invalid", str(error)) from None
    except RegexTimeoutError as error:
        lose_patience()
        raise QueryEvaluationError("regex-timeout", str(error)) from None
    except BudgetError as error:
        lose_patience()
        raise QueryEvaluationError("jsonpath-limit", str(error)) from None
    except RecursionError:
        raise QueryEvaluationError("jsonpath-limit", "the query or its context is nested too deeply") from None


class _Environment(JSONPathEnvironment):
    """Comparison and existence by section 2.3.5.2."""

    lexer_class = StrictLexer
    parser_class = StrictParser

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions.update(REGEX_FUNCTIONS)

    def is_truthy(self, obj: object) -> bool:
        return bool(obj) if isinstance(obj, NodeList) else obj is True

    def compare(self, left: object, operator: str, right: object) -> bool:
        match operator:
            case "&&":
                return self.is_truthy(left) and self.is_truthy(right)
            case "||":
                return self.is_truthy(left) or self.is_truthy(right)
            case "==" | "!=":
                return _equal(left, right) is (operator == "==")
            case "<" | "<=":
                return _less(left, right) or (operator == "<=" and _equal(left, right))
            case _:
                return _less(right, left) or (operator == ">=" and _equal(left, right))


def _is_nothing(value: object) -> bool:
    return isinstance(value, NodeList) or value is UNDEFINED


def _equal(left: object, right: object) -> bool:
    if _is_nothing(left) or _is_nothing(right):
        return _is_nothing(left) and _is_nothing(right)
    return json_equal(left, right)


def _less(left: object, right: object) -> bool:
    if is_number(left) and is_number(right):
        return left < right
    return isinstance(left, str) and isinstance(right, str) and left < right


_ENVIRONMENT: Final = _Environment(strict=True)
