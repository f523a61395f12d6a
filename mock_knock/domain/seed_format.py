"""The written form of a seed: read strictly, every problem reported with its place.

    version: 1
    channels:
      - {key: mail, type: email, id: 5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11, provider: email_postmark}
    workflows:
      - key: welcome
        categories: [onboarding]
        steps:
          - {channel: mail}          # the key of a channel; each type is one, too
          - {delay: 300}             # seconds
          - {channel: in_app_feed}
    users:
      - {id: ada, name: Ada, email: ada@example.com, preferences: {default: {channel_types: {sms: false}}}}
    objects:
      - {collection: projects, id: p1, name: Engine}
    tenants:
      - {id: acme, name: Acme}
    bulk_operations:
      - {id: 182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e, status: completed, rows: [ada], error_items: []}
    workflow_runs:
      - id: 0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6
        workflow: welcome
        recipient: ada
        messages:
          - {id: 1jNaXzB2RZX3LY8wVQnfCKyPnv7, channel: mail}
    keys:                            # no others are taken then
      - {key: sk_test_mine, environment: development}
      - {key: pk_test_mine, environment: development}
      - {key: sk_test_old, environment: development, revoked: true}

Only the version must be there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args
from uuid import uuid5

from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.channel import (
    CHANNEL_TYPES,
    DEFAULT_CHANNELS,
    FINAL_STATUS,
    NAMESPACE,
    Channel,
    default_provider,
)
from mock_knock.domain.message import MessageStatus
from mock_knock.domain.reading import Place, Reader
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.scenario import Row
from mock_knock.domain.seed import Seed, SeededKey, SeededMessage, SeededOperation, SeededRun
from mock_knock.domain.workflow import Catalog, ChannelStep, DelayStep, Step, Workflow
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

CODE = "seed-invalid"
MEMBERS = {"version", "description", "channels", "workflows", "users", "objects", "tenants"}
MEMBERS |= {"bulk_operations", "workflow_runs", "keys"}
MAX_DELAY = 365 * 24 * 3600
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_STATUSES = tuple(each.value for each in Status)


def parse_seed(value: JsonValue, *, where: Place = lambda pointer: f"#{pointer}") -> Seed:
    """Read a seed from a decoded document; `where` turns a JSON pointer into a place for people.

    Raises:
        InvalidDocument: `seed-invalid`, with one finding for each problem.
    """
    reader = _SeedReader(where, CODE)
    seed = reader.read_seed(value)
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))
    return seed


@dataclass(slots=True)
class _SeedReader(Reader):
    channels: dict[str, Channel] = field(default_factory=lambda: {each.key: each for each in DEFAULT_CHANNELS})
    seen: set[tuple[str, str]] = field(default_factory=set)

    def read_seed(self, value: JsonValue) -> Seed:
        root = self.read_map(value, "", MEMBERS, what="a seed")
        if root.get("version") != 1 or isinstance(root.get("version"), bool):
            self.report("/version", "'version' must be 1", "start the seed with `version: 1`")
        for each, at in self.read_list(root, "", "channels"):
            channel = self.read_channel(each, at)
            self.channels[channel.key] = channel
        workflows = [self.read_workflow(each, at) for each, at in self.read_list(root, "", "workflows")]
        return Seed(
            catalog=Catalog({each.key: each for each in workflows}, dict(self.channels)),
            users=self.read_entities(root, "users"),
            objects=self.read_entities(root, "objects"),
            tenants=self.read_entities(root, "tenants"),
            bulk_operations=tuple(
                self.read_operation(each, at) for each, at in self.read_list(root, "", "bulk_operations")
            ),
            keys=tuple(self.read_api_key(each, at) for each, at in self.read_list(root, "", "keys")),
            runs=tuple(self.read_run(each, at) for each, at in self.read_list(root, "", "workflow_runs")),
        )

    def read_api_key(self, value: JsonValue, at: str) -> SeededKey:
        found = self.read_map(value, at, {"key", "environment", "revoked"})
        key = self.read_key(found, at, "key", "keys")
        if key and not key.startswith(("sk_", "pk_")):
            self.report(f"{at}/key", "an API key begins with sk_ or pk_", "write it like `key: sk_test_mine`")
        environment = self.read_text(found, at, "environment", default="development")
        return SeededKey(key, environment, self.read_flag(found, at, "revoked", default=False))

    def read_channel(self, value: JsonValue, at: str) -> Channel:
        found = self.read_map(value, at, {"key", "type", "id", "name", "provider"})
        key = self.read_key(found, at, "key", "channels")
        type_ = self.read_choice(found, at, "type", CHANNEL_TYPES, default=None)
        known = next(each for each in CHANNEL_TYPES if each == type_)
        return Channel(
            id=self.read_uuid(found, at, "id", default=str(uuid5(NAMESPACE, f"channel {key}"))),
            key=key,
            type=known,
            name=self.read_text(found, at, "name", default=key),
            provider=self.read_text(found, at, "provider", default=default_provider(known)),
        )

    def read_workflow(self, value: JsonValue, at: str) -> Workflow:
        found = self.read_map(value, at, {"key", "name", "active", "commercial", "categories", "steps"})
        key = self.read_key(found, at, "key", "workflows")
        return Workflow(
            key=key,
            name=self.read_text(found, at, "name", default=key),
            is_active=self.read_flag(found, at, "active", default=True),
            is_commercial=self.read_flag(found, at, "commercial", default=False),
            categories=self.read_texts(found, at, "categories"),
            steps=tuple(
                self.read_step(each, place, number)
                for number, (each, place) in enumerate(self.read_list(found, at, "steps"), start=1)
            ),
        )

    def read_step(self, value: JsonValue, at: str, number: int) -> Step:
        found = self.read_map(value, at, {"channel", "delay", "ref"})
        if ("channel" in found) == ("delay" in found):
            self.report(at, "a step has either a 'channel' or a 'delay'", "write `channel: email` or `delay: 60`")
        if "delay" in found:
            seconds = self.read_number(found, at, "delay", default=0, most=MAX_DELAY)
            return DelayStep(self.read_text(found, at, "ref", default=f"delay_{number}"), float(seconds or 0))
        channel = self.read_channel_key(found, at) if "channel" in found else DEFAULT_CHANNELS[0]
        return ChannelStep(self.read_text(found, at, "ref", default=f"{channel.type}_{number}"), channel)

    def read_channel_key(self, found: Mapping[str, Any], at: str) -> Channel:
        key = self.read_text(found, at, "channel", default=None)
        if key and key not in self.channels:
            hint = f"channels: {', '.join(self.channels)}"
            self.report(f"{at}/channel", f"there is no channel '{key}'", hint)
        return self.channels.get(key, DEFAULT_CHANNELS[0])

    def read_entities(self, root: Mapping[str, Any], name: str) -> tuple[Row, ...]:
        rows = []
        for each, at in self.read_list(root, "", name):
            found = self.read_map(each, at, None)
            id_ = self.read_text(found, at, "id", default=None) if found else ""
            collection = self.read_text(found, at, "collection", default=None) if name == "objects" and found else ""
            if id_:
                self.check_new(name, f"{collection}/{id_}", at)
                rows.append({**found, "id": id_})
            for member in ("preferences", "channel_data"):
                inner = found.get(member, {})
                if not isinstance(inner, Mapping) or not all(isinstance(one, Mapping) for one in inner.values()):
                    hint = f"write `{member}: {{<id>: {{...}}}}`"
                    self.report(f"{at}/{member}", f"'{member}' must be a mapping of mappings", hint)
        return tuple(rows)

    def read_operation(self, value: JsonValue, at: str) -> SeededOperation:
        found = self.read_map(value, at, {"id", "name", "status", "rows", "error_items", "inserted_at"})
        id_ = self.read_uuid(found, at, "id", default=None)
        self.check_new("bulk_operations", id_, at)
        return SeededOperation(
            id=id_,
            name=self.read_text(found, at, "name", default="users.identify"),
            status=Status(self.read_choice(found, at, "status", _STATUSES, default="completed")),
            rows=tuple({"id": each} for each in self.read_texts(found, at, "rows")),
            error_ids=frozenset(self.read_texts(found, at, "error_items")),
            inserted_at=self.read_instant(found, at),
        )

    def read_run(self, value: JsonValue, at: str) -> SeededRun:
        known = {"id", "workflow_run_id", "workflow", "recipient", "collection", "actor", "tenant"}
        found = self.read_map(value, at, known | {"cancellation_key", "data", "inserted_at", "messages", "aliases"})
        id_ = self.read_uuid(found, at, "id", default=None)
        self.check_new("workflow_runs", id_, at)
        collection = self.read_optional(found, at, "collection")
        data = self.read_map(found["data"], f"{at}/data", None) if "data" in found else None
        return SeededRun(
            id=id_,
            workflow_run_id=self.read_uuid(found, at, "workflow_run_id", default=str(uuid5(NAMESPACE, f"run {id_}"))),
            workflow=self.read_text(found, at, "workflow", default=None),
            recipient=RecipientKey(self.read_text(found, at, "recipient", default=None), collection),
            actor=self.read_optional(found, at, "actor"),
            tenant=self.read_optional(found, at, "tenant"),
            cancellation_key=self.read_optional(found, at, "cancellation_key"),
            data=data,
            inserted_at=self.read_instant(found, at),
            messages=tuple(self.read_message(each, place) for each, place in self.read_list(found, at, "messages")),
            aliases=self.read_texts(found, at, "aliases"),
        )

    def read_message(self, value: JsonValue, at: str) -> SeededMessage:
        found = self.read_map(value, at, {"id", "channel", "status"})
        id_ = self.read_text(found, at, "id", default=None)
        self.check_new("messages", id_, at)
        channel = self.read_channel_key(found, at)
        status = self.read_choice(found, at, "status", get_args(MessageStatus), default=FINAL_STATUS[channel.type])
        return SeededMessage(id_, channel, status)

    def read_key(self, found: Mapping[str, Any], at: str, name: str, kind: str) -> str:
        key = self.read_text(found, at, name, default=None)
        self.check_new(kind, key, at)
        return key

    def read_optional(self, found: Mapping[str, Any], at: str, name: str) -> str | None:
        return self.read_text(found, at, name, default=None) if name in found else None

    def read_uuid(self, found: Mapping[str, Any], at: str, name: str, *, default: str | None) -> str:
        text = self.read_text(found, at, name, default=default)
        if text and not _UUID.fullmatch(text):
            hint = "write it like 182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
            self.report(f"{at}/{name}", f"'{name}' must be a UUID", hint)
        return text.lower()

    def read_instant(self, found: Mapping[str, Any], at: str) -> datetime | None:
        if "inserted_at" not in found:
            return None
        try:
            instant = datetime.fromisoformat(found["inserted_at"])
        except (TypeError, ValueError):
            instant = None
        if instant is None or instant.tzinfo is None:
            hint = "write it in quotes, like `inserted_at: '2026-01-01T00:00:00Z'`"
            self.report(f"{at}/inserted_at", "'inserted_at' must be an instant of RFC 3339", hint)
            return None
        return instant

    def check_new(self, kind: str, name: str, at: str) -> None:
        if name and (kind, name) in self.seen:
            self.report(at, f"'{name.removeprefix('/')}' is here twice", "take one of the two out")
        self.seen.add((kind, name))
