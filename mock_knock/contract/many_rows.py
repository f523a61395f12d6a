"""Errors of bodies with many rows: the rows at fault are found one by one, and the first of them are told of.

An error takes ten times as long to find out as to know that there is one, so to tell of a thousand would take longer
than anything that is accepted, and nobody reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mock_knock.contract.description import Description
from mock_knock.contract.plain_schemas import PlainSchema, compile_plain
from mock_knock.contract.schema_errors import Place
from mock_knock.contract.violations import SchemaError, find_most_telling
from mock_knock.messages import JsonValue

MANY: Final = 100
"""Rows up to which all errors are told."""
_AT_ONCE: Final = 40
MAX_ROWS: Final = 26
"""Rows at fault that are told of: one more than a 422 has entries."""


@dataclass(frozen=True)
class RowSchema:
    """The schema of a body that has its rows in one member.

    Attributes:
        whole: of the body.
        member: where the rows are.
        rows: of a list of them.
        row: of one of them.
        rest: of the body, without what it says of single rows.
    """

    whole: PlainSchema
    member: str
    rows: PlainSchema
    row: PlainSchema
    rest: PlainSchema

    def find_errors(self, value: JsonValue, place: Place) -> tuple[SchemaError, ...] | None:
        """Return the broken rules, those of the first rows alone where many are at fault; None as `PlainSchema` does.

        `place` leads to the schema of the body.
        """
        rows = value.get(self.member) if isinstance(value, dict) else None
        if not isinstance(rows, list) or len(rows) <= MANY:
            return self.whole.find_errors(value, place)
        wrong = [*islice(self._find_wrong(rows), MAX_ROWS)]
        rest = self.rest.find_errors(value, place)
        told = self.whole.find_errors({**value, self.member: [rows[index] for index in wrong]}, place)
        if rest is None or told is None:
            return None
        of_rows = (each for each in told if each.path[:1] == (self.member,) and len(each.path) > 1)
        telling = (leaf for each in of_rows for leaf in find_most_telling(each))
        return (*rest, *(_put_back(each, self.member, wrong) for each in telling))

    def _find_wrong(self, rows: list[JsonValue]) -> Iterator[int]:
        """Yield the indexes of rows at fault; to judge many at once takes half of what each by itself takes."""
        for first in range(0, len(rows), _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            if not self.rows.accepts(some):
                yield from (index for index, row in enumerate(some, first) if not self.row.accepts(row))


def _put_back(error: SchemaError, member: str, wrong: list[int]) -> SchemaError:
    """Return an error of a row where the row truly is."""
    _, number, *inner = error.path
    path = (member, wrong[int(number)], *inner)
    branches = tuple(tuple(_put_back(each, member, wrong) for each in branch) for branch in error.branches)
    return SchemaError(path, error.keyword, error.argument, error.schema_path, branches)


def find_row_schema(description: Description, schema: JsonValue, whole: PlainSchema) -> RowSchema | None:
    """Return the schema of a body with rows, or None where it has none, or they stand in another way."""
    node = description.resolve(schema)
    member = find_row_member(node)
    if member is None:
        return None
    properties = node["properties"]
    items = {"items": properties[member]["items"]}
    shell = {name: each for name, each in properties[member].items() if name != "items"}
    rows, row = compile_plain(description, {"type": "array", **items}), compile_plain(description, items["items"])
    rest = compile_plain(description, {**node, "properties": {**properties, member: shell}})
    return None if rows is None or row is None or rest is None else RowSchema(whole, member, rows, row, rest)


def find_row_member(schema: JsonValue) -> str | None:
    """Return the member in which a body of this schema has its rows: the first that is described as a list, or None."""
    named = schema.get("properties") if isinstance(schema, Mapping) else None
    for member, described in named.items() if isinstance(named, Mapping) else ():
        if isinstance(described, Mapping) and described.get("type") == "array" and "items" in described:
            return str(member)
    return None
