"""A seed: the facts that a world begins with, and the form in which its state is written down.

Instants that are None are those of the world's beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mock_knock.domain.bulk_operation import BulkOperation, Stage, Status, Timeline, Transition
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.channel import Channel
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.workflow import Catalog
from mock_knock.domain.workflow_run import StepOutcome
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class SeededEntity:
    """A user, object or tenant: `row` is what would identify it in a request, with its preferences and channel data."""

    row: Row
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeededSubscription:
    """That a recipient gets what is triggered for an object."""

    object: RecipientKey
    recipient: RecipientKey
    properties: Mapping[str, JsonValue] | None = None
    inserted_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How a bulk operation goes on: everything that its state follows from, beside its rows.

    Attributes:
        timeline: how long its stages last.
        fails_at: the number of rows after which it fails, or None.
        stalls_at: the number of rows after which it goes no further, or None.
        polls: the instants of its polls, ascending.
        transitions: the pushes it got.
        settled_rows: how many of its rows have had their effect already.
    """

    timeline: Timeline = Timeline()
    fails_at: int | None = None
    stalls_at: int | None = None
    polls: tuple[datetime, ...] = ()
    transitions: tuple[Transition, ...] = ()
    settled_rows: int = 0


@dataclass(frozen=True, slots=True)
class SeededOperation:
    """A bulk operation.

    Without a `course` it stays in its `status` until it is pushed; with one, its status follows and `status` is None.
    """

    id: str
    name: str
    status: Status | None = None
    rows: tuple[Row, ...] = ()
    failing_rows: tuple[int, ...] = ()
    inserted_at: datetime | None = None
    course: Course | None = None

    @property
    def settled_rows(self) -> int:
        """How many rows have had their effect; of an operation that is over from the beginning none will have any."""
        if self.course is not None:
            return self.course.settled_rows
        return len(self.rows) if self.status in {Status.COMPLETED, Status.FAILED} else 0

    def facts(self, inserted_at: datetime) -> BulkOperation:
        """Return the operation itself, inserted at this instant."""
        course = self.course or _staying(self.status, inserted_at)
        return BulkOperation(
            id=self.id,
            name=self.name,
            inserted_at=inserted_at,
            rows=self.rows,
            timeline=course.timeline,
            failing_rows=self.failing_rows,
            fails_at=course.fails_at,
            stalls_at=course.stalls_at,
            transitions=course.transitions,
        )


def _staying(status: Status | None, at: datetime) -> Course:
    """Return the course of an operation that is in a state from the beginning and for ever."""
    pushes = () if status is None or status is Status.QUEUED else (Transition(status, at, 0),)
    return Course(Timeline(Stage(), Stage()), transitions=pushes)


@dataclass(frozen=True, slots=True)
class SeededRecipientRun:
    """The run of one recipient, which is found by its `aliases`, too; `data` of None is that of the trigger."""

    id: str
    recipient: RecipientKey
    data: Mapping[str, JsonValue] | None = None
    events: tuple[StepOutcome, ...] = ()
    cancelled_at: datetime | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeededRun:
    """An accepted trigger. Unless it `continues`, nothing more is done for it, whatever steps the workflow has."""

    id: str
    workflow: str
    recipient_runs: tuple[SeededRecipientRun, ...] = ()
    actor: RecipientKey | None = None
    tenant: str | None = None
    data: Mapping[str, JsonValue] | None = None
    cancellation_key: str | None = None
    settings: Mapping[str, JsonValue] | None = None
    inserted_at: datetime | None = None
    continues: bool = False
    unknown: tuple[RecipientKey, ...] = ()
    is_actor_unknown: bool = False


@dataclass(frozen=True, slots=True)
class SeededMessage:
    """A message that a recipient's run made at one of its steps."""

    id: str
    recipient_run_id: str
    channel: Channel
    status: str
    step_ref: str
    inserted_at: datetime | None = None
    snapshot: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class SeededKey:
    """An API key and the environment it belongs to; one that is revoked opens nothing any more."""

    key: str
    environment: str
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Seed:
    """Facts that are there before the first request.

    Attributes:
        now: the instant at which a world begins; None is that of its first request.
        catalog: workflows and channels.
        users: in the order in which they were identified.
        objects: the same, with their collection.
        tenants: the same.
        subscriptions: oldest first for each object.
        bulk_operations: oldest first.
        runs: oldest first.
        messages: oldest first.
        keys: all there are; without any, each key has an environment of its own.
    """

    now: datetime | None = None
    catalog: Catalog = Catalog()
    users: tuple[SeededEntity, ...] = ()
    objects: tuple[SeededEntity, ...] = ()
    tenants: tuple[SeededEntity, ...] = ()
    subscriptions: tuple[SeededSubscription, ...] = ()
    bulk_operations: tuple[SeededOperation, ...] = ()
    runs: tuple[SeededRun, ...] = ()
    messages: tuple[SeededMessage, ...] = ()
    keys: tuple[SeededKey, ...] = ()
