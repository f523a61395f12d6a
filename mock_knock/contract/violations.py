"""What openapi-core raises, told as violations: one for each broken rule, with its place and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

from mock_knock.contract.barred_characters import barred_characters
from mock_knock.messages import ContractViolation, JsonValue

MAX_SHOWN = 200
"""Characters of a value that a message shows; bodies can be large."""


class SchemaError(NamedTuple):
    """One broken keyword: `path` leads to the value, `schema_path` to the keyword; `branches` are failed alternatives.

    A tuple, because each row at fault has several.
    """

    path: tuple[str | int, ...]
    keyword: str
    argument: JsonValue
    schema_path: tuple[str | int, ...] = ()
    branches: tuple[tuple[SchemaError, ...], ...] = ()


class BrokenRules(Exception):
    """Carries broken rules through openapi-core, which takes exceptions."""

    def __init__(self, errors: tuple[SchemaError, ...]) -> None:
        super().__init__()
        self.errors = errors


TOO_DEEP = SchemaError(path=(), keyword="depth", argument=None)
"""Stands for the rules that cannot be found out, because Python cannot show a value that is nested so deeply."""


def describe_schema_errors(kind: str, errors: Iterable[SchemaError]) -> tuple[ContractViolation, ...]:
    """Return one violation for each broken rule, in the order of the errors."""
    leaves = [leaf for error in errors for leaf in find_most_telling(error)]
    told = (ContractViolation(kind, _location(leaf), _sentence(leaf), _pointer(leaf.schema_path)) for leaf in leaves)
    return tuple(dict.fromkeys(told))  # the stock validator says twice that a null is not allowed


def find_most_telling(error: SchemaError) -> tuple[SchemaError, ...]:
    """Return the errors of the alternative the value was meant for; the error itself when that cannot be told.

    It is the one of the value's type with the fewest errors; of several, the one of which nothing is missing.
    """
    if not error.branches:
        return (error,)
    fitting = [branch for branch in error.branches if not any(_is_of_other_type(each, error.path) for each in branch)]
    fewest = min(map(_distance, fitting), default=None)
    nearest = [branch for branch in fitting if _distance(branch) == fewest]
    if len(nearest) != 1:
        return (error,)
    return tuple(leaf for inner in nearest[0] for leaf in find_most_telling(inner))


def _distance(branch: Sequence[SchemaError]) -> tuple[int, int]:
    return len(branch), sum(each.keyword == "required" for each in branch)


def _is_of_other_type(error: SchemaError, path: tuple[str | int, ...]) -> bool:
    """Tell whether the value at `path` has a type that the schema, or each of its alternatives, does not want."""
    if error.branches:
        return all(any(_is_of_other_type(each, path) for each in branch) for branch in error.branches)
    is_null_only = error.keyword == "enum" and error.argument == [None]  # how OpenAPI 3.0 writes the type of null
    return error.path == path and (error.keyword == "type" or is_null_only)


def _location(error: SchemaError) -> str:
    missing = (str(error.argument),) if error.keyword == "required" else ()
    return json_pointer((*error.path, *missing))


def json_pointer(path: Sequence[str | int]) -> str:
    """Return a path as a JSON pointer (RFC 6901)."""
    return "".join([f"/{token}" if isinstance(token, int) else "/" + _escape(token) for token in path])


_pointer = lru_cache(maxsize=1_000)(json_pointer)
"""For places in a description, which many errors have in common."""


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def _sentence(error: SchemaError) -> str:
    barred = barred_characters(error.argument) if error.keyword == "pattern" else None
    if barred is not None:
        return f"must not contain {' or '.join(map(repr, barred))}"
    template = _SENTENCES.get(error.keyword, "breaks the rule '{keyword}': {argument}")
    return template.format(keyword=error.keyword, argument=_shown(error.argument))


def _shown(argument: JsonValue) -> str:
    text = " or ".join(map(_word, argument)) if isinstance(argument, (list, tuple)) else _word(argument)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."


def _word(value: JsonValue) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


_SENTENCES = {
    "additionalProperties": "has members that are not allowed: {argument}",
    "anyOf": "matches none of the allowed forms",
    "depth": "is nested too deeply to be judged",
    "enum": "must be one of: {argument}",
    "exclusiveMaximum": "must be less than {argument}",
    "exclusiveMinimum": "must be greater than {argument}",
    "falseSchema": "is not allowed",
    "format": "is not a valid {argument}",
    "maxItems": "must not have more than {argument} items",
    "maxLength": "must not be longer than {argument} characters",
    "maximum": "must not be greater than {argument}",
    "minItems": "must have at least {argument} items",
    "minLength": "must be at least {argument} characters long",
    "minimum": "must not be less than {argument}",
    "multipleOf": "must be a multiple of {argument}",
    "not": "has a form that is not allowed",
    "oneOf": "must match exactly one of the allowed forms",
    "pattern": "does not match the pattern {argument}",
    "readOnly": "must not be in a request",
    "required": "is required",
    "type": "must be of type {argument}",
    "uniqueItems": "must not repeat an item",
    "writeOnly": "must not be in a response",
}
