"""Whether the inputs and outputs that expressions name exist, and exist in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mock_knock.arazzo.criterion import Criterion, criterion_expressions
from mock_knock.arazzo.document import Action, Step, Workflow
from mock_knock.arazzo.expression import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.inputs import input_names
from mock_knock.arazzo.reader import escape
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect, find_expressions
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class _Use:
    """An expression and its place; `step` is None in the outputs of the workflow."""

    pointer: str
    expression: Expression
    step: Step | None = None
    is_sent: bool = False


@dataclass(frozen=True, slots=True)
class _Order:
    """Which steps a run can come to from which, by their ids."""

    first: str
    successors: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, workflow: Workflow) -> _Order:
        successors = {
            step.step_id: [action.target for action in step_actions(step) if action.target is not None]
            for step in workflow.steps
        }
        for step, following in pairwise(workflow.steps):
            successors[step.step_id].append(following.step_id)
        return cls(workflow.steps[0].step_id, successors)

    def is_in_time(self, source: str, user: str, *, is_sent: bool) -> bool:
        """Tell whether a step can have run when another one reads its output (Arazzo 1.1.0, Step Object, dependsOn).

        What is sent needs its value on the first visit already; a criterion or an output may wait for a later turn of
        a loop, and sees the outputs of its own step.
        """
        return source in self.reached(self.first, avoiding=user if is_sent else "") and user in self.reached(source)

    def reached(self, start: str, *, avoiding: str = "") -> set[str]:
        """Return a step and those that the run can come to from it, around another step."""
        reached: set[str] = set()
        pending = [start]
        while pending:
            step = pending.pop()
            if step != avoiding and step not in reached:
                reached.add(step)
                pending.extend(self.successors[step])
        return reached


def check_references(workflow: Workflow, *, dialect: Dialect) -> Iterator[Problem]:
    """Yield a problem for each expression that names an input or output which does not exist, or not yet.

    In the strict dialect an expression without braces inside longer text is text, and names nothing.
    """
    order = _Order.of(workflow)
    for use in _uses(workflow, dialect):
        match use.expression.kind:
            case "inputs":
                yield from _check_input(workflow, use.pointer, use.expression)
            case "steps":
                yield from _check_output(workflow, use, order)
            case _:
                pass


def _check_input(workflow: Workflow, pointer: str, expression: Expression) -> Iterator[Problem]:
    names = input_names(workflow)
    if expression.name not in names:
        hint = f"declared inputs: {', '.join(names) or 'none'}"
        yield Problem("input-undeclared", pointer, f"there is no input '{expression.name}'", hint)


def _check_output(workflow: Workflow, use: _Use, order: _Order) -> Iterator[Problem]:
    expression = use.expression
    step = next((each for each in workflow.steps if each.step_id == expression.owner), None)
    if step is None:
        hint = f"steps of this workflow: {', '.join(each.step_id for each in workflow.steps)}"
        yield Problem("output-unknown", use.pointer, f"there is no step '{expression.owner}'", hint)
    elif expression.name not in step.outputs:
        hint = f"outputs of '{step.step_id}': {', '.join(step.outputs) or 'none'}"
        message = f"the step '{step.step_id}' has no output '{expression.name}'"
        yield Problem("output-unknown", use.pointer, message, hint)
    elif use.step is not None and not order.is_in_time(step.step_id, use.step.step_id, is_sent=use.is_sent):
        message = f"'{expression}' has no value yet: '{step.step_id}' does not come before '{use.step.step_id}'"
        yield Problem("output-unknown", use.pointer, message, "move the step that has the output to the front")


def _uses(workflow: Workflow, dialect: Dialect) -> Iterator[_Use]:
    for step in workflow.steps:
        for parameter in step.parameters:
            yield from _in_value(parameter.value, f"{parameter.pointer}/value", step, dialect)
        if step.request_body is not None:
            yield from _in_value(step.request_body.payload, f"{step.request_body.pointer}/payload", step, dialect)
        for criterion in step_criteria(step):
            at = f"{criterion.pointer}/condition"
            yield from (_Use(at, found, step) for found in criterion_expressions(criterion))
        yield from _in_outputs(step.outputs, step.pointer, step)
    yield from _in_outputs(workflow.outputs, workflow.pointer, None)


def step_criteria(step: Step) -> tuple[Criterion, ...]:
    """Return every criterion of a step: its own, then those of its actions."""
    return (*step.success_criteria, *(criterion for action in step_actions(step) for criterion in action.criteria))


def step_actions(step: Step) -> tuple[Action, ...]:
    """Return the actions of a step: those on success, then those on failure."""
    return (*step.on_success, *step.on_failure)


def _in_value(value: JsonValue, at: str, step: Step, dialect: Dialect) -> Iterator[_Use]:
    for found in find_expressions(value):
        is_text = found.form == "unbraced" and dialect == "strict"
        if found.expression is not None and not is_text:
            yield _Use(f"{at}{found.pointer}", found.expression, step, is_sent=True)


def _in_outputs(outputs: Mapping[str, str], pointer: str, step: Step | None) -> Iterator[_Use]:
    for name, text in outputs.items():
        try:
            yield _Use(f"{pointer}/outputs/{escape(name)}", parse_expression(text), step)
        except ExpressionSyntaxError:
            continue  # the rule about outputs reports it
