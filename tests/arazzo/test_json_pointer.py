"""JSON Pointer: the examples and rules of RFC 6901."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.expressions.pointer import (
    MISSING,
    PointerSyntaxError,
    join_pointer,
    resolve_pointer,
    split_pointer,
)
from mock_knock.messages import JsonValue

RFC_DOCUMENT = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.parametrize(
    ("expected", "pointer"),
    [
        (RFC_DOCUMENT, ""),
        (["bar", "baz"], "/foo"),
        ("bar", "/foo/0"),
        (0, "/"),
        (1, "/a~1b"),
        (2, "/c%d"),
        (3, "/e^f"),
        (4, "/g|h"),
        (5, "/i\\j"),
        (6, '/k"l'),
        (7, "/ "),
        (8, "/m~0n"),
    ],
)
def test_rfc_examples(expected: JsonValue, pointer: str) -> None:
    """The examples of RFC 6901 section 5 resolve as printed there."""
    assert expected == resolve_pointer(RFC_DOCUMENT, pointer)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({}, "/a"),
        ([1], "/1"),
        ([1], "/-"),
        ([1], "/00"),
        ([1, 2], "/01"),
        ([1], "/-1"),
        ([1], "/+0"),
        ([1], "/\u0660"),
        ([1], "/" + "9" * 5000),
        ("text", "/0"),
        (None, "/a"),
        (7, "/a"),
        ({"a": None}, "/a/b"),
    ],
)
def test_nothing_there(document: JsonValue, pointer: str) -> None:
    """A pointer to nothing is MISSING, whatever stands in its way."""
    assert resolve_pointer(document, pointer) is MISSING


def test_null_is_a_value() -> None:
    """A JSON null that a pointer names is None and not MISSING."""
    assert resolve_pointer({"a": None}, "/a") is None


def test_escapes_are_read_once() -> None:
    """`~01` means the characters `~1` and not a slash (section 4)."""
    assert ("~1",) == split_pointer("/~01")


@pytest.mark.parametrize(("column", "pointer"), [(0, "a"), (0, "#/a"), (2, "/a~"), (1, "/~2"), (4, "/~0/~x")])
def test_bad_pointers(column: int, pointer: str) -> None:
    """A text that is not a pointer is refused with the place of the fault."""
    with pytest.raises(PointerSyntaxError) as caught:
        split_pointer(pointer)
    assert column == caught.value.column


@given(st.lists(st.text()))
def test_join_is_the_inverse_of_split(tokens: list[str]) -> None:
    """Any reference tokens survive joining and splitting."""
    assert tuple(tokens) == split_pointer(join_pointer(tokens))


def test_indices_are_joined_as_numbers() -> None:
    """An integer is a reference token too."""
    assert "/items/0/id" == join_pointer(["items", 0, "id"])


def test_missing_says_its_name() -> None:
    """MISSING shows as a word in messages of failed tests."""
    assert "MISSING" == repr(MISSING)
