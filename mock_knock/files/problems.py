"""What is wrong with the text of a document; the place in the file is added by whoever knows the file."""

from __future__ import annotations


class DocumentProblem(Exception):  # caught where the file is known, and told as InvalidDocument
    """A text that is not a strict document; `line` and `column` count from 1, 0 is unknown."""

    def __init__(self, code: str, what: str, *, hint: str, line: int = 0, column: int = 0) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.hint = hint
        self.line = line
        self.column = column


MAX_DEPTH = 100
"""Levels of lists and mappings in a document."""

MAX_NODES = 100_000
"""Values of a document whose places are to be known: telling them takes much longer than reading."""

MAX_PLAIN_NODES = 500_000
"""Values of any other document."""

TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"

MAX_DIGITS = 500
"""Characters of a whole number in a document; few enough that Python always converts it, and prints it again."""


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return where an offset into a text stands, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def refuse_nodes(count: int, most: int) -> None:
    """Raise DocumentProblem when a document has more values than are read."""
    if count > most:
        raise DocumentProblem("file-too-large", f"has more than {most:,} values", hint="split the document")
