"""Expressions in structured values, such as payloads."""

from __future__ import annotations

import copy

import pytest

from mock_knock.arazzo.expression import MISSING, Scope
from mock_knock.arazzo.template import Dialect, find_expressions, render_value
from mock_knock.messages import JsonValue

SCOPE = Scope(inputs={"users": [{"id": "u1"}], "key": "k", "n": 7, "none": None})
NESTED_200: JsonValue = "$inputs.n"
for _ in range(200):
    NESTED_200 = [NESTED_200]


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
def test_all_texts_are_replaced(dialect: Dialect) -> None:
    """Expressions are replaced at any depth; keys and other values stay as they are."""
    payload = {"users": "$inputs.users", "$inputs.key": [1, True, None, {"a": "x{$inputs.n}"}], "f": 1.5}
    expected = {"users": [{"id": "u1"}], "$inputs.key": [1, True, None, {"a": "x7"}], "f": 1.5}
    assert expected == render_value(payload, SCOPE, dialect=dialect).value


def test_the_document_is_not_changed() -> None:
    """Rendering leaves the given value as it was."""
    payload = {"a": ["$inputs.n", {"b": "$inputs.nope"}]}
    before = copy.deepcopy(payload)
    render_value(payload, SCOPE, dialect="lenient", optional_inputs=frozenset({"nope"}))
    assert before == payload


def test_absent_optional_inputs_are_left_out() -> None:
    """The lenient dialect leaves out members and items that are exactly an absent optional input, and lists them."""
    payload = {"data": "$inputs.data", "recipients": ["$inputs.key", "$inputs.data"], "a/b": {"c": "$inputs.data"}}
    rendered = render_value(payload, SCOPE, dialect="lenient", optional_inputs=frozenset({"data"}))
    assert {"recipients": ["k"], "a/b": {}} == rendered.value
    assert ("/data", "/recipients/1", "/a~1b/c") == rendered.dropped
    assert () == rendered.missing


@pytest.mark.parametrize(
    "payload",
    [
        "$inputs.data",
        {"data": "{$inputs.data}"},
        {"data": "x $inputs.data"},
        {"data": "$inputs.data#/a"},
        {"data": "$inputs.other"},
        {"data": "$outputs.data"},
    ],
)
def test_only_exact_members_are_left_out(payload: JsonValue) -> None:
    """Anything but a member or item that is exactly the optional input is missing, and then all of the value is."""
    rendered = render_value(payload, SCOPE, dialect="lenient", optional_inputs=frozenset({"data"}))
    assert rendered.value is MISSING
    assert 1 == len(rendered.missing)
    assert () == rendered.dropped


def test_given_optional_inputs_stay() -> None:
    """An optional input with a value, even null, is put in."""
    rendered = render_value({"a": "$inputs.none"}, SCOPE, dialect="lenient", optional_inputs=frozenset({"none"}))
    assert {"a": None} == rendered.value


def test_the_strict_dialect_leaves_nothing_out() -> None:
    """In the strict dialect an absent optional input is missing."""
    rendered = render_value({"a": "$inputs.data"}, SCOPE, dialect="strict", optional_inputs=frozenset({"data"}))
    assert rendered.value is MISSING
    assert ("$inputs.data",) == rendered.missing


def test_everything_is_listed() -> None:
    """Missing and unbraced expressions of all texts are collected in document order."""
    rendered = render_value({"a": "$inputs.x", "b": ["Bearer $inputs.key", "{$inputs.y}"]}, SCOPE, dialect="lenient")
    assert ("$inputs.x", "$inputs.y") == rendered.missing
    assert ("$inputs.key",) == rendered.unbraced


def test_a_broken_expression_is_a_finding_with_its_place() -> None:
    """A text whose braces do not parse makes the value missing and names the text by pointer."""
    rendered = render_value({"a": ["ok", "{$nope}"]}, SCOPE, dialect="lenient")
    assert rendered.value is MISSING
    assert [("expression-invalid", "/a/1")] == [(finding.code, finding.where) for finding in rendered.findings]


def test_two_hundred_levels_are_enough() -> None:
    """A value of 200 levels is rendered, one more is a finding."""
    assert () == render_value(NESTED_200, SCOPE, dialect="lenient").findings
    rendered = render_value([NESTED_200], SCOPE, dialect="lenient")
    assert rendered.value is MISSING
    assert ["value-too-deep"] == [finding.code for finding in rendered.findings]


def test_a_deep_value_inside_text_is_a_finding_with_its_place() -> None:
    """A value that is too deep for embedding is reported at the text that embeds it."""
    rendered = render_value({"a": "x {$inputs.deep}"}, Scope(inputs={"deep": [NESTED_200]}), dialect="strict")
    assert [("value-too-deep", "/a")] == [(finding.code, finding.where) for finding in rendered.findings]


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ([("", "$inputs.a", "exact")], "$inputs.a"),
        ([("/x/1", "$inputs.a", "braced")], {"x": [1, "b {$inputs.a}"]}),
        ([("/x", "$inputs.a", "unbraced"), ("/x", "$inputs.b", "braced")], {"x": "Bearer $inputs.a {$inputs.b}"}),
        ([("/0", "$url", "exact"), ("/1", "$method", "exact")], ["$url", "$method"]),
        ([("", "{$nope}", "malformed"), ("", "$url", "braced")], "{$nope}{$url}"),
        ([("", "{$", "malformed")], "a{$"),
        ([("", "$steps.a.output.b", "malformed")], "$steps.a.output.b"),
        ([("", "$response.body.status", "malformed")], "$response.body.status"),
        ([("", "$message.payload", "malformed")], "$message.payload"),
        ([], "inputs.x and {text}"),
        ([], {"$inputs.a": 1, "b": [None, True, 2.5, "$5"]}),
        ([], "$.status"),
        ([], "$inputs./a"),
    ],
)
def test_expressions_are_found(expected: list[tuple[str, str, str]], value: JsonValue) -> None:
    """A linter sees every expression with its place and form, and what was surely meant as one."""
    assert expected == [(found.pointer, found.text, found.form) for found in find_expressions(value)]


def test_found_problems_carry_their_column() -> None:
    """What does not parse is listed with the reason and the column in its text."""
    (found,) = find_expressions(["a {$inputs.}"])
    assert found.expression is None
    assert found.problem is not None
    assert 11 == found.problem.column


def test_search_depth_is_unlimited() -> None:
    """Looking for expressions does not recurse, so any depth will do."""
    deep: JsonValue = "$url"
    for _ in range(5000):
        deep = [deep]
    (found,) = find_expressions(deep)
    assert "/0" * 5000 == found.pointer
