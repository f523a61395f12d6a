"""What edits make of a decoded document: the measure for what they make of its text."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mock_knock.messages import AddItem, AddMember, Edit, JsonValue, SetText


def edit_value(value: JsonValue, edits: Iterable[Edit]) -> JsonValue:
    """Return a copy of a decoded document with the edits carried out in their order.

    Raises:
        LookupError: an edit names a place that does not exist, or does not fit there.
    """
    found = _copied(value)
    for edit in edits:
        _carry_out(found, edit)
    return found


def value_at(value: JsonValue, pointer: str) -> JsonValue:
    """Return what stands at a JSON pointer; raises LookupError when there is nothing."""
    for token in pointer.split("/")[1:]:
        value = value[_key(value, token)]
    return value


def same_value(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether two decoded documents say the same; true is not 1, and 1 is not 1.0."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _carry_out(value: JsonValue, edit: Edit) -> None:
    above, _, token = edit.pointer.rpartition("/")
    match edit:
        case AddMember():
            _expect(value_at(value, edit.pointer), dict)[edit.name] = _copied(edit.value)
        case AddItem():
            items = _expect(value_at(value, edit.pointer), list)
            items.insert(0 if edit.is_first else len(items), _copied(edit.value))
        case SetText():
            holder = value_at(value, above)
            key = _key(holder, token)
            _expect(holder[key], str)
            holder[key] = edit.text
        case _:  # Remove
            holder = value_at(value, above)
            del holder[_key(holder, token)]


def _key(holder: JsonValue, token: str) -> str | int:
    if isinstance(holder, list) and token.isdecimal():
        return int(token)
    _expect(holder, dict)
    return token.replace("~1", "/").replace("~0", "~")


def _expect(value: JsonValue, kind: type) -> JsonValue:
    if not isinstance(value, kind):
        raise LookupError(f"no {kind.__name__} is there")  # noqa: TRY004  # the place is wrong, not the call
    return value


def _copied(value: JsonValue) -> JsonValue:
    """Copy a value; what several aliases stand for becomes several values."""
    match value:
        case dict():
            return {name: _copied(each) for name, each in value.items()}
        case list():
            return [_copied(each) for each in value]
        case _:
            return value
