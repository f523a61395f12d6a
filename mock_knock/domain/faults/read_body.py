"""How the changes of a body are read."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from mock_knock.domain.faults.body import MAX_NESTING, TYPES, BodyFault, Replacement
from mock_knock.domain.reading import Reader, escape
from mock_knock.messages import JsonValue

MAX_TEXT: Final = 1_000_000
"""Characters of a replacement and of a raw value."""

_BODY = {
    "replace", "drop", "set", "add", "type", "nest", "repeat", "raw", "duplicate", "truncate", "bom", "content_type",
}  # fmt: skip


def read_body(reader: Reader, value: JsonValue, at: str) -> tuple[str | None, BodyFault | None]:
    """Return the content type to claim, and what happens to the bytes."""
    known = len(reader.findings)
    found = reader.read_map(value, at, _BODY)
    content_type = _read_content_type(reader, found, at)
    replacement = _read_replacement(reader, found, at) if "replace" in found else None
    changes = BodyFault(
        replacement=replacement,
        dropped=_read_pointers(reader, found, at, "drop"),
        set={**_read_members(reader, found, at, "set"), **_read_members(reader, found, at, "add")},
        types=_read_types(reader, found, at),
        nested=_read_nested(reader, found, at),
        repeated=_read_pointers(reader, found, at, "repeat"),
        raw=_read_raw(reader, found, at),
        doubled=_read_doubled(reader, found, at),
        kept=_read_kept(reader, found, at),
        has_bom=reader.read_flag(found, at, "bom", default=False),
    )
    if (content_type, changes) == (None, BodyFault()) and len(reader.findings) == known:
        reader.report(at, "'body' says nothing", "write it like `body: {drop: status}`")
    return content_type, (None if changes == BodyFault() else changes)


def _read_content_type(reader: Reader, found: Mapping[str, Any], at: str) -> str | None:
    """Return the content type; an empty one is none at all."""
    if "content_type" not in found:
        return None
    if found["content_type"] is None:
        return ""
    text = reader.read_text(found, at, "content_type", default=None)
    if not text.isascii() or not text.isprintable():
        reader.report(f"{at}/content_type", "'content_type' must be one line of ASCII", "write it like `text/html`")
        return None
    return text


def _read_replacement(reader: Reader, found: Mapping[str, Any], at: str) -> Replacement | None:
    value = found["replace"]
    if isinstance(value, str) and len(value) > MAX_TEXT:
        reader.report(f"{at}/replace", f"'replace' has more than {MAX_TEXT} characters", "take less")
        return None
    return Replacement(value)


def _read_pointers(reader: Reader, found: Mapping[str, Any], at: str, name: str) -> tuple[str, ...]:
    if isinstance(found.get(name), str):
        return (to_pointer(found[name]),)
    return tuple(to_pointer(each) for each in reader.read_texts(found, at, name))


def _read_doubled(reader: Reader, found: Mapping[str, Any], at: str) -> tuple[str, ...]:
    pointers = _read_pointers(reader, found, at, "duplicate")
    if any(pointer.count("/") > 1 for pointer in pointers):
        message = "'duplicate' is about members of the body itself"
        reader.report(f"{at}/duplicate", message, "write it like `duplicate: status`")
    return pointers


def _read_members(reader: Reader, found: Mapping[str, Any], at: str, name: str) -> dict[str, JsonValue]:
    members = reader.read_map(found.get(name, {}), f"{at}/{name}", None)
    return {to_pointer(str(pointer)): value for pointer, value in members.items()}


def _read_types(reader: Reader, found: Mapping[str, Any], at: str) -> dict[str, str]:
    members = reader.read_map(found.get("type", {}), f"{at}/type", None)
    types: dict[str, str] = {}
    for name, type_ in members.items():
        place = escape(str(name))
        types[to_pointer(str(name))] = reader.read_choice(
            {place: type_}, f"{at}/type", place, tuple(TYPES), default=None
        )
    return types


def _read_nested(reader: Reader, found: Mapping[str, Any], at: str) -> dict[str, int]:
    members = reader.read_map(found.get("nest", {}), f"{at}/nest", None)
    nested: dict[str, int] = {}
    for name, times in members.items():
        place = escape(str(name))
        depth = reader.read_number(
            {place: times}, f"{at}/nest", place, default=1, whole=True, least=1, most=MAX_NESTING
        )
        nested[to_pointer(str(name))] = int(depth or 1)
    return nested


def _read_raw(reader: Reader, found: Mapping[str, Any], at: str) -> dict[str, str]:
    members = reader.read_map(found.get("raw", {}), f"{at}/raw", None)
    raw: dict[str, str] = {}
    for name, text in members.items():
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            raw[to_pointer(str(name))] = text
        else:
            message = f"'{name}' must be text of at most {MAX_TEXT} characters"
            reader.report(f"{at}/raw/{escape(str(name))}", message, "write it in quotes, like `'NaN'`")
    return raw


def _read_kept(reader: Reader, found: Mapping[str, Any], at: str) -> Fraction:
    kept = reader.read_number(found, at, "truncate", default=1, most=1)
    return Fraction(1 if kept is None else kept).limit_denominator(1_000_000)


def to_pointer(name: str) -> str:
    """Return a JSON pointer; what does not begin with a slash is the name of a member of the body itself."""
    return name if name.startswith("/") else f"/{escape(name)}"
