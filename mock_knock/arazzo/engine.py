"""What follows from a response: criteria, outputs and the next move (Arazzo 1.0.1, Step and Action Objects)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mock_knock.arazzo.codes import CRITERION_HINTS, READINGS, describe_criterion_problem, hint_for
from mock_knock.arazzo.criterion import Criterion, Verdict, evaluate_criterion
from mock_knock.arazzo.document import Action, OutputSource, Parameter, Step, Workflow
from mock_knock.arazzo.expression import MISSING, ExpressionSyntaxError, Scope, evaluate_expression, parse_expression
from mock_knock.arazzo.parsing.reader import escape
from mock_knock.arazzo.queries.selection import Selection, SelectionProblem, select_value
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

DecisionKind = Literal["next", "goto", "retry", "end", "fail"]
SUCCESS_STATUSES = range(200, 300)


@dataclass(frozen=True, slots=True)
class Decision:
    """The move after a step.

    Attributes:
        kind: what to do.
        action: the name of the action that decided.
        target: the step that follows; for a retry always the step itself.
        delay: seconds before a retry.
        workflow_id: the workflow that a goto goes on with, or that runs before a retry, as written.
        parameters: the inputs of that workflow.
        first: the step that runs before a retry.
    """

    kind: DecisionKind
    action: str | None = None
    target: str | None = None
    delay: float = 0.0
    workflow_id: str | None = None
    parameters: tuple[Parameter, ...] = ()
    first: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedCriterion:
    """A success criterion as it was written, and whether it held."""

    condition: str
    passed: bool


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """Everything that follows from one response, or from the lack of one."""

    passed: bool
    criteria: tuple[CheckedCriterion, ...]
    outputs: Mapping[str, JsonValue]
    decision: Decision
    problems: tuple[Problem, ...] = ()


def conclude_step(
    workflow: Workflow,
    step: Step,
    scope: Scope,
    *,
    dialect: Dialect,
    retries: Mapping[str, int],
    called: bool | None = None,
) -> StepOutcome:
    """Judge a step and choose what comes next.

    `scope` holds the exchange; without a response the step has failed. A step that has called a workflow has no
    exchange: `called` tells whether that workflow succeeded, which the step needs to pass, and the outputs of the
    workflow are those of `scope`. `retries` tells how often each retry action of
    this step was taken since the step was last entered. The standard leaves open what becomes of the outputs of a
    failed step, and whether the criteria of a step see its own: they are kept as far as they have a value, since they
    tell why it failed, and criteria see those of this response, never those of a visit before.
    """
    outputs, missing = read_outputs(step.outputs, step.pointer, scope)
    judge = _Judge(replace(scope, steps={**scope.steps, step.step_id: outputs}), dialect, [])
    criteria, passed = judge.check_success(step, called=called)
    if passed:
        judge.problems.extend(missing)
        decision = judge.decide(workflow, step, step.on_success, Decision("next"), retries)
    else:
        decision = judge.decide(workflow, step, step.on_failure, Decision("fail"), retries)
    return StepOutcome(passed, criteria, outputs, decision, tuple(judge.problems))


def read_outputs(
    sources: Mapping[str, OutputSource], pointer: str, scope: Scope
) -> tuple[dict[str, JsonValue], tuple[Problem, ...]]:
    """Evaluate a map of outputs, of expressions and selectors; one without a value is left out and reported."""
    found: dict[str, JsonValue] = {}
    problems: list[Problem] = []
    for name, source in sources.items():
        at = f"{pointer}/outputs/{escape(name)}"
        read = _read_output(source, scope)
        problems += [
            Problem(each.code, at, f"output '{name}': {each.message}", hint_for(each.code)) for each in read.problems
        ]
        problems += [
            Problem("output-missing", at, f"output '{name}' has no value: {each}", hint_for("output-missing"))
            for each in read.missing
        ]
        if read.value is not MISSING:
            found[name] = read.value
    return found, tuple(problems)


def _read_output(source: OutputSource, scope: Scope) -> Selection:
    if isinstance(source, Selector):
        return select_value(source, scope)
    try:
        value = evaluate_expression(parse_expression(source), scope)
    except ExpressionSyntaxError as error:
        return Selection(MISSING, problems=(SelectionProblem("expression-invalid", str(error)),))
    return Selection(value, missing=(source,) if value is MISSING else ())


@dataclass(frozen=True, slots=True)
class _Judge:
    scope: Scope
    dialect: Dialect
    problems: list[Problem]

    def check_success(self, step: Step, *, called: bool | None) -> tuple[tuple[CheckedCriterion, ...], bool]:
        """Check all success criteria.

        A step without any passes with a status from 200 to 299, or when the workflow it has called succeeded (our
        reading); the criteria of a step whose workflow failed are not looked at.
        """
        if called is False or (called is True and not step.success_criteria):
            return (CheckedCriterion("the called workflow succeeded", called),), called
        if called is None and self.scope.status_code is None:
            return (), False
        if not step.success_criteria:
            passed = self.scope.status_code in SUCCESS_STATUSES
            return (CheckedCriterion("$statusCode is 2xx (no criteria given)", passed),), passed
        checked = tuple(CheckedCriterion(each.condition, self.holds(each)) for each in step.success_criteria)
        return checked, all(each.passed for each in checked)

    def holds(self, criterion: Criterion) -> bool:
        """Evaluate one criterion and note what was odd about it."""
        verdict = evaluate_criterion(criterion, self.scope, dialect=self.dialect)
        self.note(criterion, verdict)
        return verdict.passed

    def note(self, criterion: Criterion, verdict: Verdict) -> None:
        at = f"{criterion.pointer}/condition"
        for reading in verdict.readings:
            code = READINGS.get(reading, reading)
            message = _READ_AS[reading].format(criterion.condition)
            self.problems.append(Problem(code, at, message, CRITERION_HINTS[code]))
        if verdict.code is not None:
            message, hint = describe_criterion_problem(verdict.code, criterion.condition, verdict.message)
            self.problems.append(Problem(verdict.code, at, message, hint))

    def decide(
        self, workflow: Workflow, step: Step, actions: Sequence[Action], default: Decision, retries: Mapping[str, int]
    ) -> Decision:
        """Take the first action whose criteria all hold; a retry that is used up is passed over."""
        for action in actions:
            if action.type == "retry" and retries.get(action.name, 0) >= action.retry_limit:
                continue
            if all(self.holds(criterion) for criterion in action.criteria):
                return self.take(step, action)
        following = workflow.following(step)
        if default.kind == "next" and actions:
            self.problems.append(_unmatched(step, actions, following))
        if default.kind == "next" and following is not None:
            return Decision("next", target=following.step_id)
        return default if default.kind == "fail" else Decision("end")

    def take(self, step: Step, action: Action) -> Decision:
        match action.type:
            case "goto":
                return Decision(
                    "goto", action.name, action.target, workflow_id=action.workflow_id, parameters=action.parameters
                )
            case "retry":
                return Decision(
                    "retry",
                    action.name,
                    step.step_id,
                    action.retry_after,
                    action.workflow_id,
                    action.parameters,
                    action.target,
                )
            case _:
                return Decision("end", action.name)


def _unmatched(step: Step, actions: Sequence[Action], following: Step | None) -> Problem:
    """Report that none of the conditional actions matched.

    It is worse when one of them guards the very step the flow falls into: the guard was bypassed (DESIGN section 6).
    """
    at = f"{step.pointer}/onSuccess"
    falls_into = f"goes on to '{following.step_id}'" if following else "ends"
    guards = [action.name for action in actions if following is not None and action.target == following.step_id]
    message = f"none of the actions of '{step.step_id}' matched, so the flow {falls_into} by default"
    if guards:
        hint = f"'{guards[0]}' was meant to guard that step: add an action for every other outcome, such as an `end`"
        return Problem("guard-bypassed", at, message, hint)
    return Problem("action-unmatched", at, message, "add an action without criteria for every other outcome")


_READ_AS = {
    "jsonpath-comparison": "'{}' is a comparison, not a JSONPath query; it was read as a condition on the context",
    "jsonpath-root-filter": "'{}' filters the members of an object; it was read as a filter of the object itself",
}
