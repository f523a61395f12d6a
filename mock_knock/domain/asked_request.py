"""What a request to `/v1` asks for, as faults and verification see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import orjson

from mock_knock.messages import Headers, JsonValue, find_header

RETRY_COUNT = "x-stainless-retry-count"
"""The header in which the official SDKs say how often they have tried before (FAULTS section 1)."""
OF_USER = "/v1/users/"
"""How the paths begin in which `id_` is the id of a user."""
_NAMING = ("users", "user_ids", "recipients", "actor")
"""Members of a body that name users."""


@dataclass(frozen=True)
class AskedRequest:
    """What a request to `/v1` asks for; its body is decoded once somebody looks at it.

    Attributes:
        operation_id: the operation it means; empty where it means none.
        headers: its header fields.
        resource: what its path names beside the operation: the id of a bulk operation or of a user, a workflow key.
        workflow: the key of the workflow it names, or nothing.
        user: the id of the user that its path names, or nothing.
        content: its body as it came.
        credential: the API key it carries, to be compared and never shown.
    """

    operation_id: str
    headers: Headers = ()
    resource: str = ""
    workflow: str = ""
    user: str = ""
    content: bytes = field(default=b"", repr=False)
    credential: str = field(default="", repr=False)

    @cached_property
    def body(self) -> JsonValue:
        """Its decoded body; None where there is none, or none that can be read."""
        try:
            return orjson.loads(self.content or b"null")
        except orjson.JSONDecodeError:
            return None

    @cached_property
    def users(self) -> tuple[str, ...]:
        """The ids of the users it names, in path and body."""
        return tuple(dict.fromkeys((*([self.user] if self.user else ()), *_named_users(self.body))))

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """Whom it is for: ids of users, and objects as `collection/id`."""
        return tuple(dict.fromkeys(_named_recipients(self.body)))

    @property
    def attempt(self) -> int:
        """How often the client says it has tried before; 0 where it says nothing that can be understood."""
        return read_attempt(self.headers)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request was led: the operation, and the parts of its path by the names that they have in the fake."""

    operation_id: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def resource(self) -> str:
        """The parts of the path, joined."""
        return "/".join(value for _, value in self.parts)


def read_attempt(headers: Headers) -> int:
    """Return how often a client says it has tried before; 0 where it says nothing that can be understood."""
    said = find_header(headers, RETRY_COUNT) or "0"
    return int(said) if said.isdecimal() and len(said) < 9 else 0  # noqa: PLR2004  # nobody tries a billion times


def read_asked(route: Route, headers: Headers, body: bytes, *, credential: str = "", is_of_user: bool) -> AskedRequest:
    """Return what a request asks for; `is_of_user` is whether the `id_` in its path is that of a user."""
    parts = dict(route.parts)
    return AskedRequest(
        operation_id=route.operation_id,
        headers=headers,
        resource=route.resource,
        workflow=parts.get("key", ""),
        user=parts.get("id_", "") if is_of_user else "",
        content=body,
        credential=credential,
    )


def _named_users(body: JsonValue) -> Iterator[str]:
    """Yield the ids of the users that a body names, objects left out."""
    for each in _listed(body, _NAMING):
        id_ = each.get("id") if isinstance(each, dict) and each.get("collection") is None else each
        if isinstance(id_, str):
            yield id_


def _named_recipients(body: JsonValue) -> Iterator[str]:
    """Yield whom a body is for; a trigger may name a thousand, so each takes little time."""
    for each in _listed(body, ("recipients",)):
        id_, collection = (each.get("id"), each.get("collection")) if isinstance(each, dict) else (each, None)
        if isinstance(id_, str) and (collection is None or isinstance(collection, str)):
            yield id_ if collection is None else f"{collection}/{id_}"


def _listed(body: JsonValue, names: tuple[str, ...]) -> Iterator[JsonValue]:
    for name in names if isinstance(body, dict) else ():
        found = body.get(name)
        yield from found if isinstance(found, list) else [found] if name == "actor" else ()
