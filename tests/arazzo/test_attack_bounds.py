"""Texts and values made to keep an engine busy for ever, or to use up its stack or memory: each ends with a code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from mock_knock.arazzo.criterion import Criterion, CriterionType, check_criterion, evaluate_criterion
from mock_knock.arazzo.expression import ExpressionSyntaxError, Message, Scope, parse_expression
from mock_knock.arazzo.template import find_expressions, render_value

BOUND_SECONDS = 2.0 if sys.gettrace() is None else 10.0
"""Of processor time, so that a busy machine does not matter: a safety net, not a measurement. Tracing takes its own."""


class Unbounded(BaseException):
    """Something did not come to an end; nothing on the way catches it."""


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Unbounded

    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, BOUND_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, previous)


def nested(levels: int) -> Any:
    """Return lists in lists."""
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


SLOW = "a" * 40 + "!"
SCOPE = Scope(
    status_code=200,
    response=Message(body=SLOW),
    inputs={"slow": [SLOW] * 50, "deep": nested(5_000), "wide": [{"a": index} for index in range(3_000)], "a": "x"},
)


def code_of(condition: str, context: str | None, kind: CriterionType) -> str:
    """Return the code of a criterion that does not pass, and look at it beforehand as a linter does."""
    criterion = Criterion(condition, context, kind)
    check_criterion(criterion, dialect="lenient")
    check_criterion(criterion, dialect="strict")
    verdict = evaluate_criterion(criterion, SCOPE, dialect="lenient")
    assert not verdict.passed
    return verdict.code or ""


CATASTROPHES = [
    "(a+)+$", "(a|aa)+$", "(a|a)*$", "((a*)*)*$", "([a-z]+)*$", "(\\w+\\s?)+$", "(\\p{L}+)+$", "(a*)*b\\1",
]  # fmt: skip


@pytest.mark.parametrize("pattern", CATASTROPHES)
def test_backtracking_ends(pattern: str) -> None:
    """A pattern that takes for ever on its text is stopped, or fails by itself."""
    assert code_of(f"^{pattern}", "$response.body", "regex") in {"", "regex-timeout"}


@pytest.mark.parametrize("pattern", ["(a|aa)+$", "(a|a)*$", "(x*a|a)*$"])
def test_backtracking_is_told(pattern: str) -> None:
    """Where the matcher cannot see it beforehand, the time limit ends it and says so."""
    assert "regex-timeout" == code_of(f"^{pattern}", "$response.body", "regex")


@pytest.mark.parametrize(
    "pattern",
    [
        "a{1000000000}",
        "(a{1000}){1000}",
        "((a{100}){100}){100}",
        "(?:" * 5_000 + "a" + ")" * 5_000,
        "a" * 10_001,
        "[" * 5_000,
        "\\p{" + "L" * 9_000 + "}",
        "(?P<a>" * 2_000 + ")" * 2_000,
    ],
)
def test_patterns_that_are_too_large(pattern: str) -> None:
    """What a pattern would need of memory or stack is seen before it is compiled."""
    assert "regex-invalid" == code_of(pattern, "$response.body", "regex")


@pytest.mark.parametrize("function", ["match", "search"])
@pytest.mark.parametrize("pattern", ["(a|aa)+$", "(a|a)*$"])
def test_patterns_in_queries_end(function: str, pattern: str) -> None:
    """The limit holds for the regular expressions of a query as a whole, however many values it looks at."""
    code = code_of(f"$[?{function}(@, '{pattern}')]", "$inputs.slow", "jsonpath")
    assert code in {"regex-timeout", "jsonpath-limit"}


@pytest.mark.parametrize("function", ["match", "search"])
def test_many_slow_matches_end(function: str) -> None:
    """Matches that each stay just within their time limit do not add up without end."""
    scope = Scope(inputs={"texts": ["a" * length + "!" for length in range(8, 40) for _ in range(100)]})
    criterion = Criterion(f"$[?{function}(@, '^(a|aa)+b')]", "$inputs.texts", "jsonpath")
    verdict = evaluate_criterion(criterion, scope, dialect="strict")
    assert verdict.code in {"regex-timeout", "jsonpath-limit"}


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 10_000 + "true" + ")" * 10_000,
        "(" * 10_000,
        ")" * 10_000,
        "!" * 9_000 + "true",
        "!(" * 3_000 + "true" + ")" * 3_000,
        " || ".join(["$statusCode == 1"] * 10_000),
        "true == " * 1_000 + "true",
        "$response.body" + "[0]" * 10_000,
        "'" + "x" * 20_000 + "'",
        "$inputs." + "a" * 20_000,
    ],
)
def test_conditions_that_are_too_large(condition: str) -> None:
    """Brackets without end, chains without end and texts without end are refused as conditions."""
    assert "condition-invalid" == code_of(condition, None, "simple")


@pytest.mark.parametrize(
    "condition",
    [
        " || ".join(["$statusCode == 1"] * 500),
        " && ".join(["$statusCode == 200"] * 400 + ["false"]),
        "$response.body" + ".a" * 4_000,
        "$response.body" + "[0]" * 3_000,
        "$inputs.wide == $inputs.slow || $inputs.deep == $inputs.wide",
        "9" * 9_000 + " < 1",
        "1e" + "9" * 4_000 + " < 1",
    ],
)
def test_conditions_that_are_large(condition: str) -> None:
    """What is within the limits is evaluated, and ends as well."""
    assert code_of(condition, None, "simple") in {"", "condition-invalid"}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("$" + "[0]" * 5_000, {"jsonpath-invalid"}),
        ("$[?" + "(" * 3_000 + "@" + ")" * 3_000 + "]", {"jsonpath-invalid"}),
        ("$[?" + "!" * 5_000 + "@]", {"jsonpath-invalid"}),
        ("$" + "[?@" * 2_000 + "]" * 2_000, {"jsonpath-invalid"}),
        ("$[?" + "@.a || " * 1_000 + "@.b]", {"jsonpath-invalid", ""}),
        ("$['" + "a" * 20_000 + "']", {"jsonpath-invalid"}),
        ("$..[?count($..*) > 100000]", {"jsonpath-limit"}),
        ("$..[?@..[?count($..*) > 100000]]", {"jsonpath-limit"}),
        ("$[?$[?$[?@.a == 99999].b].c]", {"jsonpath-limit", ""}),
        ("$[999999999999999999999]", {"jsonpath-invalid"}),
    ],
)
def test_queries_that_are_too_large(query: str, codes: set[str]) -> None:
    """A query is bounded in its text, in its nesting, and in the nodes that it may visit."""
    assert code_of(query, "$inputs.wide", "jsonpath") in codes


@pytest.mark.parametrize("query", ["$..*", "$..a", "$[?@..a]", "$[?match(@, 'a')]", "$[?@ == $]"])
def test_deep_values_in_queries(query: str) -> None:
    """A response that is nested without end is no way out of the stack."""
    verdict = evaluate_criterion(Criterion(query, "$inputs.deep", "jsonpath"), SCOPE, dialect="strict")
    assert verdict.code in {None, "jsonpath-limit", "value-too-deep"}


def test_deep_values_in_texts() -> None:
    """A value that is nested without end cannot become text, and a criterion says so."""
    assert "value-too-deep" == code_of("x", "$inputs.deep", "regex")
    assert "value-too-deep" == code_of("{$inputs.deep}", "$response.body", "regex")


XPATHS = [
    "count(for $i in 1 to 100000000 return $i) = 0",
    "1 to 1000000000 = 0",
    "string-join(for $i in 1 to 100000000 return 'a') = ''",
    "//*" * 50 + "[. = 'no']",
    "(" * 3_000 + "0" + ")" * 3_000,
    "0" + "+0" * 5_000,
    "matches(., '^(a|aa)+$')",
    "replace(., '^(a|aa)+$', '') = ''",
    "let $f := function($f) { $f($f) } return $f($f)",
    "doc('/etc/passwd')",
    "unparsed-text('/etc/passwd')",
    "environment-variable('PATH')",
    "current-date() = current-date()",
    "current-time() = current-time()",
    "current-dateTime() = current-dateTime()",
    "implicit-timezone() = implicit-timezone()",
]


@pytest.mark.parametrize("xpath", XPATHS)
@pytest.mark.parametrize("body", [f"<a>{SLOW}</a>", "<a>" * 150 + SLOW + "</a>" * 150])
def test_xpath_ends(xpath: str, body: str) -> None:
    """An XPath that counts, nests, calls itself or reads from outside does not pass, and ends."""
    scope = Scope(status_code=200, response=Message(body=body))
    criterion = Criterion(xpath, "$response.body", "xpath")
    check_criterion(criterion, dialect="strict")
    assert not evaluate_criterion(criterion, scope, dialect="strict").passed


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<a>" * 100_000 + "</a>" * 100_000,
    ],
)
def test_xml_that_is_an_attack(body: str) -> None:
    """XML with entities of its own, or nested without end, is never looked into."""
    scope = Scope(status_code=200, response=Message(body=body))
    verdict = evaluate_criterion(Criterion("true()", "$response.body", "xpath"), scope, dialect="strict")
    assert (False, True) == (verdict.passed, bool(verdict.code))


@pytest.mark.parametrize(
    "text", ["$inputs." + "a." * 50_000, "$response.body#" + "/a" * 50_000 + "~", "$" * 100_000, "{$inputs.a" * 20_000]
)
def test_expressions_that_are_large(text: str) -> None:
    """An expression without end is read or refused, and so is a text that is full of them."""
    try:
        parse_expression(text)
    except ExpressionSyntaxError as error:
        assert str(error)  # noqa: PT017  # either is right, as long as it comes
    assert len(text) >= len(list(find_expressions(text)))
    render_value({"a": text}, SCOPE, dialect="lenient")


@pytest.mark.parametrize(
    "value", ["{$inputs.a}" * 20_000, "$inputs.a " * 20_000, "{" * 50_000, "}" * 50_000, nested(150)]
)
def test_payloads_that_are_large(value: Any) -> None:
    """A payload with expressions without end is put together once."""
    assert len(str(render_value(value, SCOPE, dialect="lenient"))) > 0


@pytest.mark.parametrize("name", ["current-date", "current-time", "current-dateTime", "implicit-timezone"])
def test_xpath_reads_no_clock(name: str) -> None:
    """A query whose answer depends on when and where it is asked is refused."""
    scope = Scope(status_code=200, response=Message(body="<a/>"))
    verdict = evaluate_criterion(Criterion(f"exists({name}())", "$response.body", "xpath"), scope, dialect="strict")
    assert (False, "xpath-refused") == (verdict.passed, verdict.code)


def test_many_patterns_in_a_query() -> None:
    """Patterns that are read from the value are compiled one by one, and each is paid for."""
    scope = Scope(inputs={"texts": [{"a": "a", "b": f"{'(a|b)' * 200}{index}"} for index in range(200)]})
    criterion = Criterion("$[?match(@.a, @.b)]", "$inputs.texts", "jsonpath")
    assert "jsonpath-limit" == evaluate_criterion(criterion, scope, dialect="strict").code
