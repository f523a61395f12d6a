"""What a step sends: its parameters and payload with every expression replaced by its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mock_knock.arazzo.document import Parameter, Step, Workflow
from mock_knock.arazzo.embedding import embedded_text
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect, render_value
from mock_knock.messages import Finding, JsonValue

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


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
        rendered = _render_parameter(parameter, scope, dialect)
        if isinstance(rendered, Problem):
            problems.append(rendered)
        else:
            places[parameter.place].append((parameter.name, rendered))
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


def _render_parameter(parameter: Parameter, scope: Scope, dialect: Dialect) -> str | Problem:
    at = f"{parameter.pointer}/value"
    rendered = render_value(parameter.value, scope, dialect=dialect)
    if rendered.findings:
        return _unusable(at, rendered.findings[0])
    if rendered.missing:
        return _missing(at, rendered.missing, f"the {parameter.place} parameter '{parameter.name}'")
    if not isinstance(rendered.value, (str, bool, int, float)):
        message = f"the {parameter.place} parameter '{parameter.name}' must be text, a number or a boolean"
        return Problem("value-unusable", at, message, "lists, objects and null cannot be sent there yet")
    text = embedded_text(rendered.value)
    problem = _check_field(parameter, text) if parameter.place in {"header", "cookie"} else None
    return problem or text


def _check_field(parameter: Parameter, text: str) -> Problem | None:
    """Report what would break the header of a request apart (RFC 9110 section 5)."""
    if not _TOKEN.fullmatch(parameter.name):
        message = f"'{parameter.name}' cannot be the name of a {parameter.place}"
        hint = "use letters, digits and !#$%&'*+-.^_`|~"
        return Problem("value-unusable", f"{parameter.pointer}/name", message, hint)
    if parameter.place == "header" and not _FIELD_VALUE.fullmatch(text):
        message = (
            f"the header '{parameter.name}' must not contain line breaks, other control characters or wide letters"
        )
        hint = "send letters beyond Latin-1 percent-encoded, or in the body"
        return Problem("value-unusable", f"{parameter.pointer}/value", message, hint)
    return None


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
    return rendered.value


def optional_inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs that are declared and not required."""
    declared, required = workflow.inputs.get("properties"), workflow.inputs.get("required")
    if not isinstance(declared, Mapping):
        return frozenset()
    return frozenset(name for name in declared if not (isinstance(required, list) and name in required))


def _unusable(at: str, finding: Finding) -> Problem:
    return Problem("value-unusable", f"{at}{finding.where}", finding.message, finding.hint)


def _missing(at: str, expressions: tuple[str, ...], what: str) -> Problem:
    listed = ", ".join(expressions)
    return Problem(
        "value-missing", at, f"{what} needs {listed}, which has no value", "see the outputs of the steps before"
    )
