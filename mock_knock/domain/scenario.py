"""A scenario says how a fake behaves: how bulk operations go, and which faults there are."""

from __future__ import annotations

from dataclasses import dataclass

from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.faults.fault import Fault


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named way for the fake to behave.

    Attributes:
        name: what it is called.
        description: what it shows, in a sentence.
        seed: feeds every decision that is left to chance.
        bulk: how bulk operations go.
        faults: what goes wrong; of several that would happen to a request the first one does.
        has_rate_limits: whether requests above the rate of their tier are refused.
        aliases: other names of it, those of FAULTS section 4.
        tags: what it is about, in single words.
    """

    name: str = "default"
    description: str = ""
    seed: int = 0
    bulk: BulkPlan = BulkPlan()
    faults: tuple[Fault, ...] = ()
    has_rate_limits: bool = False
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
