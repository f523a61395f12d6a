"""JSONPath of the draft, read as RFC 9535."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.criterion import Criterion, evaluate_criterion
from mock_knock.arazzo.expression import Message, Scope
from mock_knock.arazzo.queries.query_versions import DRAFT, as_rfc9535
from mock_knock.arazzo.template import Dialect

DIALECTS: list[Dialect] = ["lenient", "strict"]


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        ("$..book[-1]", "$..book[(@.length-1)]"),
        ("$.a[-12].b", "$.a[ ( @.length - 12 ) ].b"),
        ("$['store']['book'][0]", "$[store][ book ][0]"),
        ("$[?(@.a == 1 && @.b != 'x===y')]", "$[?(@.a === 1 && @.b !== 'x===y')]"),
        ("$['[a]'][\"(@.length-1)\"]", "$['[a]'][\"(@.length-1)\"]"),
        ("$['it\\'s']['a']", "$['it\\'s'][a]"),
        ("$[(@.length-0)]", "$[(@.length-0)]"),
        ("$..[?(@.price < 10)]", "$..[?(@.price < 10)]"),
        ("$[0:2][1,2]['a','b'].*", "$[0:2][1,2]['a','b'].*"),
    ],
)
def test_rewritings(expected: str, query: str) -> None:
    """Indices from the end, names without quotes and strict comparisons are rewritten, never inside quoted text."""
    assert expected == as_rfc9535(query, DRAFT)
    assert query == as_rfc9535(query, "rfc9535")
    assert query == as_rfc9535(query, None)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("passed", "query"),
    [
        (True, "$.items[(@.length-1)]"),
        (False, "$.items[(@.length-9)]"),
        (True, "$[items][?(@.a === 'x')]"),
        (True, "$.items[?(@.a)]"),
        (False, "$.items[?(@.b)]"),
    ],
)
def test_criteria_of_the_draft(query: str, dialect: Dialect, *, passed: bool) -> None:
    """A criterion with the version of the draft is evaluated by the engine of the RFC."""
    scope = Scope(response=Message(body={"items": [{"a": "x"}, {"a": "y"}]}))
    verdict = evaluate_criterion(Criterion(query, "$response.body", "jsonpath", DRAFT), scope, dialect=dialect)
    assert (passed, None) == (verdict.passed, verdict.code)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("query", ["$[(@.length/2)]", "$[?(@.a =~ /x/)]", "$.items[?(@.length > 1)", "$[(1+1)]"])
def test_scripts_are_refused(query: str, dialect: Dialect) -> None:
    """What only a host language could evaluate is invalid, and told what to write; without version as before."""
    scope = Scope(response=Message(body={"items": []}))
    verdict = evaluate_criterion(Criterion(query, "$response.body", "jsonpath", DRAFT), scope, dialect=dialect)
    assert (False, "jsonpath-invalid") == (verdict.passed, verdict.code)
    assert "write the query as the RFC wants it" in verdict.message
    verdict = evaluate_criterion(Criterion(query, "$response.body", "jsonpath"), scope, dialect=dialect)
    assert "the RFC wants it" not in verdict.message


@given(st.text())
def test_quoted_text_is_never_rewritten(text: str) -> None:
    """Whatever stands between quotes stays as it is."""
    query = f"$[{json.dumps(text)}]"
    assert query == as_rfc9535(query, DRAFT)
