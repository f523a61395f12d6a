"""Errors of jsonschema-rs in the words of the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import jsonschema_rs

from mock_knock.contract.fast_schema import ROOT
from mock_knock.contract.violations import SchemaError

Place: TypeAlias = Sequence[str | int]
"""The path of a schema in its description."""


def from_jsonschema_rs(error: jsonschema_rs.ValidationError, place: Place) -> SchemaError:
    """Translate an error of jsonschema-rs; `place` leads to the compiled schema in its description."""
    kind, path, schema_path = error.kind, tuple(error.instance_path), tuple(error.schema_path)
    if schema_path[: len(ROOT)] == ROOT:
        schema_path = (*place, *schema_path[len(ROOT) :])
    alternatives = kind.as_dict().get("context")
    if not alternatives:
        return SchemaError(path, kind.name, kind.value, schema_path)
    branches = [tuple([from_jsonschema_rs(inner, place) for inner in branch]) for branch in alternatives]
    return SchemaError(path, kind.name, None, schema_path, tuple(branches))
