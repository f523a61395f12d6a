"""XPath 1.0 to 3.1: values, truth, versions, namespaces and regular expressions."""

from __future__ import annotations

import re

import pytest
from elementpath import XPath2Parser, select
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.queries.xml_query import (
    VERSIONS,
    XPathError,
    XPathVersion,
    check_xpath,
    xpath_edits,
    xpath_holds,
    xpath_values,
)
from mock_knock.arazzo.queries.xml_text import parse_xml
from mock_knock.messages import JsonValue

DOC = (
    '<r xmlns:p="urn:p" xmlns:fn="urn:mine" a="1"><!--c--><p:x>7</p:x>'
    '<i n="1">a</i><i n="2">b<q xmlns:deep="urn:deep"/></i><e xmlns="urn:d"/></r>'
)


@pytest.mark.parametrize("version", [None, *VERSIONS])
@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (["a", "b"], "/r/i"),
        (["1", "2"], "//i/@n"),
        (["b"], "//i[@n = 2]/text()"),
        (["b"], "//i[last()]"),
        (["7"], "//p:x"),
        (["c"], "//comment()"),
        ([], "//e"),
        ([""], "//*[local-name() = 'e']"),
        ([2], "count(//i)"),
        ([7.5], "//p:x + 0.5"),
        ([True], "//i = 'b'"),
        (["ab"], "concat(//i[1], //i[2])"),
        (["r"], "name(/*)"),
        (["a", "b"], "//i[1] | //i[2]"),
        (["b"], "//i[1]/following-sibling::i"),
        (["a"], "//i[2]/preceding::i"),
        (["b"], "//i[1]/following::i"),
        (["r"], "name(//q/ancestor::*[last()])"),
        (["7ab"], "string(/)"),
        ([], ".."),
    ],
)
def test_values(expected: list[JsonValue], query: str, version: str | None) -> None:
    """Nodes are their string values, numbers and booleans keep their type, in every version."""
    assert tuple(expected) == xpath_values(query, DOC, version)
    check_xpath(query, version)


@pytest.mark.parametrize(
    ("expected", "query", "since"),
    [
        (["NaN"], "number('x')", "xpath-10"),
        (["INF", "-INF"], "(1 div 0e0, -1 div 0e0)", "xpath-20"),
        (["a!", "b!"], "for $i in //i return concat($i, '!')", "xpath-20"),
        (["2020-01-31"], "xs:date('2020-01-31')", "xpath-20"),
        ([1.5], "1.5", "xpath-20"),
        ([1, 2], "distinct-values((1, 2, 1))", "xpath-20"),
        ([2], "index-of((1, 2), 2)", "xpath-20"),
        ([""], "//*:e", "xpath-20"),
        (["a-b"], "string-join(//i, '-')", "xpath-20"),
        (["a--b"], "string-join(//i, '--')", "xpath-20"),
        ([True], "//i[1] << //i[2]", "xpath-20"),
        ([True], "deep-equal((1, 2), (1, 2))", "xpath-20"),
        ([2.4], "round-half-to-even(2.45, 1)", "xpath-20"),
        ([True], "contains('aB', 'B', 'http://www.w3.org/2005/xpath-functions/collation/codepoint')", "xpath-20"),
        (["1"], "root(//i[1])/r/@a", "xpath-20"),
        (["a", "b"], "//i ! string()", "xpath-30"),
        ([6], "fold-left(1 to 3, 0, function($a, $b) { $a + $b })", "xpath-30"),
        ([1024], "math:pow(2, 10)", "xpath-30"),
        (["XII"], "format-integer(12, 'I')", "xpath-30"),
        (["7"], "//Q{urn:p}x", "xpath-30"),
        ([5], "map { 'a': [3, 5] }?a?2", "xpath-31"),
        ([2], "//i => count()", "xpath-31"),
        ([1, 2, 3], "sort((3, 1, 2))", "xpath-31"),
        ([1], "parse-json('{\"a\": [1]}')?a?1", "xpath-31"),
        ([1], "trace(1, 'a')", "xpath-31"),
        ([], "1 to ()", "xpath-20"),
    ],
)
def test_values_of_later_versions(expected: list[JsonValue], query: str, since: XPathVersion) -> None:
    """What a version brings is there from that version on."""
    index = VERSIONS.index(since)
    for version in VERSIONS[index:]:
        if query != "number('x')" or version == since:
            assert tuple(expected) == xpath_values(query, DOC, version)


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (True, "'2' = 2"),
        (True, "2.0 = '2'"),
        (True, "//i/@n != 1"),
        (False, "//i != //i[. = 'nope']"),
        (True, "//p:x = 7"),
        (False, "'x' = 2"),
        (True, "'x' != 2"),
        (True, "'x' = true()"),
        (True, "true() = 'false'"),
        (True, "//nope = false()"),
        (True, "true() = 1"),
        (False, "true() = //nope"),
        (True, "'10' > '9'"),
    ],
)
def test_comparisons_of_1_0(query: str, *, expected: bool) -> None:
    """In 1.0 a boolean makes both sides booleans, else a number makes both numbers, else texts compare as texts."""
    assert expected is xpath_holds(query, DOC, "xpath-10")


@pytest.mark.parametrize("query", ["for $i in //i return $i", "//i ! .", "map{}"])
def test_what_older_versions_lack(query: str) -> None:
    """A version does not know the syntax of later ones."""
    with pytest.raises(XPathError) as caught:
        xpath_values(query, DOC, "xpath-10")
    assert "xpath-invalid" == caught.value.code


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (True, "/r/i"),
        (True, "/r/@a"),
        (False, "/r/nope"),
        (True, "1"),
        (False, "0"),
        (False, "number('x')"),
        (True, "'false'"),
        (False, "''"),
        (True, "true()"),
        (False, "false()"),
        (True, "//q"),
        (False, "string(//q)"),
        (True, "count(/r/*) > 3"),
    ],
)
def test_effective_boolean_values(query: str, version: str, *, expected: bool) -> None:
    """Nodes are true when there is one, numbers unless 0 or NaN, texts unless empty."""
    assert expected is xpath_holds(query, DOC, version)


def test_truth_that_is_not_defined() -> None:
    """From 2.0 several atomic values have no effective boolean value; nodes first make any sequence true."""
    with pytest.raises(XPathError) as caught:
        xpath_holds("(1, 2)", DOC, "xpath-20")
    assert "xpath-failed" == caught.value.code
    assert xpath_holds("(//i, 0)", DOC, "xpath-20")
    assert not xpath_holds("()", DOC, "xpath-31")


@pytest.mark.parametrize(
    ("code", "query", "version"),
    [
        ("xpath-invalid", "", None),
        ("xpath-invalid", "//i[", None),
        ("xpath-invalid", "nope()", None),
        ("xpath-invalid", "$x", None),
        ("xpath-invalid", "//deep:q", None),
        ("xpath-invalid", "/r", "xpath-99"),
        ("xpath-failed", "1 div 0", None),
        ("xpath-failed", "error()", None),
        ("xpath-failed", "//i + 'x'", None),
        ("xpath-failed", "abs#1", None),
        ("xpath-failed", "[1]", None),
        ("xpath-failed", "9" * 5000, None),
        ("xpath-refused", "sort((1, 2), 'de_DE.UTF-8')", None),
        ("xpath-limit", "a" * 10_001, None),
    ],
)
def test_codes(code: str, query: str, version: str | None) -> None:
    """What cannot be read or evaluated has a code."""
    with pytest.raises(XPathError) as caught:
        xpath_values(query, DOC, version)
    assert code == caught.value.code
    if version or code in {"xpath-limit", "xpath-refused"}:
        with pytest.raises(XPathError, match=re.escape(str(caught.value))):
            check_xpath(query, version)


def test_predeclared_prefixes_keep_their_meaning() -> None:
    """A document cannot give `fn` another meaning."""
    assert (2,) == xpath_values("fn:count(//i)", DOC)


@pytest.mark.parametrize("query", ["1", "/", "//comment()", "//i[2]/text()", "/r/namespace::p"])
def test_what_cannot_be_edited(query: str) -> None:
    """Only elements, attributes and whole texts have a place for a new text."""
    with pytest.raises(XPathError) as caught:
        xpath_edits(query, DOC, "x")
    assert "xpath-failed" == caught.value.code


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        ([True], "matches('abc', 'B', 'i')"),
        ([False], "matches('abc', 'B')"),
        ([True], "matches((), '^$')"),
        ([True], "matches('a\nb', 'a.b', 's')"),
        ([False], "matches('a\nb', 'a.b')"),
        ([True], "matches('a\nb', '^b$', 'm')"),
        ([True], "matches('a b', 'a\\ b[ ]?', 'x')"),
        ([True], "matches('ab', ' a b ', 'x')"),
        ([True], "matches('a.b', '.', 'q')"),
        ([False], "matches('ab', '.', 'q')"),
        ([True], "matches('ž', '^\\p{L}$')"),
        ([True], "matches('x', '^[a-z-[aeiou]]$')"),
        (["acbxacbx"], "replace('abcabc', '(b)(c)', '$2$1x')"),
        (["$\\"], "replace('a', 'a', '\\$\\\\')"),
        (["$1\\"], "replace('a', 'a', '$1\\', 'q')"),
        (["a0"], "replace('a', '(a)', '$10')"),
        (["[a]"], "replace('a', 'a', '[$0]')"),
        (["[]"], "replace('a', 'a', '[$1]')"),
        (["[]"], "replace('a', '(b)?a', '[$1]')"),
        ([""], "replace((), 'a', 'b')"),
        (["a", "b", "", "c"], "tokenize('a,b,,c', ',')"),
        (["a", "b"], "tokenize('a1b', '([0-9])')"),
        ([], "tokenize('', ',')"),
        (["a", "b"], "tokenize('  a \n b ')"),
        (["a"], "matches#2('a', 'a') ! 'a'"),
    ],
)
def test_regular_expressions(expected: list[JsonValue], query: str) -> None:
    """The functions for regular expressions do what XPath and XQuery Functions 3.1 says in section 5.6."""
    assert tuple(expected) == xpath_values(query, DOC)


@pytest.mark.parametrize(
    "query",
    [
        "matches('a', '(')",
        "matches('a', '[')",
        "matches('a', 'a', 'z')",
        "matches('a', 'a{1000000000}')",
        "replace('a', 'a', '$')",
        "replace('a', 'a', '\\a')",
        "replace('a', 'b*', 'c')",
        "tokenize('a', 'b*')",
    ],
)
def test_regular_expressions_that_cannot_be_used(query: str) -> None:
    """A pattern, flag or replacement that is not what XPath wants is an error of evaluation."""
    with pytest.raises(XPathError) as caught:
        xpath_values(query, DOC)
    assert "xpath-failed" == caught.value.code


STEPS = st.sampled_from(
    ["r", "i", "*", "@n", "@*", "text()", "node()", "..", ".", "i[1]", "*[last()]", "i[@n > 1]", "self::i", "parent::*"]
)
QUERIES = st.lists(STEPS, min_size=1, max_size=4).flatmap(
    lambda steps: st.sampled_from(["/" + "/".join(steps), "//" + "//".join(steps), f"count(//{'/'.join(steps)})"])
)


@given(QUERIES)
def test_paying_changes_no_result(query: str) -> None:
    """A query selects what it selects without limits."""
    plain = select(parse_xml(DOC).root, f"for $x in ({query}) return string($x)", parser=XPath2Parser, fragment=False)
    metered = [str(value) for value in xpath_values(f"for $x in ({query}) return string($x)", DOC, "xpath-20")]
    assert plain == metered


@given(st.text(alphabet="/@*[]()abir.:='\"0 |$-+!?{},#"), st.sampled_from(VERSIONS))
def test_any_text_has_an_answer(text: str, version: XPathVersion) -> None:
    """Whatever a query is, there are values or a code."""
    try:
        values, code = xpath_values(text, DOC, version), None
    except XPathError as error:
        values, code = None, error.code
    assert (values is None) is (code is not None)
    assert code is None or code.startswith("xpath-")
