"""The order of a request (DESIGN section 5): guard or authentication, validation, the rule, journal and log."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

from mock_knock.contract.judge import OperationJudge
from mock_knock.domain.journal import JournalEntry
from mock_knock.errors import MockKnockError
from mock_knock.messages import ContractViolation, HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor, clean_terminal, mask_key
from mock_knock.service import MockKnock, World
from mock_knock.web.guard import AccessRules, admin_world_key, authenticate, carried_key, guard_admin, host_name
from mock_knock.web.imitation import KnownRoutes, method_not_allowed
from mock_knock.web.problems import API, Problem, problem_from, request_too_large

MAX_BODY_BYTES = 10 * 1024 * 1024
"""The largest request body; Knock documents 10 MB for the data of a trigger (FACTS section 5.2)."""

VIOLATIONS_HEADER = "X-Mock-Contract-Violations"
"""On an answer of the fake that breaks the contract, where answers are checked: how often it does."""
MAX_ERRORS = 3
"""Entries of a 422 that the log tells."""
MAX_TOLD = 10
"""Violations of one answer that journal and log tell."""
MAX_STATE_BYTES = 100 * 1024 * 1024
"""The largest body of the fake's own controls: a state is as large as everything that was sent to become it."""
MAX_LINE = 2_000
"""Characters of a line in the log; a trigger can name a thousand unknown recipients."""

_SCHEME_AND_AUTHORITY = re.compile("[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")

access_log = logging.getLogger("mock_knock.access")


@dataclass(frozen=True)
class Web:
    """What the views need; it hangs on the Flask application, so that many fakes can live in one process."""

    service: MockKnock
    operations: Mapping[str, OperationJudge]
    known_routes: KnownRoutes
    rules: AccessRules
    checks_responses: bool = False


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


def sent_target() -> str:
    """Return path and query as they were sent, percent-encoded, whichever form the target had (RFC 9112 section 3.2).

    Several slashes at the beginning are one, as in the path that is routed.
    """
    asked = current_request()
    uri: str = asked.environ.get("REQUEST_URI", asked.path)
    authority = _SCHEME_AND_AUTHORITY.match(uri)
    return "/" + uri[authority.end() if authority else 0 :].lstrip("/")


def one_line(text: str) -> str:
    """Return text as it may stand in a log: masked, on one line, without control characters, of bounded length."""
    line = " ".join(clean_terminal(Redactor().text(text)).split())
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}..."


def install(app: Flask) -> None:
    """Put the pipeline around every view of an application."""
    app.before_request(_enter)
    app.after_request(_leave)
    app.register_error_handler(Problem, lambda problem: problem.response())
    app.register_error_handler(MockKnockError, lambda error: problem_from(error).response())
    app.register_error_handler(NotFound, _answer_unrouted)
    app.register_error_handler(MethodNotAllowed, _answer_unrouted)
    app.register_error_handler(RequestEntityTooLarge, _answer_too_large)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(InternalServerError, _answer_failure)
    app.register_error_handler(Exception, _answer_bug)


def _enter() -> None:
    asked, parts = current_request(), web()
    g.request_id = parts.service.new_id()
    g.notes = []
    g.violations = ()
    g.counted_at = None
    if asked.path.startswith("/_mock/"):
        asked.max_content_length = MAX_STATE_BYTES
        guard_admin(asked.headers, parts.rules)
        g.world = parts.service.world(admin_world_key(asked.headers, parts.rules))
    elif asked.path.startswith("/v1/"):
        g.world = parts.service.world(authenticate(asked.headers, parts.rules, endpoint=asked.endpoint))


def _leave(response: Response) -> Response:
    asked = current_request()
    response.headers["x-request-id"] = g.request_id
    if asked.path.startswith("/v1/"):
        if web().checks_responses:
            _check(asked, response)
        world: World | None = g.get("world")
        target = sent_target()
        if world is not None:
            received = HttpRequest(asked.method, base_url() + target, tuple(asked.headers), _received_body(asked))
            _write_journal(world, received, response)
        access_log.info("%s", _LogLine(asked.method, target, response, _shown_key(asked, world), g.notes))
    return response


def _check(asked: Request, response: Response) -> None:
    """Hold an answer of an imitated operation against its description; what it breaks is told, and it is sent."""
    operation = web().operations.get(web().known_routes.operation_id(asked.method, asked.path) or "")
    if operation is None:
        return
    found = operation.response_violations(
        status=response.status_code, headers=tuple(response.headers), body=response.get_data()
    )
    for each in found[:MAX_TOLD]:
        add_note(f"this answer breaks the contract: {each.location or 'it'} {each.message}")
    if found:
        response.headers[VIOLATIONS_HEADER] = str(len(found))


def _write_journal(world: World, asked: HttpRequest, response: Response) -> None:
    answered = HttpResponse(response.status_code, tuple(response.headers), response.get_data())
    violations: tuple[ContractViolation, ...] = g.violations
    with world.lock:
        journal, now = world.journal, world.clock.now()
        journal.add(JournalEntry(journal.total + 1, now, asked, answered, tuple(g.notes), violations))


def _received_body(asked: Request) -> bytes:
    try:
        return asked.get_data()
    except HTTPException:  # too large, or cut off
        return b""


@dataclass(frozen=True, slots=True)
class _LogLine:
    """The line of one request, put together only when a log wants it, which may be long after the answer."""

    method: str
    target: str
    response: Response
    key: str
    notes: list[str]

    def __str__(self) -> str:
        notes = "".join(f"; {note}" for note in self.notes)
        status = self.response.status_code
        problem = self.response.json if status >= 400 else None  # noqa: PLR2004  # errors
        reason = _reason(problem) if isinstance(problem, dict) else ""
        return one_line(f"{self.method} {self.target} {status}{reason} [{self.key}]{notes}")


def _shown_key(asked: Request, world: World | None) -> str:
    """Return how the log names who asked: an environment by its name, else a key, masked."""
    if world is not None and world.key in web().rules.environments.values():
        return world.key
    key = carried_key(asked.headers) if world is None else world.key
    return mask_key(key) if key else "no key"


def _reason(problem: Mapping[str, JsonValue]) -> str:
    """Return what an error says, in either of the two envelopes."""
    if "code" not in problem:
        return f" {problem.get('error')}"
    errors = problem.get("errors") or []
    told = "; ".join(f"{each['field']} {each['message']}" for each in errors[:MAX_ERRORS])
    more = f"; {len(errors) - MAX_ERRORS} more" if len(errors) > MAX_ERRORS else ""
    return f" {problem['code']}: {told}{more}" if told else f" {problem['code']}: {problem['message']}"


def _answer_unrouted(error: HTTPException) -> Response:
    allowed = getattr(error, "valid_methods", None)
    if allowed and not request.path.startswith("/v1/"):
        return method_not_allowed(dict.fromkeys(allowed, "")).response()
    return web().known_routes.problem(request.method, request.path).response()


def _answer_too_large(_error: HTTPException) -> Response:
    return request_too_large(request.max_content_length or MAX_BODY_BYTES).response()


def _answer_http_error(error: HTTPException) -> Response:
    return Problem(error.code or 400, "invalid_request", error.description or error.name).response()


def _answer_bug(error: Exception) -> Response:
    logging.getLogger("mock_knock").error("internal error", exc_info=error)
    return _answer_failure(error)


def _answer_failure(_error: Exception) -> Response:
    return Problem(500, "internal_error", "mock-knock failed; this is a bug in it, see its log", type_=API).response()
