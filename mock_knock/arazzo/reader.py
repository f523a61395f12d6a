"""Reading decoded documents field by field, with every problem collected instead of raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mock_knock.messages import Finding, JsonValue

Place = Callable[[str], str]
NAME = re.compile(r"[A-Za-z0-9_.-]+")
_NOTHING: Mapping[str, JsonValue] = {}


@dataclass(slots=True)
class Reader:
    """Collects findings while a document is read; `where` turns a JSON pointer into a place for people."""

    where: Place
    findings: list[Finding] = field(default_factory=list)

    def report(self, code: str, pointer: str, message: str, hint: str = "") -> None:
        """Note a problem that makes the document unusable."""
        self.findings.append(Finding(code, "error", message, self.where(pointer), hint))

    def map(self, value: JsonValue, at: str, *, known: Collection[str] = ()) -> Mapping[str, JsonValue]:
        """Return a mapping; with `known`, every other field but an extension (`x-...`) is a problem."""
        if not isinstance(value, Mapping):
            self.report("arazzo-structure", at, f"{_name(at)} must be a mapping", "write `name: value` pairs")
            return _NOTHING
        for name in value:
            if known and name not in known and not name.startswith("x-"):
                hint = f"known fields: {', '.join(sorted(known))}"
                self.report("arazzo-unknown-field", f"{at}/{escape(name)}", f"'{name}' is not a field here", hint)
        return value

    def items(self, holder: Mapping[str, JsonValue], at: str, name: str) -> Iterator[tuple[str, JsonValue]]:
        """Yield each entry of an optional list with its pointer."""
        entries = holder.get(name, [])
        if not isinstance(entries, list):
            self.report("arazzo-structure", f"{at}/{name}", f"'{name}' must be a list", "start each entry with `- `")
            return
        for index, entry in enumerate(entries):
            yield f"{at}/{name}/{index}", entry

    def text(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str | None:
        """Return an optional text, or None."""
        value = holder.get(name)
        if value is not None and not isinstance(value, str):
            self.report("arazzo-structure", f"{at}/{name}", f"'{name}' must be text", "put it in quotes")
            return None
        return value

    def required_text(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str:
        """Return a text that must be there; an empty one is a problem as well."""
        if not holder.get(name):
            self.report("arazzo-structure", at, f"'{name}' is missing", f"add `{name}: ...`")
            return ""
        return self.text(holder, at, name) or ""

    def number(self, holder: Mapping[str, JsonValue], at: str, name: str, default: float) -> float:
        """Return a number that is not negative."""
        value = holder.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            self.report("arazzo-structure", f"{at}/{name}", f"'{name}' must be a number of at least 0", "")
            return default
        return value

    def texts(self, holder: Mapping[str, JsonValue], at: str, name: str) -> dict[str, str]:
        """Return an optional map of names to texts, as `outputs` is; names follow the specification's pattern."""
        found: dict[str, str] = {}
        values = self.map(holder[name], f"{at}/{name}") if name in holder else _NOTHING
        for key in values:
            pointer = f"{at}/{name}/{escape(key)}"
            if not NAME.fullmatch(key):
                self.report(
                    "arazzo-name", pointer, f"'{key}' is not a valid name", "use letters, digits, `.`, `-`, `_`"
                )
            value = values[key]
            if isinstance(value, str):
                found[key] = value
            elif isinstance(value, Mapping):
                self.unsupported(pointer, "a selector")
            else:
                self.report("arazzo-structure", pointer, f"'{key}' must be a runtime expression", "")
        return found

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
                self.report(
                    "arazzo-duplicate", pointer, f"the {kind} '{name}' is defined twice", "give it another name"
                )
            seen.add(name)


def escape(token: str) -> str:
    """Return a token as it stands in a JSON pointer (RFC 6901 section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def _name(pointer: str) -> str:
    return f"'{pointer.rpartition('/')[2]}'" if pointer else "the document"
