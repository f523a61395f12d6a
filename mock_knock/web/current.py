"""The current request: the parts of the application that answers it, its world, and where it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Request, current_app, g, request
from werkzeug.exceptions import HTTPException

from mock_knock.contract.description import Description
from mock_knock.contract.judge import OperationJudge
from mock_knock.domain.asked_request import Route
from mock_knock.service import MockKnock, World
from mock_knock.web.doors import Doors
from mock_knock.web.guard import AccessRules, host_name
from mock_knock.web.imitation import KnownRoutes

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


def web() -> Web:
    """Return the parts of the application that handles the current request."""
    found: Web = current_app.extensions["mock_knock"]
    return found


def current_world() -> World:
    """Return the world of the current request."""
    world: World = g.world
    return world


def current_request() -> Request:
    """Return the current request itself, for those who look at it often: each look through Flask's proxy costs time."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # as Flask documents it
    return found


def current_route(operation_id: str) -> Route:
    """Return where the current request was led."""
    parts = current_request().view_args or {}
    return Route(operation_id, tuple((name, str(value)) for name, value in parts.items()))


def add_note(note: str) -> None:
    """Say something about the current request in journal and log."""
    g.notes.append(note)


def base_url() -> str:
    """Return the address the client used; where its Host header names no host, the server's own."""
    asked = current_request()
    host = asked.headers.get("Host", "")
    if host_name(host) is None:
        host = f"{asked.environ['SERVER_NAME']}:{asked.environ['SERVER_PORT']}"
    return f"{asked.scheme}://{host}"


def received_body(asked: Request) -> bytes:
    """Return the body of a request; of one that is too large or was cut off there is none."""
    try:
        return asked.get_data()
    except HTTPException:
        return b""


def sent_target() -> str:
    """Return path and query as they were sent, percent-encoded, whichever form the target had (RFC 9112 section 3.2).

    Several slashes at the beginning are one, as in the path that is routed.
    """
    asked = current_request()
    uri: str = asked.environ.get("REQUEST_URI", asked.path)
    authority = _SCHEME_AND_AUTHORITY.match(uri)
    return "/" + uri[authority.end() if authority else 0 :].lstrip("/")
