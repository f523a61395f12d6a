"""Which values a schema leaves for a place of a value: its `enum` and `const`, also where schemas are combined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mock_knock.contract.details import Resolve
from mock_knock.contract.judging_work import JudgingLimitError, current_work
from mock_knock.messages import JsonValue

MAX_DEPTH = 30
"""Levels of references and combinations that are looked through; schemas can go in circles."""

MAX_LOOKS = 2_000
"""At schemas, and at values of other sets; a schema whose references multiply is given up."""

_COMPARISONS_OF_A_LOOK = 100
_KEYWORDS_OF_A_LOOK = 3
"""How many keywords could be judged by in the time of one look."""

Values = tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class KnownValues:
    """Looks for closed sets of values in the schemas of one description, whose references `resolve` follows."""

    resolve: Resolve

    def at(self, schema: JsonValue, pointer: str) -> Values | None:
        """Return every value that the place at a JSON pointer may have, or None when the set is open.

        Raises:
            JudgingLimitError: telling takes too much work, which is paid for from the current budget.
        """
        tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
        return _Search(self.resolve).at(schema, tokens, MAX_DEPTH)


@dataclass(slots=True)
class _Search:
    """Looks for the values at one place."""

    resolve: Resolve
    left: int = MAX_LOOKS

    def at(self, schema: JsonValue, tokens: Sequence[str], depth: int) -> Values | None:
        """Return the values that a schema leaves; raises JudgingLimitError."""
        self.look(1)
        if not isinstance(schema, Mapping) or depth == 0:
            return None
        found = [each for each in self.constraints(schema, tokens, depth - 1) if each is not None]
        if not found:
            return None
        first, *others = found
        self.look(sum(len(first) * len(other) for other in others) // _COMPARISONS_OF_A_LOOK)
        return tuple(value for value in first if all(value in other for other in others))

    def constraints(
        self, schema: Mapping[str, JsonValue], tokens: Sequence[str], depth: int
    ) -> Iterator[Values | None]:
        """Yield what each keyword leaves: all of them hold."""
        if "$ref" in schema:
            target = self.resolve({"$ref": schema["$ref"]})
            yield self.at(target, tokens, depth)
        if tokens:
            yield self.at(_child(schema, tokens[0]), tokens[1:], depth)
        else:
            yield _own_values(schema)
        for branch in _branches(schema, "allOf"):
            yield self.at(branch, tokens, depth)
        for keyword in ("oneOf", "anyOf"):
            yield self.of_alternatives(_branches(schema, keyword), tokens, depth)

    def of_alternatives(self, branches: Sequence[JsonValue], tokens: Sequence[str], depth: int) -> Values | None:
        """Return the values of all alternatives together; one that is open leaves everything."""
        found: list[JsonValue] = []
        for branch in branches:
            values = self.at(branch, tokens, depth)
            if values is None:
                return None
            self.look(len(found) * len(values) // _COMPARISONS_OF_A_LOOK)
            found += [value for value in values if value not in found]
        return tuple(found) or None

    def look(self, count: int) -> None:
        """Pay for looks; raises JudgingLimitError."""
        self.left -= count
        current_work().spend(_KEYWORDS_OF_A_LOOK * count)
        if self.left < 0:
            raise JudgingLimitError(f"telling the values of a place takes more than {MAX_LOOKS:,} looks")


def _own_values(schema: Mapping[str, JsonValue]) -> Values | None:
    if "const" in schema:
        return (schema["const"],)
    values = schema.get("enum")
    if isinstance(values, list):
        return tuple(values)
    return (None,) if schema.get("type") == "null" else None


def _branches(schema: Mapping[str, JsonValue], keyword: str) -> Sequence[JsonValue]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else ()


def _child(schema: Mapping[str, JsonValue], token: str) -> JsonValue:
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and token in properties:
        return properties[token]
    prefix = _branches(schema, "prefixItems")
    if token.isdecimal() and int(token[:9]) < len(prefix):
        return prefix[int(token[:9])]
    if token.isdecimal() and "items" in schema:
        return schema["items"]
    return schema.get("additionalProperties")
