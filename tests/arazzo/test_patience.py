"""A run can be kept waiting by a few evaluations, not by every one of thousands."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.conditions.bounded_regex import RegexTimeoutError, regex_search
from mock_knock.arazzo.criterion import Criterion, evaluate_criterion
from mock_knock.arazzo.expression import Message, Scope
from mock_knock.arazzo.patience import MAX_STOPPED, allowed, lose_patience, patience
from mock_knock.messages import JsonValue

EVIL = "(?=a)(a|aa)+$"
TEXT = "a" * 40 + "!"


def exhaust(but: int = 0) -> None:
    """Stop as many evaluations as may be stopped, or a few less."""
    for _ in range(MAX_STOPPED - but):
        lose_patience()


def verdict(kind: str, condition: str, body: JsonValue) -> tuple[bool, str | None]:
    """Return whether a criterion passes on a response body, and its code."""
    response = Message(body=body)
    found = evaluate_criterion(
        Criterion(condition, "$response.body", kind),  # type: ignore[arg-type]  # one of the types
        Scope(response=response),
        dialect="strict",
    )
    return found.passed, found.code


def test_patterns_without_end() -> None:
    """After ten patterns that were stopped the eleventh gets a hundredth of the time; a harmless one still matches."""
    with patience():
        for _ in range(MAX_STOPPED):
            with pytest.raises(RegexTimeoutError, match=r"more than 0\.1 s"):
                regex_search(EVIL, TEXT)
        with pytest.raises(RegexTimeoutError, match=r"more than 0\.001 s"):
            regex_search(EVIL, TEXT)
        assert regex_search("^a+!$", TEXT)


@pytest.mark.parametrize(
    ("kind", "heavy", "light", "body", "code"),
    [
        ("jsonpath", "$[?@ == 2999]", "$[?@ == 1]", list(range(3_000)), "jsonpath-limit"),
        ("jsonpath", f"$[?search(@, '{EVIL.replace('?=', '')}')]", "$[?search(@, '^a')]", [TEXT], "regex-timeout"),
        ("xpath", "sum(1 to 3000) > 0", "1 = 1", "<a/>", "xpath-limit"),
    ],
    ids=["nodes", "patterns", "xpath"],
)
def test_all_kinds_of_queries(kind: str, heavy: str, light: str, body: JsonValue, code: str) -> None:
    """What takes some work passes while there is patience, and is refused with its own code when there is none."""
    if code != "regex-timeout":
        assert (True, None) == verdict(kind, heavy, body)
    with patience():
        exhaust()
        assert (False, code) == verdict(kind, heavy, body)
        assert (True, None) == verdict(kind, light, body)


@pytest.mark.parametrize(
    ("kind", "condition", "body", "code"),
    [
        ("jsonpath", "$[?@ == -1]", list(range(200_001)), "jsonpath-limit"),
        ("jsonpath", f"$[?search(@, '{EVIL.replace('?=', '')}')]", [TEXT], "regex-timeout"),
        ("xpath", "sum(1 to 3000000) > 0", "<a/>", "xpath-limit"),
        ("regex", EVIL, TEXT, "regex-timeout"),
    ],
)
def test_each_stop_counts(kind: str, condition: str, body: JsonValue, code: str) -> None:
    """Whatever is stopped takes from the patience that all share."""
    with patience():
        exhaust(but=1)
        assert 100 == allowed(100)
        assert (False, code) == verdict(kind, condition, body)
        assert 1 == allowed(100)


def test_patience_is_that_of_one_run() -> None:
    """The next run has a patience of its own, and outside of runs there is no end of it."""
    exhaust()
    with patience():
        exhaust()
        assert 1 == allowed(100)
        with patience():
            assert 100 == allowed(100)
        assert 1 == allowed(100)
    assert 100 == allowed(100)
