"""Regular expressions from documents, within limits of time and memory (package `regex`).

A pattern of a few characters can keep a matcher busy for ever, or make the compiler unroll `a{1000000000}` until memory
is gone. So matching has a time limit, and the repetitions a pattern demands are counted before it is compiled.

The package is imported when the first pattern is compiled: most documents have none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mock_knock.arazzo.patience import allowed, lose_patience

if TYPE_CHECKING:
    import regex

TIME_LIMIT_SECONDS: Final = 0.1
TOTAL_SECONDS: Final = 0.3
_TRIES: Final = (0.0001, 0.001, 0.01, TIME_LIMIT_SECONDS)
MAX_PATTERN_LENGTH: Final = 10_000
MAX_REPETITIONS: Final = 100_000

_PIECE = re.compile(
    r"""\\.                               # an escaped character
    |\[\^?\]?(?:\\.|[^\]\\])*+\]?         # a set of characters, to the end when it is not closed
    |\(\?\#[^)]*\)?                       # a comment, likewise
    |\{(?P<least>[0-9]*)(?:,[0-9]*)?\}    # a counted repetition
    |.""",
    re.VERBOSE | re.DOTALL,
)
_VERBOSE_FLAG = re.compile(r"\(\?[A-Za-z0-9]*x")


class RegexError(ValueError):
    """A text is not a regular expression that can be used here."""


class RegexTimeoutError(Exception):
    """Matching was stopped after 0.1 seconds."""


@lru_cache(maxsize=512)
def compile_regex(pattern: str, *, max_length: int = MAX_PATTERN_LENGTH) -> regex.Pattern[str]:
    """Compile a pattern of the `regex` package.

    Raises:
        RegexError: the pattern has a syntax error, more than 10,000 characters (or as many as is said), repetitions
            that unroll to more than 100,000 parts, too many nested groups, or the flag `x`, under which repetitions
            could not be counted.
    """
    import regex  # noqa: PLC0415  # see above

    if len(pattern) > max_length:
        raise RegexError(f"a regular expression has at most {max_length} characters")
    if _VERBOSE_FLAG.search(pattern):
        raise RegexError("the flag x (verbose) is not supported")
    if count_repetitions(pattern) > MAX_REPETITIONS:
        raise RegexError(f"its counted repetitions unroll to more than {MAX_REPETITIONS} parts")
    try:
        return regex.compile(pattern)
    except RecursionError:
        raise RegexError("its groups are nested too deeply") from None
    except (regex.error, ValueError, OverflowError) as error:
        raise RegexError(str(error)) from None


def regex_search(pattern: str, text: str) -> bool:
    """Tell whether a pattern matches anywhere in a text.

    Raises:
        RegexError: as `compile_regex`.
        RegexTimeoutError: after 0.1 seconds.
    """
    compiled, seconds = compile_regex(pattern), allowed(TIME_LIMIT_SECONDS)
    try:
        return compiled.search(text, timeout=seconds) is not None
    except TimeoutError:
        lose_patience()
        raise RegexTimeoutError(_timeout_text(pattern, seconds)) from None


class MatchingTime:
    """The time of all matching of one evaluation together: 0.3 seconds, and 0.1 milliseconds more for each match.

    No clock is read: a match is tried with little time first, and with ten times as much after each failure; what it
    is given beyond the first try is taken from the 0.3 seconds.
    """

    def __init__(self) -> None:
        self.left = allowed(TOTAL_SECONDS)

    def test(self, pattern: str, text: str, *, whole: bool) -> bool:
        """Tell whether a pattern matches anywhere in a text, or the whole text.

        Raises:
            RegexError: as `compile_regex`.
            RegexTimeoutError: this match takes more than 0.1 seconds, or nothing is left for it.
        """
        compiled = compile_regex(pattern)
        match = compiled.fullmatch if whole else compiled.search
        for seconds in _TRIES:
            try:
                return match(text, timeout=seconds) is not None
            except TimeoutError:
                self.left -= 10 * seconds
            if self.left < 0:
                raise RegexTimeoutError("the regular expressions of the query take too long together")
        raise RegexTimeoutError(_timeout_text(pattern, TIME_LIMIT_SECONDS))


def _timeout_text(pattern: str, seconds: float) -> str:
    shown = pattern if len(pattern) <= 60 else pattern[:57] + "..."  # noqa: PLR2004  # a readable line of a message
    return f"matching {shown!r} took more than {seconds:g} s and was stopped"


def from_iregexp(pattern: str) -> str:
    """Return an I-Regexp (RFC 9485, as in JSONPath) for the `regex` package: its `.` matches no line break."""
    return "".join(r"[^\n\r]" if piece[0] == "." else piece[0] for piece in _PIECE.finditer(pattern))


def count_repetitions(pattern: str) -> int:
    """Return how many parts a pattern has once its `{n}` are written out; nested ones multiply."""
    totals = [0]
    last = 0
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if text == "(":
            totals.append(0)
        elif text == ")" and len(totals) > 1:
            last = max(totals.pop(), 1)
            totals[-1] += last
        elif text.startswith("{") and piece["least"] is not None:
            factor = _factor(piece["least"])
            totals[-1] += last * (factor - 1)
            last *= factor
        elif not text.startswith("(?#"):
            last = 1
            totals[-1] += 1
        if totals[-1] > MAX_REPETITIONS:
            return totals[-1]
    return sum(totals)


def _factor(least: str) -> int:
    if len(least) > len(str(MAX_REPETITIONS)):
        return MAX_REPETITIONS + 1
    return max(int(least or 0), 1)
