"""Who is notified: the forms in which a trigger can name a recipient, an actor or a tenant (FACTS section 1.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, overload

from mock_knock.messages import JsonValue

TRIGGER_DATA = "$trigger_data"
"""Member of an inline recipient that is data of this one run, not a property to keep (FACTS section 7)."""


class RecipientKey(NamedTuple):
    """The identity of a recipient: a user has no collection, an object has one.

    A tuple, because a trigger looks each of a thousand recipients up several times.
    """

    id: str
    collection: str | None = None

    def __str__(self) -> str:
        return self.id if self.collection is None else f"{self.collection}/{self.id}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A recipient that is only named: it must be known already."""

    key: RecipientKey


@dataclass(frozen=True, slots=True)
class InlineIdentity:
    """A recipient that is identified by the request itself, before anything else happens."""

    key: RecipientKey
    properties: Mapping[str, JsonValue]
    trigger_data: Mapping[str, JsonValue] | None = None


_NOT_KEPT = frozenset({"id", "collection", TRIGGER_DATA})
"""Members of an inline recipient that are no properties of it."""

Recipient: TypeAlias = Reference | InlineIdentity


class UsersById(Sequence[Recipient]):
    """Recipients that all are users named by their ids, which are kept as they came: there can be a thousand."""

    __slots__ = ("ids",)

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Recipient]:
        return map(Reference, map(RecipientKey, self.ids))

    @overload
    def __getitem__(self, index: int) -> Recipient: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Recipient]: ...

    def __getitem__(self, index: int | slice) -> Recipient | Sequence[Recipient]:
        if isinstance(index, slice):
            return UsersById(self.ids[index])
        return Reference(RecipientKey(self.ids[index]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    def __hash__(self) -> int:
        return hash(tuple(self.ids))

    def __repr__(self) -> str:
        return repr([*self])


def parse_recipient(value: JsonValue) -> Recipient:
    """Read a recipient that passed the contract.

    It is a user id, `{id, ...}` for a user or `{id, collection, ...}` for an object. `{id, collection}` alone is a
    reference; `{id}` alone identifies a user (FACTS section 7).
    """
    if isinstance(value, str):
        return Reference(RecipientKey(value))
    key = RecipientKey(value["id"], value.get("collection"))
    kept = {name: member for name, member in value.items() if name not in _NOT_KEPT}
    data = value.get(TRIGGER_DATA)
    if key.collection is not None and not kept and data is None:
        return Reference(key)
    return InlineIdentity(key, kept, data if isinstance(data, dict) else None)
