"""Colours on a terminal, plain text elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mock_knock.messages import Severity
from mock_knock.redact import clean_terminal

_COLOUR = re.compile(r"(\x1b\[\d{1,2}m)")
_SEVERITY_COLOURS = {"error": "31", "warning": "33", "note": "36"}


@dataclass(frozen=True, slots=True)
class Style:
    """Wraps text in ANSI codes when `is_coloured`."""

    is_coloured: bool = False

    def bold(self, text: str) -> str:
        """Return text for a heading."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """Return text that matters less."""
        return self._wrap("2", text)

    def good(self, text: str) -> str:
        """Return text that says something passed."""
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        """Return text that says something failed."""
        return self._wrap("31", text)

    def doubtful(self, text: str) -> str:
        """Return text that says something is not as it should be, and may pass."""
        return self._wrap("33", text)

    def severity(self, severity: Severity) -> str:
        """Return the name of a severity in its colour."""
        return self._wrap(_SEVERITY_COLOURS[severity], severity)

    def clean(self, line: str) -> str:
        """Return a line without control characters, but for the colours that this class sets."""
        if not self.is_coloured:
            return clean_terminal(line)
        return "".join(part if _COLOUR.fullmatch(part) else clean_terminal(part) for part in _COLOUR.split(line))

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.is_coloured else text
