"""What a schema says of all values of one shape at once, so that none of them has to be looked at.

It is said only where it follows from the keywords known here, whatever the values are; else nothing is said. OpenAPI
3.0 and 3.1 mean the same by these, but for `nullable`, which has an effect beside `type` alone (OpenAPI 3.0.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from mock_knock.contract.common_shape import CommonShape, Items, Members, Scalars
from mock_knock.messages import JsonValue

Verdict: TypeAlias = bool | None
"""True: each value is accepted; False: each is refused; None: that depends on the value, or is not known."""
MOST_LEVELS: Final = 60
_SAY_NOTHING: Final = frozenset(
    {"title", "description", "example", "examples", "default", "deprecated", "externalDocs", "xml", "nullable"}
)
_KIND_OF: Mapping[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null", list: "array", dict: "object",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """Judges shapes by schemas; `lookup` returns what a reference leads to, or None."""

    lookup: Callable[[str], JsonValue]

    def judge(self, schema: JsonValue, shape: CommonShape, levels: int = MOST_LEVELS) -> Verdict:
        """Return the verdict about all values of a shape."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping) or not levels:
            return None
        said = (keyword for keyword in schema if keyword not in _SAY_NOTHING and not keyword.startswith("x-"))
        return _all(self._judge_keyword(keyword, schema, shape, levels - 1) for keyword in said)

    def _judge_keyword(self, keyword: str, schema: Mapping[str, Any], shape: CommonShape, levels: int) -> Verdict:
        value = schema[keyword]
        match keyword:
            case "$ref":
                return self.judge(self.lookup(value), shape, levels)
            case "not":
                return _negated(self.judge(value, shape, levels))
            case "allOf" | "anyOf" | "oneOf":
                return _COMBINED[keyword]([self.judge(each, shape, levels) for each in value])
            case "properties" | "additionalProperties" | "items":
                return self._judge_inner(keyword, schema, shape, levels)
            case _ if keyword in _OF_VALUES:
                return _OF_VALUES[keyword](schema, shape)
        return None

    def _judge_inner(self, keyword: str, schema: Mapping[str, Any], shape: CommonShape, levels: int) -> Verdict:
        if keyword == "items":
            if not isinstance(shape, Items) or shape.item is None:
                return True
            return self.judge(schema["items"], shape.item, levels) or None  # a list may be empty
        if not isinstance(shape, Members):
            return True
        named = schema.get("properties", {})
        if keyword == "properties":
            return _all(self.judge(named[name], each, levels) for name, each in shape.members if name in named)
        others = (each for name, each in shape.members if name not in named)
        return _all(self.judge(schema["additionalProperties"], each, levels) for each in others)


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    found = {*verdicts}
    return False if False in found else None if None in found else True


def _negated(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def _exactly_one(verdicts: list[Verdict]) -> Verdict:
    if verdicts.count(True) > 1:
        return False
    return None if None in verdicts else verdicts.count(True) == 1


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    return _negated(_all(map(_negated, verdicts)))


_COMBINED: Mapping[str, Callable[[list[Verdict]], Verdict]] = {"allOf": _all, "anyOf": _any, "oneOf": _exactly_one}


def _kinds(shape: CommonShape) -> frozenset[str]:
    match shape:
        case Scalars():
            return shape.kinds
        case Members():
            return frozenset({"object"})
        case Items():
            return frozenset({"array"})


def _judge_type(schema: Mapping[str, Any], shape: CommonShape) -> Verdict:
    named = schema["type"]
    taken = {named} if isinstance(named, str) else {*named}
    if schema.get("nullable") is True:
        taken.add("null")
    if "number" in taken:
        taken.add("integer")
    kinds = _kinds(shape)
    return True if kinds <= taken else False if kinds.isdisjoint(taken) and not _is_near(kinds, taken) else None


def _is_near(kinds: frozenset[str], taken: set[str]) -> bool:
    return "number" in kinds and "integer" in taken  # 1.0 is an integer by some readings


def _judge_required(schema: Mapping[str, Any], shape: CommonShape) -> Verdict:
    return not isinstance(shape, Members) or {name for name, _ in shape.members}.issuperset(schema["required"])


def _judge_enum(schema: Mapping[str, Any], shape: CommonShape) -> Verdict:
    kinds, listed = _kinds(shape), schema["enum"]
    if kinds == {"null"}:
        return None in listed
    return (
        False if kinds.isdisjoint(_KIND_OF.get(type(each), "") for each in listed) and not _has_number(kinds) else None
    )


def _has_number(kinds: frozenset[str]) -> bool:
    return bool(kinds & {"integer", "number", "boolean"})  # some take 1, 1.0 and true for equal


def _judge_text(
    holds: Callable[[Mapping[str, Any], Scalars], bool],
) -> Callable[[Mapping[str, Any], CommonShape], Verdict]:
    def judge(schema: Mapping[str, Any], shape: CommonShape) -> Verdict:
        if not isinstance(shape, Scalars) or "string" not in shape.kinds:
            return True
        return holds(schema, shape) or None

    return judge


def _judge_format(_schema: Mapping[str, Any], shape: CommonShape) -> Verdict:
    return True if _kinds(shape).isdisjoint({"string", "integer", "number"}) else None


def _is_short(schema: Mapping[str, Any], shape: Scalars) -> bool:
    longest = shape.promise.max_length
    return longest is not None and longest <= schema["maxLength"]


_OF_VALUES: Mapping[str, Callable[[Mapping[str, Any], CommonShape], Verdict]] = {
    "type": _judge_type,
    "required": _judge_required,
    "enum": _judge_enum,
    "minLength": _judge_text(lambda schema, shape: shape.promise.min_length >= schema["minLength"]),
    "maxLength": _judge_text(_is_short),
    "pattern": _judge_text(lambda schema, shape: shape.promise.pattern == schema["pattern"]),
    "format": _judge_format,
}
