from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_operation import Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.scenario import Scenario

counts = st.integers(0, 200)


def rows(count: int) -> list[dict[str, Any]]:
    """Return rows with the ids `0`, `1` and so on."""
    return [{"id": str(index)} for index in range(count)]


def test_the_default_scenario() -> None:
    """Without a scenario every bulk operation completes without errors on the default timeline."""
    plan = Scenario().bulk
    assert (Timeline(), None, ()) == (plan.timeline, plan.fails_after(rows(5)), plan.failing_rows(rows(5)))


@given(counts, st.integers(0, 100))
def test_where_an_operation_fails(count: int, percent: int) -> None:
    """A failing operation fails after the given share of its rows, rounded down."""
    plan = BulkPlan(outcome="failed", fail_at=Fraction(percent, 100))
    assert count * percent // 100 == plan.fails_after(rows(count))


def test_the_share_is_exact() -> None:
    """29 % of 100 rows are 29 rows, although no binary fraction is 0.29."""
    assert 29 == BulkPlan(outcome="failed", fail_at=Fraction(29, 100)).fails_after(rows(100))


def test_a_share_alone_does_not_fail() -> None:
    """The share counts only when the outcome is a failure."""
    assert BulkPlan(fail_at=Fraction(1, 2)).fails_after(rows(4)) is None


@pytest.mark.parametrize(
    ("every", "count", "failing"),
    [(2, 5, (1, 3)), (1, 3, (0, 1, 2)), (5, 5, (4,)), (10, 3, (2,)), (10, 1, (0,)), (3, 0, ()), (None, 3, ())],
)
def test_every_nth_row_fails(every: int | None, count: int, failing: tuple[int, ...]) -> None:
    """Every n-th row fails; a shorter batch fails at its last row, an empty one has no row to fail."""
    assert failing == BulkPlan(every=every).failing_rows(rows(count))


def test_rows_fail_by_id() -> None:
    """A row whose id is listed fails, wherever and however often it stands; ids that do not occur do nothing."""
    batch = [{"id": "ada"}, {"id": "grace"}, {"id": "ada"}]
    assert (0, 2) == BulkPlan(error_ids=frozenset({"ada", "nobody"})).failing_rows(batch)


def test_rows_fail_by_id_and_by_number() -> None:
    """Ids and every n-th row are two reasons to fail; either will do."""
    assert (0, 1, 3) == BulkPlan(error_ids=frozenset({"0", "1"}), every=2).failing_rows(rows(4))


@given(counts, st.integers(1, 300))
def test_at_least_one_row_fails(count: int, every: int) -> None:
    """With every n-th row at least one row of a batch fails; failing rows are distinct, ascending and in the batch."""
    failing = BulkPlan(every=every).failing_rows(rows(count))
    assert (count > 0) == bool(failing)
    assert sorted(set(failing)) == list(failing)
    assert set(failing) <= set(range(count))


@given(counts, st.integers(0, 100))
def test_where_an_operation_stalls(count: int, percent: int) -> None:
    """An operation that stalls does so after the given share of its rows, rounded down; without one it does not."""
    assert count * percent // 100 == BulkPlan(stalls_at=Fraction(percent, 100)).stalls_after(rows(count))
    assert BulkPlan().stalls_after(rows(count)) is None
