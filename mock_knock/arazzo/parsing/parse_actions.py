"""What a step does next (Arazzo 1.1.0, Success Action and Failure Action Objects)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from mock_knock.arazzo.document import Action, ActionType
from mock_knock.arazzo.parsing.parse_parameters import read_parameters
from mock_knock.arazzo.parsing.parse_values import read_criteria
from mock_knock.arazzo.parsing.reader import Reader, list_names
from mock_knock.arazzo.parsing.reusable import Context, find_component
from mock_knock.messages import JsonValue

ActionKind = Literal["successActions", "failureActions"]
"""The kinds of actions, by the name of their components."""

_SUCCESS_FIELDS = {"name", "type", "workflowId", "stepId", "criteria", "parameters"}
_FIELDS: Mapping[ActionKind, Collection[str]] = {
    "successActions": _SUCCESS_FIELDS,
    "failureActions": _SUCCESS_FIELDS | {"retryAfter", "retryLimit"},
}
_TYPES: Mapping[ActionKind, Collection[str]] = {
    "successActions": ("end", "goto"),
    "failureActions": ("end", "goto", "retry"),
}
_RELEVANT: Mapping[str, Collection[str]] = {
    # the type of an action: the fields that only have a meaning for some types, and have one for it
    "end": (),
    "goto": ("stepId", "workflowId"),
    "retry": ("stepId", "workflowId", "retryAfter", "retryLimit"),
}


@dataclass(frozen=True, slots=True)
class ListedAction:
    """An action with the place where it was listed, which is not its own when it is a component."""

    action: Action
    at: str


def read_actions(
    context: Context, holder: Mapping[str, JsonValue], at: str, name: str, kind: ActionKind
) -> tuple[Action, ...]:
    """Read a list of actions and references to them; of two with the same name the second is a problem."""
    listed = tuple(_read_listed(context, holder, at, name, kind))
    context.reader.distinct([(each.action.name, each.at) for each in listed], "action")
    for each in listed:
        _check_target(context, each)
    return tuple(each.action for each in listed)


def _read_listed(
    context: Context, holder: Mapping[str, JsonValue], at: str, name: str, kind: ActionKind
) -> Iterator[ListedAction]:
    components = context.components
    known = components.success_actions if kind == "successActions" else components.failure_actions
    for entry_at, entry in context.reader.items(holder, at, name):
        if "reference" in entry:
            action = find_component(context.reader, known, kind, entry, entry_at)
        else:
            action = read_action(context, entry_at, entry, kind)
        if action is not None:
            yield ListedAction(action, entry_at)


def read_action(context: Context, at: str, value: Mapping[str, JsonValue], kind: ActionKind) -> Action | None:
    """Read an action; None when its type cannot be told."""
    reader = context.reader
    action = reader.map(value, at, known=_FIELDS[kind])
    reader.report_newer_fields(action, at, "parameters")
    written = reader.required_text(action, at, "type")
    is_known = written in _TYPES[kind]
    if written and not is_known:
        reader.report_structure(f"{at}/type", f"'{written}' is no action here", f"types: {', '.join(_TYPES[kind])}")
    if is_known:
        _check_fields(reader, action, at, kind, written)
    name = reader.required_text(action, at, "name")
    step_id, workflow_id = reader.text(action, at, "stepId"), reader.text(action, at, "workflowId")
    has_target = "stepId" in _RELEVANT.get(written, ())
    read = Action(
        name=name,
        type=cast("ActionType", written),
        target=step_id if has_target else None,
        criteria=read_criteria(reader, action, at, "criteria"),
        retry_after=reader.seconds(action, at, "retryAfter"),
        retry_limit=reader.count(action, at, "retryLimit", 1),
        pointer=at,
        workflow_id=workflow_id if has_target else None,
        parameters=tuple(each.parameter for each in read_parameters(context, action, at, "action")),
    )
    return read if is_known else None


def _check_fields(reader: Reader, action: Mapping[str, JsonValue], at: str, kind: ActionKind, written: str) -> None:
    """Check what hangs on the type of an action; fields that have no meaning for it are remarked on."""
    targets = [name for name in ("stepId", "workflowId") if name in action]
    if written == "goto" and not targets:
        reader.report_structure(at, "a goto needs a 'stepId' or a 'workflowId'", "name the step to go to")
    if written != "end" and len(targets) > 1:
        reader.report_structure(at, f"a {written} leads to a step or to a workflow, not to both", "keep one of the two")
    if "parameters" in action and "workflowId" not in action:
        message = "the parameters of an action are inputs of its workflow, and it names none"
        reader.report_structure(f"{at}/parameters", message, "add a 'workflowId', or take them out")
    for name in _RELEVANT["retry"]:
        if name in action and name in _FIELDS[kind] and name not in _RELEVANT[written]:
            reader.report_idle(f"{at}/{name}", f"'{name}' has no effect in an action of the type '{written}'")


def _check_target(context: Context, listed: ListedAction) -> None:
    target, ids = listed.action.target, context.step_ids
    if target is not None and ids is not None and target not in ids:
        is_own = listed.action.pointer == listed.at
        hint = f"steps of this workflow: {list_names(ids)}"
        place = f"{listed.at}/stepId" if is_own else listed.at
        context.reader.report("arazzo-step-dangling", place, f"there is no step '{target}'", hint)


def inherit_actions(own: Sequence[Action], shared: Sequence[Action]) -> tuple[Action, ...]:
    """Return the actions of a step, then those of its workflow that it does not override by their name."""
    taken = {each.name for each in own}
    return (*own, *(each for each in shared if each.name not in taken))
