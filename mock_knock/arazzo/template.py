"""Document values with expressions in them, and the values they stand for (Arazzo 1.1.0, Runtime Expressions).

A text that is exactly an expression keeps the type of its value. `{expression}` is embedded text, also when it is the
whole text: `{$inputs.n}` is `"7"` where `$inputs.n` is 7. An expression without braces inside longer text is read in
the lenient dialect and left as text in the strict one; both name it, so that it can be reported.

Values are never searched for expressions again once they are put in: an input of `$inputs.apiKey` stays that text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from mock_knock.arazzo.expression import (
    MISSING,
    Expression,
    ExpressionSyntaxError,
    Missing,
    Scope,
    evaluate_expression,
)
from mock_knock.arazzo.expressions.embedding import ValueTooDeepError, embedded_text, read_exact, split_pieces
from mock_knock.arazzo.expressions.found_expressions import FoundExpression, find_expressions
from mock_knock.arazzo.expressions.pointer import join_pointer
from mock_knock.arazzo.queries.selection import select_value
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.messages import Finding, JsonValue

__all__ = [
    "Dialect",
    "FoundExpression",
    "Rendered",
    "Template",
    "find_expressions",
    "is_absent_input",
    "parse_template",
    "render_template",
    "render_value",
]

Dialect = Literal["lenient", "strict"]

_MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut into plain parts and expressions.

    Attributes:
        text: as it was written.
        parts: plain text and expressions in order.
        exact: the text is one expression and nothing else, so its value keeps its type.
        unbraced: the expressions that stand in longer text without braces; in the strict dialect they are text.
    """

    text: str
    parts: tuple[str | Expression, ...]
    exact: bool = False
    unbraced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A value with its expressions replaced, and what happened on the way.

    Attributes:
        value: MISSING when any expression has no value or cannot be used: half a value must not be sent.
        missing: the expressions without value.
        dropped: pointers of the members and items left out because their optional input is absent (lenient only).
        unbraced: the expressions found without braces in longer text.
        findings: what cannot be rendered at all, with codes `expression-invalid` and `value-too-deep`, and those of
            selectors that cannot be evaluated.
    """

    value: JsonValue | Missing
    missing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    unbraced: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=4096)
def parse_template(text: str, *, dialect: Dialect) -> Template:
    """Cut a text at its expressions.

    Raises:
        ExpressionSyntaxError: a `{$...}` does not parse or is not closed.
    """
    if exact := read_exact(text):
        return Template(text, (exact,), exact=True)
    pieces = tuple(split_pieces(text))
    problems = [piece.problem for piece in pieces if piece.problem]
    if problems:
        raise problems[0]
    kept = ("braced", "unbraced") if dialect == "lenient" else ("braced",)
    parts = tuple(piece.expression if piece.expression and piece.form in kept else piece.text for piece in pieces)
    return Template(text, parts, unbraced=tuple(piece.text for piece in pieces if piece.form == "unbraced"))


def render_template(template: Template, scope: Scope) -> Rendered:
    """Return the value of a template; an expression without value makes the whole value MISSING.

    In text, strings stand as they are, other scalars by their JSON text, objects and arrays as compact JSON.
    """
    values = {part: evaluate_expression(part, scope) for part in template.parts if isinstance(part, Expression)}
    missing = tuple(part.text for part, value in values.items() if value is MISSING)
    if missing:
        return Rendered(MISSING, missing=missing, unbraced=template.unbraced)
    if template.exact:
        return Rendered(next(iter(values.values())))
    try:
        texts = [part if isinstance(part, str) else embedded_text(values[part]) for part in template.parts]
    except ValueTooDeepError as error:
        return Rendered(MISSING, unbraced=template.unbraced, findings=(_finding("value-too-deep", str(error), ""),))
    return Rendered("".join(texts), unbraced=template.unbraced)


def render_value(
    value: JsonValue, scope: Scope, *, dialect: Dialect, optional_inputs: frozenset[str] = frozenset()
) -> Rendered:
    """Return a document value, such as a payload, with the expressions in all its texts replaced; keys stay.

    In the lenient dialect a member or item that is exactly `$inputs.<name>`, with `name` in `optional_inputs` and
    without value, is left out and its pointer listed in `dropped`. The given value is not changed; values of exact
    expressions are put in as they are, not copied. Never raises: problems are in `missing` and `findings`.
    """
    walk = _Walk(scope, dialect, optional_inputs if dialect == "lenient" else frozenset())
    result = walk.render(value, ())
    complete = not walk.missing and not walk.findings
    return Rendered(
        result if complete else MISSING,
        tuple(walk.missing),
        tuple(walk.dropped),
        tuple(walk.unbraced),
        tuple(walk.findings),
    )


_Path = tuple[str | int, ...]


@dataclass(slots=True)
class _Walk:
    scope: Scope
    dialect: Dialect
    optional_inputs: frozenset[str]
    missing: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    unbraced: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def render(self, value: JsonValue, path: _Path) -> JsonValue | Missing:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, Selector):
            return self._selected(value, path)
        if not isinstance(value, dict | list):
            return value
        if len(path) >= _MAX_DEPTH:
            self.findings.append(_finding("value-too-deep", "the value is nested more deeply than 200 levels", path))
            return MISSING
        if isinstance(value, list):
            return [
                self.render(each, (*path, index)) for index, each in enumerate(value) if self._kept(each, path, index)
            ]
        return {key: self.render(each, (*path, key)) for key, each in value.items() if self._kept(each, path, key)}

    def _kept(self, value: JsonValue, path: _Path, key: str | int) -> bool:
        if not is_absent_input(value, self.scope, self.optional_inputs):
            return True
        self.dropped.append(join_pointer((*path, key)))
        return False

    def _selected(self, selector: Selector, path: _Path) -> JsonValue | Missing:
        selection = select_value(selector, self.scope)
        self.missing.extend(selection.missing)
        self.findings.extend(_finding(problem.code, problem.message, path) for problem in selection.problems)
        return selection.value

    def _text(self, text: str, path: _Path) -> JsonValue | Missing:
        try:
            rendered = render_template(parse_template(text, dialect=self.dialect), self.scope)
        except ExpressionSyntaxError as error:
            self.findings.append(_finding("expression-invalid", f"column {error.column + 1}: {error}", path))
            return MISSING
        self.missing.extend(rendered.missing)
        self.unbraced.extend(rendered.unbraced)
        self.findings.extend(_finding(each.code, each.message, path) for each in rendered.findings)
        return rendered.value


def is_absent_input(value: JsonValue, scope: Scope, optional_inputs: frozenset[str]) -> bool:
    """Tell whether a value is exactly `$inputs.<name>` of an optional input that was not given."""
    if not isinstance(value, str) or not optional_inputs:
        return False
    expression = read_exact(value)
    if expression is None or expression.kind != "inputs" or expression.pointer is not None:
        return False
    return expression.name in optional_inputs and expression.name not in scope.inputs


_HINTS = {
    "expression-invalid": "write a runtime expression such as {$inputs.name} between the braces",
    "value-too-deep": "use a value with at most 200 levels of objects and arrays",
}


def _finding(code: str, message: str, path: _Path | str) -> Finding:
    where = path if isinstance(path, str) else join_pointer(path)
    return Finding(
        code=code, severity="error", message=message, where=where, hint=_HINTS.get(code, "mend the selector")
    )
