from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath

import pytest

from mock_knock.harness.result import LintResult
from mock_knock.messages import Finding
from mock_knock.report.lint_json import render_lint_json
from mock_knock.report.lint_terminal import render_diff, render_lint
from mock_knock.report.sarif import Rule, render_sarif
from mock_knock.report.style import Style

GOLDEN = Path(__file__).parent / "golden"
FOLDER = PurePosixPath("/srv/project")
RESULTS = (
    LintResult(
        "flows/a b.yaml",
        (
            Finding("b-code", "warning", "bad at 'x'", "flows/a b.yaml:3:7", "mend it"),
            Finding("a-code", "error", "worse", "flows/a b.yaml:12:1"),
            Finding("b-code", "note", "elsewhere", "/other/b.json:1:2", "look there"),
        ),
        ("w", "v"),
    ),
    LintResult("clean.yaml", (), ("w",)),
    LintResult("c.json", (Finding("c-code", "error", "no place"), Finding("c-code", "error", "vague", "c.json#/a"))),
)
RULES = {
    "a-code": Rule("a-code", "error", "It is worse.", "# a-code\n\nIt is worse.\n"),
    "b-code": Rule("b-code", "warning", "It is bad.", "# b-code\n\nIt is bad. Mend it.\n"),
    "c-code": Rule("c-code", "error", "It is c.", "# c-code\n\nIt is c.\n"),
    "unused": Rule("unused", "note", "x", "x"),
}
BEFORE = "one\r\ntwo\nthree\nfour\n"
AFTER = "one\r\n2\nthree\nfour"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lint.txt", render_lint(RESULTS, Style())),
        ("lint.ansi.txt", render_lint(RESULTS, Style(is_coloured=True))),
        ("lint.json", render_lint_json(RESULTS)),
        ("lint.sarif.json", render_sarif(RESULTS, RULES, version="1.2.3", folder=FOLDER)),
        ("lint-clean.txt", render_lint([LintResult("clean.yaml")], Style())),
        ("diff.txt", render_diff("a.yaml", BEFORE, AFTER, Style())),
        ("diff.ansi.txt", render_diff("a.yaml", BEFORE, AFTER, Style(is_coloured=True))),
    ],
)
def test_lint_reports_read_as_agreed(name: str, text: str) -> None:
    """A report of the same findings is the same text, to the letter."""
    assert (GOLDEN / name).read_text(encoding="utf-8") == text


def test_no_difference() -> None:
    """Two equal texts have no difference to show."""
    assert "" == render_diff("a", "x\n", "x\n", Style())


@pytest.mark.parametrize("is_coloured", [False, True])
def test_a_terminal_is_not_taken_over_by_findings(is_coloured: bool) -> None:  # noqa: FBT001  # a column of the table
    """Text from documents cannot move the cursor or reverse the reading direction."""
    evil = "a\x1b[2Jb\x07\x9b2J\u202ed\r"
    style = Style(is_coloured)
    shown = render_lint([LintResult(evil, (Finding(evil, "error", evil, evil, evil),))], style)
    shown += render_diff(evil, evil, f"{evil}x", style)
    assert not set(re.sub(r"\x1b\[\d{1,2}m", "", shown)) & set("\x1b\x07\x9b\u202e\r")


def test_machines_can_read_any_text() -> None:
    """Half of a surrogate pair does not break a report."""
    results = [LintResult("\udcff", (Finding("a-code", "error", "\udcff", "\udcff:1:1"),))]
    assert "error" == json.loads(render_lint_json(results))["files"][0]["findings"][0]["severity"]
    log = json.loads(render_sarif(results, RULES, version="1", folder=FOLDER))
    assert "?" == log["runs"][0]["results"][0]["message"]["text"]


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ({"uri": "a%20b.yaml", "uriBaseId": "%SRCROOT%"}, "a b.yaml"),
        ({"uri": "x/a.yaml", "uriBaseId": "%SRCROOT%"}, "/srv/project/x/a.yaml"),
        ({"uri": "file:///srv/other/a.yaml"}, "/srv/other/a.yaml"),
        ({"uri": "file:///srv/a.yaml"}, "../a.yaml"),
        ({"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}, "x/../a.yaml"),
    ],
)
def test_addresses_of_sarif(address: dict[str, str], file: str) -> None:
    """A file below the working directory has an address relative to it, another one an absolute address."""
    results = [LintResult(file, (Finding("a-code", "error", "m", f"{file}:2:3"),))]
    log = json.loads(render_sarif(results, RULES, version="1", folder=FOLDER))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert {"artifactLocation": address, "region": {"startLine": 2, "startColumn": 3}} == place
