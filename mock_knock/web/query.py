"""Query strings as they are sent, under the names that the description has.

On the wire arrays and objects have brackets, `status[]=queued` and `inserted_at[gt]=...`; the description calls them
`status` and `inserted_at.gt` (FACTS section 8), and sometimes `recipients[]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import TypeAlias

from mock_knock.contract.records import MultiMap
from mock_knock.domain.pages import MAX_SIZE, PageRequest, is_cursor

_MEMBER = re.compile(r"(?P<name>[^\[\]]+)\[(?P<member>[^\[\]]*)\]")

Tolerate: TypeAlias = Callable[[str, str], None]
"""Decides about a parameter that keeps the description and makes no sense: its name, and what is wrong with it.

It raises ParameterInvalid, or returns, and the parameter is left out.
"""


def described_query(pairs: Iterable[tuple[str, str]], described: Collection[str] = ()) -> MultiMap:
    """Return the parameters of a query under their described names, in the order in which they were sent."""
    return MultiMap((_described_name(name, described), value) for name, value in pairs)


def undescribed_names(query: MultiMap, described: Collection[str]) -> list[str]:
    """Return the names in a query that the operation does not have, each once; members of an object count as it."""
    return [name for name in dict.fromkeys(query) if not {name, name.rpartition(".")[0]} & set(described)]


def read_page_request(query: MultiMap, tolerate: Tolerate) -> PageRequest:
    """Return the page that a query asks for; a size out of bounds is the nearest one that is not."""
    cursors = {name: query.get(name) for name in ("after", "before")}
    for name, cursor in cursors.items():
        if cursor is not None and not is_cursor(cursor):
            tolerate(name, "is not a cursor that a page has given out")
            cursors[name] = None
    size = int(query.get("page_size", MAX_SIZE))
    if not 1 <= size <= MAX_SIZE:
        tolerate("page_size", f"must be from 1 to {MAX_SIZE}")
    return PageRequest(cursors["after"], cursors["before"], min(max(size, 1), MAX_SIZE))


def read_instant(query: MultiMap, name: str, tolerate: Tolerate) -> datetime | None:
    """Return an instant; one without a time zone is UTC."""
    text = query.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        tolerate(name, "must be an instant of RFC 3339")
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _described_name(name: str, described: Collection[str]) -> str:
    for each in (name, f"{name}[]"):
        if each in described:
            return each
    found = _MEMBER.fullmatch(name)
    if found is None:
        return name
    return f"{found['name']}.{found['member']}" if found["member"] else found["name"]
