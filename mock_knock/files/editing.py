"""Editing the text of a document at its nodes: whatever is not edited stays as it is, to the byte."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

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
        raise _impossible("the place cannot be edited") from error
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
    """Take the edits that can be carried out at once; the others stay, in their order.

    An edit waits while one before it that waits has to do with the same container, or may have renumbered it.
    """
    changes: list[Change] = []
    waiting: list[Edit] = []
    around: set[str] = set()
    settled: set[str] = set()
    while pending:
        edit = pending.popleft()
        container = _container(edit)
        change = None
        if edit.pointer not in around and settled.isdisjoint(_prefixes(edit.pointer)):
            change = _try_change(outline, value, edit, is_first=not changes)
        if change is None or any(_meet(change, each) for each in changes):
            waiting.append(edit)
        else:
            changes.append(change)
        if waiting[-1:] == [edit] or _moves_others(edit):
            settled.add(container)
            around.update(_prefixes(container))
    pending.extend(waiting)
    return changes


def _try_change(outline: Outline, value: JsonValue, edit: Edit, *, is_first: bool) -> Change | None:
    try:
        return _change(outline, value, edit)
    except (Refusal, LookupError):
        if is_first:
            raise
        return None  # its place may be the work of another one


def _container(edit: Edit) -> str:
    return edit.pointer.rpartition("/")[0] if isinstance(edit, (SetText, Remove)) else edit.pointer


def _prefixes(pointer: str) -> set[str]:
    parts = pointer.split("/")
    return {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}


def _meet(one: Change, other: Change) -> bool:
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end


def _moves_others(edit: Edit) -> bool:
    """Tell whether pointers mean something else after an edit: items of a list got other numbers."""
    match edit:
        case Remove():
            return edit.pointer.rpartition("/")[2].isdecimal()
        case AddItem():
            return edit.is_first
        case _:
            return False


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
