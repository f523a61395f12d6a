"""The stock validator of JSON Schema 2020-12, bounded; importing it takes long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jsonschema
from referencing.jsonschema import EMPTY_REGISTRY

from mock_knock.contract.bounded_keywords import bounded_class
from mock_knock.contract.schema_validators import from_jsonschema
from mock_knock.contract.violations import SchemaError
from mock_knock.messages import JsonValue


def iter_stock_errors(schema: Mapping[str, JsonValue], value: JsonValue) -> Iterator[SchemaError]:
    """Yield every rule that a value breaks; raises what `bounded_class` says, and RecursionError."""
    stock = jsonschema.Draft202012Validator
    validator = bounded_class(stock)(schema, registry=EMPTY_REGISTRY, format_checker=stock.FORMAT_CHECKER)
    for error in validator.iter_errors(value):
        yield from_jsonschema(error, ())
