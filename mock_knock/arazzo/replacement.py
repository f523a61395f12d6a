"""Replacements in a payload (Arazzo 1.1.0, Payload Replacement Object).

What the standard leaves open, and what is done here: a JSON pointer may name a member that an object does not have yet,
or with `-` the end of an array, but everything above must be there; JSONPath and XPath set all that they select, and
must select something. Nothing that was there before is changed: whatever lies on the way is copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mock_knock.arazzo.document import Replacement
from mock_knock.arazzo.expressions.embedding import ValueTooDeepError, embedded_text
from mock_knock.arazzo.expressions.pointer import MISSING, Missing, PointerSyntaxError, child_of, split_pointer
from mock_knock.arazzo.queries.query import QueryEvaluationError, QuerySyntaxError, compile_query, selected_places
from mock_knock.arazzo.queries.query_versions import as_rfc9535
from mock_knock.arazzo.queries.selector import SelectorType
from mock_knock.arazzo.queries.xml_query import XPathError, check_xpath, xpath_edits
from mock_knock.messages import JsonValue

_XML: Final = re.compile(r"\s*(?:application|text)/(?:[^;\s]+\+)?xml\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)
_JSON: Final = re.compile(r"\s*[^/;\s]+/(?:[^;\s]+\+)?json\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)


class ReplacementError(Exception):
    """A replacement cannot be made; `code` is `replacement-invalid` or `replacement-unmatched`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def is_json_type(content_type: str | None) -> bool:
    """Tell whether a media type is `application/json` or another with JSON in it."""
    return content_type is not None and _JSON.fullmatch(content_type) is not None


def target_type(replacement: Replacement, payload: JsonValue, content_type: str | None) -> SelectorType:
    """Return the language of a target: as it says, else XPath in XML and JSON Pointer in everything else.

    Without a media type a text that begins with `<` is XML.
    """
    if replacement.type is not None:
        return replacement.type
    looks_xml = isinstance(payload, str) and payload.lstrip().startswith("<")
    is_xml = looks_xml if content_type is None else _XML.fullmatch(content_type) is not None
    return "xpath" if is_xml else "jsonpointer"


def replace_in(payload: JsonValue, replacement: Replacement, value: JsonValue, content_type: str | None) -> JsonValue:
    """Return a payload with a value set where a replacement says.

    Raises:
        ReplacementError: the target cannot be read, or there is no such place.
    """
    match target_type(replacement, payload, content_type):
        case "xpath":
            return _replaced_in_xml(payload, replacement, value)
        case "jsonpath":
            places = _selected(payload, replacement)
        case _:
            places = (_pointed(replacement.target),)
    edit = _Edit(payload)
    for place in places:
        edit.set(place, value)
    if not edit.is_done:
        raise _unmatched(replacement)
    return edit.payload


def check_target(
    replacement: Replacement, payload: JsonValue | Missing, content_type: str | None
) -> ReplacementError | None:
    """Return what can be seen to be wrong with a target without running anything.

    Where neither the replacement nor the body says in which language it is, only what the payload gives away is known.
    """
    is_open = replacement.type is None and content_type is None and not isinstance(payload, (dict, list))
    if is_open:
        return None
    kind = target_type(replacement, None if payload is MISSING else payload, content_type)
    try:
        if kind == "xpath" and isinstance(payload, (dict, list)):
            raise _no_xml()
        _CHECK[kind](replacement)
    except ReplacementError as error:
        return error
    return None


def _check_query(replacement: Replacement) -> None:
    try:
        compile_query(as_rfc9535(replacement.target, replacement.version))
    except QuerySyntaxError as error:
        message = f"'{replacement.target}', column {error.column + 1}: {error}"
        raise ReplacementError("replacement-invalid", message) from None


def _check_xpath(replacement: Replacement) -> None:
    try:
        check_xpath(replacement.target, replacement.version)
    except XPathError as error:
        raise ReplacementError("replacement-invalid", f"'{replacement.target}': {error}") from None


def _check_pointer(replacement: Replacement) -> None:
    _pointed(replacement.target)


_CHECK: Final[Mapping[SelectorType, Callable[[Replacement], None]]] = {
    "jsonpointer": _check_pointer,
    "jsonpath": _check_query,
    "xpath": _check_xpath,
}


def _no_xml() -> ReplacementError:
    return ReplacementError("replacement-invalid", "XPath looks at the text of an XML document; the payload is none")


def _unmatched(replacement: Replacement) -> ReplacementError:
    return ReplacementError("replacement-unmatched", f"the payload has no place '{replacement.target}'")


def _pointed(target: str) -> tuple[str, ...]:
    try:
        return split_pointer(target)
    except PointerSyntaxError as error:
        raise ReplacementError("replacement-invalid", f"'{target}', column {error.column + 1}: {error}") from None


def _selected(payload: JsonValue, replacement: Replacement) -> Sequence[Sequence[str | int]]:
    _check_query(replacement)
    try:
        return selected_places(compile_query(as_rfc9535(replacement.target, replacement.version)), payload)
    except QueryEvaluationError as error:
        raise ReplacementError("replacement-invalid", f"'{replacement.target}': {error}") from None


def _replaced_in_xml(payload: JsonValue, replacement: Replacement, value: JsonValue) -> str:
    from mock_knock.arazzo.queries.xml_text import XmlError, edit_xml  # noqa: PLC0415  # most payloads are no XML

    if not isinstance(payload, str):
        raise _no_xml()
    try:
        xml, edits = xpath_edits(replacement.target, payload, embedded_text(value), replacement.version)
        if not edits:
            raise _unmatched(replacement)
        return edit_xml(xml, edits)
    except (XPathError, XmlError, ValueTooDeepError) as error:
        raise ReplacementError("replacement-invalid", f"'{replacement.target}': {error}") from None


@dataclass(slots=True)
class _Edit:
    """A payload whose containers are copied when something in them is set, each once."""

    payload: JsonValue
    is_done: bool = False
    copies: dict[int, dict[str, JsonValue] | list[JsonValue]] = field(default_factory=dict)

    def set(self, place: Sequence[str | int], value: JsonValue) -> None:
        """Set a value; a place that is not there, or not any more, is passed over."""
        if not place:
            self.payload, self.is_done = value, True
            return
        if self.is_missing(place):
            return
        node = self.payload = self.copied(self.payload)
        for token in place[:-1]:
            key = token if isinstance(node, dict) else int(token)
            node[key] = self.copied(node[key])
            node = node[key]
        _put(node, place[-1], value)
        self.is_done = True

    def is_missing(self, place: Sequence[str | int]) -> bool:
        parent: JsonValue | Missing = self.payload
        for token in place[:-1]:
            parent = child_of(parent, str(token))
        if isinstance(parent, dict):
            return False
        is_end = isinstance(parent, list) and place[-1] == "-"
        return not is_end and child_of(parent, str(place[-1])) is MISSING

    def copied(self, node: JsonValue) -> JsonValue:
        if id(node) in self.copies:
            return node
        copy = node.copy()
        self.copies[id(copy)] = copy
        return copy


def _put(node: JsonValue, key: str | int, value: JsonValue) -> None:
    if isinstance(node, dict):
        node[str(key)] = value
    elif key == "-":
        node.append(value)
    else:
        node[int(key)] = value
