"""What a run would send, as far as that is known before any response: for `--dry-run`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.targets import Problem
from mock_knock.harness.exchanges import plan_step
from mock_knock.harness.inputs import Inputs, check_inputs, complete_inputs
from mock_knock.harness.masking import mask_request, secrets_of
from mock_knock.harness.options import RunOptions
from mock_knock.harness.passing import call_inputs, shared_inputs
from mock_knock.harness.prepare import Prepared, Unit
from mock_knock.messages import HttpRequest, JsonValue
from mock_knock.redact import Redactor

_PLACEHOLDER = re.compile(r"%7B%24[\w.%-]+?%7D")


@dataclass(frozen=True, slots=True)
class PreviewedStep:
    """A step in the order of the document: the request it would send, masked, or the workflow it would call.

    With neither, `problems` tell what is not known before the run.
    """

    step_id: str
    depth: int
    request: HttpRequest | None = None
    called: str | None = None
    problems: tuple[Problem, ...] = ()


def preview_run(prepared: Prepared, inputs: Inputs, options: RunOptions) -> Iterator[PreviewedStep]:
    """Yield every step once, in the order of the document; outputs of steps stand as `{$steps.<id>.outputs.<name>}`.

    Actions are not followed: which of them match is known only at run time.

    Raises:
        InvalidDocument: the inputs break their schema.
    """
    complete = complete_inputs(prepared.workflow, inputs)
    check_inputs(prepared.workflow, complete)
    yield from _preview(prepared.unit, complete.values, options, 0)


def _preview(unit: Unit, inputs: Mapping[str, JsonValue], options: RunOptions, depth: int) -> Iterator[PreviewedStep]:
    workflow, scope = unit.workflow, _scope(unit, inputs)
    mask = Redactor.with_secrets(secrets_of(unit.declared_inputs, inputs))
    for reference in workflow.depends_on:
        called = unit.units[reference]
        given, _ = shared_inputs(called, (), scope, dialect=options.dialect, at=workflow.pointer)
        yield from _preview_called(called, given, f"before {workflow.workflow_id}", options, depth)
    for step in workflow.steps:
        if step.workflow_id is None:
            request, problems = plan_step(unit, step, scope, options)
            shown = None if request is None else _readable(mask_request(request.http, mask))
            yield PreviewedStep(step.step_id, depth, shown, problems=problems)
            continue
        called = unit.units[step.workflow_id]
        given, problems = call_inputs(called, step.parameters, scope, dialect=options.dialect, at=step.pointer)
        if given is None:
            yield PreviewedStep(step.step_id, depth, called=called.workflow.workflow_id, problems=problems)
        else:
            yield from _preview_called(called, given, step.step_id, options, depth)


def _preview_called(
    unit: Unit, inputs: Inputs | None, step_id: str, options: RunOptions, depth: int
) -> Iterator[PreviewedStep]:
    yield PreviewedStep(step_id, depth, called=unit.workflow.workflow_id)
    if inputs is not None and depth + 1 < options.max_depth:
        yield from _preview(unit, inputs.values, options, depth + 1)


def _scope(unit: Unit, inputs: Mapping[str, JsonValue]) -> Scope:
    document = unit.flow.document
    return Scope(
        inputs=inputs,
        steps={step.step_id: _placeholders(step) for step in unit.workflow.steps},
        source_descriptions=unit.source_fields,
        components=document.components,
        self_uri=document.self_uri,
    )


def _placeholders(step: Step) -> Mapping[str, JsonValue]:
    return {name: f"{{$steps.{step.step_id}.outputs.{name}}}" for name in step.outputs}


def _readable(request: HttpRequest) -> HttpRequest:
    url = _PLACEHOLDER.sub(lambda match: unquote(match[0]), request.url)
    return HttpRequest(request.method, url, request.headers, request.body)
