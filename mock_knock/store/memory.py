"""A store in dictionaries: the fastest one, gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import Entity
from mock_knock.domain.workflow import WorkflowRun
from mock_knock.store.protocol import OperationRecord


class MemoryState:
    """The facts of one world in memory; see `WorldState` for what each method promises."""

    def __init__(self) -> None:
        self._operations: dict[str, OperationRecord] = {}
        self._polls: dict[str, list[datetime]] = {}
        self._unsettled: dict[str, None] = {}
        self._recipients: dict[RecipientKey, Entity] = {}
        self._tenants: dict[str, Entity] = {}
        self._runs: list[WorkflowRun] = []

    def operation(self, operation_id: str) -> OperationRecord | None:
        """Return a bulk operation, or None."""
        return self._operations.get(operation_id)

    def operations(self) -> Iterable[OperationRecord]:
        """Return all bulk operations, oldest first."""
        return tuple(self._operations.values())

    def unsettled(self) -> Iterable[OperationRecord]:
        """Return the operations whose rows are not all in the user table, oldest first."""
        return tuple(self._operations[operation_id] for operation_id in self._unsettled)

    def put_operation(self, record: OperationRecord, *, is_settled: bool = False) -> None:
        """Add or replace a bulk operation."""
        operation_id = record.operation.id
        polls = self._polls.setdefault(operation_id, list(record.polls))
        self._operations[operation_id] = replace(record, polls=polls)
        if is_settled:
            self._unsettled.pop(operation_id, None)
        else:
            self._unsettled[operation_id] = None

    def add_poll(self, operation_id: str, at: datetime) -> None:
        """Remember that an operation was polled."""
        self._polls[operation_id].append(at)

    def recipient(self, key: RecipientKey) -> Entity | None:
        """Return a user or an object, or None."""
        return self._recipients.get(key)

    def recipients(self) -> Iterable[Entity]:
        """Return all users and objects in the order in which they were first identified."""
        return tuple(self._recipients.values())

    def put_recipient(self, entity: Entity) -> None:
        """Add or replace a user or an object."""
        self._recipients[entity.key] = entity

    def remove_recipient(self, key: RecipientKey) -> None:
        """Forget a user or an object; one that is not there is no error."""
        self._recipients.pop(key, None)

    def tenant(self, tenant_id: str) -> Entity | None:
        """Return a tenant, or None."""
        return self._tenants.get(tenant_id)

    def tenants(self) -> Iterable[Entity]:
        """Return all tenants in the order in which they were created."""
        return tuple(self._tenants.values())

    def put_tenant(self, entity: Entity) -> None:
        """Add or replace a tenant."""
        self._tenants[entity.id] = entity

    def add_run(self, run: WorkflowRun) -> None:
        """Remember an accepted trigger."""
        self._runs.append(run)

    def runs(self) -> Iterable[WorkflowRun]:
        """Return all accepted triggers, oldest first."""
        return tuple(self._runs)
