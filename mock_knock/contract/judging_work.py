"""The limit on the work of judging one message by schemas: keywords looked at, and time spent in regular expressions.

Schemas and values both come from outside. A pattern that backtracks, references that double at each step and recursion
into both halves of a schema make a few lines of a description outlast any run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from time import thread_time
from typing import Final

from mock_knock.arazzo.conditions.bounded_regex import TIME_LIMIT_SECONDS, RegexError, RegexTimeoutError, compile_regex

MAX_KEYWORDS: Final = 150_000
MAX_MATCHING_SECONDS: Final = 0.5


class JudgingLimitError(Exception):
    """Judging one message takes more work than it may."""


class JudgingWork:
    """Counts the work of judging one message, or whatever else is to share a budget."""

    def __init__(self, keywords: int = MAX_KEYWORDS) -> None:
        self.limit = keywords
        self.keywords = keywords
        self.seconds = MAX_MATCHING_SECONDS

    def spend(self, keywords: int = 1) -> None:
        """Pay for keywords; raises JudgingLimitError when nothing is left."""
        self.keywords -= keywords
        if self.keywords < 0:
            raise JudgingLimitError(f"judging takes more work than {self.limit:,} keywords of schemas")

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left for anything more."""
        return self.keywords < 0 or self.seconds < 0

    def search(self, pattern: str, text: str) -> bool:
        """Tell whether a pattern matches anywhere in a text.

        Raises:
            RegexError: it is no regular expression, or too large.
            RegexTimeoutError: this match takes more than 0.1 s of the processor.
            JudgingLimitError: all matches of the message take more than 0.5 s of it.
        """
        self._check_seconds()
        started = thread_time()
        try:
            return compile_regex(pattern).search(text, timeout=TIME_LIMIT_SECONDS) is not None
        except TimeoutError:
            raise RegexTimeoutError(f"matching took more than {TIME_LIMIT_SECONDS} s and was stopped") from None
        finally:
            self.seconds -= thread_time() - started
            self._check_seconds()

    def _check_seconds(self) -> None:
        if self.seconds < 0:
            raise JudgingLimitError(f"the regular expressions take more than {MAX_MATCHING_SECONDS} s together")


_CURRENT: ContextVar[JudgingWork | None] = ContextVar("judging work", default=None)


@contextmanager
def judging_work(work: JudgingWork | None = None) -> Iterator[JudgingWork]:
    """Let everything in the block, also inside another such block, pay from one budget: `work`, or a new one."""
    token = begin_work(work)
    try:
        yield current_work()
    finally:
        end_work(token)


def begin_work(work: JudgingWork | None = None) -> Token[JudgingWork | None] | None:
    """Let everything from now on pay from one budget, until it is ended with what this returns; see `judging_work`."""
    return None if _CURRENT.get() is not None else _CURRENT.set(work or JudgingWork())


def end_work(token: Token[JudgingWork | None] | None) -> None:
    """Close a budget; that of a block around stays."""
    if token is not None:
        _CURRENT.reset(token)


def is_bounded_regex(value: object) -> bool:
    """Tell whether a value is a regular expression that can be used here; what is no text is none of its business."""
    if not isinstance(value, str):
        return True
    try:
        current_work().search(value, "")
    except (RegexError, RegexTimeoutError):
        return False
    return True


def current_work() -> JudgingWork:
    """Return the budget of the block around, or one of its own where there is none."""
    return _CURRENT.get() or JudgingWork()
