"""Criteria: whether a step succeeded, whether an action applies (Arazzo 1.1.0, Criterion Object)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache

from mock_knock.arazzo.conditions.bounded_regex import RegexError, RegexTimeoutError, compile_regex, regex_search
from mock_knock.arazzo.conditions.condition_tree import Reading
from mock_knock.arazzo.conditions.simple_condition import (
    ConditionSyntaxError,
    SimpleCondition,
    evaluate_reading,
    evaluate_simple,
    parse_reading,
    parse_simple,
)
from mock_knock.arazzo.conditions.verdict import (
    COMPARISON_READING,
    ROOT_FILTER_READING,
    Criterion,
    CriterionType,
    Verdict,
)
from mock_knock.arazzo.expression import (
    MISSING,
    Expression,
    ExpressionSyntaxError,
    Scope,
    evaluate_expression,
)
from mock_knock.arazzo.expressions.embedding import ValueTooDeepError, embedded_text, split_braced
from mock_knock.arazzo.queries.query import (
    LogicalExpression,
    Query,
    QueryEvaluationError,
    QuerySyntaxError,
    compile_logical,
    compile_query,
    explain_invalid_query,
    holds,
    selects_any,
)
from mock_knock.arazzo.queries.query_versions import DRAFT, DRAFT_ADVICE, as_rfc9535
from mock_knock.arazzo.queries.xml_query import XPathError, check_xpath, xpath_holds
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

__all__ = [
    "COMPARISON_READING",
    "ROOT_FILTER_READING",
    "Criterion",
    "CriterionType",
    "Verdict",
    "check_criterion",
    "criterion_expressions",
    "evaluate_criterion",
]


class _FailureError(Exception):
    """A criterion cannot be evaluated; carries the code of its verdict."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def evaluate_criterion(criterion: Criterion, scope: Scope, *, dialect: Dialect) -> Verdict:
    """Evaluate a criterion; never raises, whatever its texts are.

    A context that is null or has no value fails (1.1.0); only the latter has a code. In typed conditions `{expression}`
    is put in as text before anything else; text without braces is never an expression there.
    """
    evaluate = {"simple": _simple, "regex": _regex, "jsonpath": _jsonpath, "xpath": _xpath}[criterion.type]
    try:
        return evaluate(criterion, scope, dialect)
    except _FailureError as failure:
        return Verdict(passed=False, code=failure.code, message=str(failure))
    except (QueryEvaluationError, XPathError) as error:
        return Verdict(passed=False, code=error.code, message=str(error))


def _simple(criterion: Criterion, scope: Scope, _dialect: Dialect) -> Verdict:
    return Verdict(evaluate_simple(_parsed_simple(criterion), scope))


def _parsed_simple(criterion: Criterion) -> SimpleCondition:
    try:
        return parse_simple(criterion.condition)
    except ConditionSyntaxError as error:
        raise _FailureError("condition-invalid", _at(error)) from None


def _regex(criterion: Criterion, scope: Scope, _dialect: Dialect) -> Verdict:
    context = _context_value(criterion, scope)
    pattern = _substituted(criterion.condition, scope)
    if context is None:
        return Verdict(passed=False)
    _compiled(pattern)
    try:
        return Verdict(regex_search(pattern, _text(context)))
    except RegexTimeoutError as error:
        raise _FailureError("regex-timeout", str(error)) from None


def _compiled(pattern: str) -> None:
    try:
        compile_regex(pattern)
    except RegexError as error:
        raise _FailureError("regex-invalid", str(error)) from None


def _jsonpath(criterion: Criterion, scope: Scope, dialect: Dialect) -> Verdict:
    context = _context_value(criterion, scope)
    text = _substituted(criterion.condition, scope)
    if context is None:
        return Verdict(passed=False)
    query = _read_query(text, criterion.context, criterion.version, dialect)
    if isinstance(query, LogicalExpression):
        return Verdict(holds(query, context), readings=(COMPARISON_READING,))
    if selects_any(query, context):
        return Verdict(passed=True)
    on_object = dialect == "lenient" and query.root_filter is not None and isinstance(context, dict)
    if on_object and selects_any(query, [context]):
        return Verdict(passed=True, readings=(ROOT_FILTER_READING,))
    return Verdict(passed=False)


@lru_cache(maxsize=512)
def _read_query(text: str, context: str | None, version: str | None, dialect: Dialect) -> Query | LogicalExpression:
    text = as_rfc9535(text, version)
    with suppress(QuerySyntaxError):
        return compile_query(text)
    if dialect == "lenient":
        with suppress(QuerySyntaxError):
            return compile_logical(text)
    advice = DRAFT_ADVICE if version == DRAFT else ""
    raise _FailureError("jsonpath-invalid", explain_invalid_query(text, context) + advice)


def _xpath(criterion: Criterion, scope: Scope, _dialect: Dialect) -> Verdict:
    context = _context_value(criterion, scope)
    query = _substituted(criterion.condition, scope)
    if context is None:
        return Verdict(passed=False)
    if not isinstance(context, str):
        raise _FailureError("xml-invalid", "XPath looks at the text of an XML document, which the context is not")
    return Verdict(xpath_holds(query, context, criterion.version))


def _at(error: ConditionSyntaxError | ExpressionSyntaxError) -> str:
    return f"column {error.column + 1}: {error}"


def _context_value(criterion: Criterion, scope: Scope) -> JsonValue:
    value = evaluate_reading(_context(criterion), scope)
    if value is MISSING:
        raise _FailureError("criterion-context-missing", f"the context {criterion.context} has no value here")
    return value


def _context(criterion: Criterion) -> Reading:
    if criterion.context is None:
        message = f"a {criterion.type} condition needs a context, such as $response.body"
        raise _FailureError("criterion-context-missing", message)
    try:
        return parse_reading(criterion.context)
    except ConditionSyntaxError as error:
        raise _FailureError("expression-invalid", f"context, {_at(error)}") from None


def _substituted(condition: str, scope: Scope) -> str:
    parts = []
    for piece in split_braced(condition):
        if piece.problem:
            raise _FailureError("expression-invalid", _at(piece.problem))
        parts.append(_value_text(piece.expression, scope) if piece.expression else piece.text)
    return "".join(parts)


def _value_text(expression: Expression, scope: Scope) -> str:
    value = evaluate_expression(expression, scope)
    if value is MISSING:
        raise _FailureError("expression-missing", f"{{{expression}}} has no value here")
    return _text(value)


def _text(value: JsonValue) -> str:
    try:
        return embedded_text(value)
    except ValueTooDeepError as error:
        raise _FailureError("value-too-deep", str(error)) from None


def check_criterion(criterion: Criterion, *, dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """Return the code and message of each problem that can be seen without running anything.

    Codes are those of `Verdict`; a comparison that the lenient dialect will read where a query belongs has the code of
    that reading, `jsonpath-comparison`. A typed condition with `{expression}` in it is complete only at run time, so
    just its expressions are checked.
    """
    return tuple(_problems(criterion, dialect))


def criterion_expressions(criterion: Criterion) -> tuple[Expression, ...]:
    """Return the expressions a criterion reads: of a simple condition, or the context and those in braces."""
    try:
        if criterion.type == "simple":
            return parse_simple(criterion.condition).expressions
        context = parse_reading(criterion.context).accesses[:1] if criterion.context else ()
    except ConditionSyntaxError:
        return ()
    embedded = (piece.expression for piece in split_braced(criterion.condition) if piece.expression)
    return (*(access.expression for access in context), *embedded)


def _problems(criterion: Criterion, dialect: Dialect) -> Iterator[tuple[str, str]]:
    if criterion.type == "simple":
        yield from _problem_of(lambda: _parsed_simple(criterion))
        return
    yield from _problem_of(lambda: _context(criterion))
    pieces = tuple(split_braced(criterion.condition))
    yield from (("expression-invalid", _at(piece.problem)) for piece in pieces if piece.problem)
    if all(piece.form == "plain" for piece in pieces):
        yield from _problem_of(lambda: _check_typed(criterion, dialect))


def _problem_of(check: Callable[[], object]) -> Iterator[tuple[str, str]]:
    try:
        check()
    except (_FailureError, XPathError) as failure:
        yield failure.code, str(failure)


def _check_typed(criterion: Criterion, dialect: Dialect) -> None:
    match criterion.type:
        case "regex":
            _compiled(criterion.condition)
        case "jsonpath":
            _check_query(criterion, dialect)
        case _:
            check_xpath(criterion.condition, criterion.version)


def _check_query(criterion: Criterion, dialect: Dialect) -> None:
    query = _read_query(criterion.condition, criterion.context, criterion.version, dialect)
    if isinstance(query, LogicalExpression):
        raise _FailureError(COMPARISON_READING, explain_invalid_query(criterion.condition, criterion.context))
