"""Where expressions stand inside text, and the text of a value (Arazzo 1.1.0, section Runtime Expressions).

Three forms: the whole text is an expression (exact), `{expression}` inside or as the whole text (braced), and an
expression without braces inside longer text (unbraced), which the specification does not allow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mock_knock.arazzo.expressions.grammar import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.messages import JsonValue

Form = Literal["plain", "exact", "braced", "unbraced", "malformed"]

_MAX_DEPTH = 200
_BRACE = re.compile(r"[{}]")
_PLAIN_NAME = re.compile(r"[\w.\-]*")
_UNBRACED = re.compile(r"\$[A-Za-z]\w*(?:\.[\w\-]+)*(?:#(?:/[\w.\-~%]*)+)?(?![\w\-])")
_TRAILING_PUNCTUATION = ".-~%"
_REFERENCE_LIKE = re.compile(
    r"\$(?:inputs|outputs|steps|workflows|request|response|message|sourceDescriptions|components)\.\S*"
)


class ValueTooDeepError(ValueError):
    """A value is nested more deeply than 200 levels, the most that is written into text or payloads."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: plain, an expression, or a braced expression that does not parse.

    Attributes:
        text: the part as written, with its braces.
        expression: what was read, or None for plain text and for a problem.
        form: how the expression was marked; `malformed` for a problem.
        problem: why the braced text is no expression, with the column in the whole text.
    """

    text: str
    expression: Expression | None = None
    form: Form = "plain"
    problem: ExpressionSyntaxError | None = None


def read_exact(text: str) -> Expression | None:
    """Return the expression that the whole text is, or None.

    Without braces, names of inputs, outputs, steps, workflows and components end where 1.1.0 lets them end (letters,
    digits, `.`, `-`, `_`), so `$inputs.first $inputs.last` is text with two expressions and not an odd input name.
    """
    if not text.startswith("$"):
        return None
    try:
        expression = parse_expression(text)
    except ExpressionSyntaxError:
        return None
    free = expression.part in {"query", "path"} or expression.kind == "sourceDescriptions"
    names = expression.owner if free else expression.owner + expression.name
    plain = _PLAIN_NAME.fullmatch(names) or expression.part == "header"
    return expression if plain else None


def split_braced(text: str) -> Iterator[Piece]:
    """Cut a text at its `{$...}`; a piece that does not parse carries its problem, and the cutting goes on behind it.

    A `{` that no `$` follows is plain text, so JSON and regular expressions pass unharmed.
    """
    start = 0
    while (opening := text.find("{$", start)) >= 0:
        if opening > start:
            yield Piece(text[start:opening])
        piece = _braced(text, opening)
        yield piece
        start = opening + len(piece.text)
    if start < len(text):
        yield Piece(text[start:])


def split_pieces(text: str) -> Iterator[Piece]:
    """Cut a text at its expressions, those with braces and those that lack them."""
    for piece in split_braced(text):
        yield from split_unbraced(piece.text) if piece.form == "plain" else (piece,)


def _braced(text: str, opening: int) -> Piece:
    closing = _BRACE.search(text, opening + 1)
    if closing is None or closing[0] == "{":
        problem = ExpressionSyntaxError("'{$' opens an expression that no '}' closes", opening)
        return Piece(text[opening : opening + 2], form="malformed", problem=problem)
    whole = text[opening : closing.end()]
    try:
        return Piece(whole, parse_expression(whole[1:-1]), "braced")
    except ExpressionSyntaxError as error:
        problem = ExpressionSyntaxError(str(error), opening + 1 + error.column)
        return Piece(whole, form="malformed", problem=problem)


def split_unbraced(text: str) -> Iterator[Piece]:
    """Cut plain text at the expressions that lack braces.

    Each goes to its natural end: characters of names and pointers, without punctuation that ends a sentence. Text that
    only looks similar, such as `$5` or `$.status`, stays plain.
    """
    start = 0
    for found in _UNBRACED.finditer(text):
        expression = _read(found[0].rstrip(_TRAILING_PUNCTUATION))
        if expression is None:
            continue
        if found.start() > start:
            yield Piece(text[start : found.start()])
        yield Piece(expression.text, expression, "unbraced")
        start = found.start() + len(expression.text)
    if start < len(text):
        yield Piece(text[start:])


def _read(text: str) -> Expression | None:
    try:
        return parse_expression(text)
    except ExpressionSyntaxError:
        return None


def read_malformed(text: str) -> ExpressionSyntaxError | None:
    """Return why a whole text that was surely meant as an expression is none, such as `$steps.a.output.b`."""
    if not _REFERENCE_LIKE.fullmatch(text):
        return None
    try:
        parse_expression(text)
    except ExpressionSyntaxError as error:
        return error
    return None


def embedded_text(value: JsonValue) -> str:
    """Return the text of a value inside other text: a string as it is, everything else as compact JSON.

    Raises:
        ValueTooDeepError: the value has more than 200 levels, which a recursive writer might not finish.
    """
    if isinstance(value, str):
        return value
    if is_too_deep(value):
        raise ValueTooDeepError("the value is nested more deeply than 200 levels")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_too_deep(value: JsonValue) -> bool:
    """Tell whether objects and arrays are nested more deeply than 200 levels."""
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
