"""Which requests a fault happens to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.faults import book as book_module
from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.book import FaultBook
from mock_knock.domain.faults.fault import Action, Decision, Fault, When, draw
from mock_knock.domain.matching import RequestPattern

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "sk_test_a"
DOWN = Action(answer=AnswerFault(503))
POLL = AskedRequest("getBulkOperation", resource="1", credential=KEY)
TOLD: dict[str, Any] = {
    "seed": 1,
    "fault_id": "flaky",
    "key": KEY,
    "operation_id": "getUser",
    "resource": "2",
    "n": 3,
}


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def fault(id_: str = "flaky", *, on: Sequence[str] = (), ttl: float | None = None, **when: Any) -> Fault:
    """Return a fault that happens to some of the requests that ask for an operation."""
    return Fault(id_, DOWN, RequestPattern(tuple(on)), When(**when), ttl)


def book(*faults: Fault, seed: int = 0) -> FaultBook:
    """Return a book of these faults that was set up at the start."""
    return FaultBook(faults, since=START, seed=seed)


def ids(found: Sequence[Decision | None]) -> list[str | None]:
    """Return which fault happened each time."""
    return [None if each is None else each.fault.id for each in found]


def run(faults: FaultBook, asked: Sequence[AskedRequest], *, key: str = KEY) -> list[Decision | None]:
    """Return what happens to requests that come at one instant."""
    return [faults.decide(each, key=key, now=START) for each in asked]


def numbers(found: Sequence[Decision | None]) -> list[int]:
    """Return the places, counted from 1, of the requests that something happened to."""
    return [place for place, each in enumerate(found, start=1) if each is not None]


def ns(found: Sequence[Decision | None]) -> list[int | None]:
    """Return the number that each request had which something happened to."""
    return [None if each is None else each.n for each in found]


whens = st.builds(
    When,
    nth=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    first=st.none() | st.integers(1, 9),
    every=st.none() | st.integers(1, 4),
    probability=st.sampled_from([1.0, 0.5, 0.1]),
    after_count=st.integers(0, 4),
    per=st.sampled_from(["key", "resource"]),
)
operation_ids = st.sampled_from(["getUser", "getBulkOperation"])
requests = st.builds(AskedRequest, operation_ids, resource=st.sampled_from("abc"), credential=st.just(KEY))
series = st.lists(requests, max_size=20)
some_faults = st.lists(
    st.builds(
        lambda id_, when, operations: Fault(id_, DOWN, RequestPattern(operations), when),
        st.sampled_from(["a", "b", "c", "d"]),
        whens,
        st.lists(operation_ids, max_size=1).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.id,
)


@pytest.mark.parametrize(
    ("when", "admitted"),
    [
        (When(), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (When(nth=(2,)), [2]),
        (When(nth=(3, 5, 99)), [3, 5]),
        (When(first=1), [1]),
        (When(first=3), [1, 2, 3]),
        (When(every=1), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (When(every=4), [4, 8]),
        (When(every=10), []),
        (When(after_count=7), [8, 9]),
        (When(after_count=2, nth=(1, 4)), [3, 6]),
        (When(after_count=2, first=3), [3, 4, 5]),
        (When(after_count=1, every=3), [4, 7]),
        (When(first=6, every=2), [2, 4, 6]),
        (When(nth=(1, 2, 3), every=2), [2]),
        (When(probability=0), []),
        (When(probability=0.5), []),
        (When(probability=0.51), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_numbers_of_requests(when: When, admitted: list[int]) -> None:
    """A fault happens to the requests whose number each of its conditions lets through, and whose chance is below."""
    assert admitted == [n for n in range(1, 10) if when.admits(n, 0.5)]


@given(whens, st.integers(1, 40), st.floats(0, 1, exclude_max=True))
def test_every_condition_counts(when: When, n: int, chance: float) -> None:
    """A fault happens exactly when it would by each of its conditions alone, counted from where it begins."""
    number = n - when.after_count
    alone = [When(nth=when.nth), When(first=when.first), When(every=when.every), When(probability=when.probability)]
    assert all(each.admits(number, chance) for each in alone) == when.admits(n, chance)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        (When(), [True, True, True, True]),
        (When(after_seconds=10), [False, True, True, True]),
        (When(lasting=10), [True, False, False, False]),
        (When(after_seconds=10, lasting=10), [False, True, False, False]),
        (When(lasting=0), [False, False, False, False]),
    ],
)
def test_times_of_a_fault(when: When, is_open: list[bool]) -> None:
    """`after` and `for` are a time from the set-up of a fault; its beginning belongs to it, its end does not."""
    assert is_open == [when.is_open(seconds) for seconds in (0, 10, 20, 30)]


def test_the_same_draw() -> None:
    """What is drawn depends on nothing but what is told, and is this number for ever."""
    assert 0.38120499099755145 == draw(**TOLD) == draw(**dict(reversed(TOLD.items())))


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"fault_id": "flakier"},
        {"key": "sk_test_b"},
        {"operation_id": "listUsers"},
        {"resource": "1"},
        {"n": 4},
        {"key": "\ud800"},
    ],
)
def test_another_draw(other: dict[str, Any]) -> None:
    """Another seed, fault, key, operation, resource or number is another draw."""
    assert draw(**TOLD) != draw(**{**TOLD, **other})


@given(st.integers(0, 2**63 - 1), st.text(), st.text(), st.text(), st.text(), st.integers(1, 10**9))
def test_the_bounds_of_draws(seed: int, fault_id: str, key: str, operation_id: str, resource: str, n: int) -> None:
    """Whatever is told, a number from 0 to 1 is drawn, and 1 itself never is."""
    told: dict[str, Any] = {
        "seed": seed,
        "fault_id": fault_id,
        "key": key,
        "operation_id": operation_id,
        "resource": resource,
        "n": n,
    }
    assert 0 <= draw(**told) < 1


@pytest.mark.parametrize("probability", [0, 0.01, 0.2, 0.5, 0.9, 1])
def test_the_share_of_requests(probability: float) -> None:
    """Of many requests a fault happens to about as many as its probability says."""
    count, faults = 20_000, book(fault(probability=probability), seed=7)
    fired = len(numbers(run(faults, [POLL] * count)))
    assert pytest.approx(probability, abs=0.02 * (0 < probability < 1)) == fired / count


def test_the_first_that_happens() -> None:
    """Of several faults the first one that decides to happen does; the others count the request all the same."""
    faults = book(fault("second", nth=(2,)), fault("early", first=3), fault("third", nth=(3,)))
    assert ["early", "second", "early", None] == ids(run(faults, [POLL] * 4))
    assert [(4, 1), (4, 2), (4, 0)] == [(each.matched, each.fired) for each in faults]


@given(some_faults, series, st.integers(0, 9))
def test_faults_do_not_depend_on_each_other(faults: list[Fault], asked: list[AskedRequest], seed: int) -> None:
    """What happens is what the first fault decides that, all by itself, would decide anything."""
    alone = [run(book(each, seed=seed), asked) for each in faults]
    first = [next((each for each in of_one if each is not None), None) for of_one in zip(*alone, strict=True)]
    assert first == run(book(*faults, seed=seed), asked)


@given(some_faults, series, st.integers(0, 9))
def test_a_run_can_be_repeated(faults: list[Fault], asked: list[AskedRequest], seed: int) -> None:
    """Requests that come again in their order get the same, although resources have other ids than before."""
    again = [replace(each, resource=f"another {each.resource}") for each in asked]
    assert run(book(*faults, seed=seed), asked) == run(book(*faults, seed=seed), again)


@given(some_faults, st.lists(st.tuples(st.sampled_from(["sk_a", "sk_b", "sk_c"]), requests), max_size=30))
def test_keys_do_not_depend_on_each_other(faults: list[Fault], asked: list[tuple[str, AskedRequest]]) -> None:
    """However the requests of several keys come between each other, each key gets what it would get alone."""
    books = {key: book(*faults) for key, _ in asked}
    found: dict[str, list[Decision | None]] = {key: [] for key in books}
    for key, each in asked:
        found[key].append(books[key].decide(each, key=key, now=START))
    for key, decisions in found.items():
        assert run(book(*faults), [each for own, each in asked if own == key], key=key) == decisions


@given(whens, series)
def test_resources_do_not_depend_on_each_other(when: When, asked: list[AskedRequest]) -> None:
    """Counted for each resource alone, a certain fault happens to one whatever is asked of the others."""
    flaky = Fault("flaky", DOWN, when=replace(when, per="resource", probability=1.0))
    together = ns(run(book(flaky), asked))
    for resource in {(each.operation_id, each.resource) for each in asked}:
        own = [(each.operation_id, each.resource) == resource for each in asked]
        alone = ns(run(book(flaky), [each for each, is_own in zip(asked, own, strict=True) if is_own]))
        assert alone == [each for each, is_own in zip(together, own, strict=True) if is_own]


def test_a_decision_says_what_it_came_from() -> None:
    """A decision has its fault, the number of the request and the chance that was drawn for it."""
    flaky = fault(per="resource", nth=(2,))
    other = replace(POLL, resource="other")
    found = run(book(flaky, seed=5), [other, POLL, POLL])
    told: dict[str, Any] = {
        "fault_id": "flaky",
        "key": KEY,
        "operation_id": "getBulkOperation",
        "resource": "2",
        "n": 2,
    }
    assert [None, None, Decision(flaky, 2, draw(seed=5, **told))] == found


def test_counted_together() -> None:
    """Counted by key, requests have one number whatever they ask for, and the chance knows no resource."""
    flaky = fault(nth=(2,))
    (_, found) = run(book(flaky), [POLL, AskedRequest("getUser", resource="jane")])
    chance = draw(seed=0, fault_id="flaky", key=KEY, operation_id="getUser", resource="", n=2)
    assert Decision(flaky, 2, chance) == found


def test_only_matching_requests_count() -> None:
    """A request that the pattern does not mean has no number."""
    faults = book(fault(on=["getUser"], nth=(2,)))
    asked = [POLL, AskedRequest("getUser"), POLL, AskedRequest("getUser"), AskedRequest("getUser")]
    assert [4] == numbers(run(faults, asked))
    assert [3] == [each.matched for each in faults]


def test_only_requests_in_time_count() -> None:
    """A request before `after` or beyond `for` has no number."""
    faults = book(fault(after_seconds=10, lasting=10, nth=(2,)))
    found = [faults.decide(POLL, key=KEY, now=at(seconds)) for seconds in (0, 9, 10, 15, 19, 20)]
    assert [4] == numbers(found)
    assert [3] == [each.matched for each in faults]


def test_a_fault_goes_by_itself() -> None:
    """Once its time is over a fault is gone, and the next one has its turn."""
    faults = book(fault("short", ttl=5), fault("long", ttl=60), fault("ever"))
    found = [faults.decide(POLL, key=KEY, now=at(seconds)) for seconds in (0, 4.9, 5, 59, 60)]
    assert ["short", "short", "long", "long", "ever"] == ids(found)
    assert ["ever"] == [each.id for each in faults.faults()]


def test_until_the_key_changes() -> None:
    """A fault lasts as long as requests carry the key of the first one that it happened to."""
    other = replace(POLL, credential="sk_test_b")
    faults = book(fault(until_key_changes=True, after_count=1))
    assert [2, 4] == numbers(run(faults, [other, POLL, other, POLL, replace(POLL, credential="")]))
    assert KEY not in repr(list(faults))


def test_more_resources_than_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a limit resources are counted together, so that a book stays small; those before keep their own count."""
    monkeypatch.setattr(book_module, "MAX_RESOURCES", 2)
    faults = book(fault(per="resource", nth=(2,)))
    asked = [replace(POLL, resource=each) for each in "abcda"]
    assert [4, 5] == numbers(run(faults, asked))
    assert [3] == [len(each.ordinals) for each in faults]


def test_faults_are_set_up_and_taken_down() -> None:
    """A fault that is added comes last, or stands in the place of the one with its id and counts from nothing."""
    faults = book()
    assert not faults
    faults.add(fault("a", first=1), START)
    faults.add(fault("b", first=2), START)
    assert faults
    assert ["a", "b", None] == ids(run(faults, [POLL] * 3))
    renewed = faults.add(fault("a", first=1, after_seconds=5), at(10))
    assert (renewed, None) == (faults.find("a"), faults.find("c"))
    assert [None, "a"] == ids([faults.decide(POLL, key=KEY, now=at(seconds)) for seconds in (14, 15)])
    assert ["a", "b"] == [each.id for each in faults.faults()]
    assert [True, False] == [faults.remove("a"), faults.remove("a")]
    assert ["b"] == [each.id for each in faults.faults()]
