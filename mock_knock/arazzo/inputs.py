"""What a workflow says about its inputs."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.arazzo.document import Workflow
from mock_knock.arazzo.pointer import join_pointer
from mock_knock.messages import JsonValue


def declared_inputs(workflow: Workflow) -> Mapping[str, JsonValue]:
    """Return the inputs a workflow declares, with their schemas."""
    properties = workflow.inputs.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def required_inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs without which a workflow cannot start."""
    required = workflow.inputs.get("required")
    return frozenset(name for name in (required if isinstance(required, list) else ()) if isinstance(name, str))


def input_pointers(workflow: Workflow) -> dict[str, str]:
    """Return the JSON pointer of each declared input: to its schema in the document."""
    base = f"{workflow.pointer}/inputs"
    return {name: base + join_pointer(("properties", name)) for name in declared_inputs(workflow)}
