"""Requests over the network. Redirects are not followed, and a response is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import perf_counter
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from mock_knock.errors import UsageError
from mock_knock.harness.transport import is_loopback
from mock_knock.messages import Exchange, HttpRequest, HttpResponse, TransportFailure

MAX_RESPONSE_BYTES = 10 * 1024 * 1024
CHUNK = 64 * 1024


class NetworkTransport:
    """Sends over the network and keeps connections alive.

    Beyond loopback the environment counts too: `HTTPS_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE` and their like.

    Args:
        proxies: the URL of a proxy by scheme of the target (`http`, `https`), for every target, loopback included.
        verify: whether certificates are checked, or the path of a bundle of the authorities to trust.
        certificate: path of a client certificate with its key in one file, or the paths of both.

    Raises:
        UsageError: `tls-file-missing`; a file of certificates is not there.
    """

    def __init__(
        self,
        *,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str = True,
        certificate: str | tuple[str, str] | None = None,
    ) -> None:
        _check_files(verify, certificate)
        self._settings: dict[str, Any] = {"proxies": dict(proxies or {}), "verify": verify, "cert": certificate}
        self._session = self._open_session()

    def _open_session(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()
        session.mount("http://", HTTPAdapter(max_retries=0))
        return session

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Send one request; a body over 10 MB is cut off and counts as a failure.

        `timeout` bounds the whole exchange. The library's own bounds each wait alone, so a target that sends a byte
        now and then would last for ever; such an exchange is left to its thread, together with its connection.
        """
        answers: SimpleQueue[Exchange | Exception] = SimpleQueue()
        session, settings = self._session, self._settings
        Thread(target=lambda: answers.put(_exchange(session, request, timeout, settings)), daemon=True).start()
        try:
            found = answers.get(timeout=timeout)
        except Empty:
            self._session = self._open_session()
            return Exchange(request, failure=TransportFailure("timeout", _MESSAGES["timeout"]))
        if isinstance(found, Exception):
            raise found
        return found


def _check_files(verify: bool | str, certificate: str | tuple[str, str] | None) -> None:  # noqa: FBT001  # as requests names it
    listed = (certificate,) if isinstance(certificate, str) else certificate or ()
    for path in (*listed, *((verify,) if isinstance(verify, str) else ())):
        if not Path(path).exists():
            hint = "name a file in PEM format"
            raise UsageError("tls-file-missing", "the file of certificates is not there", where=path, hint=hint)


def _exchange(
    session: requests.Session, request: HttpRequest, timeout: float, settings: Mapping[str, Any]
) -> Exchange | Exception:
    try:
        return _request(session, request, timeout, settings)
    except _TooLargeError:
        return Exchange(request, failure=TransportFailure("too-large", "the response is larger than 10 MB"))
    except requests.RequestException as error:
        return Exchange(request, failure=_failure(error))
    except OSError:  # what requests does not wrap: it could not load a file that it was given
        return Exchange(request, failure=TransportFailure("tls", "a file of certificates cannot be used"))
    except Exception as error:  # noqa: BLE001  # raised again where the run waits for it
        return error


def _request(session: requests.Session, request: HttpRequest, timeout: float, settings: Mapping[str, Any]) -> Exchange:
    started = perf_counter()
    session.trust_env = not is_loopback(
        request.url
    )  # a proxy would carry a request for this machine, and its key, away
    with session.request(
        request.method,
        request.url,
        headers=dict(request.headers),
        data=request.body or None,
        timeout=timeout,
        allow_redirects=False,
        stream=True,
        auth=_keep_authorization,
        **settings,
    ) as answer:
        body = _read_bounded(answer)
        fields = tuple(answer.headers.items())
        return Exchange(request, HttpResponse(answer.status_code, fields, body, perf_counter() - started))


class _TooLargeError(Exception):
    """The response passed the limit."""


def _read_bounded(answer: requests.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(CHUNK):
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
            raise _TooLargeError
    return bytes(body)


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for requests' own authentication, which would put a .netrc entry over the Authorization of the flow."""
    return request


_FAILURES: tuple[tuple[type[requests.RequestException], str], ...] = (
    (requests.exceptions.SSLError, "tls"),
    (requests.exceptions.ConnectTimeout, "timeout"),
    (requests.exceptions.Timeout, "timeout"),
    (requests.exceptions.ConnectionError, "refused"),
    (requests.exceptions.ChunkedEncodingError, "broken"),
    (requests.exceptions.ContentDecodingError, "broken"),
)


def _failure(error: requests.RequestException) -> TransportFailure:
    if isinstance(error, requests.exceptions.ProxyError):
        return TransportFailure("refused", "no connection through the proxy: is its address right?")
    kind = next((name for kind, name in _FAILURES if isinstance(error, kind)), "broken")
    text = str(error)
    if kind == "refused" and ("Connection aborted" in text or "RemoteDisconnected" in text):
        kind = "reset"
    return TransportFailure(kind, _MESSAGES[kind])


_MESSAGES = {
    "tls": "the TLS connection could not be set up",
    "timeout": "no answer in time",
    "refused": "no connection: is the target running, and is its address right?",
    "reset": "the connection was cut before the answer was complete",
    "broken": "the answer is not valid HTTP",
}
