"""Query strings as they are sent, under the names that the description has.

On the wire arrays and objects have brackets, `status[]=queued` and `inserted_at[gt]=...`; the description calls them
`status` and `inserted_at.gt` (FACTS section 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mock_knock.contract.records import MultiMap
from mock_knock.domain.pages import MAX_SIZE, PageRequest

_MEMBER = re.compile(r"(?P<name>[^\[\]]+)\[(?P<member>[^\[\]]*)\]")


def described_query(pairs: Iterable[tuple[str, str]]) -> MultiMap:
    """Return the parameters of a query under their described names, in the order in which they were sent."""
    return MultiMap((_described_name(name), value) for name, value in pairs)


def read_page_request(query: MultiMap) -> PageRequest:
    """Return the page that a query asks for; it keeps the contract already."""
    return PageRequest(query.get("after"), query.get("before"), int(query.get("page_size", MAX_SIZE)))


def _described_name(name: str) -> str:
    found = _MEMBER.fullmatch(name)
    if found is None:
        return name
    return f"{found['name']}.{found['member']}" if found["member"] else found["name"]
