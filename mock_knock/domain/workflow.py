"""Workflows and channels as an environment has them: what a trigger runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import uuid5

from mock_knock.domain.channel import DEFAULT_CHANNELS, NAMESPACE, Channel
from mock_knock.domain.preferences import Purpose


@dataclass(frozen=True, slots=True)
class ChannelStep:
    """Sends a message over a channel; `ref` names the step within its workflow."""

    ref: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class DelayStep:
    """Waits; `ref` names the step within its workflow."""

    ref: str
    seconds: float


Step: TypeAlias = ChannelStep | DelayStep


@dataclass(frozen=True, slots=True)
class Workflow:
    """A committed workflow: what is done for each recipient, in order."""

    key: str
    name: str = ""
    is_active: bool = True
    is_commercial: bool = False
    categories: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def version_id(self) -> str:
        """The id of its only version, a UUID."""
        return str(uuid5(NAMESPACE, f"workflow {self.key}"))

    @property
    def purpose(self) -> Purpose:
        """What preferences look at."""
        return Purpose(self.key, self.categories, self.is_commercial)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The workflows and channels of an environment by their keys; the default channels are always there."""

    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=lambda: {each.key: each for each in DEFAULT_CHANNELS})


def step_offsets(steps: Sequence[Step], *, skip_delay: bool) -> tuple[float, ...]:
    """Return the seconds after the trigger at which each step is done: sending takes no time, waiting does."""
    offsets, passed = [], 0.0
    for step in steps:
        if isinstance(step, DelayStep) and not skip_delay:
            passed += step.seconds
        offsets.append(passed)
    return tuple(offsets)
