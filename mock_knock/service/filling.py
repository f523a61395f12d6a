"""How the facts of a seed get into a world that is empty."""

from __future__ import annotations

from datetime import datetime

from mock_knock.domain.bulk_operation import BulkOperation, Stage, Status, Timeline, Transition
from mock_knock.domain.message import Message
from mock_knock.domain.recipient import RecipientKey, Reference
from mock_knock.domain.seed import Seed, SeededOperation, SeededRun
from mock_knock.domain.trigger import RecipientRun, TriggerRequest, WorkflowRun
from mock_knock.domain.user import identify
from mock_knock.domain.workflow import Catalog, Workflow
from mock_knock.domain.workflow_run import RunRecord
from mock_knock.store.protocol import OperationRecord, WorldState

_FOR_EVER = Timeline(Stage(), Stage())


def fill(state: WorldState, seed: Seed, now: datetime) -> None:
    """Write the facts of a seed into empty ones; what says nothing of its time is of now."""
    people = [(RecipientKey(each["id"]), each) for each in seed.users]
    things = [(RecipientKey(each["id"], each["collection"]), each) for each in seed.objects]
    for key, each in (*people, *things):
        state.put_recipient(identify(None, key, each, now))
    for each in seed.tenants:
        state.put_tenant(identify(None, RecipientKey(each["id"]), each, now))
    for operation in seed.bulk_operations:
        _put_operation(state, operation, operation.inserted_at or now)
    for run in seed.runs:
        _put_run(state, run, seed.catalog, run.inserted_at or now)


def _put_operation(state: WorldState, seeded: SeededOperation, at: datetime) -> None:
    pushes = () if seeded.status is Status.QUEUED else (Transition(seeded.status, at, 0),)
    failing = tuple(index for index, row in enumerate(seeded.rows) if row["id"] in seeded.error_ids)
    operation = BulkOperation(seeded.id, seeded.name, at, seeded.rows, _FOR_EVER, failing, None, pushes)
    state.put_operation(OperationRecord(operation, (), len(seeded.rows)), is_settled=True)


def _put_run(state: WorldState, seeded: SeededRun, catalog: Catalog, at: datetime) -> None:
    """Write a run that is over: its workflow stands without steps, since nothing more is done."""
    declared = catalog.workflows.get(seeded.workflow, Workflow(seeded.workflow))
    workflow = Workflow(seeded.workflow, declared.name, categories=declared.categories)
    recipient_run = RecipientRun(seeded.id, seeded.recipient, seeded.data or {})
    request = TriggerRequest(
        workflow=seeded.workflow,
        recipients=(Reference(seeded.recipient),),
        actor=None if seeded.actor is None else Reference(RecipientKey(seeded.actor)),
        tenant=None if seeded.tenant is None else Reference(RecipientKey(seeded.tenant)),
        data=seeded.data,
        cancellation_key=seeded.cancellation_key,
    )
    run = WorkflowRun(seeded.workflow_run_id, request, workflow, at, (recipient_run,))
    record = RunRecord(run, recipient_run, state.record_count())
    state.add_run(run)
    state.put_record(record)
    for alias in seeded.aliases:
        state.add_alias(alias, seeded.id)
    for each in seeded.messages:
        step = f"{each.channel.type}_step"
        number = state.message_count()
        state.add_message(Message(each.id, number, record, step, each.channel, each.status, at))
