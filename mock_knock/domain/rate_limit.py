"""Rate limits: so many requests a second, for each operation of an environment (FACTS section 4).

How Knock counts is not documented; here a request is admitted when fewer than the limit were in the second before it.
Beside it bulk requests may change each entity once a second.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

REQUESTS_A_SECOND: Final[Mapping[int, int]] = MappingProxyType({1: 1, 2: 5, 3: 60, 4: 200, 5: 1_000})
"""By tier."""
WINDOW: Final = timedelta(seconds=1)


class RateLimits:
    """The requests of the last second by operation, and the entities that bulk requests changed in it."""

    def __init__(self) -> None:
        self._admitted: dict[str, deque[datetime]] = {}
        self._updated: OrderedDict[str, datetime] = OrderedDict()

    def admit(self, operation_id: str, tier: int, now: datetime) -> bool:
        """Tell whether a request may go on, and count it if so; one that may not is not counted."""
        recent = self._admitted.setdefault(operation_id, deque())
        while recent and now - recent[0] >= WINDOW:
            recent.popleft()
        if len(recent) >= REQUESTS_A_SECOND[tier]:
            return False
        recent.append(now)
        return True

    def count_updates(self, ids: Iterable[str], now: datetime) -> frozenset[str]:
        """Count whom a bulk request changes now, and return who is not: another one did so less than a second ago.

        One request may name an entity more than once (our choice).
        """
        while self._updated and now - next(iter(self._updated.values())) >= WINDOW:
            self._updated.popitem(last=False)
        asked = frozenset(ids)
        refused = asked & self._updated.keys()
        self._updated.update(dict.fromkeys(asked - refused, now))
        return refused
