"""MockKnock: the use cases of the fake, on worlds that know nothing of each other (one for each API key)."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import merge
from threading import Lock, RLock
from typing import TypeAlias

from mock_knock.domain.bulk_operation import (
    RANK,
    BulkOperation,
    Snapshot,
    Status,
    Transition,
    observe,
    processed_instants,
)
from mock_knock.domain.clock import Clock
from mock_knock.domain.journal import Journal
from mock_knock.domain.recipient import InlineIdentity, RecipientKey
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.user import identify
from mock_knock.domain.workflow import TriggerRequest, WorkflowRun, inline_identities, parse_trigger, plan_run
from mock_knock.errors import MockKnockError
from mock_knock.messages import JsonValue
from mock_knock.redact import mask_key
from mock_knock.store.protocol import OperationRecord, WorldState

MAX_WORLDS = 1_000
BULK_IDENTIFY = "users.identify"
"""The name Knock gives the bulk operation of an identify (FACTS section 6)."""

_Identification: TypeAlias = tuple[datetime, Mapping[str, JsonValue]]

log = logging.getLogger("mock_knock")


class ResourceMissing(MockKnockError):
    """What a request names does not exist in this world."""


class TransitionRefused(MockKnockError):
    """A bulk operation cannot go to the state it was pushed to."""


@dataclass(slots=True)
class World:
    """Everything that belongs to one API key: facts, clock, scenario, journal; `lock` guards all of it."""

    key: str
    clock: Clock
    scenario: Scenario
    state: WorldState
    journal: Journal = field(default_factory=Journal)
    lock: RLock = field(default_factory=RLock)


class MockKnock:
    """The fake, without a web in front of it.

    Args:
        new_state: makes the empty facts of a world.
        new_clock: makes the clock of a world.
        new_id: returns a fresh UUID v4 as text.
        scenario: how every world behaves until it is told otherwise.
        max_worlds: how many worlds are kept; the longest idle goes first.
    """

    def __init__(
        self,
        *,
        new_state: Callable[[], WorldState],
        new_clock: Callable[[], Clock],
        new_id: Callable[[], str],
        scenario: Scenario = Scenario(),  # noqa: B008  # frozen
        max_worlds: int = MAX_WORLDS,
    ) -> None:
        self._new_state = new_state
        self._new_clock = new_clock
        self._scenario = scenario
        self._max_worlds = max_worlds
        self._worlds: OrderedDict[str, World] = OrderedDict()
        self._lock = Lock()
        self.new_id = new_id

    def world(self, key: str) -> World:
        """Return the world of an API key; it begins with the first request."""
        with self._lock:
            world = self._worlds.get(key)
            if world is None:
                world = World(key, self._new_clock(), self._scenario, self._new_state())
                self._worlds[key] = world
                self._drop_idle_worlds()
            self._worlds.move_to_end(key)
            return world

    def reset(self, world: World) -> None:
        """Put a world back to its beginning: facts, clock, scenario and journal."""
        with world.lock:
            world.state = self._new_state()
            world.clock = self._new_clock()
            world.scenario = self._scenario
            world.journal.clear()

    def reset_all(self) -> None:
        """Put every world back to its beginning."""
        with self._lock:
            worlds = tuple(self._worlds.values())
        for world in worlds:
            self.reset(world)

    def identify_users(self, world: World, users: Sequence[Mapping[str, JsonValue]]) -> tuple[BulkOperation, Snapshot]:
        """Accept a bulk identify and return its operation as it stands at once."""
        with world.lock:
            now, plan = world.clock.now(), world.scenario.bulk
            operation = BulkOperation(
                id=self.new_id(),
                name=BULK_IDENTIFY,
                inserted_at=now,
                rows=tuple(users),
                timeline=plan.timeline,
                failing_rows=plan.failing_rows(users),
                fails_at=plan.fails_after(users),
            )
            world.state.put_operation(OperationRecord(operation))
            return operation, observe(operation, now, ())

    def read_operation(
        self, world: World, operation_id: str, *, is_poll: bool = True
    ) -> tuple[BulkOperation, Snapshot]:
        """Return a bulk operation as it is seen now; a poll counts towards its timeline.

        Raises:
            ResourceMissing: there is no such operation in this world.
        """
        with world.lock:
            record, now = self._record(world, operation_id), world.clock.now()
            snapshot = observe(record.operation, now, record.polls)
            if is_poll and RANK[snapshot.status] < RANK[Status.COMPLETED]:
                self._settle_until(world, now)
                world.state.add_poll(record.operation.id, now)
            return record.operation, snapshot

    def push_operation(self, world: World, operation_id: str, to: Status) -> tuple[BulkOperation, Snapshot]:
        """Push a bulk operation to a later state.

        Raises:
            ResourceMissing: there is no such operation in this world.
            TransitionRefused: the operation is in that state already, past it, or at its end.
        """
        with world.lock:
            now = world.clock.now()
            self._settle_until(world, now)
            record = self._record(world, operation_id)
            current = observe(record.operation, now, record.polls).status
            if RANK[to] <= RANK[current]:
                raise TransitionRefused(
                    "transition-refused",
                    f"a bulk operation that is {current} cannot become {to}",
                    where=operation_id,
                    hint="states only move forward: queued, processing, then completed or failed",
                )
            push = Transition(to, now, len(record.polls))
            operation = replace(record.operation, transitions=(*record.operation.transitions, push))
            world.state.put_operation(replace(record, operation=operation))
            return operation, observe(operation, now, record.polls)

    def trigger_workflow(self, world: World, workflow: str, body: Mapping[str, JsonValue]) -> WorkflowRun:
        """Accept a trigger: identify whoever is inline, then record one run."""
        with world.lock:
            request = parse_trigger(workflow, body)
            now = self.settle(world)
            self._identify_inline(world, request, now)
            run = plan_run(
                request,
                run_id=self.new_id(),
                now=now,
                is_known=lambda key: world.state.recipient(key) is not None,
            )
            world.state.add_run(run)
            return run

    def settle(self, world: World) -> datetime:
        """Bring the user table up to now, identify the users of all rows processed since the last time, and return now.

        Rows of several operations are taken in the order of their instants: the table is the same whenever it is read.
        Polls and pushes settle what was there before them, so that those of one instant keep their order too.
        """
        with world.lock:
            now = world.clock.now()
            self._settle_until(world, now)
            return now

    def _settle_until(self, world: World, now: datetime) -> None:
        due = merge(*[self._settle_operation(world, record, now) for record in world.state.unsettled()], key=_instant)
        for at, row in due:
            existing = world.state.recipient(RecipientKey(row["id"]))
            world.state.put_recipient(identify(existing, row["id"], row, at))

    def _settle_operation(self, world: World, record: OperationRecord, now: datetime) -> list[_Identification]:
        operation = record.operation
        snapshot = observe(operation, now, record.polls)
        has_ended = RANK[snapshot.status] == RANK[Status.COMPLETED]
        rows = range(record.settled_rows, snapshot.processed_rows)
        if not rows and not has_ended:
            return []
        failed = frozenset(snapshot.error_rows)
        instants = processed_instants(operation, now, record.polls, rows)
        settled = replace(record, settled_rows=snapshot.processed_rows)
        world.state.put_operation(settled, is_settled=has_ended)
        return [(at, operation.rows[row]) for row, at in zip(rows, instants, strict=True) if row not in failed]

    def _identify_inline(self, world: World, request: TriggerRequest, now: datetime) -> None:
        for recipient in inline_identities(request):
            key = recipient.key
            properties = {**recipient.properties, "collection": key.collection}
            existing = world.state.recipient(key)
            world.state.put_recipient(identify(existing, key.id, properties, now))
        if request.tenant is not None:
            tenant = request.tenant
            properties = dict(tenant.properties) if isinstance(tenant, InlineIdentity) else {}
            existing = world.state.tenant(tenant.key.id)
            if existing is None or properties:
                world.state.put_tenant(identify(existing, tenant.key.id, properties, now))

    def _record(self, world: World, operation_id: str) -> OperationRecord:
        record = world.state.operation(operation_id.lower())
        if record is None:
            raise ResourceMissing("resource_missing", "The bulk operation does not exist", where=operation_id)
        return record

    def _drop_idle_worlds(self) -> None:
        while len(self._worlds) > self._max_worlds:
            key, _ = self._worlds.popitem(last=False)
            log.warning("more than %d API keys: forgot the world of %s", self._max_worlds, mask_key(key))


def _instant(due: _Identification) -> datetime:
    return due[0]
