"""Where faults meet a request: one decision before it is carried out, its effects on the answer afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from flask import Request, Response

from mock_knock.domain.asked_request import OF_USER, AskedRequest, read_asked
from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.bulk import READING, BulkFault
from mock_knock.domain.faults.delay import Dribble
from mock_knock.domain.faults.fault import Action, Decision
from mock_knock.messages import JsonValue
from mock_knock.service import World
from mock_knock.web.answers import sent_body
from mock_knock.web.current import (
    add_note,
    current_call,
    current_request,
    current_world,
    received_body,
    received_fields,
    route_of,
    sent_target,
)
from mock_knock.web.doors import HEADER, USER_PREFIX, WORKFLOW_PREFIX
from mock_knock.web.guard import carried_key
from mock_knock.web.problems import API, AUTHENTICATION, INVALID_REQUEST, Problem
from mock_knock.web.sending import Sending

APPLIED: Final = "X-Mock-Fault-Applied"
MAX_KEPT: Final = 65_536
"""Bytes of an answer that a fault can repeat."""
_HEADER_IN_ENVIRON = f"HTTP_{HEADER.upper().replace('-', '_')}"
_RESERVED = USER_PREFIX.encode()
_TYPES: Mapping[int, str] = {401: AUTHENTICATION, 403: AUTHENTICATION}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_WITHOUT_CONTENT: Final = frozenset({204, 304})


class Prevented(Exception):
    """The request is not carried out: a fault answers, or nothing does."""


def meet_faults(operation_id: str) -> None:
    """Decide, once, what happens to the current request.

    Raises:
        Prevented: it is not carried out.
        Problem: 400 `fault_invalid` for a header that cannot be used.
    """
    call, world = current_call(), current_world()
    asked, doors, call.operation_id = call.asked, call.parts.doors, operation_id
    named = asked.environ.get(_HEADER_IN_ENVIRON) if doors.has_header else None
    is_reserved = doors.has_reserved_values and _has_reserved_values(asked)
    if not world.faults and named is None and not is_reserved:
        return
    meant = asked_request(asked, operation_id)
    seed = world.scenario.seed
    wanted = None if named is None else doors.from_header(named, meant, seed)
    if wanted is None and is_reserved:
        wanted = doors.from_values(meant, seed)
    with world.lock:
        own = world.faults.decide(meant, key=world.key, now=world.clock.now(), is_outranked=wanted is not None)
    decision = call.decision = wanted or own
    if decision is not None:
        add_note(f"fault {decision.fault.id}")
        if decision.fault.do.prevents:
            raise Prevented


def bulk_fault() -> BulkFault | None:
    """Return what goes wrong with the bulk operation that the current request starts."""
    decision = current_call().decision
    return None if decision is None else decision.fault.do.bulk


def ignores_header(name: str) -> bool:
    """Tell whether a header of the current request does not count."""
    decision = current_call().decision
    return decision is not None and name.lower() in decision.fault.do.ignored


def asked_request(asked: Request, operation_id: str) -> AskedRequest:
    """Return what the current request asks for."""
    return read_asked(
        route_of(operation_id, asked.view_args),
        received_fields(),
        received_body(),
        credential=carried_key(asked.headers),
        is_of_user=asked.path.startswith(OF_USER),
    )


def _has_reserved_values(asked: Request) -> bool:
    """Tell at a glance whether a request can have reserved values."""
    if _RESERVED in received_body() or USER_PREFIX in asked.path:
        return True
    key = asked.view_args.get("key") if asked.view_args else None
    return key is not None and str(key).startswith(WORKFLOW_PREFIX)


def prevented_answer() -> Response:
    """Return the answer of a fault in place of carrying a request out; its status is 0 where the wire swallows it."""
    decision = current_call().decision
    if decision is not None and decision.fault.do.answer is not None:
        return _fault_answer(decision.fault.do.answer, current_world())
    return Response(status=0, mimetype="application/json")


def apply_decision(response: Response, world: World) -> Response:
    """Return what is sent in place of an answer, and see to it how it is sent."""
    call = current_call()
    decision = call.decision
    before = _exchange_last(response, world)
    if decision is None:
        return response
    do = decision.fault.do
    is_replaced = do.answer is not None
    if do.answer is not None and do.when_committed == "after":
        response = _fault_answer(do.answer, world)
        response.headers["x-request-id"] = call.request_id
    if is_replaced or _is_success(response):
        _change_body(response, decision, before)
    _change_headers(response, do)
    call.fault_id = decision.fault.id
    if do.wire is None or do.wire.delivers:
        response.headers[APPLIED] = decision.fault.id
    else:
        call.is_delivered = False
    dribble = do.delay if isinstance(do.delay, Dribble) else None
    wait = 0.0 if do.delay is None else do.delay.wait(decision.chance)
    if wait or dribble or do.wire:
        Sending(world, wait, dribble, do.wire).put(current_request().environ)
    return response


def _fault_answer(answer: AnswerFault, world: World) -> Response:
    headers = {} if answer.retry_after is None else dict([answer.retry_after.header(world.clock.now())])
    if answer.status in _REDIRECTS:
        headers["Location"] = sent_target()
    status = answer.status
    usual = INVALID_REQUEST if status < 500 else API  # noqa: PLR2004  # whose fault it is
    type_ = _TYPES.get(status, usual)
    problem = Problem(status, answer.shown_code, "An injected fault of mock-knock", type_=type_, headers=headers)
    response = problem.response()
    if status in _WITHOUT_CONTENT:
        response.set_data(b"")
        del response.headers["Content-Type"]
    return response


def _is_success(response: Response) -> bool:
    return 200 <= response.status_code < 300  # noqa: PLR2004


def _change_body(response: Response, decision: Decision, before: bytes | None) -> None:
    do, operation_id = decision.fault.do, current_call().operation_id
    if do.bulk is not None and do.answer is None and operation_id == READING:
        shown: JsonValue = do.bulk.show(orjson.loads(response.get_data()), decision.n)
        response.set_data(orjson.dumps(shown))
    if do.body is not None:
        response.set_data(do.body.change(response.get_data(), before))


def _exchange_last(response: Response, world: World) -> bytes | None:
    """Keep the true answer of an operation for the next time, and return the one before it."""
    operation_id = current_call().operation_id
    if operation_id is None or not _is_success(response) or len(body := sent_body(response)) > MAX_KEPT:
        return None
    with world.lock:
        before = world.last_answers.get(operation_id)
        world.last_answers[operation_id] = body
    return before


def _change_headers(response: Response, do: Action) -> None:
    if do.content_type is not None:
        response.headers["Content-Type"] = do.content_type
    for name, value in do.headers.items():
        if value is None:
            response.headers.pop(name, None)
        else:
            response.headers[name] = value
    if do.content_type == "":
        response.headers.pop("Content-Type", None)
