"""The grammar of simple conditions: text to a tree (Arazzo 1.1.0, Criterion Object, Literals and Operators).

Precedence from tight to loose: `!`, one comparison, `&&`, `||`; parentheses group. So `!$a == 1` compares `!$a`.
Expressions stand bare or in braces; `[n]` and `.name` behind one read into its value. A bare expression ends at white
space, an operator, a quote or a bracket, so a pointer with such characters needs the braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mock_knock.arazzo.conditions.comparison import Operator, read_number
from mock_knock.arazzo.conditions.condition_tree import (
    Access,
    AllOf,
    AnyOf,
    Comparison,
    ConditionSyntaxError,
    Constant,
    Node,
    Not,
    Reading,
)
from mock_knock.arazzo.expressions.grammar import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.expressions.remembered import remember
from mock_knock.messages import JsonValue

MAX_LENGTH: Final = 10_000
MAX_DEPTH: Final = 100

_MAX_PROPERTY_SPLITS = 100
_KEYWORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}
_OPERATORS: Final[dict[str, Operator]] = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LAST_PROPERTY = re.compile(r"(.*)\.([\w\-]+)", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<expression>\$[^\s=!<>&|()\[\]{}'",]* | \{\$[^{}]*\})
    |(?P<text>'(?:[^']|'')*')
    |(?P<index>\[\s*[0-9]{1,18}\s*\])
    |(?P<property>\.[\w\-]+)
    |(?P<operator><=|>=|==|!=|&&|\|\||[<>!()])
    |(?P<word>[\w+\-][\w.+\-]*)""",
    re.VERBOSE,
)


def parse_condition(text: str) -> tuple[Node, tuple[Reading, ...]]:
    """Return the tree of a condition and the readings in it, in order.

    Raises:
        ConditionSyntaxError: with the 0-based column; also for more than 10,000 characters or 100 nested `(` and `!`.
    """
    parser = _Parser(_tokenize(text), len(text))
    node = parser.alternatives(0)
    parser.expect_end()
    return node, tuple(parser.readings)


@remember(1024)
def parse_reading(text: str) -> Reading:
    """Parse an expression with `[n]` and `.name` behind it, such as `$response.body.items[0]`, and nothing else.

    Raises:
        ConditionSyntaxError: with the 0-based column.
    """
    parser = _Parser(_tokenize(text), len(text))
    token = parser.current
    if token.kind != "expression":
        raise ConditionSyntaxError("an expression such as $response.body belongs here", token.column)
    parser.position += 1
    reading = parser.reading(token)
    parser.expect_end()
    return reading


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokenize(text: str) -> list[_Token]:
    if len(text) > MAX_LENGTH:
        raise ConditionSyntaxError(f"a condition has at most {MAX_LENGTH} characters", MAX_LENGTH)
    tokens = []
    column = 0
    while column < len(text):
        found = _TOKEN.match(text, column)
        if found is None or found.lastgroup is None:
            raise ConditionSyntaxError(_misfit(text[column]), column)
        if found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup, found[0], column))
        column = found.end()
    return tokens


_MISFITS: Final = {
    "'": "a string is not closed; a quote inside it is written twice",
    '"': "strings have single quotes here, such as 'completed'",
    "=": "'=' alone is no operator; '==' compares",
    "&": "'&' alone is no operator; '&&' means and",
    "|": "'|' alone is no operator; '||' means or",
    "[": "an index is a number from 0, such as [0]",
    "{": "braces hold one expression that begins with '$'",
}


def _misfit(character: str) -> str:
    return _MISFITS.get(character, f"{character!r} has no meaning in a condition")


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    length: int
    position: int = 0
    readings: list[Reading] = field(default_factory=list)

    @property
    def current(self) -> _Token:
        if self.position < len(self.tokens):
            return self.tokens[self.position]
        return _Token("end", "", self.length)

    def take(self, *texts: str) -> _Token | None:
        token = self.current
        if token.kind != "operator" or token.text not in texts:
            return None
        self.position += 1
        return token

    def expect_end(self) -> None:
        if self.current.kind != "end":
            message = f"'&&', '||' or the end was expected, not {self.current.text!r}"
            raise ConditionSyntaxError(message, self.current.column)

    def alternatives(self, depth: int) -> Node:
        """Read operands of `||`, each a run of operands of `&&`; one loop for both keeps the call depth low."""
        runs = [[self.comparison(depth)]]
        while operator := self.take("&&", "||"):
            operand = self.comparison(depth)
            if operator.text == "||":
                runs.append([operand])
            else:
                runs[-1].append(operand)
        operands = [run[0] if len(run) == 1 else AllOf(tuple(run)) for run in runs]
        return operands[0] if len(operands) == 1 else AnyOf(tuple(operands))

    def comparison(self, depth: int) -> Node:
        left = self.operand(depth)
        operator = self.take(*_OPERATORS)
        if operator is None:
            return left
        right = self.operand(depth)
        if again := self.take(*_OPERATORS):
            raise ConditionSyntaxError("comparisons do not chain; join two with '&&'", again.column)
        return Comparison(left, _OPERATORS[operator.text], right)

    def operand(self, depth: int) -> Node:
        negations = 0
        while self.take("!"):
            negations += 1
        depth += negations
        if depth > MAX_DEPTH:
            raise ConditionSyntaxError(f"more than {MAX_DEPTH} nested '(' and '!'", self.current.column)
        node = self.group(depth + 1, opened) if (opened := self.take("(")) else self.value()
        for _ in range(negations):
            node = Not(node)
        return node

    def group(self, depth: int, opened: _Token) -> Node:
        node = self.alternatives(depth)
        if self.take(")") is None:
            raise ConditionSyntaxError("this '(' is not closed", opened.column)
        return node

    def value(self) -> Node:
        token = self.current
        self.position += 1
        match token.kind:
            case "expression":
                return self.reading(token)
            case "text":
                return Constant(token.text[1:-1].replace("''", "'"))
            case "word":
                return _literal(token)
        message = f"a value was expected, not {token.text!r}" if token.text else "a value is missing at the end"
        raise ConditionSyntaxError(message, token.column)

    def reading(self, token: _Token) -> Reading:
        steps: list[str | int] = []
        while self.current.kind in {"index", "property"}:
            step = self.current
            steps.append(_index(step) if step.kind == "index" else step.text[1:])
            self.position += 1
        accesses = tuple(Access(each.expression, (*each.path, *steps)) for each in _accesses(token))
        reading = Reading(accesses)
        self.readings.append(reading)
        return reading


def _index(token: _Token) -> int:
    return int(token.text[1:-1])


def _literal(token: _Token) -> Constant:
    if token.text in _KEYWORDS:
        return Constant(_KEYWORDS[token.text])
    number = read_number(token.text)
    if number is None:
        raise ConditionSyntaxError(f"{token.text!r} is no number; strings have single quotes", token.column)
    return Constant(number)


def _accesses(token: _Token) -> tuple[Access, ...]:
    braces = int(token.text.startswith("{"))
    text = token.text[braces : len(token.text) - braces]
    whole, problem = _parse(text)
    others = (Access(head, path) for head, path in _shorter(text))
    accesses = ((Access(whole),) if whole else ()) + tuple(others)
    if problem and not accesses:
        raise ConditionSyntaxError(str(problem), token.column + braces + problem.column)
    return accesses


def _shorter(text: str) -> Iterator[tuple[Expression, tuple[str, ...]]]:
    """Cut `.name` after `.name` from the end, as long as what remains may be an expression."""
    path: tuple[str, ...] = ()
    for _ in range(_MAX_PROPERTY_SPLITS):
        found = _LAST_PROPERTY.fullmatch(text)
        if found is None:
            return
        text, path = found[1], (found[2], *path)
        expression, _problem = _parse(text)
        if expression:
            yield expression, path


def _parse(text: str) -> tuple[Expression, None] | tuple[None, ExpressionSyntaxError]:
    try:
        return parse_expression(text), None
    except ExpressionSyntaxError as error:
        return None, error
