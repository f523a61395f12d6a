"""Subscriptions: who gets what is triggered for an object (documentation of Knock, "Subscriptions")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mock_knock.domain.recipient import Recipient, RecipientKey, Reference
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class Subscription:
    """That a recipient gets what is triggered for an object."""

    object: RecipientKey
    recipient: RecipientKey
    properties: Mapping[str, JsonValue] | None
    inserted_at: datetime
    updated_at: datetime


def fan_out(
    recipients: Iterable[Recipient],
    subscribers: Callable[[RecipientKey], Iterable[RecipientKey]],
    *,
    actor: RecipientKey | None = None,
) -> tuple[Recipient, ...]:
    """Return the recipients of a trigger, with those who subscribe to objects among them, and to these in turn.

    Each comes once. The actor is left out where it is only a subscriber (FACTS section 7). The objects themselves stay
    recipients: they can have channels of their own.
    """
    found: dict[RecipientKey, Recipient] = {}
    for recipient in recipients:
        found.setdefault(recipient.key, recipient)
    pending = list(found)
    for key in pending:
        if key.collection is None:
            continue
        for each in subscribers(key):
            if each not in found and each != actor:
                found[each] = Reference(each)
                pending.append(each)
    return tuple(found.values())
