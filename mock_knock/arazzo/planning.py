"""What a step sends: its parameters and payload with every expression replaced by its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mock_knock.arazzo.document import Parameter, Step, Workflow
from mock_knock.arazzo.expression import MISSING, Scope
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect, render_value
from mock_knock.messages import Finding, JsonValue


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The values of a request before they are put into HTTP; `payload` is None when there is no body."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    payload: JsonValue = None
    has_body: bool = False
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
    places: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": [], "cookie": []}
    for parameter in step.parameters:
        text, problem = _render_parameter(parameter, scope, dialect)
        if problem is not None:
            problems.append(problem)
        elif text is not None:
            places[parameter.place].append((parameter.name, text))
    payload = _render_payload(step, workflow, scope, dialect, problems)
    if any(problem.code in {"value-missing", "value-unusable"} for problem in problems):
        return Planned(None, tuple(problems))
    body = step.request_body
    plan = RequestPlan(
        path=dict(places["path"]),
        query=tuple(places["query"]),
        headers=tuple(places["header"]),
        cookies=tuple(places["cookie"]),
        payload=payload,
        has_body=body is not None,
        content_type=body.content_type if body else None,
    )
    return Planned(plan, tuple(problems))


def _render_parameter(parameter: Parameter, scope: Scope, dialect: Dialect) -> tuple[str | None, Problem | None]:
    at = f"{parameter.pointer}/value"
    rendered = render_value(parameter.value, scope, dialect=dialect)
    if rendered.findings:
        return None, _unusable(at, rendered.findings[0])
    if rendered.value is MISSING or rendered.missing:
        return None, _missing(at, rendered.missing, f"the {parameter.place} parameter '{parameter.name}'")
    match rendered.value:
        case bool() as flag:
            text = "true" if flag else "false"
        case str() | int() | float() as scalar:
            text = str(scalar)
        case _:
            message = f"the {parameter.place} parameter '{parameter.name}' must be text, a number or a boolean"
            return None, Problem("value-unusable", at, message, "lists, objects and null cannot be sent there yet")
    if parameter.place == "header" and any(character in text for character in "\r\n\0"):
        return None, Problem("value-unusable", at, f"the header '{parameter.name}' must not contain line breaks", "")
    return text, None


def _render_payload(
    step: Step, workflow: Workflow, scope: Scope, dialect: Dialect, problems: list[Problem]
) -> JsonValue:
    if step.request_body is None:
        return None
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
    return None if rendered.value is MISSING else rendered.value


def optional_inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs that are declared and not required."""
    declared, required = workflow.inputs.get("properties"), workflow.inputs.get("required")
    names = frozenset(declared) if isinstance(declared, Mapping) else frozenset()
    return names - frozenset(required if isinstance(required, list) else ())


def _unusable(at: str, finding: Finding) -> Problem:
    return Problem("value-unusable", at, finding.message, finding.hint)


def _missing(at: str, expressions: tuple[str, ...], what: str) -> Problem:
    listed = ", ".join(expressions)
    return Problem(
        "value-missing", at, f"{what} needs {listed}, which has no value", "see the outputs of the steps before"
    )
