"""Values, selectors, outputs and criteria of an Arazzo document (Arazzo 1.1.0, Selector and Criterion Objects)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from mock_knock.arazzo.criterion import Criterion, CriterionType
from mock_knock.arazzo.document import OutputSource
from mock_knock.arazzo.parsing.reader import Reader, escape
from mock_knock.arazzo.queries.selector import Selector, SelectorType
from mock_knock.messages import JsonValue

VERSIONS: Mapping[str, tuple[str, ...]] = {
    # the versions of each query language, the default first (Arazzo 1.1.0, Expression Type Object)
    "jsonpath": ("rfc9535", "draft-goessner-dispatch-jsonpath-00"),
    "xpath": ("xpath-31", "xpath-30", "xpath-20", "xpath-10"),
    "jsonpointer": ("rfc6901",),
}
NEWER_VERSIONS = ("xpath-31",)
CRITERION_TYPES = ("simple", "regex", "jsonpath", "xpath")
_SELECTOR_FIELDS = {"context", "selector", "type"}


def read_value(reader: Reader, value: JsonValue, at: str) -> JsonValue:
    """Return a value of any type with a `Selector` in place of every Selector Object.

    In a document of 1.0, which knows no selectors, such a mapping is a mapping like any other.
    """
    if not reader.knows_newer:
        return value
    whole: list[JsonValue] = [value]
    pending: list[tuple[JsonValue, str | int, str]] = [(whole, 0, at)]
    while pending:
        holder, key, pointer = pending.pop()
        each = holder[key]
        if isinstance(each, Mapping) and _is_selector(each):
            holder[key] = read_selector(reader, each, pointer)
        elif isinstance(each, Mapping):
            copy = holder[key] = dict(each)
            pending.extend((copy, name, f"{pointer}/{escape(name)}") for name in reversed(copy))
        elif isinstance(each, list):
            items = holder[key] = list(each)
            pending.extend((items, index, f"{pointer}/{index}") for index in reversed(range(len(items))))
    return whole[0]


def _is_selector(value: Mapping[str, JsonValue]) -> bool:
    """Tell a Selector Object from data: exactly its fields, and a context that begins like an expression."""
    context = value.get("context")
    fields = {name for name in value if not name.startswith("x-")}
    return fields == _SELECTOR_FIELDS and isinstance(context, str) and context.startswith("$")


def read_selector(reader: Reader, value: Mapping[str, JsonValue], at: str) -> Selector:
    """Read a Selector Object."""
    reader.map(value, at, known=_SELECTOR_FIELDS)
    kind, version = "jsonpath", None
    if "type" in value:
        kind, version = read_query_type(reader, value["type"], f"{at}/type", plain=VERSIONS, versioned=VERSIONS)
    else:
        reader.report_structure(at, "'type' is missing", "add `type: jsonpath`")
    return Selector(
        reader.required_text(value, at, "context"),
        reader.required_text(value, at, "selector"),
        cast("SelectorType", kind),
        version,
        at,
    )


def read_query_type(
    reader: Reader, value: JsonValue, at: str, *, plain: Collection[str], versioned: Collection[str]
) -> tuple[str, str | None]:
    """Return a type and its version, which is None for the default; the first of `plain` stands for a problem.

    `plain` are the types that may be written as text, `versioned` those that may be written with a version.
    """
    kind, version, choice = value, None, plain
    if isinstance(value, Mapping):
        fields = reader.map(value, at, known={"type", "version"})
        kind, version, choice = fields.get("type"), reader.required_text(fields, at, "version"), versioned
    if not isinstance(kind, str) or kind not in choice:
        reader.report_structure(at, f"'type' must be one of {', '.join(choice)}", "write `type: jsonpath`")
        return next(iter(plain)), None
    if version and version not in VERSIONS[kind]:
        message = f"{kind} has no version '{version}'"
        reader.report_structure(f"{at}/version", message, f"versions: {', '.join(VERSIONS[kind])}")
    if version in NEWER_VERSIONS:
        reader.report_newer(f"{at}/version", f"the version '{version}'")
    return kind, version


def read_outputs(reader: Reader, holder: Mapping[str, JsonValue], at: str) -> dict[str, OutputSource]:
    """Return the outputs of a step or a workflow; names follow the specification's pattern."""
    found: dict[str, OutputSource] = {}
    values = reader.map(holder.get("outputs", {}), f"{at}/outputs")
    for name, value in values.items():
        pointer = f"{at}/outputs/{escape(name)}"
        reader.name(name, pointer)
        if isinstance(value, str):
            found[name] = value
        elif not isinstance(value, Mapping):
            hint = "write one such as `$response.body#/id`"
            reader.report_structure(pointer, f"'{name}' must be a runtime expression", hint)
        elif reader.knows_newer:
            found[name] = read_selector(reader, value, pointer)
        else:
            reader.report_newer(pointer, "a selector")
    return found


def read_criteria(
    reader: Reader, holder: Mapping[str, JsonValue], at: str, name: str, *, required: bool = False
) -> tuple[Criterion, ...]:
    """Return a list of criteria; with `required` there must be at least one."""
    return tuple(_read_criterion(reader, *item) for item in reader.items(holder, at, name, required=required))


def _read_criterion(reader: Reader, at: str, value: Mapping[str, JsonValue]) -> Criterion:
    criterion = reader.map(value, at, known={"condition", "context", "type"})
    kind, version = read_query_type(
        reader,
        criterion.get("type", "simple"),
        f"{at}/type",
        plain=CRITERION_TYPES,
        versioned=("jsonpath", "xpath"),
    )
    context = reader.text(criterion, at, "context")
    if kind != "simple" and "context" not in criterion:
        reader.report_structure(at, f"a {kind} condition needs a 'context'", "add `context: $response.body`")
    condition = reader.required_text(criterion, at, "condition")
    return Criterion(condition, context, cast("CriterionType", kind), version, at)
