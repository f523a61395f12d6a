"""What can be said about a document before anything is sent: one function for each group of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from mock_knock.arazzo.codes import READINGS, describe_criterion_problem, severity_of
from mock_knock.arazzo.comparison import compare, json_equal
from mock_knock.arazzo.coverage import compared_values
from mock_knock.arazzo.criterion import Criterion, check_criterion
from mock_knock.arazzo.document import Action, Document, Step, Workflow
from mock_knock.arazzo.embedding import embedded_text
from mock_knock.arazzo.expression import ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.inputs import declared_inputs, input_pointers
from mock_knock.arazzo.reader import escape
from mock_knock.arazzo.references import check_references, step_actions, step_criteria
from mock_knock.arazzo.targets import DescribedContract, Problem, resolve_target, unbraced_problem
from mock_knock.arazzo.template import Dialect, find_expressions
from mock_knock.messages import Finding, JsonValue

SECRET_WORDS = ("apikey", "secret", "password", "token", "credential", "authorization", "privatekey")


@dataclass(frozen=True, slots=True)
class Subject:
    """A workflow under examination, with its surroundings; `others` are the Arazzo documents among its sources."""

    document: Document
    workflow: Workflow
    described: DescribedContract
    dialect: Dialect
    others: Mapping[str, Document] = field(default_factory=dict)


def lint_workflow(subject: Subject, where: Callable[[str], str]) -> tuple[Finding, ...]:
    """Return the findings about one workflow, rule by rule; `where` turns a JSON pointer into a place."""
    problems = chain.from_iterable(rule(subject) for rule in _RULES)
    return to_findings(problems, subject.dialect, where)


def to_findings(
    problems: Iterator[Problem] | tuple[Problem, ...], dialect: Dialect, where: Callable[[str], str]
) -> tuple[Finding, ...]:
    """Give each problem its severity and its place."""
    return tuple(
        Finding(each.code, severity_of(each.code, dialect), each.message, where(each.pointer), each.hint)
        for each in problems
    )


def looks_secret(name: str) -> bool:
    """Tell whether the name of an input says that its value is a secret."""
    plain = name.lower().replace("_", "").replace("-", "")
    return any(word in plain for word in SECRET_WORDS)


def _check_targets(subject: Subject) -> Iterator[Problem]:
    for step in subject.workflow.steps:
        yield from resolve_target(step, subject.document, subject.described, dialect=subject.dialect).problems


def _check_expressions(subject: Subject) -> Iterator[Problem]:
    for step in subject.workflow.steps:
        for parameter in step.parameters:
            yield from _check_value(parameter.value, f"{parameter.pointer}/value")
        if step.request_body is not None:
            yield from _check_value(step.request_body.payload, f"{step.request_body.pointer}/payload")


def _check_outputs(subject: Subject) -> Iterator[Problem]:
    workflow = subject.workflow
    holders = [(step.outputs, step.pointer) for step in workflow.steps]
    for outputs, pointer in (*holders, (workflow.outputs, workflow.pointer)):
        for name, text in outputs.items():
            try:
                parse_expression(text)
            except ExpressionSyntaxError as error:
                at = f"{pointer}/outputs/{escape(name)}"
                yield Problem("expression-invalid", at, f"'{text}' is not a runtime expression: {error}", "")


def _check_value(value: JsonValue, at: str) -> Iterator[Problem]:
    for found in find_expressions(value):
        if found.problem is not None:
            message = f"'{found.text}' is not a runtime expression: {found.problem}"
            yield Problem("expression-invalid", f"{at}{found.pointer}", message, "")
        elif found.form == "unbraced":
            yield unbraced_problem(found.text, f"{at}{found.pointer}")


def _check_criteria(subject: Subject) -> Iterator[Problem]:
    for step in subject.workflow.steps:
        for criterion in step_criteria(step):
            for code, message in check_criterion(criterion, dialect=subject.dialect):
                name = READINGS.get(code, code)
                described, hint = describe_criterion_problem(name, criterion.condition, message)
                yield Problem(name, f"{criterion.pointer}/condition", described, hint)


def _check_coverage(subject: Subject) -> Iterator[Problem]:
    """Name the values of a response's enum that no action of a step handles, and where they lead.

    What the operation answers does not hang on the dialect, so its id may be unqualified here.
    """
    for step in subject.workflow.steps:
        handled = _handled_values(step.on_success)
        target = resolve_target(step, subject.document, subject.described, dialect="lenient").operation
        if target is None:
            continue
        for pointer in sorted({tested.pointer for tested in handled}):
            values = subject.described.success_values(target, pointer) or ()
            left = [value for value in values if _is_left(pointer, value, step.success_criteria, handled)]
            if left:
                yield _unhandled(subject.workflow, step, pointer, left)


@dataclass(frozen=True, slots=True)
class _Tested:
    """A value that a criterion asks for at a place of the response body."""

    pointer: str
    value: JsonValue
    ignores_case: bool

    def accepts(self, value: JsonValue) -> bool:
        return compare(value, "==", self.value) if self.ignores_case else json_equal(value, self.value)


def _tested_values(criteria: tuple[Criterion, ...]) -> tuple[_Tested, ...]:
    """Return the values that criteria ask for; nothing of those that say anything else as well."""
    return tuple(
        _Tested(pointer, value, criterion.type == "simple")
        for criterion in criteria
        for pointer, value in compared_values(criterion) or ()
    )


def _handled_values(actions: tuple[Action, ...]) -> tuple[_Tested, ...]:
    """Return the values the actions ask for; nothing when an action takes every case or one that cannot be told."""
    tested = [_tested_values(action.criteria) for action in actions]
    return tuple(chain.from_iterable(tested)) if all(tested) else ()


def _is_left(pointer: str, value: JsonValue, required: tuple[Criterion, ...], handled: tuple[_Tested, ...]) -> bool:
    """Tell whether a scalar can come with a success, which some criteria are required for, and nobody handles it."""
    if isinstance(value, (dict, list)):
        return False
    for criterion in required:
        tested = _tested_values((criterion,))
        if {pointer} == {each.pointer for each in tested} and not any(each.accepts(value) for each in tested):
            return False
    return not any(each.pointer == pointer and each.accepts(value) for each in handled)


def _unhandled(workflow: Workflow, step: Step, pointer: str, left: list[JsonValue]) -> Problem:
    following = workflow.following(step)
    leads_to = f"the flow goes on to '{following.step_id}'" if following else "the workflow ends as a success"
    listed = ", ".join(f"'{embedded_text(value)}'" for value in left)
    message = f"no action of '{step.step_id}' handles {listed} of {pointer}: {leads_to}"
    return Problem("enum-unhandled", f"{step.pointer}/onSuccess", message, "add an action for it, such as an `end`")


def _check_loops(subject: Subject) -> Iterator[Problem]:
    ids = [step.step_id for step in subject.workflow.steps]
    for index, step in enumerate(subject.workflow.steps):
        for action in step_actions(step):
            if action.type == "goto" and action.target in ids[: index + 1]:
                message = f"'{action.name}' goes back to '{action.target}' without a delay or an end of its own"
                hint = "poll in onFailure with a `retry` that has retryAfter and retryLimit"
                yield Problem("loop-unbounded", action.pointer, message, hint)


def _check_secrets(subject: Subject) -> Iterator[Problem]:
    pointers = input_pointers(subject.workflow)
    for name, schema in declared_inputs(subject.workflow).items():
        if looks_secret(name) and schema.get("format") != "password":
            message = f"the input '{name}' looks like a secret and is not marked as one: other tools print it"
            yield Problem("input-secret-unmarked", pointers[name], message, "add `format: password`")


_RULES: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    _check_secrets,
    _check_targets,
    lambda subject: check_references(subject.workflow, dialect=subject.dialect),
    _check_expressions,
    _check_outputs,
    _check_criteria,
    _check_coverage,
    _check_loops,
)
