"""The order of a request (DESIGN section 5): guard or authentication, validation, the rule, journal and log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

from mock_knock.domain.journal import MAX_VIOLATIONS, JournalEntry
from mock_knock.errors import MockKnockError
from mock_knock.messages import HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor, clean_terminal, mask_key
from mock_knock.service import World
from mock_knock.web.current import add_note, base_url, current_request, current_route, received_body, sent_target, web
from mock_knock.web.faulting import Prevented, apply_decision, prevented_answer
from mock_knock.web.ground_truth import note_answer
from mock_knock.web.guard import admin_world_key, authenticate, carried_key, guard_admin
from mock_knock.web.imitation import method_not_allowed
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

access_log = logging.getLogger("mock_knock.access")


def one_line(text: str) -> str:
    """Return text as it may stand in a log: masked, on one line, without control characters, of bounded length."""
    line = " ".join(clean_terminal(Redactor().text(text)).split())
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}..."


def install(app: Flask) -> None:
    """Put the pipeline around every view of an application."""
    app.before_request(_enter)
    app.after_request(_leave)
    app.register_error_handler(Prevented, lambda _: prevented_answer())
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
    g.is_admitted = False
    g.decision = None
    g.operation_id = None
    g.asked = None
    g.fault_id = ""
    g.is_delivered = True
    g.is_checked = False
    g.created = ""
    g.idempotency = "none"
    if asked.path.startswith("/_mock/"):
        asked.max_content_length = MAX_STATE_BYTES
        guard_admin(asked.headers, parts.rules)
        g.world = parts.service.world(admin_world_key(asked.headers, parts.rules))
    elif asked.path.startswith("/v1/"):
        g.world = parts.service.world(authenticate(asked.headers, parts.rules, endpoint=asked.endpoint))
        g.arrived_at = g.world.clock.now()


def _leave(response: Response) -> Response:
    asked = current_request()
    response.headers["x-request-id"] = g.request_id
    if asked.path.startswith("/v1/"):
        if web().checks_responses:
            _check(asked, response)
        world: World | None = g.get("world")
        target = sent_target()
        if world is not None:
            response = apply_decision(response, world)
            note_answer(world, response)
            received = HttpRequest(asked.method, base_url() + target, tuple(asked.headers), received_body(asked))
            _write_journal(world, received, response)
        access_log.info("%s", _LogLine(asked.method, target, response, _shown_key(asked, world), g.notes))
    return response


def _check(asked: Request, response: Response) -> None:
    """Hold an answer of an imitated operation against its description; what it breaks is told, and it is sent.

    What a fault answers in place of the operation is not the fake's own.
    """
    operation = web().operations.get(web().known_routes.operation_id(asked.method, asked.path) or "")
    if operation is None or (g.decision is not None and g.decision.fault.do.prevents):
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
    operation_id = g.operation_id or web().known_routes.operation_id(asked.method, request.path) or ""
    with world.lock:
        journal = world.journal
        journal.add(
            JournalEntry(
                number=journal.total + 1,
                at=world.clock.now(),
                request=asked,
                response=answered,
                notes=tuple(g.notes),
                violations=g.violations[:MAX_VIOLATIONS],
                fault=g.fault_id,
                is_delivered=g.is_delivered,
                route=current_route(operation_id),
                is_checked=g.is_checked,
                created=g.created,
                idempotency=g.idempotency,
            )
        )
        world.arrivals.notify_all()


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
        problem = self.response.get_json(silent=True) if status >= 400 else None  # noqa: PLR2004  # errors
        reason = _reason(problem) if isinstance(problem, dict) else ""
        return one_line(f"{self.method} {self.target} {status or '-'}{reason} [{self.key}]{notes}")


def _shown_key(asked: Request, world: World | None) -> str:
    """Return how the log names who asked: an environment by its name, else a key, masked."""
    if world is not None and world.key in web().rules.environments.values():
        return world.key
    key = carried_key(asked.headers) if world is None else world.key
    return mask_key(key) if key else "no key"


def _reason(problem: Mapping[str, JsonValue]) -> str:
    """Return what an error says, in either of the two envelopes."""
    if not {"code", "message"} <= problem.keys():
        return f" {problem.get('error', '')}".rstrip()
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
