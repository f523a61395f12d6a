"""The order of a request (DESIGN section 5): guard or authentication, validation, the rule, journal and log."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

from mock_knock.contract.judge import OperationJudge
from mock_knock.contract.records import JSON, MultiMap, RequestParameters, RequestRecord, media_type
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.rate_limit import REQUESTS_A_SECOND
from mock_knock.errors import MockKnockError
from mock_knock.messages import ContractViolation, HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor, clean_terminal, mask_key
from mock_knock.service import MockKnock, ParameterInvalid, World
from mock_knock.web.guard import AccessRules, admin_world_key, authenticate, guard_admin, host_name
from mock_knock.web.imitation import KnownRoutes, method_not_allowed
from mock_knock.web.json_depth import is_deeper_than
from mock_knock.web.problems import API, Problem, invalid_params, problem_from, request_too_large
from mock_knock.web.query import described_query

MAX_BODY_BYTES = 10 * 1024 * 1024
"""The largest request body; Knock documents 10 MB for the data of a trigger (FACTS section 5.2)."""

MAX_DEPTH = 100
"""Levels of arrays and objects in a request body."""

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


def tolerate(name: str, problem: str) -> None:
    """Leave a parameter that makes no sense out, and say so in journal and log; a strict world refuses it.

    Raises:
        ParameterInvalid: the world is strict.
    """
    if current_world().rules.is_strict:
        raise ParameterInvalid("parameter-invalid", problem, where=name)
    add_note(f"{name} {problem}: left out")


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


@dataclass(frozen=True, slots=True)
class Validated:
    """What a request that keeps the contract says: its decoded body, None where there is none, and its query."""

    body: JsonValue
    query: MultiMap


def limit_rate(operation_id: str) -> None:
    """Count a request towards the rate limit of its operation, once.

    Raises:
        Problem: 429, where rate limits are on and this one is exceeded.
    """
    world, operation = current_world(), web().operations[operation_id]
    if not world.rules.has_rate_limits or g.is_counted:
        return
    g.is_counted = True
    tier = operation.judge.description.operation_object(operation.operation)["x-ratelimit-tier"]
    with world.lock:
        is_admitted = world.rates.admit(operation_id, tier, world.clock.now())
    if not is_admitted:
        after = world.rules.retry_after
        headers = {} if after is None else {"Retry-After": str(after)}
        message = f"More than {REQUESTS_A_SECOND[tier]} requests a second: the limit of tier {tier}"
        raise Problem(429, "rate_limited", message, headers=headers)


def validated(operation_id: str, path: Mapping[str, str]) -> Validated:
    """Return what a request says, once it is clear that it keeps the contract.

    Raises:
        Problem: 429 above the rate limit.
        Problem: 415 for another media type, 400 for text that is not JSON, 422 with one entry for each broken rule.
    """
    limit_rate(operation_id)
    asked, operation = current_request(), web().operations[operation_id]
    described, found = operation.operation, media_type(asked.content_type or "")
    query = described_query(asked.args.items(multi=True)) if asked.query_string else MultiMap()
    parameters = RequestParameters(query=query, header=asked.headers, cookie=_cookies(asked), path=path)
    record = RequestRecord(described.method.lower(), described.path, parameters, found, None)
    if "requestBody" in operation.judge.description.operation_object(described):
        record.value = json_body()
        record.body = asked.get_data()
    violations = operation.request_violations(record)
    if violations:
        g.violations = violations
        raise invalid_params(violations)
    return Validated(record.value, query)


def _cookies(asked: Request) -> Mapping[str, str]:
    """Return the cookies of a request; where it has none, they are not looked for in detail."""
    return asked.cookies if "Cookie" in asked.headers else MultiMap()


def json_body() -> JsonValue:
    """Return the decoded JSON body; raises Problem 415 or 400."""
    asked = current_request()
    found = media_type(asked.content_type or "")
    if found != JSON:
        message = f"The request body must be {JSON}" + (f", not {found}" if found else "")
        raise Problem(415, "unsupported_media_type", message)
    body = asked.get_data()
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "invalid_json", f"The request body is not valid JSON: {error}") from error
    if is_deeper_than(MAX_DEPTH, body, value):
        raise Problem(400, "invalid_json", f"The request body is nested more than {MAX_DEPTH} levels deep")
    return value


def _enter() -> None:
    asked, parts = current_request(), web()
    g.request_id = parts.service.new_id()
    g.notes = []
    g.violations = ()
    g.is_counted = False
    if asked.path.startswith("/_mock/"):
        guard_admin(asked.headers, parts.rules)
        g.world = parts.service.world(admin_world_key(asked.headers, parts.rules))
    elif asked.path.startswith("/v1/"):
        g.world = parts.service.world(authenticate(asked.headers, parts.rules, endpoint=asked.endpoint))


def _leave(response: Response) -> Response:
    asked = current_request()
    response.headers["x-request-id"] = g.request_id
    if asked.path.startswith("/v1/"):
        world: World | None = g.get("world")
        target = sent_target()
        if world is not None:
            received = HttpRequest(asked.method, base_url() + target, tuple(asked.headers), _received_body(asked))
            _write_journal(world, received, response)
        key = None if world is None else world.key
        access_log.info("%s", _LogLine(asked.method, target, response, key, g.notes))
    return response


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
    key: str | None
    notes: list[str]

    def __str__(self) -> str:
        key = "no key" if self.key is None else mask_key(self.key)
        notes = "".join(f"; {note}" for note in self.notes)
        status = self.response.status_code
        problem = self.response.json if status >= 400 else None  # noqa: PLR2004  # errors
        reason = f" {problem['code']}: {problem['message']}" if isinstance(problem, dict) else ""
        return one_line(f"{self.method} {self.target} {status}{reason} [{key}]{notes}")


def _answer_unrouted(error: HTTPException) -> Response:
    allowed = getattr(error, "valid_methods", None)
    if allowed and not request.path.startswith("/v1/"):
        return method_not_allowed(dict.fromkeys(allowed, "")).response()
    return web().known_routes.problem(request.method, request.path).response()


def _answer_too_large(_error: HTTPException) -> Response:
    return request_too_large(MAX_BODY_BYTES).response()


def _answer_http_error(error: HTTPException) -> Response:
    return Problem(error.code or 400, "invalid_request", error.description or error.name).response()


def _answer_bug(error: Exception) -> Response:
    logging.getLogger("mock_knock").error("internal error", exc_info=error)
    return _answer_failure(error)


def _answer_failure(_error: Exception) -> Response:
    return Problem(500, "internal_error", "mock-knock failed; this is a bug in it, see its log", type_=API).response()
