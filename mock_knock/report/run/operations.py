"""What a run saw of each bulk operation: the request that started it, and the polls that have read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from mock_knock.harness.moments import MAX_PATH, Moment, ReadOperation, read_operation
from mock_knock.harness.result import StepResult
from mock_knock.messages import Exchange
from mock_knock.report.run.wording import path_of

FAULT_HEADER: Final = "X-Mock-Fault-Applied"
"""By which the fake says that it has applied a fault."""
MAX_SEEN: Final = 200
"""Requests of one operation that are looked at; of more, those that read what the one before did are left out."""
_POLL = re.compile(r"/bulk_operations/(?P<id>[^/?#]+)/?")


@dataclass(frozen=True, slots=True)
class SeenOperation:
    """A bulk operation: its requests with seconds since the first one, and how many they were before some went."""

    id: str
    moments: tuple[Moment, ...]
    count: int


def seen_operations(steps: Iterable[StepResult]) -> tuple[SeenOperation, ...]:
    """Return the operations in the order in which they came up; none whose instants are not known."""
    found: dict[str, list[tuple[Exchange, Moment]]] = {}
    for step in steps:
        read = _read(step.exchange)
        named = _POLL.search(path_of(step.exchange.request.url))
        name = read.id if read and read.id else named["id"] if named else ""
        if name and step.exchange.at is not None:
            found.setdefault(name, []).append((step.exchange, _moment(step.exchange, read)))
    return tuple(_seen(name, pairs) for name, pairs in found.items())


def _read(exchange: Exchange) -> ReadOperation | None:
    response = exchange.response
    return read_operation(response.body) if response and b"BulkOperation" in response.body else None


def _moment(exchange: Exchange, read: ReadOperation | None) -> Moment:
    request, response = exchange.request, exchange.response
    return Moment(
        at=0.0,
        method=request.method,
        path=path_of(request.url).partition("?")[0][:MAX_PATH],
        status=response.status if response else None,
        fault=(response.header(FAULT_HEADER) or "") if response else "",
        state=read.state if read else "",
        share=read.share if read else None,
    )


def _seen(name: str, pairs: Sequence[tuple[Exchange, Moment]]) -> SeenOperation:
    instants = [exchange.at for exchange, _ in pairs if exchange.at is not None]
    moments = [
        replace(moment, at=(at - instants[0]).total_seconds()) for at, (_, moment) in zip(instants, pairs, strict=True)
    ]
    return SeenOperation(name, tuple(_thinned(moments)), len(moments))


def _thinned(moments: Sequence[Moment]) -> list[Moment]:
    """Leave out what tells nothing new, and of the rest evenly, until few enough are left; the last one stays."""
    if len(moments) <= MAX_SEEN:
        return list(moments)
    kept = [moments[0], *(later for earlier, later in pairwise(moments) if replace(earlier, at=later.at) != later)]
    kept = kept[:: -(-len(kept) // MAX_SEEN)]
    return kept if kept[-1] is moments[-1] else [*kept, moments[-1]]
