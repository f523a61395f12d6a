"""What a request says, once it may be asked: rate limit, body, contract, and parameters that make no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson
from flask import Request
from werkzeug.datastructures import EnvironHeaders

from mock_knock.contract.records import JSON, MultiMap, RequestParameters, RequestRecord, media_type
from mock_knock.domain.rate_limit import REQUESTS_A_SECOND
from mock_knock.messages import JsonValue
from mock_knock.service import ParameterInvalid
from mock_knock.web.current import add_note, current_call, current_request, current_world, web, whole_body
from mock_knock.web.faulting import meet_faults
from mock_knock.web.json_depth import is_deeper_than, is_shallow
from mock_knock.web.problems import Problem, invalid_params
from mock_knock.web.query import described_query, undescribed_names

NO_QUERY = MultiMap()
SMALL_BYTES = 2_000
"""Of a body up to which it is not worth while to find out how its maps lie."""
MAX_DEPTH = 100
"""Levels of arrays and objects in a request body."""
MAX_STATE_DEPTH = MAX_DEPTH + 10
"""In a state, which has what was sent a few levels deeper."""


class Validated(NamedTuple):
    """What a request that keeps the contract says: its decoded body, None where there is none, and its query."""

    body: JsonValue
    query: MultiMap


def tolerate(name: str, problem: str) -> None:
    """Let a parameter that makes no sense pass, and say so in journal and log; a strict world refuses it.

    Raises:
        ParameterInvalid: the world is strict.
    """
    if current_world().rules.is_strict:
        raise ParameterInvalid("parameter-invalid", problem, where=name)
    add_note(f"{name} {problem}: let pass, --strict refuses it")


def admit(operation_id: str) -> None:
    """Let a request go on, once: it counts towards the rate limit of its operation, and then faults meet it.

    Raises:
        Problem: 429, where rate limits are on and this one is exceeded.
        Prevented: a fault keeps it from being carried out.
    """
    call = current_call()
    if not call.is_admitted:
        call.is_admitted = True
        _limit_rate(operation_id)
        meet_faults(operation_id)


def _limit_rate(operation_id: str) -> None:
    world, operation = current_world(), web().operations[operation_id]
    if not world.has_rate_limits:
        return
    tier = operation.judge.description.operation_object(operation.operation)["x-ratelimit-tier"]
    with world.lock:
        current_call().counted_at = now = world.clock.now()
        is_admitted = world.rates.admit(operation_id, tier, now)
    if not is_admitted:
        after = world.rules.retry_after
        headers = {} if after is None else {"Retry-After": str(after)}
        message = f"More than {REQUESTS_A_SECOND[tier]} requests a second: the limit of tier {tier}"
        raise Problem(429, "rate_limited", message, headers=headers)


def validated(operation_id: str, path: Mapping[str, str]) -> Validated:
    """Return what a request says, once it is clear that it keeps the contract.

    Raises:
        Problem: 429 above the rate limit.
        Prevented: a fault keeps it from being carried out.
        Problem: 415 for another media type, 400 for text that is not JSON, 422 with one entry for each broken rule.
        ParameterInvalid: a parameter in the query is not described, and the world is strict.
    """
    call = current_call()
    if not call.is_admitted:
        admit(operation_id)
    asked, operation = call.asked, call.parts.operations[operation_id]
    environ, described, query = asked.environ, operation.operation, NO_QUERY
    found = media_type(environ.get("CONTENT_TYPE", ""))
    if environ.get("QUERY_STRING"):
        query = described_query(asked.args.items(multi=True), operation.query_names)
    parameters = RequestParameters(query, EnvironHeaders(environ), _cookies(asked), path)
    record = RequestRecord(described.method.lower(), described.path, parameters, found, None)
    record.credentials = environ.get("HTTP_AUTHORIZATION")
    if operation.takes_body:
        if found == JSON and query is NO_QUERY:
            record.body = whole_body()
            if (value := operation.read_body(record)) is not None:
                call.is_checked = True
                return Validated(value, query)
        record.value, record.body = json_body(), whole_body()
    violations = operation.request_violations(record)
    if query:
        violations = (*operation.repetitions(query), *violations)
    call.is_checked = True
    if violations:
        call.violations = violations
        raise invalid_params(violations)
    for name in undescribed_names(query, operation.query_names) if query else ():
        tolerate(name, "is no parameter of this operation")
    return Validated(record.value, query)


def _cookies(asked: Request) -> Mapping[str, str]:
    """Return the cookies of a request; where it has none, they are not looked for in detail."""
    return asked.cookies if "HTTP_COOKIE" in asked.environ else NO_QUERY


def json_body(*, max_depth: int = MAX_DEPTH) -> JsonValue:
    """Return the decoded JSON body; raises Problem 415 or 400."""
    asked = current_request()
    found = media_type(asked.environ.get("CONTENT_TYPE", ""))
    if found != JSON:
        message = f"The request body must be {JSON}" + (f", not {found}" if found else "")
        raise Problem(415, "unsupported_media_type", message)
    body = whole_body()
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "invalid_json", f"The request body is not valid JSON: {error}") from error
    call = current_call()
    call.is_shallow = len(body) > SMALL_BYTES and is_shallow(body, value)
    if is_deeper_than(max_depth, body, value, is_shallow=call.is_shallow):
        raise Problem(400, "invalid_json", f"The request body is nested more than {max_depth} levels deep")
    return value
