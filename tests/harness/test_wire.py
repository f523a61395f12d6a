from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_api import describe, judge, plan, refuse, send

from mock_knock.arazzo.expression import MISSING
from mock_knock.contract.description import load_description
from mock_knock.harness.wire import Unsendable, WireRequest, build_request, request_message

BY_ID = describe("/jobs/{id}", "get")
PLAIN = describe()


@pytest.mark.parametrize("value", ["", ".", "..", None, [], {}])
def test_a_path_value_that_would_change_the_path(value: object) -> None:
    """A value that is empty, null or a dot segment cannot be sent."""
    assert refuse(BY_ID, plan(("id", "path", value))).hint


def test_a_path_without_its_value() -> None:
    """A path whose parameter is not given cannot be sent, and the parameter is named."""
    assert "id" in refuse(BY_ID, plan()).message


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_a_path_value_comes_back_whole(value: str) -> None:
    """Whatever text a path parameter has, percent-encoded it is one segment that decodes to the same text."""
    request = build_request(plan(("id", "path", value)), BY_ID.operations[0], "http://localhost")
    if isinstance(request, WireRequest):
        assert (4, True) == (request.http.url.count("/"), request.http.url.isascii())
        assert value == request.path["id"]
    else:
        assert not value.isprintable()  # half of a surrogate pair is no Unicode text


@pytest.mark.parametrize(
    ("value", "sent"), [("a/b c", "a%2Fb%20c"), (7, "7"), (True, "true"), (1.5, "1.5"), ("\u00e9", "%C3%A9")]
)
def test_path_values_are_encoded_whole(value: object, sent: str) -> None:
    """A path value is percent-encoded in UTF-8, its slashes too."""
    assert f"http://localhost/jobs/{sent}" == send(BY_ID, plan(("id", "path", value))).http.url


def test_a_server_may_end_in_a_slash() -> None:
    """A slash at the end of a server does not double the one of the path."""
    assert "http://localhost/things" == send(PLAIN, plan(), "http://localhost/").http.url


def test_the_headers_of_the_flow_come_after_accept() -> None:
    """A request accepts JSON and carries the headers of its step."""
    request = send(BY_ID, plan(("id", "path", "1"), ("Authorization", "header", "Bearer k")))
    assert (("Accept", "application/json"), ("Authorization", "Bearer k")) == request.http.headers


@pytest.mark.parametrize(
    ("statuses", "accepted"),
    [
        ({}, "application/json"),
        ({"200": {"text/csv": {}, "application/json; charset=utf-8": {}}}, "application/json"),
        ({"200": {"*/*": {}}}, "application/json"),
        ({"2XX": {"text/csv": {}}, "404": {"application/json": {}}}, "text/csv"),
        ({"200": {"text/csv": {}}, "201": {"text/csv": {}, "image/png": {}}}, "text/csv, image/png"),
        ({"default": {"text/csv": {}}}, "application/json"),
    ],
)
def test_what_is_asked_for(statuses: dict[str, Any], accepted: str) -> None:
    """JSON is asked for, unless success is only described in other media types."""
    responses = {status: {"content": content} for status, content in statuses.items()}
    assert accepted == send(describe(responses=responses), plan()).http.header("Accept")


def test_an_accept_of_the_step() -> None:
    """A step that says what it accepts says it alone."""
    request = send(PLAIN, plan(("accept", "header", "text/plain")))
    assert (("accept", "text/plain"),) == request.http.headers


def test_a_media_type_that_no_header_takes() -> None:
    """A described media type that would break the header apart is refused."""
    description = describe(responses={"200": {"content": {"text/\r\nx": {}}}})
    assert "Accept" in refuse(description, plan()).message


def test_a_header_given_twice() -> None:
    """Of a header that is given twice, in any case, the first is sent: the step's own stands before its workflow's."""
    request = send(PLAIN, plan(("X-Key", "header", "mine"), ("x-key", "header", "theirs")))
    assert (("Accept", "application/json"), ("X-Key", "mine")) == request.http.headers


@pytest.mark.parametrize("place", ["query", "querystring", "header", "cookie"])
def test_a_null_is_not_sent(place: str) -> None:
    """A parameter that is null is left out everywhere but in the path."""
    request = send(PLAIN, plan(("a", place, None)))
    assert ("http://localhost/things", (("Accept", "application/json"),)) == (request.http.url, request.http.headers)


@pytest.mark.parametrize(
    ("name", "place", "value", "at"),
    [
        ("X A", "header", "x", "name"),
        ("a=b", "cookie", "x", "name"),
        ("X-A", "header", "a\nb", "value"),
        ("X-A", "header", ["a", "\u20ac"], "value"),
    ],
)
def test_what_would_break_a_header(name: str, place: str, value: object, at: str) -> None:
    """Names that are no tokens and values with line breaks or wide letters are refused at their place."""
    assert f"/steps/2/parameters/0/{at}" == refuse(PLAIN, plan((name, place, value))).pointer


def test_cookies() -> None:
    """Cookies are one header, percent-encoded, behind those that the step wrote itself."""
    request = send(PLAIN, plan(("a", "cookie", "x; y"), ("Cookie", "header", "b=2;c"), ("d", "cookie", 4)))
    assert "b=2;c; a=x%3B%20y; d=4" == request.http.header("Cookie")
    assert {"b": "2", "a": "x; y", "d": "4"} == dict(request.cookies.items())


@pytest.mark.parametrize(
    ("value", "query"),
    [
        ("a=1&b=2", "a=1&b=2"),
        ("a=%20&b=100%", "a=%20&b=100%25"),
        ("q=\u00e9 x#y", "q=%C3%A9%20x%23y"),
        ('{"a":[1]}', "%7B%22a%22:[1]%7D"),
        ("", ""),
    ],
)
def test_a_whole_query(value: str, query: str) -> None:
    """A querystring parameter is the whole query; only what cannot stand in one is encoded."""
    url = send(PLAIN, plan(("q", "querystring", value))).http.url
    assert "http://localhost/things" + (f"?{query}" if query else "") == url


@pytest.mark.parametrize(
    "parameters",
    [
        [("q", "querystring", "a=1"), ("b", "query", "2")],
        [("q", "querystring", "a=1"), ("r", "querystring", "b=2")],
        [("q", "querystring", {"a": 1})],
    ],
)
def test_a_whole_query_beside_others(parameters: list[tuple[str, str, Any]]) -> None:
    """A whole query is text, and there is no other query beside it."""
    assert "/steps/2/parameters/0/value" == refuse(PLAIN, plan(*parameters)).pointer


def test_a_value_that_is_nested_too_deeply() -> None:
    """A value of more than 200 levels is refused before anything recurses into it."""
    value: list[Any] = []
    for _ in range(5_000):
        value = [value]
    assert "too deeply" in refuse(PLAIN, plan(("a", "query", value))).message


def test_what_expressions_read_of_a_request() -> None:
    """Query, path and body of a request are read as they were sent; of a repeated name the last value."""
    request = send(BY_ID, plan(("id", "path", "a/b"), ("tag", "query", ["x", "y z"])))
    message = request_message(request)
    assert ({"tag": "y z"}, {"id": "a/b"}, MISSING) == (message.query, message.path, message.body)


def test_an_operation_without_details() -> None:
    """Without details a request is written by the defaults of the standard."""
    request = build_request(plan(("a", "query", ["1", "2"])), PLAIN.operations[0], "http://localhost")
    assert isinstance(request, WireRequest)
    assert "http://localhost/things?a=1&a=2" == request.http.url


def test_a_value_that_is_no_json() -> None:
    """A value that JSON does not know is refused, not raised."""
    assert isinstance(build_request(plan(("a", "query", {1, 2})), PLAIN.operations[0], "http://localhost"), Unsendable)


def test_a_parameter_of_the_path_item_is_judged() -> None:
    """What is judged is what was sent, with the parameters that the path item describes."""
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    item = {"parameters": [number], "get": {"responses": {}}}
    description = load_description("api", {"openapi": "3.0.3", "paths": {"/jobs/{id}": item}}, where="api.yaml")
    assert [] == judge(description, send(description, plan(("id", "path", 7))))
    violation = ("request-parameter", "path.id", "must be of type integer")
    assert [violation] == judge(description, send(description, plan(("id", "path", "x"))))
