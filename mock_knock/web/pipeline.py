"""The order of a request (DESIGN section 5): guard or authentication, validation, the rule, journal and log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

from mock_knock.domain.journal import MAX_VIOLATIONS, Idempotency, JournalEntry, entry_size
from mock_knock.errors import MockKnockError
from mock_knock.messages import ContractViolation, Headers, HttpRequest, HttpResponse, JsonValue
from mock_knock.redact import Redactor, clean_terminal, mask_key
from mock_knock.service import World
from mock_knock.web.answers import put_field, sent_body, sent_fields
from mock_knock.web.current import (
    Call,
    Web,
    add_note,
    base_url,
    begin,
    current_call,
    current_request,
    end,
    received_body,
    received_fields,
    route_of,
    sent_target,
    web,
)
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

API_PATHS, CONTROLS = "/v1/", "/_mock/"

access_log = logging.getLogger("mock_knock.access")


def one_line(text: str) -> str:
    """Return text as it may stand in a log: masked, on one line, without control characters, of bounded length."""
    line = " ".join(clean_terminal(Redactor().text(text)).split())
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}..."


def install(app: Flask) -> None:
    """Put the pipeline around every view of an application."""
    app.before_request(_enter)
    app.after_request(lambda response: leave(current_call(), response))
    app.teardown_request(_forget)
    app.register_error_handler(Exception, answer_error)
    app.register_error_handler(HTTPException, answer_error)


def _enter() -> None:
    parts: Web = current_app.extensions["mock_knock"]
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # as Flask documents it
    call = Call(parts, asked, parts.service.new_id())
    g.token = begin(call)
    if asked.path.startswith(CONTROLS):
        asked.max_content_length = MAX_STATE_BYTES
        guard_admin(asked.headers, parts.rules)
        call.world = parts.service.world(admin_world_key(asked.headers, parts.rules))
    elif asked.path.startswith(API_PATHS):
        enter_api(call)


def _forget(_error: BaseException | None) -> None:
    if (token := g.pop("token", None)) is not None:
        current_request().routing_exception = None  # which knows the request: both would wait for garbage collection
        end(token)


def enter_api(call: Call) -> None:
    """Admit a request to the world of its key; raises Problem."""
    parts, asked = call.parts, call.asked
    credentials = asked.environ.get("HTTP_AUTHORIZATION")
    call.world = parts.service.world(authenticate(credentials, parts.rules, endpoint=asked.endpoint))
    call.arrived_at = call.world.clock.now()


def leave(call: Call, response: Response) -> Response:
    """Return what is sent in place of an answer, once faults, journal and log have seen it."""
    asked, world = call.asked, call.world
    put_field(response, "x-request-id", call.request_id)
    if asked.path.startswith(API_PATHS):
        if call.parts.checks_responses:
            _check(asked, response)
        if world is not None:
            response = apply_decision(response, world)
            with world.lock:  # of one instant, and in the order of the journal
                now = world.clock.now()
                note_answer(world, response, now)
                _write_journal(call, world, response, now)
        if access_log.isEnabledFor(logging.INFO):
            line = _LogLine(asked.method, sent_target(), response, _shown_key(asked, world), call.notes)
            access_log.info("%s", line)
    return response


def _check(asked: Request, response: Response) -> None:
    """Hold an answer of an imitated operation against its description; what it breaks is told, and it is sent.

    What a fault answers in place of the operation is not the fake's own.
    """
    operation = web().operations.get(web().known_routes.operation_id(asked.method, asked.path) or "")
    decision = current_call().decision
    if operation is None or (decision is not None and decision.fault.do.prevents):
        return
    found = operation.response_violations(
        status=response.status_code, headers=sent_fields(response), body=response.get_data()
    )
    for each in found[:MAX_TOLD]:
        add_note(f"this answer breaks the contract: {each.location or 'it'} {each.message}")
    if found:
        put_field(response, VIOLATIONS_HEADER, str(len(found)))


def _write_journal(call: Call, world: World, response: Response, now: datetime) -> None:
    asked, journal = call.asked, world.journal
    url, fields, body = base_url() + sent_target(), received_fields(), received_body()
    headers, sent = sent_fields(response), sent_body(response)
    operation_id = call.operation_id or call.parts.known_routes.operation_id(asked.method, asked.path) or ""
    notes, violations = tuple(call.notes), call.violations[:MAX_VIOLATIONS]
    make = partial(
        _make_entry,
        (journal.total + 1, now),
        (asked.method, url, fields, body),
        (response.status_code, headers, sent),
        (operation_id, asked.view_args),
        (notes, violations, call.fault_id, call.is_delivered),
        (call.is_checked, call.created, call.idempotency),
    )
    journal.add_later(make, entry_size(url, fields + headers, len(body) + len(sent), notes, violations))
    world.arrivals.notify_all()


def _make_entry(
    begin: tuple[int, datetime],
    asked: tuple[str, str, Headers, bytes],
    answered: tuple[int, Headers, bytes],
    led_to: tuple[str, Mapping[str, object] | None],
    told: tuple[tuple[str, ...], tuple[ContractViolation, ...], str, bool],
    known: tuple[bool, str, Idempotency],
) -> JournalEntry:
    """Put an entry together, once somebody looks at it; its parts are in the order in which it has them."""
    (number, at), (notes, violations, fault, is_delivered) = begin, told
    return JournalEntry(
        number,
        at,
        HttpRequest(*asked),
        HttpResponse(*answered),
        notes,
        violations,
        fault,
        is_delivered,
        route_of(*led_to),
        *known,
    )


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


def answer_error(error: Exception) -> Response:
    """Return the answer to what was raised in place of one."""
    return prevented_answer() if isinstance(error, Prevented) else _problem_of(error).response()


def _problem_of(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case MockKnockError():
            return problem_from(error)
        case NotFound() | MethodNotAllowed():
            return _unrouted(error)
        case RequestEntityTooLarge():
            return request_too_large(current_request().max_content_length or MAX_BODY_BYTES)
        case HTTPException() if not isinstance(error, InternalServerError):
            return Problem(error.code or 400, "invalid_request", error.description or error.name)
    logging.getLogger("mock_knock").error("internal error", exc_info=error)
    return Problem(500, "internal_error", "mock-knock failed; this is a bug in it, see its log", type_=API)


def _unrouted(error: HTTPException) -> Problem:
    asked, allowed = current_request(), getattr(error, "valid_methods", None)
    if allowed and not asked.path.startswith(API_PATHS):
        return method_not_allowed(dict.fromkeys(allowed, ""))
    return web().known_routes.problem(asked.method, asked.path)
