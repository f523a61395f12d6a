"""One exchange as HTML: what was sent, what came back, and a command line to try it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from http import HTTPStatus
from typing import Final

import orjson

from mock_knock.messages import Exchange, Headers, HttpRequest, HttpResponse
from mock_knock.report.clean_text import clean_text, cut
from mock_knock.report.curl import render_curl
from mock_knock.report.json_text import indent_json
from mock_knock.report.run.wording import duration_text, seconds_of

MAX_HEADERS, MAX_HEADER, MAX_URL, MAX_CURL = 40, 400, 1_000, 3_000
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}


def to_html(text: str, limit: int) -> str:
    """Return text that came from outside, cut, cleaned and escaped."""
    return escape(cut(clean_text(text), limit), quote=False)


def request_html(request: HttpRequest, limit: int) -> str:
    """Return the request, and the command line that sends it; of its body at most `limit` characters."""
    message = _message(f"{request.method} {cut(request.url, MAX_URL)}", request.headers, request.body, limit)
    curl = to_html(render_curl(request), min(MAX_CURL, 4 * limit))
    return f"<h4>Request</h4><pre>{message}</pre><h4>To send it by hand</h4><pre>{curl}</pre>"


def answer_html(exchange: Exchange, limit: int) -> str:
    """Return the response, or why there is none; of its body at most `limit` characters."""
    response, took = exchange.response, duration_text(seconds_of(exchange))
    if response is None:
        failure = exchange.failure
        told = f"{failure.kind}: {failure.message}" if failure else "no answer"
        return f"<h4>No answer, {took}</h4><pre>{to_html(told, MAX_URL)}</pre>"
    return f"<h4>Response, {took}</h4><pre>{_response(response, limit)}</pre>"


def _response(response: HttpResponse, limit: int) -> str:
    opening = f"{response.status} {_PHRASES.get(response.status, '')}".rstrip()
    return _message(opening, response.headers, response.body, limit)


def _message(opening: str, headers: Headers, body: bytes, limit: int) -> str:
    lines = [opening, *(f"{name}: {cut(value, MAX_HEADER)}" for name, value in headers[:MAX_HEADERS])]
    if len(headers) > MAX_HEADERS:
        lines.append(f"... and {len(headers) - MAX_HEADERS} more header fields")
    if body:
        lines += ["", shown_body(body, limit)]
    return escape(clean_text("\n".join(lines)), quote=False)


def shown_body(body: bytes, limit: int) -> str:
    """Return a body for people: JSON with line breaks, of a long one its beginning, of one that is no text its size."""
    size = f"{len(body):,} bytes"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({size} that are no text)"
    pieces = indent_json(text) if _is_json(body) else iter((text,))
    shown = _beginning(pieces, limit)
    return shown if len(shown) <= limit else f"{shown[:limit]}\n... (cut: the whole body has {size})"


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _beginning(pieces: Iterator[str], limit: int) -> str:
    """Return what stands in the first pieces, at least `limit` characters and one more if there are as many."""
    found, length = [], 0
    for piece in pieces:
        found.append(piece)
        length += len(piece)
        if length > limit:
            break
    return "".join(found)
