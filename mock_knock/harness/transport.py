"""How requests leave: straight into a WSGI application here, over the network in `network`, which is slow to import."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from mock_knock.messages import AnswerLost, Exchange, Headers, HttpRequest, HttpResponse

IN_PROCESS_URL = "http://localhost"
TIMEOUT = "mock_knock.timeout"
"""In the environment of a request within a process: the seconds after which the client gives up."""
_PORTS = {"http": 80, "https": 443}


class Transport(Protocol):
    """Sends a request and returns the exchange; a missing response is a value, not an exception."""

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Send one request; `timeout` is in seconds, for the whole exchange."""
        ...


class WsgiTransport:
    """Calls a WSGI application in this process, through nothing but the WSGI interface (PEP 3333)."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Call the application with one request; it is told how long its answer is waited for."""
        environ, answer = _environ(request) | {TIMEOUT: timeout}, _Answer()
        started = perf_counter()
        try:
            chunks = self._application(environ, answer.start)
        except AnswerLost as lost:
            return Exchange(request, failure=lost.failure)
        try:
            body = b"".join((*answer.written, *chunks))
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return Exchange(request, HttpResponse(answer.status, answer.headers, body, perf_counter() - started))


@dataclass(slots=True)
class _Answer:
    """What an application says before its body."""

    status: int = 0
    headers: Headers = ()
    written: list[bytes] = field(default_factory=list)

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers = int(status.partition(" ")[0]), tuple(headers)
        return self.written.append


def _environ(request: HttpRequest) -> dict[str, Any]:
    parts = urlsplit(request.url)
    target = parts.path or "/"
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": f"{target}?{parts.query}" if parts.query else target,  # as servers add it, percent-encoded
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or _PORTS[parts.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    fields: dict[str, str] = {}
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    if request.body:
        fields["CONTENT_LENGTH"] = str(len(request.body))
    return environ | {key if key in _OWN_NAMES else f"HTTP_{key}": value for key, value in fields.items()}


_OWN_NAMES = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
"""Header fields that WSGI names without `HTTP_`."""


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MISREAD = re.compile(r"[\\@ ]")
"""What programs take a URL apart at in different ways: backslashes, user names, spaces and control characters."""


def is_loopback(url: str) -> bool:
    r"""Tell whether a URL surely stays on this machine: localhost, *.localhost, 127.0.0.0/8 or ::1.

    A URL that another program could read as leading elsewhere, such as `http://a\@127.0.0.1`, does not.
    """
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    if _MISREAD.search(authority) or _CONTROL.search(url):
        return False
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
        is_named = host == "localhost" or host.endswith(".localhost")
        return is_named or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
