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
    kind = error.kind
    alternatives = kind.as_dict().get("context", ())
    return SchemaError(
        path=tuple(error.instance_path),
        keyword=kind.name,
        argument=None if alternatives else kind.value,
        schema_path=_schema_path(tuple(error.schema_path), place),
        branches=tuple(tuple(from_jsonschema_rs(inner, place) for inner in branch) for branch in alternatives),
    )


def _schema_path(path: tuple[str | int, ...], place: Place) -> tuple[str | int, ...]:
    return (*place, *path[len(ROOT) :]) if path[: len(ROOT)] == ROOT else path
