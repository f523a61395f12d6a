"""The schemas of inputs, each made complete in itself (Arazzo 1.1.0, Resolving URI Fragments).

A `#` in a schema means the whole Arazzo document, and anchors are known throughout it. Beyond that, `#/...` may also
lead into the schema itself, as people write it who move a schema here from a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from mock_knock.arazzo.expressions.pointer import MISSING, Missing, PointerSyntaxError, resolve_pointer, split_pointer
from mock_knock.arazzo.parsing.reader import Reader, escape, list_names
from mock_knock.arazzo.parsing.schema_walk import subschemas
from mock_knock.messages import JsonValue

META_SCHEMAS = "https://json-schema.org/draft/2020-12/"
_REFERENCES = ("$ref", "$dynamicRef")
_ANCHORS = ("$anchor", "$dynamicAnchor")
_COMPONENTS = "/components/"
_HERE = ""
MOST_NEEDED = 100
"""How many other schemas one schema may refer to, directly or not."""


@dataclass(frozen=True, slots=True)
class _Use:
    """Another schema that a schema refers to, by the pointer of its whole; `anchor` tells how."""

    whole: str
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of a document by their pointers.

    `anchors` tells for each of them the anchors in it, `holders` for each anchor the first schema with it, and `uses`
    for each schema which others it refers to.
    """

    wholes: Mapping[str, Mapping[str, JsonValue] | bool]
    anchors: Mapping[str, set[str]]
    holders: Mapping[str, str]
    uses: dict[str, frozenset[_Use]] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: Reader, root: Mapping[str, JsonValue]) -> Schemas:
        """Collect the schemas of a document; references in them that lead nowhere are reported."""
        wholes = dict(_wholes(root))
        anchors = {pointer: _anchors(schema) for pointer, schema in wholes.items()}
        holders = {name: pointer for pointer in reversed(wholes) for name in anchors[pointer]}
        found = cls(wholes, anchors, holders)
        for pointer, schema in wholes.items():
            found.uses[pointer] = frozenset(found._uses(reader, pointer, schema))
        return found

    def complete(self, reader: Reader, value: JsonValue, at: str) -> Mapping[str, JsonValue]:
        """Return the schema at a pointer together with all schemas that it needs."""
        schema = reader.map(value, at)
        needed = self._needed(at)
        if needed is None:
            message = f"the schema needs more than {MOST_NEEDED} others"
            reader.report_structure(at, message, "write smaller parts of it out")
            return schema
        added = _by_pointer({use.whole: self.wholes[use.whole] for use in needed if not use.anchor})
        named = {f"#{use.whole}": self.wholes[use.whole] for use in needed if use.anchor and use.whole != at}
        if named:
            own = schema.get("$defs")
            added["$defs"] = {**named, **(own if isinstance(own, Mapping) else {})}
        return {**schema, **added}

    def _needed(self, at: str) -> list[_Use] | None:
        """Return what a schema refers to, directly or not; None when it is too much."""
        needed: set[_Use] = set()
        pending = [*self.uses.get(at, ())]
        while pending and len(needed) <= MOST_NEEDED:
            use = pending.pop()
            if use not in needed:
                needed.add(use)
                pending.extend(self.uses[use.whole])
        return None if len(needed) > MOST_NEEDED else sorted(needed, key=lambda use: use.whole)

    def _uses(self, reader: Reader, at: str, schema: JsonValue) -> Iterator[_Use]:
        resources = subschemas(schema, with_resources=True)
        ids = {each["$id"] for _, each in resources if isinstance(each.get("$id"), str)}
        for below, each in subschemas(schema):
            for keyword in (name for name in _REFERENCES if name in each):
                use = self._use(reader, each[keyword], at, f"{at}{below}/{keyword}", ids)
                if use is not None and use.whole != _HERE:
                    yield use

    def _use(self, reader: Reader, reference: JsonValue, at: str, place: str, ids: set[str]) -> _Use | None:
        if not isinstance(reference, str):
            reader.report_structure(place, "a reference must be text", "write `$ref: '#/components/inputs/<name>'`")
            return None
        if not reference.startswith("#"):
            _check_foreign(reader, reference, place, ids)
            return None
        use = self._find(unquote(reference[1:]), at)
        if use is None:
            names = [split_pointer(whole)[2] for whole in self.wholes if whole.startswith(_COMPONENTS)]
            message = f"'{reference}' leads to no schema of this document"
            reader.report("component-missing", place, message, f"inputs there: {list_names(names)}")
        return use

    def _find(self, fragment: str, at: str) -> _Use | None:
        """Return what a reference in the schema at a pointer needs; None when it leads nowhere."""
        is_component = at.startswith(_COMPONENTS)
        if fragment and not fragment.startswith("/"):
            whole = at if fragment in self.anchors[at] else self.holders.get(fragment)
            return None if whole is None else _Use(_HERE if whole == at and not is_component else whole, anchor=True)
        if not is_component and _is_schema(_resolved(self.wholes[at], fragment)):
            return _Use(_HERE)
        whole = "/".join(fragment.split("/")[:4])
        if whole not in self.wholes or not _is_schema(_resolved(self.wholes[whole], fragment[len(whole) :])):
            return None
        return _Use(whole)


def _by_pointer(schemas: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return schemas at the places where their pointers look for them; for a pointer a number is a name too."""
    inputs: dict[str, JsonValue] = {}
    workflows: dict[str, JsonValue] = {}
    for pointer, schema in schemas.items():
        kind, place, name = split_pointer(pointer)
        if kind == "components":
            inputs[name] = schema
        else:
            workflows[place] = {"inputs": schema}
    around = {"components": {"inputs": inputs} if inputs else {}, "workflows": workflows}
    return {name: value for name, value in around.items() if value}


def _wholes(root: Mapping[str, JsonValue]) -> Iterator[tuple[str, Mapping[str, JsonValue] | bool]]:
    """Yield the pointer and schema of all inputs that are schemas at all."""
    components = root.get("components")
    inputs = components.get("inputs") if isinstance(components, Mapping) else None
    for name, schema in inputs.items() if isinstance(inputs, Mapping) else ():
        if _is_schema(schema):
            yield f"/components/inputs/{escape(name)}", schema
    workflows = root.get("workflows")
    for index, workflow in enumerate(workflows if isinstance(workflows, list) else ()):
        if isinstance(workflow, Mapping) and isinstance(workflow.get("inputs"), Mapping):
            yield f"/workflows/{index}/inputs", workflow["inputs"]


def _resolved(schema: JsonValue, pointer: str) -> JsonValue | Missing:
    try:
        return resolve_pointer(schema, pointer)
    except PointerSyntaxError:
        return MISSING


def _is_schema(value: JsonValue) -> bool:
    return isinstance(value, (Mapping, bool))


def _anchors(schema: JsonValue) -> set[str]:
    return {each[name] for _, each in subschemas(schema) for name in _ANCHORS if isinstance(each.get(name), str)}


def _check_foreign(reader: Reader, reference: str, place: str, ids: set[str]) -> None:
    if reference.partition("#")[0] not in ids and not reference.startswith(META_SCHEMAS):
        message = f"'{reference}' refers to a schema of another document"
        reader.report("arazzo-unsupported", place, message, "put it into `components` and refer to it there")
