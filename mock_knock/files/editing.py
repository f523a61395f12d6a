"""Editing the text of a document at its nodes: whatever is not edited stays as it is, to the byte."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from mock_knock.errors import MockKnockError
from mock_knock.files.edited_value import edit_value, same_value, value_at
from mock_knock.files.json_outline import outline_json
from mock_knock.files.json_reader import read_json
from mock_knock.files.outline import Outline
from mock_knock.files.problems import DocumentProblem
from mock_knock.files.text_changes import Change, Refusal, change_text, insert, remove
from mock_knock.files.yaml_outline import outline_yaml
from mock_knock.files.yaml_reader import read_yaml
from mock_knock.messages import AddItem, Edit, JsonValue, Remove, SetText

_NO_PLACE = "the place cannot be edited"


def edit_text(text: str, edits: Iterable[Edit], *, is_json: bool) -> str:
    """Return the text of a document with edits carried out in it.

    The result is decoded and compared: it says what the document said before, with the edits and nothing else.

    Args:
        text: of the document, without a byte order mark, as the strict readers accept it.
        edits: carried out one after the other.
        is_json: whether it is JSON; otherwise it is YAML.

    Raises:
        MockKnockError: `edit-impossible`: there is no such place, it is reached through an alias or has an anchor, or
            the text is written in a way that cannot be edited safely.
    """
    edits = tuple(edits)
    read = read_json if is_json else read_yaml
    try:
        wanted = edit_value(read(text), edits)
        edited = _edit_in_turns(text, edits, is_json=is_json)
        if same_value(read(edited), wanted):
            return edited
    except Refusal as refusal:
        raise _impossible(str(refusal)) from refusal
    except (LookupError, DocumentProblem) as error:
        raise _impossible(_NO_PLACE) from error
    raise _impossible("the edit would change something else as well")


def _edit_in_turns(text: str, edits: Sequence[Edit], *, is_json: bool) -> str:
    """Carry out edits, as many at once as do not meet."""
    pending = deque(edits)
    while pending:
        outline = outline_json(text) if is_json else outline_yaml(text)
        value = read_json(text) if is_json else read_yaml(text)
        text = apply_changes(text, _next_changes(outline, value, pending))
    return text


def _next_changes(outline: Outline, value: JsonValue, pending: deque[Edit]) -> list[Change]:
    changes: list[Change] = []
    moved: set[str] = set()
    while pending and not _is_below(pending[0].pointer, moved):
        try:
            change = _change(outline, value, pending[0])
        except (Refusal, LookupError):
            if changes:  # its place may be the work of another one
                break
            raise
        if any(_meet(change, each) for each in changes):
            break
        changes.append(change)
        moved |= _moved_by(pending.popleft())
    return changes


def _is_below(pointer: str, others: set[str]) -> bool:
    """Tell whether a pointer is one of others, or leads to something below one."""
    while pointer not in others and pointer:
        pointer = pointer.rpartition("/")[0]
    return pointer in others


def find_refusals(text: str, groups: Sequence[Iterable[Edit]], *, is_json: bool) -> Mapping[int, str]:
    """Return which groups of edits cannot be carried out in a text as it stands, by their index, with the reason.

    No edit may build on another one. That the others can be carried out is not said: `edit_text` tells.
    """
    outline = outline_json(text) if is_json else outline_yaml(text)
    value = read_json(text) if is_json else read_yaml(text)
    found: dict[int, str] = {}
    for index, edits in enumerate(groups):
        try:
            for edit in edits:
                _change(outline, value, edit)
        except Refusal as refusal:
            found[index] = str(refusal)
        except LookupError:
            found[index] = _NO_PLACE
    return found


def _meet(one: Change, other: Change) -> bool:
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end


def _moved_by(edit: Edit) -> set[str]:
    """Return the list below which pointers mean something else after an edit: its items got other numbers."""
    match edit:
        case Remove():
            above, _, token = edit.pointer.rpartition("/")
            return {above} if token.isdecimal() else set()
        case AddItem():
            return {edit.pointer} if edit.is_first else set()
        case _:
            return set()


def apply_changes(text: str, changes: Iterable[Change]) -> str:
    """Return a text with changes that do not overlap carried out."""
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _change(outline: Outline, value: JsonValue, edit: Edit) -> Change:
    match edit:
        case SetText():
            return change_text(outline, edit.pointer, value_at(value, edit.pointer), edit.text)
        case Remove():
            return remove(outline, edit.pointer)
        case _:
            return insert(outline, edit)


def _impossible(what: str) -> MockKnockError:
    return MockKnockError("edit-impossible", what, hint="edit the document by hand")
