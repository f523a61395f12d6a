"""The current request: the parts of the application that answers it, its world, and where it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from flask import Request
from werkzeug.exceptions import HTTPException

from mock_knock.contract.description import Description
from mock_knock.contract.judge import OperationJudge
from mock_knock.domain.asked_request import Route
from mock_knock.domain.deeds import Intent
from mock_knock.domain.faults.fault import Decision
from mock_knock.domain.journal import Idempotency
from mock_knock.messages import ContractViolation, Headers
from mock_knock.service import MockKnock, World
from mock_knock.web.doors import Doors
from mock_knock.web.guard import AccessRules, host_name
from mock_knock.web.imitation import KnownRoutes

_OF_CONTENT = frozenset({"Content-Type", "Content-Length"})
"""Fields that a server may name without a value where there is none."""
_SCHEME_AND_AUTHORITY = re.compile("[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


@dataclass(frozen=True)
class Web:
    """What the views need; it hangs on the Flask application, so that many fakes can live in one process."""

    service: MockKnock
    operations: Mapping[str, OperationJudge]
    known_routes: KnownRoutes
    rules: AccessRules
    controls: Callable[[], Description]
    checks_responses: bool = False
    doors: Doors = Doors()


@dataclass(slots=True, eq=False)
class Call:
    """One request while it is answered, with what is known of it so far.

    Attributes:
        parts: those of the application that answers it.
        asked: the request itself.
        request_id: what the answer is called by.
        world: the one it is about, once it was admitted to it.
        arrived_at: the instant at which it was admitted to `/v1`.
        counted_at: that at which it counted towards a rate limit, if it did.
        is_admitted: whether rate limits and faults have met it.
        operation_id: what it asks for.
        decision: the fault that happens to it.
        fault_id: its id, once it has happened.
        is_delivered: whether the answer is sent.
        is_checked: whether it was held against the contract.
        violations: how it breaks the contract.
        created: the id of what it brought about.
        idempotency: what its idempotency key meant.
        notes: what a person would want to be told.
        fields: the header fields, once they were read, as the following.
        body: the body as it came.
        is_shallow: whether it was found out that maps are in it only as itself, as members, and in lists there.
        target: path and query as they were sent.
        intent: what the client means by it.
    """

    parts: Web
    asked: Request
    request_id: str
    world: World | None = None
    arrived_at: datetime | None = None
    counted_at: datetime | None = None
    is_admitted: bool = False
    operation_id: str | None = None
    decision: Decision | None = None
    fault_id: str = ""
    is_delivered: bool = True
    is_checked: bool = False
    violations: tuple[ContractViolation, ...] = ()
    created: str = ""
    idempotency: Idempotency = "none"
    notes: list[str] = field(default_factory=list)
    fields: Headers | None = None
    body: bytes | None = None
    is_shallow: bool = False
    target: str | None = None
    intent: Intent | None = None


_CALL: ContextVar[Call] = ContextVar("call")


def begin(call: Call) -> Token[Call]:
    """Make a call the current one, until it is ended with what this returns."""
    return _CALL.set(call)


def end(token: Token[Call]) -> None:
    """Let a call be the current one no more."""
    _CALL.reset(token)


@contextmanager
def during(call: Call) -> Iterator[None]:
    """Go on with a call, for the length of a `with` block, when its answer is made piece by piece."""
    token = begin(call)
    try:
        yield
    finally:
        end(token)


def current_call() -> Call:
    """Return the request that is being answered, with all that is known of it."""
    return _CALL.get()


def web() -> Web:
    """Return the parts of the application that handles the current request."""
    return _CALL.get().parts


def current_world() -> World:
    """Return the world of the current request, which was admitted to it."""
    world = _CALL.get().world
    if world is None:
        raise RuntimeError("the request was not admitted to any world")
    return world


def current_request() -> Request:
    """Return the current request itself."""
    return _CALL.get().asked


def route_of(operation_id: str, parts: Mapping[str, object] | None) -> Route:
    """Return where a request was led; `parts` are the variables of its path."""
    return Route(operation_id, tuple([(name, str(value)) for name, value in parts.items()]) if parts else ())


def add_note(note: str) -> None:
    """Say something about the current request in journal and log."""
    _CALL.get().notes.append(note)


def base_url() -> str:
    """Return the address the client used; where its Host header names no host, the server's own."""
    environ = current_request().environ
    host = environ.get("HTTP_HOST", "")
    if not _names_host(host):
        host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}"


@lru_cache(maxsize=100)
def _names_host(host: str) -> bool:
    return host_name(host) is not None


def received_fields() -> Headers:
    """Return the header fields of the current request, in the order in which they came."""
    call = current_call()
    if call.fields is None:
        pairs = call.asked.environ.items()
        named = [(name, value) for key, value in pairs if (name := _field_name(key))]
        call.fields = tuple([each for each in named if each[1] or each[0] not in _OF_CONTENT])
    return call.fields


@lru_cache(maxsize=1_000)
def _field_name(key: str) -> str:
    """Return the header field that a key of a WSGI environment (PEP 3333) stands for, or nothing."""
    name = key.removeprefix("HTTP_")
    is_of_content = key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    is_field = is_of_content or (name != key and name not in {"CONTENT_TYPE", "CONTENT_LENGTH"})
    return name.replace("_", "-").title() if is_field else ""


def received_body() -> bytes:
    """Return the body of the current request; of one that is too large or was cut off there is none."""
    try:
        return whole_body()
    except HTTPException:
        return b""


def whole_body() -> bytes:
    """Return the body of the current request.

    Raises:
        HTTPException: it is too large, or was cut off.
    """
    call = current_call()
    if call.body is None:
        call.body = _read_body(call.asked)
    return call.body


def _read_body(asked: Request) -> bytes:
    """Read a body; one of a stated length within the limit is read as it is, and any other by werkzeug."""
    environ = asked.environ
    length = environ.get("CONTENT_LENGTH")
    if not length and "HTTP_TRANSFER_ENCODING" not in environ:  # there is none (RFC 9112 section 6.3)
        return b""
    most = asked.max_content_length
    if length and length.isdecimal() and (most is None or int(length) <= most):
        body: bytes = environ["wsgi.input"].read(int(length))
        if len(body) == int(length):
            return body
    return asked.get_data()


def sent_target() -> str:
    """Return path and query as they were sent, percent-encoded, whichever form the target had (RFC 9112 section 3.2).

    Several slashes at the beginning are one, as in the path that is routed.
    """
    call = current_call()
    if call.target is None:
        uri: str = call.asked.environ.get("REQUEST_URI", call.asked.path)
        authority = _SCHEME_AND_AUTHORITY.match(uri)
        call.target = "/" + uri[authority.end() if authority else 0 :].lstrip("/")
    return call.target
