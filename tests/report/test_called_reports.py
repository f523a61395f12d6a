"""What a command has called, as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from mock_knock.harness.called import CalledOperation, CalledWorld, CallReport
from mock_knock.harness.gauntlet import Broken
from mock_knock.report.called.called_json import render_called_json
from mock_knock.report.called.called_text import render_called_text
from mock_knock.report.style import Style

KEY = "sk_test_0123456789abcdef"
CANARY = "canary1234567890"


def world(**fields: Any) -> CalledWorld:
    """Return a world in which one operation was called, but for the given fields."""
    given: dict[str, Any] = {
        "key": KEY,
        "requests": 3,
        "forgotten": 0,
        "operations": (CalledOperation("listUsers", 3, Counter({"503": 1, "200": 2}), Counter({"busy": 1})),),
        "violations": {},
        "notes": {},
        "verdict": "survived",
        "broken": (),
        **fields,
    }
    return CalledWorld(**given)


FULL = CallReport(
    f"client --key {CANARY}\n --more",
    1,
    (
        world(
            requests=5,
            forgotten=2,
            violations={f"listUsers: {CANARY} is required": 1},
            notes={"recipient \x1b[31mjane is unknown": 2},
            verdict="silent",
            broken=(Broken("batch-first", "too early", 2), Broken("poll-rate", "too often", 1)),
        ),
        world(key=CANARY),
    ),
    refused=1,
    keys=frozenset({KEY, CANARY}),
)


def test_the_table() -> None:
    """The table tells each world with its operations, what to look at, and the verdict; masked and clean."""
    assert """\
8 requests by client --key *** --more (exit code 1)
key sk_test_***cdef
  listUsers                             3  200 (2 times), 503  fault busy
  and 2 requests before, which the journal let go
  broke the contract
    listUsers: *** is required
  notes
    recipient [31mjane is unknown (2 times)
  verdict: harm was done
    batch-first: too early (2 times)
    poll-rate: too often
key ***
  listUsers                             3  200 (2 times), 503  fault busy
  verdict: no harm
1 request without a key that opens a world here
""" == render_called_text(FULL, Style())


def test_the_table_in_colours() -> None:
    """On a terminal what is to be looked at has a colour."""
    text = render_called_text(FULL, Style(is_coloured=True))
    assert "\x1b[31mharm was done\x1b[0m" in text
    assert "recipient [31mjane" in text


def test_nothing_was_called() -> None:
    """A command that called nothing is asked whether it knows where to call."""
    text = render_called_text(CallReport("x", 0, ()), Style())
    assert (
        "0 requests by x (exit code 0)\nnothing was called: does the command use KNOCK_BASE_URL of its environment?\n"
        == text
    )
    assert "nothing was called" not in render_called_text(CallReport("x", 0, (), refused=1), Style())


def test_one_object() -> None:
    """As JSON everything is there, masked."""
    text = render_called_json(FULL)
    assert CANARY not in text
    report = json.loads(text)
    assert ["format", "command", "exit_code", "refused", "worlds"] == list(report)
    assert ("mock-knock/exec@1", "client --key ***\n --more", 1, 1) == tuple(report.values())[:4]
    first, second = report["worlds"]
    assert {
        "key": "sk_test_***cdef",
        "requests": 5,
        "forgotten": 2,
        "operations": [
            {"operation": "listUsers", "requests": 3, "answers": {"503": 1, "200": 2}, "faults": {"busy": 1}}
        ],
        "violations": [{"message": "listUsers: *** is required", "count": 1}],
        "notes": [{"message": "recipient \x1b[31mjane is unknown", "count": 2}],
        "verdict": "silent",
        "broken": [
            {"invariant": "batch-first", "message": "too early", "count": 2},
            {"invariant": "poll-rate", "message": "too often", "count": 1},
        ],
    } == first
    assert ("***", []) == (second["key"], second["notes"])


def test_text_that_cannot_be_written() -> None:
    """A half of a surrogate pair, which a command line can hold, is replaced."""
    assert "a?b" == json.loads(render_called_json(CallReport("a\udcffb", 0, ())))["command"]
