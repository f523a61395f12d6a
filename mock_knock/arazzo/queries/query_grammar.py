"""The grammar of JSONPath queries exactly as RFC 9535 has it, on the parser of python-jsonpath.

The package's strict mode (2.2) also accepts `-` in shorthand names, numbers such as `-01`, the operator `<>`, and
comparisons of groups and negations, which would quietly be false; it refuses names beyond the basic plane.
"""

from __future__ import annotations

import re
from typing import cast

from jsonpath import JSONPath, JSONPathSyntaxError, Lexer, Parser
from jsonpath.filter import (
    BaseExpression,
    FilterExpressionLiteral,
    FloatLiteral,
    FunctionExtension,
    InfixExpression,
    IntegerLiteral,
    Nil,
    PrefixExpression,
)
from jsonpath.function_extensions import ExpressionType, FilterFunction
from jsonpath.selectors import SliceSelector
from jsonpath.stream import TokenStream
from jsonpath.token import (
    TOKEN_EQ,
    TOKEN_GE,
    TOKEN_GT,
    TOKEN_LE,
    TOKEN_LG,
    TOKEN_LT,
    TOKEN_NE,
    TOKEN_NOT,
    TOKEN_WHITESPACE,
    Token,
)

from mock_knock.arazzo.queries.query_nodes import ArraySlice, Function, RelativeQuery, RootQuery

_COMPARISON_TOKENS = frozenset({TOKEN_EQ, TOKEN_NE, TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE})
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


class StrictLexer(Lexer):
    """Member names in shorthand as the grammar has them: no `-`, but every character beyond ASCII (section 2.5.1.1)."""

    key_pattern = r"[a-zA-Z_\u0080-\uD7FF\uE000-\U0010FFFF][a-zA-Z0-9_\u0080-\uD7FF\uE000-\U0010FFFF]*"


class StrictParser(Parser):
    """The grammar of filters without the extras that the package lets through (section 2.3.5.1)."""

    def parse_absolute_query(self, stream: TokenStream) -> BaseExpression:
        """Read `$...` inside a filter."""
        stream.next()
        return RootQuery(JSONPath(env=self.env, segments=self.parse_query(stream)))

    def parse_relative_query(self, stream: TokenStream) -> BaseExpression:
        """Read `@...`."""
        stream.next()
        return RelativeQuery(JSONPath(env=self.env, segments=self.parse_query(stream)))

    def parse_function_extension(self, stream: TokenStream) -> BaseExpression:
        """Read a function call."""
        call = cast("FunctionExtension", super().parse_function_extension(stream))
        return Function(call.name, call.args)

    def parse_slice(self, stream: TokenStream) -> SliceSelector:
        """Read `start:end:step`."""
        read = super().parse_slice(stream)
        parts = read.slice
        return ArraySlice(env=self.env, token=read.token, start=parts.start, stop=parts.stop, step=parts.step)

    def parse_integer_literal(self, stream: TokenStream) -> BaseExpression:
        """Read a number; raises JSONPathSyntaxError for one that JSON would not have."""
        token = stream.next()
        if not _NUMBER.fullmatch(token.value):
            raise JSONPathSyntaxError(f"{token.value!r} is not a number", token=token)
        digits = token.value.lstrip("-")
        return IntegerLiteral(value=int(token.value)) if digits.isdigit() else FloatLiteral(value=float(token.value))

    def parse_float_literal(self, stream: TokenStream) -> BaseExpression:
        """Read a number."""
        return self.parse_integer_literal(stream)

    def parse_prefix_expression(self, stream: TokenStream) -> BaseExpression:
        """Read `!` and the test it negates."""
        token = stream.current()
        if stream.peek().kind == TOKEN_NOT:
            raise JSONPathSyntaxError("'!' cannot be doubled", token=token)
        negation = cast("PrefixExpression", super().parse_prefix_expression(stream))
        self._require_test(negation.right, token)
        return negation

    def parse_grouped_expression(self, stream: TokenStream) -> BaseExpression:
        """Read a group in parentheses, which is a test and no value."""
        token = stream.current()
        before = stream.tokens[stream.pos - 1]
        if before.kind == TOKEN_WHITESPACE:
            before = stream.tokens[stream.pos - 2]
        grouped = super().parse_grouped_expression(stream)
        stream.skip_whitespace()
        if before.kind in _COMPARISON_TOKENS or stream.current().kind in _COMPARISON_TOKENS:
            raise JSONPathSyntaxError("a group in parentheses cannot be compared", token=token)
        return grouped

    def parse_infix_expression(self, stream: TokenStream, left: BaseExpression) -> BaseExpression:
        """Read an operator and its right side: tests for `&&` and `||`, values for comparisons."""
        token = stream.current()
        if token.kind == TOKEN_LG:
            raise JSONPathSyntaxError("'<>' is no operator; '!=' means not equal", token=token)
        infix = cast("InfixExpression", super().parse_infix_expression(stream, left))
        sides = (infix.left, infix.right)
        if infix.operator not in _COMPARISONS:
            for side in sides:
                self._require_test(side, token)
        elif any(isinstance(side, InfixExpression | PrefixExpression) for side in sides):
            raise JSONPathSyntaxError("only values, single nodes and functions can be compared", token=token)
        return infix

    def _require_test(self, expression: BaseExpression, token: Token) -> None:
        if isinstance(expression, FilterExpressionLiteral | Nil):
            raise JSONPathSyntaxError("a literal must be compared", token=token)
        if isinstance(expression, FunctionExtension):
            function = cast("FilterFunction", self.env.function_extensions[expression.name])
            if function.return_type is ExpressionType.VALUE:
                raise JSONPathSyntaxError(f"the result of {expression.name}() must be compared", token=token)
