from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import ref

import pytest

from mock_knock.local import FakeOptions, build_fake
from mock_knock.web.granian_server import open_granian
from mock_knock.web.server import open_server
from tests.web.raw_http import IDENTIFY, KEY, USERS, ask, eventually, in_thread, with_body

REQUESTS = {
    "identify": with_body(IDENTIFY, USERS),
    "refused": with_body(IDENTIFY, b'{"users": 1}'),
    "no JSON": with_body(IDENTIFY, b"{"),
    "no route": b"GET /v1/nowhere HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n",
    "no page": b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "other method": b"DELETE /v1/users/bulk/identify HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n",
    "missing": b"GET /v1/users/nobody HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n",
    "control": b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no key": b"GET /v1/users HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.fixture(params=[open_server, open_granian])
def kept(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[ref[Any]]]]:
    """Yield the address of a fake on each server, and what is noted of what its requests came with."""
    application, bodies = build_fake(FakeOptions()).application, list[ref[Any]]()

    def noting(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        bodies.append(ref(environ["wsgi.input"]))
        answer: Iterable[bytes] = application(environ, start)
        return answer

    server = request.param(noting, host="127.0.0.1", port=0)
    with in_thread(server):
        yield server.url, bodies


@pytest.mark.parametrize("sent", REQUESTS.values(), ids=REQUESTS)
def test_a_request_goes_at_once(kept: tuple[str, list[ref[Any]]], sent: bytes) -> None:
    """What a request came with goes once it is answered: it does not stay until garbage is collected."""
    url, bodies = kept
    gc.disable()
    try:
        ask(url, sent)
        (body,) = bodies
        eventually(lambda: body() is None)
    finally:
        gc.enable()
