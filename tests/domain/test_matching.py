from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.asked_request import RETRY_COUNT, AskedRequest
from mock_knock.domain.containing import Mismatch
from mock_knock.domain.matching import MAX_COUNTED, MAX_TOLD, RequestPattern, fits, fits_any

ASKED = AskedRequest(
    "triggerWorkflow",
    headers=(("X-Team", "red"), ("x-team", "blue"), (RETRY_COUNT.upper(), "2")),
    resource="welcome",
    workflow="welcome",
    content=orjson.dumps(
        {
            "recipients": ["u-1", {"id": "u-2"}, {"id": "p-1", "collection": "projects"}],
            "data": {"total": 7, "lines": [{"sku": "a"}, {"sku": "b"}]},
        }
    ),
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


@given(st.lists(letters, max_size=3), letters)
def test_one_of_several_texts_fits(texts: list[str], pattern: str) -> None:
    """One of some texts fits a pattern when it would fit it alone."""
    assert any(fits(each, pattern) for each in texts) == fits_any(texts, pattern)


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
        RequestPattern(recipient="u-2"),
        RequestPattern(recipient="projects/*"),
        RequestPattern(recipient="projects/p-1"),
        RequestPattern(body={}),
        RequestPattern(body={"data": {"total": 7.0}}),
        RequestPattern(body={"data": {"lines": [{}, {"sku": "b"}]}}),
        RequestPattern(("triggerWorkflow",), "u-?", "*", {"x-team": "*"}, 2, "u-*", {"data": {}}),
    ],
)
def test_a_match_has_no_difference(pattern: RequestPattern) -> None:
    """A pattern means a request when each thing that it says is so."""
    assert () == pattern.difference(ASKED)
    assert pattern.holds_for(ASKED)
    assert 0 == pattern.distance(ASKED)


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
        (RequestPattern(recipient="p-1"), Mismatch("recipient", "p-1", "u-1, u-2, projects/p-1")),
        (RequestPattern(body={"data": {"total": True}}), Mismatch("body.data.total", "true", "7")),
        (
            RequestPattern(body={"data": {"lines": [{}]}}),
            Mismatch("body.data.lines", "[{}] (1 item)", '[{"sku": "a"}, {"sku": "b"}] (2 items)'),
        ),
        (
            RequestPattern(body={"data": {"lines": [{}, {"sku": "a"}]}}),
            Mismatch("body.data.lines[1].sku", '"a"', '"b"'),
        ),
        (RequestPattern(body={"actor": None}), Mismatch("body.actor", "null", "(missing)")),
        (RequestPattern(workflow="a\nb"), Mismatch("workflow", r"a\nb", "welcome")),
        (RequestPattern(workflow="w" * 300), Mismatch("workflow", f"{'w' * 200}...", "welcome")),
        (RequestPattern(headers={"X-\u202e": "x"}), Mismatch(r"header X-\u202e", "x", "")),
    ],
)
def test_a_difference_explains_itself(pattern: RequestPattern, mismatch: Mismatch) -> None:
    """What a request lacks is told with what was expected and what there was; the first field of a name counts."""
    assert (mismatch,) == pattern.difference(ASKED)
    assert not pattern.holds_for(ASKED)
    assert 0 < pattern.distance(ASKED)


def test_every_difference_is_told() -> None:
    """A request that differs in everything has a difference for each thing, in the order of the pattern."""
    pattern = RequestPattern(("a",), "b", "c", {"d": "e", "f": "g"}, 1, "h", {"i": 1})
    found = pattern.difference(AskedRequest("z"))
    fields = ["operation", "user", "recipient", "workflow", "header d", "header f", "attempt", "body"]
    assert fields == [each.field for each in found]
    assert ["z", "", "", "", "", "", "0", "null"] == [each.actual for each in found]


def test_a_body_is_not_put_into_words_for_ever() -> None:
    """Of a body that differs everywhere, a bounded number of differences is told, and of how far away it is counted."""
    asked = AskedRequest("triggerWorkflow", content=orjson.dumps({"recipients": ["x"] * (MAX_COUNTED + 1)}))
    pattern = RequestPattern(workflow="welcome", body={"recipients": ["y"] * (MAX_COUNTED + 1)})
    assert MAX_TOLD == len(pattern.difference(asked))
    assert MAX_COUNTED < pattern.distance(asked) < RequestPattern(("getUser",)).distance(asked)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"[" * 1_000 + b"]" * 1_000, b'{"recipients":' + b"[" * 1_000 + b"]" * 1_000 + b"}"]
)
def test_bodies_that_nobody_expects(content: bytes) -> None:
    """A body that is none, no JSON, or as deep as can be decoded differs, and nothing else happens."""
    found = RequestPattern(body={"recipients": ["ada"]}).difference(AskedRequest("triggerWorkflow", content=content))
    assert 1 == len(found)


@given(
    st.builds(RequestPattern, user=st.none() | letters, recipient=st.none() | letters, attempt=st.none() | st.just(2))
)
def test_three_ways_to_ask_the_same(pattern: RequestPattern) -> None:
    """A pattern holds for a request exactly when there is no difference, and when it is no distance away."""
    is_meant = pattern.holds_for(ASKED)
    assert is_meant is (pattern.difference(ASKED) == ())
    assert is_meant is (pattern.distance(ASKED) == 0)


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
