"""The envelope of a fault: to whom it happens, when, and what happens; and the decision whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from mock_knock.domain.faults.answer import AnswerFault
from mock_knock.domain.faults.body import BodyFault
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.delay import Delay
from mock_knock.domain.faults.wire import WireFault
from mock_knock.domain.matching import RequestPattern


@dataclass(frozen=True, slots=True)
class When:
    """Which of the matching requests a fault happens to; every condition counts.

    Attributes:
        nth: their numbers, counted from 1; none is all.
        first: only so many from the beginning.
        every: each so-many-th.
        probability: how likely it is, from 0 to 1.
        after_count: only once so many have matched; the numbers above begin there.
        after_seconds: only so long after the fault was set up, on the clock of its world.
        lasting: only for so many seconds from then on; None is for ever.
        until_key_changes: only while requests carry the API key of the first one it happened to.
        per: whether requests are counted together or for each resource alone.
    """

    nth: tuple[int, ...] = ()
    first: int | None = None
    every: int | None = None
    probability: float = 1.0
    after_count: int = 0
    after_seconds: float = 0.0
    lasting: float | None = None
    until_key_changes: bool = False
    per: Literal["key", "resource"] = "key"

    def admits(self, n: int, chance: float) -> bool:
        """Tell whether a fault happens to the n-th matching request; time and key aside."""
        number = n - self.after_count
        return (
            number > 0
            and (not self.nth or number in self.nth)
            and (self.first is None or number <= self.first)
            and (self.every is None or number % self.every == 0)
            and chance < self.probability
        )

    def is_open(self, seconds: float) -> bool:
        """Tell whether a fault can happen so many seconds after it was set up."""
        since = seconds - self.after_seconds
        return since >= 0 and (self.lasting is None or since < self.lasting)


@dataclass(frozen=True, slots=True)
class Action:
    """What happens.

    `when_committed` says whether the state changes first, `ignored` which headers of the request do not count.

    A header of None is taken out.
    """

    answer: AnswerFault | None = None
    delay: Delay | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: BodyFault | None = None
    content_type: str | None = None
    wire: WireFault | None = None
    bulk: BulkFault | None = None
    when_committed: Literal["before", "after"] = "before"
    ignored: tuple[str, ...] = ()

    @property
    def prevents(self) -> bool:
        """Whether the request is not carried out at all."""
        is_replaced = self.answer is not None or (self.wire is not None and not self.wire.delivers)
        return is_replaced and self.when_committed == "before"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: requests that match `pattern` and `when` get what `do` says, until it is gone after `ttl` seconds."""

    id: str
    do: Action
    pattern: RequestPattern = RequestPattern()
    when: When = When()
    ttl: float | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """That a fault happens to the n-th request that matched it, with the number from 0 to 1 that its chance is."""

    fault: Fault
    n: int
    chance: float


def draw(*, seed: int, fault_id: str, key: str, operation_id: str, resource: str, n: int) -> float:
    """Return the chance of one request: a number from 0 to 1 that depends on nothing but the arguments.

    FAULTS section 3: so what happens to one client does not depend on what others do, and a seed repeats it.
    """
    told = "\x00".join((str(seed), fault_id, key, operation_id, resource, str(n)))
    drawn = int.from_bytes(blake2b(told.encode(errors="surrogatepass"), digest_size=7).digest())
    return (drawn >> 3) / 2**53  # as many bits as a float has, so that it is never rounded up to 1
