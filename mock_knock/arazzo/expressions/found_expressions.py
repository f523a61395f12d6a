"""Where expressions stand in a document value, for a linter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mock_knock.arazzo.expressions.embedding import Form, read_exact, read_malformed, split_braced, split_pieces
from mock_knock.arazzo.expressions.grammar import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.expressions.pointer import join_pointer
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.messages import JsonValue

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class FoundExpression:
    """A place in a document value where an expression stands, or where one was surely meant.

    Attributes:
        pointer: of the text, from the value that was searched.
        text: the expression as written, without braces; for a problem the whole braced part or text.
        form: `exact`, `braced`, `unbraced`, or `malformed` when it does not parse.
        expression: what was read, or None.
        problem: why it does not parse, with the column in the text at `pointer`.
    """

    pointer: str
    text: str
    form: Form
    expression: Expression | None = None
    problem: ExpressionSyntaxError | None = None


def find_expressions(value: JsonValue) -> tuple[FoundExpression, ...]:
    """List every expression in the texts of a document value, in document order, for a linter.

    Texts that were surely meant as an expression but do not parse, such as `$steps.a.output.b` or `{$input.x}`, are
    listed as `malformed` with their problem; so is the context of a selector that is no expression. Nesting is not
    limited.
    """
    found: list[FoundExpression] = []
    pending: list[tuple[_Path, JsonValue]] = [((), value)]
    while pending:
        path, each = pending.pop()
        if isinstance(each, str):
            found.extend(_find_in_text(each, join_pointer(path)))
        elif isinstance(each, Selector):
            found.extend(_find_in_selector(each, join_pointer(path)))
        elif isinstance(each, dict):
            pending.extend(((*path, key), child) for key, child in reversed(each.items()))
        elif isinstance(each, list):
            pending.extend(((*path, index), each[index]) for index in reversed(range(len(each))))
    return tuple(found)


def _find_in_text(text: str, pointer: str) -> Iterator[FoundExpression]:
    if "$" not in text:
        return
    if exact := read_exact(text):
        yield FoundExpression(pointer, text, "exact", exact)
        return
    pieces = [piece for piece in split_pieces(text) if piece.form != "plain"]
    if not pieces and (problem := read_malformed(text)):
        yield FoundExpression(pointer, text, "malformed", problem=problem)
    for piece in pieces:
        shown = piece.expression.text if piece.expression else piece.text
        yield FoundExpression(pointer, shown, piece.form, piece.expression, piece.problem)


def _find_in_selector(selector: Selector, pointer: str) -> Iterator[FoundExpression]:
    """Find the context, which is an expression as a whole, and what is embedded in the query."""
    try:
        yield FoundExpression(f"{pointer}/context", selector.context, "exact", parse_expression(selector.context))
    except ExpressionSyntaxError as error:
        yield FoundExpression(f"{pointer}/context", selector.context, "malformed", problem=error)
    for piece in split_braced(selector.selector):
        if piece.form != "plain":
            shown = piece.expression.text if piece.expression else piece.text
            yield FoundExpression(f"{pointer}/selector", shown, piece.form, piece.expression, piece.problem)
