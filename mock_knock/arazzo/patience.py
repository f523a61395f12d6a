"""How often evaluations of one run may be stopped because they take too long.

Each condition, query and pattern has a limit of its own, and a document can have thousands of them, or come back to one
in a loop. So after ten that were stopped, the limits of all others are a hundredth of what they were: small ones pass
as before, the rest costs next to nothing. Such a run has failed in any case: each stop is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MAX_STOPPED: Final = 10
_SHARE: Final = 100


class Patience:
    """Counts the evaluations that were stopped."""

    def __init__(self) -> None:
        self.left = MAX_STOPPED


_CURRENT: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patience() -> Iterator[None]:
    """Let everything in the block share one patience; outside of such blocks it has no end."""
    token = _CURRENT.set(Patience())
    try:
        yield
    finally:
        _CURRENT.reset(token)


def lose_patience() -> None:
    """Count an evaluation that was stopped."""
    current = _CURRENT.get()
    if current is not None:
        current.left -= 1


def allowed(limit: float) -> float:
    """Return what is left of a limit: all of it, or a hundredth."""
    current = _CURRENT.get()
    return limit if current is None or current.left > 0 else limit / _SHARE
