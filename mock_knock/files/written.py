"""Values as text that fits into a document: a scalar in the style of the one it replaces, new members and items."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mock_knock.files.yaml_scalars import resolve_plain
from mock_knock.messages import JsonValue

_NOT_PLAIN = re.compile(r":(?: |$)| #| $|^(?:\.\.\.|---)")
_FLOW_MARKS = re.compile(r"[][{},:?]")
_SHOWN = r"[\x20-\x7e\xa1-\u1fff\u3000-\ud7ff\U00010000-\U0003ffff]"
_PLAIN = re.compile(rf"(?=[A-Za-z0-9$_/.(+]|[^\x00-\x7f]){_SHOWN}+")
_SINGLE = re.compile(f"{_SHOWN}*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_KEPT = re.compile(_SHOWN)
STEP = "  "
"""The indentation of what is new."""


def write_yaml_scalar(value: JsonValue, style: str = "plain", *, in_flow: bool = False) -> str:
    """Return a scalar in YAML: a text in its style as far as that can hold it, else in quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    if style == "plain" and _may_be_plain(value, in_flow=in_flow):
        return value
    if style != "double" and _SINGLE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


def _may_be_plain(text: str, *, in_flow: bool) -> bool:
    if not _PLAIN.fullmatch(text) or _NOT_PLAIN.search(text) or (in_flow and _FLOW_MARKS.search(text)):
        return False
    return isinstance(resolve_plain(text), str)


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if _KEPT.fullmatch(character):
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004  # the end of the basic plane


def write_flow(value: JsonValue) -> str:
    """Return a value in one line of YAML, in brackets and braces."""
    match value:
        case dict():
            members = (f"{write_yaml_scalar(name, in_flow=True)}: {write_flow(each)}" for name, each in value.items())
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(map(write_flow, value)) + "]"
        case _:
            return write_yaml_scalar(value, in_flow=True)


def write_block(value: JsonValue, *, list_indent: str = "") -> Iterator[str]:
    """Yield the lines of a value in YAML's block style; `list_indent` is how far lists are moved in below their key."""
    match value:
        case dict() if value:
            for name, each in value.items():
                yield from _member_lines(write_yaml_scalar(name), each, list_indent)
        case list() if value:
            for each in value:
                first, *others = write_block(each, list_indent=list_indent)
                yield f"- {first}"
                yield from (f"  {line}" for line in others)
        case dict() | list():
            yield write_flow(value)
        case _:
            yield write_yaml_scalar(value)


def _member_lines(key: str, value: JsonValue, list_indent: str) -> Iterator[str]:
    if not isinstance(value, (dict, list)) or not value:
        yield f"{key}: {next(write_block(value))}"
        return
    indent = STEP if isinstance(value, dict) else list_indent
    yield f"{key}:"
    yield from (f"{indent}{line}" for line in write_block(value, list_indent=list_indent))
