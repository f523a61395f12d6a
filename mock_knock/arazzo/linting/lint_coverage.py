"""Rules about what an operation can answer: values that no action handles, and criteria that no answer meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Step, Workflow
from mock_knock.arazzo.expression import MISSING, Missing
from mock_knock.arazzo.expressions.embedding import embedded_text
from mock_knock.arazzo.linting.flow_graph import falls_through
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.possible_responses import (
    SUCCESSES,
    PossibleResponse,
    all_hold,
    count_responses,
    expand_statuses,
    judge,
    make_responses,
    named_statuses,
    read_members,
    succeeds,
)
from mock_knock.arazzo.linting.uses import step_criteria
from mock_knock.arazzo.targets import OperationTarget, Problem
from mock_knock.messages import JsonValue


def check_coverage(subject: Subject) -> Iterator[Problem]:
    """Name the values of a response's enum that no success action of a step handles, and where they lead.

    What no failure action handles ends the workflow as a failure, so nothing is said about it. Where no action leads
    to the following step, or back to the step itself, the others only sort out what is not to fall through.
    """
    for step in subject.workflow.steps:
        operation = subject.operation(step)
        if operation is None or not falls_through(step) or not _asks_to_go_on(subject.workflow, step):
            continue
        asked = {
            pointer for action in step.on_success for each in action.criteria for pointer in read_members(each, step)
        }
        responses = tuple(_unhandled_responses(subject, step, operation))
        for pointer in sorted(asked):
            values = subject.described.success_values(operation, pointer) or ()
            open_values = {_scalar_key(each.members.get(pointer, MISSING)) for each in responses}
            left = [value for value in values if _scalar_key(value) in open_values]
            if left:
                yield _unhandled(subject.workflow, step, pointer, left)


def _scalar_key(value: JsonValue | Missing) -> object:
    """Return what tells values apart as JSON does, where true is not 1; None for what is no member of a response."""
    if value is MISSING or isinstance(value, (dict, list)):
        return None
    return isinstance(value, bool), value


def _asks_to_go_on(workflow: Workflow, step: Step) -> bool:
    """Tell whether a success action leads to the following step or to the step itself."""
    following = workflow.following(step)
    asking = {step.step_id} | ({following.step_id} if following else set())
    return any(action.target in asking for action in step.on_success)


def _unhandled_responses(subject: Subject, step: Step, operation: OperationTarget) -> Iterator[PossibleResponse]:
    """Yield the responses with which the step can pass and none of its success actions is taken."""
    criteria = step_criteria(step)
    statuses = _successes(subject.described.statuses(operation), criteria)
    enums = described_enums(subject, step, operation, criteria)
    for response in find_responses(subject, step, statuses, enums, criteria):
        is_taken = any(all_hold(action.criteria, step, response) is not False for action in step.on_success)
        if succeeds(step, response) is not False and not is_taken:
            yield response


def _successes(described: Iterable[str], criteria: Iterable[Criterion]) -> tuple[int, ...]:
    """Return the successes to look at: those that are described, or else those that criteria name."""
    listed = [int(text) for text in described if text.isdecimal() and int(text) in SUCCESSES]
    named = [each for each in sorted(named_statuses(criteria)) if each in SUCCESSES]
    return tuple(listed or named or [SUCCESSES.start])


def _statuses(subject: Subject, operation: OperationTarget, criteria: Iterable[Criterion]) -> tuple[int, ...]:
    return expand_statuses(subject.described.statuses(operation), criteria)


def find_responses(
    subject: Subject,
    step: Step,
    statuses: Sequence[int],
    enums: Mapping[str, Sequence[JsonValue | Missing]],
    criteria: Sequence[Criterion],
) -> tuple[PossibleResponse, ...]:
    """Return the possible responses of a step that there is time to hold against some criteria.

    Where a document has too many of them, those of later steps have no bodies, or there are none at all.
    """
    what = f"responses {statuses} {enums} {[each.condition for each in criteria]}"
    return subject.memo.recall(what, step, lambda: _affordable(subject, statuses, enums, criteria))


def _affordable(
    subject: Subject,
    statuses: Sequence[int],
    enums: Mapping[str, Sequence[JsonValue | Missing]],
    criteria: Sequence[Criterion],
) -> tuple[PossibleResponse, ...]:
    for known in (enums, {}):
        if subject.memo.affords(count_responses(statuses, known) * (1 + len(criteria))):
            return make_responses(statuses, known)
    return ()


def described_enums(
    subject: Subject, step: Step, operation: OperationTarget, criteria: Iterable[Criterion]
) -> dict[str, tuple[JsonValue, ...]]:
    """Return the closed sets of values of the members that criteria read, by JSON pointer into the response body."""
    pointers = sorted({pointer for criterion in criteria for pointer in read_members(criterion, step)})
    values = {pointer: subject.described.success_values(operation, pointer) for pointer in pointers}
    return {
        pointer: tuple(each for each in known if not isinstance(each, (dict, list)))
        for pointer, known in values.items()
        if known
    }


def _unhandled(workflow: Workflow, step: Step, pointer: str, left: Sequence[JsonValue]) -> Problem:
    following = workflow.following(step)
    leads_to = f"the flow goes on to '{following.step_id}'" if following else "the workflow ends as a success"
    guards = [action.name for action in step.on_success if following and action.target == following.step_id]
    bypassed = f", so the guard '{guards[0]}' is bypassed" if guards else ""
    message = f"no action of '{step.step_id}' handles {_listed(left)} of {pointer}: {leads_to}{bypassed}"
    return Problem("enum-unhandled", f"{step.pointer}/onSuccess", message, "add an action for it, such as an `end`")


def _listed(values: Iterable[JsonValue]) -> str:
    return ", ".join(f"'{embedded_text(value)}'" for value in values)


def check_possibility(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for criteria that no response meets: by its status, its enumerations, or each other.

    After a failure any status counts, since servers fail in more ways than they describe.
    """
    for step in subject.workflow.steps:
        operation = subject.operation(step)
        if operation is None:
            continue
        criteria = step_criteria(step)
        enums = described_enums(subject, step, operation, criteria)
        domains = {pointer: (*values, MISSING) for pointer, values in enums.items()}
        described = find_responses(subject, step, _statuses(subject, operation, criteria), domains, criteria)
        anything = find_responses(subject, step, expand_statuses((), criteria), domains, criteria)
        passed = [response for response in described if succeeds(step, response) is not False]
        failed = [response for response in anything if succeeds(step, response) is not True]
        known = _known(subject.described.statuses(operation), enums)
        yield from _impossible(step, step.success_criteria, described, f"no described response meets it ({known})")
        for action in step.on_success:
            yield from _impossible(
                step, action.criteria, passed, f"no response that passes the step meets it ({known})"
            )
        for action in step.on_failure:
            yield from _impossible(step, action.criteria, failed, "no response that fails the step meets it")


def _known(statuses: Iterable[str], enums: Mapping[str, Iterable[JsonValue]]) -> str:
    described = [f"statuses: {', '.join(statuses) or 'any'}"]
    return "; ".join([*described, *(f"{pointer or 'body'}: {_listed(values)}" for pointer, values in enums.items())])


def _impossible(
    step: Step, criteria: Sequence[Criterion], responses: Sequence[PossibleResponse], reason: str
) -> Iterator[Problem]:
    """Report each criterion that is false in every response; when there is none, whether all together are.

    Where there is no response to begin with, another finding says why.
    """
    if not responses or not criteria:
        return
    alone = [each for each in criteria if all(judge(each, step, response) is False for response in responses)]
    for criterion in alone:
        message = f"'{criterion.condition}' can never hold: {reason}"
        yield Problem("criterion-impossible", f"{criterion.pointer}/condition", message, _HINT)
    if not alone and all(all_hold(criteria, step, response) is False for response in responses):
        listed = " and ".join(f"'{each.condition}'" for each in criteria)
        message = f"{listed} can never hold together: {reason}"
        yield Problem("criterion-impossible", f"{criteria[-1].pointer}/condition", message, _HINT)


_HINT = "compare with what the description lists, or join alternatives with `||` in one condition"
