"""From the values of a step to an HTTP request, and back from an exchange to what expressions can ask about.

A header that a step gives more than once, in whatever case, is sent once: the first, which is the step's own. An
`Accept` of the step replaces ours. Of `contentType` and a Content-Type parameter the former wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from mock_knock.arazzo.expression import MISSING, Message, Missing
from mock_knock.arazzo.planning import RequestPlan
from mock_knock.contract.description import DescribedOperation
from mock_knock.contract.details import OperationDetails
from mock_knock.contract.media_types import JSON, media_type
from mock_knock.contract.records import MultiMap, RequestRecord, request_record
from mock_knock.harness.bodies import EncodedBody, choose_content_type, encode_body
from mock_knock.harness.parameter_style import (
    Pair,
    StyledValue,
    encode_query,
    expand_header,
    expand_pairs,
    expand_path,
    style_parameter,
)
from mock_knock.harness.responses import response_message
from mock_knock.harness.unsendable import CannotSend, Unsendable
from mock_knock.messages import Headers, HttpRequest, JsonValue, find_header

__all__ = ["Unsendable", "WireRequest", "build_request", "record_of", "request_message", "response_message"]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as it is sent, beside the values that went into it, decoded again from what is sent.

    Attributes:
        http: what goes out.
        path: path parameters by name, as text.
        query: pairs of names and texts, in order.
        cookies: by name; several of one name are all kept.
        payload: the value of the body, or MISSING.
    """

    http: HttpRequest
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    cookies: Mapping[str, str]
    payload: JsonValue | Missing = MISSING


def build_request(
    plan: RequestPlan, operation: DescribedOperation, server: str, *, details: OperationDetails | None = None
) -> WireRequest | Unsendable:
    """Put a plan into HTTP.

    Args:
        plan: the values.
        operation: what is called.
        server: the base URL.
        details: how the operation wants its parameters and body; without them the standard's defaults apply.
    """
    try:
        return _build(plan, operation, server, details or OperationDetails())
    except CannotSend as error:
        return error.problem
    except (TypeError, ValueError, RecursionError) as error:
        return Unsendable(f"a value of the request cannot be encoded: {error}", "JSON and URLs take Unicode text")


def _build(
    plan: RequestPlan, operation: DescribedOperation, server: str, details: OperationDetails
) -> WireRequest | Unsendable:
    styled = [
        found
        for parameter in plan.parameters
        if (found := style_parameter(parameter, details.parameter(parameter.name, parameter.place))) is not None
    ]
    path = {each.name: expand_path(each) for each in styled if each.place == "path"}
    _check_path(path, operation)
    target = _PLACEHOLDER.sub(lambda match: path[match[1]], operation.path)
    query = _query(styled)
    headers, body = _headers(plan, styled, details)
    url = f"{server.rstrip('/')}{target}" + (f"?{query}" if query else "")
    return WireRequest(
        http=HttpRequest(operation.method, url, headers, body.data if body else b""),
        path={name: unquote(text) for name, text in path.items()},
        query=tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        cookies=_sent_cookies(headers),
        payload=body.value if body else MISSING,
    )


def _check_path(path: Mapping[str, str], operation: DescribedOperation) -> None:
    names = _PLACEHOLDER.findall(operation.path)
    if absent := [name for name in names if name not in path]:
        raise CannotSend(f"the path {operation.path} needs a value for {', '.join(absent)}", "add a path parameter")
    if empty := [name for name in names if not path[name]]:
        raise CannotSend(f"the value for {', '.join(empty)} in {operation.path} is empty", "give it a value")
    if dots := [name for name, value in path.items() if value in {".", ".."}]:
        message = f"the value for {', '.join(dots)} is '.' or '..', which would change the path"
        raise CannotSend(message, "use another value")


def _query(styled: list[StyledValue]) -> str:
    """Return the query: of single parameters, or as a whole from a `querystring` parameter."""
    pairs = [pair for each in styled if each.place == "query" for pair in expand_pairs(each)]
    wholes = [each for each in styled if each.place == "querystring"]
    if not wholes:
        return "&".join(f"{name}={text}" for name, text in pairs)
    whole = wholes[0]
    if len(wholes) > 1 or any(each.place == "query" for each in styled):
        hint = "put them all into the text of one `querystring` parameter"
        raise CannotSend("a `querystring` parameter is the whole query, and there are others", hint, whole.pointer)
    if not isinstance(whole.value, str):
        message = f"the querystring parameter '{whole.name}' must be text"
        raise CannotSend(message, "write the whole query, like `a=1&b=2`", whole.pointer)
    return encode_query(whole.value)


def _headers(
    plan: RequestPlan, styled: list[StyledValue], details: OperationDetails
) -> tuple[Headers, EncodedBody | None]:
    given: dict[str, tuple[str, str]] = {}
    for each in styled:
        if each.place == "header":
            given.setdefault(each.name.lower(), (each.name, _field(each)))
    cookies = [pair for each in styled if each.place == "cookie" for pair in _cookie_pairs(each)]
    if cookies:
        before = given.pop("cookie", ("Cookie", ""))[1]
        text = "; ".join([*([before] if before else []), *(f"{name}={value}" for name, value in cookies)])
        given["cookie"] = ("Cookie", text)
    body = None
    if plan.payload is not MISSING:
        _, wanted = given.pop("content-type", ("", ""))
        body = encode_body(plan.payload, choose_content_type(plan.content_type or wanted, details), details)
        given["content-type"] = ("Content-Type", _checked(body.content_type, "contentType", ""))
    accept = () if "accept" in given else (("Accept", _accept(details)),)
    return (*accept, *given.values()), body


def _accept(details: OperationDetails) -> str:
    """Return the media types to ask for: JSON, unless the operation only answers others."""
    described = [media_type(each) for each in details.answers]
    is_json_described = not described or any(each == JSON or "*" in each for each in described)
    return JSON if is_json_described else _checked(", ".join(details.answers), "Accept", "")


def _field(styled: StyledValue) -> str:
    """Return the value of a header, unless it would break the request apart (RFC 9110 section 5)."""
    _check_name(styled)
    return _checked(expand_header(styled), f"the header '{styled.name}'", styled.pointer)


def _checked(text: str, what: str, pointer: str) -> str:
    if _FIELD_VALUE.fullmatch(text):
        return text
    message = f"{what} must not contain line breaks, other control characters or wide letters"
    raise CannotSend(message, "send letters beyond Latin-1 percent-encoded, or in the body", pointer)


def _cookie_pairs(styled: StyledValue) -> list[Pair]:
    _check_name(styled)
    return expand_pairs(styled)


def _check_name(styled: StyledValue) -> None:
    if not _TOKEN.fullmatch(styled.name):
        message = f"'{styled.name}' cannot be the name of a {styled.place}"
        at = styled.pointer.removesuffix("/value")
        raise CannotSend(message, "use letters, digits and !#$%&'*+-.^_`|~", f"{at}/name")


def _sent_cookies(headers: Headers) -> MultiMap:
    """Return the cookies of a header (RFC 6265 section 4.2)."""
    pairs = [part.partition("=") for part in (find_header(headers, "Cookie") or "").split(";") if "=" in part]
    return MultiMap([(name.strip(), unquote(value.strip())) for name, _, value in pairs])


def record_of(request: WireRequest, operation: DescribedOperation) -> RequestRecord:
    """Return a request in the form the judge takes."""
    return request_record(
        operation,
        path=request.path,
        query=MultiMap(request.query),
        headers=request.http.headers,
        body=request.http.body,
        cookies=request.cookies,
    )


def request_message(request: WireRequest) -> Message:
    """Return what `$request...` can ask about; of a repeated query parameter the last one."""
    return Message(request.http.headers, dict(request.query), request.path, request.payload)
