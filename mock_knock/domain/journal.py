"""The journal: what a world was asked and what it answered, bounded in number and size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mock_knock.messages import ContractViolation, HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request and its answer as they were: whoever shows them masks them.

    `notes` says what a person would want to be told, `fault` which fault happened to it. An answer that the wire
    swallowed is not delivered; where nothing was carried out either, its status is 0.
    """

    number: int
    at: datetime
    request: HttpRequest
    response: HttpResponse
    notes: tuple[str, ...] = ()
    violations: tuple[ContractViolation, ...] = ()
    fault: str = ""
    is_delivered: bool = True

    @property
    def size(self) -> int:
        """The bytes of both bodies, which is what makes a journal large."""
        return len(self.request.body) + len(self.response.body)


class Journal:
    """The latest entries of one world: at most `max_entries` of them and `max_bytes` of bodies, whichever is less."""

    def __init__(self, *, max_entries: int = 1_000, max_bytes: int = 32_000_000) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._total = 0

    @property
    def total(self) -> int:
        """How many entries were ever added, those that have gone included."""
        return self._total

    def add(self, entry: JournalEntry) -> None:
        """Add an entry and let the oldest ones go until both bounds hold again."""
        self._entries.append(entry)
        self._total += 1
        self._bytes += entry.size
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._bytes -= self._entries.popleft().size

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = self._total = 0

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
