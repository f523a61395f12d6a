"""Repairs that rewrite how a step ends: a poll that has a bound, and values that nobody handles.

Both let the step succeed only with the values its actions ask for. Any other value then is a failure, which by default
ends the workflow (Arazzo 1.0.1, Step Object, onFailure), instead of a success that falls through to the next step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain

from mock_knock.arazzo.conditions.condition_tree import AnyOf, Comparison, ConditionSyntaxError, Constant, Node, Reading
from mock_knock.arazzo.conditions.simple_condition import parse_simple
from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Action, Step
from mock_knock.arazzo.expressions.pointer import MISSING, join_pointer, resolve_pointer, split_pointer
from mock_knock.arazzo.lint import Subject
from mock_knock.arazzo.linting.lint_coverage import described_enums, find_responses
from mock_knock.arazzo.linting.possible_responses import all_hold, expand_statuses, judge, succeeds
from mock_knock.arazzo.linting.uses import step_criteria
from mock_knock.messages import AddItem, AddMember, Edit, JsonValue, Remove

POLL_SECONDS = 1
POLL_LIMIT = 60
"""The delay between two polls, and how many follow the first one."""

_ANY_SUCCESS: tuple[JsonValue, ...] = ({"condition": "$statusCode >= 200 && $statusCode < 300"},)
"""What a step without success criteria is understood to ask for."""

StepRepair = tuple[str, Sequence[Edit], str]
"""The scope, the edits and their description."""


def mend_loop(subject: Subject, value: JsonValue, pointer: str) -> StepRepair | None:
    """Make a goto to the same step, for values that are not final, a bounded retry in onFailure; None: unclear how."""
    step, index = next(_loops(subject, pointer), (None, 0))
    at = f"{step.pointer}/onSuccess/{index}" if step else ""
    if step is None or not _stands_at(value, at, pointer):
        return None
    action = step.on_success[index]
    over = None if _leaves_open(subject, step, action) else _end_of_poll(step, action)
    if over is None or not _may_fail(subject, step, over) or action.name in {each.name for each in step.on_failure}:
        return None
    written = _written(value, pointer)
    required = _required(value, step)
    others = {name: each for name, each in written.items() if name not in {"name", "type", "stepId", "criteria"}}
    limits = {"retryAfter": POLL_SECONDS, "retryLimit": POLL_LIMIT}
    criteria = [*required, *written["criteria"]]
    retry = {"name": action.name, "type": "retry", **limits, **others, "criteria": criteria}
    edits = (_add_criterion(value, step, over), _add_failure(value, step, retry), _remove_action(value, step, at))
    how = f"poll with a retry, at most {POLL_LIMIT} times with {POLL_SECONDS} s between"
    return step.pointer, edits, f"{how}; '{step.step_id}' succeeds when {over}; comments in '{action.name}' go"


def _loops(subject: Subject, pointer: str) -> Iterator[tuple[Step, int]]:
    """Yield each step that an action leads back to itself, and the index of that action."""
    for step in subject.workflow.steps:
        for index, action in enumerate(step.on_success):
            if action.pointer == pointer and action.target == step.step_id:
                yield step, index


def _stands_at(value: JsonValue, at: str, pointer: str) -> bool:
    """Tell whether an action stands in the list of its step: itself, or a reference to the component it is."""
    name = "/components/successActions/"
    reference = {"reference": f"$components.successActions.{pointer.removeprefix(name)}"}
    return at == pointer or (pointer.startswith(name) and _written(value, at) == reference)


def _leaves_open(subject: Subject, step: Step, loop: Action) -> bool:
    """Tell whether nothing but the loop says what a value means, and its enumeration has several others.

    Which of those are good ends and which are failures is then for the author to say.
    """
    operation = subject.operation(step)
    if len(step.on_success) > 1 or operation is None:
        return False
    asked = set(_compared(loop))
    for pointer in {pointer for pointer, _ in asked if pointer is not None}:
        values = subject.described.success_values(operation, pointer) or ()
        if subject.described.is_exhausted:  # no values may mean that nobody has looked
            return True
        if sum((pointer, json.dumps(each)) not in asked for each in values) > 1:
            return True
    return False


def mend_coverage(subject: Subject, value: JsonValue, pointer: str) -> StepRepair | None:
    """Let a step succeed only with the values that its actions handle; None: unclear how.

    Only where an action leads to the following step do the others bypass it; where none does, to fall through may well
    be what is meant for what is good.
    """
    step = next((each for each in subject.workflow.steps if f"{each.pointer}/onSuccess" == pointer), None)
    following = subject.workflow.following(step) if step else None
    if step is None or following is None or following.step_id not in {each.target for each in step.on_success}:
        return None
    handled = _joined(step.on_success)
    if handled is None or not _may_fail(subject, step, handled):
        return None
    return step.pointer, (_add_criterion(value, step, handled),), f"let '{step.step_id}' succeed only when {handled}"


def _may_fail(subject: Subject, step: Step, condition: str) -> bool:
    """Tell whether no failure action takes what fails once the step asks for a condition as well.

    That is each response that passes today and does not surely meet the condition, whatever its status. Where there was
    no time to look at them all, it may not.
    """
    added = Criterion(condition)
    criteria = (*step_criteria(step), added)
    operation = subject.operation(step)
    enums = described_enums(subject, step, operation, criteria) if operation else {}
    domains = {pointer: (*values, MISSING) for pointer, values in enums.items()}
    responses = find_responses(subject, step, expand_statuses((), criteria), domains, criteria)
    failing = [each for each in responses if succeeds(step, each) is not False and judge(added, step, each) is not True]
    is_taken = any(all_hold(action.criteria, step, each) is not False for action in step.on_failure for each in failing)
    return bool(responses) and not is_taken


def _end_of_poll(step: Step, loop: Action) -> str | None:
    """Return the condition that a poll is over: what the other actions ask for, or else that it need not go on.

    The latter says the same only when no other action is asked before.
    """
    if not _is_simple(loop):
        return None
    others = [action for action in step.on_success if action is not loop]
    handled = _joined(others)
    if handled is None:
        return f"!({loop.criteria[0].condition})" if step.on_success[0] is loop else None
    asked = set(chain.from_iterable(map(_compared, others)))
    is_apart = asked.isdisjoint(_compared(loop))
    return handled if is_apart and len(_pointers(step.on_success)) == 1 else None


def _joined(actions: Sequence[Action]) -> str | None:
    """Return the condition that one of the actions applies, if each compares one and the same member with values."""
    if not actions or not all(map(_is_simple, actions)):
        return None
    pointers = _pointers(actions)
    if None in pointers or len(pointers) > 1:
        return None
    return " || ".join(dict.fromkeys(action.criteria[0].condition for action in actions))


def _is_simple(action: Action) -> bool:
    """Tell whether an action asks for one simple condition that can be read."""
    return len(action.criteria) == 1 and _root(action.criteria[0]) is not None


def _root(criterion: Criterion) -> Node | None:
    """Return what a simple criterion says; None for any other, and for one that cannot be read."""
    try:
        return parse_simple(criterion.condition).root if criterion.type == "simple" else None
    except ConditionSyntaxError:
        return None


def _pointers(actions: Sequence[Action]) -> set[str | None]:
    """Return the members of the response body that simple criteria compare; None stands for anything else."""
    return {pointer for action in actions for pointer, _ in _compared(action)}


def _compared(action: Action) -> Iterator[tuple[str | None, str]]:
    """Yield the member and the value (as JSON) of each comparison; (None, "") for whatever says anything else."""
    for criterion in action.criteria:
        yield from compared_in(_root(criterion))


def compared_in(node: Node | None) -> Iterator[tuple[str | None, str]]:
    """Yield what a condition of alternatives compares: pairs of a pointer into the response body and a value as JSON.

    `(None, "")` stands for whatever says anything else, and for no condition at all.
    """
    match node:
        case AnyOf():
            for operand in node.operands:
                yield from compared_in(operand)
        case Comparison(left=Reading(accesses=(access,)), operator="==", right=Constant(value=value)) if (
            access.expression.kind == "response" and access.expression.part == "body"
        ):
            tokens = (*split_pointer(access.expression.pointer or ""), *access.path)
            yield join_pointer(tokens), json.dumps(value)
        case _:
            yield None, ""


def _written(value: JsonValue, pointer: str) -> JsonValue:
    found = resolve_pointer(value, pointer)
    return None if found is MISSING else found


def _required(value: JsonValue, step: Step) -> Sequence[JsonValue]:
    return _written(value, f"{step.pointer}/successCriteria") or _ANY_SUCCESS


def _add_criterion(value: JsonValue, step: Step, condition: str) -> Edit:
    at, criterion = f"{step.pointer}/successCriteria", {"condition": condition}
    if _written(value, at) is None:
        return AddMember(step.pointer, "successCriteria", [*_ANY_SUCCESS, criterion])
    return AddItem(at, criterion)


def _add_failure(value: JsonValue, step: Step, retry: JsonValue) -> Edit:
    at = f"{step.pointer}/onFailure"
    if _written(value, at) is None:
        return AddMember(step.pointer, "onFailure", [retry])
    return AddItem(at, retry, is_first=True)


def _remove_action(value: JsonValue, step: Step, at: str) -> Edit:
    actions = f"{step.pointer}/onSuccess"
    return Remove(at if len(_written(value, actions)) > 1 else actions)
