"""Schemas that can be judged without openapi-core: what they accept, the full judgement accepts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import jsonschema_rs
import orjson

from mock_knock.contract.description import Description
from mock_knock.contract.fast_schema import FormatCheck, compile_schema, growth_of
from mock_knock.contract.judging_work import is_bounded_regex
from mock_knock.contract.schema_errors import Place, from_jsonschema_rs
from mock_knock.contract.violations import SchemaError
from mock_knock.messages import JsonValue

DIALECT = "jsonSchemaDialect"
GROWTH = ("growth",)

_MONTH_AND_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_PLAIN = {
    # format: texts that are right by every reading of it
    "date": re.compile(rf"(?:19|20)\d\d-{_MONTH_AND_DAY}", re.ASCII),
    "date-time": re.compile(
        rf"(?:19|20)\d\d-{_MONTH_AND_DAY}T{_TIME}:[0-5]\d(?:\.\d{{1,9}})?(?:Z|[+-]{_TIME})", re.ASCII
    ),
    "email": re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    "uri": re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~-]+)*/?", re.ASCII),
    "uuid": re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
}


@dataclass(frozen=True)
class PlainSchema:
    """A compiled schema; `compile_again` compiles it as it is written, for what is told about errors."""

    quick: jsonschema_rs.Validator
    compile_again: Callable[[], jsonschema_rs.Validator | None]

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """What tells errors."""
        return self.compile_again() or self.quick

    def accepts(self, value: JsonValue) -> bool:
        """Return the verdict about a value; one that cannot be looked at, such as a very deep one, is not accepted."""
        try:
            return self.quick.is_valid(value)
        except ValueError:
            return False

    def find_errors(self, value: JsonValue, place: Place) -> tuple[SchemaError, ...] | None:
        """Return every broken rule, or None for a value that cannot be looked at; `place` leads to the schema."""
        try:
            return tuple(from_jsonschema_rs(error, place) for error in self.validator.iter_errors(value))
        except ValueError:
            return None

    def accepts_text(self, body: bytes) -> bool:
        """Return the verdict about a value in JSON; a text that is not JSON is not accepted."""
        try:
            return self.accepts(orjson.loads(body))
        except orjson.JSONDecodeError:
            return False


def compile_plain(description: Description, schema: JsonValue) -> PlainSchema | None:
    """Compile a schema of a description; None when that would not repeat the verdicts of the full judgement."""
    node = description.resolve(schema)
    if DIALECT in description.document or node is None:
        return None
    document, memo = description.document, description.memo
    if GROWTH not in memo:
        memo[GROWTH] = growth_of(document)
    compile_ = partial(
        compile_schema,
        document,
        node,
        is_openapi_30=description.is_openapi_30,
        formats=plain_format,
        growth=memo[GROWTH],
    )
    quick = compile_(for_verdicts=True) or compile_()
    return None if quick is None else PlainSchema(quick, compile_)


@cache
def plain_format(name: str) -> FormatCheck:
    """Return the check of a format: openapi-core's own, which is asked only about what is not plainly right."""
    if name == "regex":
        return is_bounded_regex
    plain = _PLAIN.get(name)

    def check(value: str) -> bool:
        return (plain is not None and plain.fullmatch(value) is not None) or _conforms(name, value)

    return check


def _conforms(name: str, value: str) -> bool:
    checker = _stock_formats()
    if name not in checker.checkers:
        return True
    try:
        return bool(checker.conforms(value, name))
    except ValueError:  # the check for `byte` trips over letters outside ASCII
        return False


@cache
def _stock_formats() -> Any:
    """Return the formats as openapi-core checks them, in OpenAPI 3.0 and 3.1 alike."""
    from openapi_schema_validator import oas30_format_checker  # noqa: PLC0415  # takes long, and is seldom needed

    return oas30_format_checker
