"""From a decoded document to `Document`: the structure the standard prescribes, all problems at once.

Versions 1.0.x and 1.1.x. What is not carried out yet is refused by name, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TypeAlias, cast

from mock_knock.arazzo.criterion import Criterion, CriterionType
from mock_knock.arazzo.document import (
    Action,
    ActionType,
    Document,
    Parameter,
    ParameterPlace,
    RequestBody,
    SourceDescription,
    Step,
    Workflow,
)
from mock_knock.arazzo.reader import Place, Reader
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

_Fields: TypeAlias = Mapping[str, JsonValue]

VERSION = re.compile(r"1\.[01]\.\d+(-.+)?")
PLACES = ("path", "query", "header", "cookie")
CRITERION_TYPES: tuple[str, ...] = ("simple", "regex", "jsonpath", "xpath")
VERSIONED_TYPES = ("jsonpath", "xpath")
STANDARD_JSONPATH = "rfc9535"

ROOT_FIELDS = {"arazzo", "$self", "info", "sourceDescriptions", "workflows", "components"}
WORKFLOW_FIELDS = {
    "workflowId", "summary", "description", "inputs", "dependsOn", "steps", "successActions", "failureActions",
    "outputs", "parameters",
}  # fmt: skip
STEP_FIELDS = {
    "description", "stepId", "operationId", "operationPath", "workflowId", "channelPath", "parameters", "requestBody",
    "successCriteria", "onSuccess", "onFailure", "outputs", "timeout", "dependsOn", "correlationId", "action",
}  # fmt: skip
SUCCESS_FIELDS = {"name", "type", "workflowId", "stepId", "criteria", "parameters", "reference", "value"}
FAILURE_FIELDS = SUCCESS_FIELDS | {"retryAfter", "retryLimit"}
SUCCESS_TYPES = ("end", "goto")
FAILURE_TYPES = ("end", "goto", "retry")


def parse_document(value: JsonValue, *, where: Place = lambda pointer: f"#{pointer}") -> Document:
    """Read an Arazzo document.

    Args:
        value: the decoded document.
        where: turns a JSON pointer into a place for people.

    Raises:
        InvalidDocument: with one finding for each problem; codes start with `arazzo-`.
    """
    reader = Reader(where)
    document = _read_document(reader, value)
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))
    return document


def _read_document(reader: Reader, value: JsonValue) -> Document:
    if not isinstance(value, Mapping) or "arazzo" not in value:
        reader.report(
            "arazzo-invalid", "", "this is not an Arazzo document: 'arazzo' is missing", "start with `arazzo: 1.0.1`"
        )
        return Document("", "", (), ())
    root = reader.map(value, "", known=ROOT_FIELDS)
    version = reader.required_text(root, "", "arazzo")
    if version and not VERSION.fullmatch(version):
        reader.report("arazzo-version", "/arazzo", f"Arazzo '{version}' is not supported", "supported: 1.0.x and 1.1.x")
    _refuse(reader, root, "", ("components", "$self"))
    info = reader.map(root.get("info", {}), "/info", known={"title", "summary", "description", "version"})
    title = reader.required_text(info, "/info", "title")
    reader.required_text(info, "/info", "version")
    sources = tuple(_read_source(reader, *item) for item in reader.items(root, "", "sourceDescriptions", required=True))
    workflows = tuple(_read_workflow(reader, *item) for item in reader.items(root, "", "workflows", required=True))
    reader.distinct([(each.name, each.pointer) for each in sources], "source description")
    reader.distinct([(each.workflow_id, each.pointer) for each in workflows], "workflow")
    return Document(version, title, sources, workflows)


def _read_source(reader: Reader, at: str, value: _Fields) -> SourceDescription:
    source = reader.map(value, at, known={"name", "url", "type"})
    kind = reader.text(source, at, "type") or "openapi"
    if kind != "openapi":
        reader.unsupported(f"{at}/type", f"a source description of type '{kind}'")
    return SourceDescription(reader.required_text(source, at, "name"), reader.required_text(source, at, "url"), at)


def _read_workflow(reader: Reader, at: str, value: _Fields) -> Workflow:
    workflow = reader.map(value, at, known=WORKFLOW_FIELDS)
    _refuse(reader, workflow, at, ("dependsOn", "successActions", "failureActions", "parameters"))
    steps = tuple(_read_step(reader, *item) for item in reader.items(workflow, at, "steps", required=True))
    reader.distinct([(step.step_id, step.pointer) for step in steps], "step")
    _check_gotos(reader, steps)
    return Workflow(
        workflow_id=reader.required_text(workflow, at, "workflowId"),
        steps=steps,
        inputs=reader.map(workflow["inputs"], f"{at}/inputs") if "inputs" in workflow else {},
        outputs=reader.texts(workflow, at, "outputs"),
        pointer=at,
    )


def _read_step(reader: Reader, at: str, value: _Fields) -> Step:
    step = reader.map(value, at, known=STEP_FIELDS)
    _refuse(reader, step, at, ("workflowId", "channelPath", "timeout", "dependsOn", "correlationId", "action"))
    called = [name for name in ("operationId", "operationPath", "workflowId", "channelPath") if name in step]
    if len(called) != 1:
        names = " and ".join(called) or "none"
        message = f"a step needs exactly one of operationId, operationPath and workflowId; here: {names}"
        reader.report("arazzo-structure", at, message, "keep the one that names what to call")
    return Step(
        step_id=reader.required_text(step, at, "stepId"),
        operation_id=reader.text(step, at, "operationId"),
        operation_path=reader.text(step, at, "operationPath"),
        parameters=_read_parameters(reader, step, at),
        request_body=_read_body(reader, f"{at}/requestBody", step["requestBody"]) if "requestBody" in step else None,
        success_criteria=_read_criteria(reader, step, at, "successCriteria", required="successCriteria" in step),
        on_success=_read_actions(reader, step, at, "onSuccess", SUCCESS_FIELDS, SUCCESS_TYPES),
        on_failure=_read_actions(reader, step, at, "onFailure", FAILURE_FIELDS, FAILURE_TYPES),
        outputs=reader.texts(step, at, "outputs"),
        pointer=at,
    )


def _read_parameters(reader: Reader, step: _Fields, at: str) -> tuple[Parameter, ...]:
    read = (_read_parameter(reader, *item) for item in reader.items(step, at, "parameters"))
    parameters = tuple(parameter for parameter in read if parameter)
    for place in PLACES:
        ids = [(each.name, each.pointer) for each in parameters if each.place == place]
        reader.distinct(ids, f"{place} parameter")
    return parameters


def _read_parameter(reader: Reader, at: str, value: _Fields) -> Parameter | None:
    parameter = reader.map(value, at, known={"name", "in", "value", "reference"})
    if "reference" in parameter:
        reader.unsupported(at, "a reusable parameter")
        return None
    name = reader.required_text(parameter, at, "name")
    if "value" not in parameter:
        reader.report("arazzo-structure", at, "'value' is missing", "add `value: ...`")
    given = reader.value(parameter.get("value"), f"{at}/value")
    place = reader.required_text(parameter, at, "in")
    if place == "querystring":
        reader.unsupported(f"{at}/in", "'in: querystring'")
    elif place in PLACES:
        return Parameter(name, cast("ParameterPlace", place), given, at)
    elif place:
        reader.report("arazzo-structure", f"{at}/in", f"'in' must be one of {', '.join(PLACES)}", "write `in: header`")
    return None


def _read_body(reader: Reader, at: str, value: JsonValue) -> RequestBody:
    body = reader.map(value, at, known={"contentType", "payload", "replacements"})
    _refuse(reader, body, at, ("replacements",))
    if isinstance(value, Mapping) and "payload" not in body:
        reader.unsupported(at, "a request body without a 'payload'")
    payload = reader.value(body.get("payload"), f"{at}/payload")
    return RequestBody(payload, reader.text(body, at, "contentType"), at)


def _read_criteria(
    reader: Reader, holder: _Fields, at: str, name: str, *, required: bool = False
) -> tuple[Criterion, ...]:
    return tuple(_read_criterion(reader, *item) for item in reader.items(holder, at, name, required=required))


def _read_criterion(reader: Reader, at: str, value: _Fields) -> Criterion:
    criterion = reader.map(value, at, known={"condition", "context", "type"})
    kind, version = _read_criterion_type(reader, criterion.get("type", "simple"), f"{at}/type")
    context = reader.text(criterion, at, "context")
    if kind != "simple" and "context" not in criterion:
        reader.report("arazzo-structure", at, f"a {kind} condition needs a 'context'", "add `context: $response.body`")
    return Criterion(reader.required_text(criterion, at, "condition"), context, kind, version, at)


def _read_criterion_type(reader: Reader, value: JsonValue, at: str) -> tuple[CriterionType, str | None]:
    """Read a type, or a type with a version; the standard gives versions to JSONPath and XPath alone."""
    kind, version, choice = value, None, CRITERION_TYPES
    if isinstance(value, Mapping):
        versioned = reader.map(value, at, known={"type", "version"})
        kind, version = versioned.get("type"), reader.required_text(versioned, at, "version")
        choice = VERSIONED_TYPES
    if kind not in choice:
        reader.report("arazzo-structure", at, f"'type' must be one of {', '.join(choice)}", "write `type: jsonpath`")
        return "simple", None
    if kind == "xpath":
        reader.unsupported(at, "an XPath condition")
    elif version and version != STANDARD_JSONPATH:
        reader.unsupported(f"{at}/version", f"JSONPath in the version '{version}'")
    return cast("CriterionType", kind), version


def _read_actions(
    reader: Reader, step: _Fields, at: str, name: str, fields: Collection[str], types: Collection[str]
) -> tuple[Action, ...]:
    read = (_read_action(reader, *item, fields, types) for item in reader.items(step, at, name))
    actions = tuple(action for action in read if action)
    reader.distinct([(action.name, action.pointer) for action in actions], "action")
    return actions


def _read_action(
    reader: Reader, at: str, value: _Fields, fields: Collection[str], types: Collection[str]
) -> Action | None:
    action = reader.map(value, at, known=fields)
    if "reference" in action:
        reader.unsupported(at, "a reusable action")
        return None
    kind = reader.required_text(action, at, "type")
    if kind and kind not in types:
        reader.report("arazzo-structure", f"{at}/type", f"'{kind}' is no action here", f"types: {', '.join(types)}")
        kind = ""
    _refuse(reader, action, at, ("workflowId", "parameters", *(("stepId",) if kind == "retry" else ())))
    if kind == "goto" and "stepId" not in action and "workflowId" not in action:
        reader.report("arazzo-structure", at, "a goto needs a 'stepId'", "name the step to go to")
    target = reader.text(action, at, "stepId")
    return Action(
        name=reader.required_text(action, at, "name"),
        type=cast("ActionType", kind),
        target=target if kind == "goto" else None,
        criteria=_read_criteria(reader, action, at, "criteria"),
        retry_after=reader.seconds(action, at, "retryAfter"),
        retry_limit=reader.count(action, at, "retryLimit", 1),
        pointer=at,
    )


def _check_gotos(reader: Reader, steps: tuple[Step, ...]) -> None:
    ids = [step.step_id for step in steps]
    for action in (action for step in steps for action in (*step.on_success, *step.on_failure)):
        if action.target is not None and action.target not in ids:
            hint = f"steps of this workflow: {', '.join(ids)}"
            message = f"there is no step '{action.target}'"
            reader.report("arazzo-step-dangling", f"{action.pointer}/stepId", message, hint)


def _refuse(reader: Reader, holder: _Fields, at: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name in holder:
            reader.unsupported(f"{at}/{name}", f"'{name}'")
