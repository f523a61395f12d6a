from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.check_faults import check_faults
from mock_knock.domain.faults.fault import Action, Fault
from mock_knock.domain.matching import RequestPattern
from mock_knock.errors import InvalidDocument
from mock_knock.local import load_scenario

KNOWN = ("getBulkOperation", "triggerWorkflow")


def fault(*operations: str) -> Fault:
    """Return a fault on some operations."""
    return Fault("a", Action(answer=AnswerFault(500)), RequestPattern(operations))


def refused(*faults: Fault, at: str = "/faults") -> list[tuple[str, str]]:
    """Return place and remedy of each finding."""
    with pytest.raises(InvalidDocument) as caught:
        check_faults(faults, KNOWN, at=at)
    assert {"scenario-invalid"} == {each.code for each in caught.value.findings}
    return [(each.where, each.hint) for each in caught.value.findings]


def test_operations_that_are_imitated() -> None:
    """Faults on operations that are imitated, and on every one, pass."""
    check_faults((fault(), fault("getBulkOperation"), fault(*KNOWN)), KNOWN)


def test_operations_that_are_not() -> None:
    """A fault on anything else is refused at its place, with what was probably meant, or with all there is."""
    found = refused(fault("getBulkOperations"), fault("triggerWorkflow"), fault("triggerWorkflow", "x" * 5_000))
    near, listed = "did you mean getBulkOperation?", f"operations: {', '.join(KNOWN)}"
    assert [("#/faults/0/on", near), ("#/faults/2/on", listed)] == found


def test_a_single_fault() -> None:
    """The place in a single fault has no list around it."""
    assert [("#/on", "did you mean triggerWorkflow?")] == refused(fault("triggerworkflow"), at="")


def test_in_a_file(tmp_path: Path) -> None:
    """In a file the place is a line."""
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nfaults:\n- id: a\n  on: getBulk\n  do: {status: 500}\n")
    with pytest.raises(InvalidDocument) as caught:
        load_scenario(str(file))
    assert caught.value.where.endswith("mine.yaml:4:3")


@pytest.mark.parametrize(
    ("operations", "bulk", "is_refused"),
    [
        ((), BulkFault(stall="queued"), False),
        (("bulkIdentifyUsers",), BulkFault(every=2), False),
        (("bulkDeleteUsers", "getBulkOperation"), BulkFault(reopens=True), False),
        (("getBulkOperation",), BulkFault(shows_too_many=True, every=2), False),
        (("getBulkOperation",), BulkFault(fails_at=Fraction(1, 2)), True),
        (("bulkIdentifyUsers",), BulkFault(shown_progress=(Fraction(1),)), True),
        (("triggerWorkflow",), BulkFault(error_ids=frozenset({"a"})), True),
    ],
)
def test_what_has_no_effect(operations: tuple[str, ...], bulk: BulkFault, is_refused: bool) -> None:  # noqa: FBT001
    """How operations go is said where they start, what is shown of them where they are read."""
    found = Fault("a", Action(bulk=bulk), RequestPattern(operations))
    known = {*KNOWN, "bulkIdentifyUsers", "bulkDeleteUsers"}
    if is_refused:
        with pytest.raises(InvalidDocument) as caught:
            check_faults((found,), known)
        assert "#/faults/0/do/bulk" == caught.value.where
    else:
        check_faults((found,), known)


def test_headers_that_nobody_honours() -> None:
    """Only a header that counts for something can be told not to count."""
    found = Fault("a", Action(headers={"x-a": "1"}, ignored=("idempotency-key", "x-other")))
    assert [("#/do/ignore", "headers: idempotency-key")] == refused(found, at="")
