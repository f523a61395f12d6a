from __future__ import annotations

from pathlib import Path

import pytest

from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.fault import Action, Fault
from mock_knock.domain.matching import RequestPattern
from mock_knock.errors import InvalidDocument
from mock_knock.local import load_scenario
from mock_knock.operation_names import check_operations

KNOWN = ("getBulkOperation", "triggerWorkflow")


def fault(*operations: str) -> Fault:
    """Return a fault on some operations."""
    return Fault("a", Action(answer=AnswerFault(500)), RequestPattern(operations))


def refused(*faults: Fault, at: str = "/faults") -> list[tuple[str, str]]:
    """Return place and remedy of each finding."""
    with pytest.raises(InvalidDocument) as caught:
        check_operations(faults, KNOWN, at=at)
    assert {"scenario-invalid"} == {each.code for each in caught.value.findings}
    return [(each.where, each.hint) for each in caught.value.findings]


def test_operations_that_are_imitated() -> None:
    """Faults on operations that are imitated, and on every one, pass."""
    check_operations((fault(), fault("getBulkOperation"), fault(*KNOWN)), KNOWN)


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
