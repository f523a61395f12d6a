"""How payloads become bodies, and that the judge reads them as they were meant."""

from __future__ import annotations

from typing import Any

import pytest
from wire_api import describe, judge, plan, refuse, send

from mock_knock.contract.description import Description

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
FIELDS: dict[str, Any] = {
    "type": "object",
    "required": ["n"],
    "additionalProperties": False,
    "properties": {
        "n": {"type": "integer"},
        "ok": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "where": {"type": "object", "required": ["x"], "properties": {"x": {"type": "number"}}},
        "spots": {"type": "array", "items": {"type": "object", "required": ["x"]}},
        "word": {"type": "string", "maxLength": 3},
    },
}
VALUE: dict[str, Any] = {
    "n": 1,
    "ok": True,
    "tags": ["a b", "c"],
    "where": {"x": 1.5},
    "spots": [{"x": 1}],
    "word": None,
}


def taking(*media: str, schema: Any = FIELDS, **words: Any) -> Description:
    """Return an operation that takes these media types."""
    content = {each: {"schema": schema, **words} for each in media}
    return describe(requestBody={"required": True, "content": content})


@pytest.mark.parametrize("payload", [{"n": float("nan")}, {"n": "\ud800"}, {"n": {1, 2}}])
def test_a_payload_that_json_cannot_write(payload: object) -> None:
    """A payload that is not JSON cannot be sent, and nothing of it is changed silently."""
    assert refuse(describe(), plan(payload=payload)).message


def test_a_long_number_is_sent_whole() -> None:
    """A whole number beyond 64 bits arrives digit by digit."""
    request = send(describe(), plan(payload={"n": 2**70, "s": "\u00e9"}))
    assert b'{"n":1180591620717411303424,"s":"\xc3\xa9"}' == request.http.body


@pytest.mark.parametrize(
    ("payload", "body", "value"),
    [
        ('{"n": 1}\n', b'{"n": 1}\n', {"n": 1}),
        ("[1, 2]", b"[1, 2]", [1, 2]),
        ("[draft", b'"[draft"', "[draft"),
        ("[NaN]", b'"[NaN]"', "[NaN]"),
        ("[" * 100_000, b'"' + b"[" * 100_000 + b'"', "[" * 100_000),
        ("7", b'"7"', "7"),
        (None, b"null", None),
        (False, b"false", False),
    ],
)
def test_json_texts(payload: object, body: bytes, value: object) -> None:
    """A text that writes an object or array is sent as it stands; any other value is written as JSON."""
    request = send(describe(), plan(payload=payload))
    assert (body, value) == (request.http.body, request.payload)


@pytest.mark.parametrize(
    ("media", "wanted", "sent"),
    [
        ((), None, JSON),
        ((FORM, JSON), None, JSON),
        (("text/plain", "application/vnd.api+json"), None, "application/vnd.api+json"),
        ((FORM, "text/plain"), None, FORM),
        (("*/*",), None, JSON),
        (("application/*",), None, JSON),
        (("text/*",), None, "text/plain"),
        (("image/*",), None, "application/octet-stream"),
        ((FORM,), "application/problem+json; charset=utf-8", "application/problem+json; charset=utf-8"),
    ],
)
def test_the_content_type(media: tuple[str, ...], wanted: str | None, sent: str) -> None:
    """The flow's content type counts, then the description's, JSON before others; a range stands for JSON or text."""
    description = taking(*media, schema=True) if media else describe()
    assert sent == send(description, plan(payload="x", content_type=wanted)).http.header("Content-Type")


def test_a_content_type_that_is_a_header() -> None:
    """A Content-Type parameter counts where `contentType` says nothing, and is sent once."""
    header = ("content-type", "header", "text/plain")
    request = send(describe(), plan(header, payload="a"))
    assert [("Content-Type", "text/plain"), b"a"] == [request.http.headers[-1], request.http.body]
    request = send(describe(), plan(header, payload="a", content_type=JSON))
    assert [("Content-Type", JSON), b'"a"'] == [request.http.headers[-1], request.http.body]
    assert ("content-type", "text/plain") == send(describe(), plan(header)).http.headers[-1]


def test_a_content_type_that_would_break_the_header() -> None:
    """A content type with a line break is refused."""
    assert "contentType" in refuse(describe(), plan(payload={}, content_type="application/json;\r\nX: 1")).message


@pytest.mark.parametrize("method", ["get", "head", "delete"])
def test_a_body_where_none_is_usual(method: str) -> None:
    """A body is sent with any method: the flow wants it, and HTTP permits it."""
    assert b"{}" == send(describe(method=method), plan(payload={})).http.body


def test_a_form() -> None:
    """An object is written as a form: arrays repeated, objects as JSON text, nulls left out."""
    request = send(taking(FORM), plan(payload=VALUE))
    expected = b"n=1&ok=true&tags=a%20b&tags=c&where=%7B%22x%22%3A1.5%7D&spots=%7B%22x%22%3A1%7D"
    assert (expected, VALUE) == (request.http.body, request.payload)
    assert [] == judge(taking(FORM), request)


@pytest.mark.parametrize(
    ("encoding", "payload", "body"),
    [
        ({"where": {"style": "deepObject"}}, {"where": {"x": 1}}, b"where%5Bx%5D=1"),
        ({"where": {"style": "form"}}, {"where": {"x": 1}}, b"x=1"),
        ({"tags": {"style": "form", "explode": False}}, {"tags": ["a", "b"]}, b"tags=a,b"),
        ({"tags": {"style": "pipeDelimited"}}, {"tags": ["a", "b"]}, b"tags=a%7Cb"),
        ({"tags": {"contentType": "application/json"}}, {"tags": ["a"]}, b"tags=%5B%22a%22%5D"),
        ({"word": {"allowReserved": True}}, {"word": "a/b"}, b"word=a/b"),
        ({"word": "junk"}, {"word": "a/b"}, b"word=a%2Fb"),
    ],
)
def test_encodings_of_a_form(encoding: Any, payload: Any, body: bytes) -> None:
    """A property is written as its encoding says, and the judge reads it so."""
    schema = {**FIELDS, "required": [], "additionalProperties": True}
    description = taking(FORM, schema=schema, encoding=encoding)
    request = send(description, plan(payload=payload))
    assert body == request.http.body
    assert [] == judge(description, request)


@pytest.mark.parametrize(
    ("payload", "violations"),
    [
        ({"n": "x"}, [("/n", "must be of type integer")]),
        ({"ok": True}, [("/n", "is required")]),
        ({"n": 1, "word": "long"}, [("/word", "must not be longer than 3 characters")]),
        ({"n": 1, "where": {}}, [("/where/x", "is required")]),
        ({"n": 1, "where": "here"}, [("/where", "must be of type object")]),
        ({"n": 1, "other": ["1", "2"]}, [("", "has members that are not allowed: other")]),
    ],
)
@pytest.mark.parametrize("media", [FORM, MULTIPART])
def test_forms_are_judged(media: str, payload: Any, violations: list[tuple[str, str]]) -> None:
    """A form is judged by its schema, its texts read as the numbers and objects that the schema wants."""
    description = taking(media)
    expected = [("request-body", *each) for each in violations]
    assert expected == judge(description, send(description, plan(payload=payload)))


def test_a_form_as_text() -> None:
    """A form that the flow wrote itself is sent as it is, and judged; an array is no form."""
    request = send(taking(FORM), plan(payload="n=1&word=a+b"))
    assert (b"n=1&word=a+b", []) == (request.http.body, judge(taking(FORM), request))
    assert "array" in refuse(taking(FORM), plan(payload=[1])).message


def test_a_form_of_bad_bytes() -> None:
    """A form with bytes that are no UTF-8 is a violation, not an error."""
    request = send(taking(FORM), plan(payload="n=%ff"))
    assert [("request-body", "", "cannot be decoded as its media type says")] == judge(taking(FORM), request)


def test_a_multipart_form() -> None:
    """Each member is a part, each item of an array too; objects are JSON; the boundary depends on the content alone."""
    request = send(taking(MULTIPART), plan(payload={"n": 1, "tags": ["a", "b"], "where": {"x": 1}}))
    content_type = request.http.header("Content-Type") or ""
    mark = f"--{content_type.partition('boundary=')[2]}".encode()
    assert content_type.startswith("multipart/form-data; boundary=part-")
    expected = [
        b"",
        b'\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n',
        b'\r\nContent-Disposition: form-data; name="tags"\r\n\r\na\r\n',
        b'\r\nContent-Disposition: form-data; name="tags"\r\n\r\nb\r\n',
        b'\r\nContent-Disposition: form-data; name="where"\r\nContent-Type: application/json\r\n\r\n{"x":1}\r\n',
        b"--\r\n",
    ]
    assert expected == request.http.body.split(mark)
    assert [] == judge(taking(MULTIPART), request)
    assert content_type != send(taking(MULTIPART), plan(payload={"n": 2})).http.header("Content-Type")


def test_all_kinds_of_fields() -> None:
    """Every kind of value goes into a multipart form and comes back by its schema."""
    assert [] == judge(taking(MULTIPART), send(taking(MULTIPART), plan(payload=VALUE)))


def test_names_of_parts() -> None:
    """Quotes and line breaks in a name do not break its part."""
    body = send(describe(), plan(payload={'a"\r\nb': "x"}, content_type=MULTIPART)).http.body
    assert b'name="a%22%0D%0Ab"\r\n' in body


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ({"contentType": "image/png, image/jpeg"}, b'; filename="word"\r\nContent-Type: image/png\r\n'),
        ({"contentType": "text/csv"}, b'name="word"\r\nContent-Type: text/csv\r\n'),
        ({"contentType": "application/json"}, b'name="word"\r\nContent-Type: application/json\r\n\r\n"abc"'),
        ({"contentType": "image/*"}, b'name="word"\r\n\r\nabc'),
    ],
)
def test_encodings_of_a_multipart_form(encoding: Any, head: bytes) -> None:
    """A part has the content type of its encoding, and a file name when that is neither text nor JSON."""
    description = taking(MULTIPART, encoding={"word": encoding})
    request = send(description, plan(payload={"n": 1, "word": "abc"}))
    assert head in request.http.body
    assert [] == judge(description, request)


def test_an_array_as_one_part() -> None:
    """An array whose encoding says JSON is one part."""
    description = taking(MULTIPART, encoding={"tags": {"contentType": JSON}})
    request = send(description, plan(payload={"n": 1, "tags": ["a", "b"]}))
    assert b'\r\n\r\n["a","b"]\r\n' in request.http.body
    assert [] == judge(description, request)


def test_a_boundary_of_the_flow() -> None:
    """A boundary that the flow names is used, unless the payload has it inside."""
    description = taking(MULTIPART)
    wanted = 'multipart/form-data; boundary="a=b"'
    request = send(description, plan(payload={"n": 1}, content_type=wanted))
    assert (wanted, True) == (request.http.header("Content-Type"), request.http.body.startswith(b"--a=b\r\n"))
    assert [] == judge(description, request)
    assert "boundary" in refuse(description, plan(payload={"n": 1, "word": "--a=b"}, content_type=wanted)).message


PARTS = '--x\r\nContent-Disposition: form-data; name="n"\r\n\r\n5\r\n--x--\r\n'


@pytest.mark.parametrize("content_type", [None, "multipart/form-data; boundary=x"])
def test_a_multipart_form_as_text(content_type: str | None) -> None:
    """A form that the flow wrote itself is sent as it is; its first line tells the boundary."""
    description = taking(MULTIPART)
    request = send(description, plan(payload=PARTS, content_type=content_type))
    assert ("multipart/form-data; boundary=x", PARTS.encode()) == (
        request.http.header("Content-Type"),
        request.http.body,
    )
    assert [] == judge(description, request)


@pytest.mark.parametrize("payload", ["no parts", "--\r\n", 7, [1]])
def test_what_is_no_multipart_form(payload: object) -> None:
    """A text without a boundary, a number or an array is no multipart form."""
    assert "multipart" in refuse(taking(MULTIPART), plan(payload=payload)).message


@pytest.mark.parametrize(
    "text", ["--y\r\n\r\n", "", "--x\r\nContent-Disposition: form-data\r\n\r\n5\r\n--x--\r\n", "--x\r\nA"]
)
def test_a_multipart_form_that_cannot_be_read(text: str) -> None:
    """A broken multipart body is a violation, not an error."""
    description = taking(MULTIPART)
    request = send(description, plan(payload=text, content_type="multipart/form-data; boundary=x"))
    found = judge(description, request)
    assert ["request-body"] == [kind for kind, _, _ in found]


@pytest.mark.parametrize(
    ("content_type", "payload", "body"),
    [
        ("text/plain", "a\u00e9", "a\u00e9".encode()),
        ("text/plain; charset=latin-1", "a\u00e9", b"a\xe9"),
        ("text/plain", 7, b"7"),
        ("text/csv", ["a"], b'["a"]'),
        ("application/xml", "<a/>", b"<a/>"),
        ("application/soap+xml", True, b"true"),
        ("application/octet-stream", "bytes", b"bytes"),
        ("image/svg", {"a": 1}, b'{"a":1}'),
        ("application/vnd.other; charset=latin-1", "\u00e9", "\u00e9".encode()),
    ],
)
def test_texts(content_type: str, payload: object, body: bytes) -> None:
    """Text is sent as it is, in its charset where the type is text; other values by their text."""
    request = send(describe(), plan(payload=payload, content_type=content_type))
    assert (body, content_type, payload) == (request.http.body, request.http.header("Content-Type"), request.payload)


@pytest.mark.parametrize(
    ("content_type", "payload", "word"),
    [
        ("application/xml", {"a": 1}, "XML"),
        ("text/xml", [1], "XML"),
        ("text/plain; charset=klingon", "a", "utf-8"),
        ("text/plain; charset=ascii", "\u00e9", "Unicode"),
    ],
)
def test_texts_that_cannot_be_written(content_type: str, payload: object, word: str) -> None:
    """XML is not built from objects, and an unknown or narrow charset is refused with a remedy."""
    assert word in refuse(describe(), plan(payload=payload, content_type=content_type)).hint
