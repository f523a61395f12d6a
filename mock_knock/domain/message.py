"""Messages: what one step of a run makes for its recipient, and whether it may."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from mock_knock.domain.channel import FINAL_STATUS, NEEDED_PROPERTY, NEEDS_DATA, Channel
from mock_knock.domain.conditions import conditions_hold
from mock_knock.domain.preferences import DEFAULT_SET, PreferenceSet, allows, effective_preferences
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import Entity
from mock_knock.domain.workflow import ChannelStep
from mock_knock.domain.workflow_run import RunRecord
from mock_knock.messages import JsonValue

MessageStatus: TypeAlias = Literal[
    "queued", "sent", "delivered", "delivery_attempted", "undelivered", "not_sent", "bounced"
]
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BYTES, _LENGTH = 20, 27
"""So many digits write so many bytes."""


@dataclass(frozen=True, slots=True)
class Message:
    """A notification to one recipient over one channel.

    Attributes:
        id: as Knock's look, 27 letters and digits.
        number: counts the messages of a world; later ones have larger numbers.
        record: the run that made it, as it was then.
        step_ref: the step that made it.
        channel: what it goes over.
        status: how far it got; that is decided at once (our choice).
        inserted_at: when it was made.
        snapshot: what is kept of the recipient.
    """

    id: str
    number: int
    record: RunRecord
    step_ref: str
    channel: Channel
    status: str
    inserted_at: datetime
    snapshot: Mapping[str, JsonValue] | None = None

    @property
    def recipient(self) -> RecipientKey:
        """Who it is for."""
        return self.record.recipient_run.recipient


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who and what a message is about at the instant it is made; whoever is unknown is None."""

    recipient: Entity | None
    actor: Entity | None = None
    tenant: Entity | None = None


def reason_to_skip(step: ChannelStep, record: RunRecord, around: Surroundings) -> str | None:
    """Return why a step sends nothing, or None when it sends.

    FACTS section 7: preferences and a missing address keep a message from being made; so does missing channel data
    of push and chat (documentation of Knock, "Setting channel data").
    """
    found, channel = around.recipient, step.channel
    if found is None:
        return "recipient_missing"
    if not _is_wanted(step, record, found, around):
        return "preferences"
    needed = NEEDED_PROPERTY.get(channel.type)
    if needed is not None and not found.properties.get(needed):
        return f"{needed}_missing"
    if channel.type in NEEDS_DATA and channel.id not in found.channel_data:
        return "channel_data_missing"
    return None


def make_message(step: ChannelStep, record: RunRecord, recipient: Entity, *, number: int, at: datetime) -> Message:
    """Return the message of a step."""
    channel = step.channel
    snapshot = None
    if channel.type == "email":
        snapshot = {name: recipient.properties.get(name) for name in ("email", "name")}
    return Message(
        id=message_id(record.recipient_run.id, step.ref),
        number=number,
        record=record,
        step_ref=step.ref,
        channel=channel,
        status="not_sent" if record.is_sandbox and channel.type != "in_app_feed" else FINAL_STATUS[channel.type],
        inserted_at=at,
        snapshot=snapshot,
    )


def message_id(recipient_run_id: str, step_ref: str) -> str:
    """Return the id of the message that a step of a run makes; it follows from both."""
    digest = hashlib.sha256(f"{recipient_run_id} {step_ref}".encode("utf-8", "surrogatepass")).digest()
    rest, text = int.from_bytes(digest[:_BYTES]), ""
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def _is_wanted(step: ChannelStep, record: RunRecord, recipient: Entity, around: Surroundings) -> bool:
    preferences = effective_preferences(_preference_sets(recipient, around.tenant))
    scope = _scope(record, around)
    return allows(preferences, record.run.workflow.purpose, step.channel, lambda each: conditions_hold(each, scope))


def _preference_sets(recipient: Entity, tenant: Entity | None) -> list[PreferenceSet]:
    """Return the sets that count, the strongest first: with a tenant those of the tenant, where there are any."""
    if tenant is not None:
        settings = tenant.properties.get("settings") or {}
        own, shared = recipient.preferences.get(tenant.id), settings.get("preference_set")
        found = [each for each in (own, shared) if each]
        if found:
            return found
    return [recipient.preferences.get(DEFAULT_SET, {})]


def _scope(record: RunRecord, around: Surroundings) -> Mapping[str, JsonValue]:
    people = {"recipient": around.recipient, "actor": around.actor, "tenant": around.tenant}
    workflow = record.run.workflow
    return {
        **{name: {**each.properties, "id": each.id} for name, each in people.items() if each is not None},
        "data": record.recipient_run.data,
        "workflow": {"key": workflow.key, "name": workflow.name, "categories": list(workflow.categories)},
        "run": {"id": record.recipient_run.id},
    }
