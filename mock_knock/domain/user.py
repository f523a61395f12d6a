"""Users, objects and tenants: identified by an upsert that merges (FACTS section 6, "Upsert rules")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mock_knock.messages import JsonValue

CHANNEL_DATA = "channel_data"


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, object or tenant with all its properties; `updated_at` is the instant of the last identify."""

    id: str
    properties: Mapping[str, JsonValue]
    updated_at: datetime
    collection: str | None = None


def identify(existing: Entity | None, id_: str, properties: Mapping[str, JsonValue], now: datetime) -> Entity:
    """Create the entity or merge `properties` into it.

    Maps merge at every depth, arrays and scalars are replaced, null overwrites and nothing is ever removed. The data of
    one channel is replaced as a whole (not documented: our choice).
    """
    known = existing.properties if existing else {}
    merged = deep_merge(known, {name: value for name, value in properties.items() if name not in {"id", "collection"}})
    channels, patch = known.get(CHANNEL_DATA), properties.get(CHANNEL_DATA)
    if isinstance(channels, Mapping) and isinstance(patch, Mapping):
        merged[CHANNEL_DATA] = {**channels, **patch}
    return Entity(id_, merged, now, existing.collection if existing else properties.get("collection"))


def deep_merge(base: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a new map: members of `patch` win, maps on both sides merge; neither argument is changed.

    It works without recursion, because a body may be nested as deeply as its decoder allows.
    """
    merged = dict(base)
    waiting = [(merged, patch)]
    while waiting:
        target, changes = waiting.pop()
        for name, value in changes.items():
            known = target.get(name)
            if isinstance(known, Mapping) and isinstance(value, Mapping):
                target[name] = inner = dict(known)
                waiting.append((inner, value))
            else:
                target[name] = value
    return merged
