"""What a workflow did for one recipient: steps that are done in time, and how far the run has come.

FACTS section 8, "runs". Nothing here is processed in the background, so a run is never seen `queued` or `processing`:
it is completed at once, or paused in a delay (our choice).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from mock_knock.domain.trigger import RecipientRun, WorkflowRun
from mock_knock.domain.workflow import ChannelStep, step_offsets
from mock_knock.messages import JsonValue

RETENTION: Final = timedelta(days=30)
"""How long runs and messages can be read (FACTS section 5.2)."""


class RunStatus(StrEnum):
    """The states of a recipient run that can be seen here."""

    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What became of a step. The name `message_enqueued` is documented by an example, the others are our choice."""

    ref: str
    step_type: str
    event: str
    at: datetime
    data: Mapping[str, JsonValue]


@dataclass(frozen=True)
class RunRecord:
    """The facts of one recipient's run.

    Attributes:
        run: the trigger.
        recipient_run: the part of it that concerns the recipient.
        number: counts the runs of a world; later ones have larger numbers.
        outcomes: of the steps that are done.
        cancelled_at: the instant from which nothing more is done.
    """

    run: WorkflowRun
    recipient_run: RecipientRun
    number: int
    outcomes: tuple[StepOutcome, ...] = ()
    cancelled_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done."""
        return self.cancelled_at is not None or len(self.outcomes) == len(self.run.workflow.steps)

    @property
    def status(self) -> RunStatus:
        """How far it has come."""
        if self.cancelled_at is not None:
            return RunStatus.CANCELLED
        return RunStatus.COMPLETED if self.is_over else RunStatus.PAUSED

    @property
    def updated_at(self) -> datetime:
        """The instant of the last thing that happened."""
        latest = self.outcomes[-1].at if self.outcomes else self.run.inserted_at
        return self.cancelled_at or latest

    @cached_property
    def due(self) -> tuple[datetime, ...]:
        """The instants at which its steps are done, one for each."""
        settings = self.run.request.settings or {}
        offsets = step_offsets(self.run.workflow.steps, skip_delay=settings.get("skip_delay") is True)
        return tuple(self.run.inserted_at + timedelta(seconds=each) for each in offsets)

    @property
    def next_due(self) -> datetime | None:
        """The instant of the next step, or None when nothing more is done."""
        return None if self.is_over else self.due[len(self.outcomes)]

    @property
    def is_sandbox(self) -> bool:
        """Whether messages are made and not handed to providers."""
        return (self.run.request.settings or {}).get("sandbox_mode") is True


def skipped(step: ChannelStep, at: datetime, reason: str) -> StepOutcome:
    """Return the outcome of a step that sent nothing."""
    return StepOutcome(step.ref, "channel", "step_skipped", at, {"channel_type": step.channel.type, "reason": reason})


def enqueued(step: ChannelStep, at: datetime, message_id: str) -> StepOutcome:
    """Return the outcome of a step that made a message."""
    data = {"channel_type": step.channel.type, "message_id": message_id}
    return StepOutcome(step.ref, "channel", "message_enqueued", at, data)


def waited(ref: str, at: datetime) -> StepOutcome:
    """Return the outcome of a delay that has passed."""
    return StepOutcome(ref, "delay", "delay_ended", at, {})
