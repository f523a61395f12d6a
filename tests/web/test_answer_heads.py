"""The heads of answers on waitress, which are put together in a way of our own where they are usual."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.task import WSGITask

from mock_knock.local import running
from mock_knock.web.connection import FaultyTask
from mock_knock.web.server import EnvelopeChannel
from tests.web.raw_http import KEY, ask

NAMES = ("Content-Type", "content-length", "Content-Length", "x-request-id", "X-Mock-Fault-Applied", "Retry-After")
OF_SERVER = ("Date", "server", "Connection")
words = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=8)
fields = st.lists(st.tuples(st.sampled_from(NAMES) | st.sampled_from(OF_SERVER), words), max_size=6)
usual = st.lists(st.tuples(st.sampled_from(NAMES), words), max_size=4).map(
    lambda found: [*found, ("Content-Length", "12")]
)


def task(kind: type[WSGITask], version: str, connection: str | None) -> Any:
    """Return what answers a request of a version, with a Connection field of its own or none."""
    request = SimpleNamespace(version=version, headers={} if connection is None else {"CONNECTION": connection})
    channel = SimpleNamespace(server=SimpleNamespace(adj=SimpleNamespace(ident=None)))
    return kind(channel, request)


@given(
    usual | fields,
    st.sampled_from(["200 OK", "404 NOT FOUND", "204 NO CONTENT", "304 NOT MODIFIED", "503 X", "101 X"]),
    st.sampled_from(["1.1", "1.0", "2.0"]),
    st.none() | st.sampled_from(["close", "keep-alive", "Close", ""]),
    st.sampled_from([None, 12]),
    st.floats(0, 2**32),
    st.booleans(),
)
def test_a_head_is_that_of_waitress(  # everything that it depends on
    given_fields: list[tuple[str, str]],
    status: str,
    version: str,
    connection: str | None,
    length: int | None,
    start: float,
    closes: bool,  # noqa: FBT001  # drawn
) -> None:
    """Whatever an answer is like, its head has the bytes that waitress gives it, and it ends the connection or not."""
    heads = []
    for kind in (FaultyTask, WSGITask):
        found = task(kind, version, connection)
        found.status, found.response_headers, found.content_length = status, [*given_fields], length
        found.start_time, found.close_on_finish = start, closes
        heads.append((found.build_response_header(), found.close_on_finish, found.chunked_response))
    assert heads[1] == heads[0]


def test_a_small_answer_leaves_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Head and body of an answer are sent at once, so that a client gets both together."""
    sent, send = list[bytes](), EnvelopeChannel.send

    def noted(channel: EnvelopeChannel, data: bytes, **more: bool) -> int:
        sent.append(data)
        return int(send(channel, data, **more))

    monkeypatch.setattr(EnvelopeChannel, "send", noted)
    with running() as server:
        body = ask(server.url, b"GET /v1/users/ada HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n")[2]
    assert 1 == len(sent)
    assert sent[0].startswith(b"HTTP/1.1 404 ")
    assert sent[0].endswith(body)


def test_fields_of_proxies_are_in_the_journal() -> None:
    """What proxies say of a client changes nothing and is shown as it came."""
    head = b" HTTP/1.1\r\nHost: localhost\r\n" + KEY
    with running() as server:
        ask(server.url, b"GET /v1/users/ada" + head + b"X-Forwarded-For: 192.0.2.1\r\nForwarded: proto=https\r\n\r\n")
        shown = orjson.loads(ask(server.url, b"GET /_mock/requests" + head + b"\r\n")[2])["entries"][0]["request"]
    assert {"192.0.2.1", "proto=https"} <= {*dict(shown["headers"]).values()}
    assert shown["url"].startswith("http://localhost/")
