"""Expressions inside texts of a document."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.expression import MISSING, ExpressionSyntaxError, Message, Scope
from mock_knock.arazzo.template import Dialect, Rendered, parse_template, render_template
from mock_knock.messages import JsonValue

SCOPE = Scope(
    url="http://api.test/a",
    status_code=200,
    response=Message(headers=(("Location", "/next"),), body={"id": "op_1"}),
    inputs={
        "apiKey": "sk",
        "n": 7,
        "f": 1.5,
        "yes": True,
        "none": None,
        "obj": {"a": [1, "ü"]},
        "list": [1, None],
        "tricky": "$inputs.apiKey {$inputs.n}",
        "user": "ann",
        "pass": "pw",
    },
    steps={"a": {"b": "B"}},
)


def _render(text: str, dialect: Dialect) -> Rendered:
    return render_template(parse_template(text, dialect=dialect), SCOPE)


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (7, "$inputs.n"),
        (1.5, "$inputs.f"),
        (True, "$inputs.yes"),
        (None, "$inputs.none"),
        ({"a": [1, "ü"]}, "$inputs.obj"),
        ("ü", "$inputs.obj#/a/1"),
        (200, "$statusCode"),
        ("B", "$steps.a.outputs.b"),
    ],
)
def test_an_exact_expression_keeps_its_type(expected: JsonValue, text: str, dialect: Dialect) -> None:
    """A text that is exactly one expression has the value itself, of whatever type."""
    template = parse_template(text, dialect=dialect)
    assert template.exact
    assert Rendered(expected) == render_template(template, SCOPE)


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("Bearer sk", "Bearer {$inputs.apiKey}"),
        ("7", "{$inputs.n}"),
        ("1.5", "{$inputs.f}"),
        ("true", "{$inputs.yes}"),
        ("null", "{$inputs.none}"),
        ('{"a":[1,"ü"]}', "{$inputs.obj}"),
        ("[1,null]", "{$inputs.list}"),
        ("7-7", "{$inputs.n}-{$inputs.n}"),
        ("sk7", "{$inputs.apiKey}{$inputs.n}"),
        ('{"id": "7"}', '{"id": "{$inputs.n}"}'),
        ("${7}", "${{$inputs.n}}"),
        ("[$inputs.apiKey {$inputs.n}]", "[{$inputs.tricky}]"),
        ("", ""),
    ],
)
def test_braced_expressions_are_text(expected: str, text: str, dialect: Dialect) -> None:
    """`{expression}` becomes text, also as the whole text; values are not searched for expressions again."""
    assert Rendered(expected) == _render(text, dialect)


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize(
    "text",
    [
        "$5",
        "$.status",
        "costs $ 5",
        "costs $5.",
        "{not an expression}",
        "{}",
        "{inputs.a}",
        "${7*7}",
        "a{2}b",
        "$foo.bar",
        "$input.apiKey is wrong",
        "$urls and $url-safe",
        "$$",
        "#/paths/~1a~1{key}/post",
    ],
)
def test_look_alikes_are_plain_text(text: str, dialect: Dialect) -> None:
    """Text that only resembles an expression stays as it is and is not reported."""
    assert Rendered(text) == _render(text, dialect)


@pytest.mark.parametrize(
    ("expected", "unbraced", "text"),
    [
        ("Bearer sk", ("$inputs.apiKey",), "Bearer $inputs.apiKey"),
        ("Key sk.", ("$inputs.apiKey",), "Key $inputs.apiKey."),
        ("sk, 7", ("$inputs.apiKey", "$inputs.n"), "$inputs.apiKey, $inputs.n"),
        ("sk 7", ("$inputs.apiKey", "$inputs.n"), "$inputs.apiKey $inputs.n"),
        ("ann:pw", ("$inputs.user", "$inputs.pass"), "$inputs.user:$inputs.pass"),
        ("ann-pw", ("$inputs.user", "$inputs.pass"), "$inputs.user-$inputs.pass"),
        ("(op_1)", ("$response.body#/id",), "($response.body#/id)"),
        ("See op_1. Then go", ("$response.body#/id",), "See $response.body#/id. Then go"),
        ("http://api.test/a/b", ("$url",), "$url/b"),
        ("status 200!", ("$statusCode",), "status $statusCode!"),
        ("-> /next", ("$response.header.Location",), "-> $response.header.Location"),
        ("7 sk", ("$inputs.apiKey",), "{$inputs.n} $inputs.apiKey"),
        ("sk\n", ("$inputs.apiKey",), "$inputs.apiKey\n"),
    ],
)
def test_unbraced_expressions(expected: str, unbraced: tuple[str, ...], text: str) -> None:
    """Without braces, an expression in longer text is read up to its natural end by the lenient dialect and named."""
    assert Rendered(expected, unbraced=unbraced) == _render(text, "lenient")


def test_unbraced_expressions_are_text_in_the_strict_dialect() -> None:
    """The strict dialect leaves an expression without braces as text, and still names it."""
    assert Rendered("Bearer $inputs.apiKey", unbraced=("$inputs.apiKey",)) == _render("Bearer $inputs.apiKey", "strict")


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        (("$inputs.nope",), "$inputs.nope"),
        (("$inputs.nope",), "{$inputs.nope}"),
        (("$inputs.x", "$inputs.y"), "a {$inputs.x} {$inputs.n} {$inputs.y}"),
        (("$inputs.nope",), "Bearer $inputs.nope"),
    ],
)
def test_a_missing_value_makes_the_whole_text_missing(missing: tuple[str, ...], text: str) -> None:
    """When any expression has no value, the text has none, and all such expressions are listed."""
    rendered = _render(text, "lenient")
    assert rendered.value is MISSING
    assert missing == rendered.missing


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (1, "{$5}"),
        (3, "a {$nope.x}"),
        (9, "{$inputs.}"),
        (0, "{$inputs.a"),
        (2, "ab{$inputs.{a}}"),
        (1, "{$message.payload}"),
        (13, "{$inputs.a b#c}"),
    ],
)
def test_braces_that_do_not_parse(column: int, text: str) -> None:
    """`{$` promises an expression; when none follows, the text is refused with the column in the whole text."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_template(text, dialect="lenient")
    assert column == caught.value.column


def test_names_with_spaces_need_braces() -> None:
    """The loose names of 1.0.1 are read inside braces, where their end is certain."""
    scope = Scope(inputs={"first name": "Ann"})
    assert Rendered("Ann") == render_template(parse_template("{$inputs.first name}", dialect="strict"), scope)


def test_too_deep_values_are_a_finding() -> None:
    """A value nested beyond 200 levels is not written into text."""
    deep: JsonValue = 1
    for _ in range(250):
        deep = [deep]
    rendered = render_template(parse_template("a {$inputs.deep}", dialect="strict"), Scope(inputs={"deep": deep}))
    assert rendered.value is MISSING
    assert ["value-too-deep"] == [finding.code for finding in rendered.findings]
