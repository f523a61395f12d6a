"""How the steps of a run are done, each at its instant, with whoever is concerned as they are then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from mock_knock.domain.message import Surroundings, make_message, reason_to_skip
from mock_knock.domain.workflow import ChannelStep, Step
from mock_knock.domain.workflow_run import RunRecord, StepOutcome, enqueued, skipped, waited
from mock_knock.store.protocol import WorldState

Due: TypeAlias = tuple[datetime, Callable[[], None]]
"""An instant, and what happens then."""


def due_steps(state: WorldState, record: RunRecord, now: datetime) -> Iterator[Due]:
    """Yield the steps of a run that are due at an instant and not done yet, in order."""
    first = len(record.outcomes)
    for step, at in zip(record.run.workflow.steps[first:], record.due[first:], strict=True):
        if at > now:
            return
        yield at, partial(_take_step, state, record.recipient_run.id, step, at)


def _take_step(state: WorldState, recipient_run_id: str, step: Step, at: datetime) -> None:
    record = state.record(recipient_run_id)
    if record is not None:
        outcome = _send(state, record, step, at) if isinstance(step, ChannelStep) else waited(step.ref, at)
        state.put_record(replace(record, outcomes=(*record.outcomes, outcome)))


def _send(state: WorldState, record: RunRecord, step: ChannelStep, at: datetime) -> StepOutcome:
    request = record.run.request
    recipient = state.recipient(record.recipient_run.recipient)
    around = Surroundings(
        recipient=recipient,
        actor=None if request.actor is None else state.recipient(request.actor.key),
        tenant=None if request.tenant is None else state.tenant(request.tenant.key.id),
    )
    reason = reason_to_skip(step, record, around)
    if reason is not None or recipient is None:
        return skipped(step, at, reason or "")
    message = make_message(step, record, recipient, number=state.message_count(), at=at)
    state.add_message(message)
    return enqueued(step, at, message.id)
