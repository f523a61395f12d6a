"""Rules about the inputs of a workflow: those nobody reads, and those that may be absent where they are sent."""

from __future__ import annotations

from collections.abc import Iterator

from mock_knock.arazzo.inputs import required_inputs
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import step_actions
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.workflow_targets import WorkflowTarget, resolve_workflow


def check_unused_inputs(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each declared input that no expression of the document reads."""
    read = {use.expression.name for use in subject.uses("lenient") if use.expression.kind == "inputs"}
    unread = [name for name in subject.inputs() if name not in read]
    others = _read_by_others(subject) | _handed_on(subject) if unread else set()
    for name in unread:
        if name not in others:
            message = f"nothing reads the input '{name}'"
            yield Problem(
                "input-unused",
                subject.input_pointer(name),
                message,
                f"write `$inputs.{name}` where it is meant, or take it out",
            )


def _read_by_others(subject: Subject) -> set[str]:
    return {name for owner, name in subject.inputs_read_elsewhere() if owner == subject.workflow.workflow_id}


def _handed_on(subject: Subject) -> set[str]:
    """Return the inputs that go to workflows which are depended on, or which an action leads to (our reading)."""
    actions = (action for step in subject.workflow.steps for action in step_actions(step))
    references = [*subject.workflow.depends_on, *(action.workflow_id for action in actions if action.workflow_id)]
    found = (resolve_workflow(text, subject.document, subject.others, "") for text in references)
    return {name for each in found if isinstance(each, WorkflowTarget) for name in subject.inputs(each.workflow)}


def check_optional_inputs(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each place that sends an input which need not be given: the standard is silent about it."""
    workflow = subject.workflow
    optional = subject.inputs().keys() - required_inputs(workflow)
    for use in subject.uses(subject.dialect):
        name = use.expression.name
        if use.expression.kind != "inputs" or not use.is_sent or name not in optional or subject.has_default(name):
            continue
        message = f"the input '{name}' is sent and may be absent: the standard says nothing about an absent input"
        effect = "the step fails"
        if use.is_whole:
            effect = (
                "in the lenient dialect what is nothing but this input is left out, in the strict one the step fails"
            )
        hint = f"list '{name}' under `required`, or give it a default; without it {effect}"
        yield Problem("input-optional-sent", use.pointer, message, hint)
