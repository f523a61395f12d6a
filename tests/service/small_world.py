"""A fake without a web, on a clock that is moved by hand, and short words for what the tests ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from mock_knock.domain.bulk_operation import Stage, Timeline
from mock_knock.domain.bulk_plan import BulkPlan
from mock_knock.domain.clock import Clock, ManualClock
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.user import Entity
from mock_knock.service import MockKnock, World
from mock_knock.service.bulk import identify_users, read_operation
from mock_knock.service.settling import settle
from mock_knock.store.memory import MemoryState

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "sk_test_abcdefghijkl"
UNKNOWN = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"


def numbered_ids() -> Callable[[], str]:
    """Return a source of ids that count up, in the form of a UUID v4 with letters in it."""
    numbers: Iterator[int] = count(0xABCDEF << 100)
    return lambda: str(UUID(int=next(numbers), version=4))


def new_knock(*, new_clock: Callable[[], Clock] = lambda: ManualClock(START), **options: Any) -> MockKnock:
    """Return a fake whose worlds each have a manual clock of their own."""
    return MockKnock(new_state=MemoryState, new_clock=new_clock, new_id=numbered_ids(), **options)


def plan(queued: Stage, processing: Stage, **how: Any) -> Scenario:
    """Return a scenario with these two stages."""
    return Scenario(bulk=BulkPlan(Timeline(queued, processing), **how))


def batch(*ids: str, **properties: Any) -> list[dict[str, Any]]:
    """Return users with these ids, all with the same properties."""
    return [{"id": each, **properties} for each in ids]


def users(world: World) -> dict[str, Entity]:
    """Return the users and objects of a world by their ids, as they were settled last."""
    return {entity.id: entity for entity in world.state.recipients()}


def identify(world: World, *ids: str, **properties: Any) -> str:
    """Identify users in bulk and return the id of the operation."""
    operation, _ = identify_users(world, batch(*ids, **properties))
    return operation.id


def finish(world: World, operation_id: str) -> None:
    """Poll an operation of the default timeline to its end and settle it."""
    for _ in range(3):
        read_operation(world, operation_id)
    settle(world)
