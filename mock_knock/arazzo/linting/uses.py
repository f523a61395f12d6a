"""What stands in a workflow: its values, outputs and criteria, and every expression in them, with their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mock_knock.arazzo.criterion import Criterion, criterion_expressions
from mock_knock.arazzo.document import (
    Action,
    OutputSource,
    Parameter,
    Replacement,
    RequestBody,
    Step,
    Workflow,
)
from mock_knock.arazzo.expression import Expression, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.expressions.pointer import MISSING, Missing, join_pointer, resolve_pointer
from mock_knock.arazzo.parsing.reader import escape
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.template import Dialect, FoundExpression, find_expressions
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A document value with expressions in it, and its place; `is_sent` tells whether it goes into a request.

    What does not go into the request of the step belongs to one of its actions.
    """

    pointer: str
    value: JsonValue
    step: Step
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Use:
    """An expression and its place.

    Attributes:
        pointer: of the text it stands in.
        expression: what it names.
        step: whose it is, or None in the outputs of the workflow.
        is_sent: it goes into the request of the step, so it needs its value before the step.
        is_whole: it is all there is of a value that is sent.
    """

    pointer: str
    expression: Expression
    step: Step | None = None
    is_sent: bool = False
    is_whole: bool = False


def step_actions(step: Step) -> tuple[Action, ...]:
    """Return the actions of a step: those on success, then those on failure."""
    return (*step.on_success, *step.on_failure)


def step_criteria(step: Step) -> tuple[Criterion, ...]:
    """Return every criterion of a step: its own, then those of its actions."""
    return (*step.success_criteria, *(criterion for action in step_actions(step) for criterion in action.criteria))


def given_values(workflow: Workflow) -> Iterator[GivenValue]:
    """Yield the values of parameters, payloads and replacements, step by step."""
    for step in workflow.steps:
        yield from _parameter_values(step.parameters, step, is_sent=True)
        if step.request_body is not None:
            yield from _body_values(step.request_body, step)
        for action in step_actions(step):
            yield from _parameter_values(action.parameters, step, is_sent=False)


def _parameter_values(parameters: tuple[Parameter, ...], step: Step, *, is_sent: bool) -> Iterator[GivenValue]:
    for parameter in parameters:
        yield GivenValue(f"{parameter.pointer}/value", parameter.value, step, is_sent)


def _body_values(body: RequestBody, step: Step) -> Iterator[GivenValue]:
    if body.payload is not MISSING:
        yield GivenValue(f"{body.pointer}/payload", body.payload, step, is_sent=True)
    for replacement in body.replacements:
        yield GivenValue(f"{replacement.pointer}/value", replacement.value, step, is_sent=True)


def walk_value(value: JsonValue | Missing) -> Iterator[tuple[str, JsonValue]]:
    """Yield every text, selector and other scalar in a document value with its pointer, in document order."""
    pending: list[tuple[tuple[str | int, ...], JsonValue]] = [] if value is MISSING else [((), value)]
    while pending:
        path, each = pending.pop()
        if isinstance(each, Mapping):
            pending.extend(((*path, key), child) for key, child in reversed([*each.items()]))
        elif isinstance(each, list):
            pending.extend(((*path, index), each[index]) for index in reversed(range(len(each))))
        else:
            yield join_pointer(path), each


def output_maps(workflow: Workflow) -> Iterator[tuple[str, OutputSource, Step | None]]:
    """Yield the place and the source of every output, those of the workflow last."""
    for step in workflow.steps:
        for name, source in step.outputs.items():
            yield f"{step.pointer}/outputs/{escape(name)}", source, step
    for name, source in workflow.outputs.items():
        yield f"{workflow.pointer}/outputs/{escape(name)}", source, None


def find_selectors(workflow: Workflow) -> Iterator[Selector]:
    """Yield every selector of a workflow: those in what is given, then those of outputs."""
    for given in given_values(workflow):
        yield from (each for _, each in walk_value(given.value) if isinstance(each, Selector))
    yield from (source for _, source, _ in output_maps(workflow) if isinstance(source, Selector))


def find_replacements(workflow: Workflow) -> Iterator[tuple[Replacement, RequestBody]]:
    """Yield every replacement of a workflow with the body it stands in."""
    for step in workflow.steps:
        if step.request_body is not None:
            yield from ((each, step.request_body) for each in step.request_body.replacements)


def find_uses(
    workflow: Workflow, *, dialect: Dialect, find: Callable[[JsonValue], Iterable[FoundExpression]] = find_expressions
) -> Iterator[Use]:
    """Yield every expression of a workflow that parses, as `find` lists those of a value.

    In the strict dialect an expression without braces inside longer text is text, and names nothing.
    """
    for given in given_values(workflow):
        yield from _in_value(given, find(given.value), dialect)
    for step in workflow.steps:
        for criterion in step_criteria(step):
            at = f"{criterion.pointer}/condition"
            yield from (Use(at, found, step) for found in criterion_expressions(criterion))
    for pointer, source, owner in output_maps(workflow):
        if isinstance(source, Selector):
            yield from (
                Use(f"{source.pointer}{found.pointer}", found.expression, owner)
                for found in find(source)
                if found.expression is not None
            )
        elif expression := read_expression(source):
            yield Use(pointer, expression, owner)


def _in_value(given: GivenValue, expressions: Iterable[FoundExpression], dialect: Dialect) -> Iterator[Use]:
    for found in expressions:
        is_text = found.form == "unbraced" and dialect == "strict"
        if found.expression is not None and not is_text:
            in_selector = resolve_pointer(given.value, found.pointer) is MISSING
            is_whole = given.is_sent and found.form == "exact" and not in_selector
            yield Use(f"{given.pointer}{found.pointer}", found.expression, given.step, given.is_sent, is_whole)


def read_expression(text: str) -> Expression | None:
    """Return the expression that a text is, or None; what is wrong with it is the matter of another rule."""
    try:
        return parse_expression(text)
    except ExpressionSyntaxError:
        return None
