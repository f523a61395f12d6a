"""Results of parsing that are kept, refusals too: a linter reads the same text for every step, response and rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import NoReturn, TypeVar

_T = TypeVar("_T")


class TextSyntaxError(ValueError):
    """A text is not what it should be.

    Args:
        message: what is wrong, for people.
        column: the 0-based place in the text that was parsed.
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def remember(size: int) -> Callable[[Callable[[str], _T]], Callable[[str], _T]]:
    """Return a decorator for a parser of texts: its last `size` results are kept, and the errors too."""

    def decorate(parse: Callable[[str], _T]) -> Callable[[str], _T]:
        @lru_cache(maxsize=size)
        def outcome(text: str) -> Callable[[], _T]:
            try:
                result = parse(text)
            except TextSyntaxError as error:
                return _raiser(type(error), str(error), error.column)
            return lambda: result

        return wraps(parse)(lambda text: outcome(text)())

    return decorate


def _raiser(kind: type[TextSyntaxError], message: str, column: int) -> Callable[[], NoReturn]:
    """Return what raises a new error each time: one that is kept would keep the frames it went through."""

    def fail() -> NoReturn:
        raise kind(message, column)

    return fail
