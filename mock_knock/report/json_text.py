"""JSON with line breaks and indentation, its tokens as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]\s*[\]}]|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
INDENT = "  "


def indent_json(text: str) -> Iterator[str]:
    """Yield the pieces of a text that is JSON; who has enough of it may stop.

    Numbers keep their digits, strings their escapes, members their order, even those that stand there twice.
    """
    level = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        match token[0], len(token):
            case "{" | "[", 1:
                level += 1
                yield f"{token}\n{INDENT * level}"
            case "{" | "[", _:
                yield token[0] + token[-1]
            case "}" | "]", _:
                level -= 1
                yield f"\n{INDENT * level}{token}"
            case ",", _:
                yield f",\n{INDENT * level}"
            case ":", _:
                yield ": "
            case _:
                yield token
