"""Users, objects and tenants: identified by an upsert that merges (FACTS section 6, "Upsert rules")."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson

from mock_knock.domain.merging import deep_merge
from mock_knock.domain.preferences import PreferenceSet, merge_preferences
from mock_knock.domain.recipient import TRIGGER_DATA, RecipientKey
from mock_knock.messages import JsonValue

CHANNEL_DATA, PREFERENCES = "channel_data", "preferences"
MAX_PROPERTY_BYTES = 256_000
"""Of the custom properties of one recipient, as JSON without spaces; that kB means 1,000 bytes is our reading."""
UPDATED_AT = "$updated_at"
"""The instant of an entity's last change, where it is written down beside properties of any name."""
_APART = frozenset({"id", CHANNEL_DATA, PREFERENCES, UPDATED_AT, TRIGGER_DATA})
"""Members of an identification that are no properties."""
_APART_OF_OBJECT = _APART | {"collection"}
_LONGER = 8
"""How much longer than it was sent a value can be as JSON without spaces: `1E5` is 100000.0."""
_ESCAPED_ID = b"\\u006"
"""How an escaped `i` or `d` begins."""
_CHUNK = 64
"""Identifications that are measured at once."""
_NOTHING: Mapping[str, JsonValue] = {}
USUAL = ("name", "email", "phone_number", "avatar", "timezone", "created_at")
"""Properties that every user has; `locale` is usual, too, and shown only where it is set."""
_NOT_CUSTOM = _APART | {*USUAL, "locale"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, object or tenant with all its properties; `updated_at` is the instant of its last change.

    Attributes:
        id: unique among users, tenants, or the objects of a collection.
        properties: the usual members and the custom ones, as they were given.
        updated_at: when it was identified, or its preferences or channel data were set.
        collection: of an object.
        preferences: its preference sets by id: `default`, or a tenant's.
        channel_data: by channel id.
    """

    id: str
    properties: Mapping[str, JsonValue]
    updated_at: datetime
    collection: str | None = None
    preferences: Mapping[str, PreferenceSet] = field(default_factory=dict)
    channel_data: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    @property
    def key(self) -> RecipientKey:
        """Its identity among recipients."""
        return RecipientKey(self.id, self.collection)


def identify(existing: Entity | None, key: RecipientKey, properties: Mapping[str, JsonValue], now: datetime) -> Entity:
    """Create the entity or merge `properties` into it.

    Maps merge at every depth, arrays and scalars are replaced, null overwrites and nothing is ever removed. Inline
    preference sets merge unless they ask for something else. The data of one channel is replaced as a whole, and null
    instead of preferences or channel data takes all of them away (not documented: our choice).
    """
    known = existing or create_entity(key, now)
    sets, sent = properties.get(PREFERENCES, _NOTHING), properties.get(CHANNEL_DATA, _NOTHING)
    apart = _APART if key.collection is None else _APART_OF_OBJECT
    own = {name: value for name, value in properties.items() if name not in apart}
    return Entity(
        id=known.id,
        properties=deep_merge(known.properties, own) if known.properties else own,
        updated_at=now,
        collection=known.collection,
        preferences=_merge_sets(known.preferences, sets),
        channel_data=_merge_channel_data(known.channel_data, sent),
    )


def _merge_sets(known: Mapping[str, PreferenceSet], sent: JsonValue) -> Mapping[str, PreferenceSet]:
    if sent is None:
        return {}
    return merge_preferences(known, sent) if sent else known


def _merge_channel_data(
    known: Mapping[str, Mapping[str, JsonValue]], sent: JsonValue
) -> Mapping[str, Mapping[str, JsonValue]]:
    if sent is None:
        return {}
    return {**known, **{id_.lower(): each for id_, each in sent.items()}} if sent else known


def is_oversize(properties: Mapping[str, JsonValue]) -> bool:
    """Tell whether the custom properties of an identification are larger than Knock takes (FACTS section 1.5)."""
    return property_bytes(properties) > MAX_PROPERTY_BYTES


def find_oversize(rows: Sequence[Mapping[str, JsonValue]]) -> list[int]:
    """Return the indexes of the identifications that are larger than Knock takes, looking at many of them at once."""
    return [
        index
        for first in range(0, len(rows), _CHUNK)
        if not _is_small(rows[first : first + _CHUNK])
        for index, row in enumerate(rows[first : first + _CHUNK], first)
        if is_oversize(row)
    ]


def are_rows_small(text: bytes, count: int) -> bool:
    """Tell whether the text of a request shows that none of its rows, each with an `id`, is larger than Knock takes.

    Inside a text a quotation mark is escaped, so `"id":` is a name. Where none is written in another way, each row has
    one at least, and exactly one if there are `count`; then a row reaches from one into the next part between them at
    most. JSON can be written eight times as long at most.
    """
    if len(text) <= MAX_PROPERTY_BYTES // _LONGER:
        return True
    parts = text.split(b'"id":')
    is_one_each = len(parts) == count + 1 == text.count(b'"id"') + 1 and _ESCAPED_ID not in text
    return is_one_each and 2 * max(map(len, parts)) < MAX_PROPERTY_BYTES // _LONGER


def _is_small(rows: Sequence[Mapping[str, JsonValue]]) -> bool:
    """Tell whether rows are so small together that none of them can be too large, however its numbers are written."""
    try:
        return len(orjson.dumps([*rows])) < MAX_PROPERTY_BYTES // 2
    except TypeError:  # an integer of more than 64 bits
        return False


def property_bytes(properties: Mapping[str, JsonValue]) -> int:
    """Return the size of the custom properties of an identification."""
    own = {name: value for name, value in properties.items() if name not in _NOT_CUSTOM}
    return len(json.dumps(own, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def create_entity(key: RecipientKey, now: datetime) -> Entity:
    """Return an entity of which nothing but its identity is known."""
    return Entity(key.id, {}, now, key.collection)


def set_preferences(entity: Entity, set_id: str, preferences: PreferenceSet | None, now: datetime) -> Entity:
    """Return the entity with one preference set in place of what was there; None takes the set away."""
    others = {name: each for name, each in entity.preferences.items() if name != set_id}
    found = others if preferences is None else {**entity.preferences, set_id: preferences}
    return replace(entity, preferences=found, updated_at=now)


def set_channel_data(entity: Entity, channel_id: str, data: Mapping[str, JsonValue] | None, now: datetime) -> Entity:
    """Return the entity with the data of one channel in place of what was there; None takes it away."""
    others = {name: each for name, each in entity.channel_data.items() if name != channel_id}
    found = others if data is None else {**entity.channel_data, channel_id: data}
    return replace(entity, channel_data=found, updated_at=now)
