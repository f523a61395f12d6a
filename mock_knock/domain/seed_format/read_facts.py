"""How users, objects, tenants, subscriptions and bulk operations of a seed are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mock_knock.domain.bulk_course import observe
from mock_knock.domain.bulk_operation import BULK_DELETE, BULK_IDENTIFY, BULK_SET_PREFERENCES, Status, Transition
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.seed import Course, SeededEntity, SeededOperation, SeededSubscription
from mock_knock.domain.seed_format.seed_reader import SeedReader
from mock_knock.domain.timeline_format import read_timeline
from mock_knock.domain.user import UPDATED_AT
from mock_knock.messages import JsonValue

OPERATIONS = (BULK_IDENTIFY, BULK_DELETE, BULK_SET_PREFERENCES)
_COURSE = {"progress", "fails_at", "stalls_at", "polls", "transitions", "settled_rows"}
_STATUSES = tuple(each.value for each in Status)


def read_entities(reader: SeedReader, root: Mapping[str, Any], name: str) -> tuple[SeededEntity, ...]:
    """Return users, objects or tenants."""
    rows = reader.read_list(root, "", name)
    return tuple(found for each, at in rows for found in _read_entity(reader, each, at, name))


def _read_entity(reader: SeedReader, value: JsonValue, at: str, name: str) -> Iterator[SeededEntity]:
    found = reader.read_map(value, at, None)
    if not isinstance(value, Mapping):
        return
    id_ = reader.read_text(found, at, "id", default=None)
    collection = reader.read_text(found, at, "collection", default=None) if name == "objects" else None
    for member in ("preferences", "channel_data"):
        inner = {} if found.get(member) is None else found[member]
        if not isinstance(inner, Mapping) or not all(isinstance(one, Mapping) for one in inner.values()):
            hint = f"write `{member}: {{<id>: {{...}}}}`"
            reader.report(f"{at}/{member}", f"'{member}' must be a mapping of mappings", hint)
    if id_:
        reader.check_new(name, RecipientKey(id_, collection), at)
        row = {member: each for member, each in found.items() if member != UPDATED_AT}
        yield SeededEntity(row, reader.read_instant(found, at, UPDATED_AT))


def read_subscription(reader: SeedReader, value: JsonValue, at: str) -> SeededSubscription:
    """Return a subscription of a recipient to an object."""
    found = reader.read_map(value, at, {"object", "recipient", "properties", "inserted_at", "updated_at"})
    thing, recipient = (reader.read_recipient(found, at, name) for name in ("object", "recipient"))
    if thing.id and thing.collection is None:
        reader.report(f"{at}/object", "'object' must be an object", "write `{collection: projects, id: engine}`")
    if thing.id and recipient.id:
        reader.check_new("subscriptions", (recipient, thing), at)
    return SeededSubscription(
        object=thing,
        recipient=recipient,
        properties=reader.read_object(found, at, "properties"),
        inserted_at=reader.read_instant(found, at, "inserted_at"),
        updated_at=reader.read_instant(found, at, "updated_at"),
    )


def read_operation(reader: SeedReader, value: JsonValue, at: str, now: datetime | None) -> SeededOperation:
    """Return a bulk operation; `now` is the instant of the seed."""
    known = {"id", "name", "status", "rows", "error_items", "failing_rows", "inserted_at"} | _COURSE
    found = reader.read_map(value, at, known)
    id_ = reader.read_uuid(found, at, "id", default=None)
    reader.check_new("bulk_operations", id_, at)
    name = reader.read_choice(found, at, "name", OPERATIONS, default=BULK_IDENTIFY)
    rows = tuple(_read_row(reader, each, place) for each, place in reader.read_list(found, at, "rows"))
    course = _read_course(reader, found, at, len(rows), now) if _COURSE & set(found) else None
    status = reader.read_choice(found, at, "status", _STATUSES, default="completed")
    operation = SeededOperation(
        id=id_,
        name=name,
        status=None if course else Status(status),
        rows=rows,
        failing_rows=_read_failing_rows(reader, found, at, rows),
        inserted_at=reader.read_instant(found, at, "inserted_at"),
        course=course,
    )
    if course is not None and "status" in found:
        _check_status(reader, operation, status, at, now)
    if name == BULK_SET_PREFERENCES:
        first = operation.settled_rows
        _check_preferences(reader, rows[first:], f"{at}/rows", first)
    return operation


def _check_preferences(reader: SeedReader, rows: tuple[Row, ...], at: str, first: int) -> None:
    """Report rows that are to set preferences and have none."""
    for index, row in enumerate(rows, start=first):
        if not isinstance(row.get("preferences"), Mapping):
            hint = "write `preferences: {default: {...}}`"
            reader.report(f"{at}/{index}", "'preferences' is missing in what sets them", hint)


def _read_row(reader: SeedReader, value: JsonValue, at: str) -> Row:
    if isinstance(value, str) and value:
        return {"id": value}
    found = reader.read_map(value, at, None, what="a row")
    return {**found, "id": reader.read_text(found, at, "id", default=None) if isinstance(value, Mapping) else ""}


def _read_failing_rows(reader: SeedReader, found: Mapping[str, Any], at: str, rows: tuple[Row, ...]) -> tuple[int, ...]:
    if "failing_rows" not in found:
        ids = frozenset(reader.read_texts(found, at, "error_items"))
        for each in sorted(ids - {row["id"] for row in rows}):
            reader.report(f"{at}/error_items", f"'{each}' is none of the rows", "add it to `rows`")
        return tuple(index for index, row in enumerate(rows) if row["id"] in ids)
    if "error_items" in found:
        hint = "name the rows that fail by their ids or by their indexes"
        reader.report(at, "'error_items' and 'failing_rows' say the same thing twice", hint)
    indexes = {
        reader.to_whole(each, place, "the index of a row", most=len(rows) - 1)
        for each, place in reader.read_list(found, at, "failing_rows")
    }
    return tuple(sorted(indexes))


def _read_course(reader: SeedReader, found: Mapping[str, Any], at: str, rows: int, now: datetime | None) -> Course:
    fails_at = reader.read_number(found, at, "fails_at", default=None, whole=True, most=rows)
    stalls_at = reader.read_number(found, at, "stalls_at", default=None, whole=True, most=rows)
    settled = reader.read_number(found, at, "settled_rows", default=0, whole=True, most=rows)
    polls = [reader.to_past(each, place, "polls", now) for each, place in reader.read_list(found, at, "polls")]
    past = len(polls)
    progress = reader.read_map(found.get("progress", {}), f"{at}/progress", {"queued", "processing"})
    pushes = [
        _read_transition(reader, each, place, past, now) for each, place in reader.read_list(found, at, "transitions")
    ]
    return Course(
        timeline=read_timeline(reader, progress, f"{at}/progress"),
        fails_at=None if fails_at is None else int(fails_at),
        stalls_at=None if stalls_at is None else int(stalls_at),
        polls=tuple(sorted(each for each in polls if each is not None)),
        transitions=tuple(pushes),
        settled_rows=int(settled or 0),
    )


def _read_transition(reader: SeedReader, value: JsonValue, at: str, past: int, now: datetime | None) -> Transition:
    found = reader.read_map(value, at, {"to", "at", "after_polls"})
    to = reader.read_choice(found, at, "to", _STATUSES, default=None)
    polls = reader.read_number(found, at, "after_polls", default=0, whole=True, most=past)
    return Transition(Status(to), reader.require_past(found, at, "at", now), int(polls or 0))


def _check_status(reader: SeedReader, seeded: SeededOperation, status: str, at: str, now: datetime | None) -> None:
    """Report a status that does not follow: who changes it in a state that was written down expects an effect."""
    hint = "leave it out: it follows; or leave out how the operation goes on, then it stays in its status"
    if now is None or seeded.course is None:
        message = "'status' beside how the operation goes on can only be checked with 'now' at the top of the seed"
        reader.report(f"{at}/status", message, hint)
    elif observe(seeded.facts(seeded.inserted_at or now), now, seeded.course.polls).status != status:
        reader.report(f"{at}/status", "'status' is not what follows from how the operation goes on", hint)
