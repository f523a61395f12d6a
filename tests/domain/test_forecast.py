"""What is foretold of faults is what happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.book import FaultBook
from mock_knock.domain.faults.fault import Action, Decision, Fault, When
from mock_knock.domain.faults.forecast import Foretold, foretell
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.scenario import Scenario

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "sk_test_a"
POLL, READ = "getBulkOperation", "getUser"
DOWN = Action(answer=AnswerFault(503))
SOMETIMES = Fault("sometimes", DOWN, RequestPattern((POLL,)), When(probability=0.5))
TWICE = Fault("twice", DOWN, RequestPattern((READ, POLL)), When(first=2))

whens = st.builds(
    When,
    nth=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    first=st.none() | st.integers(1, 9),
    every=st.none() | st.integers(1, 4),
    probability=st.sampled_from([1.0, 0.5, 0.1, 0.0]),
    after_count=st.integers(0, 4),
    until_key_changes=st.booleans(),
    per=st.sampled_from(["key", "resource"]),
)
operations = st.sampled_from([POLL, READ])
some_faults = st.lists(
    st.builds(
        lambda id_, on, when: Fault(id_, DOWN, RequestPattern(tuple(on)), when),
        st.sampled_from("abcd"),
        st.lists(operations, max_size=2, unique=True),
        whens,
    ),
    max_size=4,
    unique_by=lambda each: each.id,
)
keys = st.sampled_from([KEY, "sk_test_b", "\ud800"])


def happening(scenario: Scenario, operation_id: str, *, key: str, count: int) -> list[Decision | None]:
    """Return what happens to requests of one client for one resource."""
    book = FaultBook(scenario.faults, since=NOW, seed=scenario.seed)
    asked = AskedRequest(operation_id, resource="4b7c", credential=f"Bearer {key}")
    return [book.decide(asked, key=key, now=NOW) for _ in range(count)]


@given(some_faults, st.integers(0, 9), keys, operations, st.integers(0, 20))
def test_what_is_foretold_happens(faults: list[Fault], seed: int, key: str, operation: str, count: int) -> None:
    """The first fault that is foretold for the n-th request happens to it, with its number and its chance."""
    scenario = Scenario(seed=seed, faults=tuple(faults))
    foretold = [each for each in foretell(scenario, key=key, count=count, operation_id=operation) if each.happens]
    first = {each.n: Decision(each.fault, each.n, each.chance) for each in reversed(foretold)}
    assert [first.get(n) for n in range(1, count + 1)] == happening(scenario, operation, key=key, count=count)


@given(some_faults, st.integers(0, 9), keys)
def test_each_fault_is_foretold_for_what_it_is_about(faults: list[Fault], seed: int, key: str) -> None:
    """Without an operation each fault is foretold, in order, for the first one that it is about, or for polls."""
    for fault in faults:
        asked = [*fault.pattern.operations, POLL][0]
        alone = Scenario(seed=seed, faults=(fault,))
        expected = [each and (each.n, each.chance) for each in happening(alone, asked, key=key, count=12)]
        found = list(foretell(alone, key=key, count=12))
        assert expected == [(each.n, each.chance) if each.happens else None for each in found]
    together = foretell(Scenario(seed=seed, faults=tuple(faults)), key=key, count=2)
    assert [(each.id, n) for each in faults for n in (1, 2)] == [(each.fault.id, each.n) for each in together]


def told(*faults: Fault, seed: int = 0, key: str = KEY, operation_id: str | None = None) -> list[Foretold]:
    """Return what is foretold for the first five requests of each fault."""
    return list(foretell(Scenario(seed=seed, faults=faults), key=key, count=5, operation_id=operation_id))


def test_every_decision_is_told() -> None:
    """Each request of each fault has its number, its chance and whether the fault happens to it."""
    found = told(TWICE, SOMETIMES)
    assert [(TWICE, 1, True), (TWICE, 2, True), (TWICE, 3, False)] == [
        (each.fault, each.n, each.happens) for each in found[:3]
    ]
    assert [each.chance < 0.5 for each in found[5:]] == [each.happens for each in found[5:]]
    assert 10 == len(found) == len({each.chance for each in found})


@pytest.mark.parametrize(("operation", "faults"), [(POLL, [TWICE, SOMETIMES]), (READ, [TWICE]), ("other", [])])
def test_faults_that_are_not_meant(operation: str, faults: list[Fault]) -> None:
    """For one operation only the faults that are about it are foretold."""
    assert faults == [each.fault for each in told(TWICE, SOMETIMES, operation_id=operation)[::5]]


def test_what_chances_depend_on() -> None:
    """Another seed, key, operation or name of a fault has other chances, and so has what is counted by resource."""
    found = [
        [each.chance for each in made]
        for made in (
            told(SOMETIMES),
            told(SOMETIMES, seed=1),
            told(SOMETIMES, key="sk_test_b"),
            told(TWICE, operation_id=READ),
            told(TWICE, operation_id=POLL),
            told(replace(SOMETIMES, id="other")),
            told(replace(SOMETIMES, when=When(probability=0.5, per="resource"))),
        )
    ]
    assert found[0] == [each.chance for each in told(SOMETIMES)]
    assert len(found) == len({tuple(each) for each in found})
