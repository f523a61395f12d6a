"""What can be said about criteria without running them."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.criterion import Criterion, CriterionType, check_criterion, criterion_expressions
from mock_knock.arazzo.queries.query_advice import explain_invalid_query, filter_equivalent, simple_equivalent
from mock_knock.arazzo.template import Dialect

DIALECTS: list[Dialect] = ["lenient", "strict"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("codes", "condition", "context", "kind"),
    [
        ([], "$statusCode == 200", None, "simple"),
        (["condition-invalid"], "$statusCode = 200", None, "simple"),
        ([], "^2", "$statusCode", "regex"),
        (["regex-invalid"], "[", "$statusCode", "regex"),
        (["criterion-context-missing"], "^2", None, "regex"),
        (["criterion-context-missing", "regex-invalid"], "[", None, "regex"),
        (["expression-invalid"], "^2", "statusCode", "regex"),
        (["expression-invalid"], "^{$nope}$", "$statusCode", "regex"),
        ([], "[{$inputs.a}", "$statusCode", "regex"),
        ([], "$.a", "$response.body", "jsonpath"),
        ([], "$.a == '{$inputs.a}'", "$response.body", "jsonpath"),
        (["jsonpath-invalid"], "a.b", "$response.body", "jsonpath"),
        (["jsonpath-invalid"], "@.a == 1", "$response.body", "jsonpath"),
        (["xpath-invalid"], "/a[", "$response.body", "xpath"),
        (["xpath-refused"], "doc('a')", "$response.body", "xpath"),
        ([], "/p:a/b", "$response.body", "xpath"),
    ],
)
def test_codes(codes: list[str], condition: str, context: str | None, kind: CriterionType, dialect: Dialect) -> None:
    """Syntax errors and missing contexts are found; what only a run can complete is left alone."""
    criterion = Criterion(condition, context, kind)
    assert codes == [code for code, _ in check_criterion(criterion, dialect=dialect)]


@pytest.mark.parametrize(("code", "dialect"), [("jsonpath-comparison", "lenient"), ("jsonpath-invalid", "strict")])
def test_comparisons(code: str, dialect: Dialect) -> None:
    """A comparison where a query belongs is a reading in the lenient dialect and invalid in the strict one."""
    criterion = Criterion("$.status == 'queued' || $.status == 'processing'", "$response.body", "jsonpath")
    ((found, message),) = check_criterion(criterion, dialect=dialect)
    assert code == found
    assert message.startswith("column 10:")
    assert "$response.body#/status == 'queued' || $response.body#/status == 'processing'" in message
    assert "$[?@.status == 'queued' || @.status == 'processing']" in message


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        ("$response.body#/status == 'done'", "$.status == 'done'"),
        ("'done' != $response.body#/status", "'done' != $['status']"),
        ("$response.body#/a/0/b >= 1.5", "$.a[0].b >= 1.5"),
        ("$response.body == null", "$ == null"),
        ("$response.body#/a == true && $response.body#/b == false", "$.a == true && $.b == false"),
        ("($response.body#/a == 1 || $response.body#/b == 2) && $response.body#/c == 3", "($.a==1||$.b==2) && $.c==3"),
        ("$response.body#/c == 3 || $response.body#/a == 1 && $response.body#/b == 2", "$.c==3 || $.a==1 && $.b==2"),
        ("!($response.body#/a == 1)", "!($.a == 1)"),
        ("$response.body#/a == 'it''s'", '$.a == "it\'s"'),
        ("{$response.body#/a b} == 1", "$['a b'] == 1"),
        ("$response.body#/x~1y == 1", "$['x/y'] == 1"),
        (None, "$.a"),
        (None, "!$.a"),
        (None, "$.a && $.b == 1"),
        (None, "$.b == 1 && $.a"),
        (None, "length($.a) == 1"),
        (None, "$['{x}'] == 1"),
        (None, "$[-1] == 1"),
        (None, "status"),
    ],
)
def test_simple_equivalents(expected: str | None, condition: str) -> None:
    """Comparisons of single members can be written as a simple condition, other tests cannot."""
    assert expected == simple_equivalent(condition, "$response.body")


def test_contexts_with_a_pointer_of_their_own() -> None:
    """No second pointer is put behind the one of a context."""
    assert simple_equivalent("$.a == 1", "$response.body#/data") is None


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        ("$[?@.a == '$' && !@.b]", "$.a == '$' && !$.b"),
        ("$[?count(@.a[*]) > 1]", "count($.a[*]) > 1"),
        (None, "$.a[?@.b == $.c] && $.d"),
        (None, "a == 1"),
    ],
)
def test_filter_equivalents(expected: str | None, condition: str) -> None:
    """The filter form has `@` for each `$`, unless a filter inside would change its meaning."""
    assert expected == filter_equivalent(condition)


def test_valid_queries_need_no_explanation() -> None:
    """A valid query has nothing to be explained, an invalid one without equivalent only its error."""
    assert "" == explain_invalid_query("$.a", None)
    assert "column 1: expected '$', found a name" == explain_invalid_query("status", "$response.body")


def test_advice_without_context() -> None:
    """Without a context only the filter can be advised."""
    message = explain_invalid_query("$.a == 1", None)
    assert "simple condition" not in message
    assert "$[?@.a == 1]" in message


@pytest.mark.parametrize(
    ("expected", "criterion"),
    [
        (["$statusCode", "$inputs.a"], Criterion("$statusCode == $inputs.a")),
        (["$response.body", "$inputs.a"], Criterion("$[?@ == '{$inputs.a}']", "$response.body.x", "jsonpath")),
        (["$inputs.a"], Criterion("{$inputs.a}{$nope}", None, "regex")),
        ([], Criterion("$statusCode =")),
        ([], Criterion("x", "nope", "regex")),
    ],
)
def test_expressions_of_criteria(expected: list[str], criterion: Criterion) -> None:
    """A linter sees the expressions a criterion reads, as far as its texts parse."""
    assert expected == [expression.text for expression in criterion_expressions(criterion)]
