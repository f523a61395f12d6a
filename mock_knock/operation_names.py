"""Scenarios held against the operations that the fake imitates: a fault on one that there is not would never happen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from mock_knock.domain.faults.fault import Fault
from mock_knock.domain.reading import Place
from mock_knock.domain.scenario_format import CODE
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding


def check_operations(
    faults: Sequence[Fault],
    known: Collection[str],
    where: Place = lambda pointer: f"#{pointer}",
    *,
    at: str = "/faults",
) -> None:
    """Refuse faults on operations that are not imitated; `at` is the place of their list, or empty for a single one.

    Raises:
        InvalidDocument: `scenario-invalid`, with one finding for each fault.
    """
    places = [at] if at == "" else [f"{at}/{index}" for index in range(len(faults))]
    findings = tuple(
        found
        for fault, place in zip(faults, places, strict=True)
        for found in _check(fault, known, where(f"{place}/on"))
    )
    if findings:
        raise InvalidDocument.from_findings(findings)


def _check(fault: Fault, known: Collection[str], place: str) -> Iterator[Finding]:
    strangers = [each for each in fault.pattern.operations if each not in known]
    if strangers:
        near = get_close_matches(strangers[0][:100], known, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"operations: {', '.join(sorted(known))}"
        yield Finding(CODE, "error", f"'{strangers[0][:100]}' is no operation that is imitated", place, hint)
