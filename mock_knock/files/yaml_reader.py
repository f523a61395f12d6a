"""YAML 1.2 with the core schema, strictly: built from the parser's events in one pass, without recursion.

Refused are tags, merge keys, duplicate keys, keys that are not text, several documents, aliases that refer to
themselves or blow up, numbers JSON does not have, and nesting beyond `MAX_DEPTH`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from mock_knock.files.problems import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_PLAIN_NODES,
    TOO_DEEP,
    DocumentProblem,
    line_and_column,
    refuse_nodes,
)
from mock_knock.files.yaml_scalars import resolve_plain
from mock_knock.messages import JsonValue

MAX_EXPANDED_NODES = 100_000
CHARACTERS_PER_NODE = 50
"""A long text counts as several nodes, so that aliases of it stay within the budget as well."""

_TAG_DIRECTIVE = re.compile(r"^%TAG\b", re.MULTILINE)
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_KEY: Final = object()
_PARSER_TOO_DEEP = "maximum nesting depth"
"""How libyaml words its own bound on nesting, which it has since 0.2.6; it reads ahead of the events."""


def read_yaml(text: str, positions: dict[str, tuple[int, int]] | None = None) -> JsonValue:
    """Decode a YAML text; `positions`, if given, is filled with the place of every node.

    Raises:
        DocumentProblem: codes `yaml-...`, and `file-too-large` for too many values.
    """
    if (directive := _TAG_DIRECTIVE.search(text)) is not None:  # a document full of them would take for ever
        line, column = line_and_column(text, directive.start())
        raise DocumentProblem("yaml-tag", "tags are not allowed", hint="take it out", line=line, column=column)
    builder, most = _Builder(positions), MAX_PLAIN_NODES if positions is None else MAX_NODES
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            refuse_nodes(count // 2, most)  # a value comes with its name, or with its end, or is small
            _HANDLERS[type(event)](builder, event)
    except yaml.MarkedYAMLError as error:
        line, column = (error.problem_mark.line + 1, error.problem_mark.column + 1) if error.problem_mark else (0, 0)
        if _PARSER_TOO_DEEP in str(error.problem):
            hint = "make it flatter"
            raise DocumentProblem("yaml-too-deep", TOO_DEEP, hint=hint, line=line, column=column) from error
        what = f"not YAML: {error.problem or error.context}"
        raise DocumentProblem("yaml-syntax", what, hint="mend the text", line=line, column=column) from error
    except yaml.reader.ReaderError as error:
        line, column = line_and_column(text, max(text.find(chr(error.character)), 0))
        what, hint = f"not YAML: the control character U+{error.character:04X}", "write it as an escape, in quotes"
        raise DocumentProblem("yaml-syntax", what, hint=hint, line=line, column=column) from error
    return builder.root


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being filled; `member` is the pointer of the member whose value comes next."""

    value: Any
    pointer: str
    anchor: str | None
    key: Any = _NO_KEY
    member: str = ""
    nodes: int = 1
    height: int = 1


@dataclass(slots=True)
class _Anchor:
    """What an alias stands for: the value, its nodes with all aliases expanded, and its levels."""

    value: JsonValue
    nodes: int
    height: int


@dataclass(slots=True)
class _Builder:
    positions: dict[str, tuple[int, int]] | None
    root: JsonValue = None
    documents: int = 0
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    open_anchors: list[str] = field(default_factory=list)
    expanded: int = 0

    def ignore(self, _event: Any) -> None:
        pass

    def start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            _refuse("yaml-several-documents", "a second document begins here", "keep one document per file", event)

    def scalar(self, event: Any) -> None:
        if event.tag is not None:
            _refuse_tag(event)
        if self.open_anchors:
            self.check_anchor(event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key is _NO_KEY and type(frame.value) is dict:
            self.set_key(frame, event)
            return
        value = resolve_plain(event.value) if event.implicit[0] and event.style in {None, ""} else event.value
        if value is NotImplemented:
            _refuse("yaml-number", f"{event.value} is not a number JSON has", "quote it to make it text", event)
        self.add(value, event, event.anchor, 1 + len(event.value) // CHARACTERS_PER_NODE, 0)

    def set_key(self, frame: _Frame, event: Any) -> None:
        key = event.value
        if event.anchor is not None:
            _refuse("yaml-key-not-text", "a key cannot have an anchor", "anchor the value", event)
        if key == "<<" and event.style in {None, ""}:
            _refuse("yaml-merge-key", "merge keys are not part of YAML 1.2", "write the members out", event)
        if key in frame.value:
            _refuse("yaml-duplicate-key", f"the key '{key}' stands twice in this mapping", "keep one of them", event)
        frame.key = key
        if self.positions is not None:
            place = event.start_mark
            frame.member = f"{frame.pointer}/{_escape(key)}"
            self.positions[frame.member] = (place.line + 1, place.column + 1)

    def alias(self, event: Any) -> None:
        if self.stack and self.stack[-1].key is _NO_KEY and type(self.stack[-1].value) is dict:
            _refuse("yaml-key-not-text", "a key cannot be an alias", "write the key out", event)
        if event.anchor in self.open_anchors:
            _refuse("yaml-alias-cycle", f"*{event.anchor} stands inside itself", "write the value out", event)
        found = self.anchors.get(event.anchor)
        if found is None:
            _refuse("yaml-syntax", f"there is no anchor &{event.anchor}", "define it before", event)
        if len(self.stack) + found.height > MAX_DEPTH:
            _refuse("yaml-too-deep", TOO_DEEP, "make it flatter", event)
        self.expanded += found.nodes
        if self.expanded > MAX_EXPANDED_NODES:
            what = f"its aliases stand for more than {MAX_EXPANDED_NODES:,} nodes"
            _refuse("yaml-alias-budget", what, "write fewer aliases", event)
        self.add(found.value, event, None, found.nodes, found.height)

    def check_anchor(self, event: Any) -> None:
        if event.anchor in self.open_anchors:
            what = f"&{event.anchor} stands inside what it is the anchor of"
            _refuse("yaml-anchor-reused", what, "give it another name", event)

    def start_container(self, event: Any) -> None:
        if event.tag is not None:
            _refuse_tag(event)
        self.check_anchor(event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key is _NO_KEY and type(frame.value) is dict:
            _refuse("yaml-key-not-text", "a key must be text", "write a plain key", event)
        if len(self.stack) >= MAX_DEPTH:
            _refuse("yaml-too-deep", TOO_DEEP, "make it flatter", event)
        if event.anchor is not None:
            self.open_anchors.append(event.anchor)
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Frame(value, self.place(frame, event), event.anchor))

    def end_container(self, event: Any) -> None:
        frame = self.stack.pop()
        if frame.anchor is not None:
            self.open_anchors.remove(frame.anchor)
        self.add(frame.value, event, frame.anchor, frame.nodes, frame.height, is_placed=True)

    def add(
        self, value: JsonValue, event: Any, anchor: str | None, nodes: int, height: int, *, is_placed: bool = False
    ) -> None:
        if anchor is not None:
            self.anchors[anchor] = _Anchor(value, nodes, height)
        if not self.stack:
            if not is_placed:
                self.place(None, event)
            self.root = value
            return
        frame = self.stack[-1]
        if self.positions is not None and not is_placed:
            self.place(frame, event)
        frame.nodes += nodes
        if frame.height <= height:
            frame.height = height + 1
        if type(frame.value) is dict:
            frame.value[frame.key], frame.key = value, _NO_KEY
        else:
            frame.value.append(value)

    def place(self, frame: _Frame | None, event: Any) -> str:
        """Return the pointer of the node that begins here, and remember where it stands."""
        if self.positions is None:
            return ""
        if frame is not None and type(frame.value) is dict:
            return frame.member  # its place is that of its key
        pointer = "" if frame is None else f"{frame.pointer}/{len(frame.value)}"
        self.positions[pointer] = (event.start_mark.line + 1, event.start_mark.column + 1)
        return pointer


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _refuse_tag(event: Any) -> NoReturn:
    _refuse("yaml-tag", f"the tag {event.tag} is not allowed", "take the tag out", event)


def _refuse(code: str, what: str, hint: str, event: Any) -> NoReturn:
    place = event.start_mark
    raise DocumentProblem(code, what, hint=hint, line=place.line + 1, column=place.column + 1)


_HANDLERS: Final[dict[type, Any]] = {
    yaml.StreamStartEvent: _Builder.ignore,
    yaml.StreamEndEvent: _Builder.ignore,
    yaml.DocumentStartEvent: _Builder.start_document,
    yaml.DocumentEndEvent: _Builder.ignore,
    yaml.ScalarEvent: _Builder.scalar,
    yaml.AliasEvent: _Builder.alias,
    yaml.SequenceStartEvent: _Builder.start_container,
    yaml.MappingStartEvent: _Builder.start_container,
    yaml.SequenceEndEvent: _Builder.end_container,
    yaml.MappingEndEvent: _Builder.end_container,
}
