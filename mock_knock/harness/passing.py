"""What one workflow hands to another, and what a step waits for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from mock_knock.arazzo.document import Parameter, Step
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.planning import plan_inputs
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect
from mock_knock.errors import InvalidDocument
from mock_knock.harness.frames import Frame
from mock_knock.harness.inputs import Inputs, check_inputs, complete_inputs
from mock_knock.harness.prepare import Unit
from mock_knock.messages import Exchange, JsonValue

_FOREIGN_STEP = re.compile(
    r"\$(?:workflows|sourceDescriptions\.(?P<source>[^.{}]+))\.(?P<workflow>.+)\.steps\.(?P<step>[^.]+)"
)


def call_inputs(
    unit: Unit,
    parameters: tuple[Parameter, ...],
    scope: Scope,
    *,
    dialect: Dialect,
    at: str,
    is_final: Callable[[Mapping[str, JsonValue]], bool] = lambda _values: True,
) -> tuple[Inputs | None, tuple[Problem, ...]]:
    """Return the inputs that a step gives to the workflow it calls, or None with the problems.

    `at` is the place of the call, for inputs that break the schema of the workflow; values that are not final are not
    held against it.
    """
    declared = frozenset(unit.declared_inputs)
    values, problems = plan_inputs(parameters, scope, dialect=dialect, declared=declared)
    if values is None:
        return None, problems
    if not is_final(values):
        return complete_inputs(unit.workflow, Inputs(values)), problems
    inputs, invalid = _checked(unit, Inputs(values), at)
    return inputs, (*problems, *invalid)


def shared_inputs(
    unit: Unit, parameters: tuple[Parameter, ...], scope: Scope, *, dialect: Dialect, at: str
) -> tuple[Inputs | None, tuple[Problem, ...]]:
    """Return the inputs of a workflow that is depended on, or that an action leads to; None with the problems.

    Arazzo 1.0 has no way to pass it any, so it gets those of the present workflow that it declares (our reading); the
    parameters of an action (1.1.0) come on top.
    """
    values, problems = plan_inputs(parameters, scope, dialect=dialect, declared=frozenset())
    if values is None:
        return None, problems
    shared = {name: scope.inputs[name] for name in unit.declared_inputs if name in scope.inputs}
    inputs, invalid = _checked(unit, Inputs({**shared, **values}), at)
    return inputs, (*problems, *invalid)


def _checked(unit: Unit, inputs: Inputs, at: str) -> tuple[Inputs | None, tuple[Problem, ...]]:
    complete = complete_inputs(unit.workflow, inputs)
    try:
        check_inputs(unit.workflow, complete)
    except InvalidDocument as error:
        name = unit.workflow.workflow_id
        hint = f"pass what the inputs of '{name}' ask for"
        problems = tuple(
            Problem(each.code, at, f"inputs of '{name}': {each.where}: {each.message}", hint) for each in error.findings
        )
        return None, problems
    return complete, ()


def unmet_dependency(frame: Frame, done: set[tuple[int, str, str]]) -> Problem | None:
    """Return a step that has not been completed although the next step depends on it (1.1.0, Step Object, dependsOn).

    `done` are the completed steps of the whole run, as the ledger keeps them.
    """
    step = frame.step
    for index, reference in enumerate(step.depends_on):
        if not _is_done(frame, reference, done):
            message = f"'{step.step_id}' depends on {reference}, which has not been completed"
            hint = "let the run come to that step first"
            return Problem("step-dependency-unmet", f"{step.pointer}/dependsOn/{index}", message, hint)
    return None


def _is_done(frame: Frame, reference: str, done: set[tuple[int, str, str]]) -> bool:
    match = _FOREIGN_STEP.fullmatch(reference)
    if match is None:
        return reference in frame.completed
    flow = frame.unit.flow
    if match["source"] is not None:
        other = flow.others.get(match["source"])
        return other is not None and (id(other), match["workflow"], match["step"]) in done
    return (id(flow), match["workflow"], match["step"]) in done


def is_over(step: Step, exchange: Exchange, *, seconds: float) -> bool:
    """Tell whether an exchange was given up after `seconds` because the step's own `timeout` is no longer."""
    failure = exchange.failure
    return failure is not None and failure.kind == "timeout" and step.timeout is not None and step.timeout <= seconds


def timeout_problem(step: Step) -> Problem:
    """Return the problem of a step that was not completed in the time its `timeout` gives it."""
    message = f"'{step.step_id}' was not completed within {step.timeout or 0.0:g} s"
    hint = "raise its `timeout`, or say in onFailure what then"
    return Problem("step-timeout", f"{step.pointer}/timeout", message, hint)


def seconds_for(step: Step, *, left: float, limit: float) -> float:
    """Return the seconds a request may take: the step's own `timeout` or else `limit`, and never more than are left."""
    own = limit if step.timeout is None else step.timeout
    return max(min(left, own), 0.001)


def failed_before(caller: Frame, frame: Frame) -> Problem:
    """Return the problem of a workflow whose dependency, or the preparation of whose retry, has failed."""
    name, ended = caller.unit.workflow.workflow_id, frame.unit.workflow.workflow_id
    if frame.role == "dependency":
        message = f"'{name}' depends on the workflow '{ended}', which failed"
        return Problem("dependency-failed", f"{caller.unit.workflow.pointer}/dependsOn", message, "see its steps")
    message = f"the workflow '{ended}' failed, which was to run before '{caller.step.step_id}' is tried again"
    return Problem("preparation-failed", f"{caller.step.pointer}/onFailure", message, "see its steps")
