"""Selectors: what they select, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.expression import MISSING, Message, Scope
from mock_knock.arazzo.queries.selection import Selection, check_selector, select_value, selector_expressions
from mock_knock.arazzo.queries.selector import Selector, SelectorType
from mock_knock.arazzo.template import find_expressions, render_value
from mock_knock.messages import JsonValue

XML = "<list xmlns:p='urn:p'><item id='1'>a</item><item id='2'>b</item><p:n>7</p:n></list>"
BODY = {"items": [{"id": 1, "t": "a"}, {"id": 2, "t": "b"}], "none": None, "a/b": True}
SCOPE = Scope(
    response=Message(body=BODY), inputs={"xml": XML, "id": 2, "text": "words", "deep": None}, steps={"s": {"x": XML}}
)


def of_body(text: str, kind: SelectorType = "jsonpath", version: str | None = None) -> Selector:
    """Return a selector over the response."""
    return Selector("$response.body", text, kind, version)


def of_xml(text: str, version: str | None = None) -> Selector:
    """Return a selector over the XML input."""
    return Selector("$inputs.xml", text, "xpath", version)


@pytest.mark.parametrize(
    ("value", "selector"),
    [
        (BODY, of_body("", "jsonpointer")),
        (2, of_body("/items/1/id", "jsonpointer")),
        (True, of_body("/a~1b", "jsonpointer")),
        (None, of_body("/none", "jsonpointer")),
        (1, of_body("$.items[0].id")),
        (None, of_body("$.none")),
        ([1, 2], of_body("$.items[*].id")),
        ("b", of_body("$.items[?@.id == {$inputs.id}].t")),
        ("b", of_body("$.items[?(@.id === 2)].t", version="draft-goessner-dispatch-jsonpath-00")),
        ("a", of_xml("/list/item[1]")),
        (["a", "b"], of_xml("/list/item")),
        ("2", of_xml("/list/item[2]/@id")),
        (2, of_xml("count(//item)")),
        (2, of_xml("count(//item)", "xpath-10")),
        (8.5, of_xml("//p:n + 1.5")),
        (True, of_xml("//p:n = 7")),
        ("b", of_xml("//item[@id = '{$inputs.id}']/text()")),
        ("a", Selector("$steps.s.outputs.x", "string(//item[1])", "xpath", "xpath-20")),
    ],
)
def test_what_is_selected(value: JsonValue, selector: Selector) -> None:
    """One result is its value, several are a list; values keep their types."""
    assert Selection(value) == select_value(selector, SCOPE)
    assert () == check_selector(selector)


@pytest.mark.parametrize(
    ("missing", "selector"),
    [
        (["$response.body at /nope"], of_body("/nope", "jsonpointer")),
        (["$response.body at $.nope"], of_body("$.nope")),
        (["$inputs.xml at //nope"], of_xml("//nope")),
        (["$inputs.nope"], Selector("$inputs.nope", "$", "jsonpath")),
        (["$inputs.nope", "$inputs.no"], Selector("$inputs.nope", "/{$inputs.no}", "jsonpointer")),
    ],
)
def test_nothing_is_selected(missing: list[str], selector: Selector) -> None:
    """A selector without result, or with an expression without value, has no value and says why."""
    assert Selection(MISSING, tuple(missing)) == select_value(selector, SCOPE)


@pytest.mark.parametrize(
    ("code", "selector", "is_static"),
    [
        ("expression-invalid", Selector("response", "$", "jsonpath"), True),
        ("expression-invalid", of_body("$.a{$nope}"), True),
        ("selector-invalid", of_body("a", "jsonpointer"), True),
        ("jsonpath-invalid", of_body("$.["), True),
        ("jsonpath-invalid", of_body("$[(@.length+1)]", version="draft-goessner-dispatch-jsonpath-00"), True),
        ("regex-invalid", of_body("$.items[?match(@.t, '(')]"), False),
        ("xpath-invalid", of_xml("/list["), True),
        ("xpath-invalid", of_xml("/list", "xpath-99"), True),
        ("xpath-refused", of_xml("doc('x')"), True),
        ("xpath-failed", of_xml("1 idiv 0"), True),
        ("xpath-failed", of_xml("map{'a': 1}"), False),
        ("xml-invalid", of_body("/list", "xpath"), False),
        ("xml-invalid", Selector("$inputs.text", "/list", "xpath"), False),
    ],
)
def test_selectors_that_cannot_be_evaluated(code: str, selector: Selector, *, is_static: bool) -> None:
    """What is wrong with a selector has a code, also before the run where it can be seen."""
    selection = select_value(selector, SCOPE)
    assert (MISSING, (), [code]) == (selection.value, selection.missing, [each.code for each in selection.problems])
    assert ([code] if is_static else []) == [each.code for each in check_selector(selector)]


def test_advice_for_the_draft() -> None:
    """What the draft can say and the RFC cannot is refused with a word about what to write."""
    (problem,) = check_selector(of_body("$[(@.length+1)]", version="draft-goessner-dispatch-jsonpath-00"))
    assert problem.message.endswith("write the query as the RFC wants it")


def test_embedded_values_too_deep() -> None:
    """A value with more levels than are written into text cannot be embedded in a selector."""
    deep: JsonValue = 1
    for _ in range(300):
        deep = [deep]
    selection = select_value(of_body("$[{$inputs.deep}]"), Scope(response=SCOPE.response, inputs={"deep": deep}))
    assert ["value-too-deep"] == [each.code for each in selection.problems]


def test_expressions_of_selectors() -> None:
    """A selector reads its context and what is embedded in its text."""
    assert ["$response.body", "$inputs.id"] == [
        each.text for each in selector_expressions(of_body("$[{$inputs.id}]{$nope}"))
    ]
    assert ["$inputs.id"] == [each.text for each in selector_expressions(Selector("body", "{$inputs.id}", "jsonpath"))]


def test_selectors_in_values() -> None:
    """Selectors stand anywhere in a document value, and what they lack or cannot do is told with its place."""
    value = {"a": [of_body("$.items[1].t")], "b": of_xml("//item")}
    assert {"a": ["b"], "b": ["a", "b"]} == render_value(value, SCOPE, dialect="strict").value
    assert ["a", "b"] == render_value(of_xml("//item"), SCOPE, dialect="strict").value
    rendered = render_value({"a": of_body("$.nope"), "b": [of_body("$[")]}, SCOPE, dialect="lenient")
    assert (MISSING, ("$response.body at $.nope",)) == (rendered.value, rendered.missing)
    assert [("jsonpath-invalid", "/b/0")] == [(each.code, each.where) for each in rendered.findings]


def test_expressions_of_selectors_in_values() -> None:
    """A linter finds the context of a selector and what is embedded in its text, each with its place."""
    value = {"a": [of_body("$[{$inputs.id}]{$no}")], "b": Selector("body", "/x", "jsonpointer")}
    assert [
        ("/a/0/context", "$response.body", "exact"),
        ("/a/0/selector", "$inputs.id", "braced"),
        ("/a/0/selector", "{$no}", "malformed"),
        ("/b/context", "body", "malformed"),
    ] == [(found.pointer, found.text, found.form) for found in find_expressions(value)]


@given(
    st.text(),
    st.text(),
    st.sampled_from(["jsonpath", "xpath", "jsonpointer"]),
    st.sampled_from([XML, BODY, None, 7]),
)
def test_any_selector_has_an_answer(context: str, text: str, kind: SelectorType, body: JsonValue) -> None:
    """Whatever a selector says, it has a value, misses something or has a problem, and checking it does not raise."""
    for selector in (Selector(context, text, kind), of_body(text, kind)):
        selection = select_value(selector, Scope(response=Message(body=body)))
        assert (selection.value is MISSING) is bool(selection.missing or selection.problems)
        check_selector(selector)
        selector_expressions(selector)
