"""What a store must offer: the facts of one world, without any rule about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from types import EllipsisType
from typing import NamedTuple, Protocol

from mock_knock.domain.bulk_course import Snapshot
from mock_knock.domain.bulk_operation import BulkOperation
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.message import Message
from mock_knock.domain.pending_user import Times
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.subscription import Subscription
from mock_knock.domain.trigger import WorkflowRun
from mock_knock.domain.user import Entity
from mock_knock.domain.workflow_run import RunRecord


class OperationRecord(NamedTuple):
    """A bulk operation, the instants of its polls, and how many of its rows are in the user table already.

    `outcome` is how it has ended, once somebody has seen it. A tuple, because each look at an operation under way makes
    one.
    """

    operation: BulkOperation
    polls: Sequence[datetime] = ()
    settled_rows: int = 0
    outcome: Snapshot | None = None


class WorldState(Protocol):
    """The facts of one world; callers hold the world's lock."""

    def operation(self, operation_id: str) -> OperationRecord | None:
        """Return a bulk operation, or None."""
        ...

    def operations(self) -> Iterable[OperationRecord]:
        """Return all bulk operations, oldest first."""
        ...

    def latest_operation(self) -> BulkOperation | None:
        """Return the bulk operation that was added last, as long as it is not settled."""
        ...

    def unsettled(self) -> Iterable[OperationRecord]:
        """Return the operations whose rows are not all in the user table, oldest first."""
        ...

    def unsettled_rows(self) -> int:
        """Return how many rows have not had their effect yet, those of operations that never end included."""
        ...

    def take_due_operations(self, now: datetime) -> Sequence[OperationRecord]:
        """Return the unsettled operations in which something may have changed, oldest first.

        These are those that were polled or pushed, those whose instant has come, and those without one. Whoever takes
        them puts them back.
        """
        ...

    def add_operation(self, operation: BulkOperation, *, due: datetime | EllipsisType | None = ...) -> None:
        """Add a new bulk operation, which nobody has polled; `due` as for `put_operation`."""
        ...

    def put_operation(
        self, record: OperationRecord, *, is_settled: bool = False, due: datetime | EllipsisType | None = ...
    ) -> None:
        """Add or replace a bulk operation.

        `is_settled` says that no further row will be processed, `due` when one may be, if at all; it may be at once
        where nothing is said.
        """
        ...

    def add_poll(self, operation_id: str, at: datetime) -> None:
        """Remember that an operation was polled."""
        ...

    def add_outcome(self, operation_id: str, outcome: Snapshot) -> None:
        """Remember how an operation has ended, which does not change any more."""
        ...

    def has_recipient(self, key: RecipientKey) -> bool:
        """Tell whether there is a user or an object."""
        ...

    def recipient(self, key: RecipientKey) -> Entity | None:
        """Return a user or an object, or None."""
        ...

    def identify_users(self, rows: Sequence[Row], times: Times, indexes: Sequence[int]) -> None:
        """Merge rows into the users they name, one after the other; `indexes` are the numbers of the rows in `times`.

        What comes of it is made when somebody looks at a user.
        """
        ...

    def unknown_users(self, ids: Iterable[str]) -> AbstractSet[str]:
        """Return which of these ids are those of no user."""
        ...

    def expect_users(self, ids: Iterable[str]) -> None:
        """Give users their places in the order of all, who are identified before anything else happens."""
        ...

    def recipients(self) -> Iterable[Entity]:
        """Return all users and objects in the order in which they were first identified."""
        ...

    def put_recipient(self, entity: Entity) -> None:
        """Add or replace a user or an object."""
        ...

    def remove_recipient(self, key: RecipientKey) -> None:
        """Forget a user or an object with its subscriptions; one that is not there is no error."""
        ...

    def tenant(self, tenant_id: str) -> Entity | None:
        """Return a tenant, or None."""
        ...

    def tenants(self) -> Iterable[Entity]:
        """Return all tenants in the order in which they were created."""
        ...

    def put_tenant(self, entity: Entity) -> None:
        """Add or replace a tenant."""
        ...

    def subscription(self, object_: RecipientKey, recipient: RecipientKey) -> Subscription | None:
        """Return a subscription, or None."""
        ...

    def subscriptions(self) -> Iterable[Subscription]:
        """Return all subscriptions, object by object in the order in which they were made."""
        ...

    def subscribers(self, object_: RecipientKey) -> Iterable[RecipientKey]:
        """Return who subscribes to an object, in the order in which they did."""
        ...

    def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace a subscription."""
        ...

    def remove_subscription(self, subscription: Subscription) -> None:
        """Forget a subscription; one that is not there is no error."""
        ...

    def record(self, recipient_run_id: str) -> RunRecord | None:
        """Return a recipient's run by its id or an alias, or None."""
        ...

    def records(self) -> Sequence[RunRecord]:
        """Return all recipients' runs, ascending by number."""
        ...

    def record_count(self) -> int:
        """Return how many recipients' runs there are, which is the number of the next one."""
        ...

    def take_due_records(self, now: datetime) -> Sequence[RunRecord]:
        """Return the runs with a step that is due, ascending by its instant; whoever takes them puts them back."""
        ...

    def add_alias(self, alias: str, recipient_run_id: str) -> None:
        """Let a recipient's run be found by another name as well."""
        ...

    def aliases(self) -> Mapping[str, str]:
        """Return the ids of recipients' runs by their other names."""
        ...

    def put_record(self, record: RunRecord) -> None:
        """Add or replace a recipient's run."""
        ...

    def message(self, message_id: str) -> Message | None:
        """Return a message, or None."""
        ...

    def messages(self) -> Sequence[Message]:
        """Return all messages, ascending by number."""
        ...

    def message_count(self) -> int:
        """Return how many messages there ever were, which is the number of the next one."""
        ...

    def add_message(self, message: Message) -> None:
        """Remember a message, in place of one with its id."""
        ...

    def add_run(self, run: WorkflowRun, *, has_records: bool = True) -> None:
        """Remember an accepted trigger; without records its recipients' runs get theirs when somebody looks at them."""
        ...

    def runs(self) -> Iterable[WorkflowRun]:
        """Return all accepted triggers, oldest first."""
        ...
