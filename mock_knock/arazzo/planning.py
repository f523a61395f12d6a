"""What a step sends: its parameters and payload with every expression replaced by its value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final, NoReturn

from mock_knock.arazzo.document import Parameter, ParameterPlace, Replacement, RequestBody, Step, Workflow
from mock_knock.arazzo.expression import MISSING, Missing, Scope
from mock_knock.arazzo.expressions.embedding import is_too_deep, read_exact
from mock_knock.arazzo.inputs import input_names, required_inputs
from mock_knock.arazzo.replacement import ReplacementError, is_json_type, replace_in
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect, Rendered, is_absent_input, render_value
from mock_knock.messages import JsonValue

_DROPPED: Final = "input-absent-dropped"


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


def plan_request(
    step: Step, scope: Scope, *, dialect: Dialect, optional: frozenset[str], default_type: str | None = None
) -> Planned:
    """Render the parameters and the payload of a step, and make the replacements in the payload.

    `optional` are the `optional_inputs` of the workflow. In the lenient dialect one that is absent takes its member of
    the payload with it, and its parameter unless that is part of the path; the specification does not say what it
    stands for. Any other expression without a value keeps the request from being sent.
    `default_type` is the content type of the operation, for a step that does not say it: it tells the language of the
    targets of replacements, and whether a text is the text of a JSON document.
    """
    planner = _Planner(scope, dialect, optional if dialect == "lenient" else frozenset())
    parameters = planner.parameters(step)
    headers = (str(each.value) for each in parameters if _is_content_type(each))
    default_type = next(headers, default_type)
    payload = planner.payload(step.request_body, default_type) if step.request_body else MISSING
    if planner.is_blocked:
        return Planned(None, tuple(planner.problems))
    content_type = step.request_body.content_type if step.request_body else None
    return Planned(RequestPlan(parameters, payload, content_type), tuple(planner.problems))


def _is_content_type(parameter: PlannedParameter) -> bool:
    return parameter.place == "header" and parameter.name.title() == "Content-Type"


def plan_inputs(
    parameters: tuple[Parameter, ...], scope: Scope, *, dialect: Dialect, declared: frozenset[str]
) -> tuple[dict[str, JsonValue] | None, tuple[Problem, ...]]:
    """Return the inputs for a workflow by name, or None when a value is missing, and what was noticed.

    `declared` are the inputs that the called workflow declares. What all steps inherit from the calling workflow goes
    only to those; what the step or action itself gives is handed over in any case. In the lenient dialect a parameter
    that is exactly an input that was not given is left out.
    """
    planner = _Planner(scope, dialect, frozenset())
    inputs: dict[str, JsonValue] = {}
    for parameter in parameters:
        if parameter.is_inherited and parameter.name not in declared:
            continue
        if dialect == "lenient":
            planner.optional = _input_names(parameter.value)
        value = planner.parameter(parameter, f"the parameter '{parameter.name}'")
        if value is not MISSING:
            inputs[parameter.name] = value
    return None if planner.is_blocked else inputs, tuple(planner.problems)


def _input_names(value: JsonValue) -> frozenset[str]:
    expression = read_exact(value) if isinstance(value, str) else None
    return frozenset({expression.name}) if expression else frozenset()


def optional_inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs that are declared and not required in every case."""
    return frozenset(input_names(workflow)) - required_inputs(workflow)


@dataclass(slots=True)
class _Planner:
    scope: Scope
    dialect: Dialect
    optional: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_blocked(self) -> bool:
        return any(problem.code != _DROPPED for problem in self.problems)

    def parameters(self, step: Step) -> tuple[PlannedParameter, ...]:
        planned = []
        for each in step.parameters:
            assert each.place is not None  # noqa: S101  # only a step that calls a workflow goes without
            what = f"the {each.place} parameter '{each.name}'"
            value = self.parameter(each, what)
            if value is not MISSING:
                planned.append(PlannedParameter(each.name, each.place, value, each.pointer))
        return tuple(planned)

    def parameter(self, parameter: Parameter, what: str) -> JsonValue | Missing:
        """Render a parameter; MISSING when it is left out or a problem was noted."""
        at = f"{parameter.pointer}/value"
        if parameter.place != "path" and is_absent_input(parameter.value, self.scope, self.optional):
            self.note_dropped(at, f"the optional input for {what} is absent: the parameter was left out")
            return MISSING
        return self.noted(render_value(parameter.value, self.scope, dialect=self.dialect), at, what).value

    def payload(self, body: RequestBody, default_type: str | None) -> JsonValue | Missing:
        at, content_type = f"{body.pointer}/payload", body.content_type or default_type
        rendered = render_value(body.payload, self.scope, dialect=self.dialect, optional_inputs=self.optional)
        for pointer in rendered.dropped:
            self.note_dropped(
                f"{at}{pointer}", f"the optional input for {pointer} is absent: this member was left out of the payload"
            )
        payload = self.noted(rendered, at, "the payload").value
        if isinstance(payload, str) and is_json_type(content_type) and _is_json_text(body.payload):
            payload = self.parsed(payload, at)
        for replacement in body.replacements:
            payload = self.replaced(payload, replacement, content_type)
        return payload

    def parsed(self, text: str, at: str) -> JsonValue:
        """Read a payload that is written as JSON text, after its expressions were put in."""
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
            message = f"with its expressions put in, the payload is not the JSON that its media type says: {reason}"
            self.note("payload-not-json", at, message, "write the payload as YAML: values are then put in as JSON")
            return text
        if is_too_deep(value):
            message = "the payload is nested more deeply than 200 levels"
            self.note("payload-not-json", at, message, "use a payload with at most 200 levels")
        return value

    def replaced(
        self, payload: JsonValue | Missing, replacement: Replacement, content_type: str | None
    ) -> JsonValue | Missing:
        at = f"{replacement.pointer}/value"
        what = f"the replacement at '{replacement.target}'"
        if is_absent_input(replacement.value, self.scope, self.optional):
            self.note_dropped(at, f"the optional input for {what} is absent: nothing was replaced")
            return payload
        value = self.noted(render_value(replacement.value, self.scope, dialect=self.dialect), at, what).value
        if value is MISSING or (payload is MISSING and self.is_blocked):
            return payload
        try:
            return replace_in(payload, replacement, value, content_type)
        except ReplacementError as error:
            hint = "a target names a place of the payload as it is after its expressions were put in"
            self.note(error.code, f"{replacement.pointer}/target", str(error), hint)
            return payload

    def noted(self, rendered: Rendered, at: str, what: str) -> Rendered:
        """Note what keeps a value from being used."""
        for each in rendered.findings:
            self.note("value-unusable", f"{at}{each.where}", each.message, each.hint)
        if rendered.missing:
            message = f"{what} needs {', '.join(rendered.missing)}, which has no value"
            self.note("value-missing", at, message, "see the outputs of the steps before")
        return rendered

    def note_dropped(self, at: str, message: str) -> None:
        self.note(_DROPPED, at, message, "give the input, or take the member out")

    def note(self, code: str, at: str, message: str, hint: str) -> None:
        self.problems.append(Problem(code, at, message, hint))


def _is_json_text(written: JsonValue | Missing) -> bool:
    """Tell whether a payload is written as the text of a JSON object or array; `{$...}` is an expression."""
    text = written.lstrip() if isinstance(written, str) else ""
    return text.startswith(("{", "[")) and not text.startswith("{$")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
