"""XML texts: parsed into an element tree without DTDs and entities, and edited in place, every other letter kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MAX_DEPTH: Final = 200
MAX_NODES: Final = 20_000

XmlProblem = Literal["xml-invalid", "xml-doctype-refused", "xml-limit"]

_START_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(?P<empty>/)?>""")
_ATTRIBUTE = re.compile(rb"""\s(?P<name>[^\s=/>]+)\s*=\s*(?P<value>"[^"]*"|'[^']*')""")
_IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_ATTRIBUTE: Final = _IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmlError(Exception):
    """A text cannot be used as XML; `code` says why."""

    def __init__(self, code: XmlProblem, message: str) -> None:
        super().__init__(message)
        self.code: XmlProblem = code


@dataclass(frozen=True, slots=True)
class XmlText:
    """A parsed text.

    Attributes:
        source: the text as UTF-8.
        root: its element tree; comments and processing instructions are kept.
        namespaces: prefix to URI, as the root element declares them; the default namespace has no prefix and is not
            among them.
        starts: element to the byte of its `<`.
        ends: element to the byte behind its content, where its end tag begins.
        size: how many elements, attributes, comments and instructions there are, and texts at most as many again.
    """

    source: bytes
    root: Element
    namespaces: Mapping[str, str]
    starts: Mapping[Element, int]
    ends: Mapping[Element, int]
    size: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A new text for the content of an element, or for one of its attributes, named as ElementTree does."""

    element: Element
    text: str
    attribute: str | None = None


@dataclass(slots=True)
class _Reader:
    """Builds the tree from the events of expat, and counts."""

    parser: expat.XMLParserType
    builder: TreeBuilder = field(default_factory=lambda: TreeBuilder(insert_comments=True, insert_pis=True))
    namespaces: dict[str, str] = field(default_factory=dict)
    starts: dict[Element, int] = field(default_factory=dict)
    ends: dict[Element, int] = field(default_factory=dict)
    size: int = 0
    depth: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count(1 + len(attributes))
        if self.depth > MAX_DEPTH:
            raise XmlError("xml-limit", f"the XML is nested more deeply than {MAX_DEPTH} levels")
        qualified = {_clark(key): value for key, value in attributes.items()}
        element = self.builder.start(_clark(name), qualified)
        self.starts[element] = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        self.depth -= 1
        element = self.builder.end(_clark(name))
        self.ends[element] = self.parser.CurrentByteIndex

    def comment(self, text: str) -> None:
        self.count(1)
        if self.depth:
            self.builder.comment(text)

    def instruction(self, target: str, text: str) -> None:
        self.count(1)
        if self.depth:
            self.builder.pi(target, text)

    def declare(self, prefix: str | None, uri: str | None) -> None:
        if prefix and uri and not self.starts:
            self.namespaces[prefix] = uri

    def count(self, nodes: int) -> None:
        self.size += nodes
        if self.size > MAX_NODES:
            raise XmlError("xml-limit", f"the XML has more than {MAX_NODES} elements and attributes")

    def refuse(self, *_args: object) -> None:
        raise XmlError("xml-doctype-refused", "XML with a document type (DOCTYPE) is refused: it can declare entities")


def parse_xml(text: str) -> XmlText:
    """Parse an XML text.

    Raises:
        XmlError: with the code `xml-invalid` for what is not well-formed, `xml-doctype-refused` for a document type
            declaration, `xml-limit` for more than 200 levels or 20,000 elements and attributes.
    """
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    reader = _Reader(parser)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.builder.data
    parser.CommentHandler = reader.comment
    parser.ProcessingInstructionHandler = reader.instruction
    parser.StartNamespaceDeclHandler = reader.declare
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        source = text.encode()
        parser.Parse(source, True)  # noqa: FBT003  # expat takes no keywords: this is the whole text
    except UnicodeEncodeError:
        raise XmlError("xml-invalid", "it holds half a surrogate pair, which is no character") from None
    except expat.ExpatError as error:
        raise XmlError("xml-invalid", f"line {error.lineno}, column {error.offset + 1}: {_reason(error)}") from None
    root = reader.builder.close()
    return XmlText(source, root, reader.namespaces, reader.starts, reader.ends, reader.size)


def _reason(error: expat.ExpatError) -> str:
    return expat.ErrorString(error.code) or "not well-formed"


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name


def edit_xml(xml: XmlText, edits: Iterable[Edit]) -> str:
    """Return the text with some contents and attributes replaced; what lies inside a replaced element goes.

    Raises:
        XmlError: with the code `xml-invalid` when a new text has a character that XML does not allow.
    """
    changes = sorted((_change(xml, edit) for edit in edits), key=lambda change: (change[0], -change[1]))
    parts: list[bytes] = []
    done = 0
    for start, end, new in changes:
        if start >= done:
            parts += [xml.source[done:start], new]
            done = end
    return b"".join((*parts, xml.source[done:])).decode()


def _change(xml: XmlText, edit: Edit) -> tuple[int, int, bytes]:

    if found := _NOT_XML.search(edit.text):
        raise XmlError("xml-invalid", f"{found[0]!r} cannot stand in XML")
    start = xml.starts[edit.element]
    tag = _START_TAG.match(xml.source, start)
    assert tag is not None  # noqa: S101  # expat has read this very tag
    if edit.attribute is not None:
        span = _attribute_span(edit, start, tag[0])
        return *span, f'"{edit.text.translate(_IN_ATTRIBUTE)}"'.encode()
    if tag["empty"]:
        name = tag[0][1:].split(maxsplit=1)[0].rstrip(b"/>")
        return tag.start("empty"), tag.end(), b">" + edit.text.translate(_IN_TEXT).encode() + b"</" + name + b">"
    return tag.end(), xml.ends[edit.element], edit.text.translate(_IN_TEXT).encode()


def _attribute_span(edit: Edit, start: int, tag: bytes) -> tuple[int, int]:
    """Find the value of the n-th attribute: the tree keeps them in order, without the declarations of namespaces."""
    written = [each for each in _ATTRIBUTE.finditer(tag) if not re.match(rb"xmlns(:|$)", each["name"])]
    found = written[list(edit.element.attrib).index(str(edit.attribute))]
    return start + found.start("value"), start + found.end("value")
