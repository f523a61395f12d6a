"""Parsers that keep what they found, refusals too."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.expressions.remembered import TextSyntaxError, remember


class _WordError(TextSyntaxError):
    """A text is no word."""


def test_results_and_refusals_are_kept() -> None:
    """A text is parsed once, whatever came of it; each refusal is an error of its own kind, and a new one."""
    parsed: list[str] = []

    @remember(8)
    def parse_word(text: str) -> str:
        """Parse a word."""
        parsed.append(text)
        if not text.isalpha():
            raise _WordError("no word", 3)
        return text.upper()

    assert ["A", "A"] == [parse_word("a"), parse_word("a")]
    errors = []
    for _ in range(2):
        with pytest.raises(_WordError) as caught:
            parse_word("1")
        errors.append(caught.value)
    assert errors[0] is not errors[1]
    assert ("no word", 3) == (str(errors[1]), errors[1].column)
    assert ["a", "1"] == parsed
    assert "Parse a word." == parse_word.__doc__
