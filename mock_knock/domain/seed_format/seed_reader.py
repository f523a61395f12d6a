"""The fields that seeds have in common: ids, keys, instants, recipients."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mock_knock.domain.channel import DEFAULT_CHANNELS, Channel
from mock_knock.domain.clock import LATEST, parse_instant
from mock_knock.domain.reading import Reader, escape
from mock_knock.domain.recipient import RecipientKey
from mock_knock.messages import JsonValue

_EXAMPLE, _SOMETIME = "2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)
_EXAMPLE_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(slots=True)
class SeedReader(Reader):
    """Reads the fields of one seed; `channels` are those known so far, `seen` what may not be there twice."""

    channels: dict[str, Channel] = field(default_factory=lambda: {each.key: each for each in DEFAULT_CHANNELS})
    seen: set[tuple[str, Hashable]] = field(default_factory=set)

    def read_key(self, holder: Mapping[str, Any], at: str, name: str, kind: str) -> str:
        """Return a text that nothing else of this kind has."""
        key = self.read_text(holder, at, name, default=None)
        self.check_new(kind, key, at)
        return key

    def read_optional(self, holder: Mapping[str, Any], at: str, name: str) -> str | None:
        """Return a text, or None where there is none or null."""
        return None if holder.get(name) is None else self.read_text(holder, at, name, default=None)

    def read_object(self, holder: Mapping[str, Any], at: str, name: str) -> Mapping[str, JsonValue] | None:
        """Return a mapping, or None where there is none or null."""
        return None if holder.get(name) is None else self.read_map(holder[name], f"{at}/{name}", None)

    def read_uuid(self, holder: Mapping[str, Any], at: str, name: str, *, default: str | None) -> str:
        """Return a UUID in lower case."""
        if default is None and name not in holder:
            self.report(at, f"'{name}' is missing", f"write it like `{name}: {_EXAMPLE_ID}`")
            return ""
        text = self.read_text(holder, at, name, default=default)
        if text and not _UUID.fullmatch(text):
            self.report(f"{at}/{name}", f"'{name}' must be a UUID", f"write it like {_EXAMPLE_ID}")
        return text.lower()

    def read_instant(self, holder: Mapping[str, Any], at: str, name: str) -> datetime | None:
        """Return an instant in UTC, or None where there is none or null."""
        value = holder.get(name)
        return None if value is None else self.to_instant(value, f"{at}/{name}", name)

    def to_instant(self, value: JsonValue, at: str, name: str) -> datetime | None:
        """Return an instant in UTC, or None for what is none."""
        if (found := parse_instant(value)) is not None:
            return found
        message = f"'{name}' must be an instant of RFC 3339, at most of the year {LATEST.year}"
        self.report(at, message, f"write it in quotes, like '{_EXAMPLE}'")
        return None

    def require_instant(self, holder: Mapping[str, Any], at: str, name: str) -> datetime:
        """Return an instant in UTC that must be there."""
        if holder.get(name) is None:
            self.report(at, f"'{name}' is missing", f"write it like `{name}: '{_EXAMPLE}'`")
            return _SOMETIME
        return self.read_instant(holder, at, name) or _SOMETIME

    def to_past(self, value: JsonValue, at: str, name: str, now: datetime | None) -> datetime | None:
        """Return an instant that is not after that of the seed, or None for what is none."""
        found = self.to_instant(value, at, name)
        if found is not None:
            self.check_past(found, at, name, now)
        return found

    def require_past(self, holder: Mapping[str, Any], at: str, name: str, now: datetime | None) -> datetime:
        """Return an instant that must be there and not after that of the seed."""
        instant = self.require_instant(holder, at, name)
        if instant is not _SOMETIME:
            self.check_past(instant, f"{at}/{name}", name, now)
        return instant

    def check_past(self, instant: datetime, at: str, name: str, now: datetime | None) -> None:
        """Report an instant that is after that of the seed, or cannot be compared with it."""
        if now is None or instant > now:
            hint = "say `now` at the top of the seed; polls and pushes lie before it"
            self.report(at, f"'{name}' must not be after 'now'", hint)

    def to_whole(self, value: JsonValue, at: str, name: str, *, most: int) -> int:
        """Return a whole number from 0 to `most`."""
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.report(at, f"{name} must be a whole number from 0 to {most}", "count from 0")
            return 0
        return value

    def read_recipient(self, holder: Mapping[str, Any], at: str, name: str) -> RecipientKey:
        """Return a recipient: the id of a user, or collection and id of an object."""
        if name in holder:
            return self.to_recipient(holder[name], f"{at}/{name}", name)
        self.report(at, f"'{name}' is missing", f"write it like `{name}: ada`")
        return RecipientKey("")

    def to_recipient(self, value: JsonValue, at: str, name: str) -> RecipientKey:
        """Return the recipient that a value names."""
        if isinstance(value, Mapping):
            found = self.read_map(value, at, {"collection", "id"})
            return RecipientKey(
                self.read_text(found, at, "id", default=None), self.read_text(found, at, "collection", default=None)
            )
        if not isinstance(value, str) or not value:
            self.report(at, f"'{name}' must name a recipient", "write `ada`, or `{collection: projects, id: engine}`")
            return RecipientKey("")
        return RecipientKey(value)

    def read_channel_key(self, holder: Mapping[str, Any], at: str) -> Channel:
        """Return the channel that `channel` names."""
        key = self.read_text(holder, at, "channel", default=None)
        if key and key not in self.channels:
            hint = f"channels: {', '.join(self.channels)}"
            self.report(f"{at}/channel", f"there is no channel '{key}'", hint)
        return self.channels.get(key, DEFAULT_CHANNELS[0])

    def check_numbers(self, value: JsonValue) -> None:
        """Report whole numbers that JSON as it is sent here cannot hold."""
        waiting: list[tuple[JsonValue, str]] = [(value, "")]
        while waiting:
            node, at = waiting.pop()
            for name, each in _members(node):
                if isinstance(each, (Mapping, list)):
                    waiting.append((each, f"{at}/{escape(str(name))}"))
                elif isinstance(each, int) and not -(2**63) <= each < 2**64:
                    place = f"{at}/{escape(str(name))}"
                    self.report(place, "a whole number must not have more than 64 bits", "write it as text")

    def check_new(self, kind: str, name: Hashable, at: str) -> None:
        """Report what is there already; `name` is what makes it one of its kind, nothing where it has none."""
        if name and (kind, name) in self.seen:
            shown = " to ".join(map(str, name)) if type(name) is tuple else name
            self.report(at, f"'{shown}' is here twice", "take one of the two out")
        self.seen.add((kind, name))


def _members(node: JsonValue) -> Iterable[tuple[object, JsonValue]]:
    if isinstance(node, Mapping):
        return node.items()
    return enumerate(node) if isinstance(node, list) else ()
