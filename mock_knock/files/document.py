"""A document from a file: bytes, text, value, each step with its own refusals."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mock_knock.errors import InvalidDocument
from mock_knock.files.json_reader import count_nodes, read_json
from mock_knock.files.places import check_below_roots
from mock_knock.files.problems import MAX_NODES, DocumentProblem, refuse_nodes
from mock_knock.messages import Edit, JsonValue

MAX_BYTES = 5_000_000
_MARK = "\ufeff"
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded document with the place of every node.

    Attributes:
        path: the file.
        display: how the file is named to people: as it was given, bytes that are not UTF-8 written as escapes.
        value: the decoded document.
        positions: JSON pointer -> (line, column), both from 1; of a mapping member, the place of its key.
        text: the text that was decoded, without a byte order mark; empty when positions were not asked for.
        has_mark: a byte order mark stood before the text.
    """

    path: Path
    display: str
    value: JsonValue
    positions: Mapping[str, Position]
    text: str = ""
    has_mark: bool = False

    @property
    def is_json(self) -> bool:
        """Whether it is JSON by the name of its file."""
        return _is_json(self.path)

    @property
    def file_text(self) -> str:
        """The text as it belongs into the file."""
        return f"{_MARK}{self.text}" if self.has_mark else self.text

    def edited(self, edits: Iterable[Edit]) -> Source:
        """Return the same document with edits carried out in its text; the file stays as it is.

        Raises:
            MockKnockError: `edit-impossible`.
        """
        from mock_knock.files.editing import edit_text  # noqa: PLC0415  # only what mends documents needs it

        text = edit_text(self.text, edits, is_json=self.is_json)
        value, positions = _read_text(text, is_json=self.is_json, with_positions=True)
        return replace(self, value=value, positions=positions, text=text)

    def refusals(self, groups: Sequence[Iterable[Edit]]) -> Mapping[int, str]:
        """Return which groups of edits, none of which builds on another, cannot be carried out, with the reason."""
        from mock_knock.files.editing import find_refusals  # noqa: PLC0415  # as above

        return find_refusals(self.text, groups, is_json=self.is_json)

    def where(self, pointer: str) -> str:
        """Return `file:line:column` of a node, or of the nearest node above it that has a place."""
        at = pointer
        while at not in self.positions and at:
            at = at.rpartition("/")[0]
        if at not in self.positions:
            return f"{self.display}#{pointer}" if pointer else self.display
        line, column = self.positions[at]
        return f"{self.display}:{line}:{column}"


def read_document(
    path: Path | str,
    *,
    roots: Sequence[Path] | None = None,
    with_positions: bool = True,
    max_bytes: int = MAX_BYTES,
) -> Source:
    """Read YAML or JSON (a name that ends in `.json`) strictly.

    Args:
        path: the file.
        roots: folders the file must lie below once links are followed; None for no bound.
        with_positions: whether to remember where each node stands; large documents load faster without.
        max_bytes: the largest file to read.

    Raises:
        InvalidDocument: the file cannot be read or is not a document; codes `file-...`, `yaml-...`, `json-...`.
    """
    file, display = Path(path), str(path).encode("utf-8", "backslashreplace").decode()
    if roots is not None:
        check_below_roots(file, roots)
    content = _read_bytes(file, display, max_bytes)
    text = _decode(content, display)
    try:
        value, positions = _read_text(text, is_json=_is_json(file), with_positions=with_positions)
    except DocumentProblem as problem:
        place = f"{display}:{problem.line}:{problem.column}" if problem.line else display
        raise InvalidDocument(problem.code, problem.what, where=place, hint=problem.hint) from problem
    if not with_positions:
        return Source(file, display, value, positions)
    return Source(file, display, value, positions, text, has_mark=content.startswith(_MARK.encode()))


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _read_text(text: str, *, is_json: bool, with_positions: bool) -> tuple[JsonValue, dict[str, Position]]:
    if is_json:
        value = read_json(text)
        if not with_positions:
            return value, {}
        refuse_nodes(count_nodes(value), MAX_NODES)
        return value, _json_positions(text)
    from mock_knock.files.yaml_reader import read_yaml  # noqa: PLC0415  # a fake alone reads no YAML

    positions: dict[str, Position] | None = {} if with_positions else None
    return read_yaml(text, positions), positions or {}


def _json_positions(text: str) -> dict[str, Position]:
    from mock_knock.files.json_outline import json_positions  # noqa: PLC0415  # most documents are YAML

    return json_positions(text)


def _read_bytes(file: Path, display: str, max_bytes: int) -> bytes:
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _refusal("file-is-directory", "this is a folder, not a file", display, "name a file in it")
        if not stat.S_ISREG(mode):
            raise _refusal("file-not-regular", "this is not an ordinary file", display, "name an ordinary file")
        with file.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise _refusal("file-missing", "there is no such file", display, "check the path") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _refusal("file-unreadable", f"cannot be read: {reason}", display, "check path and permissions") from error
    if len(content) > max_bytes:
        raise _refusal("file-too-large", f"larger than {max_bytes:,} bytes", display, "split the document")
    return content


def _decode(content: bytes, display: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8 text"
        raise _refusal("file-not-text", f"not UTF-8 text (byte {error.start})", display, hint) from error
    if "\0" in text:
        raise _refusal("file-not-text", "binary, not text", display, "name a YAML or JSON document")
    if not text.strip():
        raise _refusal("file-empty", "the file is empty", display, "write a document into it")
    return text


def _refusal(code: str, what: str, display: str, hint: str) -> InvalidDocument:
    return InvalidDocument(code, what, where=display, hint=hint)
