"""Whether a value holds another one: every member that is named is there, and is alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mock_knock.messages import JsonValue

MISSING = "(missing)"
MAX_SHOWN = 200
"""Characters of a value that a difference shows."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which something differs from what is meant: the field, what was expected, and what is there."""

    field: str
    expected: str
    actual: str


def differing_parts(expected: JsonValue, actual: JsonValue, path: str) -> Iterator[Mismatch]:
    """Yield each place at which a value does not hold the expected one.

    Objects may have more members than are named. Lists must be as long as expected, item by item; `true` is not 1, and
    1 is 1.0, as in JSON Schema.
    """
    match expected, actual:
        case Mapping(), Mapping():
            for name, each in expected.items():
                place = f"{path}.{name}"
                if name in actual:
                    yield from differing_parts(each, actual[name], place)
                else:
                    yield Mismatch(place, shown(each), MISSING)
        case list(), list() if len(expected) == len(actual):
            for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
                yield from differing_parts(one, other, f"{path}[{index}]")
        case _:
            if isinstance(expected, bool) is not isinstance(actual, bool) or expected != actual:
                yield Mismatch(path, shown(expected), shown(actual))


def shown(value: JsonValue) -> str:
    """Return a value as a difference shows it: as JSON, cut off where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
