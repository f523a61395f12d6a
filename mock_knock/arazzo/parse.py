"""From a decoded document to `Document`: the structure the standard prescribes, all problems at once.

Versions 1.0.x and 1.1.x. What is not carried out yet is refused by name, never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import (
    Action,
    Document,
    Parameter,
    RequestBody,
    SourceDescription,
    Step,
    Workflow,
)
from mock_knock.arazzo.reader import Place, Reader
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

SUPPORTED_VERSIONS = ("1.0", "1.1")
PLACES = ("path", "query", "header", "cookie")
CRITERION_TYPES = ("simple", "regex", "jsonpath", "xpath")

ROOT_FIELDS = {"arazzo", "$self", "info", "sourceDescriptions", "workflows", "components"}
WORKFLOW_FIELDS = {
    "workflowId", "summary", "description", "inputs", "dependsOn", "steps", "successActions", "failureActions",
    "outputs", "parameters",
}  # fmt: skip
STEP_FIELDS = {
    "description", "stepId", "operationId", "operationPath", "workflowId", "channelPath", "parameters", "requestBody",
    "successCriteria", "onSuccess", "onFailure", "outputs", "timeout", "dependsOn", "correlationId", "action",
}  # fmt: skip
ACTION_FIELDS = {"name", "type", "workflowId", "stepId", "criteria", "retryAfter", "retryLimit", "parameters"}


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
    if not version.startswith(tuple(f"{each}." for each in SUPPORTED_VERSIONS)):
        reader.report("arazzo-version", "/arazzo", f"Arazzo '{version}' is not supported", "supported: 1.0.x and 1.1.x")
    _refuse(reader, root, "", ("components", "$self"))
    info = reader.map(root.get("info"), "/info")
    title = reader.required_text(info, "/info", "title")
    reader.required_text(info, "/info", "version")
    sources = tuple(_read_source(reader, *item) for item in reader.items(root, "", "sourceDescriptions"))
    workflows = tuple(_read_workflow(reader, *item) for item in reader.items(root, "", "workflows"))
    for name in ("sourceDescriptions", "workflows"):
        if not root.get(name):
            reader.report("arazzo-structure", "", f"'{name}' needs at least one entry", f"add `{name}:`")
    reader.distinct([(each.name, each.pointer) for each in sources], "source description")
    reader.distinct([(each.workflow_id, each.pointer) for each in workflows], "workflow")
    return Document(version, title, sources, workflows)


def _read_source(reader: Reader, at: str, value: JsonValue) -> SourceDescription:
    source = reader.map(value, at, known={"name", "url", "type"})
    if source.get("type", "openapi") != "openapi":
        reader.unsupported(f"{at}/type", f"a source description of type '{source['type']}'")
    return SourceDescription(reader.required_text(source, at, "name"), reader.required_text(source, at, "url"), at)


def _read_workflow(reader: Reader, at: str, value: JsonValue) -> Workflow:
    workflow = reader.map(value, at, known=WORKFLOW_FIELDS)
    _refuse(reader, workflow, at, ("dependsOn", "successActions", "failureActions", "parameters"))
    steps = tuple(_read_step(reader, *item) for item in reader.items(workflow, at, "steps"))
    if not workflow.get("steps"):
        reader.report("arazzo-structure", at, "'steps' needs at least one entry", "add `steps:`")
    reader.distinct([(step.step_id, step.pointer) for step in steps], "step")
    _check_targets(reader, steps)
    return Workflow(
        workflow_id=reader.required_text(workflow, at, "workflowId"),
        steps=steps,
        inputs=reader.map(workflow["inputs"], f"{at}/inputs") if "inputs" in workflow else {},
        outputs=reader.texts(workflow, at, "outputs"),
        pointer=at,
    )


def _read_step(reader: Reader, at: str, value: JsonValue) -> Step:
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
        parameters=tuple(
            found for item in reader.items(step, at, "parameters") if (found := _read_parameter(reader, *item))
        ),
        request_body=_read_body(reader, f"{at}/requestBody", step["requestBody"]) if "requestBody" in step else None,
        success_criteria=_read_criteria(reader, step, at, "successCriteria"),
        on_success=_read_actions(reader, step, at, "onSuccess", ("end", "goto")),
        on_failure=_read_actions(reader, step, at, "onFailure", ("end", "goto", "retry")),
        outputs=reader.texts(step, at, "outputs"),
        pointer=at,
    )


def _read_parameter(reader: Reader, at: str, value: JsonValue) -> Parameter | None:
    parameter = reader.map(value, at, known={"name", "in", "value", "reference"})
    if "reference" in parameter:
        reader.unsupported(at, "a reusable parameter")
        return None
    place = parameter.get("in")
    if place not in PLACES:
        reader.report("arazzo-structure", at, f"'in' must be one of {', '.join(PLACES)}", "add `in: header`")
        return None
    if "value" not in parameter:
        reader.report("arazzo-structure", at, "'value' is missing", "add `value: ...`")
    return Parameter(reader.required_text(parameter, at, "name"), place, parameter.get("value"), at)


def _read_body(reader: Reader, at: str, value: JsonValue) -> RequestBody:
    body = reader.map(value, at, known={"contentType", "payload", "replacements"})
    _refuse(reader, body, at, ("replacements",))
    return RequestBody(body.get("payload"), reader.text(body, at, "contentType"), at)


def _read_criteria(reader: Reader, holder: Mapping[str, JsonValue], at: str, name: str) -> tuple[Criterion, ...]:
    return tuple(_read_criterion(reader, *item) for item in reader.items(holder, at, name))


def _read_criterion(reader: Reader, at: str, value: JsonValue) -> Criterion:
    criterion = reader.map(value, at, known={"condition", "context", "type"})
    kind, version = criterion.get("type", "simple"), None
    if isinstance(kind, Mapping):
        expression_type = reader.map(kind, f"{at}/type", known={"type", "version"})
        kind, version = expression_type.get("type"), reader.text(expression_type, f"{at}/type", "version")
    if kind not in CRITERION_TYPES:
        reader.report("arazzo-structure", f"{at}/type", f"'type' must be one of {', '.join(CRITERION_TYPES)}", "")
        kind = "simple"
    if kind == "xpath":
        reader.unsupported(f"{at}/type", "an XPath condition")
    context = reader.text(criterion, at, "context")
    if kind != "simple" and not context:
        reader.report("arazzo-structure", at, f"a {kind} condition needs a 'context'", "add `context: $response.body`")
    return Criterion(reader.required_text(criterion, at, "condition"), context, kind, version, at)


def _read_actions(
    reader: Reader, holder: Mapping[str, JsonValue], at: str, name: str, types: tuple[str, ...]
) -> tuple[Action, ...]:
    found = (_read_action(reader, *item, types) for item in reader.items(holder, at, name))
    return tuple(action for action in found if action)


def _read_action(reader: Reader, at: str, value: JsonValue, types: tuple[str, ...]) -> Action | None:
    action = reader.map(value, at, known={*ACTION_FIELDS, "reference", "value"})
    if "reference" in action:
        reader.unsupported(at, "a reusable action")
        return None
    kind = action.get("type")
    if kind not in types:
        reader.report("arazzo-structure", at, f"'type' must be one of {', '.join(types)}", "")
        return None
    _refuse(reader, action, at, ("workflowId", "parameters", *(("stepId",) if kind == "retry" else ())))
    if kind == "goto" and "stepId" not in action and "workflowId" not in action:
        reader.report("arazzo-structure", at, "a goto needs a 'stepId'", "name the step to go to")
    return Action(
        name=reader.required_text(action, at, "name"),
        type=kind,
        target=reader.text(action, at, "stepId"),
        criteria=_read_criteria(reader, action, at, "criteria"),
        retry_after=reader.number(action, at, "retryAfter", 0),
        retry_limit=int(reader.number(action, at, "retryLimit", 1)),
        pointer=at,
    )


def _check_targets(reader: Reader, steps: tuple[Step, ...]) -> None:
    ids = [step.step_id for step in steps]
    for action in (action for step in steps for action in (*step.on_success, *step.on_failure)):
        if action.type == "goto" and action.target and action.target not in ids:
            hint = f"steps of this workflow: {', '.join(ids)}"
            reader.report(
                "arazzo-step-dangling", f"{action.pointer}/stepId", f"there is no step '{action.target}'", hint
            )


def _refuse(reader: Reader, holder: Mapping[str, JsonValue], at: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name in holder:
            reader.unsupported(f"{at}/{name}", f"'{name}'")
