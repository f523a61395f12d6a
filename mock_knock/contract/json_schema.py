"""JSON Schemas (2020-12) of documents, judged within limits: by jsonschema-rs where its work is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jsonschema_rs
import orjson

from mock_knock.arazzo.conditions.bounded_regex import RegexError, RegexTimeoutError
from mock_knock.contract.fast_schema import lookup
from mock_knock.contract.judging_work import JudgingLimitError, judging_work
from mock_knock.contract.schema_errors import from_jsonschema_rs
from mock_knock.contract.schema_growth import is_bounded
from mock_knock.contract.violations import TOO_DEEP, SchemaError
from mock_knock.messages import JsonValue

_BACKTRACKS = 1_000


class UnusableSchemaError(ValueError):
    """A value is no JSON Schema, or judging by it has no end."""


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """A compiled schema; `fast` is there when its work is bounded whatever the value."""

    schema: Mapping[str, JsonValue]
    fast: jsonschema_rs.Draft202012Validator | None

    def find_errors(self, value: JsonValue) -> tuple[SchemaError, ...]:
        """Return every broken rule.

        Raises:
            UnusableSchemaError: it takes too much work, or the schema refers to something that is not there.
        """
        if self.fast is None:
            return self._stock_errors(value)
        try:
            return tuple(from_jsonschema_rs(error, ()) for error in self.fast.iter_errors(value))
        except ValueError:  # it cannot look at what is nested deeply
            return self._stock_errors(value)

    def _stock_errors(self, value: JsonValue) -> tuple[SchemaError, ...]:
        from mock_knock.contract.bounded_validator import iter_stock_errors  # noqa: PLC0415  # takes long, seldom needed

        try:
            with judging_work():
                return tuple(iter_stock_errors(self.schema, value))
        except RecursionError:
            return (TOO_DEEP,)
        except (RegexError, RegexTimeoutError, JudgingLimitError) as error:
            raise UnusableSchemaError(str(error)) from None


def compile_json_schema(text: bytes) -> JsonSchema:
    """Compile a schema that is given as JSON.

    Raises:
        UnusableSchemaError: it is no JSON Schema.
    """
    schema = orjson.loads(text)
    try:
        fast = _compile(schema, jsonschema_rs.RegexOptions())
    except ValueError:  # some patterns need a matcher that backtracks; others are none
        _compile(schema, jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS))
        return JsonSchema(schema, None)
    return JsonSchema(
        schema,
        fast
        if is_bounded(schema, lambda reference: schema if reference == "#" else lookup(schema, reference))
        else None,
    )


def _compile(schema: JsonValue, patterns: jsonschema_rs.PatternOptionsType) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, pattern_options=patterns)
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as error:
        raise UnusableSchemaError(str(error).partition("\n")[0]) from error
