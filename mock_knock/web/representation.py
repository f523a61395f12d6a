"""The entities of the fake as JSON: Knock's forms under `/v1`, plain ones under `/_mock`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from mock_knock.domain.bulk_course import Snapshot
from mock_knock.domain.bulk_operation import BulkOperation
from mock_knock.domain.faults.book import Standing
from mock_knock.domain.faults.write_fault import write_fault
from mock_knock.domain.pages import Page
from mock_knock.domain.preferences import MEMBERS, PreferenceSet
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import USUAL, Entity
from mock_knock.messages import JsonValue


@lru_cache(maxsize=1_000)  # the instants of an operation are told at each poll
def timestamp(instant: datetime | None) -> str | None:
    """Return an instant in RFC 3339 with milliseconds and Z (the samples of Knock show both with and without)."""
    return None if instant is None else instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def bulk_operation_json(operation: BulkOperation, snapshot: Snapshot, *, base_url: str) -> dict[str, JsonValue]:
    """Return a bulk operation as Knock shows it (FACTS section 1.4)."""
    return {
        "__typename": "BulkOperation",
        "id": operation.id,
        "name": operation.name,
        "status": snapshot.status.value,
        "estimated_total_rows": snapshot.total_rows,
        "processed_rows": snapshot.processed_rows,
        "success_count": snapshot.success_count,
        "error_count": snapshot.error_count,
        "error_items": _error_items(operation, snapshot) if snapshot.error_rows else [],
        "inserted_at": timestamp(snapshot.inserted_at),
        "updated_at": timestamp(snapshot.updated_at),
        "started_at": timestamp(snapshot.started_at),
        "completed_at": timestamp(snapshot.completed_at),
        "failed_at": timestamp(snapshot.failed_at),
        "progress_path": f"{base_url}/v1/bulk_operations/{operation.id}",
    }


def user_json(entity: Entity, *, with_preferences: bool = False) -> dict[str, JsonValue]:
    """Return a user as Knock shows it: custom properties at the top level, usual ones null where they are not set."""
    sets = {"preferences": [preference_set_json(id_, each) for id_, each in entity.preferences.items()]}
    return {
        **dict.fromkeys(USUAL),
        **entity.properties,
        **(sets if with_preferences else {}),
        "__typename": "User",
        "id": entity.id,
        "updated_at": timestamp(entity.updated_at),
    }


def object_json(entity: Entity) -> dict[str, JsonValue]:
    """Return an object as Knock shows it: its properties apart, in a member of their own."""
    return {
        "__typename": "Object",
        "id": entity.id,
        "collection": entity.collection,
        "properties": {name: each for name, each in entity.properties.items() if name != "created_at"},
        "created_at": entity.properties.get("created_at"),
        "updated_at": timestamp(entity.updated_at),
    }


def preference_set_json(set_id: str, preferences: PreferenceSet) -> dict[str, JsonValue]:
    """Return a preference set with all its members, null where nothing is said."""
    return {**dict.fromkeys(MEMBERS), **preferences, "id": set_id}


def channel_data_json(channel_id: str, data: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what a recipient has stored for a channel."""
    return {"__typename": "ChannelData", "channel_id": channel_id, "data": data}


def page_json(page: Page[Any], name: str, entries: Sequence[JsonValue]) -> dict[str, JsonValue]:
    """Return a page whose entries are called `name` (`entries` for users, `items` for everything else)."""
    info = {"__typename": "PageInfo", "page_size": page.size, "after": page.after, "before": page.before}
    return {name: entries, "page_info": info}


def _error_items(operation: BulkOperation, snapshot: Snapshot) -> list[JsonValue]:
    ids = operation.ids
    return [{"id": ids[row], "collection": None} for row in snapshot.error_rows]


def standing_json(standing: Standing, now: datetime) -> dict[str, JsonValue]:
    """Return a fault with how often it matched and happened, and the seconds it has left, null for ever."""
    ttl = standing.fault.ttl
    left = None if ttl is None else max(0.0, ttl - (now - standing.since).total_seconds())
    return {**write_fault(standing.fault), "matched": standing.matched, "fired": standing.fired, "seconds_left": left}


def recipient_json(key: RecipientKey) -> JsonValue:
    """Return a reference to a recipient: the id of a user, or id and collection of an object."""
    return key.id if key.collection is None else {"id": key.id, "collection": key.collection}
