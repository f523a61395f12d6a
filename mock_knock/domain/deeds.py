"""What clients mean, what they get, and what is true meanwhile: the words of the invariants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from mock_knock.domain.bounded_memory import name_of
from mock_knock.domain.bulk_operation import Status

READING: Final = frozenset({"GET", "HEAD"})
REFUSED: Final = 400
TOO_MANY: Final = 429
BROKEN: Final = 500
"""Where statuses begin that say that a request, or the server, is not as it should be."""


class Intent(NamedTuple):
    """What a client means by a request; the API key is that of the world the tallies belong to.

    `key` is the name by which requests that mean the same are remembered, `alike` that of all to one target. A tuple,
    as the next one, because each request makes one.
    """

    method: str
    target: str  # path and query as sent
    fingerprint: str  # a hash of the body

    @property
    def key(self) -> str:
        """The name that it has in common with its repetitions."""
        return name_of(self.method, self.target, self.fingerprint)

    @property
    def alike(self) -> str:
        """The name that it has in common with all requests to its target."""
        return name_of(self.method, self.target)

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing."""
        return self.method in READING


@dataclass(frozen=True, slots=True)
class BatchTruth:
    """How a bulk identify stands when it is asked about; `error_ids` are the ids in `error_items` by now."""

    status: Status
    error_ids: frozenset[str]


Truth = Callable[[str], BatchTruth | None]
"""Tells how a bulk operation stands now, by its id, or None if it is unknown; a run asks it once about each."""


class Answer(NamedTuple):
    """What a request got.

    `at` is when it arrived, on the clock of its world; `status` what was sent, whether or not it `is_delivered` or
    swallowed by the wire; `keeps_contract` tells whether that keeps the OpenAPI description; `retry_after` are the
    seconds it asks to wait, and `polled` is the id of the bulk operation that was read, if any. It was answered at
    `answered_at`, or at once.
    """

    intent: Intent
    at: datetime
    status: int
    is_delivered: bool = True
    keeps_contract: bool = True
    retry_after: float | None = None
    polled: str | None = None
    answered_at: datetime | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether it says that the request itself cannot be taken: another one may."""
        is_whole = self.is_delivered and self.keeps_contract
        return is_whole and REFUSED <= self.status < BROKEN and self.status != TOO_MANY
