"""Channels: what carries a message, and what a recipient needs to be reached over one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from uuid import UUID, uuid5

ChannelType: TypeAlias = Literal["email", "in_app_feed", "sms", "push", "chat", "http"]
DeliveryStatus: TypeAlias = Literal["sent", "delivered", "not_sent"]

CHANNEL_TYPES: tuple[ChannelType, ...] = get_args(ChannelType)
NAMESPACE = UUID("6c1d5d52-7d1c-5f8e-9a53-0d0f6b1f2a11")
"""Of the ids that follow from names."""
_PROVIDERS: Mapping[ChannelType, str] = {
    "email": "email_sendgrid",
    "in_app_feed": "in_app_feed_knock",
    "sms": "sms_twilio",
    "push": "push_fcm",
    "chat": "chat_slack",
    "http": "http_knock_webhook",
}
NEEDED_PROPERTY: Mapping[ChannelType, str] = {"email": "email", "sms": "phone_number"}
"""What a recipient must have of its own; the messages of others need channel data, or nothing."""
NEEDS_DATA: frozenset[ChannelType] = frozenset({"push", "chat"})
"""Channels that skip a recipient without channel data (documentation of Knock, "Setting channel data")."""
FINAL_STATUS: Mapping[ChannelType, DeliveryStatus] = {
    "email": "delivered",
    "in_app_feed": "delivered",
    "sms": "delivered",
    "push": "sent",
    "chat": "sent",
    "http": "delivered",
}
"""How far a message gets: push and chat have no tracking beyond `sent` (documentation of Knock, "Message statuses")."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A configured way to reach recipients; `id` is a UUID, `key` what steps call it."""

    id: str
    key: str
    type: ChannelType
    name: str
    provider: str


def default_channel(type_: ChannelType) -> Channel:
    """Return the channel that every world has for a type; its id is the same everywhere and always."""
    name = type_.replace("_", " ").capitalize()
    return Channel(str(uuid5(NAMESPACE, type_)), type_, type_, name, _PROVIDERS[type_])


def default_provider(type_: ChannelType) -> str:
    """Return the provider of a channel that names none."""
    return _PROVIDERS[type_]


DEFAULT_CHANNELS: tuple[Channel, ...] = tuple(default_channel(each) for each in CHANNEL_TYPES)
