from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.asked_request import RETRY_COUNT, AskedRequest
from mock_knock.domain.containing import Mismatch
from mock_knock.domain.matching import RequestPattern, fits

ASKED = AskedRequest(
    "triggerWorkflow",
    headers=(("X-Team", "red"), ("x-team", "blue"), (RETRY_COUNT.upper(), "2")),
    resource="welcome",
    workflow="welcome",
    users=("u-1", "u-2"),
    credential="sk_test_secret",
)
letters = st.text("ab*?[]!-.\n", max_size=6)


@pytest.mark.parametrize(
    ("pattern", "text", "is_fitting"),
    [
        ("", "", True),
        ("", "a", False),
        ("a", "a", True),
        ("a", "A", False),
        ("a", "ab", False),
        ("*", "", True),
        ("*", "a\nb", True),
        ("a*c", "abbbc", True),
        ("a*c", "abbb", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("u[1]", "u[1]", True),
        ("u[1]", "u1", False),
        ("[!a]", "b", False),
        ("[", "[", True),
        ("a.c", "abc", False),
        ("a\\*", "a\\b", True),
    ],
)
def test_what_fits_a_pattern(pattern: str, text: str, is_fitting: bool) -> None:  # noqa: FBT001
    """`*` stands for any letters and `?` for one; every other letter stands for itself, in its case."""
    assert is_fitting == fits(text, pattern)


@given(letters, letters)
def test_a_text_fits_itself(text: str, more: str) -> None:
    """Every text fits itself as a pattern, and fits what it begins with when `*` follows."""
    assert fits(text, text)
    assert fits(text + more, f"{text}*")


@pytest.mark.parametrize(
    "pattern",
    [
        RequestPattern(),
        RequestPattern(operations=("getBulkOperation", "triggerWorkflow")),
        RequestPattern(user="u-2"),
        RequestPattern(user="u-*"),
        RequestPattern(workflow="welcome"),
        RequestPattern(workflow="?elcome"),
        RequestPattern(headers={"X-TEAM": "red"}),
        RequestPattern(headers={"x-team": "r*", RETRY_COUNT: "?"}),
        RequestPattern(attempt=2),
        RequestPattern(("triggerWorkflow",), "u-?", "*", {"x-team": "*"}, 2),
    ],
)
def test_a_match_has_no_difference(pattern: RequestPattern) -> None:
    """A pattern means a request when each thing that it says is so."""
    assert () == pattern.difference(ASKED)


@pytest.mark.parametrize(
    ("pattern", "mismatch"),
    [
        (RequestPattern(operations=("getUser",)), Mismatch("operation", "getUser", "triggerWorkflow")),
        (
            RequestPattern(operations=("getUser", "listUsers")),
            Mismatch("operation", "getUser or listUsers", "triggerWorkflow"),
        ),
        (RequestPattern(operations=("trigger*",)), Mismatch("operation", "trigger*", "triggerWorkflow")),
        (RequestPattern(user="jane"), Mismatch("user", "jane", "u-1, u-2")),
        (RequestPattern(workflow="goodbye"), Mismatch("workflow", "goodbye", "welcome")),
        (RequestPattern(headers={"X-Team": "blue"}), Mismatch("header X-Team", "blue", "red")),
        (RequestPattern(headers={"X-Place": "*"}), Mismatch("header X-Place", "*", "")),
        (RequestPattern(attempt=0), Mismatch("attempt", "0", "2")),
    ],
)
def test_a_difference_explains_itself(pattern: RequestPattern, mismatch: Mismatch) -> None:
    """What a request lacks is told with what was expected and what there was; the first field of a name counts."""
    assert (mismatch,) == pattern.difference(ASKED)


def test_every_difference_is_told() -> None:
    """A request that differs in everything has a difference for each thing, in the order of the pattern."""
    pattern = RequestPattern(("a",), "b", "c", {"d": "e", "f": "g"}, 1)
    found = pattern.difference(AskedRequest("z"))
    assert ["operation", "user", "workflow", "header d", "header f", "attempt"] == [each.field for each in found]
    assert ["z", "", "", "", "", "0"] == [each.actual for each in found]


@pytest.mark.parametrize(
    ("said", "attempt"),
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        ("3", 3),
        ("99999999", 99_999_999),
        ("999999999", 0),
        ("-1", 0),
        ("1.5", 0),
        ("\xb2", 0),
        ("many", 0),
    ],
)
def test_attempts(said: str | None, attempt: int) -> None:
    """How often a client has tried before is what its header says, and 0 where that is no number."""
    headers = () if said is None else ((RETRY_COUNT, said),)
    assert attempt == AskedRequest("getUser", headers=headers).attempt


def test_a_credential_is_not_shown() -> None:
    """Nothing that shows a request shows the key it carries."""
    assert "secret" not in repr(ASKED)
