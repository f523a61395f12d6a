"""JSON, strictly: no duplicate names, no number or text that others could not read, bounded depth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from math import isinf

from mock_knock.files.json_places import find_depth, find_duplicate, find_lone_surrogate, find_token
from mock_knock.files.problems import MAX_DEPTH, MAX_DIGITS, TOO_DEEP, DocumentProblem, line_and_column
from mock_knock.messages import JsonValue


def read_json(text: str) -> JsonValue:
    """Decode a JSON text.

    Raises:
        DocumentProblem: `json-syntax`, `json-duplicate-key`, `json-number`, `json-lone-surrogate` or `json-too-deep`.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise DocumentProblem(
            "json-syntax", f"not JSON: {error.msg}", hint="mend the text", line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise _too_deep(text) from error
    except _Refused as found:
        raise found.problem(text) from found
    if _is_too_deep(value):
        raise _too_deep(text)
    if (offset := find_lone_surrogate(text)) is not None:
        line, column = line_and_column(text, offset)
        what, hint = "half of a surrogate pair is not a character", "write the other half as well, or the character"
        raise DocumentProblem("json-lone-surrogate", what, hint=hint, line=line, column=column)
    return value


class _Refused(Exception):  # caught below, and told as DocumentProblem
    """Something that the decoder found and whose place it does not know: `find` looks for it in the text."""

    def __init__(self, code: str, what: str, hint: str, find: Callable[[str], int]) -> None:
        super().__init__(what)
        self.code, self.what, self.hint, self.find = code, what, hint, find

    def problem(self, text: str) -> DocumentProblem:
        """Return the problem with its place."""
        line, column = line_and_column(text, self.find(text))
        return DocumentProblem(self.code, self.what, hint=self.hint, line=line, column=column)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for name, value in pairs:
        if name in found:
            raise _refused_name(name)
        found[name] = value
    return found


def _refused_name(name: str) -> _Refused:
    what = f"the name '{name}' stands twice in this object"
    return _Refused("json-duplicate-key", what, "keep one of them", lambda text: find_duplicate(text, name))


def _constant(token: str) -> JsonValue:
    raise _Refused("json-syntax", f"not JSON: {token}", "JSON has no such number", lambda text: find_token(text, token))


def _whole(token: str) -> int:
    if len(token) > MAX_DIGITS:
        what, hint = f"a number of more than {MAX_DIGITS} digits", "quote it to make it text"
        raise _Refused("json-number", what, hint, lambda text: find_token(text, token))
    return int(token)


def _float(token: str) -> float:
    number = float(token)
    if isinf(number):
        what, hint = "a number too large for anybody to keep", "quote it to make it text"
        raise _Refused("json-number", what, hint, lambda text: find_token(text, token))
    return number


def _is_too_deep(value: JsonValue) -> bool:
    layer = [value]
    for _ in range(MAX_DEPTH + 1):
        layer = [outer for outer in layer if isinstance(outer, (dict, list))]
        if not layer:
            return False
        layer = [inner for outer in layer for inner in _members(outer)]
    return True


def count_nodes(value: JsonValue) -> int:
    """Return how many values a value has in it, with itself."""
    count, layer = 0, [value]
    while layer:
        count += len(layer)
        layer = [inner for outer in layer if isinstance(outer, (dict, list)) for inner in _members(outer)]
    return count


def _members(container: dict[str, JsonValue] | list[JsonValue]) -> Iterable[JsonValue]:
    return container.values() if isinstance(container, dict) else container


def _too_deep(text: str) -> DocumentProblem:
    line, column = line_and_column(text, find_depth(text))
    return DocumentProblem("json-too-deep", TOO_DEEP, hint="make it flatter", line=line, column=column)
