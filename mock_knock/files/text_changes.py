"""The change of a text that an edit of a document is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import takewhile
from typing import NamedTuple

from mock_knock.files.outline import SCALAR_STYLES, Node, Outline
from mock_knock.files.written import STEP, write_block, write_flow, write_yaml_scalar
from mock_knock.messages import AddItem, AddMember, JsonValue

_DASH = re.compile(r" *- +")


class Refusal(Exception):  # caught by whoever edits, and told as MockKnockError
    """An edit that cannot be carried out safely."""


class Change(NamedTuple):
    """Another text in the place of the one from `start` to `end`."""

    start: int
    end: int
    text: str


def change_text(outline: Outline, pointer: str, old: str, new: str) -> Change:
    """Return the change of a text in its own style; of one over several lines only the part that differs."""
    node = _node(outline, pointer)
    if node.style not in SCALAR_STYLES:
        raise Refusal("there is no text of its own at this place")
    if outline.is_json:
        return Change(node.start, node.end, json.dumps(new, ensure_ascii=False))
    written = outline.text[node.start : node.end]
    if "\n" in written:
        return _change_part(node, written, old, new)
    return Change(node.start, node.end, write_yaml_scalar(new, node.style, in_flow=node.in_flow))


def _change_part(node: Node, written: str, old: str, new: str) -> Change:
    before = _common(old, new)
    after = _common(reversed(old[before:]), reversed(new[before:]))
    part, instead = old[before : len(old) - after], new[before : len(new) - after]
    if not part or written.count(part) != 1:
        raise Refusal("the text stands in several lines and cannot be changed in one place")
    start = node.start + written.index(part)
    return Change(start, start + len(part), instead)


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    """Return how many characters two texts have in common from their beginning on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def insert(outline: Outline, edit: AddMember | AddItem) -> Change:
    """Return the change that adds a member or an item."""
    node = _node(outline, edit.pointer)
    if node.style == "block":
        return _insert_block(outline, node, edit)
    if node.style != "flow":
        raise Refusal("there is no mapping or list of its own at this place")
    return _insert_flow(outline, node, edit)


def _insert_block(outline: Outline, node: Node, edit: AddMember | AddItem) -> Change:
    value = {edit.name: edit.value} if isinstance(edit, AddMember) else [edit.value]
    before = outline.before(node.start)
    column = outline.nodes[outline.children[edit.pointer][0]].key if isinstance(edit, AddMember) else None
    indent = len(outline.before(column[0] if column else node.start))
    lines = [" " * indent + line for line in write_block(value, list_indent=outline.list_indent)]
    if isinstance(edit, AddItem) and edit.is_first:
        if before.strip():
            raise Refusal("the list begins behind something else")
        return _lines(outline, outline.line_start(node.start), lines)
    return _lines(outline, outline.line_end(node.end), lines)


def _lines(outline: Outline, at: int, lines: list[str]) -> Change:
    text = outline.line_break.join(lines)
    is_after_text = at == len(outline.text) and not outline.text.endswith("\n")
    return Change(at, at, outline.line_break + text if is_after_text else text + outline.line_break)


def _insert_flow(outline: Outline, node: Node, edit: AddMember | AddItem) -> Change:
    children = outline.children[edit.pointer]
    if not children:
        value = {edit.name: edit.value} if isinstance(edit, AddMember) else [edit.value]
        return Change(node.start, node.end, _flow(outline, value, ""))
    first, last = outline.nodes[children[0]], outline.nodes[children[-1]]
    before = outline.before(last.entry)
    has_own_line = not before.strip()
    written = _flow(outline, edit.value, before if has_own_line else "")
    if isinstance(edit, AddMember):
        name = json.dumps(edit.name) if outline.is_json else write_yaml_scalar(edit.name, in_flow=True)
        written = f"{name}: {written}"
    gap = f",{outline.line_break}{before}" if has_own_line else ", "
    if isinstance(edit, AddItem) and edit.is_first:
        return Change(first.entry, first.entry, written + gap)
    return Change(last.end, last.end, gap + written)


def _flow(outline: Outline, value: JsonValue, indent: str) -> str:
    if not outline.is_json:
        return write_flow(value)
    text = json.dumps(value, ensure_ascii=False, indent=STEP if indent else None)
    return text.replace("\n", outline.line_break + indent)


def remove(outline: Outline, pointer: str) -> Change:
    """Return the change that takes out a member or an item."""
    node = _node(outline, pointer)
    above = pointer.rpartition("/")[0]
    siblings = outline.children[above]
    index = siblings.index(pointer)
    following = outline.nodes[siblings[index + 1]] if index + 1 < len(siblings) else None
    if outline.nodes[above].style == "block":
        return _remove_block(outline, node, len(siblings), following)
    if following is not None:
        return Change(node.entry, following.entry, "")
    start = outline.nodes[siblings[index - 1]].end if index else node.entry
    return Change(start, node.end, "")


def _remove_block(outline: Outline, node: Node, count: int, following: Node | None) -> Change:
    before = outline.before(node.entry)
    end = outline.line_end(node.end)
    is_alone = not before.strip() or (node.key is None and _DASH.fullmatch(before))
    if count == 1 or not (is_alone or (following and node.key)):
        raise Refusal("the entry cannot be taken out of its lines")
    if is_alone:
        return Change(outline.line_start(node.entry), end, "")
    rest = outline.text[end:]
    return Change(node.entry, end + len(rest) - len(rest.lstrip()), "")


def _node(outline: Outline, pointer: str) -> Node:
    node = outline.nodes.get(pointer)
    if node is None:
        raise Refusal("there is no such place, or it is reached through an alias")
    if node.is_anchored:
        raise Refusal("what has an anchor stands for other places as well")
    return node
