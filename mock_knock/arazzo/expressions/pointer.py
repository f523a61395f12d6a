"""JSON Pointer (RFC 6901), and the mark for a value that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from mock_knock.messages import JsonValue

_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


class Missing(Enum):
    """The type of `MISSING`; an enumeration with one member, so that type checkers narrow on `is MISSING`."""

    VALUE = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.VALUE
"""No value at all, in contrast to a JSON null, which is None."""


class PointerSyntaxError(ValueError):
    """A text is not a JSON Pointer.

    Args:
        message: what is wrong, for people.
        column: the 0-based place in the pointer.
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def split_pointer(pointer: str) -> tuple[str, ...]:
    """Return the unescaped reference tokens of a pointer; the empty pointer has none.

    Raises:
        PointerSyntaxError: the text does not begin with `/`, or has a `~` that is not part of `~0` or `~1` (section 3).
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise PointerSyntaxError("a JSON pointer is empty or begins with '/'", 0)
    if bad := _BAD_ESCAPE.search(pointer):
        raise PointerSyntaxError("in a JSON pointer '~' is written '~0' and '/' in a name '~1'", bad.start())
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def join_pointer(tokens: Iterable[str | int]) -> str:
    """Return the pointer with these reference tokens, escaped (section 3); the inverse of `split_pointer`."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def resolve_pointer(document: JsonValue, pointer: str) -> JsonValue | Missing:
    """Return the value a pointer names, or MISSING when nothing is there (section 4).

    Array indices are decimal without leading zeros; `-` names the element after the last and is therefore MISSING.

    Raises:
        PointerSyntaxError: as `split_pointer`.
    """
    value = document
    for token in split_pointer(pointer):
        value = child_of(value, token)
        if value is MISSING:
            break
    return value


def child_of(value: JsonValue | Missing, token: str) -> JsonValue | Missing:
    """Return the member or item that one reference token names, or MISSING."""
    if isinstance(value, dict):
        return value.get(token, MISSING)
    if isinstance(value, list) and _ARRAY_INDEX.fullmatch(token) and int(token) < len(value):
        return value[int(token)]
    return MISSING
