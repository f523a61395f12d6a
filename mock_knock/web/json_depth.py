"""How deep a JSON body is nested, found out without walking through ordinary bodies."""

from __future__ import annotations

from collections.abc import Iterable

from mock_knock.messages import JsonValue

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")


def is_shallow(body: bytes, value: JsonValue) -> bool:
    """Tell whether the only maps of `body`, decoded as `value`, are itself, its members, and items of lists there.

    It may say no where texts have braces in them.
    """
    if not isinstance(value, dict):
        return False
    return body.count(b"{") == 1 + sum(map(_maps_in, value.values()))


def _maps_in(member: JsonValue) -> int:
    if isinstance(member, list):
        return [*map(type, member)].count(dict)
    return 1 if isinstance(member, dict) else 0


def is_deeper_than(limit: int, body: bytes, value: JsonValue, *, is_shallow: bool = False) -> bool:
    """Tell whether `body`, decoded as `value`, nests arrays and objects more than `limit` deep.

    Only its brackets are looked at, all kinds as one: innermost pairs are taken away, a level at a time, until none is
    left. Brackets inside texts can leave a rest; then the decoded value decides. A shallow one with few lists is not
    looked at any further.
    """
    levels = 2 if is_shallow else body.count(b"{")
    if levels + body.count(b"[") <= limit:
        return False
    brackets = body.translate(_AS_SQUARE, _NOT_BRACKETS)
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets) and _is_deeper(limit, value)


def _is_deeper(limit: int, value: JsonValue) -> bool:
    layer = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        layer = [inner for outer in layer for inner in _members(outer) if isinstance(inner, (dict, list))]
    return bool(layer)


def _members(value: JsonValue) -> Iterable[JsonValue]:
    members: Iterable[JsonValue] = value.values() if isinstance(value, dict) else value
    return members
