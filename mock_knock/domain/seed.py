"""A seed: the facts that a world begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.channel import Channel
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.scenario import Row
from mock_knock.domain.workflow import Catalog
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class SeededOperation:
    """A bulk operation that is in a state and stays there until it is pushed; its rows change nothing any more."""

    id: str
    name: str
    status: Status
    rows: tuple[Row, ...] = ()
    error_ids: frozenset[str] = frozenset()
    inserted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeededRun:
    """A recipient's run that is over, with the messages it made; it is found by its `aliases`, too."""

    id: str
    workflow_run_id: str
    workflow: str
    recipient: RecipientKey
    actor: str | None = None
    tenant: str | None = None
    cancellation_key: str | None = None
    data: Mapping[str, JsonValue] | None = None
    inserted_at: datetime | None = None
    messages: tuple[SeededMessage, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeededMessage:
    """A message of a run that is over."""

    id: str
    channel: Channel
    status: str


@dataclass(frozen=True, slots=True)
class SeededKey:
    """An API key and the environment it belongs to; one that is revoked opens nothing any more."""

    key: str
    environment: str
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Seed:
    """Facts that are there before the first request.

    Attributes:
        catalog: workflows and channels.
        users: each in the form of an inline identification.
        objects: the same, with their collection.
        tenants: the same.
        bulk_operations: oldest first.
        runs: oldest first.
        keys: all there are; without any, each key has an environment of its own.
    """

    catalog: Catalog = Catalog()
    users: tuple[Row, ...] = ()
    objects: tuple[Row, ...] = ()
    tenants: tuple[Row, ...] = ()
    bulk_operations: tuple[SeededOperation, ...] = ()
    runs: tuple[SeededRun, ...] = ()
    keys: tuple[SeededKey, ...] = ()
