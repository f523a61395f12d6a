"""How the controls are reached, and what is raised when they cannot be, or say no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import orjson

from mock_knock.errors import MockKnockError, Unreachable
from mock_knock.messages import HttpRequest, HttpResponse


class AdminRefused(MockKnockError):
    """A control said no: `status` is that of its answer, `code` names the reason, `what` has every field at fault."""

    def __init__(self, code: str, what: str, *, status: int, where: str) -> None:
        super().__init__(code, what, where=where)
        self.status = status


class Sender(Protocol):
    """Takes a request to the fake and returns its answer; raises Unreachable when there is none."""

    def send(self, request: HttpRequest, *, timeout: float) -> HttpResponse:
        """Send one request; `timeout` is in seconds."""
        ...

    def stream(self, request: HttpRequest) -> Iterator[bytes]:
        """Send one request and yield the lines of its answer as they come."""
        ...


class HttpSender:
    """Sends over the network, on connections that are kept; proxies of the environment do not count."""

    def __init__(self) -> None:
        import requests  # noqa: PLC0415  # within a process nobody needs it

        self._session = requests.Session()
        self._session.trust_env = False
        self._errors = requests.RequestException

    def send(self, request: HttpRequest, *, timeout: float) -> HttpResponse:
        """Send one request; raises Unreachable."""
        with self._asked(request, timeout=timeout) as answer:
            return HttpResponse(answer.status_code, tuple(answer.headers.items()), answer.content)

    def stream(self, request: HttpRequest) -> Iterator[bytes]:
        """Send one request and yield the lines of its answer as they come; raises AdminRefused and Unreachable."""
        with self._asked(request, timeout=None, stream=True) as answer:
            check_answer(request, HttpResponse(answer.status_code, body=b"" if answer.ok else answer.content))
            yield from answer.iter_lines(chunk_size=1)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @contextmanager
    def _asked(self, request: HttpRequest, **options: Any) -> Iterator[Any]:
        try:
            with self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body or None,
                allow_redirects=False,
                **options,
            ) as answer:
                yield answer
        except self._errors as error:
            hint = "start `mock-knock serve`, or mend the address"
            what = f"the fake does not answer: {type(error).__name__}"
            raise Unreachable("fake-unreachable", what, where=request.url, hint=hint) from error


def check_answer(request: HttpRequest, answer: HttpResponse) -> None:
    """Let an answer that says yes pass.

    Raises:
        AdminRefused: it says no, or it does not come from a fake.
    """
    if 200 <= answer.status < 300:  # noqa: PLR2004  # what HTTP calls successful
        return
    where = f"{request.method} {request.url}"
    try:
        envelope = orjson.loads(answer.body)
        code, what = envelope["code"], envelope["message"]
        fields = [f"{each['field']} {each['message']}" for each in envelope.get("errors", ())]
    except (orjson.JSONDecodeError, TypeError, KeyError):
        what = f"status {answer.status}, and not as a mock-knock answers: is this its address?"
        raise AdminRefused("not-a-fake", what, status=answer.status, where=where) from None
    told = f"{what}: {'; '.join(fields)}" if fields else what
    raise AdminRefused(code, told, status=answer.status, where=where)
