"""What the controls answer, as records. Knock's own forms (users, runs, messages, entries) stay decoded JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from mock_knock.messages import JsonValue

Document: TypeAlias = Mapping[str, Any]
"""A decoded JSON object."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The time of a world, and whether it moves only when it is moved."""

    now: datetime
    is_standing: bool

    @classmethod
    def read(cls, found: Document) -> ClockReading:
        """Return it from the answer."""
        return cls(datetime.fromisoformat(found["now"]), found["standing"])


@dataclass(frozen=True, slots=True)
class FaultStanding:
    """A fault with how many requests matched it and how often it happened; `document` is how it is written."""

    id: str
    matched: int
    fired: int
    document: Document

    @classmethod
    def read(cls, found: Document) -> FaultStanding:
        """Return it from the answer."""
        return cls(found["id"], found["matched"], found["fired"], found)


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule that a client broke, what it did, and how often."""

    name: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a world makes of its client (DESIGN section 7).

    Attributes:
        client: how the client says it ended: success, failure or hung.
        verdict: survived, silent, loud or hung.
        requests: how many requests it sent.
        broken: the invariants it broke.
    """

    client: str
    verdict: str
    requests: int
    broken: tuple[Invariant, ...] = ()

    @classmethod
    def read(cls, found: Document) -> Verdict:
        """Return it from the answer."""
        broken = (Invariant(each["invariant"], each["message"], each["count"]) for each in found["broken"])
        return cls(found["client"], found["verdict"], found["requests"], tuple(broken))


class Difference(NamedTuple):
    """A field in which a request differs from what is expected, and both values as text."""

    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A request that almost counts, and each field in which it differs; `status` is None where there was no answer."""

    number: int
    request: str
    status: int | None
    differences: tuple[Difference, ...]

    @classmethod
    def read_all(cls, found: Sequence[Document]) -> tuple[NearMiss, ...]:
        """Return them from the answer."""
        return tuple(
            cls(
                each["number"],
                each["request"],
                each["status"],
                tuple(Difference(one["field"], one["expected"], one["actual"]) for one in each["differences"]),
            )
            for each in found
        )


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """What became of an expectation; `message` says it to people, `matched` has the numbers of what counts."""

    passed: bool
    count: int
    matched: tuple[int, ...]
    message: str
    near_misses: tuple[NearMiss, ...] = ()
    dropped: int = 0

    @classmethod
    def read(cls, found: Document) -> VerificationResult:
        """Return it from the answer."""
        return cls(
            passed=found["passed"],
            count=found["count"],
            matched=tuple(found["matched"]),
            message=found["message"],
            near_misses=NearMiss.read_all(found["near_misses"]),
            dropped=found["dropped"],
        )


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries of the journal, oldest first; of `total` requests that ever came, it has lost `dropped`."""

    entries: tuple[Document, ...]
    total: int
    dropped: int

    @classmethod
    def read(cls, found: Document) -> JournalPage:
        """Return it from the answer."""
        return cls(tuple(found["entries"]), found["total"], found["dropped"])


@dataclass(frozen=True, slots=True)
class SavedState:
    """A snapshot: its name, the instant it was taken at, and how much is in it."""

    name: str
    at: datetime
    counts: Mapping[str, int]

    @classmethod
    def read(cls, found: Document) -> SavedState:
        """Return it from the answer."""
        counts: dict[str, int] = {name: each for name, each in found.items() if _is_count(each)}
        return cls(found["name"], datetime.fromisoformat(found["at"]), counts)


def _is_count(value: JsonValue) -> bool:
    return isinstance(value, int)
