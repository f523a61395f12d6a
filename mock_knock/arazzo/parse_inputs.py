"""The schemas of inputs, each made complete in itself (Arazzo 1.1.0, Resolving URI Fragments).

A `#` in a schema means the whole Arazzo document, and anchors are known throughout it. Beyond that, `#/...` may also
lead into the schema itself, as people write it who move a schema here from a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from mock_knock.arazzo.pointer import MISSING, Missing, PointerSyntaxError, resolve_pointer, split_pointer
from mock_knock.arazzo.reader import Reader, escape
from mock_knock.arazzo.schema_walk import subschemas
from mock_knock.messages import JsonValue

META_SCHEMAS = "https://json-schema.org/draft/2020-12/"
_REFERENCES = ("$ref", "$dynamicRef")
_ANCHORS = ("$anchor", "$dynamicAnchor")
_HERE = ""


@dataclass(frozen=True, slots=True)
class _Use:
    """Another schema that a schema refers to, by the pointer of its whole; `anchor` tells how."""

    whole: str
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of a document by their pointers, where each anchor stands, and which of them need which others."""

    wholes: Mapping[str, Mapping[str, JsonValue] | bool] = field(default_factory=dict)
    anchors: Mapping[str, str] = field(default_factory=dict)
    uses: dict[str, frozenset[_Use]] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: Reader, root: Mapping[str, JsonValue]) -> Schemas:
        """Collect the schemas of a document; references in them that lead nowhere are reported."""
        wholes = dict(_wholes(root))
        anchors: dict[str, str] = {}
        for pointer, schema in wholes.items():
            for name in _names(schema, _ANCHORS):
                anchors.setdefault(name, pointer)
        found = cls(wholes, anchors)
        for pointer, schema in wholes.items():
            found.uses[pointer] = frozenset(found._uses(reader, pointer, schema))
        return found

    def complete(self, reader: Reader, value: JsonValue, at: str) -> Mapping[str, JsonValue]:
        """Return the schema at a pointer together with all schemas that it needs."""
        schema = reader.map(value, at)
        needed: set[_Use] = set()
        pending = [*self.uses.get(at, ())]
        while pending:
            use = pending.pop()
            if use not in needed:
                needed.add(use)
                pending.extend(self.uses[use.whole])
        ordered = sorted(needed, key=lambda use: use.whole)
        around = self._by_pointer([use.whole for use in ordered if not use.anchor])
        named = {f"#{use.whole}": self.wholes[use.whole] for use in ordered if use.anchor and use.whole != at}
        if named:
            own = schema.get("$defs")
            around["$defs"] = {**named, **(own if isinstance(own, Mapping) else {})}
        return {**schema, **around}

    def _by_pointer(self, pointers: list[str]) -> dict[str, JsonValue]:
        """Return the schemas at the places where their pointers look for them."""
        found: dict[str, JsonValue] = {}
        for pointer in pointers:
            holder, key, *_ = split_pointer(pointer)[:2] if pointer.startswith("/workflows/") else ("components", "")
            if holder == "workflows":
                entries = found.setdefault("workflows", [])
                entries.extend({} for _ in range(int(key) + 1 - len(entries)))
                entries[int(key)] = {"inputs": self.wholes[pointer]}
            else:
                name = split_pointer(pointer)[2]
                found.setdefault("components", {}).setdefault("inputs", {})[name] = self.wholes[pointer]
        return found

    def _uses(self, reader: Reader, at: str, schema: JsonValue) -> Iterator[_Use]:
        resources = subschemas(schema, with_resources=True)
        ids = {each["$id"] for _, each in resources if isinstance(each.get("$id"), str)}
        for below, each in subschemas(schema):
            for keyword in _REFERENCES:
                if keyword not in each:
                    continue
                reference, place = each[keyword], f"{at}{below}/{keyword}"
                if not isinstance(reference, str):
                    reader.report_structure(
                        place, f"'{keyword}' must be text", "write `$ref: '#/components/inputs/<name>'`"
                    )
                elif not reference.startswith("#"):
                    _check_foreign(reader, reference, place, ids)
                elif (use := self._find(reference, at)) is None:
                    names = [split_pointer(whole)[2] for whole in self.wholes if whole.startswith("/components/")]
                    message = f"'{reference}' leads to no schema of this document"
                    reader.report("component-missing", place, message, f"inputs there: {', '.join(names) or 'none'}")
                elif use.whole != _HERE:
                    yield use

    def _find(self, reference: str, at: str) -> _Use | None:
        """Return what a reference in the schema at a pointer needs; None when it leads nowhere."""
        fragment = unquote(reference[1:])
        is_component = at.startswith("/components/")
        if fragment and not fragment.startswith("/"):
            here = _names(self.wholes[at], _ANCHORS)
            whole = at if fragment in here else self.anchors.get(fragment)
            return None if whole is None else _Use(_HERE if whole == at and not is_component else whole, anchor=True)
        if not is_component and _is_schema(_resolved(self.wholes[at], fragment)):
            return _Use(_HERE)
        whole = _whole_of(fragment)
        if whole not in self.wholes:
            return None
        return _Use(whole) if _is_schema(_resolved(self.wholes[whole], fragment[len(whole) :])) else None


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


def _whole_of(pointer: str) -> str:
    """Return the pointer of the schema that a pointer leads into."""
    tokens = pointer.split("/")
    return "/".join(tokens[:4])


def _resolved(schema: JsonValue, pointer: str) -> JsonValue | Missing:
    try:
        return resolve_pointer(schema, pointer)
    except PointerSyntaxError:
        return MISSING


def _is_schema(value: JsonValue) -> bool:
    return isinstance(value, (Mapping, bool))


def _names(schema: JsonValue, keywords: tuple[str, ...]) -> set[str]:
    return {each[name] for _, each in subschemas(schema) for name in keywords if isinstance(each.get(name), str)}


def _check_foreign(reader: Reader, reference: str, place: str, ids: set[str]) -> None:
    if reference.partition("#")[0] not in ids and not reference.startswith(META_SCHEMAS):
        message = f"'{reference}' refers to a schema of another document"
        reader.report("arazzo-unsupported", place, message, "put it into `components` and refer to it there")
