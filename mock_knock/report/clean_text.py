"""Text that came from outside, fit to be shown."""

from __future__ import annotations

import re

from mock_knock.redact import Redactor, clean_terminal

_NOT_IN_XML = re.compile("[\ufffe\uffff]")
"""What XML 1.0 cannot hold, of what a terminal can."""


def clean_text(text: str) -> str:
    """Return text that a terminal, HTML and XML can hold, without control characters, and with its secrets masked."""
    return Redactor().text(_NOT_IN_XML.sub("\ufffd", clean_terminal(text)))


def cut(text: str, limit: int) -> str:
    """Return text of at most so many characters and an ellipsis."""
    return text if len(text) <= limit else text[:limit] + "..."
