from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from hypothesis import given

from mock_knock.arazzo.engine import Decision
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.messages import ContractViolation, Exchange, Finding, HttpRequest, HttpResponse
from mock_knock.redact import clean_terminal
from mock_knock.report.run.html_exchange import shown_body
from mock_knock.report.run.html_tree import LEFT_OUT, MAX_FIRST, MAX_LAST, MAX_OPEN
from mock_knock.report.run.run_html import render_html
from tests.report.html_page import Page
from tests.report.made_up_run import POLL, RESULT, answer, at, operation, passing, post, step
from tests.report.run_strategies import results

SVG = re.compile("<svg.*?</svg>", re.DOTALL)
TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h4", "i", "b", "p", "span", "code", "pre", "ul",
    "li", "br", "a", "details", "summary", "figure", "figcaption", "svg", "rect", "text", "polyline", "circle", "path",
}  # fmt: skip
LIMIT = 1_000_000


def polls(count: int) -> tuple[StepResult, ...]:
    """Return polls that each read a little more than the one before."""
    return tuple(
        step(
            "poll",
            Exchange(POLL, answer(operation("processing", number) | {"estimated_total_rows": count}), at=at(number)),
            visit=number + 1,
            outputs={"processedRows": number},
            decision=Decision("goto", "stillRunning", "poll"),
        )
        for number in range(count)
    )


def test_the_page_of_a_run() -> None:
    """The page tells outcome, errors with their remedies, outputs, each step with its verdicts, and its exchange."""
    page = Page(render_html(RESULT))
    for words in (
        "✗ notify",
        "outcome unreachable: 9 requests, 2 contract violations, 1 error, 1 warning",
        "against http://***@localhost; seed 7; began at 2026-01-02T03:04:05.678Z on its own clock",
        "error 'last' got no answer from *** request-failedflow.yaml:9:5Remedy: <script>",
        "warning it never ends loop-unboundedflow.yaml:3:1Remedy: add a limit",
        "✗ $response.body#/status == 'completed'",
        "✗ contract: response-body at /started_at: is required",
        "→ retry poll by action 'stillRunning'",
        "poll (try 4)",
        "ask calls workflow auth",
        "No answer, 60.0 stimeout: no answer from ***",
        "curl -sS -X POST http://localhost/v1/workflows/welcome/trigger",
        "(6 bytes that are no text)",
        '  "processed_rows": 2,\n',
        f"{RESULT.outputs['operationId']}: 5 requests, last read as completed, 2 answers with a fault",
    ):
        assert words in page.shown, words
    assert ["s0", "s1", "s2", "s3", "s4", "s5", "s6", None, "s7", None, "s8", None] == [
        each.get("id") for each in page.all("details")
    ]
    assert ["s3", "s7", "s8"] == [each["id"] for each in page.all("details") if "open" in each]


def test_how_far_steps_are_indented() -> None:
    """The steps of a called workflow stand further in than the step that calls it."""
    rows = {each["id"]: each["style"] for each in Page(render_html(RESULT)).all("details") if "id" in each}
    assert {"s4": "--d:0", "s5": "--d:1", "s6": "--d:1", "s7": "--d:0"} == {
        name: rows[name] for name in ("s4", "s5", "s6", "s7")
    }


def test_the_page_needs_nothing_else() -> None:
    """The page loads nothing and runs nothing, and its policy forbids it; its links lead to places within it."""
    page = Page(text := render_html(RESULT))
    assert set(page.tags) <= TAGS
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | {"src", "srcset", "xlink:href"} & names
    assert "url(" not in text
    assert "@import" not in text
    policy = page.elements[3][1]
    assert (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) == (
        policy["http-equiv"],
        policy["content"],
    )
    places = {each["id"] for each in page.all("details") if "id" in each}
    assert {each["href"] for each in page.all("a")} <= {f"#{place}" for place in places}
    assert page.all("a")


def test_light_and_dark() -> None:
    """The page and its pictures take the colours that their reader likes."""
    text = render_html(RESULT)
    assert "color-scheme:light dark" in text
    dark = text.partition("@media(prefers-color-scheme:dark){")[2].partition("}}")[0]
    light = text.partition(":root{")[2].partition("}")[0]
    assert set(re.findall("--[a-z]+", light)) == set(re.findall("--[a-z]+", dark))


@given(result=results)
def test_text_stays_text(result: RunResult) -> None:
    """Whatever a result holds, the page has no element but its own, and its pictures are XML."""
    text = render_html(result)
    page = Page(text)
    assert set(page.tags) <= TAGS
    assert text == clean_terminal(text)
    for picture in SVG.findall(text):
        ET.fromstring(picture)
    for tag in ("details", "ul", "pre", "figure", "summary"):
        assert text.count(f"<{tag}") == text.count(f"</{tag}>")


def test_requests_that_read_the_same_are_one() -> None:
    """Requests in a row that read the same are one line that says how many they are."""
    alike = [step("poll", Exchange(POLL, answer({}), at=at(number)), visit=number) for number in (1, 2, 3)]
    page = Page(render_html(passing(*alike)))
    assert 1 == len(page.all("details"))
    assert "poll #1-3" in page.shown
    assert "The first of 3 in a row that read the same." in page.shown


def test_a_request_is_shown_once() -> None:
    """A request that was sent before leads to where it is shown; its answer is shown all the same."""
    page = Page(render_html(passing(*polls(3))))
    assert 1 == page.shown.count("To send it by hand")
    assert ["#s0", "#s0"] == [each["href"] for each in page.all("a")]
    assert 3 == page.shown.count("Response, 12 ms")


@pytest.mark.parametrize("count", [1_000, 5_000])
def test_a_long_run_has_a_small_page(count: int) -> None:
    """The page of a run of 1,000 steps or more is smaller than 1 MB; what it leaves out it says."""
    text = render_html(replace(RESULT, steps=polls(count), calls=()))
    assert len(text.encode()) < LIMIT
    assert min(count, MAX_FIRST + MAX_LAST) == len(re.findall('<details class="s', text))
    assert ("... 3700 more lines ..." in text) == (count == 5_000)
    assert (LEFT_OUT in text) == (count == 5_000)
    assert text.count("<h4>Response") > 250


def test_a_page_of_large_steps() -> None:
    """Where each of 1,000 steps has more to tell than there is room for, those that went wrong are told of first."""
    value = {f"é<&{number}": "<&>" * 20 for number in range(100)}
    broken = ContractViolation("response-body", "/x", "m" * 500)
    steps = tuple(
        step(f"step{number}", Exchange(post(f"/{number}", value), answer(value), at=at(number)), outputs=value,
             violations=(broken,) * 30 if number == 777 else ())
        for number in range(1_000)
    )  # fmt: skip
    text = render_html(RunResult("w", "failure", steps=steps))
    assert len(text.encode()) < LIMIT
    rows = dict(re.findall(r'<details class="s \w+" id="s(\d+)".*?</summary>(.*?)</details>', text, re.DOTALL))
    assert 1_000 == len(rows)
    assert LEFT_OUT not in rows["777"]
    assert "and 10 more" in rows["777"]
    assert LEFT_OUT == rows["999"]


def test_not_everything_is_open() -> None:
    """Of many steps that went wrong the first are open."""
    wrong = [
        step(f"s{number}", Exchange(POLL, answer({}, 500)), passed=False, decision=Decision("goto"))
        for number in range(15)
    ]
    page = Page(render_html(RunResult("w", "failure", steps=tuple(wrong))))
    assert [True] * MAX_OPEN + [False] * 5 == ["open" in each for each in page.all("details")]


@pytest.mark.parametrize(("counts", "mark", "verdict"), [(True, "✗", "s bad"), (False, "✓", "s doubtful")])
def test_a_broken_contract_may_not_count(counts: bool, mark: str, verdict: str) -> None:  # noqa: FBT001  # a column of the table
    """Where a broken contract does not count, the page says that the run has passed, and marks the step as doubtful."""
    broken = step("s", Exchange(POLL, answer({})), violations=(ContractViolation("response-body", "", "m"),))
    page = Page(render_html(passing(broken), contract_counts=counts))
    assert f"{mark} notify" in page.shown
    assert verdict == page.all("details")[0]["class"]


def test_many_findings() -> None:
    """Findings beyond what anybody reads are counted; notes are folded away."""
    many = tuple(
        Finding("a-code", severity, f"m{number}") for number in range(60) for severity in ("error", "warning", "note")
    )
    page = Page(render_html(RunResult("w", "success", findings=many)))
    assert 3 == page.shown.count("... and 10 more")
    assert "60 notes" in page.shown
    assert 1 == len(page.all("details"))


def test_many_operations() -> None:
    """Of many bulk operations the first are shown as pictures, and the others counted."""
    many = [
        step(
            "s",
            Exchange(
                post("/users/bulk/identify", {}), answer(operation("queued", 0) | {"id": f"b{number}"}), at=at(number)
            ),
        )
        for number in range(7)
    ]
    page = Page(render_html(passing(*many)))
    assert 5 == len(page.all("svg"))
    assert "... and 2 more operations" in page.shown


def test_a_page_of_nothing() -> None:
    """A run that sent nothing has a page without steps."""
    page = Page(render_html(RunResult("w", "invalid")))
    assert ["h1"] == [tag for tag in page.tags if tag.startswith("h") and tag not in {"html", "head"}]


INDENTED = '{\n  "b": 1.50,\n  "a": [\n    1,\n    {}\n  ],\n  "a": "\\u00e9"\n}'
HUGE = orjson.dumps({"a": ["x" * 50] * 10_000})


@pytest.mark.parametrize(
    ("body", "limit", "shown"),
    [
        (b"", 20, ""),
        (b"plain\ntext", 20, "plain\ntext"),
        (b"\xff\x00", 20, "(2 bytes that are no text)"),
        (b'{"b":1.50,"a":[1,{ }],"a":"\\u00e9"}', 99, INDENTED),
        (b"[" * 40 + b"x", 20, "[" * 20 + "\n... (cut: the whole body has 41 bytes)"),
        (b"x" * 20, 20, "x" * 20),
        (b'"' + b"x" * 30 + b'"', 20, '"' + "x" * 19 + "\n... (cut: the whole body has 32 bytes)"),
        (HUGE, 20, '{\n  "a": [\n    "xxxx' + f"\n... (cut: the whole body has {len(HUGE):,} bytes)"),
    ],
)
def test_bodies(body: bytes, limit: int, shown: str) -> None:
    """A body is shown as it is, JSON with line breaks, a long one by its beginning, what is no text by its size."""
    assert shown == shown_body(body, limit)


def test_many_header_fields() -> None:
    """Header fields beyond what anybody reads are counted, and long ones cut."""
    fields: Any = tuple((f"X-{number}", "v" * 1_000) for number in range(50))
    exchange = Exchange(HttpRequest("GET", "http://localhost/"), HttpResponse(200, fields))
    page = Page(render_html(passing(step("s", exchange))))
    assert "... and 10 more header fields" in page.shown
    assert "v" * 400 + "...\n" in page.shown
    assert "v" * 401 not in page.shown


def test_an_exchange_with_neither() -> None:
    """An exchange with neither a response nor a reason is shown as without an answer."""
    page = Page(render_html(passing(step("s", Exchange(POLL)))))
    assert "No answer, 0 msno answer" in page.shown
