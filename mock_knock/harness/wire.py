"""From the values of a step to an HTTP request, and back from an exchange to what expressions can ask about."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import orjson
from werkzeug.datastructures import MultiDict

from mock_knock.arazzo.embedding import embedded_text
from mock_knock.arazzo.expression import MISSING, Message, Missing
from mock_knock.arazzo.planning import PlannedParameter, RequestPlan
from mock_knock.contract.description import DescribedOperation
from mock_knock.contract.records import RequestRecord, request_record
from mock_knock.messages import HttpRequest, HttpResponse, JsonValue

JSON = "application/json"
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_JSON_TYPE = re.compile(r"application/(.+\+)?json(\s*;.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A request that cannot be put into HTTP, and why; `pointer` is the place of the value in the document."""

    message: str
    hint: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as it is sent, beside the values that went into it, decoded again from what is sent.

    Attributes:
        http: what goes out.
        path: path parameters by name, as text.
        query: pairs of names and texts, in order.
        cookies: by name.
        payload: the value of the body, or MISSING.
    """

    http: HttpRequest
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    cookies: Mapping[str, str]
    payload: JsonValue | Missing = MISSING


def build_request(plan: RequestPlan, operation: DescribedOperation, server: str) -> WireRequest | Unsendable:
    """Put a plan into HTTP: path values are percent-encoded whole, also `/` (RFC 3986 section 2)."""
    texts: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": [], "cookie": [], "querystring": []}
    for parameter in plan.parameters:
        text = _text(parameter)
        if isinstance(text, Unsendable):
            return text
        texts[parameter.place].append((parameter.name, text))
    path = dict(texts["path"])
    absent = [name for name in _PLACEHOLDER.findall(operation.path) if not path.get(name)]
    if absent:
        return Unsendable(f"the path {operation.path} needs a value for {', '.join(absent)}", "add a path parameter")
    if {".", ".."} & set(path.values()):
        return Unsendable("a path parameter is '.' or '..', which would change the path", "use another value")
    try:
        return _encode(plan, texts, operation, server)
    except (TypeError, ValueError) as error:
        return Unsendable(f"a value of the request cannot be encoded: {error}", "JSON and URLs take Unicode text")


def _text(parameter: PlannedParameter) -> str | Unsendable:
    if not isinstance(parameter.value, (str, bool, int, float)):
        message = f"the {parameter.place} parameter '{parameter.name}' must be text, a number or a boolean"
        return Unsendable(message, "lists, objects and null cannot be sent there yet", f"{parameter.pointer}/value")
    text = embedded_text(parameter.value)
    problem = _check_field(parameter, text) if parameter.place in {"header", "cookie"} else None
    return problem or text


def _check_field(parameter: PlannedParameter, text: str) -> Unsendable | None:
    """Report what would break the header of a request apart (RFC 9110 section 5)."""
    if not _TOKEN.fullmatch(parameter.name):
        message = f"'{parameter.name}' cannot be the name of a {parameter.place}"
        return Unsendable(message, "use letters, digits and !#$%&'*+-.^_`|~", f"{parameter.pointer}/name")
    if parameter.place == "header" and not _FIELD_VALUE.fullmatch(text):
        message = (
            f"the header '{parameter.name}' must not contain line breaks, other control characters or wide letters"
        )
        hint = "send letters beyond Latin-1 percent-encoded, or in the body"
        return Unsendable(message, hint, f"{parameter.pointer}/value")
    return None


def _encode(
    plan: RequestPlan, texts: Mapping[str, list[tuple[str, str]]], operation: DescribedOperation, server: str
) -> WireRequest | Unsendable:
    values = dict(texts["path"])
    path = _PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe=""), operation.path)
    query = f"?{urlencode(texts['query'], quote_via=quote)}" if texts["query"] else ""
    headers = [("Accept", JSON), *texts["header"]]
    if texts["cookie"]:
        headers.append(("Cookie", "; ".join(f"{name}={quote(value, safe='')}" for name, value in texts["cookie"])))
    body = b""
    if plan.payload is not MISSING:
        content_type = plan.content_type or JSON
        if not _JSON_TYPE.fullmatch(content_type):
            return Unsendable(f"a body of type {content_type} cannot be sent yet", f"send {JSON}")
        headers.append(("Content-Type", content_type))
        body = json.dumps(plan.payload, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    http = HttpRequest(operation.method, f"{server.rstrip('/')}{path}{query}", tuple(headers), body)
    return WireRequest(http, values, tuple(texts["query"]), dict(texts["cookie"]), plan.payload)


def record_of(request: WireRequest, operation: DescribedOperation) -> RequestRecord:
    """Return a request in the form the judge takes."""
    return request_record(
        operation,
        path=request.path,
        query=MultiDict(request.query),
        headers=request.http.headers,
        body=request.http.body,
        cookies=request.cookies,
    )


def request_message(request: WireRequest) -> Message:
    """Return what `$request...` can ask about."""
    return Message(request.http.headers, dict(request.query), request.path, request.payload)


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
