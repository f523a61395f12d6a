"""Whether a value holds another one: every member that is named is there, and is alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from json import JSONEncoder
from typing import Final, TypeAlias

from mock_knock.messages import JsonValue

MISSING: Final = "(missing)"
MAX_SHOWN: Final = 200
"""Characters of a value that a difference shows."""
MAX_NAME: Final = 50
"""Characters of each name in the place of a difference."""
MAX_STEPS: Final = 20
"""Names and numbers that the place of a difference shows at either end."""
_WITH_LETTERS: Final = JSONEncoder(ensure_ascii=False)
_WITH_ESCAPES: Final = JSONEncoder()
_PLAIN_NAME: Final = re.compile("[A-Za-z0-9_$-]+", re.ASCII)

_Way: TypeAlias = "tuple[_Way | None, str | int]"
"""How a part of a value is reached: the way to what is around it, and its name or number there."""


class _Absent:
    """What is found in place of a member that is not there."""


_ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which something differs from what is meant: the field, what was expected, and what is there."""

    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class DifferingPart:
    """A part of a value that differs from the one that is expected there; to tell it in words takes time."""

    way: _Way
    expected: JsonValue
    actual: JsonValue

    @property
    def weight(self) -> int:
        """How much was expected there: the number of all values in it, and itself."""
        found, waiting = 0, [self.expected]
        while waiting:
            value = waiting.pop()
            waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            found += 1
        return found

    def tell(self) -> Mismatch:
        """Return it in words."""
        return Mismatch(_place(self.way), *_contrast(self.expected, self.actual))


def differing_parts(expected: JsonValue, actual: JsonValue, path: str) -> Iterator[DifferingPart]:
    """Yield each part at which a value does not hold the expected one.

    Objects may have more members than are named. Lists must be as long as expected, item by item; `true` is not 1, and
    1 is 1.0, as in JSON Schema. However deep both are nested, they are gone through.
    """
    waiting: list[tuple[_Way, JsonValue, JsonValue]] = [((None, path), expected, actual)]
    while waiting:
        way, one, other = waiting.pop()
        match one, other:
            case dict(), dict():
                waiting += [((way, name), each, other.get(name, _ABSENT)) for name, each in reversed(one.items())]
            case list(), list() if len(one) == len(other):
                pairs = [*enumerate(zip(one, other, strict=True))]
                waiting += [((way, index), each, its) for index, (each, its) in reversed(pairs)]
            case _ if isinstance(one, bool) is not isinstance(other, bool) or one != other:
                yield DifferingPart(way, one, other)


def shown(value: JsonValue) -> str:
    """Return a value as a difference shows it: as JSON on one line, cut off where it is long."""
    text = ""
    for part in _WITH_LETTERS.iterencode(value):
        text += part
        if len(text) > MAX_SHOWN:
            break
    return shown_text(text)


def shown_text(text: str) -> str:
    """Return a text as a difference shows it: with escapes for what cannot be seen, cut off where it is long."""
    return _visible(text) if len(text) <= MAX_SHOWN else f"{_visible(text[:MAX_SHOWN])}..."


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _WITH_ESCAPES.encode(each)[1:-1] for each in text)


def _contrast(one: JsonValue, other: JsonValue) -> tuple[str, str]:
    """Return how two values that differ are shown, so that it can be seen in what they do."""
    left, right = shown(one), MISSING if isinstance(other, _Absent) else shown(other)
    if isinstance(one, list) and isinstance(other, list):
        return f"{left} {_counted(one)}", f"{right} {_counted(other)}"
    if left == right and isinstance(one, str) and isinstance(other, str):
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        return f"{left} ({len(one)} characters)", f"{right} ({len(other)} characters, the first {alike} as expected)"
    return left, right


def _counted(value: list[JsonValue]) -> str:
    return f"({len(value)} {'item' if len(value) == 1 else 'items'})"


def _place(way: _Way) -> str:
    """Return a way as a person would write it: `body.data.rows[2]["a name"]`."""
    steps: list[str] = []
    rest: _Way | None = way
    while rest is not None:
        rest, step = rest
        steps.append(str(step) if rest is None else _written(step))
    if len(steps) > 2 * MAX_STEPS:
        steps[MAX_STEPS:-MAX_STEPS] = ["..."]
    return "".join(reversed(steps))


def _written(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if len(step) <= MAX_NAME and _PLAIN_NAME.fullmatch(step):
        return f".{step}"
    return f"[{shown(step if len(step) <= MAX_NAME else f'{step[:MAX_NAME]}...')}]"
