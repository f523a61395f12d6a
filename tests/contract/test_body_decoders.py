"""How the judge reads bodies: JSON, text, bytes and forms."""

from __future__ import annotations

import pytest
from one_operation import NO_FORM, NUMBERS, POINT, SHORT, TOO_LONG, ask, body, judge

from mock_knock.messages import JsonValue


@pytest.mark.parametrize(
    ("schema", "content_type", "media", "data", "found"),
    [
        (POINT, "application/json", "*/*", b"{}", [("/x", "is required")]),
        (POINT, "application/vnd.x+json", "application/*", b"{}", [("/x", "is required")]),
        ({"type": "integer"}, "text/plain; charset=utf-8", "text/*", b"x", [("", "must be of type integer")]),
        ({"type": "integer"}, "text/plain", "text/plain", b"7", []),
        (SHORT, "text/csv", "text/csv", b"ab", [("", TOO_LONG)]),
        (NUMBERS, "text/csv", "text/csv", b"1,2", []),
        ({"maxLength": 1}, "text/html", "text/html", b"ab", [("", TOO_LONG)]),
        (POINT, "application/xml", "application/xml", b"<x>1</x>", []),
        (POINT, "text/xml", "text/xml", b"<x>1</x>", []),
        (POINT, "application/yaml", "application/yaml", b"x: 1", []),
        ({"type": "string", "format": "binary", "maxLength": 2}, "image/png", "image/*", b"\x89P", []),
        (SHORT, "application/octet-stream", "*/*", b"\xff\xff", [("", TOO_LONG)]),
        (POINT, "text/plain", "application/json", b"", []),
        (POINT, "a/b;c=d", "x/y", b"{}", [("Content-Type", "'a/b' is not described; described: x/y")]),
        (POINT, "", "application/json", b"{}", [("Content-Type", "is missing; described: application/json")]),
        (POINT, "multipart/form-data", "multipart/form-data", b"--x", [("", NO_FORM)]),
        (POINT, "multipart/mixed; boundary=x", "multipart/mixed", b"--x", []),
        (POINT, "application/json;;=", "application/json", b'{"x": 1}', []),
        (POINT, "text/html;;=;a", "text/html", b"x", []),
    ],
)  # fmt: skip
def test_bodies(schema: JsonValue, content_type: str, media: str, data: bytes, found: list[tuple[str, str]]) -> None:
    """A body is decoded by the media type it was sent with, also where a range describes it; XML is not judged."""
    assert found == body(schema, content_type, data, media)


def test_a_form_without_a_schema() -> None:
    """A form that no schema describes is accepted when it is one."""
    described = judge({"requestBody": {"content": {"application/x-www-form-urlencoded": {}}}})
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    assert [] == ask(described, headers, b"a=1&a=2&b")
    assert [("", NO_FORM)] == ask(described, headers, b"a=%ff")
    assert [("", NO_FORM)] == ask(described, headers, b"&".join([b"a=1"] * 10_001))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"where[x]=1&where[y]=2&n=5", []),
        (b"where[x]=a&n=5", [("/where/x", "must be of type integer")]),
        (b"where=%7B%7D&n=5", [("/where/x", "is required")]),
        (b"n=5&more=1&more=2", [("/more", "must be of type integer")]),
        (b"n=5&more=1", []),
        (b"n=5&n=6", []),
        (b"", []),
    ],
)
def test_fields_of_a_form(data: bytes, found: list[tuple[str, str]]) -> None:
    """Objects come in brackets or as JSON, other members by `additionalProperties`; a repeated field counts once."""
    schema = {
        "type": "object",
        "properties": {"where": POINT, "n": {"type": "integer"}},
        "additionalProperties": {"type": "integer"},
    }
    assert found == body(schema, "application/x-www-form-urlencoded", data)


def multipart(*parts: bytes) -> bytes:
    """Return a multipart form of parts with their heads."""
    return b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (multipart(b'name="n"\r\n\r\n5', b'name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89\xff'), []),
        (multipart(b'name="n"\r\n\r\nfive'), [("/n", "must be of type integer")]),
        (multipart(b'name="n"\r\nContent-Type: application/json\r\n\r\n{'), [("", NO_FORM)]),
        (multipart(b'name="l"\r\n\r\n1'), []),
        (multipart(b'name="l"\r\n\r\n1', b'name="l"\r\n\r\nx'), [("/l/1", "must be of type integer")]),
        (multipart(b'name="n"\r\n\r\n5', b'name="n"\r\n\r\n6'), [("/n", "must be of type integer")]),
        (b"--x\r\n\r\n", [("", NO_FORM)]),
        (b"nothing", [("", NO_FORM)]),
        (multipart(*[b'name="n"\r\n\r\n5'] * 10_001), [("", NO_FORM)]),
    ],
)
def test_parts_of_a_form(data: bytes, found: list[tuple[str, str]]) -> None:
    """Parts are judged by their content types, several of one name as an array; a broken form is a violation."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "l": NUMBERS, "f": {"type": "string"}}}
    assert found == body(schema, "multipart/form-data; boundary=x", data, "multipart/form-data")
