"""Regular expressions from documents, within limits."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.bounded_regex import (
    RegexError,
    RegexTimeoutError,
    compile_regex,
    count_repetitions,
    from_iregexp,
    regex_fullmatch,
    regex_search,
)


def test_search_and_fullmatch() -> None:
    """A search may match anywhere, a full match must cover the text."""
    assert regex_search("b+", "abbc")
    assert not regex_search("d", "abbc")
    assert regex_fullmatch("ab+c", "abbc")
    assert not regex_fullmatch("b+", "abbc")


@pytest.mark.parametrize(
    "pattern",
    [
        "[",
        "(",
        ")",
        "\\",
        "a{99999999999999999999}",
        "a{1000000000}",
        "a{1000000000,}",
        "(ab){1000000000}",
        "((a{1000}){1000})",
        "(?:(?:a{1000})(?#no){1000})",
        "(?V1)[[a]b]{99999999}",
        "(?x) a {2}",
        "(?ix:a)",
        "\\p{nope}",
        "(?<=",
        "(" * 3000 + ")" * 3000,
        "a" * 10_001,
    ],
)
def test_refused(pattern: str) -> None:
    """Bad syntax and patterns that would unroll into too much memory are refused before they are compiled."""
    with pytest.raises(RegexError):
        compile_regex(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^2\d{2}$", "[]a{99999999}]", r"\{99999999}", "(a|b){0,1000000000}", "a{,5}", "(?i)A"]
)
def test_accepted(pattern: str) -> None:
    """Repetitions that are optional, escaped or inside a set cost nothing."""
    compile_regex(pattern)


@pytest.mark.parametrize(
    ("expected", "pattern"),
    [
        (0, ""),
        (3, "abc"),
        (2, r"\{[{}]"),
        (12, "a{5}b{7}"),
        (30, "(ab{2}){10}"),
        (10, "(){10}"),
        (1, "a{0}"),
        (1, "a{,9}"),
        (4, "a)a{2}"),
        (2, "(a(b"),
        (2, "a(?#x{9})b"),
        (3, "{aa"),
    ],
)
def test_repetitions_are_counted(expected: int, pattern: str) -> None:
    """Written out, nested repetitions multiply and neighbours add up."""
    assert expected == count_repetitions(pattern)


@pytest.mark.parametrize("match", [regex_search, regex_fullmatch])
def test_endless_matching_is_stopped(match: object) -> None:
    """A pattern that would backtrack for ever is stopped by the time limit, and a long one is shortened in the text."""
    assert callable(match)
    with pytest.raises(RegexTimeoutError, match=r"more than 0\.1 s"):
        match("(a|aa)+$", "a" * 100 + "b")
    with pytest.raises(RegexTimeoutError, match=r"\.\.\."):
        match(f"(a|aa|{'c' * 60})+$", "a" * 100 + "b")


@pytest.mark.parametrize(
    ("expected", "pattern"),
    [(r"a[^\n\r]b", "a.b"), (r"\.", r"\."), ("[.]", "[.]"), (r"[^\n\r]{2}", ".{2}")],
)
def test_dots_of_iregexp(expected: str, pattern: str) -> None:
    """In an I-Regexp (RFC 9485) a dot outside a set matches anything but a line break."""
    assert expected == from_iregexp(pattern)
