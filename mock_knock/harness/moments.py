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
        state, share = _read_operation(asked["method"], answered)
        yield Moment(
            at=0.0 if begin is None else (datetime.fromisoformat(entry["at"]) - begin).total_seconds(),
            method=asked["method"],
            path=urlsplit(asked["url"]).path[:MAX_PATH],
            status=None if answered is None else answered["status"],
            fault=entry["fault"] or "",
            state=state,
            share=share,
        )


def _read_operation(method: str, answered: Mapping[str, JsonValue] | None) -> tuple[str, float | None]:
    """Return what a poll says of a bulk operation, or nothing where it cannot be read."""
    if answered is None or method != "GET":
        return "", None
    try:
        body = orjson.loads(answered["body"])
    except orjson.JSONDecodeError:
        return "", None
    if not isinstance(body, dict) or body.get("__typename") != "BulkOperation":
        return "", None
    done, total = body.get("processed_rows"), body.get("estimated_total_rows")
    share = done / total if isinstance(done, int) and isinstance(total, int) and total > 0 else None
    status = body.get("status")
    return (status if isinstance(status, str) else ""), share
