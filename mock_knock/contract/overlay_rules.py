"""What the Overlay Specification 1.0.0 demands of an overlay document, found out before any part of it is used."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mock_knock.contract.overlay_target import explain_invalid_target
from mock_knock.messages import Finding, JsonValue

_SUPPORTED_VERSION = re.compile(r"1\.0\.[0-9]+")


@dataclass(frozen=True, slots=True)
class _Shape:
    """The fixed fields of an object: those it must have, and the Python type of each."""

    required: tuple[str, ...]
    fields: Mapping[str, type]


_OVERLAY = _Shape(("overlay", "info", "actions"), {"overlay": str, "info": dict, "extends": str, "actions": list})
_INFO = _Shape(("title", "version"), {"title": str, "version": str})
_ACTION = _Shape(("target",), {"target": str, "description": str, "update": object, "remove": bool})
_TYPE_NAMES = {str: "a string", dict: "an object", list: "an array", bool: "a boolean"}


def check_overlay(document: JsonValue, where: str) -> Iterator[Finding]:
    """Yield a finding for every rule of sections Overlay Object, Info Object and Action Object that is broken.

    The places are `<where>#<json pointer>`. A RecursionError comes through when the document is too deep.
    """
    yield from _check_fields(document, _OVERLAY, f"{where}#")
    if not isinstance(document, dict):
        return
    version = document.get("overlay")
    if isinstance(version, str) and not _SUPPORTED_VERSION.fullmatch(version):
        what = f"version {version[:50]!r} of the Overlay Specification is not supported"
        yield _finding("overlay-version-unsupported", what, f"{where}#/overlay", "write 1.0.0")
    if isinstance(document.get("info"), dict):
        yield from _check_fields(document["info"], _INFO, f"{where}#/info")
    if isinstance(document.get("actions"), list):
        yield from _check_actions(document["actions"], f"{where}#/actions")


def _check_actions(actions: list[JsonValue], place: str) -> Iterator[Finding]:
    if not actions:
        yield _finding("overlay-actions-empty", "an overlay needs at least one action", place, "add an action")
    for index, action in enumerate(actions):
        yield from _check_fields(action, _ACTION, f"{place}/{index}")
        if isinstance(action, dict):
            yield from _check_target(action.get("target"), f"{place}/{index}/target")
            yield from _check_json(action.get("update"), f"{place}/{index}/update")


def _check_fields(node: JsonValue, shape: _Shape, place: str) -> Iterator[Finding]:
    if not isinstance(node, dict):
        yield _wrong_type(dict, place)
        return
    for name in shape.required:
        if name not in node:
            yield _finding("overlay-field-missing", f"the field {name!r} is missing", place, f"add {name!r}")
    for name, value in node.items():
        if name in shape.fields:
            if not isinstance(value, shape.fields[name]):
                yield _wrong_type(shape.fields[name], f"{place}/{name}")
        elif not str(name).startswith("x-"):
            hint = f"use one of {', '.join(shape.fields)}, or a name that begins with x-"
            yield _finding("overlay-field-unknown", f"there is no field {name!r:.50} here", place, hint)


def _check_target(target: JsonValue, place: str) -> Iterator[Finding]:
    reason = explain_invalid_target(target) if isinstance(target, str) else None
    if reason is not None:
        what = f"the target {target[:200]!r} is not a JSONPath query: {reason}"
        yield _finding("overlay-target-invalid", what, place, "write a query as in RFC 9535, such as $.paths.*.get")


def _check_json(value: JsonValue, place: str) -> Iterator[Finding]:
    """Find what YAML can say and JSON cannot: the key 200 would never meet the key '200' of a description."""
    match value:
        case dict():
            for name, member in value.items():
                inner = f"{place}/{str(name).replace('~', '~0').replace('/', '~1')}"
                if not isinstance(name, str):
                    yield _not_json(f"the key {name!r:.50}", inner)
                yield from _check_json(member, inner)
        case list():
            for index, item in enumerate(value):
                yield from _check_json(item, f"{place}/{index}")
        case float() if not math.isfinite(value):
            yield _not_json(repr(value), place)
        case str() | int() | float() | None:
            pass
        case _:
            yield _not_json(f"{value!r:.50}", place)


def _not_json(what: str, place: str) -> Finding:
    hint = "put it in quotes if it is meant as a string"
    return _finding("overlay-update-invalid", f"{what} cannot be written in JSON", place, hint)


def _wrong_type(expected: type, place: str) -> Finding:
    hint = "put it in quotes" if expected is str else "correct the type; see Overlay 1.0.0, section Schema"
    return _finding("overlay-type-invalid", f"this must be {_TYPE_NAMES[expected]}", place, hint)


def _finding(code: str, message: str, where: str, hint: str) -> Finding:
    return Finding(code=code, severity="error", message=message, where=where, hint=hint)
