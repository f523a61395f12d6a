"""The journal: what a world was asked and what it answered, bounded in number and size."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote

from mock_knock.domain.asked_request import OF_USER, AskedRequest, Route, read_asked
from mock_knock.messages import ContractViolation, Headers, HttpRequest, HttpResponse

Idempotency: TypeAlias = Literal["none", "first", "replayed", "refused"]
"""What an idempotency key meant: none that counts, the first of its key, a repetition, or used for something else."""
MAX_ENTRIES: Final = 1_000
MAX_BYTES: Final = 32_000_000
MAX_VIOLATIONS: Final = 50
"""Of one message that are kept and shown: a body with a hundred thousand rows can break the contract in each."""
_OVERHEAD: Final = 500
"""Bytes of an entry beside everything that came and went over the wire and what was said of it, roughly."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request and its answer as they were: whoever shows them masks them.

    Attributes:
        number: counted from 1 in each world.
        at: the instant of the answer.
        request: what was asked.
        response: what was answered; its status is 0 where a fault left no answer.
        notes: what a person would want to be told.
        violations: how the request breaks the contract.
        fault: the id of the fault that happened to it, or nothing.
        is_delivered: whether the answer was sent; the wire may have swallowed it.
        route: the operation it was led to.
        is_checked: whether the request was held against the contract; one that is refused before never is.
        created: the id of the bulk operation or the run that it brought about, or nothing.
        idempotency: what its idempotency key meant.
    """

    number: int
    at: datetime
    request: HttpRequest
    response: HttpResponse
    notes: tuple[str, ...] = ()
    violations: tuple[ContractViolation, ...] = ()
    fault: str = ""
    is_delivered: bool = True
    route: Route = Route()
    is_checked: bool = False
    created: str = ""
    idempotency: Idempotency = "none"

    @property
    def size(self) -> int:
        """The bytes of everything in it, roughly."""
        asked, answered = self.request, self.response
        length = len(asked.body) + len(answered.body)
        return entry_size(asked.url, asked.headers + answered.headers, length, self.notes, self.violations)

    @property
    def line(self) -> str:
        """Method, path and query, percent-encoded as they came."""
        return f"{self.request.method} {self._target}"

    def asked(self) -> AskedRequest:
        """Return what it asks for, each time anew: so a journal never stands decoded as a whole."""
        request, is_of_user = self.request, unquote(self._target).startswith(OF_USER)
        return read_asked(self.route, request.headers, request.body, is_of_user=is_of_user)

    @property
    def _target(self) -> str:
        return "/" + self.request.url.partition("://")[2].partition("/")[2]


def entry_size(
    url: str, fields: Headers, length: int, notes: Sequence[str], violations: Sequence[ContractViolation]
) -> int:
    """Return the bytes of everything in an entry, roughly.

    Args:
        url: of the request.
        fields: the header fields of request and answer.
        length: the bytes of both bodies.
        notes: as in the entry, and so are the following.
        violations: how the request breaks the contract.
    """
    told = sum(map(len, notes))
    if violations:
        told += sum(len(each.location) + len(each.message) for each in violations)
    return _OVERHEAD + told + length + len(url) + sum(map(len, chain.from_iterable(fields)))


class Journal:
    """The latest entries of one world: at most `max_entries` of them and `max_bytes`, whichever is less."""

    def __init__(self, *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._entries: deque[tuple[JournalEntry | Callable[[], JournalEntry], int]] = deque()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._total = 0

    @property
    def total(self) -> int:
        """How many entries were ever added, those that have gone included."""
        return self._total

    @property
    def dropped(self) -> int:
        """How many entries had to go."""
        return self._total - len(self._entries)

    def add(self, entry: JournalEntry) -> None:
        """Add an entry and let the oldest ones go until both bounds hold again."""
        self.add_later(lambda: entry, entry.size)

    def add_later(self, make: Callable[[], JournalEntry], size: int) -> None:
        """Add an entry of a size that is made when somebody looks at it: most go before anybody does."""
        self._entries.append((make, size))
        self._total += 1
        self._bytes += size
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._bytes -= self._entries.popleft()[1]

    def __iter__(self) -> Iterator[JournalEntry]:
        for index, (entry, size) in enumerate(self._entries):
            if not isinstance(entry, JournalEntry):
                self._entries[index] = (entry(), size)
        return iter([entry for entry, _ in self._entries if isinstance(entry, JournalEntry)])

    def __len__(self) -> int:
        return len(self._entries)
