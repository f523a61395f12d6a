"""Replacements in a payload: where they go, and that nothing else changes."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.document import Replacement
from mock_knock.arazzo.expressions.pointer import MISSING, join_pointer, resolve_pointer
from mock_knock.arazzo.queries.selector import SelectorType
from mock_knock.arazzo.replacement import ReplacementError, check_target, is_json_type, replace_in, target_type
from mock_knock.messages import JsonValue

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=10,
)


def replaced(payload: JsonValue, target: str, value: JsonValue, kind: SelectorType = "jsonpointer") -> JsonValue:
    """Replace in a payload without a media type."""
    return replace_in(payload, Replacement(target, value, kind), value, None)


@pytest.mark.parametrize(
    ("expected", "payload", "target"),
    [
        ("x", {"a": 1}, ""),
        ({"a": "x"}, {"a": 1}, "/a"),
        ({"a": 1, "b": "x"}, {"a": 1}, "/b"),
        ({"a": {"-": "x"}}, {"a": {}}, "/a/-"),
        ({"a/b": {"c~d": "x"}}, {"a/b": {}}, "/a~1b/c~0d"),
        ([0, "x"], [0, 1], "/1"),
        ([0, 1, "x"], [0, 1], "/-"),
        ({"a": [[], {"b": "x"}]}, {"a": [[], {"b": None}]}, "/a/1/b"),
        ({"1": {"0": "x"}}, {"1": {}}, "/1/0"),
    ],
)
def test_pointers(expected: JsonValue, payload: JsonValue, target: str) -> None:
    """A pointer names a place that is there, a new member of an object, or with `-` the end of an array."""
    assert expected == replaced(payload, target, "x")


@pytest.mark.parametrize(
    ("payload", "target"),
    [({}, "/a/b"), ([], "/0"), ([1], "/1"), ([1], "/01"), ([1], "/a"), ([1], "/-/a"), ("text", "/0"), (1, "/a")],
)
def test_places_that_are_not_there(payload: JsonValue, target: str) -> None:
    """What lies above the place must be there, and an array has no gaps."""
    with pytest.raises(ReplacementError, match="has no place") as caught:
        replaced(payload, target, "x")
    assert "replacement-unmatched" == caught.value.code


@pytest.mark.parametrize(
    ("expected", "target"),
    [
        ({"a": [{"b": "x"}, {"b": "x"}], "b": 3}, "$.a[*].b"),
        ({"a": [{"b": "x"}, {"b": "x"}], "b": "x"}, "$..b"),
        ({"a": [{"b": 1}, {"b": "x"}], "b": 3}, "$.a[?@.b == 2].b"),
        ({"a": [{"b": 1}, "x"], "b": 3}, "$.a[-1]"),
        ({"a": ["x", "x"], "b": 3}, "$.a[0, 1, 1]"),
        ("x", "$"),
        ({"a": "x", "b": "x"}, "$..*"),
    ],
)
def test_queries(expected: JsonValue, target: str) -> None:
    """JSONPath sets every node it selects; one that lies in a part already replaced is gone."""
    assert expected == replaced({"a": [{"b": 1}, {"b": 2}], "b": 3}, target, "x", "jsonpath")


def test_queries_of_the_draft() -> None:
    """The version of a query counts in targets too."""
    replacement = Replacement("$.a[(@.length-1)]", "x", "jsonpath", "draft-goessner-dispatch-jsonpath-00")
    assert {"a": [1, "x"]} == replace_in({"a": [1, 2]}, replacement, "x", None)


@pytest.mark.parametrize(
    ("code", "payload", "target", "kind"),
    [
        ("replacement-invalid", {}, "a", "jsonpointer"),
        ("replacement-invalid", {}, "$[", "jsonpath"),
        ("replacement-invalid", {"a": "b"}, "$[?match(@, '(')]", "jsonpath"),
        ("replacement-unmatched", {}, "$.a", "jsonpath"),
        ("replacement-invalid", {}, "/a", "xpath"),
        ("replacement-invalid", "<a>", "/a", "xpath"),
        ("replacement-invalid", "<a/>", "/a[", "xpath"),
        ("replacement-invalid", "<a/>", "1 + 1", "xpath"),
        ("replacement-unmatched", "<a/>", "/b", "xpath"),
    ],
)
def test_targets_that_cannot_be_used(code: str, payload: JsonValue, target: str, kind: SelectorType) -> None:
    """A target that is no pointer or query, or selects nothing, has a code."""
    with pytest.raises(ReplacementError) as caught:
        replaced(payload, target, 1, kind)
    assert code == caught.value.code


@pytest.mark.parametrize(
    ("expected", "target", "value"),
    [
        ('<a n="1"><b>&lt;7&gt;</b></a>', "/a/b", "<7>"),
        ('<a n="[1,true]"><b>x</b></a>', "/a/@n", [1, True]),
        ('<a n="1">null</a>', "/a", None),
    ],
)
def test_xpath(expected: str, target: str, value: JsonValue) -> None:
    """XPath sets contents and attributes of an XML text; values that are no text stand there as JSON."""
    assert expected == replaced('<a n="1"><b>x</b></a>', target, value, "xpath")


def test_values_too_deep_for_text() -> None:
    """A value with more levels than are written into text is refused in XML."""
    deep: JsonValue = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(ReplacementError, match="200 levels"):
        replaced("<a/>", "/a", deep, "xpath")


@pytest.mark.parametrize(
    ("expected", "payload", "content_type"),
    [
        ("jsonpointer", {}, None),
        ("jsonpointer", "text", None),
        ("xpath", " <a/>", None),
        ("jsonpointer", "<a/>", "text/plain"),
        ("jsonpointer", {}, "application/json"),
        ("xpath", "", "application/xml"),
        ("xpath", {}, "text/xml; charset=utf-8"),
        ("xpath", "", "application/soap+XML"),
    ],
)
def test_the_language_of_a_target(expected: str, payload: JsonValue, content_type: str | None) -> None:
    """Without a type a target is XPath in XML and a JSON pointer in everything else; a type always counts."""
    assert expected == target_type(Replacement("/a", 1), payload, content_type)
    assert "jsonpath" == target_type(Replacement("$", 1, "jsonpath"), payload, content_type)


@pytest.mark.parametrize(
    ("expected", "content_type"),
    [
        (True, "application/json"),
        (True, " Application/Vnd.x+JSON ; q=1"),
        (False, "application/jsonp"),
        (False, "text"),
        (False, None),
    ],
)
def test_json_media_types(content_type: str | None, *, expected: bool) -> None:
    """JSON is `json` and whatever ends in `+json`, in any case and with parameters."""
    assert expected is is_json_type(content_type)


def _places(value: JsonValue, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in _places(child, (*path, key)))]


@given(JSON, st.data())
def test_only_the_place_changes(payload: JsonValue, data: st.DataObject) -> None:
    """The place gets the value, putting the old one back gives the payload again, and that was never touched."""
    before = copy.deepcopy(payload)
    pointer = join_pointer(data.draw(st.sampled_from(_places(payload))))
    old = resolve_pointer(payload, pointer)
    changed = replaced(payload, pointer, {"new": True})
    assert {"new": True} == resolve_pointer(changed, pointer)
    assert before == replaced(changed, pointer, old)
    assert before == payload


@given(JSON)
def test_queries_do_not_touch_the_payload(payload: JsonValue) -> None:
    """Replacing everything below the root leaves the given payload as it was."""
    before = copy.deepcopy(payload)
    if isinstance(payload, dict | list) and payload:
        changed = replaced(payload, "$.*", 0, "jsonpath")
        assert {0} == set(changed.values() if isinstance(changed, dict) else changed)
    assert before == payload


@pytest.mark.parametrize(
    ("reason", "target", "kind", "payload", "content_type"),
    [
        (None, "/a~1b", None, {}, None),
        (None, "$.a[?@.b == 1]", "jsonpath", {}, None),
        (None, "/a/b[1]", "xpath", "<a/>", None),
        (None, "//a", None, "<a/>", "application/xml"),
        (None, "$.a", None, MISSING, None),
        (None, "$.a", None, "$inputs.body", None),
        ("column 1: a JSON pointer is empty or begins with '/'", "$.a", None, {}, None),
        ("column 1: a JSON pointer is empty or begins with '/'", "a", None, MISSING, "application/json"),
        ("column 3: in a JSON pointer '~'", "/a~2", "jsonpointer", MISSING, None),
        ("column 5: unexpected token '=='", "$.a == 1", "jsonpath", {}, None),
        ("'//[': unexpected '[' operator", "//[", "xpath", "<a/>", None),
        ("the function doc() is not offered", "doc('a')", None, "<a/>", "text/xml"),
        ("the payload is none", "//a", "xpath", {}, None),
        ("the payload is none", "//a", None, [], "application/xml"),
    ],
)
def test_targets_before_a_run(
    reason: str | None,
    target: str,
    kind: SelectorType | None,
    payload: JsonValue,
    content_type: str | None,
) -> None:
    """A target that cannot be read in its language is seen before a run, once it is clear which language it is."""
    error = check_target(Replacement(target, 1, kind), payload, content_type)
    assert (reason is None) is (error is None)
    if error is not None:
        assert "replacement-invalid" == error.code
        assert str(reason) in str(error)
