"""Idempotency keys of POST trigger: the same request again gets the same answer, another one is refused.

FACTS section 5.1: kept for 24 hours, honoured on trigger alone, and only answers that were a success are repeated.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=24)
MAX_KEY_LENGTH: Final = 255
MAX_ANSWERS: Final = 10_000
"""Of one world; the oldest go first (our choice)."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that can be repeated.

    Attributes:
        fingerprint: tells whether a request is the same as the one that was answered.
        at: when it was answered.
        request_id: `x-request-id` of that answer.
        status: its HTTP status.
        body: its body.
    """

    fingerprint: str
    at: datetime
    request_id: str
    status: int
    body: bytes


class StoredAnswers:
    """The answers of one world by resource and idempotency key."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], StoredAnswer] = OrderedDict()

    def find(self, resource: str, key: str, now: datetime) -> StoredAnswer | None:
        """Return the answer that a key stands for, or None; after 24 hours a key stands for nothing."""
        found = self._answers.get((resource, key))
        return found if found is not None and now - found.at < WINDOW else None

    def keep(self, resource: str, key: str, answer: StoredAnswer) -> None:
        """Remember the answer that a key stands for from now on."""
        self._answers[(resource, key)] = answer
        self._answers.move_to_end((resource, key))
        while len(self._answers) > MAX_ANSWERS:
            self._answers.popitem(last=False)
