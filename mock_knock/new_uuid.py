"""Fresh ids."""

from __future__ import annotations

import os
from typing import Final

from mock_knock.domain.uuid_text import write_uuid

_DIGITS: Final = 32
_AT_A_TIME: Final = 256
"""Ids for which the system is asked for random bytes at once."""
_ready: Final[list[str]] = []
"""Hexadecimal digits of ids to come; taking one away is safe among threads."""

if hasattr(os, "register_at_fork"):  # a child must not have the same ids as its parent
    os.register_at_fork(after_in_child=_ready.clear)


def new_uuid() -> str:
    """Return a random UUID, version 4, as text."""
    try:
        digits = _ready.pop()
    except IndexError:
        digits, *others = _fresh_digits()
        _ready.extend(others)
    return write_uuid(digits, 4)


def _fresh_digits() -> list[str]:
    found = os.urandom(_AT_A_TIME * _DIGITS // 2).hex()
    return [found[at : at + _DIGITS] for at in range(0, len(found), _DIGITS)]
