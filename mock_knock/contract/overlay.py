"""Overlays: changes to OpenAPI descriptions, kept in a document of their own and applied in order.

Follows the Overlay Specification 1.0.0 with one rule more: a target that matches nothing in any of the documents is an
error, because it is a repair that no longer repairs. Where 1.0.0 says no more than that an update must be compatible
with its target, the table of version 1.1.0 decides: like merges with like, everything else is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from jsonpath import JSONPathMatch

from mock_knock.contract.overlay_rules import check_overlay
from mock_knock.contract.overlay_target import REGEX_SECONDS, find_nodes
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding, JsonValue


class NoUpdate(Enum):
    """The `update` of an action that has none; `null` is an update like any other."""

    NO_UPDATE = "no update"


@dataclass(frozen=True, slots=True)
class OverlayAction:
    """One change of every node that `target`, an RFC 9535 query, selects.

    `update` is merged into the node, or `remove` takes the node out. `pointer` is the place of the action,
    `<document>#/actions/<index>`.
    """

    target: str
    description: str = ""
    update: JsonValue | Literal[NoUpdate.NO_UPDATE] = NoUpdate.NO_UPDATE
    remove: bool = False
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A list of changes in the order in which they are made; `version` is that of the list, not of the standard."""

    title: str
    version: str
    actions: tuple[OverlayAction, ...]


def parse_overlay(document: JsonValue, *, where: str) -> Overlay:
    """Read a decoded overlay document; `where` names it in findings.

    Raises:
        InvalidDocument: with a finding for every breach of the Overlay Specification 1.0.0. The codes:
            `overlay-type-invalid`, `overlay-field-missing`, `overlay-field-unknown`, `overlay-version-unsupported`,
            `overlay-actions-empty`, `overlay-target-invalid`, `overlay-update-invalid`, and `overlay-too-deep`.
    """
    try:
        findings = tuple(check_overlay(document, where))
    except RecursionError as error:
        raise _too_deep("the overlay", where) from error
    if findings:
        raise InvalidDocument.from_findings(findings)
    actions = tuple(_build_action(action, f"{where}#/actions/{i}") for i, action in enumerate(document["actions"]))
    return Overlay(document["info"]["title"], document["info"]["version"], actions)


def apply_overlay(overlay: Overlay, documents: Sequence[JsonValue]) -> tuple[JsonValue, ...]:
    """Return changed copies of decoded documents, in their order; every action is applied to all of them.

    Raises:
        InvalidDocument: with a finding for every action that cannot be applied. The codes: `overlay-target-unmatched`,
            `overlay-target-primitive`, `overlay-target-root`, `overlay-target-timeout`, `overlay-update-incompatible`,
            and `overlay-too-deep`.
    """
    place = ""
    findings: list[Finding] = []
    try:
        changed = tuple(_copy(document) for document in documents)
        for action in overlay.actions:
            place = action.pointer
            findings.extend(_apply_action(action, changed))
    except RecursionError as error:
        raise _too_deep("a description", place) from error
    if findings:
        raise InvalidDocument.from_findings(tuple(findings))
    return changed


def _build_action(action: Mapping[str, JsonValue], pointer: str) -> OverlayAction:
    update = _copy(action["update"]) if "update" in action else NoUpdate.NO_UPDATE
    return OverlayAction(action["target"], action.get("description", ""), update, action.get("remove", False), pointer)


def _apply_action(action: OverlayAction, documents: Sequence[JsonValue]) -> Iterator[Finding]:
    place = f"{action.pointer}/target"
    try:
        matches = [match for document in documents for match in find_nodes(action.target, document)]
    except TimeoutError:
        what = f"a regular expression in the target took more than {REGEX_SECONDS} s"
        yield _finding("overlay-target-timeout", what, place, "write a simpler expression")
        return
    if finding := next(_check_matches(action, matches, place), None):
        yield finding
    elif action.remove:
        _remove(matches)
    elif action.update is not NoUpdate.NO_UPDATE:
        yield from _update(action, matches)


def _check_matches(action: OverlayAction, matches: Sequence[JSONPathMatch], place: str) -> Iterator[Finding]:
    if not matches:
        what = f"the target {action.target!r} matches nothing in any of the documents"
        yield _finding(
            "overlay-target-unmatched", what, place, "correct the query, or delete the action if it is outdated"
        )
    for match in matches:
        if not isinstance(match.obj, (dict, list)):
            what = f"the target matches a single value at {match.path}; an overlay changes objects and arrays only"
            yield _finding("overlay-target-primitive", what, place, "select the object around the value")
        elif action.remove and match.parent is None:
            what = "the target matches a whole document, which cannot be removed"
            yield _finding("overlay-target-root", what, place, "select something inside the document")


def _remove(matches: Sequence[JSONPathMatch]) -> None:
    """Take the nodes out, of a list the last ones first, so that the indexes of the others stay right."""
    places = [(match.parent.obj, match.parts[-1]) for match in matches if match.parent is not None]
    for container, key in sorted(places, key=lambda place: place[1] if isinstance(place[1], int) else 0, reverse=True):
        del container[key]  # type: ignore[attr-defined]  # a dict or a list, which python-jsonpath types as object


def _update(action: OverlayAction, matches: Sequence[JSONPathMatch]) -> Iterator[Finding]:
    for match in matches:
        for path in _merge(match.obj, action.update, match.path):
            what = f"the update does not fit what is at {path}: only like can be merged with like"
            hint = "remove the node in an action before this one"
            yield _finding("overlay-update-incompatible", what, f"{action.pointer}/update", hint)


def _merge(node: JsonValue, update: JsonValue, path: str) -> Iterator[str]:
    """Merge `update` into a dict or list, in place; yield the paths at which the two do not fit."""
    if isinstance(node, list):
        node.append(_copy(update))
    elif not isinstance(update, dict):
        yield path
    else:
        for name, value in update.items():
            yield from _merge_member(node, name, value, f"{path}[{name!r}]")


def _merge_member(node: dict[str, JsonValue], name: str, value: JsonValue, path: str) -> Iterator[str]:
    match node.get(name), value:
        case dict() as members, dict():
            yield from _merge(members, value, path)
        case list() as items, list():
            items.extend(_copy(value))
        case present, _ if name in node and (isinstance(present, (dict, list)) or isinstance(value, (dict, list))):
            yield path
        case _:
            node[name] = _copy(value)


def _copy(value: JsonValue) -> JsonValue:
    """Copy a JSON value; parts that YAML aliases share come out apart, so a change to one is not a change to all."""
    match value:
        case dict():
            return {name: _copy(member) for name, member in value.items()}
        case list():
            return [_copy(item) for item in value]
        case _:
            return value


def _finding(code: str, message: str, where: str, hint: str) -> Finding:
    return Finding(code=code, severity="error", message=message, where=where, hint=hint)


def _too_deep(which: str, where: str) -> InvalidDocument:
    what = f"{which} is nested too deeply, or contains itself"
    return InvalidDocument("overlay-too-deep", what, where=where, hint="flatten it; a hundred levels are safe")
