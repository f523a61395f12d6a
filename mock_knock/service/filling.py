"""How the facts of a seed get into a world that is empty."""

from __future__ import annotations

from datetime import datetime

from mock_knock.domain.message import Message
from mock_knock.domain.recipient import RecipientKey, Reference
from mock_knock.domain.seed import Seed, SeededMessage, SeededOperation, SeededRun
from mock_knock.domain.subscription import Subscription
from mock_knock.domain.trigger import RecipientRun, TriggerRequest, WorkflowRun
from mock_knock.domain.user import identify
from mock_knock.domain.workflow import Catalog, Workflow
from mock_knock.domain.workflow_run import RunRecord
from mock_knock.store.protocol import OperationRecord, WorldState


def fill(state: WorldState, seed: Seed, now: datetime) -> None:
    """Write the facts of a seed into empty ones; what says nothing of its time is of now."""
    people = [(RecipientKey(each.row["id"]), each) for each in seed.users]
    things = [(RecipientKey(each.row["id"], each.row["collection"]), each) for each in seed.objects]
    for key, each in (*people, *things):
        state.put_recipient(identify(None, key, each.row, each.updated_at or now))
    for each in seed.tenants:
        state.put_tenant(identify(None, RecipientKey(each.row["id"]), each.row, each.updated_at or now))
    for one in seed.subscriptions:
        made, changed = one.inserted_at or now, one.updated_at or one.inserted_at or now
        state.put_subscription(Subscription(one.object, one.recipient, one.properties, made, changed))
    for operation in seed.bulk_operations:
        _put_operation(state, operation, operation.inserted_at or now)
    for run in seed.runs:
        _put_run(state, run, seed.catalog, run.inserted_at or now)
    for message in seed.messages:
        _put_message(state, message)


def _put_operation(state: WorldState, seeded: SeededOperation, at: datetime) -> None:
    polls = () if seeded.course is None else seeded.course.polls
    record = OperationRecord(seeded.facts(at), polls, seeded.settled_rows)
    state.put_operation(record, is_settled=seeded.settled_rows == len(seeded.rows))


def _put_run(state: WorldState, seeded: SeededRun, catalog: Catalog, at: datetime) -> None:
    """Write a run; one that does not continue stands without steps."""
    workflow = catalog.workflows.get(seeded.workflow, Workflow(seeded.workflow))
    if not seeded.continues:
        workflow = Workflow(workflow.key, workflow.name, categories=workflow.categories)
    recipients = (*(each.recipient for each in seeded.recipient_runs), *seeded.unknown)
    request = TriggerRequest(
        workflow=seeded.workflow,
        recipients=tuple(Reference(each) for each in recipients),
        actor=None if seeded.actor is None else Reference(seeded.actor),
        tenant=None if seeded.tenant is None else Reference(RecipientKey(seeded.tenant)),
        data=seeded.data,
        cancellation_key=seeded.cancellation_key,
        settings=seeded.settings,
    )
    runs = tuple(
        RecipientRun(each.id, each.recipient, (seeded.data or {}) if each.data is None else each.data)
        for each in seeded.recipient_runs
    )
    run = WorkflowRun(
        id=seeded.id,
        request=request,
        workflow=workflow,
        inserted_at=at,
        recipient_runs=runs,
        unknown=seeded.unknown,
        unknown_actor=seeded.actor if seeded.is_actor_unknown else None,
    )
    state.add_run(run)
    for found, each in zip(runs, seeded.recipient_runs, strict=True):
        state.put_record(RunRecord(run, found, state.record_count(), each.events, each.cancelled_at))
        for alias in each.aliases:
            state.add_alias(alias, found.id)


def _put_message(state: WorldState, seeded: SeededMessage) -> None:
    """Write a message; one that says nothing of its time is as old as its run."""
    record = state.record(seeded.recipient_run_id)
    if record is not None:
        state.add_message(
            Message(
                id=seeded.id,
                number=state.message_count(),
                record=record,
                step_ref=seeded.step_ref,
                channel=seeded.channel,
                status=seeded.status,
                inserted_at=seeded.inserted_at or record.run.inserted_at,
                snapshot=seeded.snapshot,
            )
        )
