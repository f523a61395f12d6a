"""Memories of bounded size: what was put in longest ago goes first, and long names are kept as digests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, Generic, TypeVar

MAX_NAME: Final = 100
"""Characters of a name in memory and in messages (our choice)."""
_Value = TypeVar("_Value")


def keep(memory: OrderedDict[str, _Value], key: str, value: _Value, most: int) -> _Value | None:
    """Put a value at the end and return the one that went for it, if one did."""
    memory[key] = value
    memory.move_to_end(key)
    return memory.popitem(last=False)[1] if len(memory) > most else None


class Halves(Generic[_Value]):
    """A memory of two halves that is quick to write: once the newer half is full, the older one goes.

    So it has at least the latest `most` / 2 names that were put in, and never more than `most` and one call's. What the
    last call put in stands apart, as the next one often names the same.
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._new: dict[str, _Value] = {}
        self._old: dict[str, _Value] = {}
        self._last: tuple[Sequence[str], _Value] | None = None

    def __bool__(self) -> bool:
        return bool(self._last or self._new or self._old)

    def get(self, name: str) -> _Value | None:
        """Return the latest value of a name, or None."""
        self._put_last_in()
        return self._new[name] if name in self._new else self._old.get(name)

    def put_all(self, names: Sequence[str], value: _Value) -> None:
        """Put in the same value under several names."""
        if self._last is not None and self._last[0] != names:
            self._put_last_in()
        self._last = (names, value)

    def _put_last_in(self) -> None:
        if self._last is not None:
            names, value = self._last
            self._last = None
            self._new.update(dict.fromkeys(names, value))
            if len(self._new) > self._half:
                self._old, self._new = self._new, {}

    def clear(self) -> None:
        """Forget everything."""
        self._new, self._old, self._last = {}, {}, None


def names_of(ids: Sequence[str]) -> Sequence[str]:
    """Return what each of several names is remembered by; see `name_of`."""
    return ids if max(map(len, ids), default=0) <= MAX_NAME else [name_of(each) for each in ids]


def name_of(*parts: str) -> str:
    """Return what a name or a request is remembered by: its digest if it is long, so that memory is bounded."""
    told = parts[0] if len(parts) == 1 else "\0".join(parts)
    return told if len(told) <= MAX_NAME else blake2b(told.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def cut(text: str) -> str:
    """Return a text as it may stand in a message."""
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
