"""The steps of a workflow (Arazzo 1.1.0, Step, Request Body and Payload Replacement Objects)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from mock_knock.arazzo.document import Action, Parameter, Replacement, RequestBody, Step
from mock_knock.arazzo.expressions.pointer import MISSING
from mock_knock.arazzo.parsing.parse_actions import inherit_actions, read_actions
from mock_knock.arazzo.parsing.parse_parameters import inherit_parameters, read_parameters
from mock_knock.arazzo.parsing.parse_values import VERSIONS, read_criteria, read_outputs, read_query_type, read_value
from mock_knock.arazzo.parsing.reader import LONGEST_DELAY, Reader
from mock_knock.arazzo.parsing.reusable import Context
from mock_knock.arazzo.queries.selector import SelectorType
from mock_knock.messages import JsonValue

STEP_FIELDS = {
    "description", "stepId", "operationId", "operationPath", "workflowId", "channelPath", "parameters", "requestBody",
    "successCriteria", "onSuccess", "onFailure", "outputs", "timeout", "dependsOn", "correlationId", "action",
}  # fmt: skip
CALLS = ("operationId", "operationPath", "workflowId", "channelPath")
ASYNCAPI_FIELDS = ("channelPath", "action", "correlationId")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a workflow gives to each of its steps."""

    parameters: tuple[Parameter, ...] = ()
    on_success: tuple[Action, ...] = ()
    on_failure: tuple[Action, ...] = ()


def read_step(context: Context, shared: Shared, at: str, value: Mapping[str, JsonValue]) -> Step:
    """Read a step, and put in what its workflow gives to it."""
    reader = context.reader
    step = reader.map(value, at, known=STEP_FIELDS)
    _check_call(reader, step, at)
    calls_workflow = "workflowId" in step
    own = read_parameters(context, step, at, "workflow" if calls_workflow else "operation")
    return Step(
        step_id=reader.identifier(step, at, "stepId"),
        operation_id=reader.text(step, at, "operationId"),
        operation_path=reader.text(step, at, "operationPath"),
        parameters=inherit_parameters(
            [each.parameter for each in own], shared.parameters, calls_workflow=calls_workflow
        ),
        request_body=_read_body(reader, f"{at}/requestBody", step["requestBody"]) if "requestBody" in step else None,
        success_criteria=read_criteria(reader, step, at, "successCriteria", required="successCriteria" in step),
        on_success=inherit_actions(read_actions(context, step, at, "onSuccess", "successActions"), shared.on_success),
        on_failure=inherit_actions(read_actions(context, step, at, "onFailure", "failureActions"), shared.on_failure),
        outputs=read_outputs(reader, step, at),
        pointer=at,
        workflow_id=reader.text(step, at, "workflowId"),
        timeout=_read_timeout(reader, step, at),
        depends_on=tuple(text for _, text in reader.listed_texts(step, at, "dependsOn")),
    )


def _check_call(reader: Reader, step: Mapping[str, JsonValue], at: str) -> None:
    reader.prose(step, at, "description")
    reader.report_newer_fields(step, at, "timeout", "dependsOn")
    for name in ASYNCAPI_FIELDS:
        if name in step:
            message, hint = f"'{name}' belongs to AsyncAPI, which is not supported", "only steps over HTTP can be run"
            reader.report("asyncapi-unsupported", f"{at}/{name}", message, hint)
    called = [name for name in CALLS if name in step]
    if len(called) != 1:
        names = " and ".join(called) or "none"
        message = f"a step needs exactly one of operationId, operationPath and workflowId; here: {names}"
        reader.report_structure(at, message, "keep the one that names what to call")
    elif called == ["workflowId"] and "requestBody" in step:
        message = "a step that calls a workflow sends no request of its own"
        reader.report_structure(f"{at}/requestBody", message, "hand values over in 'parameters'")


def _read_timeout(reader: Reader, step: Mapping[str, JsonValue], at: str) -> float | None:
    """Return the timeout in seconds; the document has milliseconds."""
    if "timeout" not in step:
        return None
    value, longest = step["timeout"], LONGEST_DELAY * 1000
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= longest:
        message = f"'timeout' must be a whole number of milliseconds from 1 to {longest:,}"
        reader.report_structure(f"{at}/timeout", message, "write `timeout: 5000` for five seconds")
        return None
    return value / 1000


def _read_body(reader: Reader, at: str, value: JsonValue) -> RequestBody:
    body = reader.map(value, at, known={"contentType", "payload", "replacements"})
    payload = read_value(reader, body["payload"], f"{at}/payload") if "payload" in body else MISSING
    replacements = tuple(_read_replacement(reader, *item) for item in reader.items(body, at, "replacements"))
    if replacements and payload is MISSING:
        message = "there is no 'payload' to replace anything in"
        reader.report_structure(f"{at}/replacements", message, "add a `payload: ...`")
    return RequestBody(payload, reader.text(body, at, "contentType"), at, replacements)


def _read_replacement(reader: Reader, at: str, value: Mapping[str, JsonValue]) -> Replacement:
    replacement = reader.map(value, at, known={"target", "targetSelectorType", "value"})
    reader.report_newer_fields(replacement, at, "targetSelectorType")
    target = replacement.get("target")
    if not isinstance(target, str):
        is_there = "target" in replacement
        message = "'target' must be text" if is_there else "'target' is missing"
        reader.report_structure(f"{at}/target" if is_there else at, message, "write `target: /a/b`")
    if "value" not in replacement:
        reader.report_structure(at, "'value' is missing", "add `value: ...`")
    kind, version = None, None
    if "targetSelectorType" in replacement:
        written, place = replacement["targetSelectorType"], f"{at}/targetSelectorType"
        kind, version = read_query_type(reader, written, place, plain=VERSIONS, versioned=VERSIONS)
    return Replacement(
        target if isinstance(target, str) else "",
        read_value(reader, replacement.get("value"), f"{at}/value"),
        cast("SelectorType | None", kind),
        version,
        at,
    )
