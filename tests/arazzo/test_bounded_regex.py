"""Regular expressions from documents, within limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from mock_knock.arazzo.conditions import bounded_regex
from mock_knock.arazzo.conditions.bounded_regex import (
    MatchingTime,
    RegexError,
    RegexTimeoutError,
    compile_regex,
    count_repetitions,
    from_iregexp,
    regex_search,
)


def test_search_and_fullmatch() -> None:
    """A search may match anywhere, a full match must cover the text."""
    assert regex_search("b+", "abbc")
    assert not regex_search("d", "abbc")
    assert MatchingTime().test("ab+c", "abbc", whole=True)
    assert not MatchingTime().test("b+", "abbc", whole=True)
    assert MatchingTime().test("b+", "abbc", whole=False)


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


@pytest.mark.parametrize("match", [regex_search, partial(MatchingTime().test, whole=False)])
def test_endless_matching_is_stopped(match: Callable[[str, str], bool]) -> None:
    """A pattern that would backtrack for ever is stopped by the time limit, and a long one is shortened in the text."""
    with pytest.raises(RegexTimeoutError, match=r"more than 0\.1 s|together"):
        match("(a|aa)+$", "a" * 100 + "b")
    with pytest.raises(RegexTimeoutError, match=r"\.\.\.|together"):
        match(f"(a|aa|{'c' * 60})+$", "a" * 100 + "b")


def test_matching_time_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one slow match has used up is not there for the next; quick ones cost nothing."""
    time = MatchingTime()
    assert not any(time.test("b+$", "abc", whole=False) for _ in range(100))
    assert bounded_regex.TOTAL_SECONDS == time.left
    monkeypatch.setattr(bounded_regex, "_TRIES", (0.0001, 0.001))
    time.left = 0.01
    with pytest.raises(RegexTimeoutError, match="together"):
        time.test("(a|aa)+$", "a" * 100 + "b", whole=True)


def test_one_match_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One match that takes too long is stopped although time for others is left."""
    monkeypatch.setattr(bounded_regex, "_TRIES", (0.0001, 0.001))
    with pytest.raises(RegexTimeoutError, match="was stopped"):
        MatchingTime().test("(a|aa)+$", "a" * 100 + "b", whole=True)


@pytest.mark.parametrize(
    ("expected", "pattern"),
    [(r"a[^\n\r]b", "a.b"), (r"\.", r"\."), ("[.]", "[.]"), (r"[^\n\r]{2}", ".{2}")],
)
def test_dots_of_iregexp(expected: str, pattern: str) -> None:
    """In an I-Regexp (RFC 9485) a dot outside a set matches anything but a line break."""
    assert expected == from_iregexp(pattern)
