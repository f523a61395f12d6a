"""From the values of a step to an HTTP request, and back from an exchange to what expressions can ask about."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import orjson
from werkzeug.datastructures import MultiDict

from mock_knock.arazzo.expression import MISSING, Message, Missing
from mock_knock.arazzo.planning import RequestPlan
from mock_knock.contract.description import DescribedOperation
from mock_knock.contract.records import RequestRecord, request_record
from mock_knock.messages import HttpRequest, HttpResponse, JsonValue

JSON = "application/json"
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_JSON_TYPE = re.compile(r"application/(.+\+)?json(\s*;.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A request that cannot be put into HTTP, and why."""

    message: str
    hint: str


def build_request(plan: RequestPlan, operation: DescribedOperation, server: str) -> HttpRequest | Unsendable:
    """Put a plan into HTTP: path values are percent-encoded whole, also `/` (RFC 3986 section 2)."""
    absent = [name for name in _PLACEHOLDER.findall(operation.path) if not plan.path.get(name)]
    if absent:
        return Unsendable(f"the path {operation.path} needs a value for {', '.join(absent)}", "add a path parameter")
    if {".", ".."} & set(plan.path.values()):
        return Unsendable("a path parameter is '.' or '..', which would change the path", "use another value")
    try:
        return _encode(plan, operation, server)
    except (TypeError, ValueError) as error:
        return Unsendable(f"a value of the request cannot be encoded: {error}", "JSON and URLs take Unicode text")


def _encode(plan: RequestPlan, operation: DescribedOperation, server: str) -> HttpRequest | Unsendable:
    path = _PLACEHOLDER.sub(lambda match: quote(plan.path[match[1]], safe=""), operation.path)
    query = f"?{urlencode(plan.query, quote_via=quote)}" if plan.query else ""
    headers = [("Accept", JSON), *plan.headers]
    if plan.cookies:
        headers.append(("Cookie", "; ".join(f"{name}={quote(value, safe='')}" for name, value in plan.cookies)))
    body = b""
    if plan.has_body:
        content_type = plan.content_type or JSON
        if not _JSON_TYPE.fullmatch(content_type):
            return Unsendable(f"a body of type {content_type} cannot be sent yet", f"send {JSON}")
        headers.append(("Content-Type", content_type))
        body = json.dumps(plan.payload, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpRequest(operation.method, f"{server.rstrip('/')}{path}{query}", tuple(headers), body)


def record_of(request: HttpRequest, plan: RequestPlan, operation: DescribedOperation) -> RequestRecord:
    """Return a request in the form the judge takes."""
    return request_record(
        operation,
        path=plan.path,
        query=MultiDict(plan.query),
        headers=request.headers,
        body=request.body,
        cookies=dict(plan.cookies),
    )


def request_message(request: HttpRequest, plan: RequestPlan) -> Message:
    """Return what `$request...` can ask about."""
    body: JsonValue | Missing = plan.payload if plan.has_body else MISSING
    return Message(request.headers, dict(plan.query), plan.path, body)


def response_message(response: HttpResponse) -> Message:
    """Return what `$response...` can ask about; a body that is not JSON is text."""
    nothing: Mapping[str, str] = {}
    return Message(response.headers, nothing, nothing, _decode(response.body))


def _decode(body: bytes) -> JsonValue | Missing:
    if not body:
        return MISSING
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", errors="replace")
