"""What is shown of a bulk operation in place of the truth."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.messages import JsonValue
from mock_knock.web.representation import bulk_operation_json
from tests.web.test_representation import BASE, broken_rules, observed

shares = st.integers(0, 100).map(lambda each: Fraction(each, 100))
shown_faults = st.builds(
    BulkFault,
    shown_progress=st.lists(shares, max_size=4).map(tuple),
    shows_too_many=st.booleans(),
    reopens=st.booleans(),
)
truths = observed().map(lambda found: bulk_operation_json(*found, base_url=BASE))
reads = st.integers(1, 6)
ENDS = ("completed_at", "failed_at")
COUNTS = {"status", "processed_rows", "success_count", "error_count", "error_items", "started_at", *ENDS}


@given(truths, shown_faults, reads)
def test_what_is_shown_keeps_the_contract(truth: dict[str, JsonValue], fault: BulkFault, n: int) -> None:
    """Whatever is shown of an operation in whatever state, its form is the one that Knock describes."""
    assert () == broken_rules(fault.show(truth, n))


@given(truths, shown_faults, reads)
def test_what_is_shown_fits_together(truth: dict[str, JsonValue], fault: BulkFault, n: int) -> None:
    """An operation that is shown has ended exactly when its status says so, and its rows add up, unless they lie."""
    shown = fault.show(truth, n)
    expected = [name for name in ENDS if name == f"{shown['status']}_at"]
    assert expected == [name for name in ENDS if shown[name] is not None]
    assert (shown["status"] == "queued") == (shown["started_at"] is None)
    assert len(shown["error_items"]) == shown["error_count"]
    lies = fault.shows_too_many and shown["status"] != "queued"
    rows = shown["estimated_total_rows"] + 1 if lies else shown["success_count"] + shown["error_count"]
    assert rows == shown["processed_rows"]


@given(truths, shown_faults, reads)
def test_the_rest_is_true(truth: dict[str, JsonValue], fault: BulkFault, n: int) -> None:
    """Nothing is shown differently but state, counts and their instants, and nothing at all without a reason."""
    shown = fault.show(truth, n)
    assert COUNTS >= {name for name, value in truth.items() if shown[name] != value}
    is_about = n <= len(fault.shown_progress) or fault.shows_too_many or fault.reopens
    assert is_about or truth == shown
    assert list(truth) == list(shown)
