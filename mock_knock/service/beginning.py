"""What a world begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import identify
from mock_knock.domain.workflow import Catalog
from mock_knock.messages import JsonValue
from mock_knock.store.protocol import WorldState


@dataclass(frozen=True, slots=True)
class Beginning:
    """Facts that are there before the first request.

    Attributes:
        catalog: workflows and channels.
        users: each in the form of an inline identification.
        objects: the same, with their collection.
        tenants: the same.
    """

    catalog: Catalog = Catalog()
    users: tuple[Mapping[str, JsonValue], ...] = ()
    objects: tuple[Mapping[str, JsonValue], ...] = ()
    tenants: tuple[Mapping[str, JsonValue], ...] = ()


def fill(state: WorldState, beginning: Beginning, now: datetime) -> None:
    """Write the facts of a beginning into empty ones."""
    for each in (*beginning.users, *beginning.objects):
        key = RecipientKey(each["id"], each.get("collection"))
        state.put_recipient(identify(state.recipient(key), key, each, now))
    for each in beginning.tenants:
        state.put_tenant(identify(None, RecipientKey(each["id"]), each, now))
