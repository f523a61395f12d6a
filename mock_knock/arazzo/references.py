"""Whether the inputs and outputs that expressions name exist, and exist in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mock_knock.arazzo.criterion import Criterion, criterion_expressions
from mock_knock.arazzo.document import Step, Workflow
from mock_knock.arazzo.expression import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.reader import escape
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import find_expressions
from mock_knock.messages import JsonValue


def check_references(workflow: Workflow) -> Iterator[Problem]:
    """Yield a problem for each expression that names an input or output which does not exist."""
    for pointer, expression in _expressions(workflow):
        match expression.kind:
            case "inputs":
                yield from _check_input(workflow, pointer, expression)
            case "steps":
                yield from _check_output(workflow, pointer, expression)
            case _:
                pass


def _check_input(workflow: Workflow, pointer: str, expression: Expression) -> Iterator[Problem]:
    declared = workflow.inputs.get("properties")
    names = list(declared) if isinstance(declared, Mapping) else []
    if expression.name not in names:
        hint = f"declared inputs: {', '.join(names) or 'none'}"
        yield Problem("input-undeclared", pointer, f"there is no input '{expression.name}'", hint)


def _check_output(workflow: Workflow, pointer: str, expression: Expression) -> Iterator[Problem]:
    step = next((each for each in workflow.steps if each.step_id == expression.owner), None)
    if step is None:
        hint = f"steps of this workflow: {', '.join(each.step_id for each in workflow.steps)}"
        yield Problem("output-unknown", pointer, f"there is no step '{expression.owner}'", hint)
    elif expression.name not in step.outputs:
        hint = f"outputs of '{step.step_id}': {', '.join(step.outputs) or 'none'}"
        message = f"the step '{step.step_id}' has no output '{expression.name}'"
        yield Problem("output-unknown", pointer, message, hint)


def _expressions(workflow: Workflow) -> Iterator[tuple[str, Expression]]:
    for step in workflow.steps:
        yield from _of_step(step)
    yield from _of_outputs(workflow.outputs, workflow.pointer)


def _of_step(step: Step) -> Iterator[tuple[str, Expression]]:
    for parameter in step.parameters:
        yield from _of_value(parameter.value, f"{parameter.pointer}/value")
    if step.request_body is not None:
        yield from _of_value(step.request_body.payload, f"{step.request_body.pointer}/payload")
    for criterion in step_criteria(step):
        yield from ((f"{criterion.pointer}/condition", found) for found in criterion_expressions(criterion))
    yield from _of_outputs(step.outputs, step.pointer)


def step_criteria(step: Step) -> tuple[Criterion, ...]:
    """Return every criterion of a step: its own, then those of its actions."""
    actions = (*step.on_success, *step.on_failure)
    return (*step.success_criteria, *(criterion for action in actions for criterion in action.criteria))


def _of_value(value: JsonValue, at: str) -> Iterator[tuple[str, Expression]]:
    for found in find_expressions(value):
        if found.expression is not None:
            yield f"{at}{found.pointer}", found.expression


def _of_outputs(outputs: Mapping[str, str], pointer: str) -> Iterator[tuple[str, Expression]]:
    for name, text in outputs.items():
        try:
            yield f"{pointer}/outputs/{escape(name)}", parse_expression(text)
        except ExpressionSyntaxError:
            continue  # the rule about outputs reports it
