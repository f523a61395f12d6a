"""The requests of a run as an HTTP archive (HAR 1.2), for browsers and proxies: one page, an entry for each request.

Instants are those of the run's own clock. Cookies are masked, so none is listed apart from its header field. Members of
our own begin with an underscore, as the format asks for.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from mock_knock import __version__
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.messages import Exchange, HttpRequest, HttpResponse, JsonValue
from mock_knock.report.run.wording import again, began_at, instant_text, seconds_of

HTTP = "HTTP/1.1"
PAGE = "flow"
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands where nobody looked at the clock: the format asks for an instant."""
_PHRASES = {each.value: each.phrase for each in HTTPStatus}


def render_har(result: RunResult) -> str:
    """Return the archive as indented JSON with a line break at its end."""
    log = {
        "version": "1.2",
        "creator": {"name": "mock-knock", "version": __version__},
        "pages": [
            {
                "startedDateTime": _instant(began_at(result)),
                "id": PAGE,
                "title": result.flow,
                "pageTimings": {},
            }
        ],
        "entries": [_entry(step) for step in result.steps],
    }
    text = json.dumps({"log": log}, indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"


def _entry(step: StepResult) -> dict[str, JsonValue]:
    exchange, wait = step.exchange, round(1_000 * seconds_of(step.exchange), 3)
    return {
        "pageref": PAGE,
        "startedDateTime": _instant(step.exchange.at),
        "time": wait,
        "request": _request(exchange.request),
        "response": _response(exchange.response) if exchange.response else _no_response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": 0},
        "comment": f"{step.step_id}{again(step, step)}",
        "_workflowId": step.workflow_id,
        "_stepId": step.step_id,
        "_visit": step.visit,
        "_attempt": step.attempt,
    }


def _instant(at: datetime | None) -> str:
    return instant_text(at or UNKNOWN)


def _request(request: HttpRequest) -> dict[str, JsonValue]:
    return {
        "method": request.method,
        "url": request.url,
        "httpVersion": HTTP,
        "cookies": [],
        "headers": list(_fields(request.headers)),
        "queryString": list(_fields(parse_qsl(_query(request.url), keep_blank_values=True))),
        **({"postData": _post_data(request)} if request.body else {}),
        "headersSize": -1,
        "bodySize": len(request.body),
    }


def _post_data(request: HttpRequest) -> dict[str, JsonValue]:
    """Return the body; the format has no place for one that is no text but a comment."""
    kind = request.header("Content-Type") or "application/octet-stream"
    text, encoding = _text(request.body)
    return {"mimeType": kind, "text": text, **({"comment": encoding} if encoding else {})}


def _response(response: HttpResponse) -> dict[str, JsonValue]:
    text, encoding = _text(response.body)
    return {
        "status": response.status,
        "statusText": _PHRASES.get(response.status, ""),
        "httpVersion": HTTP,
        "cookies": [],
        "headers": list(_fields(response.headers)),
        "content": {
            "size": len(response.body),
            "mimeType": response.header("Content-Type") or "x-unknown",
            "text": text,
            **({"encoding": encoding} if encoding else {}),
        },
        "redirectURL": response.header("Location") or "",
        "headersSize": -1,
        "bodySize": -1,  # on the wire it may have been compressed
    }


def _no_response(exchange: Exchange) -> dict[str, JsonValue]:
    failure = exchange.failure
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_error": f"{failure.kind}: {failure.message}" if failure else "no answer",
    }


def _query(url: str) -> str:
    """Return the query of a URL, which masking may have made one that cannot be taken apart as a whole."""
    return url.partition("#")[0].partition("?")[2]


def _fields(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    return ({"name": name, "value": value} for name, value in pairs)


def _text(body: bytes) -> tuple[str, str]:
    """Return a body as text, and how it is encoded if it is none."""
    try:
        return body.decode("utf-8"), ""
    except UnicodeDecodeError:
        return b64encode(body).decode(), "base64"
