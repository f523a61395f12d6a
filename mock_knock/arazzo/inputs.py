"""What a workflow says about its inputs, also where its schema is put together from others."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import cast
from urllib.parse import unquote

from mock_knock.arazzo.document import Workflow
from mock_knock.arazzo.expressions.pointer import (
    MISSING,
    Missing,
    PointerSyntaxError,
    join_pointer,
    resolve_pointer,
    split_pointer,
)
from mock_knock.arazzo.parsing.schema_walk import children, subschemas
from mock_knock.messages import JsonValue

_Schema = Mapping[str, JsonValue]

_ALWAYS = ("allOf",)
_MOST_PARTS = 30
"""How many schemas are put together for one input; what more say about it is not looked at."""
_PERHAPS = ("allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas")


def declared_inputs(workflow: Workflow) -> dict[str, _Schema]:
    """Return the inputs that the schema of a workflow knows, each with all that is said about it in one schema.

    References within the schema are followed, and so are the branches of `allOf`, `anyOf`, `oneOf`, `if` and
    `dependentSchemas`: an input that is only known in some cases is known.
    """
    return declared_properties(workflow.inputs)


def declared_properties(schema: _Schema) -> dict[str, _Schema]:
    """Return the same as `declared_inputs` for a schema that is complete in itself."""
    root = _Root(schema)
    return {name: _merged(each, pointer, root) for name, (pointer, each) in _properties(root).items()}


def required_inputs(workflow: Workflow) -> frozenset[str]:
    """Return the inputs that must be given in every case."""
    found: set[str] = set()
    for _, part in _parts(workflow.inputs, "", _Root(workflow.inputs), _ALWAYS):
        required = part.get("required")
        found.update(name for name in (required if isinstance(required, list) else ()) if isinstance(name, str))
    return frozenset(found)


def default_inputs(workflow: Workflow) -> dict[str, JsonValue]:
    """Return the defaults of the inputs that are declared in every case, by their names."""
    root = _Root(workflow.inputs)
    found = {name: _merged(each, pointer, root) for name, (pointer, each) in _properties(root, _ALWAYS).items()}
    return {name: schema["default"] for name, schema in found.items() if "default" in schema}


def input_names(workflow: Workflow) -> tuple[str, ...]:
    """Return the names of the declared inputs, in the order in which they are mentioned."""
    return tuple(_properties(_Root(workflow.inputs)))


def input_pointers(workflow: Workflow) -> dict[str, str]:
    """Return the JSON pointer of each declared input: to its schema in the document, be it among the components."""
    base = f"{workflow.pointer}/inputs"
    return {name: _in_document(pointer, base) for name, (pointer, _) in _properties(_Root(workflow.inputs)).items()}


def _in_document(pointer: str, base: str) -> str:
    tokens = split_pointer(pointer)
    if tokens[0] == "$defs" and tokens[1].startswith("#/"):
        return tokens[1][1:] + join_pointer(tokens[2:])
    return pointer if tokens[0] in {"components", "workflows"} else f"{base}{pointer}"


@dataclass(frozen=True)
class _Root:
    """A schema that is complete in itself, with its anchors by name."""

    schema: _Schema

    @cached_property
    def anchors(self) -> Mapping[str, tuple[str, _Schema]]:
        found: dict[str, tuple[str, _Schema]] = {}
        for pointer, each in subschemas(self.schema):
            if isinstance(each.get("$anchor"), str):
                found.setdefault(each["$anchor"], (pointer, each))
        return found


def _properties(root: _Root, branches: tuple[str, ...] = _PERHAPS) -> dict[str, tuple[str, JsonValue]]:
    """Return the first mention of each property with its pointer from the schema."""
    found: dict[str, tuple[str, JsonValue]] = {}
    for pointer, part in _parts(root.schema, "", root, branches):
        properties = part.get("properties")
        for name, each in properties.items() if isinstance(properties, Mapping) else ():
            found.setdefault(name, (pointer + join_pointer(("properties", name)), each))
    return found


def _merged(schema: JsonValue, at: str, root: _Root) -> _Schema:
    """Return the keywords of a schema and of those that always hold with it; what comes first counts."""
    parts = islice(_parts(schema, at, root, _ALWAYS), _MOST_PARTS)
    return ChainMap(*(cast("MutableMapping[str, JsonValue]", part) for _, part in parts))


def _parts(schema: JsonValue, at: str, root: _Root, branches: tuple[str, ...]) -> Iterator[tuple[str, _Schema]]:
    """Yield a schema and those that speak of the same value, each once, with their pointers from the root."""
    seen: set[str] = set()
    pending: list[tuple[str, JsonValue]] = [(at, schema)]
    while pending:
        pointer, each = pending.pop()
        if pointer in seen or not isinstance(each, Mapping):
            continue
        seen.add(pointer)
        yield pointer, each
        branching = {keyword: each[keyword] for keyword in branches if keyword in each}
        below = [(pointer + end, child) for end, child in children(branching)]
        pending.extend(reversed([*_referred(each.get("$ref"), root), *below]))


def _referred(reference: JsonValue, root: _Root) -> Iterator[tuple[str, JsonValue]]:
    """Yield the schema that a reference within the root names, if there is one."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return
    fragment = unquote(reference[1:])
    if fragment.startswith("/") or not fragment:
        value = _resolved(root.schema, fragment)
        if value is not MISSING:
            yield fragment, value
    elif fragment in root.anchors:
        yield root.anchors[fragment]


def _resolved(schema: _Schema, pointer: str) -> JsonValue | Missing:
    try:
        return resolve_pointer(schema, pointer)
    except PointerSyntaxError:
        return MISSING
