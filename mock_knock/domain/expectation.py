"""Which requests are expected and how often, and which come near."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from operator import itemgetter
from typing import Final, TypeAlias

from mock_knock.domain.containing import MISSING, Mismatch, shown
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.matching import RequestPattern

MAX_NEAREST: Final = 3
_WHY_NOTHING: Final[Mapping[str, str]] = {
    "replayed": "false (replayed: its idempotency key had been used)",
    "refused": "false (its idempotency key was refused)",
}

Hide: TypeAlias = Callable[[str, str], str]
"""Returns a text as it may be shown, given the field it belongs to: `header X-Api-Key`, `body.data.token`."""


def as_it_is(_field: str, text: str) -> str:
    """Hide nothing."""
    return text


@dataclass(frozen=True, slots=True)
class Expected:
    """Which requests count: a pattern, and what became of them; None does not count.

    Attributes:
        pattern: what was asked.
        status: what was answered, like `200`, or `2xx` for each of a hundred.
        creates: whether it brought a bulk operation or a run about, which a repetition and a refused one do not.
    """

    pattern: RequestPattern = field(default_factory=RequestPattern)
    status: str | None = None
    creates: bool | None = None

    def counts(self, entry: JournalEntry) -> bool:
        """Tell whether a request counts; bodies are decoded only where everything else fits."""
        return not any(self._outcome(entry)) and self.pattern.holds_for(entry.asked())

    def difference(self, entry: JournalEntry) -> tuple[Mismatch, ...]:
        """Return in what a request differs; one that counts has no difference."""
        return (*self._outcome(entry), *self.pattern.difference(entry.asked()))

    def distance(self, entry: JournalEntry) -> int:
        """Return how far away a request is; one that counts is at 0."""
        return self.pattern.distance(entry.asked()) + sum(1 for _ in self._outcome(entry))

    def _outcome(self, entry: JournalEntry) -> Iterator[Mismatch]:
        status, creates = entry.response.status, bool(entry.created)
        if self.status is not None and not _is_status(status, self.status):
            yield Mismatch("status", self.status, str(status or "(no answer)"))
        if self.creates is not None and creates is not self.creates:
            why = f"true ({entry.created})" if creates else _WHY_NOTHING.get(entry.idempotency, "false")
            yield Mismatch("creates", shown(self.creates), why)


@dataclass(frozen=True, slots=True)
class Times:
    """How often something is expected."""

    least: int = 1
    most: int | None = None

    def holds(self, count: int) -> bool:
        """Tell whether a count is as expected."""
        return self.least <= count and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return f"exactly {self.most}" if self.most else "never"
        return f"{self.least} to {self.most}" if self.least else f"at most {self.most}"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A request that almost counts, and in what it differs."""

    entry: JournalEntry
    differences: tuple[Mismatch, ...]

    @property
    def is_of_its_kind(self) -> bool:
        """Whether it asked for an operation that is meant."""
        return not any(each.field == "operation" for each in self.differences)


def near_misses(
    expected: Expected, entries: Sequence[JournalEntry], *, most: int = MAX_NEAREST, hide: Hide = as_it_is
) -> tuple[NearMiss, ...]:
    """Return the requests that differ, the nearest first; of equally near ones the latest.

    Those that ask for other operations are farther away than any other, and looked at only where there are too few.
    """
    found: list[JournalEntry] = []
    for is_meant in (True, False):
        kind = (each for each in reversed(entries) if is_meant is expected.pattern.means(each.route.operation_id))
        measured = ((expected.distance(each), each) for each in kind)
        missed = (each for each in measured if each[0])
        found += [each for _, each in nsmallest(most - len(found), missed, key=itemgetter(0))]
    return tuple(NearMiss(each, tuple(_hidden(one, hide) for one in expected.difference(each))) for each in found)


def _hidden(told: Mismatch, hide: Hide) -> Mismatch:
    expected, actual = (
        each if each in {"", MISSING} else hide(told.field, each) for each in (told.expected, told.actual)
    )
    return Mismatch(told.field, expected, actual)


def _is_status(status: int, wanted: str) -> bool:
    return str(status) == wanted or (wanted.endswith("xx") and str(status // 100) == wanted[:-2])
