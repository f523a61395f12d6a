"""Reading decoded documents field by field, with every problem collected instead of raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mock_knock.arazzo.codes import severity_of
from mock_knock.messages import Finding, JsonValue

Place = Callable[[str], str]
NAME = re.compile(r"[A-Za-z0-9_.-]+")
PLAIN_ID = re.compile(r"[A-Za-z0-9_-]+")
"""What expressions can name (Arazzo 1.1.0, Runtime Expressions, identifier-strict)."""
LONGEST_DELAY = 1_000_000_000
"""Seconds (some 30 years): what any clock can still wait for; the standard knows no limit."""

_MOST_LISTED = 20

_NOTHING: Mapping[str, JsonValue] = {}


@dataclass(slots=True)
class Reader:
    """Collects findings while a document is read.

    `where` turns a JSON pointer into a place for people. `knows_newer` tells that the document may use what came with
    Arazzo 1.1.0.
    """

    where: Place
    findings: list[Finding] = field(default_factory=list)
    knows_newer: bool = True

    def report(self, code: str, pointer: str, message: str, hint: str) -> None:
        """Note a problem, with the severity of its code."""
        self.findings.append(Finding(code, severity_of(code, "lenient"), message, self.where(pointer), hint))

    def report_structure(self, pointer: str, message: str, hint: str) -> None:
        """Note that the document is not built as the standard prescribes."""
        self.report("arazzo-structure", pointer, message, hint)

    def report_newer(self, pointer: str, what: str) -> None:
        """Note a part of Arazzo 1.1.0, unless the document is of that version."""
        if not self.knows_newer:
            message = f"{what} came with Arazzo 1.1.0, and this document says 1.0"
            self.report("arazzo-version-field", pointer, message, "write `arazzo: 1.1.0`")

    def report_newer_fields(self, holder: Mapping[str, JsonValue], at: str, *names: str) -> None:
        """Note the fields of Arazzo 1.1.0 in a document of 1.0."""
        for name in names:
            if name in holder:
                self.report_newer(f"{at}/{name}", f"'{name}'")

    def report_idle(self, pointer: str, message: str) -> None:
        """Note a field that has no effect where it stands."""
        self.report("arazzo-field-idle", pointer, message, "take it out")

    def map(self, value: JsonValue, at: str, *, known: Collection[str] = ()) -> Mapping[str, JsonValue]:
        """Return a mapping; with `known`, every other field but an extension (`x-...`) is a problem."""
        if not isinstance(value, Mapping):
            name = at.rpartition("/")[2]
            self.report_structure(at, f"'{name}' must be a mapping", "write `name: value` pairs")
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
            self.report_structure(f"{at}/{name}", f"'{name}' must be a list", "start each entry with `- `")
            return
        if required and not entries:
            self.report_structure(at, f"'{name}' needs at least one entry", f"add one below `{name}:`")
        for index, entry in enumerate(entries):
            pointer = f"{at}/{name}/{index}"
            if isinstance(entry, Mapping):
                yield pointer, entry
            else:
                message = f"each entry of '{name}' must be a mapping"
                self.report_structure(pointer, message, "write `name: value` pairs")

    def text(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str | None:
        """Return an optional text, or None; when it is there, it must not be empty."""
        if name not in holder:
            return None
        value = holder[name]
        if not isinstance(value, str) or not value:
            message = f"'{name}' must be text, and not empty"
            self.report_structure(f"{at}/{name}", message, "put it in quotes, or take the field out")
            return None
        return value

    def required_text(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str:
        """Return a text that must be there; the empty text stands for a problem."""
        if name not in holder:
            self.report_structure(at, f"'{name}' is missing", f"add `{name}: ...`")
        return self.text(holder, at, name) or ""

    def prose(self, holder: Mapping[str, JsonValue], at: str, *names: str) -> None:
        """Check texts for people, which may be empty and are not used."""
        for name in names:
            if not isinstance(holder.get(name, ""), str):
                self.report_structure(f"{at}/{name}", f"'{name}' must be text", "put it in quotes")

    def identifier(self, holder: Mapping[str, JsonValue], at: str, name: str) -> str:
        """Return an id that must be there; one that expressions cannot name is remarked on."""
        value = self.required_text(holder, at, name)
        if value and not PLAIN_ID.fullmatch(value):
            message, hint = f"no expression can name '{value}'", "use letters, digits, `-`, `_`"
            self.report("arazzo-name-unusual", f"{at}/{name}", message, hint)
        return value

    def listed_texts(self, holder: Mapping[str, JsonValue], at: str, name: str) -> tuple[tuple[str, str], ...]:
        """Return the entries of an optional list of texts with their pointers."""
        entries = holder.get(name, [])
        if not isinstance(entries, list):
            self.report_structure(f"{at}/{name}", f"'{name}' must be a list", "start each entry with `- `")
            return ()
        found = []
        for index, entry in enumerate(entries):
            pointer = f"{at}/{name}/{index}"
            if isinstance(entry, str) and entry:
                found.append((pointer, entry))
            else:
                self.report_structure(
                    pointer, f"each entry of '{name}' must be text, and not empty", "put it in quotes"
                )
        return tuple(found)

    def seconds(self, holder: Mapping[str, JsonValue], at: str, name: str) -> float:
        """Return an optional length of time, 0 when it is not there."""
        value = holder.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LONGEST_DELAY:
            message = f"'{name}' must be a number of seconds from 0 to {LONGEST_DELAY:,}"
            self.report_structure(f"{at}/{name}", message, f"write `{name}: 1` or `{name}: 0.5`")
            return 0
        return value

    def count(self, holder: Mapping[str, JsonValue], at: str, name: str, default: int) -> int:
        """Return an optional whole number that is not negative."""
        value = holder.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            message = f"'{name}' must be a whole number, 0 or more"
            self.report_structure(f"{at}/{name}", message, f"write `{name}: {default}`")
            return default
        return value

    def name(self, name: str, pointer: str) -> None:
        """Check the name of an output or a component, which follows the specification's pattern."""
        if not NAME.fullmatch(name):
            self.report("arazzo-name", pointer, f"'{name}' is not a valid name", "use letters, digits, `.`, `-`, `_`")

    def distinct(self, ids: Sequence[tuple[str, str]], kind: str) -> None:
        """Note ids that stand twice; `ids` are pairs of id and pointer."""
        seen: set[str] = set()
        for name, pointer in ids:
            if name and name in seen:
                hint = "give it another name, or take it out"
                self.report("arazzo-duplicate", pointer, f"the {kind} '{name}' is defined twice", hint)
            seen.add(name)


def list_names(names: Collection[str]) -> str:
    """Return names for people, separated by commas; of many only the first ones."""
    shown = ", ".join(islice(names, _MOST_LISTED))
    left = len(names) - _MOST_LISTED
    return f"{shown} and {left} more" if left > 0 else shown or "none"


def escape(token: str) -> str:
    """Return a token as it stands in a JSON pointer (RFC 6901 section 3)."""
    return token.replace("~", "~0").replace("/", "~1")
