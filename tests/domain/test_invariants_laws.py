from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Reported,
    Tallies,
    judge,
)

Event = Callable[[Tallies], None]
Step = tuple[str, frozenset[str], BatchTruth]
"""What happened to whom, and how the latest batch stands."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BULK, TRIGGER = ("POST", "/v1/users/bulk/identify"), ("POST", "/v1/workflows/welcome/trigger")


def at(milliseconds: int) -> datetime:
    """Return an instant so many milliseconds after the start."""
    return NOW + timedelta(milliseconds=milliseconds)


def counts(tallies: Tallies, reported: Reported = "success") -> Mapping[str, int]:
    """Return how often each invariant was broken."""
    return {each.invariant: each.count for each in tallies.breaches(reported=reported)}


def after(events: Sequence[Event]) -> Tallies:
    """Return the tallies of these events."""
    tallies = Tallies()
    for take_place in events:
        take_place(tallies)
    return tallies


def some_of(users: str) -> st.SearchStrategy[frozenset[str]]:
    """Return some of these users."""
    return st.frozensets(st.sampled_from(users))


def truths(users: str) -> st.SearchStrategy[BatchTruth]:
    """Return how a batch of these users may stand."""
    return st.builds(BatchTruth, st.sampled_from(Status), some_of(users))


def steps(users: str = "abc") -> st.SearchStrategy[list[Step]]:
    """Return what may happen to these users."""
    return st.lists(st.tuples(st.sampled_from(["batch", "alone", "run"]), some_of(users), truths(users)), max_size=15)


def events_of(taken: Sequence[Step], world: str = "") -> list[Event]:
    """Return steps as events, each with intents and operations of its own; a truth holds from its step on."""
    known: dict[str, BatchTruth] = {}
    events: list[Event] = []
    for number, (kind, users, truth) in enumerate(taken):
        name, last = f"{world}{number}", [*known][-1:]
        if kind == "batch":
            known[name] = truth
        known.update(dict.fromkeys(last, truth) if kind == "run" else {})
        events.append(_event(kind, name, sorted(users), dict(known)))
    return events


def _event(kind: str, name: str, users: list[str], known: Mapping[str, BatchTruth]) -> Event:
    if kind == "batch":
        return lambda tallies: tallies.note_batch(Intent(*BULK, name), name, users)
    if kind == "alone":
        return lambda tallies: tallies.note_identified(users)
    return lambda tallies: tallies.note_run(Intent(*TRIGGER, name), name, users, known.get, NOW)


answers = st.builds(
    Answer,
    st.builds(Intent, st.sampled_from(["GET", "POST"]), st.sampled_from(["/a", "/b"]), st.sampled_from("fg")),
    st.integers(0, 3_000).map(at),
    st.sampled_from([200, 302, 404, 429, 503]),
    st.booleans(),
    st.booleans(),
    st.none() | st.sampled_from([0.0, 0.5, 1.0]),
    st.none() | st.sampled_from(["x", "y"]),
    answered_at=st.none(),
)


def noting(answer: Answer) -> Event:
    """Return the event that a request is answered."""
    return lambda tallies: tallies.note_answer(answer)


def _arrival(answer: Answer) -> datetime:
    return answer.at


effects = st.builds(
    lambda fingerprint: lambda tallies: tallies.note_batch(Intent(*BULK, fingerprint), "op", "ab"),
    st.sampled_from("fg"),
)
runs = st.builds(
    lambda truth: _event("run", "r", ["a", "c"], {"op": truth}),
    truths("abc"),
)
all_events = st.lists(st.one_of(effects, runs, answers.map(noting)), max_size=60)
in_order = st.lists(answers, max_size=60).map(lambda found: [noting(each) for each in sorted(found, key=_arrival)])


@given(steps())
def test_runs_are_judged_by_the_latest_identify(taken: list[Step]) -> None:
    """A recipient is harmed exactly when their last identify was a batch that has not completed or failed them."""
    known: dict[str, BatchTruth] = {}
    latest: dict[str, str] = {}
    expected = {BATCH_FIRST: 0, FAILED_ROWS: 0}
    for number, (kind, users, truth) in enumerate(taken):
        if kind == "alone":
            latest = {user: name for user, name in latest.items() if user not in users}
        elif kind == "batch":
            known[str(number)] = truth
            latest |= dict.fromkeys(users, str(number))
        else:
            known.update(dict.fromkeys([*known][-1:], truth))
            stand = [(user, known[latest[user]]) for user in users if user in latest]
            expected[BATCH_FIRST] += sum(batch.status != "completed" for _, batch in stand)
            expected[FAILED_ROWS] += sum(
                batch.status == "completed" and user in batch.error_ids for user, batch in stand
            )
    assert {each: count for each, count in expected.items() if count} == counts(after(events_of(taken)))


@given(steps("abc"), steps("xyz"), st.randoms(use_true_random=False))
def test_unrelated_users_do_not_matter(some: list[Step], others: list[Step], random: object) -> None:
    """However what happens to some users and to others interleaves, the counts are those of one after the other."""
    left, right = events_of(some, "l"), events_of(others, "r")
    places = [True] * len(left) + [False] * len(right)
    random.shuffle(places)  # type: ignore[attr-defined]  # a random.Random
    one, other = iter(left), iter(right)
    interleaved = [next(one if is_left else other) for is_left in places]
    assert counts(after([*left, *right])) == counts(after(interleaved))


@given(all_events, all_events)
def test_keys_never_mix(mine: list[Event], theirs: list[Event]) -> None:
    """The tallies of one key say the same whatever happens under another one."""
    alone = after(mine)
    together, other = Tallies(), Tallies()
    for number in range(max(len(mine), len(theirs))):
        for tallies, events in ((together, mine), (other, theirs)):
            for take_place in events[number : number + 1]:
                take_place(tallies)
    assert alone.breaches(reported="success") == together.breaches(reported="success")
    assert alone.requests == together.requests


@given(all_events, st.integers(1, 100))
def test_counts_never_decrease(events: list[Event], bound: int) -> None:
    """What was broken stays broken, with its first message, however little is remembered; only answers are mended."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MAX_INTENTS", "MAX_USERS", "MAX_POLLED"):
            patch.setattr(invariants, name, bound)
        tallies, seen = Tallies(), list[dict[str, tuple[str, int]]]()
        for take_place in events:
            take_place(tallies)
            seen.append({each.invariant: (each.message, each.count) for each in tallies.breaches(reported="failure")})
    for before, later in pairwise(seen):
        for invariant, (message, count) in before.items():
            assert message == later[invariant][0]
            assert count <= later[invariant][1]


@given(st.lists(effects | runs), in_order, st.integers(1, 3))
def test_bounds_hide_and_do_not_invent(changes: list[Event], answered: list[Event], bound: int) -> None:
    """Tallies that remember little count no more than those that remember everything, answers apart."""
    events = [*changes, *answered]
    free = counts(after(events), "failure")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MAX_INTENTS", "MAX_USERS", "MAX_POLLED"):
            patch.setattr(invariants, name, bound)
        bounded = counts(after(events), "failure")
    assert bounded.keys() <= free.keys()
    assert all(count <= free[each] for each, count in bounded.items())


@given(st.lists(st.tuples(answers, st.integers(0, 3_000)), max_size=60))
def test_a_patient_client_never_breaches(requests: list[tuple[Answer, int]]) -> None:
    """Who waits as long as any answer asks, and 50 ms at least, breaks neither the wait nor the rate of polls."""
    tallies, now = Tallies(), 0
    for answer, more in requests:
        tallies.note_answer(answer._replace(at=at(now)))
        now += max(50, round(1_000 * (answer.retry_after or 0))) + more
    assert not {RETRY_AFTER, POLL_RATE} & counts(tallies).keys()


@given(st.lists(st.integers(0, 300), max_size=120), st.sampled_from([1, 10, 60]))
def test_the_rate_of_polls(gaps: list[int], unit: int) -> None:
    """A poll is one too many exactly when the twentieth before it was less than a second ago."""
    instants, now = list[int](), 0
    for gap in gaps:
        now += gap * unit // 60
        instants.append(now)
    tallies = Tallies()
    for each in instants:
        tallies.note_answer(Answer(Intent("GET", "/", ""), at(each), 200, polled="op"))
    expected = sum(later - earlier < 1_000 for earlier, later in zip(instants, instants[20:], strict=False))
    assert expected == counts(tallies).get(POLL_RATE, 0)


@given(st.lists(st.tuples(st.sampled_from(["/a", "/b"]), st.integers(0, 800), st.none() | st.integers(0, 1_500))))
def test_waits_are_judged_one_by_one(requests: list[tuple[str, int, int | None]]) -> None:
    """An impatient request is one that comes earlier than the last answer of its target asked for."""
    tallies, now, expected = Tallies(), 0, 0
    asked: dict[str, int] = {}
    for target, gap, wait in requests:
        now += gap
        expected += now < asked.get(target, 0)
        asked[target] = now + (wait or 0)
        retry_after = None if wait is None else wait / 1_000
        tallies.note_answer(Answer(Intent("GET", target, ""), at(now), 200, retry_after=retry_after))
    assert expected == counts(tallies).get(RETRY_AFTER, 0)


@given(st.lists(st.sampled_from("abc")))
def test_effects_beyond_the_first(fingerprints: list[str]) -> None:
    """There are as many cases as effects, less one for each intent."""
    tallies = after([lambda each, f=f: each.note_batch(Intent(*BULK, f), "op", ()) for f in fingerprints])  # type: ignore[misc]
    assert len(fingerprints) - len(set(fingerprints)) == counts(tallies).get(ONE_EFFECT, 0)


@given(st.lists(answers, max_size=40))
def test_only_last_answers_are_taken_for_good(given_answers: list[Answer]) -> None:
    """The lies of a success are the intents whose request that arrived last got a bad answer; others tell none."""
    last: dict[Intent, Answer] = {}
    for each in given_answers:
        if each.intent not in last or last[each.intent].at <= each.at:
            last[each.intent] = each
    bad = [
        not (each.is_delivered and each.keeps_contract)
        or each.status in {429, 503}
        or (each.status == 404 and each.intent.method == "POST")
        for each in last.values()
    ]
    tallies = after([noting(each) for each in given_answers])
    assert sum(bad) == counts(tallies).get(TAKEN_FOR_GOOD, 0)
    assert TAKEN_FOR_GOOD not in counts(tallies, "failure")
    assert TAKEN_FOR_GOOD not in counts(tallies, "hung")
    assert len(given_answers) == tallies.requests


@given(all_events, st.sampled_from(["success", "failure", "hung"]))
def test_what_is_listed(events: list[Event], reported: Reported) -> None:
    """Only what was broken is listed, once, in order, in words; asking changes nothing; with harm success is silent."""
    tallies = after(events)
    found = tallies.breaches(reported=reported)
    names = [each.invariant for each in found]
    assert names == [each for each in INVARIANTS if each in names]
    assert all(each.count > 0 and each.message for each in found)
    assert found == tallies.breaches(reported=reported)
    assert ("silent" == judge(reported, found)) == (reported == "success" and bool(found))
