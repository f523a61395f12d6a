"""Which broken rules of a body are certain although parts of it are known only when it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mock_knock.contract.violations import SchemaError, json_pointer
from mock_knock.messages import JsonValue

CERTAIN = frozenset({"required", "type", "additionalProperties"})
"""Rules about a value that hold whatever stands deeper in it."""

CONDITIONAL = frozenset({"then", "else", "dependentSchemas"})
"""Where schemas stand that apply only if a part of the value is so."""


def without_unknown(value: JsonValue, unknown: frozenset[str], at: str = "") -> JsonValue:
    """Return a JSON value with null at the places that are not known."""
    if at in unknown:
        return None
    if isinstance(value, dict):
        return {name: without_unknown(each, unknown, at + json_pointer([name])) for name, each in value.items()}
    if isinstance(value, list):
        return [without_unknown(each, unknown, f"{at}/{index}") for index, each in enumerate(value)]
    return value


def certain_errors(errors: Iterable[SchemaError], unknown: frozenset[str]) -> tuple[SchemaError, ...]:
    """Return the errors that no value at the `unknown` places (JSON pointers) can mend."""
    return tuple(error for error in errors if _is_certain(error, unknown))


def _is_certain(error: SchemaError, unknown: frozenset[str]) -> bool:
    at = json_pointer(error.path)
    if any(_is_within(at, place) for place in unknown):
        return False
    if unknown and not CONDITIONAL.isdisjoint(_texts(error.schema_path)):
        return False
    return error.keyword in CERTAIN or not any(_is_within(place, at) for place in unknown)


def _is_within(pointer: str, outer: str) -> bool:
    return pointer == outer or pointer.startswith(f"{outer}/")


def _texts(path: Sequence[str | int]) -> set[str]:
    return {token for token in path if isinstance(token, str)}
