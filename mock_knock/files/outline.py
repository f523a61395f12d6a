"""Where each node of a text begins and ends: what is needed to edit a document without writing it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

NodeStyle = Literal["plain", "single", "double", "literal", "folded", "block", "flow", "alias"]
"""How a node is written: the styles of scalars, then those of containers; JSON has `double`, `plain` and `flow`."""

SCALAR_STYLES = frozenset({"plain", "single", "double", "literal", "folded"})


@dataclass(frozen=True, slots=True)
class Node:
    """A node in a text.

    Attributes:
        start: the offset of its first character; an anchor belongs to it.
        end: the offset behind its last character.
        style: how it is written.
        key: the start and the end of its key, when it is a member of a mapping.
        is_anchored: it has an anchor.
        in_flow: it stands in brackets or braces.
    """

    start: int
    end: int
    style: NodeStyle
    key: tuple[int, int] | None = None
    is_anchored: bool = False
    in_flow: bool = False

    @property
    def entry(self) -> int:
        """The offset where the member or item begins: that of the key, if there is one."""
        return self.key[0] if self.key else self.start


@dataclass(frozen=True)
class Outline:
    """The nodes of a text by JSON pointer. What an alias stands for has no place of its own and is not listed.

    `children` has the pointers of the members and items of each container, in their order.
    """

    text: str
    is_json: bool
    nodes: Mapping[str, Node]
    children: Mapping[str, Sequence[str]]

    @cached_property
    def line_break(self) -> str:
        """The line break that the text uses."""
        first = self.text.find("\n")
        return "\r\n" if self.text[max(first - 1, 0) : first] == "\r" else "\n"

    @cached_property
    def list_indent(self) -> str:
        """How far the document moves in its lists below their keys."""
        for pointer, node in self.nodes.items():
            children = self.children.get(pointer)
            if node.style == "block" and node.key and children and not self.nodes[children[0]].key:
                return " " * (len(self.before(node.start)) - len(self.before(node.key[0])))
        return ""

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Return where the line after an offset begins; the offset itself when it begins a line."""
        if offset and self.text[offset - 1] == "\n":
            return offset
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def before(self, offset: int) -> str:
        """Return what stands in the line before an offset."""
        return self.text[self.line_start(offset) : offset]


@dataclass(slots=True)
class OpenContainer:
    """A container whose end is not reached yet."""

    pointer: str
    node: Node
    is_mapping: bool
    key: tuple[str, int, int] | None = None


@dataclass(slots=True)
class OutlineBuilder:
    """Collects nodes in the order of the text."""

    nodes: dict[str, Node] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    stack: list[OpenContainer] = field(default_factory=list)

    @property
    def expects_key(self) -> bool:
        """Whether the next scalar is a key."""
        return bool(self.stack) and self.stack[-1].is_mapping and self.stack[-1].key is None

    @property
    def in_flow(self) -> bool:
        """Whether what comes next stands in brackets or braces."""
        return bool(self.stack) and self.stack[-1].node.style == "flow"

    def take_key(self, name: str, start: int, end: int) -> None:
        """Remember the key of the next node."""
        self.stack[-1].key = (name.replace("~", "~0").replace("/", "~1"), start, end)

    def add(self, start: int, end: int, style: NodeStyle, *, is_anchored: bool = False) -> str:
        """Note a node and return its pointer."""
        pointer, key = "", None
        if self.stack:
            outer = self.stack[-1]
            siblings = self.children[outer.pointer]
            name = outer.key[0] if outer.key else str(len(siblings))
            pointer, key = f"{outer.pointer}/{name}", outer.key[1:] if outer.key else None
            outer.key = None
            siblings.append(pointer)
        self.nodes[pointer] = Node(start, end, style, key, is_anchored, self.in_flow)
        return pointer

    def open(self, start: int, style: NodeStyle, *, is_mapping: bool, is_anchored: bool = False) -> None:
        """Note that a container begins."""
        pointer = self.add(start, start, style, is_anchored=is_anchored)
        self.children[pointer] = []
        self.stack.append(OpenContainer(pointer, self.nodes[pointer], is_mapping))

    def close(self, end: int) -> None:
        """Note that the innermost container ends: one of block style with its last child."""
        closed = self.stack.pop()
        node, inner = closed.node, self.children[closed.pointer]
        if node.style == "block":
            end = self.nodes[inner[-1]].end
        self.nodes[closed.pointer] = Node(node.start, end, node.style, node.key, node.is_anchored, node.in_flow)
