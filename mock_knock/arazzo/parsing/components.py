"""The components of a document, each checked whether it is used or not (Arazzo 1.1.0, Components Object)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from mock_knock.arazzo.parsing.parse_actions import read_action
from mock_knock.arazzo.parsing.parse_parameters import read_parameter
from mock_knock.arazzo.parsing.reader import Reader, escape
from mock_knock.arazzo.parsing.reusable import Components, Context
from mock_knock.messages import JsonValue

T = TypeVar("T")

COMPONENT_TYPES = ("inputs", "parameters", "successActions", "failureActions")


def read_components(reader: Reader, root: Mapping[str, JsonValue]) -> Components:
    """Read the parameters and actions; the schemas of inputs are checked where inputs are read."""
    components = reader.map(root.get("components", {}), "/components", known=COMPONENT_TYPES)
    found = Components()
    _read_named(reader, components, "inputs", lambda _at, _value: None)
    found = replace(
        found,
        parameters=_read_named(reader, components, "parameters", lambda at, each: read_parameter(reader, at, each)),
    )
    context = Context(reader, found)
    success = _read_named(
        reader, components, "successActions", lambda at, each: read_action(context, at, each, "successActions")
    )
    failure = _read_named(
        reader, components, "failureActions", lambda at, each: read_action(context, at, each, "failureActions")
    )
    return replace(found, success_actions=success, failure_actions=failure)


def _read_named(
    reader: Reader,
    components: Mapping[str, JsonValue],
    kind: str,
    read: Callable[[str, Mapping[str, JsonValue]], T | None],
) -> dict[str, T | None]:
    found: dict[str, T | None] = {}
    for name, value in reader.map(components.get(kind, {}), f"/components/{kind}").items():
        at = f"/components/{kind}/{escape(name)}"
        reader.name(name, at)
        found[name] = None
        if kind == "inputs" and isinstance(value, bool):
            continue
        if not isinstance(value, Mapping):
            reader.report_structure(at, f"'{name}' must be a mapping", "write `name: value` pairs")
        elif kind != "inputs" and "reference" in value:
            reader.report_structure(f"{at}/reference", "a component cannot refer to another one", "write it out here")
        else:
            found[name] = read(at, value)
    return found


def components_as_written(root: Mapping[str, JsonValue]) -> dict[str, Mapping[str, JsonValue]]:
    """Return the components by type and name, as they stand in the document."""
    components = root.get("components")
    fields = components if isinstance(components, Mapping) else {}
    return {kind: fields[kind] for kind in COMPONENT_TYPES if isinstance(fields.get(kind), Mapping)}
