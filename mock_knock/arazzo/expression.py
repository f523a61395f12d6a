"""Runtime expressions and their values (Arazzo 1.1.0, section Runtime Expressions).

The grammar lives in `grammar`, the values in `scope`; import all of it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_knock.arazzo.expressions.grammar import Expression, ExpressionKind, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.expressions.pointer import MISSING, Missing, resolve_pointer
from mock_knock.arazzo.expressions.scope import Message, Scope
from mock_knock.messages import JsonValue

__all__ = [
    "MISSING",
    "Expression",
    "ExpressionKind",
    "ExpressionSyntaxError",
    "Message",
    "Missing",
    "Scope",
    "evaluate_expression",
    "parse_expression",
]

_NOTHING: Final[Mapping[str, JsonValue]] = {}


def evaluate_expression(expression: Expression, scope: Scope) -> JsonValue | Missing:
    """Return the value of an expression, of any JSON type, or MISSING.

    A JSON null is None, not MISSING. Header names ignore case, and a header with several fields is their values joined
    by `, ` (RFC 9110 section 5.3). A pointer into a value that is not JSON, such as a text body, is MISSING.
    `$sourceDescriptions.<name>.<field>` reads fields; the operation and workflow ids that may stand in their place are
    the engine's matter.
    """
    value = _value_of(expression, scope)
    return value if expression.pointer is None else resolve_pointer(value, expression.pointer)


def _value_of(expression: Expression, scope: Scope) -> JsonValue | Missing:
    match expression.kind:
        case "request":
            return _message_value(expression, scope.request)
        case "response":
            return _message_value(expression, scope.response)
        case "url" | "method" | "statusCode" | "self":
            return _unit_value(expression.kind, scope)
        case _:
            return _members(expression, scope).get(expression.name, MISSING)


def _unit_value(kind: str, scope: Scope) -> JsonValue | Missing:
    values = {"url": scope.url, "method": scope.method, "statusCode": scope.status_code, "self": scope.self_uri}
    value = values[kind]
    return MISSING if value is None else value


def _members(expression: Expression, scope: Scope) -> Mapping[str, JsonValue]:
    match expression.kind:
        case "inputs":
            return scope.inputs
        case "outputs":
            return scope.outputs
        case "steps":
            return scope.steps.get(expression.owner, _NOTHING)
        case "workflows":
            return scope.workflows.get(expression.owner, {}).get(expression.part, _NOTHING)
        case "sourceDescriptions":
            return scope.source_descriptions.get(expression.owner, _NOTHING)
        case _:
            return scope.components.get(expression.part, _NOTHING)


def _message_value(expression: Expression, message: Message | None) -> JsonValue | Missing:
    if message is None:
        return MISSING
    match expression.part:
        case "body":
            return message.body
        case "query":
            return message.query.get(expression.name, MISSING)
        case "path":
            return message.path.get(expression.name, MISSING)
        case _:
            return _header_value(expression.name, message)


def _header_value(name: str, message: Message) -> str | Missing:
    wanted = name.lower()
    values = [value for key, value in message.headers if key.lower() == wanted]
    return ", ".join(values) if values else MISSING
