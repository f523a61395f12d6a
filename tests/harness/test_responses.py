from __future__ import annotations

import pytest

from mock_knock.arazzo.expression import MISSING
from mock_knock.harness.responses import response_message
from mock_knock.messages import HttpResponse, JsonValue


def read(body: bytes, content_type: str | None) -> JsonValue:
    """Return the body that expressions read."""
    headers = () if content_type is None else (("content-type", content_type),)
    return response_message(HttpResponse(200, headers, body)).body


@pytest.mark.parametrize(
    ("content_type", "body", "value"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/problem+json; charset=utf-8", b"[1]", [1]),
        (None, b"7", 7),
        ("", b"null", None),
        ("application/octet-stream", b"true", True),
        ("application/json", b"{broken", "{broken"),
        (None, b"\xff", "\ufffd"),
        ("text/plain", b'{"a": 1}', '{"a": 1}'),
        ("TEXT/HTML; charset=ISO-8859-1", b"\xe9", "\u00e9"),
        ("text/plain; charset=klingon", b"\xc3\xa9", "\u00e9"),
        ("text/plain; charset=idna", b"\xc3\xa9", "\u00e9"),
        ("application/xml", b"1", "1"),
        ("text/xml", b"<?xml version='1.0' encoding='latin-1'?>\xe9", "<?xml version='1.0' encoding='latin-1'?>\u00e9"),
        ("a/b+xml; charset=utf-8", b'<?xml encoding="latin-1"?>\xc3\xa9', '<?xml encoding="latin-1"?>\u00e9'),
        ("text/csv", b'<?xml encoding="latin-1"?>\xc3\xa9', '<?xml encoding="latin-1"?>\u00e9'),
        ("application/json", b"", MISSING),
    ],
)  # fmt: skip
def test_bodies_by_their_media_types(content_type: str | None, body: bytes, value: JsonValue) -> None:
    """XML and text stay text in their charset, anything else is JSON if it can be read so, and nothing is missing."""
    assert value == read(body, content_type)


def test_headers_of_a_response() -> None:
    """A response has headers, and neither query nor path."""
    message = response_message(HttpResponse(200, (("A", "b"),)))
    assert ((("A", "b"),), {}, {}) == (message.headers, message.query, message.path)
