"""The faults of one world: they are set up and taken down, count what matches them, and decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.bounded_memory import name_of
from mock_knock.domain.faults.fault import Decision, Fault, draw

MAX_RESOURCES: Final = 100_000
"""That one fault counts apart; what comes later is counted together."""


@dataclass(slots=True)
class Standing:
    """How a fault stands: when it was set up, how many requests matched it, and how often it happened."""

    fault: Fault
    since: datetime
    matched: int = 0
    fired: int = 0
    by_resource: Counter[str] = field(default_factory=Counter)
    ordinals: dict[str, str] = field(default_factory=dict)
    credential: bytes | None = None

    def is_over(self, now: datetime) -> bool:
        """Tell whether the time of the fault is over."""
        return self.fault.ttl is not None and (now - self.since).total_seconds() >= self.fault.ttl


class FaultBook:
    """The faults of one world in the order in which they were declared; the first that decides to happen, happens."""

    def __init__(self, faults: Sequence[Fault] = (), *, since: datetime, seed: int = 0) -> None:
        self.seed = seed
        self._standings = {fault.id: Standing(fault, since) for fault in faults}

    def __bool__(self) -> bool:
        return bool(self._standings)

    def __iter__(self) -> Iterator[Standing]:
        return iter(tuple(self._standings.values()))

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults as they were declared."""
        return tuple(each.fault for each in self)

    def find(self, fault_id: str) -> Standing | None:
        """Return how a fault stands, or None."""
        return self._standings.get(fault_id)

    def add(self, fault: Fault, now: datetime) -> Standing:
        """Set a fault up; one of the same id is replaced in its place and counts from nothing."""
        self._standings[fault.id] = Standing(fault, now)
        return self._standings[fault.id]

    def remove(self, fault_id: str) -> bool:
        """Take a fault down; tell whether it was there."""
        return self._standings.pop(fault_id, None) is not None

    def drop_over(self, now: datetime) -> None:
        """Take down the faults whose time is over."""
        for standing in self:
            if standing.is_over(now):
                del self._standings[standing.fault.id]

    def decide(self, asked: AskedRequest, *, key: str, now: datetime, is_outranked: bool = False) -> Decision | None:
        """Count a request and return what happens to it, if anything does.

        Every fault counts and decides for itself, whatever happens to the request: so what one fault does, does not
        depend on the others. A request whose fault comes from elsewhere is counted, and nothing happens to it here.
        """
        happening: Decision | None = None
        self.drop_over(now)
        for standing in self:
            found = self._consider(standing, asked, key, now)
            if found is not None and happening is None and not is_outranked:
                standing.fired += 1
                happening = found
        return happening

    def _consider(self, standing: Standing, asked: AskedRequest, key: str, now: datetime) -> Decision | None:
        fault, when = standing.fault, standing.fault.when
        if not when.is_open((now - standing.since).total_seconds()) or not fault.pattern.holds_for(asked):
            return None
        standing.matched += 1
        resource, n = _count(standing, asked)
        chance = draw(
            seed=self.seed,
            fault_id=fault.id,
            key=key,
            operation_id=asked.operation_id,
            resource=resource,
            n=n,
        )
        if not when.admits(n, chance) or (when.until_key_changes and not _has_same_key(standing, asked)):
            return None
        return Decision(fault, n, chance)


def _count(standing: Standing, asked: AskedRequest) -> tuple[str, int]:
    """Return the resource that a request is counted for, by a name that every run gives it, and its number.

    The ids of bulk operations are new in each run, so a resource is named by the order in which it was first seen.
    """
    if standing.fault.when.per == "key":
        return "", standing.matched
    sight = name_of(asked.operation_id, asked.resource)
    if sight not in standing.ordinals and len(standing.ordinals) >= MAX_RESOURCES:
        sight = ""
    name = standing.ordinals.setdefault(sight, str(len(standing.ordinals) + 1))
    standing.by_resource[name] += 1
    return name, standing.by_resource[name]


def _has_same_key(standing: Standing, asked: AskedRequest) -> bool:
    """Tell whether a request carries the API key of the first one; kept is what tells keys apart, not the key."""
    seen = blake2b(asked.credential.encode(errors="surrogatepass"), digest_size=16).digest()
    standing.credential = standing.credential or seen
    return seen == standing.credential
