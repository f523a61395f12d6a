"""Text in the Markdown that GitHub reads: what came from outside is text there and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mock_knock.report.clean_text import clean_text, cut

_SPECIAL = re.compile(
    r"[&<>|`*~\[\]\\@$]|(?<![a-z0-9])_|_(?![a-z0-9])|#(?=[0-9])|:(?=//|[\w+-]+:)|(?<=www)\.", re.ASCII | re.IGNORECASE
)
"""What could be markup, a formula, a mention, an emoji or a link; the rest has no meaning without these."""


def to_markdown(text: str, limit: int) -> str:
    """Return text on one line, cut, cleaned and without meaning; put a word of one's own before it in a line."""
    line = cut(" ".join(clean_text(text).split()), limit)
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", line)


def code(text: str, limit: int) -> str:
    """Return the same in the letters of code, where GitHub does not look for people and issues."""
    return f"<code>{to_markdown(text, limit)}</code>"


def table(columns: str, rows: Iterable[Iterable[str]]) -> str:
    """Return a table; `columns` names its columns, those with a `>` before their name lie at the right."""
    names = columns.split("|")
    lines = [[name.removeprefix(">") for name in names], ["--:" if each.startswith(">") else "---" for each in names]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (*lines, *rows))


def folded(title: str, text: str) -> str:
    """Return text that is shown when somebody opens its title."""
    return f"<details><summary>{title}</summary>\n\n{text}\n</details>\n"
