"""What a step sends: its parameters and payload with every expression replaced by its value."""

from __future__ import annotations

from dataclasses import dataclass

from mock_knock.arazzo.document import Parameter, ParameterPlace, Step, Workflow
from mock_knock.arazzo.expression import MISSING, Missing, Scope
from mock_knock.arazzo.inputs import input_names, required_inputs
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect, render_value
from mock_knock.messages import Finding, JsonValue


@dataclass(frozen=True, slots=True)
class PlannedParameter:
    """A parameter with its value, of any JSON type; how it is written into the request is the operation's matter."""

    name: str
    place: ParameterPlace
    value: JsonValue
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The values of a request before they are put into HTTP; `payload` is MISSING when there is no body.

    `content_type` is what the step says, or None when it leaves that to the operation.
    """

    parameters: tuple[PlannedParameter, ...] = ()
    payload: JsonValue | Missing = MISSING
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, or None when a value that the request needs is missing; `problems` tell what was noticed."""

    plan: RequestPlan | None
    problems: tuple[Problem, ...] = ()


def plan_request(step: Step, workflow: Workflow, scope: Scope, *, dialect: Dialect) -> Planned:
    """Render the parameters and the payload of a step.

    In the lenient dialect an optional input that is absent takes its member of the payload with it; the specification
    does not say what it stands for. Any other expression without a value keeps the request from being sent.
    """
    problems: list[Problem] = []
    parameters: list[PlannedParameter] = []
    for parameter in step.parameters:
        rendered = _render_parameter(parameter, scope, dialect)
        if isinstance(rendered, Problem):
            problems.append(rendered)
        else:
            parameters.append(rendered)
    payload = _render_payload(step, workflow, scope, dialect, problems)
    if any(problem.code in {"value-missing", "value-unusable"} for problem in problems):
        return Planned(None, tuple(problems))
    content_type = step.request_body.content_type if step.request_body else None
    return Planned(RequestPlan(tuple(parameters), payload, content_type), tuple(problems))


def _render_parameter(parameter: Parameter, scope: Scope, dialect: Dialect) -> PlannedParameter | Problem:
    at = f"{parameter.pointer}/value"
    rendered = render_value(parameter.value, scope, dialect=dialect)
    if rendered.findings:
        return _unusable(at, rendered.findings[0])
    if rendered.missing:
        return _missing(at, rendered.missing, f"the {parameter.place} parameter '{parameter.name}'")
    assert parameter.place is not None  # noqa: S101  # only a step that calls a workflow goes without
    return PlannedParameter(parameter.name, parameter.place, rendered.value, parameter.pointer)


def _render_payload(
    step: Step, workflow: Workflow, scope: Scope, dialect: Dialect, problems: list[Problem]
) -> JsonValue | Missing:
    if step.request_body is None or step.request_body.payload is MISSING:
        return MISSING
    at = f"{step.request_body.pointer}/payload"
    rendered = render_value(
        step.request_body.payload, scope, dialect=dialect, optional_inputs=optional_inputs(workflow)
    )
    for pointer in rendered.dropped:
        message = f"the optional input for {pointer} is absent: this member was left out of the payload"
        problems.append(
            Problem("input-absent-dropped", f"{at}{pointer}", message, "give the input, or take the member out")
        )
    problems += [_unusable(at, finding) for finding in rendered.findings]
    if rendered.missing:
        problems.append(_missing(at, rendered.missing, "the payload"))
    return rendered.value


def optional_inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs that are declared and not required in every case."""
    return frozenset(input_names(workflow)) - required_inputs(workflow)


def _unusable(at: str, finding: Finding) -> Problem:
    return Problem("value-unusable", f"{at}{finding.where}", finding.message, finding.hint)


def _missing(at: str, expressions: tuple[str, ...], what: str) -> Problem:
    listed = ", ".join(expressions)
    return Problem(
        "value-missing", at, f"{what} needs {listed}, which has no value", "see the outputs of the steps before"
    )
