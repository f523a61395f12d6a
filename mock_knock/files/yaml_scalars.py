"""What a plain scalar means: the core schema of YAML 1.2 (section 10.3), where `no` and `2024-01-01` are text."""

from __future__ import annotations

import re

from mock_knock.files.problems import MAX_DIGITS
from mock_knock.messages import JsonValue

_WORDS: dict[str, JsonValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NOT_IN_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FIRST = frozenset("0123456789+-.")


def resolve_plain(text: str) -> JsonValue:
    """Return the value of a plain scalar; NotImplemented for a number that JSON does not have."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST:
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= MAX_DIGITS else NotImplemented
    if _FLOAT.fullmatch(text):
        return _finite(float(text))
    if _BASED.fullmatch(text):
        return int(text, 0) if len(text) <= MAX_DIGITS else NotImplemented
    return NotImplemented if _NOT_IN_JSON.fullmatch(text) else text


def _finite(number: float) -> JsonValue:
    return number if abs(number) != float("inf") else NotImplemented
