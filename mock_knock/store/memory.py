"""A store in dictionaries: the fastest one, gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from heapq import heappop, heappush
from types import EllipsisType

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
from mock_knock.store.agenda import Agenda
from mock_knock.store.protocol import OperationRecord
from mock_knock.store.user_table import UserTable


class MemoryState:
    """The facts of one world in memory; see `WorldState` for what each method promises."""

    def __init__(self) -> None:
        self._operations: dict[str, OperationRecord] = {}
        self._agenda = Agenda()
        self._users = UserTable()
        self._objects: dict[RecipientKey, Entity] = {}
        self._tenants: dict[str, Entity] = {}
        self._runs: list[WorkflowRun] = []
        self._unrecorded: list[WorkflowRun] = []
        self._records: dict[str, RunRecord] = {}
        self._subscriptions: dict[RecipientKey, dict[RecipientKey, Subscription]] = {}
        self._aliases: dict[str, str] = {}
        self._waiting: list[tuple[datetime, int, str]] = []
        self._messages: dict[str, Message] = {}
        self._message_count = 0

    def operation(self, operation_id: str) -> OperationRecord | None:
        """Return a bulk operation, or None."""
        return self._operations.get(operation_id)

    def operations(self) -> Iterable[OperationRecord]:
        """Return all bulk operations, oldest first."""
        return tuple(self._operations.values())

    def latest_operation(self) -> BulkOperation | None:
        """Return the bulk operation that was added last, as long as it is not settled."""
        latest = self._agenda.latest
        return None if latest is None else self._operations[latest].operation

    def unsettled(self) -> Iterable[OperationRecord]:
        """Return the operations whose rows are not all in the user table, oldest first."""
        return tuple(self._operations[operation_id] for operation_id in self._agenda)

    def unsettled_rows(self) -> int:
        """Return how many rows have not had their effect yet."""
        return self._agenda.rows

    def take_due_operations(self, now: datetime) -> Sequence[OperationRecord]:
        """Return the unsettled operations in which something may have changed, oldest first."""
        return [self._operations[operation_id] for operation_id in self._agenda.take_due(now)]

    def add_operation(self, operation: BulkOperation, *, due: datetime | EllipsisType | None = ...) -> None:
        """Add a new bulk operation."""
        self._operations[operation.id] = OperationRecord(operation, [])
        self._agenda.put(operation.id, len(operation.rows), due)

    def put_operation(
        self, record: OperationRecord, *, is_settled: bool = False, due: datetime | EllipsisType | None = ...
    ) -> None:
        """Add or replace a bulk operation."""
        operation_id = record.operation.id
        known = self._operations.get(operation_id)
        if known is None or known.polls is not record.polls:
            polls = list(record.polls) if known is None else known.polls
            record = OperationRecord(record.operation, polls, record.settled_rows, record.outcome)
        self._operations[operation_id] = record
        if is_settled:
            self._agenda.drop(operation_id)
        else:
            self._agenda.put(operation_id, len(record.operation.rows) - record.settled_rows, due)

    def add_poll(self, operation_id: str, at: datetime) -> None:
        """Remember that an operation was polled."""
        polls = self._operations[operation_id].polls
        if isinstance(polls, list):
            polls.append(at)
        self._agenda.touch(operation_id)

    def add_outcome(self, operation_id: str, outcome: Snapshot) -> None:
        """Remember how an operation has ended."""
        self._operations[operation_id] = self._operations[operation_id]._replace(outcome=outcome)

    def has_recipient(self, key: RecipientKey) -> bool:
        """Tell whether there is a user or an object."""
        return key.id in self._users if key.collection is None else key in self._objects

    def recipient(self, key: RecipientKey) -> Entity | None:
        """Return a user or an object, or None."""
        return self._users.get(key.id) if key.collection is None else self._objects.get(key)

    def identify_users(self, rows: Sequence[Row], times: Times, indexes: Sequence[int]) -> None:
        """Merge rows into the users they name, one after the other."""
        self._users.identify(rows, times, indexes)

    def unknown_users(self, ids: Iterable[str]) -> AbstractSet[str]:
        """Return which of these ids are those of no user."""
        return self._users.unknown(ids)

    def expect_users(self, ids: Iterable[str]) -> None:
        """Give users their places in the order of all."""
        self._users.expect(ids)

    def recipients(self) -> Iterable[Entity]:
        """Return all users, then all objects, each in the order in which they were first identified."""
        return (*self._users.entities(), *self._objects.values())

    def put_recipient(self, entity: Entity) -> None:
        """Add or replace a user or an object."""
        if entity.collection is None:
            self._users.put(entity)
        else:
            self._objects[entity.key] = entity

    def remove_recipient(self, key: RecipientKey) -> None:
        """Forget a user or an object with its subscriptions; one that is not there is no error."""
        if key.collection is None:
            self._users.remove(key.id)
        else:
            self._objects.pop(key, None)
        self._subscriptions.pop(key, None)
        for subscribed in self._subscriptions.values():
            subscribed.pop(key, None)

    def tenant(self, tenant_id: str) -> Entity | None:
        """Return a tenant, or None."""
        return self._tenants.get(tenant_id)

    def tenants(self) -> Iterable[Entity]:
        """Return all tenants in the order in which they were created."""
        return tuple(self._tenants.values())

    def put_tenant(self, entity: Entity) -> None:
        """Add or replace a tenant."""
        self._tenants[entity.id] = entity

    def subscription(self, object_: RecipientKey, recipient: RecipientKey) -> Subscription | None:
        """Return a subscription, or None."""
        return self._subscriptions.get(object_, {}).get(recipient)

    def subscriptions(self) -> Iterable[Subscription]:
        """Return all subscriptions, object by object in the order in which they were made."""
        return tuple(each for found in self._subscriptions.values() for each in found.values())

    def subscribers(self, object_: RecipientKey) -> Iterable[RecipientKey]:
        """Return who subscribes to an object, in the order in which they did."""
        return tuple(self._subscriptions.get(object_, ()))

    def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace a subscription."""
        self._subscriptions.setdefault(subscription.object, {})[subscription.recipient] = subscription

    def remove_subscription(self, subscription: Subscription) -> None:
        """Forget a subscription; one that is not there is no error."""
        self._subscriptions.get(subscription.object, {}).pop(subscription.recipient, None)

    def record(self, recipient_run_id: str) -> RunRecord | None:
        """Return a recipient's run by its id or an alias, or None."""
        self._record_runs()
        return self._records.get(self._aliases.get(recipient_run_id, recipient_run_id))

    def records(self) -> Sequence[RunRecord]:
        """Return all recipients' runs, ascending by number."""
        self._record_runs()
        return tuple(self._records.values())

    def record_count(self) -> int:
        """Return how many recipients' runs there are, which is the number of the next one."""
        self._record_runs()
        return len(self._records)

    def take_due_records(self, now: datetime) -> Sequence[RunRecord]:
        """Return the runs with a step that is due, ascending by its instant; whoever takes them puts them back."""
        found = []
        while self._waiting and self._waiting[0][0] <= now:
            due, _, id_ = heappop(self._waiting)
            if self._records[id_].next_due == due:
                found.append(self._records[id_])
        return found

    def add_alias(self, alias: str, recipient_run_id: str) -> None:
        """Let a recipient's run be found by another name as well."""
        self._aliases[alias] = recipient_run_id

    def aliases(self) -> Mapping[str, str]:
        """Return the ids of recipients' runs by their other names."""
        return dict(self._aliases)

    def put_record(self, record: RunRecord) -> None:
        """Add or replace a recipient's run."""
        self._records[record.recipient_run.id] = record
        if record.next_due is not None:
            heappush(self._waiting, (record.next_due, record.number, record.recipient_run.id))

    def message(self, message_id: str) -> Message | None:
        """Return a message, or None."""
        return self._messages.get(message_id)

    def messages(self) -> Sequence[Message]:
        """Return all messages, ascending by number."""
        return tuple(self._messages.values())

    def message_count(self) -> int:
        """Return how many messages there ever were, which is the number of the next one."""
        return self._message_count

    def add_message(self, message: Message) -> None:
        """Remember a message, in place of one with its id."""
        self._messages.pop(message.id, None)
        self._messages[message.id] = message
        self._message_count += 1

    def add_run(self, run: WorkflowRun, *, has_records: bool = True) -> None:
        """Remember an accepted trigger."""
        self._runs.append(run)
        if not has_records:
            self._unrecorded.append(run)

    def _record_runs(self) -> None:
        """Give the recipients' runs their records that have none yet."""
        waiting, self._unrecorded = self._unrecorded, []
        for run in waiting:
            for each in run.recipient_runs:
                self.put_record(RunRecord(run, each, len(self._records)))

    def runs(self) -> Iterable[WorkflowRun]:
        """Return all accepted triggers, oldest first."""
        return tuple(self._runs)
