"""Memories of bounded size: what was put in longest ago goes first, and long names are kept as digests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, TypeVar

MAX_NAME: Final = 100
"""Characters of a name in memory and in messages (our choice)."""
_Value = TypeVar("_Value")


def keep(memory: OrderedDict[str, _Value], key: str, value: _Value, most: int) -> _Value | None:
    """Put a value at the end and return the one that went for it, if one did."""
    memory[key] = value
    memory.move_to_end(key)
    return memory.popitem(last=False)[1] if len(memory) > most else None


def keep_all(memory: OrderedDict[str, _Value], keys: Iterable[str], value: _Value, most: int) -> None:
    """Put the same value at the end under several keys, in their order, and let what is too much go."""
    for key in keys:
        memory[key] = value
        memory.move_to_end(key)
    while len(memory) > most:
        memory.popitem(last=False)


def name_of(*parts: str) -> str:
    """Return what a name or a request is remembered by: its digest if it is long, so that memory is bounded."""
    told = parts[0] if len(parts) == 1 else "\0".join(parts)
    return told if len(told) <= MAX_NAME else blake2b(told.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def cut(text: str) -> str:
    """Return a text as it may stand in a message."""
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
