"""Schemas of a description, compiled by jsonschema-rs where that gives the same verdicts as the stock validator.

OpenAPI 3.0 schemas become JSON Schema Draft 4, which shares their rules for `exclusiveMinimum` and integers. There,
`nullable` has effect only beside `type` (OpenAPI 3.0.3, Schema Object). OpenAPI 3.1 schemas are Draft 2020-12 as they
stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from mock_knock.contract.barred_characters import barred_characters
from mock_knock.contract.cheap_first import put_cheap_first
from mock_knock.contract.schema_growth import SchemaGrowth
from mock_knock.messages import JsonValue

NOT_TRANSLATED = frozenset(
    {
        *("discriminator", "readOnly", "writeOnly"),  # mean something in OpenAPI alone
        *("$schema", "$id", "id", "$anchor", "$dynamicRef", "$dynamicAnchor"),  # change what references mean
        *("pattern", "patternProperties"),  # Python's regular expressions there, ECMA 262's here; see `_keywords`
        *("multipleOf", "dependencies"),  # decimal fractions are rounded there; an old keyword is ignored there
    }
)
"""Keywords that jsonschema-rs reads in another way than the stock validator, or not at all: the stock one decides."""

NUMERIC_FORMATS = frozenset({"int32", "int64", "float", "double"})
"""Formats of numbers; jsonschema-rs asks format checks about strings only."""

ROOT = ("allOf", 0)
"""Where the compiled schema stands in its own document, so that `#/components/...` can stand beside it."""

FormatCheck = Callable[[str], bool]


def compile_schema(
    document: Mapping[str, JsonValue],
    schema: JsonValue,
    *,
    is_openapi_30: bool,
    formats: Callable[[str], FormatCheck],
    growth: SchemaGrowth | None = None,
    for_verdicts: bool = False,
) -> jsonschema_rs.Validator | None:
    """Compile `schema`, a node of `document`, with everything it refers to.

    `formats` gives the check for each format name that occurs, `growth` what is known of this document. A validator
    `for_verdicts` is quicker to refuse, and the places of its errors mean nothing. Returns None
    when the schema uses something that is not translated, would take work without a bound, or is no proper schema: then
    only the stock validator, which looks no further than it must, may judge.
    """
    try:
        return _compile(
            document,
            schema,
            translate=_translation(is_openapi_30=is_openapi_30, for_verdicts=for_verdicts),
            engine=jsonschema_rs.Draft4Validator if is_openapi_30 else jsonschema_rs.Draft202012Validator,
            formats=formats,
            growth=growth or growth_of(document),
        )
    except (ValueError, TypeError, RecursionError, jsonschema_rs.ReferencingError):
        return None


def growth_of(document: Mapping[str, JsonValue]) -> SchemaGrowth:
    """Return what tells bounded schemas of a document, before anything is known of them."""
    return SchemaGrowth(lambda reference: lookup(document, reference))


def _compile(
    document: Mapping[str, JsonValue],
    schema: JsonValue,
    *,
    translate: Callable[[JsonValue], JsonValue],
    engine: Callable[..., jsonschema_rs.Validator],
    formats: Callable[[str], FormatCheck],
    growth: SchemaGrowth,
) -> jsonschema_rs.Validator | None:
    closure = collect_schemas(document, schema)
    if closure is None:
        return None
    nodes = (schema, *closure.values())
    if any(key in NOT_TRANSLATED for node in nodes for key in _keywords(node)):
        return None
    names = {name for node in nodes for name in _formats(node)}
    if names & NUMERIC_FORMATS or not growth.is_bounded(schema):
        return None
    root: dict[str, JsonValue] = {ROOT[0]: [translate(schema)]}
    for reference, target in closure.items():
        _place(root, reference, translate(target))
    checks: dict[str, Any] = {name: formats(name) for name in names}
    return engine(root, formats=checks, validate_formats=True, mask="")  # messages, which nobody reads, need no values


def _translation(*, is_openapi_30: bool, for_verdicts: bool) -> Callable[[JsonValue], JsonValue]:
    usual: Callable[[JsonValue], JsonValue] = _translate_30 if is_openapi_30 else lambda node: node
    return (lambda node: put_cheap_first(usual(node))) if for_verdicts else usual


def collect_schemas(document: Mapping[str, JsonValue], schema: JsonValue) -> dict[str, JsonValue] | None:
    """Return every schema reached by local references, by reference; None when one cannot be followed."""
    found: dict[str, JsonValue] = {}
    waiting = [schema]
    while waiting:
        for node in each_schema(waiting.pop()):
            reference = node.get("$ref")
            if not isinstance(reference, str) or reference in found:
                continue
            target = lookup(document, reference)
            if target is None:
                return None
            found[reference] = target
            waiting.append(target)
    return found


def lookup(document: Mapping[str, JsonValue], reference: str) -> JsonValue:
    """Return the schema that a local reference `#/...` leads to, or None."""
    if not reference.startswith("#/"):
        return None
    node: JsonValue = document
    for token in _tokens(reference):
        node = node.get(token) if isinstance(node, Mapping) else None
    return node if isinstance(node, (Mapping, bool)) else None


def _tokens(reference: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in unquote(reference[2:]).split("/")]


def _place(root: dict[str, JsonValue], reference: str, schema: JsonValue) -> None:
    *parents, last = _tokens(reference)
    node = root
    for token in parents:
        node = node.setdefault(token, {})
    node[last] = schema


def _keywords(schema: JsonValue) -> Iterator[str]:
    """Yield the keywords that have an effect, but for patterns that are read alike everywhere."""
    for node in each_schema(schema):
        for key, value in node.items():
            if value is not False and (key != "pattern" or barred_characters(value) is None):
                yield key


def _formats(schema: JsonValue) -> Iterator[str]:
    for node in each_schema(schema):
        if isinstance(name := node.get("format"), str):
            yield name


def each_schema(schema: JsonValue) -> Iterator[Mapping[str, JsonValue]]:
    """Yield the schemas inside a schema, but not the maps of names that `properties` and its like are."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        if not isinstance(node, Mapping):
            continue
        yield node
        for key, value in node.items():
            if key in {"properties", "patternProperties", "$defs", "dependentSchemas"} and isinstance(value, Mapping):
                waiting.extend(value.values())
            elif key not in {"example", "examples", "enum", "default", "const", "required"}:
                waiting.append(value)


def _translate_30(schema: JsonValue) -> JsonValue:
    if isinstance(schema, list):
        return [_translate_30(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    translated = {key: _member_30(key, value) for key, value in schema.items() if key not in {"nullable", "example"}}
    if (
        "$ref" in translated and len(translated) > 1
    ):  # Draft 4 ignores what stands beside `$ref`, the stock one does not
        translated["allOf"] = [*translated.get("allOf", ()), {"$ref": translated.pop("$ref")}]
    if schema.get("nullable") is True and isinstance(kind := schema.get("type"), str):
        translated["type"] = [kind, "null"]
    return translated


def _member_30(key: str, value: JsonValue) -> JsonValue:
    if key == "properties" and isinstance(value, Mapping):
        return {name: _translate_30(member) for name, member in value.items()}
    return value if key in {"enum", "default", "required"} else _translate_30(value)
