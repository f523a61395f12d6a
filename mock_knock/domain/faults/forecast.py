"""What the faults of a scenario will do to the first requests of one client, told before any of them is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mock_knock.domain.faults.bulk import READING
from mock_knock.domain.faults.fault import Fault, draw
from mock_knock.domain.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Foretold:
    """Whether a fault happens to the n-th request that matches it, as long as its time is; `chance` is its draw."""

    fault: Fault
    n: int
    chance: float
    happens: bool


def foretell(scenario: Scenario, *, key: str, count: int, operation_id: str | None = None) -> Iterator[Foretold]:
    """Yield the first decisions of each fault for the client of one API key.

    Args:
        scenario: with its seed.
        key: the environment of the client.
        count: how many requests of each fault.
        operation_id: the operation that the requests ask for; None is the first one that each fault is about.
    """
    for fault in scenario.faults:
        if operation_id is not None and not fault.pattern.means(operation_id):
            continue
        asked = operation_id or next(iter(fault.pattern.operations), READING)
        resource = "1" if fault.when.per == "resource" else ""
        for n in range(1, count + 1):
            chance = draw(seed=scenario.seed, fault_id=fault.id, key=key, operation_id=asked, resource=resource, n=n)
            yield Foretold(fault, n, chance, fault.when.admits(n, chance))
