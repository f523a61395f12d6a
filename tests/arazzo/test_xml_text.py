"""XML texts: what is read, what is refused, and edits that change nothing else."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.queries.xml_query import xpath_edits
from mock_knock.arazzo.queries.xml_text import MAX_DEPTH, MAX_NODES, Edit, XmlError, edit_xml, parse_xml

TEXT = """<?xml version="1.0" encoding="latin-1"?><!--before--><?pi x?>
<r xmlns="urn:d" xmlns:p='urn:p' p:a="1" b = 'x"y' ><!-- in --><?go on?>
  <p:e>ž &amp; <![CDATA[<raw>]]></p:e><empty  a="&lt;>"  /><same/><same>two</same>
</r> <!--after-->"""
LAUGHS = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>'


def edited(query: str, new: str, text: str = TEXT) -> str:
    """Give a new text to all that a query selects."""
    xml, edits = xpath_edits(query, text, new)
    return edit_xml(xml, edits)


def test_what_is_read() -> None:
    """Names are in their namespaces, prefixes those of the root, and comments and instructions are kept."""
    xml = parse_xml(TEXT)
    assert {"p": "urn:p"} == xml.namespaces
    assert ("{urn:d}r", {"{urn:p}a": "1", "b": 'x"y'}) == (xml.root.tag, xml.root.attrib)
    assert ["{urn:p}e", "{urn:d}empty", "{urn:d}same", "{urn:d}same"] == [
        child.tag for child in xml.root if isinstance(child.tag, str)
    ]
    assert "ž & <raw>" == xml.root[2].text
    assert 6 == len(xml.root)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("xml-invalid", ""),
        ("xml-invalid", "words"),
        ("xml-invalid", '{"a": 1}'),
        ("xml-invalid", "<a>"),
        ("xml-invalid", "<a/><b/>"),
        ("xml-invalid", "<a>&nbsp;</a>"),
        ("xml-invalid", "<p:a/>"),
        ("xml-invalid", "<a>\ud800</a>"),
        ("xml-invalid", "<a>\x00</a>"),
        ("xml-doctype-refused", LAUGHS),
        ("xml-doctype-refused", "<!DOCTYPE a><a/>"),
        ("xml-doctype-refused", "<!-- x --><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
        ("xml-doctype-refused", "<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://x.test/'>%b;]><a/>"),
        ("xml-limit", "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1)),
        ("xml-limit", "<a>" * 100_000),
        ("xml-limit", "<a>" + "<b/>" * MAX_NODES + "</a>"),
        ("xml-limit", "<a>" + "<!---->" * MAX_NODES + "</a>"),
    ],
)
def test_what_is_refused(code: str, text: str) -> None:
    """What is not well-formed, declares a document type or is too large has a code."""
    with pytest.raises(XmlError) as caught:
        parse_xml(text)
    assert code == caught.value.code


def test_the_largest_documents() -> None:
    """The limits themselves are allowed."""
    parse_xml("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)
    parse_xml("<a>" + "<b/>" * (MAX_NODES - 1) + "</a>")


@pytest.mark.parametrize(
    ("old", "new", "query"),
    [
        ("ž &amp; <![CDATA[<raw>]]>", "&lt;n&gt;&amp;", "//p:e"),
        ("ž &amp; <![CDATA[<raw>]]>", "&lt;n&gt;&amp;", "//p:e/text()"),
        ('"1"', '"&lt;n&gt;&amp;"', "/*/@p:a"),
        ("'x\"y'", '"&lt;n&gt;&amp;"', "/*/@b"),
        ('"&lt;>"', '"&lt;n&gt;&amp;"', "//@a"),
        ('<empty  a="&lt;>"  />', '<empty  a="&lt;>"  >&lt;n&gt;&amp;</empty>', "//*:empty"),
        ("<same/><same>two<", "<same>&lt;n&gt;&amp;</same><same>&lt;n&gt;&amp;<", "//*:same"),
    ],
)
def test_edits(old: str, new: str, query: str) -> None:
    """An edit changes the content or attribute that it names and not a letter more."""
    assert TEXT.replace(old, new) == edited(query, "<n>&")


def test_text_that_quotes_and_breaks_lines() -> None:
    """A new attribute keeps quotes, tabs and line breaks, which would end it or become spaces."""
    assert '<a b="&quot;\'&#9;&#10;&#13;"/>' == edited("//@b", "\"'\t\n\r", "<a b='1'/>")


def test_nested_edits() -> None:
    """What lies in a content that is replaced goes with it."""
    assert '<a b="x">x</a>' == edited("//* | //@*", "x", '<a b="1"><c d="2"/></a>')
    assert '<a b="x">x</a>' == edited("//* | //@*", "x", '<a b="1"/>')


@pytest.mark.parametrize("text", ["\x00", "\x0b", "\ufffe", "\ud800"])
def test_texts_that_xml_does_not_allow(text: str) -> None:
    """Control characters and half surrogate pairs cannot stand in XML, not even escaped."""
    with pytest.raises(XmlError, match="cannot stand in XML"):
        edited("/*", text)


TAGS = st.sampled_from(["a", "b", "c.d", "é"])
PLAIN = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=5)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Element:
    """Draw an element tree."""
    element = Element(draw(TAGS), draw(st.dictionaries(TAGS, PLAIN, max_size=2)))
    element.text = draw(PLAIN)
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        child = draw(trees(depth=depth - 1))
        child.tail = draw(PLAIN)
        element.append(child)
    return element


@given(trees(), PLAIN, st.data())
def test_an_edit_is_read_back(tree: Element, new: str, data: st.DataObject) -> None:
    """After an edit the place has the new text, and everything outside it reads as before."""
    xml = parse_xml(tostring(tree, encoding="unicode"))
    elements = list(xml.root.iter())
    index = data.draw(st.integers(0, len(elements) - 1))
    element = elements[index]
    attribute = data.draw(st.sampled_from([None, *element.attrib]))
    changed = list(parse_xml(edit_xml(xml, [Edit(element, new, attribute)])).root.iter())
    if attribute is not None:
        assert {**element.attrib, attribute: new} == changed[index].attrib
        assert len(elements) == len(changed)
    else:
        assert (new or None, 0) == (changed[index].text, len(changed[index]))
    assert [(each.tag, each.tail) for each in elements[:index]] == [(each.tag, each.tail) for each in changed[:index]]
