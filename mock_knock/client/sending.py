"""How the controls are reached, and what is raised when they cannot be, or say no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import orjson

from mock_knock.errors import MockKnockError, Unreachable
from mock_knock.messages import HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor

CONNECT_SECONDS = 10.0
"""How long a connection may take."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """A part of what was sent that a control refuses."""

    field: str
    message: str

    def __str__(self) -> str:
        is_sentence = self.message.startswith("'")  # which has a subject of its own
        return f"{self.field}: {self.message}" if is_sentence else f"{self.field} {self.message}"


class AdminRefused(MockKnockError):
    """A control said no.

    Attributes:
        code: names the reason; `not-a-fake` where something else answered.
        what: the reason, with every field at fault.
        where: method and address.
        status: that of the answer.
        fields: every field at fault.
    """

    def __init__(
        self, code: str, what: str, *, status: int, where: str, hint: str = "", fields: tuple[FieldError, ...] = ()
    ) -> None:
        super().__init__(code, what, where=where, hint=hint)
        self.status = status
        self.fields = fields

    def __str__(self) -> str:
        remedy = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{self.what} [{self.code}]{remedy}\n  from: {self.where}"


class Sender(Protocol):
    """Takes a request to the fake and returns its answer; raises Unreachable when there is none."""

    def send(self, request: HttpRequest, *, timeout: float) -> HttpResponse:
        """Send one request; `timeout` is in seconds."""
        ...

    def stream(self, request: HttpRequest) -> Iterator[bytes]:
        """Send one request and yield the lines of its answer as they come."""
        ...

    def close(self) -> None:
        """Give up what is kept between requests."""
        ...


class HttpSender:
    """Sends over the network, on connections that are kept; proxies of the environment do not count.

    It may be used from several threads at once: each request has a connection of its own as long as it lasts.
    """

    def __init__(self) -> None:
        self._idle: list[Any] = []

    def send(self, request: HttpRequest, *, timeout: float) -> HttpResponse:
        """Send one request; raises Unreachable."""
        with self._asked(request, timeout=(CONNECT_SECONDS, timeout)) as answer:
            return HttpResponse(answer.status_code, tuple(answer.headers.items()), answer.content)

    def stream(self, request: HttpRequest) -> Iterator[bytes]:
        """Send one request and yield the lines of its answer as they come; raises AdminRefused and Unreachable."""
        with self._asked(request, timeout=(CONNECT_SECONDS, None), stream=True) as answer:
            check_answer(request, HttpResponse(answer.status_code, body=b"" if answer.ok else answer.content))
            yield from answer.iter_lines(chunk_size=1)

    def close(self) -> None:
        """Close the connections; the next request opens one anew."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _asked(self, request: HttpRequest, **options: Any) -> Iterator[Any]:
        from requests import RequestException  # noqa: PLC0415  # slow to import, and within a process nobody needs it

        try:
            with (
                self._session() as session,
                session.request(
                    request.method,
                    request.url,
                    headers=dict(request.headers),
                    data=request.body or None,
                    allow_redirects=False,
                    **options,
                ) as answer,
            ):
                yield answer
        except RequestException as error:
            what = f"no fake answers there ({type(error).__name__})"
            hint = "start it with `mock-knock serve`, or mend the address"
            where = Redactor().url(request.url)
            # the cause has frames of the library, whose values hold the key
            raise Unreachable("fake-unreachable", what, where=where, hint=hint) from None

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Lend a session to one thread."""
        from requests import Session  # noqa: PLC0415  # as above

        try:
            session = self._idle.pop()
        except IndexError:
            session = Session()
            session.trust_env = False
        try:
            yield session
        finally:
            self._idle.append(session)


def check_answer(request: HttpRequest, answer: HttpResponse) -> None:
    """Let an answer that says yes pass.

    Raises:
        AdminRefused: it says no, or it does not come from a fake.
    """
    if 200 <= answer.status < 300:  # noqa: PLR2004  # what HTTP calls successful
        return
    mask = Redactor()
    try:
        envelope = orjson.loads(answer.body)
        code, what = str(envelope["code"]), str(envelope["message"])
        fields = tuple(FieldError(mask.text(each["field"]), mask.text(each["message"])) for each in _errors(envelope))
    except (orjson.JSONDecodeError, TypeError, KeyError):
        refuse_stranger(request, answer)
    told = "; ".join(map(str, fields))
    is_said = not fields or any(what in each.message for each in fields)
    message = (told or what) if is_said else f"{what}: {told}"
    raise AdminRefused(code, mask.text(message), status=answer.status, where=_place(request), fields=fields)


def decode(request: HttpRequest, answer: HttpResponse) -> dict[str, Any]:
    """Return the object in an answer, an empty one where it has no body; raises AdminRefused for another answer."""
    if not answer.body:
        return {}
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        refuse_stranger(request, answer)
    return found


def refuse_stranger(request: HttpRequest, answer: HttpResponse) -> NoReturn:
    """Raise AdminRefused for an answer that no fake gives."""
    raise stranger(_place(request), answer.status) from None


def stranger(where: str, status: int) -> AdminRefused:
    """Return the error for what is no fake, although it answers."""
    what = f"something answers there that is no mock-knock (status {status})"
    hint = "give the address that `mock-knock serve` prints, without a path"
    return AdminRefused("not-a-fake", what, status=status, where=where, hint=hint)


def _errors(envelope: JsonValue) -> JsonValue:
    return envelope.get("errors") or ()


def _place(request: HttpRequest) -> str:
    return Redactor().text(f"{request.method} {request.url}")
