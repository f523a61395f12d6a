"""What happened in a cell, request by request, as a timeline shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import orjson

from mock_knock.messages import JsonValue

MAX_MOMENTS: Final = 400
"""Of one cell; later ones are left out."""
MAX_PATH: Final = 120


@dataclass(frozen=True, slots=True)
class Moment:
    """One request: when, in seconds since the first one, what it was, and what came of it.

    `status` is None where the wire swallowed the answer. A poll says which status of the bulk operation it read, and
    which share of its rows was done.
    """

    at: float
    method: str
    path: str
    status: int | None
    fault: str = ""
    state: str = ""
    share: float | None = None


def read_moments(entries: Iterable[Mapping[str, JsonValue]]) -> tuple[Moment, ...]:
    """Return the moments of a journal, oldest first."""
    return tuple(_moments(list(entries)[:MAX_MOMENTS]))


def _moments(entries: list[Mapping[str, JsonValue]]) -> Iterator[Moment]:
    begin = datetime.fromisoformat(entries[0]["at"]) if entries else None
    for entry in entries:
        asked, answered = entry["request"], entry["response"] if entry["delivered"] else None
        read = read_operation(answered["body"]) if answered is not None and asked["method"] == "GET" else None
        yield Moment(
            at=0.0 if begin is None else (datetime.fromisoformat(entry["at"]) - begin).total_seconds(),
            method=asked["method"],
            path=urlsplit(asked["url"]).path[:MAX_PATH],
            status=None if answered is None else answered["status"],
            fault=entry["fault"] or "",
            state=read.state if read else "",
            share=read.share if read else None,
        )


@dataclass(frozen=True, slots=True)
class ReadOperation:
    """What a body says of a bulk operation; `share` of its rows was done, None where it does not say."""

    id: str
    state: str
    share: float | None


def read_operation(body: str | bytes) -> ReadOperation | None:
    """Return what a body says of a bulk operation, or None for any other body."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or found.get("__typename") != "BulkOperation":
        return None
    done, total = found.get("processed_rows"), found.get("estimated_total_rows")
    share = done / total if isinstance(done, int) and isinstance(total, int) and total > 0 else None
    return ReadOperation(_text(found.get("id")), _text(found.get("status")), share)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
