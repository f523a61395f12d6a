"""Where in a JSON text something stands; looked for only once it is known to be there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mock_knock.files.problems import MAX_DEPTH

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+')


def find_token(text: str, token: str) -> int:
    """Return the offset of a number or word, as it is written."""
    return next((match.start() for match in _TOKEN.finditer(text) if match[0] == token), 0)


def find_duplicate(text: str, name: str) -> int:
    """Return the offset where a name stands in its object for the second time."""
    is_seen: list[bool] = []
    before = (0, "")
    for match in _TOKEN.finditer(text):
        match match[0]:
            case "{" | "[":
                is_seen.append(False)
            case "}" | "]":
                is_seen.pop()
            case ":" if json.loads(before[1]) == name:
                if is_seen[-1]:
                    return before[0]
                is_seen[-1] = True
        before = (match.start(), match[0])
    return 0


def find_depth(text: str) -> int:
    """Return the offset of the first bracket that goes deeper than a document may."""
    depth = 0
    for match in _TOKEN.finditer(text):
        depth += (match[0] in "[{") - (match[0] in "]}")
        if depth > MAX_DEPTH:
            return match.start()
    return 0


def find_lone_surrogate(text: str) -> int | None:
    """Return the offset of the first string with half of a surrogate pair in it, or None."""
    if not _SURROGATE.search(text):
        return None
    return next((match.start() for match in _strings(text) if _is_broken(json.loads(match[0]))), None)


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _strings(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _TOKEN.finditer(text) if _SURROGATE.search(match[0]))


def _is_broken(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
