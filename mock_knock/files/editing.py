"""Editing the text of a document at its nodes: whatever is not edited stays as it is, to the byte."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mock_knock.errors import MockKnockError
from mock_knock.files.edited_value import edit_value, same_value, value_at
from mock_knock.files.json_outline import outline_json
from mock_knock.files.json_reader import read_json
from mock_knock.files.outline import Outline
from mock_knock.files.problems import DocumentProblem
from mock_knock.files.text_changes import Change, Refusal, change_text, insert, remove
from mock_knock.files.yaml_outline import outline_yaml
from mock_knock.files.yaml_reader import read_yaml
from mock_knock.messages import AddItem, AddMember, Edit, JsonValue, Remove, SetText, way_to

_NEAR = 2
"""How far a change can be from those that it meets, in the order of the text: one that adds may share a beginning."""
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
    pending: Sequence[Edit] = edits
    while pending:
        value = read_json(text) if is_json else read_yaml(text)  # first: it tells what is wrong with a text
        outline = outline_json(text) if is_json else outline_yaml(text)
        turn = _Turn(outline, value)
        for edit in pending:
            turn.take(edit)
        text, pending = apply_changes(text, turn.changes), turn.deferred
    return text


@dataclass(slots=True)
class _Turn:
    """Takes the edits that can be carried out in a text as it stands; the others, and what hangs on them, wait.

    Attributes:
        changes: in the order of the text; no two of them meet.
        deferred: the edits that wait, in their order.
        waiting: the nodes that these change; `around` are those and everything around them.
        moved: the lists whose items got other numbers.
        restructured: the nodes that have got or lost something: what else does so has to see where its neighbours are.
        touched: the nodes that edits were carried out in, and everything around them: none of them can be taken out.
    """

    outline: Outline
    value: JsonValue
    changes: list[Change] = field(default_factory=list)
    deferred: list[Edit] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    around: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    restructured: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def take(self, edit: Edit) -> None:
        """Take one edit; raises Refusal or LookupError for the first one when it cannot be carried out."""
        changed = edit.pointer if isinstance(edit, (AddMember, AddItem)) else edit.pointer.rpartition("/")[0]
        way = way_to(changed)
        is_free = changed not in self.around and self.waiting.isdisjoint(way)
        is_in_place = self.moved.isdisjoint(way_to(edit.pointer))
        is_next = isinstance(edit, SetText) or changed not in self.restructured
        if isinstance(edit, Remove) and edit.pointer in self.touched:
            is_next = False
        change = self.find_change(edit) if is_free and is_in_place and is_next else None
        if change is None:
            self.deferred.append(edit)
            self.waiting.add(changed)
            self.around.update(way)
        else:
            insort(self.changes, change)
            self.moved |= _moved_by(edit)
            self.touched.update(way_to(edit.pointer))
            self.restructured |= set() if isinstance(edit, SetText) else {changed}

    def find_change(self, edit: Edit) -> Change | None:
        """Return the change that an edit is, or None when it has to wait for others."""
        try:
            change = _change(self.outline, self.value, edit)
        except (Refusal, LookupError):
            if self.changes or self.deferred:  # its place may be the work of another one
                return None
            raise
        at = bisect_left(self.changes, change)
        near = self.changes[max(at - _NEAR, 0) : at + _NEAR]
        return None if any(_meet(change, each) for each in near) else change


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
    pieces: list[str] = []
    start = 0
    for change in sorted(changes):
        pieces += [text[start : change.start], change.text]
        start = change.end
    return "".join([*pieces, text[start:]])


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
