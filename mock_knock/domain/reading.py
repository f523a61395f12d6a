"""How decoded documents are read strictly: every problem is reported with its place, and reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mock_knock.messages import Finding, JsonValue

MAX_NUMBER = 365 * 24 * 3600
"""The largest number of seconds, polls and rows: a year in seconds, so that no instant leaves the calendar."""

Place: TypeAlias = Callable[[str], str]
"""Turns a JSON pointer into a place for people."""


def escape(name: str) -> str:
    """Return a name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(slots=True)
class Reader:
    """Reads the parts of one document; `code` is that of its findings."""

    where: Place
    code: str
    findings: list[Finding] = field(default_factory=list)

    def read_number(
        self,
        holder: Mapping[str, JsonValue],
        at: str,
        name: str,
        *,
        default: float | None,
        whole: bool = False,
        least: int = 0,
        most: int = MAX_NUMBER,
    ) -> float | None:
        """Return a number within its bounds, or the default."""
        number: float | None = holder.get(name, default)
        if number is default:
            return default
        kinds = (int,) if whole else (int, float)
        if isinstance(number, bool) or not isinstance(number, kinds) or not least <= number <= most:
            kind = "a whole number" if whole else "a number"
            self.report(f"{at}/{name}", f"'{name}' must be {kind} from {least} to {most}", f"write it like `{name}: 1`")
            return default
        return number

    def read_text(self, holder: Mapping[str, JsonValue], at: str, name: str, *, default: str | None) -> str:
        """Return a text that is not empty, or the default; None is no default: the text must be there."""
        value = holder.get(name, default)
        if isinstance(value, str) and (value or value == default):
            return value
        problem = "is missing" if name not in holder else "must be text that is not empty"
        hint = f"write it in quotes, like `{name}: 'text'`" if name in holder else f"write it like `{name}: text`"
        self.report(f"{at}/{name}" if name in holder else at, f"'{name}' {problem}", hint)
        return default or ""

    def read_flag(self, holder: Mapping[str, JsonValue], at: str, name: str, *, default: bool) -> bool:
        """Return true or false, or the default."""
        value = holder.get(name, default)
        if not isinstance(value, bool):
            self.report(f"{at}/{name}", f"'{name}' must be true or false", f"write `{name}: {str(default).lower()}`")
            return default
        return value

    def read_choice(
        self, holder: Mapping[str, JsonValue], at: str, name: str, choices: tuple[str, ...], *, default: str | None
    ) -> str:
        """Return one of some texts, or the default."""
        value = holder.get(name, default)
        if not isinstance(value, str) or value not in choices:
            listed = ", ".join(choices)
            self.report(f"{at}/{name}", f"'{name}' must be one of: {listed}", f"write `{name}: {choices[0]}`")
            return default or choices[0]
        return value

    def read_texts(self, holder: Mapping[str, JsonValue], at: str, name: str) -> tuple[str, ...]:
        """Return a list of texts, or nothing."""
        value = holder.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.report(f"{at}/{name}", f"'{name}' must be a list of texts", f"write it like `{name}: [one, two]`")
            return ()
        return tuple(value)

    def read_list(self, holder: Mapping[str, JsonValue], at: str, name: str) -> Iterator[tuple[JsonValue, str]]:
        """Yield the entries of a list with their places; without it there are none."""
        value = holder.get(name, [])
        if not isinstance(value, list):
            self.report(f"{at}/{name}", f"'{name}' must be a list", f"write it like `{name}: [...]`")
            return
        yield from ((each, f"{at}/{name}/{index}") for index, each in enumerate(value))

    def read_map(self, value: JsonValue, at: str, known: set[str] | None, *, what: str = "") -> Mapping[str, Any]:
        """Return a mapping that has none but the known members; None is any."""
        if not isinstance(value, Mapping):
            name = what or at.rpartition("/")[2] or "the document"
            self.report(at, f"'{name}' must be a mapping", "write `name: value` pairs")
            return {}
        for name in value if known is not None else ():
            if name not in (known or ()):
                hint = f"known: {', '.join(sorted(known or ()))}"
                self.report(f"{at}/{escape(str(name))}", f"'{name}' is not known here", hint)
        return value

    def report(self, pointer: str, message: str, hint: str) -> None:
        """Note a problem."""
        self.findings.append(Finding(self.code, "error", message, self.where(pointer), hint))
