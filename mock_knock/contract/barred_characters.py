"""The one kind of pattern that every dialect of regular expressions reads alike: a text without some characters.

It is written `^[^/#]*$`.
"""

from __future__ import annotations

import re

_BARRED = re.compile(r"\^\[\^([A-Za-z0-9/#?%:;,.@ ]+)\]\*\$")
"""No character among them means anything in a set, and none is a line feed, which `$` sees differently."""


def barred_characters(pattern: object) -> str | None:
    """Return the characters that a pattern keeps out of a text, or None when it is of another kind."""
    found = _BARRED.fullmatch(pattern) if isinstance(pattern, str) else None
    return found and found[1]
