from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.rate_limit import REQUESTS_A_SECOND, RateLimits

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("tier", "limit"), REQUESTS_A_SECOND.items())
def test_as_many_as_the_tier_says(tier: int, limit: int) -> None:
    """So many requests of one instant go on as the tier says, the next one does not, and a second later one does."""
    limits = RateLimits()
    assert [True] * limit + [False] == [limits.admit("a", tier, NOW) for _ in range(limit + 1)]
    almost = NOW + timedelta(seconds=1, microseconds=-1)
    assert [False, True] == [limits.admit("a", tier, each) for each in (almost, NOW + timedelta(seconds=1))]


def test_operations_have_limits_of_their_own() -> None:
    """What is asked of one operation does not count for another."""
    limits = RateLimits()
    assert [True, True, False] == [limits.admit(each, 1, NOW) for each in ("a", "b", "a")]


@given(st.lists(st.integers(0, 3_000), max_size=60).map(sorted))
def test_no_second_has_more(milliseconds: list[int]) -> None:
    """However requests come, no second has more that went on than the tier says."""
    limits = RateLimits()
    instants = [NOW + timedelta(milliseconds=each) for each in milliseconds]
    admitted = [each for each in instants if limits.admit("a", 2, each)]
    for start in admitted:
        assert 5 >= sum(start <= each < start + timedelta(seconds=1) for each in admitted)


@given(st.lists(st.tuples(st.integers(0, 3_000), st.frozensets(st.sampled_from("abc"))), max_size=30))
def test_an_entity_changes_once_a_second(requests: list[tuple[int, frozenset[str]]]) -> None:
    """However bulk requests come, an entity is let through exactly when nothing let it through in the second before."""
    limits, changed = RateLimits(), dict.fromkeys("abc", -1_000)
    for milliseconds, ids in sorted(requests, key=lambda each: each[0]):
        expected = {each for each in ids if milliseconds - changed[each] < 1_000}
        assert expected == limits.count_updates(ids, NOW + timedelta(milliseconds=milliseconds))
        changed.update(dict.fromkeys(ids - expected, milliseconds))
