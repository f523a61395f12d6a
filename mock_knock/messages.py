"""The words all layers share: messages on the wire and verdicts about them."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

JsonValue: TypeAlias = Any
"""A decoded JSON value: dict, list, str, int, float, bool or None."""

Severity = Literal["error", "warning", "note"]

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields in order, as (name, value); names compare without regard to case."""


def find_header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header field, or None; names ignore case (RFC 9110 section 5.1)."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it is sent: `method` in upper case, `url` absolute and percent-encoded."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header field, or None."""
        return find_header(self.headers, name)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response as it arrived; `seconds` is the time from sending to the last byte."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    seconds: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the first value of a header field, or None."""
        return find_header(self.headers, name)


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """No usable response: `kind` is one of refused, timeout, reset, tls, too-large, broken."""

    kind: str
    message: str


class AnswerLost(Exception):
    """A request that is answered within a process gets no usable response: what a network would show as a failure."""

    def __init__(self, failure: TransportFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Line(Protocol):
    """What every server on a port offers a request that waits before it is answered, or between the pieces of it."""

    def wait(self, seconds: float, *, has_answer: bool = True) -> bool:
        """Let real time pass; False says at once that the client has gone or that the server ends.

        `has_answer` is whether there is something to send to a client that only listens any more.
        """
        ...

    def held(self) -> AbstractContextManager[None]:
        """Return the length of a long answer, in which others are answered by another thread."""
        ...

    def is_over(self) -> bool:
        """Tell whether the client has gone or the server ends."""
        ...


@runtime_checkable
class Connection(Line, Protocol):
    """The connection that a request came in on, for those who do not want to answer in the usual way."""

    def send(self, data: bytes) -> None:
        """Send bytes as they are; from then on nothing else is sent."""
        ...

    def close(self) -> None:
        """Close it once everything was sent."""
        ...

    def end(self) -> None:
        """Close it after the answer, and say so in the answer."""
        ...

    def reset(self) -> None:
        """Cut it off (RST)."""
        ...

    def doom(self) -> None:
        """Cut it off as soon as another request comes in on it."""
        ...

    def refuse_all(self, seconds: float) -> None:
        """Cut off every connection of the server and let it refuse new ones for some real time."""
        ...

    def ignore_new(self, seconds: float) -> None:
        """Let the server take no new connection for some real time; who comes waits."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response, or with the reason why there is none.

    `at` is the instant it was sent, None where nobody looked, and `seconds` how long it took, whatever came of it; both
    are by the clock of whoever sent it, which need not be that of this machine.
    """

    request: HttpRequest
    response: HttpResponse | None = None
    failure: TransportFailure | None = None
    at: datetime | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark about a document or a run: stable code, place and remedy."""

    code: str
    severity: Severity
    message: str
    where: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ContractViolation:
    """A message that breaks its OpenAPI description.

    `kind` names the broken rule (`request-body`, `request-parameter`, `response-status`, `response-body`, ...),
    `location` the JSON pointer or parameter at fault, `schema` the place in the description or empty.
    """

    kind: str
    location: str
    message: str
    schema: str = ""


_PLACE = re.compile(r"(?P<file>.+):(?P<line>[0-9]{1,9}):(?P<column>[0-9]{1,9})", re.DOTALL)


def split_place(where: str) -> tuple[str, int, int]:
    """Return the file, line and column of a place; line and column are 0 where it names none."""
    match = _PLACE.fullmatch(where)
    return (match["file"], int(match["line"]), int(match["column"])) if match else (where, 0, 0)


@dataclass(frozen=True, slots=True)
class SetText:
    """Put another text in the place of the one at a JSON pointer."""

    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class AddMember:
    """Add a member at the end of the mapping at a JSON pointer."""

    pointer: str
    name: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class AddItem:
    """Add an item at the end of the list at a JSON pointer, or at its beginning."""

    pointer: str
    value: JsonValue
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take out the member or item at a JSON pointer."""

    pointer: str


Edit: TypeAlias = SetText | AddMember | AddItem | Remove
"""A change of a document, told by the place of its nodes."""


def way_to(pointer: str) -> list[str]:
    """Return a JSON pointer and those of everything around it, from the inside out."""
    way = [pointer]
    while way[-1]:
        way.append(way[-1].rpartition("/")[0])
    return way
