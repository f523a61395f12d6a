"""What a run would send, as far as that is known before any response: for `--dry-run`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import unquote

from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.inputs import declared_inputs
from mock_knock.arazzo.targets import Problem
from mock_knock.harness.exchanges import plan_step
from mock_knock.harness.inputs import Inputs, check_inputs, complete_inputs
from mock_knock.harness.masking import mask_request, secrets_of
from mock_knock.harness.passing import call_inputs, shared_inputs
from mock_knock.harness.prepare import Prepared, Unit
from mock_knock.harness.run_settings import RunSettings
from mock_knock.messages import HttpRequest, JsonValue
from mock_knock.redact import Redactor

_EXPRESSION = re.compile(r"\{\$(?:steps|workflows)\.")
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


def preview_run(prepared: Prepared, inputs: Inputs, settings: RunSettings) -> Iterator[PreviewedStep]:
    """Yield every step once, in the order of the document; outputs of steps stand as `{$steps.<id>.outputs.<name>}`.

    Actions are not followed: which of them match is known only at run time.

    Raises:
        InvalidDocument: the inputs break their schema.
    """
    complete = complete_inputs(prepared.workflow, inputs)
    check_inputs(prepared.workflow, complete)
    shown = _Preview(settings).workflow(prepared.unit, complete.values, 0)
    yield from islice(shown, settings.max_steps)
    if next(shown, None) is not None:
        message = f"the budget of {settings.max_steps} steps is used up: there are more"
        yield PreviewedStep("...", 0, problems=(Problem("budget-exhausted", "", message, "raise it with --max-steps"),))


@dataclass(slots=True)
class _Preview:
    """Goes through workflows as they are written; `secrets` are those of all workflows it has come to."""

    settings: RunSettings
    secrets: frozenset[str] = frozenset()

    def workflow(self, unit: Unit, inputs: Mapping[str, JsonValue], depth: int) -> Iterator[PreviewedStep]:
        self.secrets |= secrets_of(unit.declared_inputs, inputs)
        workflow, scope, dialect = unit.workflow, _scope(unit, inputs), self.settings.dialect
        for reference in workflow.depends_on:
            called = unit.units[reference]
            given, _ = shared_inputs(called, (), scope, dialect=dialect, at=workflow.pointer)
            yield from self.called(called, given, f"before {workflow.workflow_id}", depth)
        for step in workflow.steps:
            if step.workflow_id is None:
                yield self.request(unit, step, scope, depth)
                continue
            called = unit.units[step.workflow_id]
            given, problems = call_inputs(
                called, step.parameters, scope, dialect=dialect, at=step.pointer, is_final=_is_known
            )
            if given is None:
                problems = self.masked(problems)
                yield PreviewedStep(step.step_id, depth, called=called.workflow.workflow_id, problems=problems)
            else:
                yield from self.called(called, given, step.step_id, depth)

    def request(self, unit: Unit, step: Step, scope: Scope, depth: int) -> PreviewedStep:
        request, problems = plan_step(unit, step, scope, self.settings)
        mask = Redactor.with_secrets(self.secrets)
        shown = None if request is None else _readable(mask_request(request.http, mask))
        return PreviewedStep(step.step_id, depth, shown, problems=self.masked(problems))

    def called(self, unit: Unit, inputs: Inputs | None, step_id: str, depth: int) -> Iterator[PreviewedStep]:
        yield PreviewedStep(step_id, depth, called=unit.workflow.workflow_id)
        if inputs is not None and depth + 1 < self.settings.max_depth:
            yield from self.workflow(unit, inputs.values, depth + 1)

    def masked(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        mask = Redactor.with_secrets(self.secrets)
        return tuple(replace(each, message=mask.text(each.message)) for each in problems)


def _is_known(inputs: Mapping[str, JsonValue]) -> bool:
    """Tell whether no input is, or has in it, a value that only a run can tell."""
    pending: list[JsonValue] = list(inputs.values())
    while pending:
        match pending.pop():
            case str() as text if _EXPRESSION.search(text):
                return False
            case dict() as members:
                pending += members.values()
            case list() as items:
                pending += items
    return True


def _scope(unit: Unit, inputs: Mapping[str, JsonValue]) -> Scope:
    document = unit.flow.document
    return Scope(
        inputs=inputs,
        steps={step.step_id: _placeholders("steps", step.step_id, step.outputs) for step in unit.workflow.steps},
        workflows={
            each.workflow_id: {
                "inputs": _placeholders("workflows", each.workflow_id, declared_inputs(each), "inputs"),
                "outputs": _placeholders("workflows", each.workflow_id, each.outputs),
            }
            for each in document.workflows
        },
        source_descriptions=unit.source_fields,
        components=document.components,
        self_uri=document.self_uri,
    )


def _placeholders(kind: str, owner: str, names: Iterable[str], part: str = "outputs") -> Mapping[str, JsonValue]:
    return {name: f"{{${kind}.{owner}.{part}.{name}}}" for name in names}


def _readable(request: HttpRequest) -> HttpRequest:
    url = _PLACEHOLDER.sub(lambda match: unquote(match[0]), request.url)
    return HttpRequest(request.method, url, request.headers, request.body)
