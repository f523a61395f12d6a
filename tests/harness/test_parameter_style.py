"""Each style as the standard writes it, and back: the judge reads the very value from what was sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_api import describe, judge, plan, refuse, send

from mock_knock.contract.description import Description

LIST = ["blue", "black"]
OBJECT = {"R": 100, "G": 200}


def described(place: str, value: Any, **words: Any) -> Description:
    """Return an operation with a parameter `p` that can only have this value."""
    kind = {list: "array", dict: "object", str: "string", int: "integer", float: "number", bool: "boolean"}[type(value)]
    schema: dict[str, Any] = {"type": kind, "const": value}
    if isinstance(value, dict):
        schema["properties"] = {name: member_schema(member) for name, member in value.items()}
    if isinstance(value, list):
        schema["items"] = member_schema(value[0]) if value else {}
    found = {"name": "p", "in": place, "required": True, "schema": schema, **words}
    return describe("/x/{p}/y" if place == "path" else "/x", "get", parameters=[found])


def member_schema(value: Any) -> Any:
    """Return a schema of the type of a value."""
    match value:
        case dict():
            return {"type": "object", "properties": {name: member_schema(member) for name, member in value.items()}}
        case list():
            return {"type": "array", "items": member_schema(value[0])}
        case bool() | int():
            return {"type": "boolean" if isinstance(value, bool) else "integer"}
    return {"type": "string"}


@pytest.mark.parametrize(
    ("words", "value", "sent"),
    [
        ({}, "blue", "blue"),
        ({}, LIST, "blue,black"),
        ({}, OBJECT, "R,100,G,200"),
        ({"explode": True}, OBJECT, "R=100,G=200"),
        ({"style": "label"}, 5, ".5"),
        ({"style": "label"}, LIST, ".blue,black"),
        ({"style": "label", "explode": True}, LIST, ".blue.black"),
        ({"style": "label"}, OBJECT, ".R,100,G,200"),
        ({"style": "label", "explode": True}, OBJECT, ".R=100.G=200"),
        ({"style": "matrix"}, "blue", ";p=blue"),
        ({"style": "matrix"}, LIST, ";p=blue,black"),
        ({"style": "matrix", "explode": True}, LIST, ";p=blue;p=black"),
        ({"style": "matrix"}, OBJECT, ";p=R,100,G,200"),
        ({"style": "matrix", "explode": True}, OBJECT, ";R=100;G=200"),
        ({"style": "form"}, LIST, "blue,black"),
        ({}, ["a/b", "c d"], "a%2Fb,c%20d"),
    ],
)
def test_path_styles(words: dict[str, Any], value: Any, sent: str) -> None:
    """A path parameter is written in its style, and the judge reads the same value back."""
    description = described("path", value, **words)
    request = send(description, plan(("p", "path", value)))
    assert f"http://localhost/x/{sent}/y" == request.http.url
    assert [] == judge(description, request)


@pytest.mark.parametrize(
    ("words", "value", "sent"),
    [
        ({}, "a&b", "p=a%26b"),
        ({}, 1.5, "p=1.5"),
        ({}, LIST, "p=blue&p=black"),
        ({}, ["blue"], "p=blue"),
        ({"explode": False}, LIST, "p=blue,black"),
        ({}, OBJECT, "R=100&G=200"),
        ({}, {"a": ["x", "y"], "b": 1}, "a=%5B%22x%22%2C%22y%22%5D&b=1"),
        ({"explode": False}, OBJECT, "p=R,100,G,200"),
        ({"explode": False}, [], "p="),
        ({"style": "spaceDelimited"}, LIST, "p=blue%20black"),
        ({"style": "spaceDelimited"}, OBJECT, "p=R%20100%20G%20200"),
        ({"style": "spaceDelimited", "explode": True}, LIST, "p=blue&p=black"),
        ({"style": "pipeDelimited"}, LIST, "p=blue%7Cblack"),
        ({"style": "pipeDelimited"}, OBJECT, "p=R%7C100%7CG%7C200"),
        ({"style": "deepObject"}, OBJECT, "p%5BR%5D=100&p%5BG%5D=200"),
        ({"style": "deepObject"}, {"a": {"b": ["x"], "c": True}}, "p%5Ba%5D%5Bb%5D=x&p%5Ba%5D%5Bc%5D=true"),
        ({"style": "deepObject"}, {"a": [{"b": 1}, {"b": 2}]}, "p%5Ba%5D%5B0%5D%5Bb%5D=1&p%5Ba%5D%5B1%5D%5Bb%5D=2"),
        ({"style": "deepObject"}, LIST, "p=blue&p=black"),
        ({"style": "deepObject"}, "blue", "p=blue"),
        ({"allowReserved": True}, "a/b?c:d&e=%2F%", "p=a/b?c:d%26e%3D%2F%25"),
        ({"content": {"application/json": {"schema": {"const": [1]}}}}, [1], "p=%5B1%5D"),
        ({"content": {"application/json": {"schema": {"const": "7"}}}}, "7", "p=%227%22"),
    ],
)  # fmt: skip
def test_query_styles(words: dict[str, Any], value: Any, sent: str) -> None:
    """A query parameter is written in its style, and the judge reads the same value back."""
    description = described("query", value, **words)
    request = send(description, plan(("p", "query", value)))
    assert f"http://localhost/x?{sent}" == request.http.url
    if not (words == {"style": "deepObject"} and not isinstance(value, dict)) and not words.get("allowReserved"):
        assert [] == judge(description, request)


@pytest.mark.parametrize(
    ("words", "value", "sent"),
    [
        ({}, "a, b", "a, b"),
        ({}, True, "true"),
        ({}, LIST, "blue,black"),
        ({}, OBJECT, "R,100,G,200"),
        ({"explode": True}, OBJECT, "R=100,G=200"),
    ],
)
def test_header_styles(words: dict[str, Any], value: Any, sent: str) -> None:
    """A header parameter is written in its style, unencoded, and the judge reads the same value back."""
    description = described("header", value, **words)
    request = send(description, plan(("P", "header", value)))
    assert sent == request.http.header("p")
    assert [] == judge(description, request)


@pytest.mark.parametrize(
    ("words", "value", "sent"),
    [
        ({}, "a b", "p=a%20b"),
        ({}, LIST, "p=blue; p=black"),
        ({"explode": False}, LIST, "p=blue%2Cblack"),
        ({}, OBJECT, "R=100; G=200"),
        ({"explode": False}, OBJECT, "p=R%2C100%2CG%2C200"),
    ],
)
def test_cookie_styles(words: dict[str, Any], value: Any, sent: str) -> None:
    """A cookie parameter is written in its style, and the judge reads the same value back."""
    description = described("cookie", value, **words)
    request = send(description, plan(("p", "cookie", value)))
    assert sent == request.http.header("Cookie")
    assert [] == judge(description, request)


@pytest.mark.parametrize(
    ("place", "value", "sent"),
    [
        ("query", LIST, "?p=blue&p=black"),
        ("query", OBJECT, "?R=100&G=200"),
        ("query", ["a", None, 1], "?p=a&p=1"),
        ("query", {"a": None, "b": 1}, "?b=1"),
        ("query", [["a"]], "?p=%5B%22a%22%5D"),
        ("path", LIST, "blue,black"),
        ("path", OBJECT, "R,100,G,200"),
    ],
)
def test_parameters_that_are_not_described(place: str, value: Any, sent: str) -> None:
    """A parameter that is not described is written by the defaults of its place; nulls in it are left out."""
    description = describe("/x/{p}" if place == "path" else "/x/", "get")
    assert f"http://localhost/x/{sent}" == send(description, plan(("p", place, value))).http.url


def test_deep_objects_leave_nulls_out() -> None:
    """A null inside a deep object is not sent either."""
    description = described("query", {"a": 1}, style="deepObject")
    request = send(description, plan(("p", "query", {"a": 1, "b": None})))
    assert "http://localhost/x?p%5Ba%5D=1" == request.http.url


def test_content_that_is_no_json() -> None:
    """A parameter described as text is its text; an object does not fit it."""
    description = described("query", "a", content={"text/plain": {"schema": {"type": "string"}}})
    assert (("p", "a b"),) == send(description, plan(("p", "query", "a b"))).query
    assert "text/plain" in refuse(description, plan(("p", "query", {"a": 1}))).message


words = st.text(st.characters(codec="utf-8", exclude_characters=",", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(words, min_size=1))
def test_every_text_comes_back(value: list[str]) -> None:
    """Whatever texts an exploded array has, they arrive as they were."""
    request = send(described("query", value), plan(("p", "query", value)))
    assert tuple(("p", text) for text in value) == request.query
    assert [] == judge(described("query", value), request)
