"""How values compare: in simple conditions (Arazzo 1.1.0, Criterion Object), and exactly as JSON (RFC 9535)."""

from __future__ import annotations

import re
from typing import Literal, TypeGuard

from mock_knock.arazzo.expressions.pointer import MISSING, Missing
from mock_knock.messages import JsonValue

Operator = Literal["==", "!=", "<", "<=", ">", ">="]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"-?[0-9]{1,300}")


def read_number(text: str) -> int | float | None:
    """Return the number a text is in JSON's notation (RFC 8259 section 6), or None; very large ones are infinite."""
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def is_number(value: JsonValue | Missing) -> TypeGuard[int | float]:
    """Tell whether a value is a JSON number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_truthy(value: JsonValue | Missing) -> bool:
    """Tell whether the value of a whole condition, or of an operand of `!`, `&&` or `||`, passes.

    1.1.0 settles true (passes), false and null (fail). A missing value is like null. What it leaves open is decided as
    in most languages that have truthiness: 0 and the empty string fail, other numbers and strings pass (the string
    `false` too), objects and arrays pass even when empty.
    """
    if isinstance(value, dict | list):
        return True
    return value is not MISSING and bool(value)


def compare(left: JsonValue | Missing, operator: Operator, right: JsonValue | Missing) -> bool:
    """Compare two values as simple conditions do.

    - A missing value is like null: 1.1.0 writes `$response.body.data != null` for "the body contains data".
    - Null equals only null, and `!=` is always the opposite of `==`.
    - Strings compare without regard to case (Unicode case folding), also in order.
    - Numeric text is a number when the other side is a number, or on both sides of `<`, `<=`, `>` and `>=`.
    - Objects and arrays are equal as JSON values, their strings exactly.
    - The order of anything but two numbers or two strings is false.
    """
    if operator in {"==", "!="}:
        return _equal(left, right) is (operator == "==")
    pair = _numbers(left, right, coerce_texts=True) or _texts(left, right)
    return pair is not None and _in_order(pair, operator)


def _equal(left: JsonValue | Missing, right: JsonValue | Missing) -> bool:
    left, right = (None if side is MISSING else side for side in (left, right))
    pair = _numbers(left, right, coerce_texts=False) or _texts(left, right)
    return pair[0] == pair[1] if pair is not None else json_equal(left, right)


_Pair = tuple[int | float, int | float] | tuple[str, str]


def _numbers(left: JsonValue, right: JsonValue, *, coerce_texts: bool) -> _Pair | None:
    if not (coerce_texts or is_number(left) or is_number(right)):
        return None
    first, second = (read_number(side) if isinstance(side, str) else side for side in (left, right))
    return (first, second) if is_number(first) and is_number(second) else None


def _texts(left: JsonValue, right: JsonValue) -> _Pair | None:
    both = isinstance(left, str) and isinstance(right, str)
    return (left.casefold(), right.casefold()) if both else None


def _in_order(pair: _Pair, operator: Operator) -> bool:
    first, second = pair
    ascending = first < second  # type: ignore[operator]  # the pair has one type, which mypy loses here
    if operator in {"<", ">="}:
        return ascending is (operator == "<")
    descending = first > second  # type: ignore[operator]  # as above
    return descending is (operator == ">")


def json_equal(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether two JSON values are equal (RFC 9535 section 2.3.5.2.2): 1 equals 1.0, true is not 1.

    Nesting is not limited.
    """
    pending = [(left, right)]
    while pending:
        first, second = pending.pop()
        if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
            pending.extend((value, second[key]) for key, value in first.items())
        elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
            pending.extend(zip(first, second, strict=True))
        elif not _same_scalar(first, second):
            return False
    return True


def _same_scalar(left: JsonValue, right: JsonValue) -> bool:
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return False
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)
