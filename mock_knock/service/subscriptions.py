"""Subscriptions of recipients to objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mock_knock.domain.pages import Page, PageRequest, cut_page
from mock_knock.domain.recipient import InlineIdentity, Recipient, RecipientKey
from mock_knock.domain.subscription import Subscription
from mock_knock.domain.user import Entity, create_entity, identify
from mock_knock.messages import JsonValue
from mock_knock.service.recipients import read_recipient
from mock_knock.service.settling import settle
from mock_knock.service.world import World

Side: TypeAlias = Literal["object", "recipient"]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription with both of its ends as they are now."""

    subscription: Subscription
    object: Entity
    recipient: Entity


def add_subscriptions(
    world: World, key: RecipientKey, recipients: Sequence[Recipient], properties: Mapping[str, JsonValue] | None
) -> list[Subscribed]:
    """Subscribe recipients to an object and return their subscriptions.

    Inline recipients are identified; the object and recipients that are only named are created when they are unknown
    (our choice). Who subscribes already keeps the instant of the subscription.
    """
    with world.lock:
        now, state = settle(world), world.state
        if state.recipient(key) is None:
            state.put_recipient(create_entity(key, now))
        for each in recipients:
            known = state.recipient(each.key)
            if isinstance(each, InlineIdentity):
                state.put_recipient(identify(known, each.key, each.properties, now))
            elif known is None:
                state.put_recipient(create_entity(each.key, now))
        found = []
        for subscriber in dict.fromkeys(each.key for each in recipients):
            before = state.subscription(key, subscriber)
            found.append(Subscription(key, subscriber, properties, before.inserted_at if before else now, now))
            state.put_subscription(found[-1])
        return _with_ends(world, found)


def remove_subscriptions(world: World, key: RecipientKey, recipients: Collection[RecipientKey]) -> list[Subscribed]:
    """Unsubscribe recipients from an object and return the subscriptions that there were.

    Raises:
        ResourceMissing: there is no such object.
    """
    with world.lock:
        read_recipient(world, key)
        known = [world.state.subscription(key, each) for each in dict.fromkeys(recipients)]
        found = _with_ends(world, [each for each in known if each is not None])
        for each in found:
            world.state.remove_subscription(each.subscription)
        return found


def list_subscriptions(
    world: World, key: RecipientKey, request: PageRequest, *, side: Side, others: Collection[RecipientKey] = ()
) -> Page[Subscribed]:
    """Return a page of the subscriptions to an object, or of those that it has itself, in the order of the other side.

    Raises:
        ResourceMissing: there is no such object.
        CursorInvalid: a cursor does not have the form of one.
    """
    with world.lock:
        read_recipient(world, key)
        matching = [each for each in world.state.subscriptions() if _own(each, side) == key]
        found = _with_ends(world, [each for each in matching if not others or _other(each, side) in others])
    found.sort(key=lambda each: _position(each, side))
    return cut_page(found, request, lambda each: _position(each, side))


def _own(subscription: Subscription, side: Side) -> RecipientKey:
    return subscription.object if side == "object" else subscription.recipient


def _other(subscription: Subscription, side: Side) -> RecipientKey:
    return subscription.recipient if side == "object" else subscription.object


def _position(subscribed: Subscribed, side: Side) -> str:
    key = _other(subscribed.subscription, side)
    return f"{key.collection or ''}\n{key.id}"


def _with_ends(world: World, subscriptions: Sequence[Subscription]) -> list[Subscribed]:
    """Return subscriptions with their ends; those of somebody who has gone are left out."""
    found = []
    for each in subscriptions:
        thing, recipient = world.state.recipient(each.object), world.state.recipient(each.recipient)
        if thing is not None and recipient is not None:
            found.append(Subscribed(each, thing, recipient))
    return found
