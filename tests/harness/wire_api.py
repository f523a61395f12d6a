"""One operation of any shape, requests to it, and what its judge says about them."""

from __future__ import annotations

from typing import Any

from mock_knock.arazzo.expression import MISSING
from mock_knock.arazzo.planning import PlannedParameter, RequestPlan
from mock_knock.contract.description import Description, load_description
from mock_knock.contract.judge import Judge
from mock_knock.harness.wire import Unsendable, WireRequest, build_request, record_of

SERVER = "http://localhost"


def describe(path: str = "/things", method: str = "post", version: str = "3.1.0", **operation: Any) -> Description:
    """Return a description of one operation."""
    operation = {"responses": {"200": {"description": "good"}}, **operation}
    return load_description("api", {"openapi": version, "paths": {path: {method: operation}}}, where="api.yaml")


def parameter(name: str, place: str, value: Any) -> PlannedParameter:
    """Return a parameter of the third step."""
    return PlannedParameter(name, place, value, "/steps/2/parameters/0")  # type: ignore[arg-type]


def plan(*parameters: tuple[str, str, Any], payload: Any = MISSING, content_type: str | None = None) -> RequestPlan:
    """Return a plan with these parameters: name, place, value."""
    return RequestPlan(tuple(parameter(*each) for each in parameters), payload, content_type)


def build(description: Description, planned: RequestPlan, server: str = SERVER) -> WireRequest | Unsendable:
    """Put a plan for the only operation into HTTP."""
    operation = description.operations[0]
    return build_request(planned, operation, server, details=description.details(operation))


def send(description: Description, planned: RequestPlan, server: str = SERVER) -> WireRequest:
    """Return a request that can be sent."""
    request = build(description, planned, server)
    assert isinstance(request, WireRequest), request
    return request


def refuse(description: Description, planned: RequestPlan) -> Unsendable:
    """Return why a request cannot be sent."""
    request = build(description, planned)
    assert isinstance(request, Unsendable)
    return request


def judge(description: Description, request: WireRequest) -> list[tuple[str, str, str]]:
    """Return kind, place and sentence of what is wrong with a request."""
    found = Judge(description).request_violations(record_of(request, description.operations[0]))
    return [(each.kind, each.location, each.message) for each in found]
