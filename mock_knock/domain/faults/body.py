"""Faults of the body of an answer: members that are missing, wrong, doubled, or no JSON at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial, reduce
from types import MappingProxyType
from typing import Final

from mock_knock.messages import JsonValue

BOM: Final = b"\xef\xbb\xbf"
MAX_NESTING: Final = 10_000

TYPES: Final[Mapping[str, Callable[[JsonValue], JsonValue]]] = MappingProxyType(
    {
        "string": lambda value: value if isinstance(value, str) else json.dumps(value),
        "number": lambda value: value if isinstance(value, (int, float)) and not isinstance(value, bool) else 1,
        "boolean": bool,
        "array": lambda value: [value],
        "object": lambda value: {"value": value},
        "null": lambda _: None,
    }
)
"""How a value becomes one of another type."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """What takes the place of a whole body: text as it is, or a value as JSON."""

    value: JsonValue

    def encode(self) -> bytes:
        """Return the bytes."""
        text = self.value if isinstance(self.value, str) else _to_text(self.value)
        return text.encode(errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class BodyFault:
    """Changes of a body, carried out in this order; members are named by JSON pointers.

    Attributes:
        replacement: what takes the place of the whole body.
        dropped: members that go.
        set: members and what they become; one that is not there is added.
        types: members and the JSON type they become one of.
        nested: members and how many arrays are put around them.
        repeated: members that have the value they had in the answer before, if there was one.
        raw: members and the text that stands in their place, JSON or not.
        doubled: members of the body itself that are there twice, first as null.
        kept: the share of the bytes that is left of them.
        has_bom: whether the bytes begin with a byte order mark.
    """

    replacement: Replacement | None = None
    dropped: tuple[str, ...] = ()
    set: Mapping[str, JsonValue] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    nested: Mapping[str, int] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    raw: Mapping[str, str] = field(default_factory=dict)
    doubled: tuple[str, ...] = ()
    kept: Fraction = Fraction(1)
    has_bom: bool = False

    def change(self, body: bytes, before: bytes | None = None) -> bytes:
        """Return a body with the changes; one that is no JSON keeps its members.

        Args:
            body: as it would be sent.
            before: the body of the answer before, to the same operation.
        """
        changed = body if self.replacement is None else self.replacement.encode()
        if self._is_about_members():
            changed = self._change_members(changed, before)
        if self.kept < 1:
            changed = changed[: int(len(changed) * self.kept)]
        return BOM + changed if self.has_bom else changed

    def _is_about_members(self) -> bool:
        parts = (self.dropped, self.set, self.types, self.nested, self.repeated, self.raw, self.doubled)
        return any(parts)

    def _change_members(self, body: bytes, before: bytes | None) -> bytes:
        value, earlier = _decode(body), _decode(before or b"")
        if not isinstance(value, (dict, list)):
            return body
        for pointer in self.dropped:
            _remove(value, pointer)
        for pointer, new in self.set.items():
            _put(value, pointer, deepcopy(new))
        for pointer, name in self.types.items():
            _replace(value, pointer, TYPES[name])
        for pointer, depth in self.nested.items():
            _replace(value, pointer, partial(_nest, depth))
        for pointer in self.repeated:
            if (old := _get(earlier, pointer)) is not _MISSING:
                _put(value, pointer, old)
        for pointer, text in self.raw.items():
            _put(value, pointer, _Raw(text))
        return self._double(_to_text(value), value).encode(errors="surrogatepass")

    def _double(self, text: str, value: JsonValue) -> str:
        names = [name for pointer in self.doubled for name in _tokens(pointer)]
        twice = [name for name in names if isinstance(value, dict) and name in value]
        return "{" + "".join(f"{_to_text(name)}:null," for name in twice) + text[1:] if twice else text


class _Raw(str):
    """Text that stands in JSON as it is."""

    __slots__ = ()


_MISSING: Final = object()
"""What is found where nothing is."""
_INDEX: Final = re.compile("0|[1-9][0-9]{0,8}", re.ASCII)
"""How the entry of a list is named in a pointer (RFC 6901)."""


def _decode(body: bytes) -> JsonValue:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _to_text(value: JsonValue) -> str:
    """Return a value as compact JSON with the raw texts in it."""
    if isinstance(value, _Raw):
        return value
    if isinstance(value, dict):
        members = (f"{_to_text(name)}:{_to_text(member)}" for name, member in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_to_text(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _get(value: JsonValue, pointer: str) -> JsonValue:
    """Return the member at a pointer, or `_MISSING`."""
    return reduce(_step, _tokens(pointer), value)


def _step(value: JsonValue, token: str) -> JsonValue:
    if isinstance(value, dict):
        return value.get(token, _MISSING)
    index = _index(value, token)
    return _MISSING if index is None else value[index]


def _index(value: JsonValue, token: str) -> int | None:
    """Return which entry of a list is meant, or None when there is none."""
    is_entry = isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value)
    return int(token) if is_entry else None


def _put(value: JsonValue, pointer: str, new: JsonValue) -> None:
    *way, last = _tokens(pointer)
    holder = reduce(_step, way, value)
    if isinstance(holder, dict):
        holder[last] = new
    elif (index := _index(holder, last)) is not None:
        holder[index] = new


def _replace(value: JsonValue, pointer: str, change: Callable[[JsonValue], JsonValue]) -> None:
    """Change the member at a pointer, if it is there."""
    if (old := _get(value, pointer)) is not _MISSING:
        _put(value, pointer, change(old))


def _nest(depth: int, value: JsonValue) -> JsonValue:
    return _Raw("[" * depth + _to_text(value) + "]" * depth)


def _remove(value: JsonValue, pointer: str) -> None:
    *way, last = _tokens(pointer)
    holder = reduce(_step, way, value)
    if isinstance(holder, dict):
        holder.pop(last, None)
    elif (index := _index(holder, last)) is not None:
        holder.pop(index)
