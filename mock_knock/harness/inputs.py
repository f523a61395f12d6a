"""The values a workflow starts with, and whether its schema allows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import orjson

from mock_knock.arazzo.document import Workflow
from mock_knock.arazzo.inputs import default_inputs
from mock_knock.contract.json_schema import JsonSchema, compile_json_schema
from mock_knock.contract.violations import SchemaError
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding, JsonValue


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a workflow; `where` says where they come from, for people, `origins` where single ones do."""

    values: Mapping[str, JsonValue] = field(default_factory=dict)
    where: str = "inputs"
    origins: Mapping[str, str] = field(default_factory=dict)


def check_inputs(workflow: Workflow, inputs: Inputs) -> None:
    """Check the inputs by the workflow's JSON Schema (2020-12).

    Raises:
        InvalidDocument: `input-invalid` with one finding for each problem, or `inputs-schema-invalid`.
    """
    if not workflow.inputs:
        return
    findings = tuple(_input_finding(error, inputs) for error in _errors(workflow, dict(inputs.values)))
    if findings:
        raise InvalidDocument.from_findings(findings)


def complete_inputs(workflow: Workflow, inputs: Inputs) -> Inputs:
    """Return the inputs with the `default` of each absent one that its schema has in every case (our reading)."""
    defaults = default_inputs(workflow)
    return replace(inputs, values={**defaults, **inputs.values}) if defaults else inputs


def _errors(workflow: Workflow, values: JsonValue) -> tuple[SchemaError, ...]:
    try:
        return _compile(orjson.dumps(dict(workflow.inputs))).find_errors(values)
    except (ValueError, TypeError) as error:
        message = f"the inputs of '{workflow.workflow_id}' are not a JSON Schema that can be used: {error}"
        hint = "write a JSON Schema (2020-12) below `inputs`"
        raise InvalidDocument("inputs-schema-invalid", message, where=workflow.workflow_id, hint=hint) from error


@lru_cache(maxsize=256)
def _compile(schema: bytes) -> JsonSchema:
    return compile_json_schema(schema)


def _input_finding(error: SchemaError, inputs: Inputs) -> Finding:
    pointer = "".join(f"/{token}" for token in error.path)
    origin = inputs.origins.get(str(error.path[0])) if error.path else None
    inner = "".join(f"/{token}" for token in error.path[1:])
    where = f"{inputs.where}#{pointer}" if pointer else inputs.where
    if origin is not None:
        where = f"{origin}#{inner}" if inner else origin
    hint = "give it with --inputs FILE or --input NAME=VALUE"
    if error.keyword == "required":
        return Finding("input-invalid", "error", f"the input '{error.argument}' is missing", where, hint)
    message = f"does not match the inputs schema: rule '{error.keyword}'"
    if error.keyword == "type":
        kinds = [error.argument] if isinstance(error.argument, str) else error.argument
        message = f"must be of type {' or '.join(kinds)}"
    return Finding("input-invalid", "error", message, where, "see `inputs` in the flow")
