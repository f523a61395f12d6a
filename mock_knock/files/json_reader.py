"""JSON, strictly: no duplicate names, no NaN, bounded depth."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mock_knock.files.problems import MAX_DEPTH, TOO_DEEP, DocumentProblem
from mock_knock.messages import JsonValue


def read_json(text: str) -> JsonValue:
    """Decode a JSON text.

    Raises:
        DocumentProblem: `json-syntax`, `json-duplicate-key` or `json-too-deep`.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise DocumentProblem(
            "json-syntax", f"not JSON: {error.msg}", hint="mend the text", line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # a whole number with more digits than Python converts
        raise DocumentProblem("json-syntax", "a number is too long", hint="write it as text") from error
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for name, value in pairs:
        if name in found:
            raise DocumentProblem("json-duplicate-key", f"the name '{name}' stands twice", hint="keep one of them")
        found[name] = value
    return found


def _refuse_constant(name: str) -> JsonValue:
    raise DocumentProblem("json-syntax", f"not JSON: {name}", hint="JSON has no such number")


def _check_depth(value: JsonValue) -> None:
    layer: Iterable[JsonValue] = [value]
    for _ in range(MAX_DEPTH + 1):
        layer = [inner for outer in layer for inner in _members(outer)]
        if not layer:
            return
    raise _too_deep()


def _members(value: JsonValue) -> Iterable[JsonValue]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _too_deep() -> DocumentProblem:
    return DocumentProblem("json-too-deep", TOO_DEEP, hint="make it flatter")
