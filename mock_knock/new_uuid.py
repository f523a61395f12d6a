"""Fresh ids."""

from __future__ import annotations

import os
from typing import Final

from mock_knock.domain.uuid_text import DIGITS, write_uuids

_AT_A_TIME: Final = 256
"""Ids for which the system is asked for random bytes at once."""
_ready: Final[list[str]] = []
"""Ids to come; taking one away is safe among threads."""

if hasattr(os, "register_at_fork"):  # a child must not have the same ids as its parent
    os.register_at_fork(after_in_child=_ready.clear)


def new_uuid() -> str:
    """Return a random UUID, version 4, as text."""
    try:
        return _ready.pop()
    except IndexError:
        found, *others = write_uuids(os.urandom(_AT_A_TIME * DIGITS // 2).hex().encode())
        _ready.extend(others)
        return found
