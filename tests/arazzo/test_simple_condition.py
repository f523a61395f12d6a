"""Simple conditions: literals, operators, comparisons and what passes."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.conditions.simple_condition import (
    ConditionSyntaxError,
    evaluate_simple,
    parse_reading,
    parse_simple,
)
from mock_knock.arazzo.expression import Message, Scope

SCOPE = Scope(
    status_code=200,
    response=Message(
        headers=(("X-Count", "10"),),
        body={
            "status": "Completed",
            "flag": False,
            "none": None,
            "count": "10",
            "n": 7,
            "zero": 0,
            "empty": "",
            "word": "false",
            "items": [{"id": 3}, {"id": "4"}],
            "no_items": [],
            "data": {"a": [1, {"b": True}]},
            "same": {"a": [1, {"b": True}]},
            "other": {"a": [1, {"b": 1}]},
            "a b": 1,
            "x.y": {"z": 1},
        },
    ),
    inputs={"user": {"name": "Ann"}, "user.age": 30, "status": "completed", "list": ["a", "b"], "big": "1e400"},
    steps={"poll": {"op": {"state": {"x": 1}}}},
)


def _passes(condition: str) -> bool:
    return evaluate_simple(parse_simple(condition), SCOPE)


@pytest.mark.parametrize(
    "condition",
    [
        "$statusCode == 200",
        "$statusCode==200",
        "  $statusCode\n==\t200 ",
        "200 == $statusCode",
        "$statusCode != 201",
        "$statusCode >= 200 && $statusCode < 300",
        "$response.body#/flag == false",
        "$response.body#/none == null",
        "true",
        "!false",
        "!!true",
        "1.50e1 == 15",
        "-1 < 0",
        "'it''s' == 'IT''S'",
        "'' == ''",
    ],
)
def test_literals(condition: str) -> None:
    """Literals are true, false, null, JSON numbers, and strings in single quotes with a doubled quote inside."""
    assert _passes(condition)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (True, "$response.body#/status == 'completed'"),
        (True, "$response.body#/status == $inputs.status"),
        (False, "$response.body#/status != 'COMPLETED'"),
        (True, "'STRASSE' == 'straße'"),
        (True, "'b' > 'A'"),
        (True, "'a' <= 'A'"),
        (True, "'a' >= 'A'"),
        (False, "'a' < 'A'"),
    ],
)
def test_strings_ignore_case(expected: bool, condition: str) -> None:  # noqa: FBT001  # a column of the table
    """String comparison ignores case, by Unicode case folding, for equality and for order."""
    assert expected is _passes(condition)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (True, "$response.body#/count > 9"),
        (True, "$response.body#/count == 10"),
        (True, "10 == '1e1'"),
        (True, "$response.header.X-Count >= 10"),
        (True, "$response.body#/count > '9'"),
        (False, "'10' == '10.0'"),
        (False, "'010' == 10"),
        (False, "' 10' == 10"),
        (False, "'ten' > 9"),
        (True, "$inputs.big > 5"),
        (True, "7 == 7.0"),
        (True, "9007199254740993 > 9007199254740992"),
    ],
)
def test_numeric_text(expected: bool, condition: str) -> None:  # noqa: FBT001  # a column of the table
    """Numeric text counts as a number beside a number, and in `< <= > >=` also beside numeric text."""
    assert expected is _passes(condition)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (True, "null == null"),
        (False, "null != null"),
        (False, "null == 0"),
        (False, "null == ''"),
        (False, "null == false"),
        (True, "null != 0"),
        (False, "null < 1"),
        (False, "null <= null"),
        (True, "$response.body.data != null"),
        (False, "$response.body.nope != null"),
        (True, "$response.body.nope == null"),
        (False, "$response.body.nope == 'x'"),
        (True, "$response.body.nope != 'x'"),
        (False, "$response.body.nope > 0"),
        (False, "$response.body.nope <= 0"),
    ],
)
def test_null_and_missing(expected: bool, condition: str) -> None:  # noqa: FBT001  # a column of the table
    """Null equals only null, a missing value is like null, and the order of either is false."""
    assert expected is _passes(condition)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (False, "true == 1"),
        (False, "false == 0"),
        (False, "true == 'true'"),
        (False, "true > false"),
        (False, "'a' < 1"),
        (False, "$response.body.data > 1"),
        (True, "$response.body.data == $response.body.same"),
        (False, "$response.body.data == $response.body.other"),
        (False, "$response.body.data == $response.body.items"),
        (False, "$response.body.items == $response.body.no_items"),
        (True, "$response.body.items != 1"),
    ],
)
def test_other_types(expected: bool, condition: str) -> None:  # noqa: FBT001  # a column of the table
    """Values of different types are unequal and have no order; objects and arrays compare as JSON."""
    assert expected is _passes(condition)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (True, "$statusCode"),
        (False, "$response.body#/flag"),
        (False, "$response.body#/none"),
        (False, "$response.body#/nope"),
        (False, "$response.body#/zero"),
        (False, "$response.body#/empty"),
        (True, "$response.body#/word"),
        (True, "$response.body#/no_items"),
        (True, "$response.body#/data"),
        (True, "$response.body#/status"),
        (False, "null"),
        (True, "!null"),
        (True, "!$response.body#/nope"),
        (True, "$response.body#/status && true"),
        (False, "$response.body#/empty || $response.body#/nope"),
    ],
)
def test_bare_values(expected: bool, condition: str) -> None:  # noqa: FBT001  # a column of the table
    """A bare value passes unless it is false, null, missing, 0 or the empty string."""
    assert expected is _passes(condition)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (True, "true || false && false"),
        (False, "(true || false) && false"),
        (True, "false && false || true"),
        (True, "!false == true"),
        (False, "!(false == false)"),
        (True, "!$response.body#/flag == true"),
        (True, "1 == 1 && 2 == 2 || 3 == 4"),
        (True, "(1 == 1) == true"),
        (False, "!true || !true && true"),
        (True, "((($statusCode == 200)))"),
        (False, "false || false || false"),
        (False, "true && true && false"),
    ],
)
def test_precedence(expected: bool, condition: str) -> None:  # noqa: FBT001  # a column of the table
    """`!` binds before comparisons, these before `&&`, this before `||`; parentheses group."""
    assert expected is _passes(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "$response.body.items[0].id == 3",
        "$response.body#/items[1].id == 4",
        "$response.body.items[ 1 ].id == 4",
        "$response.body#/items/0/id == 3",
        "$response.body.data.a[1].b",
        "$inputs.user.name == 'ann'",
        "$inputs.user.age == 30",
        "$inputs.user#/name == 'ann'",
        "$inputs.list[1] == 'b'",
        "$steps.poll.outputs.op.state.x == 1",
        "$steps.poll.outputs.op#/state.x == 1",
        "$response.body#/x.y.z == 1",
        "{$response.body#/a b} == 1",
        "{$response.body#/data}.a[0] == 1",
        "{$statusCode} == 200",
        "$response.body.items[2] == null",
        "$response.body.items.id == null",
        "$response.body.data[0] == null",
        "$response.body.nope.deeper[0].still == null",
    ],
)
def test_access_into_values(condition: str) -> None:
    """`[n]` and `.name` read into the value of an expression; where nothing is, the result is like null.

    A dot belongs to a name when that name exists, and is an access otherwise.
    """
    assert _passes(condition)


def test_expressions_are_listed() -> None:
    """A condition lists its expressions in order, each once per use."""
    condition = parse_simple("$statusCode == 200 && ({$inputs.a b} == $response.body.items[0] || !$statusCode)")
    texts = ["$statusCode", "$inputs.a b", "$response.body", "$statusCode"]
    assert texts == [expression.text for expression in condition.expressions]


def test_dots_in_names_come_first() -> None:
    """An expression in the list has the longest name its text may have, as 1.1.0 reads it."""
    (expression,) = parse_simple("$inputs.user.name == 1").expressions
    assert "user.name" == expression.name


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        (0, ""),
        (2, "  "),
        (26, "$response.body#/status == completed"),
        (26, '$response.body#/status == "completed"'),
        (12, "$statusCode = 200"),
        (0, "(1 == 1"),
        (2, "1 (2)"),
        (6, "1 == 1)"),
        (7, "1 == 1 == 1"),
        (5, "1 == < 2"),
        (4, "1 ==x"),
        (4, "1 =="),
        (0, "== 1"),
        (5, "true & true"),
        (5, "true | true"),
        (7, "true &&"),
        (1, "!"),
        (1, "()"),
        (0, "'open"),
        (9, "$inputs.a[-1]"),
        (9, "$inputs.a['b']"),
        (9, "$inputs.a[99999999999999999999]"),
        (0, "[0]"),
        (0, ".name"),
        (0, "{$inputs.a"),
        (9, "{$inputs.}"),
        (0, "$foo == 1"),
        (10, "$response.boddy == 1"),
        (5, "1 == $message.payload"),
        (0, "01 == 1"),
        (0, "+1 == 1"),
        (0, "TRUE"),
        (6, "1 == 1; 2"),
        (1, "${7*7}"),
        (9, "$inputs.a, 1"),
    ],
)
def test_refused(column: int, condition: str) -> None:
    """What is no simple condition is refused with the 0-based column of the fault."""
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_simple(condition)
    assert column == caught.value.column


def test_a_hundred_properties_are_enough() -> None:
    """A hundred `.name` behind an expression are read, more are refused."""
    assert _passes("$response.body" + ".a" * 100 + " == null")
    with pytest.raises(ConditionSyntaxError):
        parse_simple("$response.body" + ".a" * 101 + " == null")


def test_a_double_quote_gets_a_hint() -> None:
    """The error for a double-quoted string says which quotes are meant."""
    with pytest.raises(ConditionSyntaxError, match="single quotes"):
        parse_simple('$inputs.a == "x"')


@pytest.mark.parametrize("opening", ["(", "!"])
def test_depth_is_bounded(opening: str) -> None:
    """A hundred levels of `(` or `!` are read, more are refused."""
    closing = ")" if opening == "(" else ""
    assert evaluate_simple(parse_simple(opening * 100 + "true" + closing * 100), SCOPE)
    with pytest.raises(ConditionSyntaxError, match="more than 100"):
        parse_simple(opening * 101 + "true" + closing * 101)


def test_the_deepest_condition_can_be_evaluated() -> None:
    """A hundred groups that each hold every kind of operator are evaluated without reaching a limit."""
    condition = "(false || true && 1 == " * 99 + "1" + ")" * 99
    assert evaluate_simple(parse_simple(condition), SCOPE) is False


def test_length_is_bounded() -> None:
    """A condition of 10,000 characters is read, one more is refused."""
    longest = "true" + " || true" * 1249 + "    "
    assert 10_000 == len(longest)
    assert evaluate_simple(parse_simple(longest), SCOPE)
    with pytest.raises(ConditionSyntaxError, match="at most 10000"):
        parse_simple(longest + " ")


@pytest.mark.parametrize("text", ["", "1", "'a'", "$inputs.a == 1", "$inputs.a $inputs.b", "$nope", "!$url"])
def test_a_reading_is_one_expression(text: str) -> None:
    """A context is one expression with accesses and nothing else."""
    with pytest.raises(ConditionSyntaxError):
        parse_reading(text)
