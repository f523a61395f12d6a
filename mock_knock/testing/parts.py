"""Parts of a world as a test sees them: its users, its time, what goes wrong in it, and the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from mock_knock.client import AdminClient, AdminRefused, ClockReading
from mock_knock.client.results import Document
from mock_knock.redact import mask_key

GONE: Final = "resource_missing"


class Key(str):
    """An API key; what failures show of it is masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(mask_key(self))


class Users(Mapping[str, Document]):
    """The users of a world by their ids, each as Knock shows it, with preferences and channel data."""

    def __init__(self, admin: AdminClient) -> None:
        self._admin = admin

    def __getitem__(self, id_: str) -> Document:
        try:
            return self._admin.user(id_)
        except AdminRefused as refusal:
            if refusal.code != GONE:
                raise
        raise KeyError(id_)

    def __iter__(self) -> Iterator[str]:
        return iter(self._admin.user_ids())

    def __len__(self) -> int:
        return len(self._admin.user_ids())

    def __repr__(self) -> str:
        return f"Users({list(self)})"


@dataclass(frozen=True, slots=True)
class WorldTime:
    """The time of a world."""

    admin: AdminClient

    @property
    def now(self) -> datetime:
        """The instant it is, in UTC."""
        return self.admin.clock().now

    def advance(self, seconds: float = 0, **more: float) -> datetime:
        """Move it forward by seconds, and by `minutes=`, `hours=`, `days=`; return what it is then."""
        return self.admin.advance(seconds + timedelta(**more).total_seconds()).now

    def travel_to(self, instant: datetime | str) -> datetime:
        """Move it forward to an instant; return what it is then."""
        return self.admin.travel_to(instant).now

    def freeze(self) -> ClockReading:
        """Let it stand."""
        return self.admin.freeze()

    def resume(self) -> ClockReading:
        """Let it go on."""
        return self.admin.resume()


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong in a world until it is removed; a bundled fault can be several."""

    admin: AdminClient
    ids: Sequence[str]

    @property
    def fired(self) -> int:
        """How often it happened."""
        return sum(each.fired for each in self.admin.faults() if each.id in self.ids)

    @property
    def matched(self) -> int:
        """How many requests it is about came."""
        return sum(each.matched for each in self.admin.faults() if each.id in self.ids)

    def remove(self) -> None:
        """Let it go wrong no more; one that has gone by itself is no error."""
        for id_ in self.ids:
            try:
                self.admin.remove_fault(id_)
            except AdminRefused as refusal:
                if refusal.code != GONE:
                    raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
