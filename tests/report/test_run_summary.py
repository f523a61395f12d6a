from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.engine import Decision
from mock_knock.harness.gauntlet import GauntletResult
from mock_knock.harness.result import RunResult
from mock_knock.messages import ContractViolation, Exchange, Finding, HttpResponse
from mock_knock.redact import clean_terminal
from mock_knock.report.gauntlet.gauntlet_summary import render_summary as render_gauntlet
from mock_knock.report.markdown import to_markdown
from mock_knock.report.run.run_summary import MAX_FIRST, MAX_LAST, MAX_TOLD, render_summary
from tests.report.made_up_gauntlet import EVIL, HUNG, SECRET, SILENT, evil_result
from tests.report.made_up_gauntlet import RESULT as GAUNTLET
from tests.report.made_up_run import POLL, RESULT, answer, passing, step
from tests.report.run_strategies import results, texts

TAGS = {"<code>", "</code>", "<br>", "<details>", "</details>", "<summary>", "</summary>"}
MEBIBYTE = 1_048_576


def rows(text: str) -> list[list[str]]:
    """Return the cells of the table in a summary, below its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_summary_of_a_run() -> None:
    """A summary says how the run ended, what went wrong, the errors with remedies, and has a row for each request."""
    text = unescape(render_summary(RESULT))
    assert text.startswith(
        "### ✗ <code>notify</code>\n\noutcome unreachable: 9 requests, 2 contract violations, 1 error"
    )
    for words in (
        "against http://***@localhost",
        "- ✗ <code>poll (try 3)</code>: not met <code>$response.body#/status == 'completed'</code>; contract: ",
        "contract: response-body at /started_at: is required; answered 200\n",
        "- ✗ <code>last</code>: timeout: no answer from ***; not met <code>$statusCode == 200</code>\n",
        "- error: 'last' got no answer from *** (<code>request-failed</code>, <code>flow.yaml:9:5</code>)<br>Remedy: <",
        "<details><summary>2 warnings and notes</summary>\n\n- warning: it never ends",
    ):
        assert words in text, words
    table = rows(render_summary(RESULT))
    assert ["✓", "·", "·", "✗", "✓", "✓", "✓", "✗", "✗"] == [row[0] for row in table]
    assert [
        "<code>identify</code>",
        "<code>POST /v1/users/bulk/identify</code>",
        "200",
        "12 ms",
        "next later",
    ] == table[0][1:]
    assert "&emsp;<code>login</code>" == table[5][1]


def test_the_summary_of_a_run_that_passed() -> None:
    """A summary of a run that passed has nothing but its end and its rows."""
    text = render_summary(passing(step("s", Exchange(POLL, answer({})))))
    assert [
        "### ✓ <code>notify</code>",
        "",
        "outcome success: 1 request, 0 contract violations, 0 errors, 0 warnings",
        "",
    ] == (text.splitlines()[:4])
    assert 7 == len(text.splitlines())
    assert "✗" not in render_summary(RunResult("w", "success"))
    assert "|" not in render_summary(RunResult("w", "success"))


@pytest.mark.parametrize(("counts", "mark"), [(True, "✗"), (False, "!")])
def test_a_broken_contract_may_not_count(counts: bool, mark: str) -> None:  # noqa: FBT001  # a column of the table
    """Where a broken contract does not count it is told of as doubtful."""
    broken = step("s", Exchange(POLL, answer({})), violations=(ContractViolation("response-body", "", "m"),))
    text = render_summary(passing(broken), contract_counts=counts)
    assert f"- {mark} <code>s</code>: contract: response-body: m\n" in text
    assert text.startswith("### ✗" if counts else "### ✓")


def test_requests_that_read_the_same_are_one_row() -> None:
    """Requests in a row that read the same are one row with both ends of the count."""
    alike = [step("poll", Exchange(POLL, answer({})), visit=number) for number in (1, 2, 3)]
    assert ["<code>poll #1-3</code>"] == [unescape(row[1]) for row in rows(render_summary(passing(*alike)))]


def test_a_long_run() -> None:
    """Of many rows the first and the last are shown, of many failures and findings the first; GitHub takes it all."""
    found = tuple(Finding("a-code", "error", "<" * 900, "|" * 900, "*" * 900) for _ in range(500))
    steps = tuple(
        step(f"{number}{'<' * 300}", Exchange(POLL, HttpResponse(500)), passed=False, decision=Decision("goto"),
             violations=(ContractViolation("response-body", "/x", "<" * 900),) * 50)
        for number in range(1_000)
    )  # fmt: skip
    text = render_summary(RunResult("w", "failure", steps=steps, findings=found))
    assert len(text.encode()) < MEBIBYTE
    assert MAX_FIRST + 1 + MAX_LAST == len(rows(text))
    assert "... 920 more" == rows(text)[MAX_FIRST][1]
    assert [f"- ... and {1_000 - MAX_TOLD} more", f"- ... and {500 - MAX_TOLD} more"] == [
        line for line in text.splitlines() if line.startswith("- ...")
    ]


@given(result=results)
def test_text_stays_text(result: RunResult) -> None:
    """Whatever a result holds, each row has its cells, each line begins as we write it, and no tag is but ours."""
    text = render_summary(result)
    assert {6} >= {len(row) for row in rows(text)}
    assert set(re.findall(r"<[^>]*>", text)) <= TAGS
    for line in text.splitlines():
        assert re.match(r"$|### [✓✗] <code>|outcome |- |\| |<details><summary>|</details>$", line), line


@given(text=texts | st.text())
def test_markdown_of_any_text(text: str) -> None:
    """Text in Markdown reads as the text itself on one line, and nothing in it has a meaning there."""
    written = to_markdown(text, 10_000)
    assert not set(re.sub(r"&#\d+;", "", written)) & set("<>|`*~[]\\@$&\n")
    if not set(text) & set("\ufffe\uffff="):
        assert " ".join(clean_terminal(text).split()) == unescape(written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("http://a.example", "http&#58;//a.example"),
        ("www.a.example", "www&#46;a.example"),
        ("a_b_c _d_", "a_b_c &#95;d&#95;"),
        ("flow.yaml:9 :tada:", "flow.yaml:9 &#58;tada:"),
        ("$statusCode == 200", "&#36;statusCode == 200"),
        ("#12 #/a", "&#35;12 #/a"),
        ("a\n\n# b", "a # b"),
        ("abcdef", "abcd..."),
    ],
)
def test_markdown(text: str, written: str) -> None:
    """Links, emojis, formulas, mentions and emphasis are taken apart; other signs stay as they are."""
    assert written == to_markdown(text, 4 if text == "abcdef" else 100)


def test_the_summary_of_a_gauntlet() -> None:
    """A summary of a gauntlet says how many cells there are of each verdict, and has the worse ones first."""
    text = render_gauntlet(GAUNTLET, (HUNG,))
    assert text.startswith(
        "### ✗ Gauntlet of <code>python client.py</code>\n\n2 survived, 1 loud, 1 hung, 1 silent of 5; 1 to"
    )
    assert "- … <code>stuck-queued</code> hung: Operations never start. The client: still running after 30 s\n" in text
    assert [
        ["…", "<code>stuck-queued</code>", "hung", "", "201", "30.0"],
        ["✗", "<code>fails-midway</code>", "silent", "batch-first, retry-after", "5", "0.1"],
        ["!", "<code>reset</code>", "loud", "", "2", "2.0"],
        ["✓", "<code>none</code>", "survived", "", "5", "1.2"],
        ["✓", "<code>refuse</code>", "survived", "", "5", "1.2"],
    ] == rows(text)
    assert "batch-first: a run for ada came too early<br>retry-after" in render_gauntlet(GAUNTLET, (SILENT,))
    assert render_gauntlet(GAUNTLET, ()).startswith("### ✓")


@pytest.mark.parametrize("text", EVIL)
def test_text_of_clients_stays_text(text: str) -> None:
    """Whatever clients and answers hold, the summary of a gauntlet has its rows and no tag but ours."""
    result = evil_result(text)
    written = render_gauntlet(result, result.cells)
    assert written.encode()
    assert [6, 6] == [len(row) for row in rows(written)]
    assert set(re.findall(r"<[^>]*>", written)) <= TAGS


def test_secrets_of_clients_are_masked() -> None:
    """An API key in what a client says is masked in the summary."""
    result: GauntletResult = replace(evil_result(f"key {SECRET}"))
    assert "canary" not in render_gauntlet(result, result.cells)
