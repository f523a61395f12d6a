"""Laws of expressions, templates and conditions, for any text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.conditions.comparison import compare, json_equal
from mock_knock.arazzo.conditions.simple_condition import (
    ConditionSyntaxError,
    SimpleCondition,
    evaluate_simple,
    parse_simple,
)
from mock_knock.arazzo.criterion import (
    Criterion,
    CriterionType,
    check_criterion,
    criterion_expressions,
    evaluate_criterion,
)
from mock_knock.arazzo.expression import (
    MISSING,
    Expression,
    ExpressionSyntaxError,
    Message,
    Scope,
    evaluate_expression,
    parse_expression,
)
from mock_knock.arazzo.expressions.pointer import join_pointer
from mock_knock.arazzo.linting.coverage import compared_values
from mock_knock.arazzo.queries.json_query import compile_logical, compile_query, selects_any
from mock_knock.arazzo.queries.query import QuerySyntaxError
from mock_knock.arazzo.template import (
    Dialect,
    Template,
    find_expressions,
    parse_template,
    render_template,
    render_value,
)
from mock_knock.messages import JsonValue

Parsed = TypeVar("Parsed")
SyntaxFault = ExpressionSyntaxError | ConditionSyntaxError | QuerySyntaxError

FRAGMENTS = st.sampled_from(
    [
        "$inputs.a",
        "$inputs.",
        "$steps.s.outputs.o",
        "$response.body#/a/0",
        "$response.body",
        "$statusCode",
        "$message.x",
        "{$inputs.a}",
        "{$",
        "{",
        "}",
        "$",
        "$.a",
        "@.b",
        "$[?",
        "..",
        "[*]",
        "[0]",
        "]",
        "(",
        ")",
        "!",
        "==",
        "!=",
        "<=",
        ">",
        "&&",
        "||",
        "'x'",
        '"y"',
        "'",
        " ",
        "\n",
        "1",
        "-01",
        "1e999",
        "null",
        "true",
        "match(@.a,'",
        "count(",
        "#/",
        "~",
        ".name",
        "*",
        "+",
        "{9}",
        "\\",
        "ü",
        "😀",
        "\ud800",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=12).map("".join))
DIALECTS: st.SearchStrategy[Dialect] = st.sampled_from(["lenient", "strict"])
KINDS: st.SearchStrategy[CriterionType] = st.sampled_from(["simple", "regex", "jsonpath", "xpath"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
NAMES = st.text("abcXYZ019_-", min_size=1)
POINTERS = st.none() | st.lists(st.text("ab/~ 0é")).map(join_pointer)


def _scope(value: JsonValue) -> Scope:
    return Scope(status_code=200, response=Message(body=value), inputs={"a": value}, steps={"s": {"o": value}})


@st.composite
def _expression_texts(draw: st.DrawFn) -> str:
    tail = draw(POINTERS)
    head = draw(
        st.one_of(
            NAMES.map("$inputs.{}".format),
            NAMES.map("$outputs.{}".format),
            st.tuples(NAMES, NAMES).map(lambda pair: "$steps.{}.outputs.{}".format(*pair)),
            st.tuples(NAMES, NAMES).map(lambda pair: "$workflows.{}.inputs.{}".format(*pair)),
            st.sampled_from(["$request.body", "$response.body"]),
        )
    )
    return head if tail is None else f"{head}#{tail}"


def _attempt(parse: Callable[[str], Parsed], text: str) -> Parsed | SyntaxFault:
    try:
        return parse(text)
    except (ExpressionSyntaxError, ConditionSyntaxError, QuerySyntaxError) as error:
        return error


@given(TEXTS)
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    """Parsing an expression gives one with that text, or the declared error with a column inside the text."""
    result = _attempt(parse_expression, text)
    assert text == result.text if isinstance(result, Expression) else 0 <= result.column <= len(text)


@given(_expression_texts())
def test_expressions_round_trip(text: str) -> None:
    """The text of an expression parses to the same expression."""
    expression = parse_expression(text)
    assert expression == parse_expression(str(expression))
    assert (expression,) == parse_template(text, dialect="strict").parts


@given(_expression_texts(), JSON)
def test_an_empty_scope_never_has_a_value(text: str, value: JsonValue) -> None:
    """Without values every expression is MISSING, and with an empty pointer `#` changes nothing."""
    assert evaluate_expression(parse_expression(text), Scope()) is MISSING
    whole = evaluate_expression(parse_expression("$inputs.a"), _scope(value))
    assert whole is evaluate_expression(parse_expression("$inputs.a#"), _scope(value))


@given(TEXTS, DIALECTS)
def test_templates_keep_every_character(text: str, dialect: Dialect) -> None:
    """Put back together, with braces where the text had them, the parts of a template are its text."""
    template = _attempt(lambda each: parse_template(each, dialect=dialect), text)
    if not isinstance(template, Template):
        assert 0 <= template.column <= len(text)
        return
    plain = "".join(part if isinstance(part, str) else part.text for part in template.parts)
    braced = "".join(part if isinstance(part, str) else f"{{{part}}}" for part in template.parts)
    assert len(plain) <= len(text) <= len(braced)
    assert text.replace("{", "").replace("}", "") == plain.replace("{", "").replace("}", "")


@given(JSON, DIALECTS)
def test_exact_and_embedded_values(value: JsonValue, dialect: Dialect) -> None:
    """An exact expression gives the value itself, an embedded one its text, which for JSON reads back as the value."""
    scope = _scope(value)
    assert value is render_template(parse_template("$inputs.a", dialect=dialect), scope).value
    text: JsonValue = render_template(parse_template("{$inputs.a}", dialect=dialect), scope).value
    assert value == (text if isinstance(value, str) else json.loads(str(text)))


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8), DIALECTS)
def test_rendering_and_finding_never_raise(value: JsonValue, dialect: Dialect) -> None:
    """Any document value is rendered or has findings; whatever was rendered had no malformed braces."""
    rendered = render_value(value, _scope({"a": [1]}), dialect=dialect, optional_inputs=frozenset({"x"}))
    found = find_expressions(value)
    if rendered.value is not MISSING:
        assert not rendered.missing
        assert not [each for each in found if each.form == "malformed" and each.text.startswith("{")]


@given(TEXTS, JSON)
def test_any_text_is_a_condition_or_refused(text: str, value: JsonValue) -> None:
    """A condition that parses has a verdict; any other text has the declared error with a column inside the text."""
    condition = _attempt(parse_simple, text)
    if not isinstance(condition, SimpleCondition):
        assert 0 <= condition.column <= len(text)
        return
    assert evaluate_simple(condition, _scope(value)) in {True, False}
    assert all(isinstance(each, Expression) for each in condition.expressions)


@given(TEXTS)
def test_any_text_is_a_query_or_refused(text: str) -> None:
    """A query and a logical expression compile or have the declared error with a column inside the text."""
    for result in (_attempt(compile_query, text), _attempt(compile_logical, text)):
        assert not isinstance(result, SyntaxFault) or 0 <= result.column <= len(text)


@given(TEXTS, st.none() | TEXTS, KINDS, JSON, DIALECTS)
def test_criteria_never_raise(
    condition: str, context: str | None, kind: CriterionType, value: JsonValue, dialect: Dialect
) -> None:
    """Whatever its texts are, a criterion has a verdict, and one with a code has not passed."""
    for criterion in (Criterion(condition, context, kind), Criterion(condition, "$response.body", kind)):
        verdict = evaluate_criterion(criterion, _scope(value), dialect=dialect)
        assert verdict.code is None or not verdict.passed
        assert all(message for _, message in check_criterion(criterion, dialect=dialect))
        assert isinstance(criterion_expressions(criterion), tuple)
        assert isinstance(compared_values(criterion), frozenset | None)


@given(JSON, JSON)
def test_comparing(left: JsonValue, right: JsonValue) -> None:
    """`!=` is the opposite of `==`, both are symmetric, and `<` and `>` are each other's mirror."""
    assert compare(left, "==", right) is not compare(left, "!=", right)
    assert compare(left, "==", right) is compare(right, "==", left)
    assert compare(left, "<", right) is compare(right, ">", left)
    assert compare(left, "<=", right) is compare(right, ">=", left)


@given(JSON)
def test_json_equality(value: JsonValue) -> None:
    """Every JSON value equals its copy, and no list that holds it."""
    copy = json.loads(json.dumps(value))
    assert json_equal(value, copy)
    assert not json_equal(value, [value])


@given(st.dictionaries(NAMES, SCALARS, min_size=1), st.data())
def test_queries_and_conditions_agree_on_presence(body: dict[str, JsonValue], data: st.DataObject) -> None:
    """A query for a member selects a node exactly when the member is there."""
    name = data.draw(st.sampled_from(sorted(body)) | NAMES)
    assert (name in body) is selects_any(compile_query(f"$['{name}']"), body)
