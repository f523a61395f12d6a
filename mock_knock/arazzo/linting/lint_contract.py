"""Rules about requests: which operation a step calls, and whether what it sends fits the description."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_knock.arazzo.document import Parameter, RequestBody, Step
from mock_knock.arazzo.expressions.pointer import MISSING
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import walk_value
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.targets import OperationParameter, OperationTarget, Problem, resolve_target
from mock_knock.messages import ContractViolation

_UNDESCRIBED = frozenset(name.lower() for name in ("Accept", "Authorization", "Content-Type"))
"""Headers that OpenAPI does not describe as parameters (3.0.3 and 3.1, Parameter Object, name)."""
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})
"""Methods whose request content has no meaning of its own (RFC 9110, sections 9.3.1, 9.3.2 and 9.3.5)."""


def check_targets(subject: Subject) -> Iterator[Problem]:
    """Yield what is wrong with the way steps name their operations."""
    for step in subject.workflow.steps:
        if step.workflow_id is None:
            target = resolve_target(step, subject.document, subject.described, dialect=subject.dialect)
            yield from target.problems
            if step.operation_path is not None and target.operation is not None:
                yield from _avoidable_path(subject, step, target.operation)


def _avoidable_path(subject: Subject, step: Step, operation: OperationTarget) -> Iterator[Problem]:
    """Report a path where the id would do: it can stand in an expression, and only this operation has it."""
    name = operation.operation_id
    if not name or any(character.isspace() or character in "{}" for character in name):
        return
    if len(subject.described.find_by_id(name)) == 1:
        message = f"the operation has the operationId '{name}', which says the same and is to be preferred"
        are_several = len(subject.document.described_sources) > 1
        qualified = f"$sourceDescriptions.{operation.source}.{name}" if are_several else name
        yield Problem(
            "operation-path-avoidable", f"{step.pointer}/operationPath", message, f"write `operationId: {qualified}`"
        )


def check_limits(subject: Subject) -> Iterator[Problem]:
    """Say what the rules have not looked at, since it would have taken too long."""
    silence = "so nothing is said about what comes behind"
    if subject.described.is_exhausted:
        message = "judging by the schemas of the descriptions takes more work than one document may"
        hint = "look for references that double at each step and for patterns that backtrack"
        yield Problem(
            "openapi-limit", "/sourceDescriptions", f"{message}, {silence} in payloads and enumerations", hint
        )
    if subject.memo.has_refused:
        message = "the enumerations that criteria read have more combinations than are looked at"
        hint = "ask for fewer members of a response in one step"
        yield Problem("openapi-limit", "/workflows", f"{message}, {silence} of them", hint)


def check_payloads(subject: Subject) -> Iterator[Problem]:
    """Yield what is surely wrong with the bodies that are sent, whatever the values of expressions are."""
    for step in subject.workflow.steps:
        operation, body = subject.operation(step), step.request_body
        if operation is None:
            continue
        if body is not None and operation.method in _WITHOUT_BODY:
            message = f"a {operation.method} request has a body, which servers may ignore or refuse"
            yield Problem("body-without-semantics", body.pointer, message, "send the values as parameters")
        yield from _check_body(subject, step, operation, body)


def _check_body(
    subject: Subject, step: Step, operation: OperationTarget, body: RequestBody | None
) -> Iterator[Problem]:
    sent = body or RequestBody(pointer=step.pointer)
    for violation in subject.memo.recall("body violations", step, lambda: _body_violations(subject, operation, sent)):
        is_inside = violation.location.startswith("/") and sent.payload is not MISSING
        at = f"{sent.pointer}/payload{violation.location}" if is_inside else sent.pointer
        place = violation.location if is_inside else "the body"
        message = f"the request breaks the description of {operation.method} {operation.path}: {place} "
        hint = f"see {violation.schema or operation.path} in source '{operation.source}'"
        yield Problem("payload-invalid", at, f"{message}{violation.message}", hint)


def _body_violations(subject: Subject, operation: OperationTarget, sent: RequestBody) -> tuple[ContractViolation, ...]:
    unknown = _unknown_places(subject, sent)
    if "" in unknown:
        return ()
    return subject.described.body_violations(operation, sent.content_type, sent.payload, unknown=unknown)


def _unknown_places(subject: Subject, body: RequestBody) -> frozenset[str]:
    """Return the pointers of the parts of a payload whose values are known at run time; `""` is all of it."""
    found = {each.pointer for each in subject.expressions(body.payload)}
    found |= {pointer for pointer, each in walk_value(body.payload) if isinstance(each, Selector)}
    for replacement in body.replacements:
        is_pointer = replacement.type in {None, "jsonpointer"} and replacement.target.startswith("/")
        found.add(replacement.target if is_pointer else "")
    return frozenset(found)


def check_parameters(subject: Subject) -> Iterator[Problem]:
    """Yield the parameters that an operation asks for and a step does not give, and those it does not describe."""
    for step in subject.workflow.steps:
        operation = subject.operation(step)
        if operation is not None:
            described = [each for each in subject.described.parameters(operation) if not _is_ignored(each)]
            yield from _missing_parameters(step, operation, described)
            yield from _undescribed_parameters(step, operation, described)


def _is_ignored(described: OperationParameter) -> bool:
    return described.place == "header" and described.name.lower() in _UNDESCRIBED


def _key(name: str, place: str | None) -> tuple[str, str | None]:
    return name.lower() if place == "header" else name, place


def _missing_parameters(
    step: Step, operation: OperationTarget, described: Sequence[OperationParameter]
) -> Iterator[Problem]:
    given = {_key(each.name, each.place) for each in step.parameters}
    has_whole_query = any(each.place == "querystring" for each in step.parameters)
    for wanted in described:
        if not wanted.is_required or _key(wanted.name, wanted.place) in given:
            continue
        if has_whole_query and wanted.place == "query":
            continue
        code = "path-parameter-missing" if wanted.place == "path" else "parameter-missing"
        asker = f"{operation.method} {operation.path}"
        message = f"{asker} needs the {wanted.place} parameter '{wanted.name}'{_elsewhere(step, wanted)}"
        yield Problem(code, step.pointer, message, f"add `name: {wanted.name}`, `in: {wanted.place}` and a value")


def _elsewhere(step: Step, wanted: OperationParameter) -> str:
    places = [each.place for each in step.parameters if each.name == wanted.name and each.place is not None]
    return f", which the step gives in {places[0]}" if places else ""


def _undescribed_parameters(
    step: Step, operation: OperationTarget, described: Sequence[OperationParameter]
) -> Iterator[Problem]:
    known = {_key(each.name, each.place) for each in described}
    for parameter in step.parameters:
        if _is_told_elsewhere(parameter) or _key(parameter.name, parameter.place) in known:
            continue
        places = [each.place for each in described if each.name == parameter.name]
        message = f"{operation.method} {operation.path} describes no {parameter.place} parameter '{parameter.name}'"
        also = f", but one in {places[0]}" if places else ""
        listed = ", ".join(f"{each.name} ({each.place})" for each in described) or "none"
        yield Problem("parameter-undescribed", parameter.pointer, message + also, f"described: {listed}")


def _is_told_elsewhere(parameter: Parameter) -> bool:
    """Tell whether a parameter is no matter of the operation: a common header, the whole query, or an inherited one."""
    if parameter.place == "header":
        return parameter.is_inherited or parameter.name.lower() in _UNDESCRIBED
    return parameter.is_inherited or parameter.place == "querystring"
