"""Whether a world was asked what was expected, and what came near; the words are in `test_verification_texts.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.containing import MISSING, Mismatch
from mock_knock.domain.expectation import MAX_NEAREST, Expected, Times, as_it_is, near_misses
from mock_knock.domain.journal import Idempotency, JournalEntry
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.verification import verify, verify_order
from tests.domain.made_up_journal import (
    RUN_ID,
    expectations,
    identify,
    journals,
    stray,
    trigger,
)

WELCOME = Expected(RequestPattern(("triggerWorkflow",), workflow="welcome"))
ADA = replace(WELCOME, pattern=RequestPattern(("triggerWorkflow",), recipient="ada"))
IDENTIFY = Expected(RequestPattern(("identifyUser",)))
times = st.builds(Times, st.integers(0, 3), st.none() | st.integers(0, 3)).filter(
    lambda each: each.most is None or each.least <= each.most
)


def numbers(expected: Expected, entries: list[JournalEntry], most: int = MAX_NEAREST) -> list[int]:
    """Return the numbers of the nearest requests."""
    return [each.entry.number for each in near_misses(expected, entries, most=most)]


@pytest.mark.parametrize(
    ("expected", "counts", "held", "told"),
    [
        (Times(), [1, 2, 9], True, "at least 1"),
        (Times(), [0], False, "at least 1"),
        (Times(0), [0, 1], True, "at least 0"),
        (Times(0, 0), [0], True, "never"),
        (Times(0, 0), [1], False, "never"),
        (Times(2, 2), [2], True, "exactly 2"),
        (Times(2, 2), [0, 1, 3], False, "exactly 2"),
        (Times(0, 3), [0, 3], True, "at most 3"),
        (Times(0, 3), [4], False, "at most 3"),
        (Times(1, 3), [1, 2, 3], True, "1 to 3"),
        (Times(1, 3), [0, 4], False, "1 to 3"),
    ],
)
def test_how_often(expected: Times, counts: list[int], held: bool, told: str) -> None:  # noqa: FBT001
    """A number of times has a least and perhaps a most, and says so in words."""
    assert [held] * len(counts) == [expected.holds(each) for each in counts]
    assert told == str(expected)


@pytest.mark.parametrize(
    ("status", "wanted", "is_it"),
    [
        (200, "200", True), (200, "201", False), (200, "2xx", True), (299, "2xx", True), (300, "2xx", False),
        (404, "4xx", True), (0, "200", False), (0, "5xx", False), (599, "5xx", True), (100, "1xx", True),
    ],
)  # fmt: skip
def test_statuses(status: int, wanted: str, is_it: bool) -> None:  # noqa: FBT001
    """A status is one of its own or one of a hundred; no answer has none."""
    expected = Expected(status=wanted)
    shown = str(status) if status else "(no answer)"
    assert (() if is_it else (Mismatch("status", wanted, shown),)) == expected.difference(trigger(1, status=status))


@pytest.mark.parametrize(
    ("status", "idempotency", "why"),
    [
        (200, "none", f"true ({RUN_ID})"),
        (200, "first", f"true ({RUN_ID})"),
        (404, "none", "false"),
        (404, "first", "false"),
        (400, "refused", "false (its idempotency key was refused)"),
    ],
)
def test_what_brought_something_about(status: int, idempotency: Idempotency, why: str) -> None:
    """A request creates something or it does not, and where it is told it is told why."""
    found = trigger(1, status=status, idempotency=idempotency)
    creates = status == 200
    assert () == Expected(creates=creates).difference(found)
    told = Mismatch("creates", "false" if creates else "true", why)
    assert (told,) == Expected(creates=not creates).difference(found)


def test_a_replay_creates_nothing() -> None:
    """An answer that is repeated for an idempotency key does not count as one that creates, whatever its status."""
    replay = trigger(2, created="", idempotency="replayed")
    first = trigger(1, idempotency="first")
    told = verify(replace(WELCOME, creates=True), Times(2, 2), [first, replay])
    assert (False, 1, (1,)) == (told.passed, told.count, told.matched)
    (miss,) = told.nearest
    assert (Mismatch("creates", "true", "false (replayed: its idempotency key had been used)"),) == miss.differences


@given(expectations, journals)
def test_three_ways_to_tell_what_counts(expected: Expected, entries: list[JournalEntry]) -> None:
    """A request counts exactly when it has no difference, and when it is no distance away."""
    for each in entries:
        assert expected.counts(each) is (not expected.difference(each)) is (expected.distance(each) == 0)


@given(expectations, times, journals)
def test_a_verification_holds(expected: Expected, often: Times, entries: list[JournalEntry]) -> None:
    """A verification passes when as many requests count as expected, and says how many, which, and of what kind."""
    found = verify(expected, often, entries)
    counting = [each.number for each in entries if expected.counts(each)]
    assert (often.holds(len(counting)), len(counting), tuple(counting)) == (found.passed, found.count, found.matched)
    assert f"expected {often}: " in found.message
    assert f"; found {len(counting)} among {len(entries)} request" in found.message
    assert not found.passed or (found.nearest, 0) == ((), found.message.count("\n"))


@given(expectations, journals)
def test_who_expects_less_finds_as_much(expected: Expected, entries: list[JournalEntry]) -> None:
    """Whatever is taken out of an expectation, all that counted still counts."""
    before = set(verify(expected, Times(), entries).matched)
    changes = [replace(expected, status=None), replace(expected, creates=None)]
    for name, nothing in (("operations", ()), ("user", None), ("workflow", None), ("recipient", None), ("body", None)):
        changes.append(replace(expected, pattern=replace(expected.pattern, **{name: nothing})))  # type: ignore[arg-type]  # by name
    for less in changes:
        assert before <= set(verify(less, Times(), entries).matched)


@given(expectations, journals, st.integers(0, 4))
def test_nearest_first(expected: Expected, entries: list[JournalEntry], most: int) -> None:
    """No request is told before one that is nearer, of equally near ones the latest comes first, and none counts."""
    found = near_misses(expected, entries, most=most)
    missing = [each for each in entries if not expected.counts(each)]
    best = sorted(missing, key=lambda each: (expected.distance(each), -each.number))[:most]
    assert [each.number for each in best] == [each.entry.number for each in found]
    assert [expected.difference(each) for each in best] == [each.differences for each in found]


def test_what_is_near() -> None:
    """Another workflow is far away, another operation farther than everything else."""
    entries = [
        identify(1),
        trigger(2, "bob", workflow="farewell"),
        trigger(3, "bob", status=404),
        trigger(4, "bob"),
        stray(5),
        trigger(6, "ada"),
    ]
    expected = Expected(RequestPattern(("triggerWorkflow",), workflow="welcome", recipient="ada"), "2xx")
    assert [4, 3, 2, 1, 5] == numbers(expected, entries, most=9)
    assert [4, 3] == numbers(expected, entries, most=2)
    assert [] == numbers(expected, entries, most=0)


def test_a_body_that_differs_everywhere_is_nearer_than_another_operation() -> None:
    """However much a body differs, a request of the operation that is meant is nearer than one of another."""
    pattern = RequestPattern(("triggerWorkflow",), body={"recipients": [f"u-{each}" for each in range(2_000)]})
    entries = [trigger(1, *["nobody"] * 2_000), identify(2)]
    assert [1, 2] == numbers(Expected(pattern), entries)


def test_hidden_texts() -> None:
    """What must not be shown is hidden by the field that it belongs to; that something is not there can be told."""
    asked: list[tuple[str, str]] = []

    def hide(field: str, text: str) -> str:
        asked.append((field, text))
        return "***"

    pattern = RequestPattern(
        headers={"X-Api-Key": "one", "X-Other": "two"}, body={"data": {"token": "a", "more": 1}}, recipient="ada"
    )
    entry = trigger(1, "bob", headers=(("X-Api-Key", "three"),), data={"token": "b"})
    found = verify(Expected(pattern), Times(), [entry], hide=hide)
    assert [
        Mismatch("recipient", "***", "***"),
        Mismatch("header X-Api-Key", "***", "***"),
        Mismatch("header X-Other", "***", ""),
        Mismatch("body.data.token", "***", "***"),
        Mismatch("body.data.more", "***", MISSING),
    ] == list(found.nearest[0].differences)
    assert "***" in found.message
    for text in ("one", "two", "three", '"a"', '"b"', "bob", "ada"):
        assert text not in found.message.replace("found", "").replace("nearest", "")
    assert ("header X-Api-Key", "three") in asked
    assert as_it_is("header X-Api-Key", "three") == "three"


def test_a_loss_that_matters_is_told() -> None:
    """That the journal has lost requests is told where they would matter, and not where there are too many already."""
    entries = [trigger(7, "ada")]
    loss = "the journal has lost its 3 oldest requests: let it keep more (--journal-entries)"
    for often, is_told in (
        (Times(), False),
        (Times(2, 2), True),
        (Times(1, 1), True),
        (Times(0, 3), True),
        (Times(0, 0), False),
    ):
        assert is_told is (loss in verify(WELCOME, often, entries, dropped=3).message.splitlines())
    assert "its oldest request:" in verify(WELCOME, Times(2), entries, dropped=1).message
    assert "nothing at all was asked" not in verify(WELCOME, Times(), [], dropped=1).message


def test_in_order() -> None:
    """Requests that count come in an order whatever comes between; each counts once."""
    entries = [identify(1), stray(2), trigger(3, "ada"), identify(4), trigger(5, "bob")]
    for listed, count, matched in (
        ([IDENTIFY, WELCOME], 2, (1, 3)),
        ([IDENTIFY, IDENTIFY, WELCOME], 3, (1, 4, 5)),
        ([WELCOME, IDENTIFY, WELCOME], 3, (3, 4, 5)),
    ):
        found = verify_order(listed, entries)
        assert (True, count, matched, f"all {count} came in this order") == (
            found.passed,
            found.count,
            found.matched,
            found.message,
        )
        assert () == found.nearest


def test_not_in_order() -> None:
    """The first that is missing ends it; what came near is among those that came afterwards."""
    entries = [trigger(1, "ada"), identify(2), trigger(3, "bob")]
    found = verify_order([IDENTIFY, ADA, IDENTIFY], entries)
    assert (False, 1, (2,)) == (found.passed, found.count, found.matched)
    assert [3] == [each.entry.number for each in found.nearest]


@given(st.lists(expectations, min_size=1, max_size=3), journals)
def test_an_order_is_a_way_through_the_journal(listed: list[Expected], entries: list[JournalEntry]) -> None:
    """An order that is found names requests that count, one after another; one that is not cannot be found at all."""
    found = verify_order(listed, entries)
    by_number = {each.number: each for each in entries}
    assert sorted(set(found.matched)) == list(found.matched)
    pairs = zip(listed, found.matched, strict=found.passed)
    assert all(expected.counts(by_number[number]) for expected, number in pairs)
    assert found.passed is _is_possible(listed, entries)


def _is_possible(listed: list[Expected], entries: list[JournalEntry]) -> bool:
    """Tell whether there is any way to find all of them in order."""
    if not listed:
        return True
    first, *rest = listed
    return any(
        first.counts(each) and _is_possible(rest, entries[index:]) for index, each in enumerate(entries, start=1)
    )


@given(expectations, journals)
def test_an_order_of_one(expected: Expected, entries: list[JournalEntry]) -> None:
    """A single request is in order when it came at all."""
    assert verify(expected, Times(), entries).passed is verify_order([expected], entries).passed


@given(expectations, journals, st.integers(0, 3))
def test_messages_are_lines_of_text(expected: Expected, entries: list[JournalEntry], dropped: int) -> None:
    """Every message is made of lines that can be shown anywhere."""
    for found in (verify(expected, Times(9), entries, dropped=dropped), verify_order([expected] * 3, entries)):
        assert all(line.isprintable() and line.strip() for line in found.message.splitlines())


def test_the_longest_texts() -> None:
    """However long everything is that was expected and asked, a message stays short enough to be read."""
    long = "x" * 100_000
    pattern = RequestPattern(
        operations=("triggerWorkflow", long),
        user=long,
        workflow=long,
        headers={f"X-{long}": long},
        recipient=long,
        body={long: long, "recipients": [long] * 100},
    )
    entries = [
        trigger(
            number, *[f"{number}{long}"] * 100, workflow=f"{number}-{long}", headers=((f"X-{long}", "y" * 100_000),)
        )
        for number in range(5)
    ]
    assert len(verify(Expected(pattern), Times(), entries).message) < 30_000


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "\u202e", "\ud800"])
def test_odd_texts(text: str) -> None:
    """Whatever stands in names, ids and addresses, a message keeps its lines and can be encoded."""
    pattern = RequestPattern(
        (text,), user=text, workflow=text, headers={text: text}, recipient=text, body={text: {text: text}}
    )
    entries = [stray(1, f"/v1/{text}"), trigger(2, "x", workflow=text, headers=((text, text * 2),), data={})]
    for expected in (Expected(pattern), Expected(replace(pattern, operations=()))):
        message = verify(expected, Times(), entries).message
        assert all(line.isprintable() for line in message.encode().decode().splitlines())
