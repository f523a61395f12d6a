from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from mock_knock.harness.gauntlet import GauntletResult
from mock_knock.report.gauntlet.gauntlet_html import render_html
from tests.report.html_page import Page
from tests.report.made_up_gauntlet import EVIL, HUNG, MOMENTS, NONE, RESULT, SECRET, SILENT, evil_result

SVG = re.compile("<svg.*?</svg>", re.DOTALL)


def test_the_page() -> None:
    """The page names the client and the counts, and opens what is silent or hung; each cell has its picture."""
    text = render_html(RESULT)
    page = Page(text)
    assert text.startswith("<!doctype html>\n")
    for words in (
        "Gauntlet: python client.py",
        "2 survived, 1 loud, 1 hung, 1 silent of 5; seed 7",
        "What reset does.",
        "The client: still running after 30 s; the fault happened 1 times.",
        "batch-first, retry-after",
        "batch-first: a run for ada came too early (3)",
    ):
        assert words in page.shown
    assert [False, True, True, False, False] == ["open" in each for tag, each in page.elements if tag == "details"]
    assert 5 == len(SVG.findall(text))
    assert 1 == page.tags.count("ul")


def test_the_pictures() -> None:
    """The picture of a cell has one shape for each request, and a line of the progress that was read."""
    pictures = [ET.fromstring(each) for each in SVG.findall(render_html(RESULT))]
    shapes = [[each for each in picture if each.tag.endswith(("circle", "path"))] for picture in pictures]
    assert [0, len(MOMENTS), 0, 0, 0] == [len(each) for each in shapes]
    assert [0, 1, 0, 0, 0] == [len([1 for each in picture if each.tag.endswith("polyline")]) for picture in pictures]
    assert "fails-midway: 6 requests in 10.0 seconds, silent" == pictures[1].get("aria-label")


def test_the_page_needs_nothing_else() -> None:
    """The page loads nothing, leads nowhere, runs nothing, and its policy forbids it."""
    text = render_html(RESULT)
    page = Page(text)
    assert {
        "html", "head", "meta", "title", "style", "body", "h1", "p", "code", "details", "summary", "b", "span", "ul",
        "li", "svg", "text", "line", "polyline", "path", "circle",
    } == set(page.tags)  # fmt: skip
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | {"src", "href", "xlink:href", "srcset"} & names
    assert "url(" not in text
    assert "@import" not in text
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"\w+://[^\"' ]+", text))
    assert "Content-Security-Policy" in str(page.elements[3])
    policy = str(page.elements[3][1]["content"])
    assert "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" == policy


@pytest.mark.parametrize("text", EVIL)
def test_text_stays_text(text: str) -> None:
    """Whatever clients, answers and messages hold, the page has the same elements, and its pictures are XML."""
    written = render_html(evil_result(text))
    plain, page = Page(render_html(evil_result("plain"))), Page(written)
    assert plain.tags == page.tags
    assert [list(each) for _, each in plain.elements] == [list(each) for _, each in page.elements]
    assert written.encode()
    for picture in SVG.findall(written):
        ET.fromstring(picture)
    if text.isprintable():
        assert 5 <= page.shown.count(text)
    else:
        assert not {each for each in written if not each.isprintable() and each != "\n"}


def test_secrets_are_masked() -> None:
    """An API key is shown by its prefix and its end alone, also when control characters cut it in two."""
    for text in (f"client --key {SECRET}", f"client --key {SECRET[:12]}\x00{SECRET[12:]}"):
        written = render_html(evil_result(text))
        assert "canary" not in written
        assert 5 <= written.count("sk_live_***6789")


def test_a_page_of_one() -> None:
    """A gauntlet of one cell has a page with one picture."""
    for each in (NONE, SILENT, HUNG):
        assert 1 == len(SVG.findall(render_html(GauntletResult("x", 0, (each,)))))
