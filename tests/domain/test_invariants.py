from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from mock_knock.domain import invariants
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.deeds import Answer, BatchTruth, Intent
from mock_knock.domain.invariants import (
    BATCH_FIRST,
    FAILED_ROWS,
    INVARIANTS,
    ONE_EFFECT,
    POLL_RATE,
    RETRY_AFTER,
    TAKEN_FOR_GOOD,
    Breach,
    Reported,
    Tallies,
    Verdict,
    judge,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMPLETED = BatchTruth(Status.COMPLETED, frozenset())
PROCESSING = BatchTruth(Status.PROCESSING, frozenset())
POLL = Intent("GET", "/v1/bulk_operations/op", "")


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after the start."""
    return NOW + timedelta(seconds=seconds)


def batch(fingerprint: str = "b") -> Intent:
    """Return the intent to identify many."""
    return Intent("POST", "/v1/users/bulk/identify", fingerprint)


def trigger(fingerprint: str = "t") -> Intent:
    """Return the intent to trigger a workflow."""
    return Intent("POST", "/v1/workflows/welcome/trigger", fingerprint)


def answer(intent: Intent, seconds: float = 0, status: int = 200, **facts: object) -> Answer:
    """Return what a request of this instant got."""
    return Answer(intent, at(seconds), status, **facts)  # type: ignore[arg-type]  # checked by the tests that give them


def run(tallies: Tallies, *recipients: str, **operations: BatchTruth) -> None:
    """Note a run for these recipients while the bulk operations stand like this, each with an intent of its own."""
    tallies.note_run(trigger(repr(recipients)), "run", recipients, operations.get, NOW)


def counts(tallies: Tallies, reported: Reported = "success") -> Mapping[str, int]:
    """Return how often each invariant was broken."""
    return {each.invariant: each.count for each in tallies.breaches(reported=reported)}


def message(tallies: Tallies) -> str:
    """Return what is said about the only invariant that was broken."""
    (breach,) = tallies.breaches(reported="success")
    return breach.message


# batch first, failed rows


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.QUEUED, "was queued"),
        (Status.PROCESSING, "was processing"),
        (Status.FAILED, "had failed"),
    ],
)
def test_a_run_before_the_batch_has_completed(status: Status, state: str) -> None:
    """Whoever is in a batch that has not completed is in no run yet, and the message says who, when and why."""
    tallies = Tallies()
    tallies.note_batch(batch(), "op", ["dr_grant"])
    run(tallies, "dr_grant", op=BatchTruth(status, frozenset()))
    told = (
        "a run for dr_grant was accepted at 2026-01-01T00:00:00+00:00"
        f" while the bulk operation that identifies them {state}"
    )
    assert (Breach(BATCH_FIRST, told, 1),) == tallies.breaches(reported="failure")


def test_a_run_for_a_failed_row() -> None:
    """Whoever's row failed in a batch that completed is in no run; those beside them may be."""
    tallies = Tallies()
    tallies.note_batch(batch(), "op", ["a", "b"])
    run(tallies, "a", "b", op=BatchTruth(Status.COMPLETED, frozenset({"b"})))
    told = (
        "a run for b was accepted at 2026-01-01T00:00:00+00:00"
        " although their row of the bulk operation that identifies them had failed"
    )
    assert (Breach(FAILED_ROWS, told, 1),) == tallies.breaches(reported="failure")


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.FAILED])
def test_a_failed_row_of_a_batch_that_has_not_completed(status: Status) -> None:
    """A row that failed before its batch completed is one case of batch first, and none of failed rows."""
    tallies = Tallies()
    tallies.note_batch(batch(), "op", ["a"])
    run(tallies, "a", op=BatchTruth(status, frozenset({"a"})))
    assert {BATCH_FIRST: 1} == counts(tallies)


def test_a_run_after_a_good_batch() -> None:
    """Whoever is in a batch that completed, in none, or in one that nothing is known of, may be in a run."""
    tallies = Tallies()
    tallies.note_batch(batch("1"), "op", ["a"])
    tallies.note_batch(batch("2"), "forgotten", ["b"])
    run(tallies, "a", "b", "c", op=COMPLETED)
    assert () == tallies.breaches(reported="success")


def test_the_latest_batch_counts() -> None:
    """Only the latest batch that names a user says how they stand, for better or worse."""
    tallies = Tallies()
    tallies.note_batch(batch("1"), "old", ["a", "b"])
    tallies.note_batch(batch("2"), "new", ["a"])
    truths = {"old": BatchTruth(Status.COMPLETED, frozenset({"a"})), "new": COMPLETED}
    run(tallies, "a", **truths)
    assert {} == counts(tallies)
    run(tallies, "a", "b", **{**truths, "new": PROCESSING})
    assert {BATCH_FIRST: 1} == counts(tallies)


def test_identified_one_by_one() -> None:
    """What batches said of a user no longer counts once they were identified alone, until the next batch."""
    tallies = Tallies()
    tallies.note_batch(batch("1"), "op", ["a"])
    tallies.note_identified(["a", "nobody"])
    run(tallies, "a", op=PROCESSING)
    assert {} == counts(tallies)
    tallies.note_batch(batch("2"), "op", ["a"])
    run(tallies, "a", "a", op=PROCESSING)
    assert {BATCH_FIRST: 1} == counts(tallies)


def test_each_recipient_of_each_run_is_a_case() -> None:
    """Every recipient of every run counts, one named twice in a run counts once, and the first one is told of."""
    tallies = Tallies()
    tallies.note_batch(batch(), "op", ["a", "b"])
    run(tallies, "b", "a", "b", op=PROCESSING)
    run(tallies, "a", op=PROCESSING)
    assert {BATCH_FIRST: 3} == counts(tallies)
    assert message(tallies).startswith("a run for b was")


def test_the_truth_is_asked_once() -> None:
    """A run asks once how each bulk operation stands, however many of its users it is for."""
    tallies, asked = Tallies(), list[str]()

    def truth(operation_id: str) -> BatchTruth:
        asked.append(operation_id)
        return COMPLETED

    tallies.note_batch(batch("1"), "x", ["a", "b"])
    tallies.note_batch(batch("2"), "y", ["c"])
    tallies.note_run(trigger(), "run", "abcd", truth, NOW)
    assert ["x", "y"] == asked


@pytest.mark.parametrize(("length", "shown"), [(100, "u" * 100), (101, "u" * 99 + "…")])
def test_a_long_id(length: int, shown: str) -> None:
    """A message shows at most 100 characters of an id, and long ids that begin alike are told apart."""
    tallies = Tallies()
    tallies.note_batch(batch(), "op", ["u" * length, "\ud800" * length])
    run(tallies, "u" * length, "u" * length + "v", op=PROCESSING)
    assert {BATCH_FIRST: 1} == counts(tallies)
    assert message(tallies).startswith(f"a run for {shown} was")


# one intent, one effect


@pytest.mark.parametrize("status", [200, 504])
def test_two_bulk_operations_of_one_intent(status: int) -> None:
    """The same bulk request creates one bulk operation, whatever it was answered; each one more is a case."""
    tallies = Tallies()
    for operation_id in ("1", "2", "3"):
        tallies.note_batch(batch(), operation_id, [])
        tallies.note_answer(answer(batch(), 1, status))
    assert {ONE_EFFECT: 2} == counts(tallies, "failure")
    told = "POST /v1/users/bulk/identify, sent again, created two bulk operations: 1 and 2"
    assert told == tallies.breaches(reported="failure")[0].message


def test_two_runs_of_one_intent() -> None:
    """The same trigger creates one run."""
    tallies = Tallies()
    for run_id in ("1", "2"):
        tallies.note_run(trigger(), run_id, [], lambda _: None, NOW)
    assert "POST /v1/workflows/welcome/trigger, sent again, created two runs: 1 and 2" == message(tallies)


@pytest.mark.parametrize(
    "other", [Intent("PUT", "/a", "f"), Intent("POST", "/b", "f"), Intent("POST", "/a", "g"), Intent("POST", "/", "af")]
)
def test_another_intent(other: Intent) -> None:
    """Another method, target or body is another intent."""
    tallies = Tallies()
    tallies.note_batch(Intent("POST", "/a", "f"), "1", [])
    tallies.note_batch(other, "2", [])
    assert {} == counts(tallies)


# taken for good


@pytest.mark.parametrize(
    ("method", "status", "facts", "why"),
    [
        ("GET", 200, {"is_delivered": False}, "never arrived"),
        ("GET", 200, {"is_delivered": False, "keeps_contract": False}, "never arrived"),
        ("GET", 200, {"keeps_contract": False}, "did not keep the API description"),
        ("GET", 429, {}, "was 429"),
        ("HEAD", 500, {}, "was 500"),
        ("POST", 400, {}, "was 400"),
        ("DELETE", 404, {}, "was 404"),
        ("PUT", 503, {}, "was 503"),
    ],
)
def test_an_answer_that_is_no_good(method: str, status: int, facts: Mapping[str, bool], why: str) -> None:
    """Success is a lie when the last answer did not arrive, broke the contract, was 429, 5xx, or refused a change."""
    tallies = Tallies()
    tallies.note_answer(answer(Intent(method, "/v1/a?b=c", ""), 0, status, **facts))
    told = f"success was reported although the last answer to {method} /v1/a?b=c {why}"
    assert (Breach(TAKEN_FOR_GOOD, told, 1),) == tallies.breaches(reported="success")
    assert [(), ()] == [tallies.breaches(reported=each) for each in ("failure", "hung")]


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 200), ("GET", 404), ("HEAD", 428), ("GET", 499), ("POST", 302), ("POST", 399)]
)
def test_an_answer_that_is_good(method: str, status: int) -> None:
    """Looking for what is not there is no lie, nor is anything that refuses nothing."""
    tallies = Tallies()
    tallies.note_answer(answer(Intent(method, "/a", ""), 0, status))
    assert {} == counts(tallies)


def test_the_last_answer_decides() -> None:
    """A good answer mends what earlier ones said of the same intent, and of no other; a bad one undoes it."""
    tallies = Tallies()
    for each, status in [(batch(), 500), (trigger(), 500), (batch(), 200)]:
        tallies.note_answer(answer(each, 0, status))
    assert {TAKEN_FOR_GOOD: 1} == counts(tallies)
    assert "to POST /v1/workflows/welcome/trigger was 500" in message(tallies)
    tallies.note_answer(answer(batch(), 0, 503))
    tallies.note_answer(answer(batch(), 0, 502))
    assert {TAKEN_FOR_GOOD: 2} == counts(tallies)


def test_what_is_told_of_the_last_answers() -> None:
    """The message is about an intent that still has no good answer, whoever asked before."""
    tallies = Tallies()
    tallies.note_answer(answer(batch(), 0, 500))
    assert message(tallies).endswith("POST /v1/users/bulk/identify was 500")
    tallies.note_answer(answer(batch()))
    tallies.note_answer(answer(trigger(), 0, 502))
    assert message(tallies).endswith("POST /v1/workflows/welcome/trigger was 502")


def test_an_answer_to_a_request_that_was_given_up() -> None:
    """An answer that comes after that to a later request is not the last one."""
    tallies = Tallies()
    tallies.note_answer(answer(batch(), 5))
    tallies.note_answer(answer(batch(), 0, is_delivered=False))
    assert {} == counts(tallies)


# retry-after


@pytest.mark.parametrize(
    ("asked", "waited", "expected"),
    [
        (61, 60.999999, {RETRY_AFTER: 1}),
        (61, 61, {}),
        (61, 62, {}),
        (0.05, 0.05, {}),
        (1.0000004, 1, {}),
        (0, 0, {}),
        (-5, 0, {}),
        (float("inf"), 3_600, {RETRY_AFTER: 1}),
        (float("nan"), 0, {}),
    ],
)
def test_waiting_as_asked(asked: float, waited: float, expected: Mapping[str, int]) -> None:
    """The next request comes no earlier than the answer asked for, to the microsecond."""
    tallies = Tallies()
    tallies.note_answer(answer(POLL, 10, 200, retry_after=asked))
    tallies.note_answer(answer(POLL, 10 + waited))
    assert expected == counts(tallies)


def test_the_message_about_waiting() -> None:
    """The message names the request, what it was asked and what it did."""
    tallies = Tallies()
    tallies.note_answer(answer(POLL, 0, 429, retry_after=61))
    tallies.note_answer(answer(POLL, 0.5))
    told = "GET /v1/bulk_operations/op was sent again after 0.5 s although the answer had asked to wait 61 s"
    assert told == message(tallies)


def test_each_answer_asks_anew() -> None:
    """Only the next request has to wait, as long as its own last answer asked, and each impatience is a case."""
    tallies = Tallies()
    for seconds, retry_after in [(0, 10), (1, 10), (2, None), (3, 1), (4, None)]:
        tallies.note_answer(answer(POLL, seconds, retry_after=retry_after))
    assert {RETRY_AFTER: 2} == counts(tallies)


@pytest.mark.parametrize(
    "other",
    [Intent("HEAD", "/v1/bulk_operations/op", ""), Intent("GET", "/v1/bulk_operations/op?", "")],
)
def test_other_requests_need_not_wait(other: Intent) -> None:
    """Only the same method and target have to wait; what the body was does not matter."""
    tallies = Tallies()
    tallies.note_answer(answer(POLL, 0, retry_after=10))
    tallies.note_answer(answer(other, 1))
    assert {} == counts(tallies)
    tallies.note_answer(answer(Intent(POLL.method, POLL.target, "another body"), 2))
    assert {RETRY_AFTER: 1} == counts(tallies)


def test_an_answer_that_never_arrived_asks_nothing() -> None:
    """Nobody waits as asked by an answer that the wire swallowed."""
    tallies = Tallies()
    tallies.note_answer(answer(POLL, 0, is_delivered=False, retry_after=10))
    tallies.note_answer(answer(POLL, 1))
    assert {} == counts(tallies)


def test_a_request_on_its_way_need_not_wait() -> None:
    """A request that arrived before the one that was told to wait is not impatient, and the wait goes on."""
    tallies = Tallies()
    tallies.note_answer(answer(POLL, 1, retry_after=10))
    tallies.note_answer(answer(POLL, 0))
    assert {} == counts(tallies)
    tallies.note_answer(answer(POLL, 5))
    assert {RETRY_AFTER: 1} == counts(tallies)


# poll rate


def poll(tallies: Tallies, seconds: float, operation_id: str = "op") -> None:
    """Note a poll."""
    tallies.note_answer(answer(POLL, seconds, polled=operation_id))


@pytest.mark.parametrize(
    ("polls", "last", "expected"),
    [(19, 0.999999, {}), (20, 0.999999, {POLL_RATE: 1}), (20, 1, {}), (22, 0.5, {POLL_RATE: 3})],
)
def test_twenty_polls_a_second(polls: int, last: float, expected: Mapping[str, int]) -> None:
    """No operation is polled more than 20 times in less than a second; each poll too many is a case."""
    tallies = Tallies()
    for _ in range(polls):
        poll(tallies, 0)
    poll(tallies, last)
    assert expected == counts(tallies)


def test_the_message_about_polls() -> None:
    """The message names the bulk operation."""
    tallies = Tallies()
    for _ in range(21):
        poll(tallies, 0)
    assert "the bulk operation op was polled more than 20 times in less than a second" == message(tallies)


def test_operations_are_polled_apart() -> None:
    """Polls of other operations, and requests that poll nothing, do not count."""
    tallies = Tallies()
    for _ in range(20):
        poll(tallies, 0)
        poll(tallies, 0, "other")
        tallies.note_answer(answer(POLL))
    assert {} == counts(tallies)


def test_a_late_poll() -> None:
    """A poll that is answered late counts where it arrived: one too many near twenty others, none long before."""
    tallies = Tallies()
    for _ in range(20):
        poll(tallies, 9.5)
    poll(tallies, 1)
    assert {} == counts(tallies)
    poll(tallies, 9)
    assert {POLL_RATE: 1} == counts(tallies)


# all together


def test_requests_are_counted() -> None:
    """Every answer that was noted counts, and nothing else does."""
    tallies = Tallies()
    assert 0 == tallies.requests
    tallies.note_batch(batch(), "op", ["a"])
    tallies.note_answer(answer(batch()))
    tallies.note_answer(answer(POLL, is_delivered=False))
    assert 2 == tallies.requests


def test_the_order_of_breaches() -> None:
    """Breaches are listed in one order, whatever came first."""
    tallies = Tallies()
    for _ in range(21):
        tallies.note_answer(answer(POLL, 0, 429, retry_after=1, polled="op"))
    tallies.note_batch(batch(), "op", ["a"])
    tallies.note_batch(batch(), "op", ["b"])
    run(tallies, "a", "b", op=BatchTruth(Status.COMPLETED, frozenset("b")))
    run(tallies, "a", op=PROCESSING)
    assert INVARIANTS == (BATCH_FIRST, FAILED_ROWS, ONE_EFFECT, TAKEN_FOR_GOOD, RETRY_AFTER, POLL_RATE)
    assert INVARIANTS == tuple(counts(tallies))


@pytest.mark.parametrize(
    ("reported", "is_harmed", "verdict"),
    [
        ("success", False, "survived"),
        ("success", True, "silent"),
        ("failure", False, "loud"),
        ("failure", True, "loud"),
        ("hung", False, "hung"),
        ("hung", True, "hung"),
    ],
)
def test_the_verdict(reported: Reported, is_harmed: bool, verdict: Verdict) -> None:  # noqa: FBT001
    """Harm decides about a success alone: a failure is loud and a client that does not end hangs, with or without."""
    assert verdict == judge(reported, [Breach(ONE_EFFECT, "", 1)] if is_harmed else [])


# bounds


def test_effects_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the effects that were noted longest ago are forgotten, and what was counted stays."""
    monkeypatch.setattr(invariants, "MAX_INTENTS", 2)
    tallies = Tallies()
    for each in ("a", "b", "a", "c", "b"):
        tallies.note_batch(batch(each), each, [])
    assert {ONE_EFFECT: 1} == counts(tallies)
    tallies.note_batch(batch("c"), "c", [])
    assert {ONE_EFFECT: 2} == counts(tallies)


def test_bad_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An intent that is forgotten while its last answer was no good one stays counted, and is the first told of."""
    monkeypatch.setattr(invariants, "MAX_INTENTS", 2)
    tallies = Tallies()
    for each in ("/a", "/b", "/c"):
        tallies.note_answer(answer(Intent("GET", each, ""), 0, 500))
    assert {TAKEN_FOR_GOOD: 3} == counts(tallies)
    for each in ("/a", "/b", "/c"):
        tallies.note_answer(answer(Intent("GET", each, "")))
    assert {TAKEN_FOR_GOOD: 1} == counts(tallies)
    assert message(tallies).endswith("GET /a was 500")
    assert {} == counts(tallies, "failure")


def test_arrivals_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An intent that is forgotten has no last answer: whatever comes then is it."""
    monkeypatch.setattr(invariants, "MAX_INTENTS", 1)
    tallies = Tallies()
    for each, seconds, status in [(batch(), 5, 200), (trigger(), 0, 200), (batch(), 0, 500)]:
        tallies.note_answer(answer(each, seconds, status))
    assert {TAKEN_FOR_GOOD: 1} == counts(tallies)


def test_waits_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound it is forgotten who was told to wait, the longest ago first."""
    monkeypatch.setattr(invariants, "MAX_INTENTS", 2)
    tallies = Tallies()
    for each in ("/a", "/b", "/c"):
        tallies.note_answer(answer(Intent("GET", each, ""), retry_after=10))
    for each in ("/a", "/b", "/c"):
        tallies.note_answer(answer(Intent("GET", each, ""), 1))
    assert {RETRY_AFTER: 2} == counts(tallies)


def test_users_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the users whom a batch named longest ago are forgotten."""
    monkeypatch.setattr(invariants, "MAX_USERS", 4)
    tallies = Tallies()
    for named in (["a", "b", "c"], ["d"], ["b", "e", "f"]):
        tallies.note_batch(batch(), "op", named)
    for each in "abcdef":
        run(tallies, each, op=PROCESSING)
    assert {BATCH_FIRST: 4, ONE_EFFECT: 2} == counts(tallies)


def test_polled_operations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the polls of operations that were polled longest ago are forgotten."""
    monkeypatch.setattr(invariants, "MAX_POLLED", 2)
    tallies = Tallies()
    for _ in range(20):
        poll(tallies, 0, "a")
    for each in ("b", "a", "c", "d", "a"):
        poll(tallies, 0, each)
    assert {POLL_RATE: 1} == counts(tallies)


def test_refusals_that_another_request_makes_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """An accepted request makes refusals of its target good, as many as are remembered, and no others."""
    monkeypatch.setattr(invariants, "MAX_REFUSED", 2)
    tallies = Tallies()
    for number in range(3):
        tallies.note_answer(Answer(Intent("POST", "/a", f"body {number}"), NOW, 422))
    tallies.note_answer(Answer(Intent("POST", "/b", "body"), NOW, 422))
    tallies.note_answer(Answer(Intent("POST", "/a", "another"), NOW, 200))
    (breach,) = tallies.breaches(reported="success")
    assert ("taken-for-good", 2) == (breach.invariant, breach.count)


# other facts, another time


def test_facts_that_were_replaced() -> None:
    """Once other facts have taken the place of all there were, only their own batches count."""
    tallies = Tallies()
    tallies.note_batch(batch(), "op", ["a", "b"])
    tallies.note_state([("new", ["b"]), ("newer", ["c"])])
    run(tallies, "a", op=PROCESSING, new=PROCESSING)
    assert {} == counts(tallies)
    run(tallies, "b", "c", op=COMPLETED, new=PROCESSING, newer=PROCESSING)
    assert {BATCH_FIRST: 2} == counts(tallies)


def test_what_is_asked_again_after_a_return_is_no_repetition() -> None:
    """Once the world has gone back in time, the same requests have effects anew, and none is too early."""
    tallies = Tallies()
    tallies.note_run(trigger(), "run", ["a"], lambda _: None, NOW)
    tallies.note_answer(answer(trigger(), 60, 429, retry_after=30))
    for _ in range(20):
        poll(tallies, 0, "op")
    tallies.note_return()
    tallies.note_run(trigger(), "another", ["a"], lambda _: None, NOW)
    tallies.note_answer(answer(trigger(), 61))
    poll(tallies, 0, "op")
    assert {} == counts(tallies)


def test_after_a_return_the_last_answer_counts() -> None:
    """Once the world has gone back in time, an answer of an earlier instant is the last one all the same."""
    tallies = Tallies()
    tallies.note_answer(answer(trigger(), 60, 503))
    tallies.note_answer(answer(batch(), 60))
    tallies.note_return()
    assert {TAKEN_FOR_GOOD: 1} == counts(tallies)
    tallies.note_answer(answer(trigger(), 1))
    tallies.note_answer(answer(batch(), 1, 503))
    assert {TAKEN_FOR_GOOD: 1} == counts(tallies)
    assert "/v1/users/bulk/identify was 503" in message(tallies)


def test_a_return_takes_nothing_back() -> None:
    """What was broken before the world went back in time was broken."""
    tallies = Tallies()
    for each in ("run", "another"):
        tallies.note_run(trigger(), each, ["a"], lambda _: None, NOW)
    tallies.note_return()
    assert {ONE_EFFECT: 1} == counts(tallies)


def test_a_batch_that_failed_may_be_sent_again() -> None:
    """Who sends a batch again whose operation has failed does right; who sends one that has not does not."""
    tallies = Tallies()
    for operation_id in ("failed", "fine", "again"):
        tallies.note_batch(batch(), operation_id, ["a"], lambda id_: id_ == "failed")
    assert {ONE_EFFECT: 1} == counts(tallies)
