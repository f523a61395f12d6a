"""Scenarios held against what the fake imitates, so that no fault is set up that could never do anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain

from mock_knock.domain.faults.bulk import READING, STARTING
from mock_knock.domain.faults.fault import Fault
from mock_knock.domain.reading import Place
from mock_knock.domain.scenario_format import CODE
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding

HONOURED = frozenset({"idempotency-key"})
"""Headers that a fault can let not count."""


def check_faults(
    faults: Sequence[Fault],
    known: Collection[str],
    where: Place = lambda pointer: f"#{pointer}",
    *,
    at: str = "/faults",
) -> None:
    """Refuse faults that can have no effect; `at` is the place of their list, or empty for a single one.

    Raises:
        InvalidDocument: `scenario-invalid`, with one finding for each fault.
    """
    places = [at] if at == "" else [f"{at}/{index}" for index in range(len(faults))]
    told = (_check(fault, known, where, place) for fault, place in zip(faults, places, strict=True))
    if findings := tuple(chain.from_iterable(told)):
        raise InvalidDocument.from_findings(findings)


def _check(fault: Fault, known: Collection[str], where: Place, at: str) -> Iterator[Finding]:
    strangers = [each for each in fault.pattern.operations if each not in known]
    if strangers:
        near = get_close_matches(strangers[0][:100], known, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"operations: {', '.join(sorted(known))}"
        yield Finding(
            CODE, "error", f"'{strangers[0][:100]}' is no operation that is imitated", where(f"{at}/on"), hint
        )
    bulk, asked = fault.do.bulk, fault.pattern.operations or (*STARTING, READING)
    can_start, can_read = any(each in STARTING for each in asked), READING in asked
    if bulk is not None and not ((bulk.changes_course and can_start) or (bulk.changes_sight and can_read)):
        message = "what 'bulk' says has no effect on these operations"
        hint = f"how operations go: on {', '.join(STARTING)}; what is shown of them: on {READING}"
        yield Finding(CODE, "error", message, where(f"{at}/do/bulk"), hint)
    for name in set(fault.do.ignored) - HONOURED:
        message = f"whether '{name[:100]}' counts makes no difference here"
        yield Finding(CODE, "error", message, where(f"{at}/do/ignore"), f"headers: {', '.join(HONOURED)}")
