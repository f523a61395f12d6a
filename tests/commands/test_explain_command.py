from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.commands.code_pages import every_code, first_sentence, read_code_page
from mock_knock.files import bundled

if TYPE_CHECKING:
    from tests.commands.conftest import Call


def test_a_page(call: Call) -> None:
    """The page of a code is shown as it is written."""
    called = call("explain", "enum-unhandled")
    text = bundled("codes", "enum-unhandled.md").read_text(encoding="utf-8")
    assert (0, text, "") == (called.code, called.out, called.err)


def test_the_list(call: Call) -> None:
    """Without a code all codes are listed, those of findings first, with severity and first sentence."""
    called = call("explain")
    assert 0 == called.code
    assert list(every_code()) == [line.split()[0] for line in called.out.splitlines()]
    assert list(SEVERITIES) == list(every_code()[: len(SEVERITIES)])
    line = next(line for line in called.out.splitlines() if line.startswith("jsonpath-invalid"))
    assert line.endswith("warning: " + read_code_page("jsonpath-invalid").sentence)


@pytest.mark.parametrize(
    ("hint", "code"),
    [
        ("did you mean enum-unhandled?", "enum"),
        ("did you mean loop-unbounded?", "loop-unbound"),
        ("did you mean expression-unbraced or ", "expresion-unbracd"),
        ("did you mean enum-unhandled", "unhandled-enum"),
        ("did you mean jsonpath-invalid?", "JSONPATH_INVALID"),
        ("did you mean retry-never or ", "retry-nevver"),
        ("did you mean port-in-use or port-refused or ", "port"),
        ("did you mean yaml-duplicate-key", "yaml-duplicate-keys"),
        ("`mock-knock explain` lists all codes", "-"),
        ("`mock-knock explain` lists all codes", "xyzzy"),
        ("`mock-knock explain` lists all codes", "../codes/xyzzy"),
    ],
)
def test_an_unknown_code(call: Call, hint: str, code: str) -> None:
    """A code that does not exist ends with exit code 2 and names the nearest ones."""
    called = call("explain", code)
    assert (2, "") == (called.code, called.out)
    assert "[code-unknown]" in called.err
    assert hint in called.err


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("One.", "# title\n\nOne. Two.\n"),
        ("One line and another.", "One line\nand another.\n\nMore.\n"),
        ("Version 1.0.1 is it!", "# t\nVersion 1.0.1 is it! Yes.\n"),
        ("no end", "no end\n\nMore.\n"),
        ("", "# title\n"),
    ],
)
def test_first_sentences(sentence: str, text: str) -> None:
    """The first sentence of a page is that of its first paragraph, in one line."""
    assert sentence == first_sentence(text)


def test_a_code_without_a_page() -> None:
    """A code that has no page is an error and has a line of its own."""
    page = read_code_page("a-code")
    assert ("a-code", "error") == (page.code, page.severity)
    assert page.sentence in page.text


@pytest.mark.parametrize("code", every_code())
def test_each_code_has_a_page(code: str) -> None:
    """Each code of the table has a page whose title is the code, and a first sentence that fits a line."""
    page = read_code_page(code)
    assert bundled("codes", f"{code}.md").is_file()
    assert page.text.startswith(f"# {code}\n")
    assert 20 < len(page.sentence) < 200
