"""Selectors: a part of structured data by JSON Pointer, JSONPath or XPath (Arazzo 1.1.0, Selector Object).

What the standard leaves open, and what is done here:

- `{expression}` in the text of the selector is replaced first, as in typed conditions; so is nothing else.
- JSONPath and XPath may select several things: one is its value, several are the list of their values, none is no
  value at all.
- An XPath node is its string value; numbers and booleans keep their type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mock_knock.arazzo.expression import (
    MISSING,
    Expression,
    ExpressionSyntaxError,
    Missing,
    Scope,
    evaluate_expression,
    parse_expression,
)
from mock_knock.arazzo.expressions.embedding import ValueTooDeepError, embedded_text, split_braced
from mock_knock.arazzo.expressions.pointer import PointerSyntaxError, resolve_pointer, split_pointer
from mock_knock.arazzo.queries.query import QueryEvaluationError, QuerySyntaxError, compile_query, selected_values
from mock_knock.arazzo.queries.query_versions import DRAFT, DRAFT_ADVICE, as_rfc9535
from mock_knock.arazzo.queries.selector import Selector, SelectorType
from mock_knock.arazzo.queries.xml_query import XPathError, check_xpath, xpath_values
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class SelectionProblem:
    """Why a selector cannot be evaluated: a code, and a message for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a selector selects.

    Attributes:
        value: MISSING when there is nothing, or a problem.
        missing: the expressions without value, or the selector when it selects nothing.
        problems: what keeps it from being evaluated.
    """

    value: JsonValue | Missing
    missing: tuple[str, ...] = ()
    problems: tuple[SelectionProblem, ...] = ()


class _FailureError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = SelectionProblem(code, message)


def select_value(selector: Selector, scope: Scope) -> Selection:
    """Return what a selector selects; never raises, whatever its texts are."""
    try:
        context = _context(selector)
        value, texts = evaluate_expression(context, scope), _evaluated(selector.selector, scope)
        missing = [context.text] if value is MISSING else []
        missing += [part.text for part in texts if isinstance(part, Expression)]
        if missing:
            return Selection(MISSING, missing=tuple(missing))
        selected = _SELECT[selector.type]("".join(map(str, texts)), value, selector.version)
    except _FailureError as failure:
        return Selection(MISSING, problems=(failure.problem,))
    if selected is MISSING:
        return Selection(MISSING, missing=(f"{selector.context} at {selector.selector}",))
    return Selection(selected)


def selector_expressions(selector: Selector) -> tuple[Expression, ...]:
    """Return the expressions a selector reads: its context, and those embedded in its text."""
    embedded = (piece.expression for piece in split_braced(selector.selector) if piece.expression)
    try:
        return (parse_expression(selector.context), *embedded)
    except ExpressionSyntaxError:
        return tuple(embedded)


def check_selector(selector: Selector) -> tuple[SelectionProblem, ...]:
    """Return what can be seen to be wrong without running anything.

    A selector with `{expression}` in it is complete only at run time, so just its expressions are checked.
    """
    pieces = tuple(split_braced(selector.selector))
    problems = [_expression_problem(piece.problem) for piece in pieces if piece.problem]
    checks: list[Callable[[], object]] = [lambda: _context(selector)]
    if all(piece.form == "plain" for piece in pieces):
        checks.append(lambda: _CHECK[selector.type](selector.selector, selector.version))
    return (*(found for check in checks for found in _found(check)), *problems)


def _found(check: Callable[[], object]) -> Iterator[SelectionProblem]:
    try:
        check()
    except _FailureError as failure:
        yield failure.problem


def _context(selector: Selector) -> Expression:
    try:
        return parse_expression(selector.context)
    except ExpressionSyntaxError as error:
        raise _FailureError("expression-invalid", f"context, column {error.column + 1}: {error}") from None


def _expression_problem(error: ExpressionSyntaxError) -> SelectionProblem:
    return SelectionProblem("expression-invalid", f"column {error.column + 1}: {error}")


def _evaluated(text: str, scope: Scope) -> list[str | Expression]:
    """Return the parts of a text; an expression that has no value stays one."""
    parts: list[str | Expression] = []
    for piece in split_braced(text):
        if piece.problem:
            problem = _expression_problem(piece.problem)
            raise _FailureError(problem.code, problem.message)
        value = evaluate_expression(piece.expression, scope) if piece.expression else piece.text
        parts.append(piece.expression if piece.expression and value is MISSING else _text(value))
    return parts


def _text(value: JsonValue) -> str:
    try:
        return embedded_text(value)
    except ValueTooDeepError as error:
        raise _FailureError("value-too-deep", str(error)) from None


def _one_or_list(values: Sequence[JsonValue]) -> JsonValue | Missing:
    match values:
        case []:
            return MISSING
        case [value]:
            return value
        case _:
            return list(values)


def _by_pointer(text: str, context: JsonValue, version: str | None) -> JsonValue | Missing:
    _check_pointer(text, version)
    return resolve_pointer(context, text)


def _check_pointer(text: str, _version: str | None) -> None:
    try:
        split_pointer(text)
    except PointerSyntaxError as error:
        raise _FailureError("selector-invalid", f"column {error.column + 1}: {error}") from None


def _by_query(text: str, context: JsonValue, version: str | None) -> JsonValue | Missing:
    _check_query(text, version)
    try:
        return _one_or_list(selected_values(compile_query(as_rfc9535(text, version)), context))
    except QueryEvaluationError as error:
        raise _FailureError(error.code, str(error)) from None


def _check_query(text: str, version: str | None) -> None:
    try:
        compile_query(as_rfc9535(text, version))
    except QuerySyntaxError as error:
        advice = DRAFT_ADVICE if version == DRAFT else ""
        raise _FailureError("jsonpath-invalid", f"column {error.column + 1}: {error}{advice}") from None


def _by_xpath(text: str, context: JsonValue, version: str | None) -> JsonValue | Missing:
    if not isinstance(context, str):
        raise _FailureError("xml-invalid", "XPath looks at the text of an XML document, which the context is not")
    try:
        return _one_or_list(xpath_values(text, context, version))
    except XPathError as error:
        raise _FailureError(error.code, str(error)) from None


def _check_path(text: str, version: str | None) -> None:
    try:
        check_xpath(text, version)
    except XPathError as error:
        raise _FailureError(error.code, str(error)) from None


_SELECT: Final[dict[SelectorType, Callable[[str, JsonValue, str | None], JsonValue | Missing]]] = {
    "jsonpointer": _by_pointer,
    "jsonpath": _by_query,
    "xpath": _by_xpath,
}
_CHECK: Final[dict[SelectorType, Callable[[str, str | None], None]]] = {
    "jsonpointer": _check_pointer,
    "jsonpath": _check_query,
    "xpath": _check_path,
}
