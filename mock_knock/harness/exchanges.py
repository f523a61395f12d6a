"""One request of a step: put together, judged, sent, and its response judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.planning import plan_request
from mock_knock.arazzo.targets import Problem
from mock_knock.errors import InvalidDocument
from mock_knock.harness.bodies import choose_content_type
from mock_knock.harness.prepare import Call, Unit
from mock_knock.harness.run_settings import RunClock, RunSettings
from mock_knock.harness.transport import Transport
from mock_knock.harness.wire import (
    Unsendable,
    WireRequest,
    build_request,
    record_of,
    request_message,
    response_message,
)
from mock_knock.messages import ContractViolation, Exchange, HttpRequest, TransportFailure

Send = Callable[[HttpRequest, float], Exchange]
"""Sends a request; the number is the timeout in seconds."""


def send_in_time(transport: Transport, clock: RunClock) -> Send:
    """Return what sends by a transport, notes when, and holds it to its time on the clock of the run.

    An answer that comes later than it may is none, and neither is an error of the operating system that the transport
    did not turn into a failure.
    """

    def send(request: HttpRequest, timeout: float) -> Exchange:
        at, started = clock.now(), clock.seconds()
        try:
            exchange = transport.send(request, timeout=timeout)
        except OSError as error:
            exchange = Exchange(request, failure=TransportFailure("broken", f"the transport failed: {error}"))
        seconds = clock.seconds() - started
        if exchange.response is not None and seconds > timeout:
            exchange = Exchange(request, failure=TransportFailure("timeout", f"no answer within {timeout:g} s"))
        return replace(exchange, at=at, seconds=seconds)

    return send


@dataclass(frozen=True, slots=True)
class JudgedExchange:
    """An exchange with what its description says against it, and what expressions can see of it.

    `fault` is why the description could not be used, if so.
    """

    exchange: Exchange
    scope: Scope
    violations: tuple[ContractViolation, ...]
    fault: InvalidDocument | None = None


def plan_step(
    unit: Unit, step: Step, scope: Scope, settings: RunSettings
) -> tuple[WireRequest | None, tuple[Problem, ...]]:
    """Put the request of a step together; None when a value is missing or cannot be sent, with the problems."""
    call = unit.calls[step.step_id]
    default_type = choose_content_type(None, call.details)
    planned = plan_request(
        step, scope, dialect=settings.dialect, optional=unit.optional_inputs, default_type=default_type
    )
    if planned.plan is None:
        return None, planned.problems
    request = build_request(planned.plan, call.operation, call.server, details=call.details)
    if isinstance(request, Unsendable):
        at = request.pointer or step.pointer
        return None, (*planned.problems, Problem("value-unusable", at, request.message, request.hint))
    return request, planned.problems


def exchange_step(
    call: Call, request: WireRequest, scope: Scope, *, send: Send, timeout: float, is_judged: bool
) -> JudgedExchange:
    """Send a request and judge it and its response; `timeout` is in seconds for the whole exchange."""
    violations: tuple[ContractViolation, ...] = ()
    fault: InvalidDocument | None = None
    if is_judged:
        violations, fault = _judge(lambda: call.judge.request_violations(record_of(request, call.operation)))
    exchange = send(request.http, timeout)
    if is_judged and fault is None and (response := exchange.response) is not None:
        found, fault = _judge(
            lambda: call.judge.response_violations(
                call.operation, status=response.status, headers=response.headers, body=response.body
            )
        )
        violations += found
    return JudgedExchange(exchange, _exchange_scope(exchange, request, scope), violations, fault)


def _judge(
    find: Callable[[], tuple[ContractViolation, ...]],
) -> tuple[tuple[ContractViolation, ...], InvalidDocument | None]:
    """Return what was found, or why the description cannot be used: the run is not lost with it."""
    try:
        return find(), None
    except InvalidDocument as error:
        return (), error


def _exchange_scope(exchange: Exchange, request: WireRequest, around: Scope) -> Scope:
    response = exchange.response
    return Scope(
        url=request.http.url,
        method=request.http.method,
        status_code=response.status if response else None,
        request=request_message(request),
        response=response_message(response) if response else None,
        inputs=around.inputs,
        steps=around.steps,
        workflows=around.workflows,
        source_descriptions=around.source_descriptions,
        components=around.components,
        self_uri=around.self_uri,
    )
