"""What a request to `/v1` asks for, as faults and verification see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from mock_knock.messages import Headers, JsonValue, find_header

RETRY_COUNT = "x-stainless-retry-count"
"""The header in which the official SDKs say how often they have tried before (FAULTS section 1)."""
OF_USER = "/v1/users/"
"""How the paths begin in which `id_` is the id of a user."""
_NAMING = ("users", "user_ids", "recipients", "actor")
"""Members of a body that name users."""


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """What a request to `/v1` asks for.

    Attributes:
        operation_id: the operation it means; empty where it means none.
        headers: its header fields.
        resource: what its path names beside the operation: the id of a bulk operation or of a user, a workflow key.
        workflow: the key of the workflow it names, or nothing.
        users: the ids of the users it names, in path and body.
        recipients: whom it is for: ids of users, and objects as `collection/id`.
        body: its decoded body; None where there is none, or none that can be read.
        credential: the API key it carries, to be compared and never shown.
    """

    operation_id: str
    headers: Headers = ()
    resource: str = ""
    workflow: str = ""
    users: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    body: JsonValue = None
    credential: str = field(default="", repr=False)

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
    value = _decode(body)
    named = (*([parts["id_"]] if is_of_user and "id_" in parts else ()), *_named_users(value))
    return AskedRequest(
        operation_id=route.operation_id,
        headers=headers,
        resource=route.resource,
        workflow=parts.get("key", ""),
        users=tuple(dict.fromkeys(named)),
        recipients=tuple(dict.fromkeys(_named_recipients(value))),
        body=value,
        credential=credential,
    )


def _decode(body: bytes) -> JsonValue:
    try:
        return orjson.loads(body or b"null")
    except orjson.JSONDecodeError:
        return None


def _named_users(body: JsonValue) -> Iterator[str]:
    """Yield the ids of the users that a body names, objects left out."""
    for each in _listed(body, _NAMING):
        id_ = each.get("id") if isinstance(each, Mapping) and each.get("collection") is None else each
        if isinstance(id_, str):
            yield id_


def _named_recipients(body: JsonValue) -> Iterator[str]:
    for each in _listed(body, ("recipients",)):
        match each:
            case str():
                yield each
            case {"id": str(id_), "collection": str(collection)}:
                yield f"{collection}/{id_}"
            case {"id": str(id_)}:
                yield id_


def _listed(body: JsonValue, names: tuple[str, ...]) -> Iterator[JsonValue]:
    for name in names if isinstance(body, Mapping) else ():
        found = body.get(name)
        yield from found if isinstance(found, list) else [found] if name == "actor" else ()
