"""Reading decoded documents field by field, with every problem collected instead of raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mock_knock.messages import Finding, JsonValue

Place = Callable[[str], str]
NAME = re.compile(r"[A-Za-z0-9_.-]+")
LONGEST_DELAY = 1_000_000_000
"""Seconds (some 30 years): what any clock can still wait for; the standard knows no limit."""

_NOTHING: Mapping[str, JsonValue] = {}


@dataclass(slots=True)
class Reader:
    """Collects findings while a document is read; `where` turns a JSON pointer into a place for people."""

    where: Place
    findings: list[Finding] = field(default_factory=list)

    def report(self, code: str, pointer: str, message: str, hint: str) -> None:
        """Note a problem that makes the document unusable."""
        self.findings.append(Finding(code, "error", message, self.where(pointer), hint))

    def map(self, value: JsonValue, at: str, *, known: Collection[str] = ()) -> Mapping[str, JsonValue]:
        """Return a mapping; with `known`, every other field but an extension (`x-...`) is a problem."""
        if not isinstance(value, Mapping):
            name = at.rpartition("/")[2]
            self.report("arazzo-structure", at, f"'{name}' must be a mapping", "write `name: value` pairs")
            return _NOTHING
        for name in value:
            if known and name not in known and not name.startswith("x-"):
                hint = f"known fields: {', '.join(sorted(known))}"
                self.report("arazzo-unknown-field", f"{at}/{escape(name)}", f"'{name}' is not a field here", hint)
        return value

    def items(
        self, holder: Mapping[str, JsonValue], at: str, name: str, *, required: bool = False
    ) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
        """Yield each mapping of a list with its pointer; with `required` there must be at least one entry."""
        entries = holder.get(name, [])
        if not isinstance(entries, list):
            self.report("arazzo-structure", f"{at}/{name}", f"'{name}' must be a list", "start each entry with `- `")
            return
        if required and not entries:
            self.report("arazzo-structure", at, f"'{name}' needs at least one entry", f"add one below `{name}:`")
        for index, entry in enumerate(entries):
            pointer = f"{at}/{name}/{index}"
            if isinstance(entry, Mapping):
                yield pointer, entry
            else:
                message = f"each entry of '{name}' must be a mapping"
                self.report("arazzo-structure", pointer, message, "write `name: value` pairs")

    def text(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str | None:
        """Return an optional text, or None; when it is there, it must not be empty."""
        if name not in holder:
            return None
        value = holder[name]
        if not isinstance(value, str) or not value:
            message = f"'{name}' must be text, and not empty"
            self.report("arazzo-structure", f"{at}/{name}", message, "put it in quotes, or take the field out")
            return None
        return value

    def required_text(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str:
        """Return a text that must be there; the empty text stands for a problem."""
        if name not in holder:
            self.report("arazzo-structure", at, f"'{name}' is missing", f"add `{name}: ...`")
        return self.text(holder, at, name) or ""

    def seconds(self, holder: Mapping[str, JsonValue], at: str, name: str) -> float:
        """Return an optional length of time, 0 when it is not there."""
        value = holder.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LONGEST_DELAY:
            message = f"'{name}' must be a number of seconds from 0 to {LONGEST_DELAY:,}"
            self.report("arazzo-structure", f"{at}/{name}", message, f"write `{name}: 1` or `{name}: 0.5`")
            return 0
        return value

    def count(self, holder: Mapping[str, JsonValue], at: str, name: str, default: int) -> int:
        """Return an optional whole number that is not negative."""
        value = holder.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            message = f"'{name}' must be a whole number, 0 or more"
            self.report("arazzo-structure", f"{at}/{name}", message, f"write `{name}: {default}`")
            return default
        return value

    def texts(self, holder: Mapping[str, JsonValue], at: str, name: str) -> dict[str, str]:
        """Return an optional map of names to texts, as `outputs` is; names follow the specification's pattern."""
        found: dict[str, str] = {}
        values = self.map(holder[name], f"{at}/{name}") if name in holder else _NOTHING
        for key, value in values.items():
            pointer = f"{at}/{name}/{escape(key)}"
            if not NAME.fullmatch(key):
                hint = "use letters, digits, `.`, `-`, `_`"
                self.report("arazzo-name", pointer, f"'{key}' is not a valid name", hint)
            if isinstance(value, str):
                found[key] = value
            elif isinstance(value, Mapping):
                self.unsupported(pointer, "a selector")
            else:
                hint = "write one such as `$response.body#/id`"
                self.report("arazzo-structure", pointer, f"'{key}' must be a runtime expression", hint)
        return found

    def value(self, value: JsonValue, at: str) -> JsonValue:
        """Return a value of any type; a Selector Object anywhere in it (Arazzo 1.1.0) is a problem."""
        pending = [(at, value)]
        while pending:
            pointer, each = pending.pop()
            if isinstance(each, Mapping):
                if _is_selector(each):
                    self.unsupported(pointer, "a selector")
                pending.extend((f"{pointer}/{escape(name)}", child) for name, child in reversed([*each.items()]))
            elif isinstance(each, list):
                pending.extend((f"{pointer}/{index}", each[index]) for index in reversed(range(len(each))))
        return value

    def unsupported(self, pointer: str, what: str) -> None:
        """Note a part of the standard that is understood but not carried out."""
        self.report(
            "arazzo-unsupported", pointer, f"{what} is not supported yet", "take it out, or run this flow elsewhere"
        )

    def distinct(self, ids: Sequence[tuple[str, str]], kind: str) -> None:
        """Note ids that stand twice; `ids` are pairs of id and pointer."""
        seen: set[str] = set()
        for name, pointer in ids:
            if name and name in seen:
                hint = "give it another name, or take it out"
                self.report("arazzo-duplicate", pointer, f"the {kind} '{name}' is defined twice", hint)
            seen.add(name)


def escape(token: str) -> str:
    """Return a token as it stands in a JSON pointer (RFC 6901 section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def _is_selector(value: Mapping[str, JsonValue]) -> bool:
    context = value.get("context")
    return {"selector", "type"} <= value.keys() and isinstance(context, str) and context.startswith("$")
