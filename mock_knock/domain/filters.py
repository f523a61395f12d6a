"""Which messages and runs a list is limited to (FACTS section 8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mock_knock.domain.message import Message
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.workflow_run import RunRecord
from mock_knock.messages import JsonValue

NO_ENGAGEMENT = frozenset({"unseen", "unread", "unarchived"})
"""The engagement statuses of a message that nobody has looked at, which here is every one."""


@dataclass(frozen=True, slots=True)
class Period:
    """The instants between two ends; None is no end. `has_begin` and `has_end` tell whether the ends are part of it."""

    begin: datetime | None = None
    end: datetime | None = None
    has_begin: bool = False
    has_end: bool = False

    def contains(self, instant: datetime) -> bool:
        """Tell whether an instant lies in it, of which milliseconds are seen."""
        instant = instant.replace(microsecond=instant.microsecond // 1_000 * 1_000)
        is_late = self.begin is None or instant > self.begin or (self.has_begin and instant == self.begin)
        is_early = self.end is None or instant < self.end or (self.has_end and instant == self.end)
        return is_late and is_early


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What messages must have; an empty collection, an empty mapping and None ask for nothing."""

    statuses: Collection[str] = ()
    engagement_statuses: Collection[str] = ()
    ids: Collection[str] = ()
    categories: Collection[str] = ()
    workflow: str | None = None
    workflow_run_id: str | None = None
    recipient_run_id: str | None = None
    tenant: str | None = None
    channel_id: str | None = None
    data: Mapping[str, JsonValue] = field(default_factory=dict)
    periods: tuple[Period, ...] = ()
    recipient: RecipientKey | None = None

    def admits(self, message: Message) -> bool:
        """Tell whether a message has everything that is asked for."""
        record = message.record
        run = record.run
        tenant = run.request.tenant
        asked = (
            (self.workflow, run.workflow.key),
            (self.workflow_run_id, run.id),
            (self.recipient_run_id, record.recipient_run.id),
            (self.tenant, tenant.key.id if tenant else None),
            (self.channel_id, message.channel.id),
            (self.recipient, message.recipient),
        )
        among = ((self.statuses, message.status), (self.ids, message.id))
        data = record.recipient_run.data
        return (
            all(wanted in {None, found} for wanted, found in asked)
            and all(not wanted or found in wanted for wanted, found in among)
            and (not self.engagement_statuses or not NO_ENGAGEMENT.isdisjoint(self.engagement_statuses))
            and (not self.categories or not set(self.categories).isdisjoint(run.workflow.categories))
            and all(name in data and _is_same(data[name], value) for name, value in self.data.items())
            and all(period.contains(message.inserted_at) for period in self.periods)
        )


def _is_same(one: JsonValue, other: JsonValue) -> bool:
    """Tell whether two values are the same in JSON, where true is not 1."""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What recipient runs must have; None and an empty collection ask for nothing."""

    workflow: str | None = None
    statuses: Collection[str] = ()
    tenant: str | None = None
    has_errors: bool | None = None
    recipient: RecipientKey | None = None
    period: Period = Period()

    def admits(self, record: RunRecord) -> bool:
        """Tell whether a run has everything that is asked for; none here has errors."""
        tenant = record.run.request.tenant
        asked = (
            (self.workflow, record.run.workflow.key),
            (self.tenant, tenant.key.id if tenant else None),
            (self.recipient, record.recipient_run.recipient),
        )
        return (
            all(wanted in {None, found} for wanted, found in asked)
            and (not self.statuses or record.status in self.statuses)
            and self.has_errors is not True
            and self.period.contains(record.run.inserted_at)
        )
