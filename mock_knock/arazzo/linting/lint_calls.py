"""Rules about workflows that call or need each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_knock.arazzo.criterion import Criterion, criterion_expressions, evaluate_criterion
from mock_knock.arazzo.document import Parameter, Workflow
from mock_knock.arazzo.expression import ExpressionKind
from mock_knock.arazzo.expressions.scope import Scope
from mock_knock.arazzo.inputs import required_inputs
from mock_knock.arazzo.linting.flow_graph import FlowGraph, last_resort
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import step_actions, step_criteria
from mock_knock.arazzo.linting.workflow_graph import Links, WorkflowGraph, show_way
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.workflow_targets import resolve_workflow

_OF_MESSAGES: frozenset[ExpressionKind] = frozenset({"url", "method", "statusCode", "request", "response"})
"""The expressions that a step has through its request."""


def check_calls(subject: Subject) -> Iterator[Problem]:
    """Yield the problems of each call of another workflow: whether there is one, and what is handed to it."""
    for reference, at, parameters, is_step in _calls(subject.workflow):
        target = resolve_workflow(reference, subject.document, subject.others, at)
        if isinstance(target, Problem):
            yield target
            continue
        given = [each for each in parameters if not each.is_inherited]
        yield from _unknown_inputs(subject, target.workflow, given)
        if is_step or given:
            yield from _missing_inputs(subject, target.workflow, parameters, at)
    for index, reference in enumerate(subject.workflow.depends_on):
        at = f"{subject.workflow.pointer}/dependsOn/{index}"
        target = resolve_workflow(reference, subject.document, subject.others, at)
        if isinstance(target, Problem):
            yield target


def _calls(workflow: Workflow) -> Iterator[tuple[str, str, Sequence[Parameter], bool]]:
    """Yield reference, place and parameters of each call, and whether a step makes it.

    In 1.0 an action cannot hand over anything, so without parameters nothing is said about its inputs.
    """
    for step in workflow.steps:
        if step.workflow_id is not None:
            yield step.workflow_id, f"{step.pointer}/workflowId", step.parameters, True
        for action in step_actions(step):
            if action.workflow_id is not None:
                yield action.workflow_id, f"{action.pointer}/workflowId", action.parameters, False


def _missing_inputs(subject: Subject, called: Workflow, given: Sequence[Parameter], at: str) -> Iterator[Problem]:
    names = {parameter.name for parameter in given}
    for name in sorted(required_inputs(called) - names):
        if not subject.has_default(name, called):
            message = f"the workflow '{called.workflow_id}' needs the input '{name}', which this call does not give"
            yield Problem("workflow-input-missing", at, message, f"add a parameter `name: {name}` with a value")


def _unknown_inputs(subject: Subject, called: Workflow, given: Sequence[Parameter]) -> Iterator[Problem]:
    declared = subject.inputs(called)
    for parameter in given:
        if parameter.name not in declared:
            message = f"the workflow '{called.workflow_id}' has no input '{parameter.name}'"
            hint = f"its inputs: {', '.join(declared) or 'none'}"
            yield Problem("workflow-input-unknown", parameter.pointer, message, hint)


def check_call_criteria(subject: Subject) -> Iterator[Problem]:
    """Yield the criteria of steps that call a workflow and ask for a response, which such a step has not.

    The standard gives it the outputs of that workflow and nothing else (1.1.0, Runtime Expressions, `$outputs`).
    """
    for step in subject.workflow.steps:
        for criterion in step_criteria(step) if step.workflow_id is not None else ():
            kinds = {expression.kind for expression in criterion_expressions(criterion)}
            if kinds and kinds <= _OF_MESSAGES and not _holds_without(criterion, subject):
                message = f"'{criterion.condition}' can never hold: a step that calls a workflow has no response"
                hint = "take it out, as the step succeeds when the workflow does, or test `$outputs.<name>`"
                yield Problem("criterion-impossible", f"{criterion.pointer}/condition", message, hint)


def _holds_without(criterion: Criterion, subject: Subject) -> bool:
    return evaluate_criterion(criterion, Scope(), dialect=subject.dialect).passed


def check_recursion(subject: Subject) -> Iterator[Problem]:
    """Yield a problem when a workflow calls itself, over others or not, and no way leads around the calls."""
    for circle, at in _circles(subject, _unavoidable_calls):
        message = f"workflows call each other without an end: {circle}"
        hint = "let a condition decide about the call, or take it out; the runner bounds the depth of calls"
        yield Problem("workflow-recursion", at, message, hint)


def check_dependencies(subject: Subject) -> Iterator[Problem]:
    """Yield a problem when workflows wait for each other."""
    for circle, at in _circles(subject, _dependencies):
        message = f"workflows wait for each other: {circle}"
        yield Problem("dependency-circle", at, message, "take one of them out of dependsOn")


def _unavoidable_calls(workflow: Workflow) -> Iterator[tuple[str, str]]:
    graph = FlowGraph.of(workflow)
    for step in workflow.steps:
        own = [(step.workflow_id, f"{step.pointer}/workflowId")]
        taken = [(each.workflow_id, f"{each.pointer}/workflowId") for each in last_resort(step.on_success)]
        calls = [(reference, at) for reference, at in (*own, *taken) if reference is not None]
        if calls and not graph.is_avoidable(step.step_id):
            yield from calls


def _dependencies(workflow: Workflow) -> Iterator[tuple[str, str]]:
    for index, reference in enumerate(workflow.depends_on):
        yield reference, f"{workflow.pointer}/dependsOn/{index}"


def _circles(subject: Subject, links: Links) -> Iterator[tuple[str, str]]:
    """Yield each circle that a workflow is part of or leads into, as text, with the place of the link that closes it.

    A circle begins with the workflow that stands first in the document, whichever workflow it is found from.
    """
    document = subject.document
    graph = subject.memo.recall(links.__name__, document, lambda: WorkflowGraph.of(document, links))
    for circle in graph.circles_from(subject.workflow.workflow_id):
        yield show_way([*circle.names, circle.names[0]]), circle.at
