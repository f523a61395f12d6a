"""What a fault makes of the body of an answer."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.faults.body import BOM, TYPES, BodyFault, Replacement
from mock_knock.messages import JsonValue
from tests.domain.made_up_faults import bodies, members, pointers, values

HALF = Fraction(1, 2)
texts_of_bodies = st.binary(max_size=9) | values.map(lambda each: json.dumps(each).encode())


def change(value: JsonValue, before: JsonValue = None, **changes: Any) -> str:
    """Return the text of a value after changes of its body."""
    earlier = None if before is None else json.dumps(before).encode()
    return BodyFault(**changes).change(json.dumps(value).encode(), earlier).decode(errors="surrogatepass")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<html>", "<html>"),
        ("", ""),
        ("\ud800", "\ud800"),
        (None, "null"),
        ([1, "é"], '[1,"é"]'),
        ({"a": {}, "\ud800": 0}, '{"a":{},"\ud800":0}'),
    ],
)
def test_a_whole_body(value: JsonValue, expected: str) -> None:
    """A text takes the place of a body as it is, any other value as JSON."""
    assert expected == change({"b": 1}, replacement=Replacement(value))


@pytest.mark.parametrize(
    ("pointers_", "expected"),
    [
        (["/a"], '{"b":[1,{"c":2}],"d/~":3}'),
        (["/b/0"], '{"a":0,"b":[{"c":2}],"d/~":3}'),
        (["/b/1/c"], '{"a":0,"b":[1,{}],"d/~":3}'),
        (["/d~1~0"], '{"a":0,"b":[1,{"c":2}]}'),
        (["/a", "/b", "/d~1~0"], "{}"),
        (["/b/0", "/b/0"], '{"a":0,"b":[],"d/~":3}'),
        (["/x", "/", "/a/0", "/x/y"], '{"a":0,"b":[1,{"c":2}],"d/~":3}'),
        (["/b/2", "/b/01", "/b/-", "/b/-1", "/b/c", "/b/0/c"], '{"a":0,"b":[1,{"c":2}],"d/~":3}'),
        (["/b/\u0661", "/b/" + "9" * 5_000], '{"a":0,"b":[1,{"c":2}],"d/~":3}'),
    ],
)
def test_members_that_go(pointers_: list[str], expected: str) -> None:
    """A member or entry that a pointer names goes; a pointer to nothing changes nothing."""
    assert expected == change({"a": 0, "b": [1, {"c": 2}], "d/~": 3}, dropped=tuple(pointers_))


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"/a": 9}, '{"a":9,"b":[1,{}]}'),
        ({"/c": None}, '{"a":0,"b":[1,{}],"c":null}'),
        ({"/b/0": "é"}, '{"a":0,"b":["é",{}]}'),
        ({"/b/1/c": {}, "/b/1/c/d": 1}, '{"a":0,"b":[1,{"c":{"d":1}}]}'),
        ({"/b/2": 1, "/a/b": 1, "/x/y": 1, "/b/0/1": 1}, '{"a":0,"b":[1,{}]}'),
    ],
)
def test_members_that_are_set(new: dict[str, JsonValue], expected: str) -> None:
    """A member is set or added, an entry is set; nothing is added where there is nothing to hold it."""
    assert expected == change({"a": 0, "b": [1, {}]}, set=new)


def test_what_is_set_stays_as_it_was() -> None:
    """A value that is set is not changed by what comes after it, so that the next body gets the same."""
    fault = BodyFault(set={"/a": {"b": 1}, "/a/c": 2}, dropped=("/a/b",))
    assert b'{"a":{"b":1,"c":2}}' == fault.change(b"{}") == fault.change(b"{}")


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("string", ['"s"', '"7"', '"true"', '"null"', '"[1]"', '"{\\"a\\": 1}"']),
        ("number", ["1", "7", "1", "1", "1", "1"]),
        ("boolean", ["true", "true", "true", "false", "true", "true"]),
        ("array", ['["s"]', "[7]", "[true]", "[null]", "[[1]]", '[{"a":1}]']),
        (
            "object",
            ['{"value":"s"}', '{"value":7}', '{"value":true}', '{"value":null}', '{"value":[1]}', '{"value":{"a":1}}'],
        ),
        ("null", ["null"] * 6),
    ],
)
def test_types(type_: str, expected: list[str]) -> None:
    """A member becomes one of another type that holds what it was, where that is possible."""
    found = [change([value], types={"/0": type_}) for value in ("s", 7, True, None, [1], {"a": 1})]
    assert [f"[{each}]" for each in expected] == found


@given(values, st.sampled_from(sorted(TYPES)))
def test_a_type_is_what_it_says(value: JsonValue, type_: str) -> None:
    """Whatever a member was, it is of the type that it is to be."""
    kinds: dict[str, Any] = {
        "string": str,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    assert isinstance(json.loads(change({"a": value}, types={"/a": type_}))["a"], kinds[type_])


@pytest.mark.parametrize(
    ("nested", "expected"),
    [
        ({"/a": 1}, '{"a":[0],"b":[{"c":[]}]}'),
        ({"/b/0/c": 3}, '{"a":0,"b":[{"c":[[[[]]]]}]}'),
        ({"/a": 1, "/b": 2}, '{"a":[0],"b":[[[{"c":[]}]]]}'),
    ],
)
def test_members_that_are_nested(nested: dict[str, int], expected: str) -> None:
    """A member is put into so many arrays."""
    assert expected == change({"a": 0, "b": [{"c": []}]}, nested=nested)


def test_deep_nesting() -> None:
    """A member can be nested deeper than JSON can be read."""
    depth = 10_000
    assert '{"a":' + "[" * depth + "0" + "]" * depth + "}" == change({"a": 0}, nested={"/a": depth})


@pytest.mark.parametrize("changes", [{"types": {"/x": "null", "/a/b": "array"}}, {"nested": {"/x": 2, "/b/0": 1}}])
def test_what_is_not_there_has_no_type(changes: dict[str, Any]) -> None:
    """A member that is not there neither gets a type nor is nested."""
    assert '{"a":0,"b":[]}' == change({"a": 0, "b": []}, **changes)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"a": 1, "b": {"c": 2}}, '{"a":1,"b":{"c":2}}'),
        ({"a": None, "b": {}}, '{"a":null,"b":{"c":8}}'),
        ({"b": {"c": [3]}}, '{"a":9,"b":{"c":[3]}}'),
        ([1], '{"a":9,"b":{"c":8}}'),
        (None, '{"a":9,"b":{"c":8}}'),
    ],
)
def test_members_that_are_repeated(before: JsonValue, expected: str) -> None:
    """A member has the value of the answer before, null included; without one it keeps its own."""
    assert expected == change({"a": 9, "b": {"c": 8}}, before, repeated=("/a", "/b/c"))


def test_an_answer_before_that_is_no_json() -> None:
    """What cannot be read cannot be repeated."""
    assert b'{"a":9}' == BodyFault(repeated=("/a",)).change(b'{"a": 9}', b"<html>")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"/a": "NaN"}, '{"a":NaN,"b":["x"]}'),
        ({"/a": ""}, '{"a":,"b":["x"]}'),
        ({"/b/0": "-"}, '{"a":0,"b":[-]}'),
        ({"/c": "1e999"}, '{"a":0,"b":["x"],"c":1e999}'),
        ({"/a": '"\\u0000raw1\\u0000"', "/b/0": "2"}, '{"a":"\\u0000raw1\\u0000","b":[2]}'),
        ({"/a": "\ud800"}, '{"a":\ud800,"b":["x"]}'),
    ],
)
def test_raw_texts(raw: dict[str, str], expected: str) -> None:
    """Any text can stand in the place of a member, JSON or not, and whatever stands elsewhere."""
    assert expected == change({"a": 0, "b": ["x"]}, raw=raw)


@pytest.mark.parametrize(
    ("doubled", "expected"),
    [
        (["/a"], '{"a":null,"a":0,"b/~":1}'),
        (["/b~1~0", "/a"], '{"b/~":null,"a":null,"a":0,"b/~":1}'),
        (["/x"], '{"a":0,"b/~":1}'),
    ],
)
def test_members_that_are_there_twice(doubled: list[str], expected: str) -> None:
    """A member is there twice, first as null; one that is not there is not."""
    assert expected == change({"a": 0, "b/~": 1}, doubled=tuple(doubled))


def test_a_list_has_no_member_twice() -> None:
    """The entries of a list have no names that could be there twice."""
    assert "[0]" == change([0], doubled=("/0",))


@pytest.mark.parametrize(
    ("kept", "expected"), [(Fraction(1), "[1,22]"), (HALF, "[1,"), (Fraction(0), ""), (Fraction(2, 3), "[1,2")]
)
def test_bodies_that_are_cut_off(kept: Fraction, expected: str) -> None:
    """A share of the bytes is left, rounded down."""
    assert expected == BodyFault(kept=kept, dropped=("/9",)).change(b"[1, 22]").decode()


def test_a_byte_order_mark() -> None:
    """A body can begin with a byte order mark, which is not cut off."""
    assert BOM + b"[" == BodyFault(has_bom=True, kept=HALF).change(b"[]")


def test_the_order_of_changes() -> None:
    """Changes are made one after the other: what takes the place of a body is changed, cut off and marked like one."""
    fault = BodyFault(
        replacement=Replacement({"a": 1, "b": 2, "c": 3}),
        dropped=("/a",),
        set={"/a": "1", "/b": "x"},
        types={"/a": "array"},
        nested={"/a": 1},
        repeated=("/c",),
        raw={"/b": "NaN"},
        doubled=("/c",),
        kept=Fraction(9, 10),
        has_bom=True,
    )
    whole = b'{"c":null,"b":NaN,"c":7,"a":[["1"]]}'
    assert BOM + whole[: len(whole) * 9 // 10] == fault.change(b"{}", b'{"c": 7}')


@pytest.mark.parametrize("body", [b"", b"<html>", b'"text"', b"7", b"null", b"\xff", b"[" * 100_000, b"9" * 5_000])
def test_a_body_without_members(body: bytes) -> None:
    """A body that is no JSON, or has no members, stays as it is."""
    assert body == BodyFault(dropped=("/a",), set={"/a": 1}, doubled=("/a",)).change(body)


@given(st.dictionaries(st.text("ab/~é", max_size=3), values, max_size=3), pointers | members)
def test_what_is_not_named_stays(value: dict[str, JsonValue], pointer: str) -> None:
    """A member of the body in which nothing is named is the same afterwards."""
    dropped = json.loads(change(value, dropped=(pointer,)))
    added = json.loads(change(value, set={pointer: "new"}))
    top = pointer[1:].split("/", maxsplit=1)[0].replace("~1", "/").replace("~0", "~")
    for name in value.keys() - {top}:
        assert value[name] == dropped[name] == added[name]


@given(bodies, texts_of_bodies, st.none() | texts_of_bodies)
def test_every_body_can_be_changed(fault: BodyFault, body: bytes, before: bytes | None) -> None:
    """Whatever is to be changed of whatever body, there is something to send."""
    assert isinstance(fault.change(body, before), bytes)
