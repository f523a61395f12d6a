"""Criteria of every type: verdicts, codes and lenient readings."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.criterion import Criterion, CriterionType, Verdict, evaluate_criterion
from mock_knock.arazzo.expression import MISSING, Message, Missing, Scope
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

DIALECTS: list[Dialect] = ["lenient", "strict"]
PASSED = Verdict(passed=True)
FAILED = Verdict(passed=False)
COMPARED = ("jsonpath-comparison",)


def _scope(body: JsonValue | Missing) -> Scope:
    inputs = {"want": "completed", "start": "^comp", "least": 2, "none": None, "obj": {"a": 1}, "many": "a{1000000000}"}
    return Scope(status_code=204, response=Message(body=body), inputs=inputs)


def _verdict(
    condition: str,
    body: JsonValue | Missing,
    *,
    kind: CriterionType,
    dialect: Dialect = "lenient",
    context: str | None = "$response.body",
) -> Verdict:
    return evaluate_criterion(Criterion(condition, context, kind), _scope(body), dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_simple(dialect: Dialect) -> None:
    """A criterion without type is a simple condition."""
    assert PASSED == evaluate_criterion(Criterion("$statusCode == 204"), _scope(None), dialect=dialect)
    assert FAILED == evaluate_criterion(Criterion("$statusCode == 200"), _scope(None), dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_invalid_simple_condition(dialect: Dialect) -> None:
    """A simple condition that does not parse fails with the column in the message."""
    verdict = evaluate_criterion(Criterion("$statusCode = 200"), _scope(None), dialect=dialect)
    assert (False, "condition-invalid") == (verdict.passed, verdict.code)
    assert verdict.message.startswith("column 13:")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("expected", "condition", "body"),
    [
        (PASSED, "^comp", "completed"),
        (PASSED, "plet", "completed"),
        (FAILED, "^x", "completed"),
        (FAILED, "^COMP", "completed"),
        (PASSED, r"^2\d$", 20),
        (PASSED, "^true$", True),
        (PASSED, r'^\{"a":1\}$', {"a": 1}),
        (FAILED, "null", None),
        (PASSED, "{$inputs.start}", "completed"),
        (PASSED, "^({$inputs.want}|x)$", "completed"),
        (PASSED, "^$", ""),
        (FAILED, "$statusCode", "204"),
    ],
)
def test_regex(expected: Verdict, condition: str, body: JsonValue, dialect: Dialect) -> None:
    """A regex searches the text of the context; null fails; only `{expression}` is replaced in it."""
    assert expected == _verdict(condition, body, kind="regex", dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("expected", "condition", "body"),
    [
        (PASSED, "$.flag", {"flag": False}),
        (PASSED, "$.flag", {"flag": None}),
        (FAILED, "$.flag", {}),
        (PASSED, "$.pets[*]", {"pets": [1]}),
        (FAILED, "$.pets[*]", {"pets": []}),
        (PASSED, "$[?@.status == 'completed']", [{"status": "completed"}]),
        (FAILED, "$[?@.status == 'Completed']", [{"status": "completed"}]),
        (PASSED, "$[?@.status == '{$inputs.want}']", [{"status": "completed"}]),
        (PASSED, "$[?@ >= {$inputs.least}]", [3]),
        (PASSED, "$", ""),
        (FAILED, "$", None),
        (FAILED, "$[?@.a]", 7),
    ],
)
def test_jsonpath(expected: Verdict, condition: str, body: JsonValue, dialect: Dialect) -> None:
    """A query passes when it selects a node, whatever its value; a null context fails."""
    assert expected == _verdict(condition, body, kind="jsonpath", dialect=dialect)


@pytest.mark.parametrize(
    ("passed", "condition", "body"),
    [
        (True, "$.status == 'completed'", {"status": "completed"}),
        (False, "$.status == 'completed'", {"status": "queued"}),
        (True, "$.status == 'queued' || $.status == 'processing'", {"status": "processing"}),
        (True, "$ == 'completed'", "completed"),
        (False, "$.status == 'completed'", ""),
        (False, "$.status == 'completed'", {}),
        (True, "!$.error", []),
        (True, "$.status == '{$inputs.want}'", {"status": "completed"}),
    ],
)
def test_a_comparison_where_a_query_belongs(passed: bool, condition: str, body: JsonValue) -> None:  # noqa: FBT001
    """The lenient dialect evaluates it over the context and reports the reading either way; the strict one fails."""
    assert Verdict(passed, readings=COMPARED) == _verdict(condition, body, kind="jsonpath")
    strict = _verdict(condition, body, kind="jsonpath", dialect="strict")
    assert (False, "jsonpath-invalid", ()) == (strict.passed, strict.code, strict.readings)


def test_a_comparison_gets_advice() -> None:
    """The failure says where the query breaks off and which valid conditions say the same."""
    message = _verdict("$.status == 'completed'", {}, kind="jsonpath", dialect="strict").message
    assert message.startswith("column 10:")
    assert "$response.body#/status == 'completed'" in message
    assert "$[?@.status == 'completed']" in message


@pytest.mark.parametrize("condition", ["$[?@.status == 'completed']", "$[?count(@.pets) > 0]", "$[?@.pets].pets"])
def test_a_root_filter_on_an_object(condition: str) -> None:
    """The lenient dialect tries a root filter on the object itself and reports it when that passes."""
    body = {"status": "completed", "pets": [1]}
    expected = Verdict(passed=True, readings=("jsonpath-root-filter",))
    assert expected == _verdict(condition, body, kind="jsonpath")
    assert FAILED == _verdict(condition, body, kind="jsonpath", dialect="strict")
    assert FAILED == _verdict(condition, {"status": "queued"}, kind="jsonpath")


def test_a_root_filter_that_passes_by_the_standard_is_no_reading() -> None:
    """A root filter that selects members of the object needs no lenient reading."""
    assert PASSED == _verdict("$[?@.id]", {"a": {"id": 1}}, kind="jsonpath")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("code", "condition", "kind", "body"),
    [
        ("regex-invalid", "[", "regex", "x"),
        ("regex-invalid", "{$inputs.many}", "regex", "x"),
        ("regex-timeout", "(a|aa)+$", "regex", "a" * 100 + "b"),
        ("jsonpath-invalid", "status", "jsonpath", {}),
        ("jsonpath-invalid", "@.status == 'x'", "jsonpath", {}),
        ("jsonpath-invalid", "", "jsonpath", {}),
        ("jsonpath-limit", "$" + ".a" * 4000, "jsonpath", {}),
        ("regex-invalid", "$[?match(@, '[')]", "jsonpath", ["x"]),
        ("regex-timeout", "$[?search(@, '(a|aa)+$')]", "jsonpath", ["a" * 100 + "b"]),
        ("criterion-context-missing", "$.a", "jsonpath", MISSING),
        ("criterion-context-missing", "a", "regex", MISSING),
        ("expression-missing", "$[?@ == {$inputs.nope}]", "jsonpath", [1]),
        ("expression-missing", "{$inputs.nope}", "regex", "x"),
        ("expression-invalid", "$.{$nope}", "jsonpath", {}),
        ("expression-invalid", "a{$inputs.a", "regex", "x"),
        ("xpath-invalid", "/a[", "xpath", "<a><b/></a>"),
        ("xpath-failed", "1 div 0", "xpath", "<a><b/></a>"),
        ("xpath-limit", "count(1 to 1000000000)", "xpath", "<a/>"),
        ("xpath-refused", "doc('x')", "xpath", "<a/>"),
        ("xml-invalid", "/a", "xpath", "<a>"),
        ("xml-invalid", "/a", "xpath", {"a": 1}),
        ("xml-doctype-refused", "/a", "xpath", "<!DOCTYPE a><a/>"),
        ("xml-limit", "/a", "xpath", "<a>" * 300),
    ],
)
def test_what_cannot_be_evaluated_fails_with_a_code(
    code: str, condition: str, kind: CriterionType, body: JsonValue, dialect: Dialect
) -> None:
    """Errors of evaluation fail and are told apart by their code, in both dialects."""
    verdict = _verdict(condition, body, kind=kind, dialect=dialect)
    assert (False, code, ()) == (verdict.passed, verdict.code, verdict.readings)
    assert verdict.message


@pytest.mark.parametrize("kind", ["regex", "jsonpath"])
@pytest.mark.parametrize(
    ("code", "context"),
    [
        ("criterion-context-missing", None),
        ("criterion-context-missing", "$response.body#/nope"),
        ("expression-invalid", ""),
        ("expression-invalid", "response.body"),
        ("expression-invalid", "$response.boddy"),
    ],
)
def test_contexts_that_do_not_work(code: str, context: str | None, kind: CriterionType) -> None:
    """A typed condition needs a context that is an expression with a value."""
    assert code == _verdict("$", {}, kind=kind, context=context).code


@pytest.mark.parametrize("context", ["$response.body#/a/0", "$response.body.a[0]", "{$response.body}.a[0]"])
def test_contexts_may_reach_into_values(context: str) -> None:
    """A context is read as in simple conditions, since 1.1.0 itself writes `$response.body.status`."""
    assert PASSED == _verdict("^b$", {"a": ["b"]}, kind="regex", context=context)


def test_too_deep_values_have_a_code() -> None:
    """A context nested too deeply for text fails with a code."""
    deep: JsonValue = []
    for _ in range(1000):
        deep = [deep]
    assert "value-too-deep" == _verdict("a", deep, kind="regex").code


@pytest.mark.parametrize("condition", ["/a", "true()"])
def test_xpath_over_null(condition: str) -> None:
    """An XPath condition over null fails, whatever it says."""
    verdict = evaluate_criterion(
        Criterion(condition, "$inputs.n", "xpath"), Scope(inputs={"n": None}), dialect="strict"
    )
    assert Verdict(passed=False) == verdict
