"""Workflow runs: triggered, cancelled, and read back with the messages they made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from mock_knock.domain.filters import MessageFilter, RunFilter
from mock_knock.domain.message import Message
from mock_knock.domain.pages import Page, PageRequest, cut_page
from mock_knock.domain.pending_user import OneTime
from mock_knock.domain.recipient import InlineIdentity, RecipientKey, Reference
from mock_knock.domain.trigger import (
    TriggerRequest,
    WorkflowRun,
    forget_properties,
    inline_identities,
    parse_trigger,
    plan_run,
)
from mock_knock.domain.user import identify
from mock_knock.domain.workflow import Workflow
from mock_knock.domain.workflow_run import RETENTION, RunRecord
from mock_knock.messages import JsonValue
from mock_knock.service.errors import TriggerRefused, resource_missing
from mock_knock.service.settling import settle, settle_until
from mock_knock.service.world import World
from mock_knock.store.protocol import WorldState

Numbered = TypeVar("Numbered", RunRecord, Message)


def trigger_workflow(
    world: World, workflow: str, body: Mapping[str, JsonValue], *, has_flat_rows: bool = False
) -> WorkflowRun:
    """Accept a trigger: identify whoever is inline, then record one run.

    `has_flat_rows` says that inline recipients have no maps in them, where that is known.

    Raises:
        TriggerRefused: `workflow_inactive`; in a strict world also `workflow_missing` and `actor_missing`.
    """
    with world.lock:
        request = parse_trigger(workflow, body, has_flat_rows=has_flat_rows)
        now = settle(world)
        found = _find_workflow(world, workflow)
        _check_actor(world, request)
        _identify_inline(world, request, now)
        run = plan_run(
            forget_properties(request),
            found,
            run_id=world.new_id(),
            now=now,
            is_known=world.state.has_recipient,
            subscribers=world.state.subscribers,
            unknown_users=world.state.unknown_users,
        )
        _start(world, run, now)
        return run


def _start(world: World, run: WorkflowRun, now: datetime) -> None:
    """Begin a run; where its workflow has steps, those that are due are done at once."""
    world.state.add_run(run, has_records=bool(run.workflow.steps))
    if run.workflow.steps:
        for each in run.recipient_runs:
            world.state.put_record(RunRecord(run, each, world.state.record_count()))
        settle_until(world, now)


def cancel_runs(world: World, workflow: str, cancellation_key: str, recipients: Collection[RecipientKey] | None) -> int:
    """Cancel the runs of a workflow that wait and were triggered with a key, and return how many they are.

    Args:
        world: where they run.
        workflow: the key of the workflow, without which a cancellation key means nothing.
        cancellation_key: that of the trigger; several triggers can have the same.
        recipients: only their runs; None is everybody's.
    """
    with world.lock:
        now = settle(world)
        found = [
            record
            for record in world.state.records()
            if not record.is_over
            and (record.run.workflow.key, record.run.request.cancellation_key) == (workflow, cancellation_key)
            and (recipients is None or record.recipient_run.recipient in recipients)
        ]
        for record in found:
            world.state.put_record(replace(record, cancelled_at=now))
        return len(found)


def list_runs(world: World, wanted: RunFilter, request: PageRequest) -> Page[RunRecord]:
    """Return a page of the recipients' runs, newest first.

    Raises:
        CursorInvalid: a cursor does not have the form of one.
    """
    return _newest_first(world, lambda state: state.records(), wanted.admits, request)


def read_run(world: World, recipient_run_id: str) -> RunRecord:
    """Return a recipient's run as it is now.

    Raises:
        ResourceMissing: there is no such run.
    """
    names = (recipient_run_id, recipient_run_id.lower())  # an alias is no UUID
    return _find_kept(
        world, lambda state: state.record(names[0]) or state.record(names[1]), "workflow recipient run", names[0]
    )


def list_messages(world: World, wanted: MessageFilter, request: PageRequest) -> Page[Message]:
    """Return a page of the messages, newest first.

    Raises:
        CursorInvalid: a cursor does not have the form of one.
    """
    return _newest_first(world, lambda state: state.messages(), wanted.admits, request)


def read_message(world: World, message_id: str) -> Message:
    """Return a message.

    Raises:
        ResourceMissing: there is no such message.
    """
    return _find_kept(world, lambda state: state.message(message_id), "message", message_id)


def _newest_first(
    world: World,
    read: Callable[[WorldState], Sequence[Numbered]],
    admits: Callable[[Numbered], bool],
    request: PageRequest,
) -> Page[Numbered]:
    """Return a page of what is there now and admitted; it is read under the lock, since a reset replaces the state."""
    with world.lock:
        now = settle(world)
        found = [each for each in reversed(read(world.state)) if admits(each) and _is_kept(each, now)]
    return cut_page(found, request, lambda each: -each.number)


def _find_kept(world: World, find: Callable[[WorldState], Numbered | None], what: str, where: str) -> Numbered:
    """Return what is there now and can still be read."""
    with world.lock:
        now = settle(world)
        found = find(world.state)
    if found is None or not _is_kept(found, now):
        raise resource_missing(f"The {what}", where)
    return found


def _is_kept(each: RunRecord | Message, now: datetime) -> bool:
    """Tell whether a run or a message can still be read; a run that is not over can, and then its last event counts."""
    if isinstance(each, RunRecord):
        return not each.is_over or now - each.updated_at < RETENTION
    return now - each.inserted_at < RETENTION


def _find_workflow(world: World, key: str) -> Workflow:
    found = world.catalog.workflows.get(key)
    if found is None and world.rules.is_strict:
        raise TriggerRefused("workflow_missing", "The workflow does not exist in this environment", where=key)
    if found is not None and not found.is_active:
        raise TriggerRefused("workflow_inactive", "The workflow is not active", where="key")
    return found or _without_steps(key)


@lru_cache(maxsize=1_000)
def _without_steps(key: str) -> Workflow:
    return Workflow(key)


def _check_actor(world: World, request: TriggerRequest) -> None:
    actor = request.actor
    if world.rules.is_strict and isinstance(actor, Reference) and world.state.recipient(actor.key) is None:
        raise TriggerRefused("actor_missing", "The actor has not been identified", where="actor")


def _identify_inline(world: World, request: TriggerRequest, now: datetime) -> None:
    for each in (request.actor,) if request.users else inline_identities(request):
        if isinstance(each, InlineIdentity):
            existing = world.state.recipient(each.key)
            world.state.put_recipient(identify(existing, each.key, each.properties, now))
    if request.users:
        world.state.identify_users(request.users, OneTime(now), range(len(request.users)))
    if request.tenant is not None:
        tenant = request.tenant
        properties = dict(tenant.properties) if isinstance(tenant, InlineIdentity) else {}
        existing = world.state.tenant(tenant.key.id)
        if existing is None or properties:
            world.state.put_tenant(identify(existing, RecipientKey(tenant.key.id), properties, now))
