"""Hostile XPath: it ends soon with a code, and reads nothing but the document."""

from __future__ import annotations

import builtins
import locale
import os
import socket

import pytest

from mock_knock.arazzo.criterion import Criterion, check_criterion, evaluate_criterion
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.queries.xml_query import VERSIONS, XPathError, xpath_holds, xpath_values

SMALL = "<r><a n='1'>x</a><b/></r>"
MANY = "<r>" + "".join(f"<a n='{n}'><b>{n}</b></a>" for n in range(6_000)) + "</r>"
DEEP = "<a>" * 199 + "x" + "</a>" * 199
LONG = "<r>" + "x" * 1_000_000 + "</r>"

FILE = "/etc/passwd"
OUTSIDE = [
    f"doc('{FILE}')",
    f"fn:doc('file://{FILE}')",
    f"'{FILE}' => doc()",
    f"Q{{http://www.w3.org/2005/xpath-functions}}doc('{FILE}')",
    f"doc#1('{FILE}')",
    f"for-each('{FILE}', doc#1)",
    f"apply(doc#1, ['{FILE}'])",
    f"let $f := fn:unparsed-text#1 return $f('{FILE}')",
    f"function-lookup(xs:QName('fn:doc'), 1)('{FILE}')",
    f"doc-available('{FILE}')",
    f"unparsed-text('{FILE}')",
    f"unparsed-text-lines('{FILE}')",
    f"unparsed-text-available('{FILE}')",
    f"json-doc('{FILE}')",
    "collection('/etc')",
    "uri-collection('/etc')",
    "environment-variable('HOME')",
    "available-environment-variables()",
    "load-xquery-module('http://x.test/')",
    "transform(map { 'stylesheet-location': 'http://x.test/' })",
    "parse-xml('<!DOCTYPE a [<!ENTITY b SYSTEM \"/etc/passwd\">]><a>&b;</a>')",
    "parse-xml-fragment('<a/>')",
    "analyze-string('a', 'a')",
    "json-to-xml('{}')",
    "xml-to-json(/r)",
    "random-number-generator()?number",
    "compare('a', 'b', 'de_DE.UTF-8')",
    "compare#3('a', 'b', 'de_DE.UTF-8')",
    "sort((1, 2), 'http://www.w3.org/2013/collation/UCA?lang=de')",
    "distinct-values('a', 'de_DE.UTF-8')",
    "max(('a', 'b'), 'de_DE.UTF-8')",
]
DOUBLED = "".join(", $a := concat($a, $a)" for _ in range(60))
SQUARED = "".join(", $a := $a * $a" for _ in range(60))
ENDLESS = [
    ("//*[.//*[.//*[.//*]]]", MANY),
    ("//*[.//*[.//*]]", DEEP),
    ("//*[following::b[following::b]]", MANY),
    ("//*[preceding::b = .]", MANY),
    ("count(//b[. = //b])", MANY),
    ("count(//a/following-sibling::a/following-sibling::a)", MANY),
    ("//*[root(.)//*]", MANY),
    ("//*[path(.) = 'x']", MANY),
    ("//*[id('x')][id('y')]/ancestor::*", MANY),
    ("//a[. << /r/a[6000]]", MANY),
    ("for $x in 1 to 1000000000 return $x", SMALL),
    ("count(1 to 1000000000)", SMALL),
    ("string-join((1 to 1000000) ! 'aaaaaaaa')", SMALL),
    ("string-join(1 to 100000, string-join(1 to 100000))", SMALL),
    ("for $a in 1 to 1000, $b in 1 to 1000, $c in 1 to 1000 return 1", SMALL),
    ("some $a in 1 to 100000, $b in 1 to 100000 satisfies $a = -$b", SMALL),
    ("(1 to 10000) = (20000 to 30000)", SMALL),
    ("distinct-values(1 to 100000)", SMALL),
    ("map:merge((1 to 100000) ! map { .: 1 })", SMALL),
    ("fold-left(1 to 100000, map { }, function($m, $i) { map:put($m, $i, 1) })", SMALL),
    ("fold-left(1 to 100000, [], function($m, $i) { array:append($m, $i) })", SMALL),
    ("let $f := function($f) { $f($f) } return $f($f)", SMALL),
    ("let $f := function($f, $n) { if ($n = 0) then 0 else $f($f, $n - 1) + $f($f, $n - 1) } return $f($f, 20)", SMALL),
    (f"let $a := 'xxxxxxxxxxxxxxxx' {DOUBLED} return $a", SMALL),
    (f"let $a := 9999999999999999999 {SQUARED} return $a", SMALL),
    ("for $i in 1 to 1000 return upper-case(/r)", LONG),
    ("for $i in 1 to 10000 return replace(/r, 'x', 'y')", LONG),
    ("replace(/r, 'x', string-join((1 to 5000) ! 'abcdefgh'))", LONG),
    ("math:pow(10, 100000000)", SMALL),
    ("math:exp10(1000000000)", SMALL),
    ("round(1.5, 1000000000)", SMALL),
    ("round-half-to-even(15, -1000000000)", SMALL),
    ("format-integer(99999999999999, 'I')", SMALL),
    ("format-date(xs:date('2020-01-01'), '[Y,99999999-*]')", SMALL),
    ("matches('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a|aa)+$')", SMALL),
    ("replace('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a|aa)+$', '')", SMALL),
    ("tokenize('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a|aa)+$')", SMALL),
    ("for $i in 1 to 100000 return matches('aaaaaaaaaaaaaaa!', '^(a|aa)+$')", SMALL),
    ("matches('a', string-join((1 to 20000) ! 'a'))", SMALL),
    ("(" * 3_000 + "1" + ")" * 3_000, SMALL),
    ("-" * 9_000 + "1", SMALL),
    ("1" + "+1" * 4_900, SMALL),
    ("//a" * 3_000, SMALL),
    ("not(" * 1_500 + "1" + ")" * 1_500, SMALL),
    ("parse-json('" + "[" * 5_000 + "')", SMALL),
]
FAILING = [
    "xs:date('999999999999-01-01')",
    "xs:date('2000-01-01') + xs:yearMonthDuration('P99999999999Y')",
    "xs:dateTime('2000-01-01T00:00:00') + xs:dayTimeDuration('P99999999999D')",
    "xs:yearMonthDuration('P1Y') * 1e300",
    "xs:integer('" + "9" * 9_000 + "')",
    "xs:language('" + "a-" * 4_000 + "')",
    "parse-ietf-date('" + " 1" * 4_000 + "')",
    "matches('a', '" + "\\p{L}" * 1_500 + "')",
    "matches('a', '" + "[" * 1_000 + "')",
    "9999999999999999999999 idiv 0.000000000000000000000000000001",
]


@pytest.fixture(autouse=True)
def _no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    xpath_values("parse-ietf-date('6 Jun 2013 11:54 EST')", SMALL)  # what this imports is out of reach from here on

    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("XPath reached outside the document")

    for module, name in (
        (builtins, "open"),
        (builtins, "eval"),
        (builtins, "exec"),
        (os, "open"),
        (os, "getenv"),
        (socket, "socket"),
        (locale, "setlocale"),
    ):
        monkeypatch.setattr(module, name, refuse)


def code_of(query: str, document: str) -> str:
    """Return the code of a query that cannot be evaluated."""
    with pytest.raises(XPathError) as caught:
        xpath_values(query, document)
    return caught.value.code


@pytest.mark.parametrize("query", OUTSIDE)
def test_nothing_outside_is_read(query: str) -> None:
    """Functions that read files, the network or the environment, or change the process, are refused."""
    assert "xpath-refused" == code_of(query, SMALL)
    criterion = Criterion(query, "$inputs.xml", "xpath")
    verdict = evaluate_criterion(criterion, Scope(inputs={"xml": SMALL}), dialect="lenient")
    assert (False, "xpath-refused") == (verdict.passed, verdict.code)


@pytest.mark.parametrize(("query", "document"), ENDLESS)
def test_too_much_work(query: str, document: str) -> None:
    """A query that would take for ever, or all memory, is stopped after a bounded amount of work."""
    assert "xpath-limit" == code_of(query, document)


@pytest.mark.parametrize("query", FAILING)
def test_values_beyond_all_bounds(query: str) -> None:
    """Dates, numbers and patterns out of bounds are errors of evaluation."""
    assert "xpath-failed" == code_of(query, SMALL)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("query", [query for query, _ in ENDLESS] + OUTSIDE + FAILING)
def test_checks_do_not_raise(query: str, version: str) -> None:
    """Checking a hostile query without a document ends as well, with problems or none."""
    for code, message in check_criterion(Criterion(query, "$response.body", "xpath", version), dialect="strict"):
        assert code.startswith("xpath-")
        assert message


def test_large_documents_stay_usable() -> None:
    """Ordinary queries over thousands of elements are within the limit."""
    assert (6_000,) == xpath_values("count(//a)", MANY)
    assert (3_000,) == xpath_values("count(//a[position() mod 2 = 1])", MANY)
    assert ("5999",) == xpath_values("/r/a[last()]/b", MANY)
    assert xpath_holds("//b = 5999", MANY)
    assert xpath_holds("every $a in //a satisfies $a/@n = $a/b", MANY)
    assert (1_000_000,) == xpath_values("string-length(/r)", LONG)


@pytest.mark.parametrize("piece", ["x", "a-", "5a", "-", "a.", "a:"])
@pytest.mark.parametrize("form", ["'{}'", "{}"])
def test_long_names(form: str, piece: str) -> None:
    """Looking for prefixes in a query takes time in proportion to its length, whatever its names are."""
    query = form.format(piece * (9_900 // len(piece)))
    for code, _ in check_criterion(Criterion(query, "$response.body", "xpath"), dialect="strict"):
        assert code.startswith("xpath-")


@pytest.mark.parametrize("query", ["5-p:b", "p:b:c", "$p:b", "-.5+p:b", "xs:int('1') + p:q", "x-p:b", "p_1.é-x:b"])
def test_prefixes_are_found(query: str) -> None:
    """A name before a colon is a prefix wherever it stands; without a document any prefix will do."""
    found = [message for _, message in check_criterion(Criterion(query, "$response.body", "xpath"), dialect="strict")]
    assert not any("prefix" in message for message in found)
