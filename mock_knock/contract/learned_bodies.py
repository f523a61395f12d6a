"""Bodies with rows that all have one shape: once two in a row have it, the next are read and judged in one pass.

Generated batches are like that, and a schema is proven to accept all rows of a shape only once. Any other body is read
and judged as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mock_knock.contract.common_shape import Members, Promise, Scalars, find_common_shape
from mock_knock.contract.description import Description
from mock_knock.contract.fast_schema import collect_schemas, each_schema, lookup
from mock_knock.contract.many_rows import find_row_member
from mock_knock.contract.plain_schemas import compile_plain
from mock_knock.contract.shape_proof import Proof
from mock_knock.messages import JsonValue

if TYPE_CHECKING:
    from mock_knock.contract.shape_reader import ShapeReader

MOST_MISSES: Final = 8
"""Bodies of another shape, one after the other, after which a shape is given up."""
PATIENCE: Final = 32
"""Bodies that were looked at without any use, after which only each so many is."""
_SAID_OF_BODY: Final = frozenset({"type", "title", "description", "required", "properties", "additionalProperties"})
_SAID_OF_LIST: Final = frozenset({"type", "title", "description", "items", "maxItems"})
_MEANS_MORE: Final = ("_", "$")
"""How names begin that say what is to be done with a row rather than what is in it."""


@dataclass(frozen=True)
class RowsOfBody:
    """Where the rows of a body are, and what its schema says of them and of the other members."""

    description: Description
    schema: Mapping[str, Any]
    member: str

    def make_reader(self, value: Mapping[str, JsonValue], row: Members) -> ShapeReader | None:
        """Return the reader of bodies with rows of a shape and other members as one has them, or None."""
        document, listed = self.description.document, self.schema["properties"][self.member]
        promised = _with_promises(row, _promises(document, listed["items"]))
        if Proof(lambda reference: lookup(document, reference)).judge(listed["items"], promised) is not True:
            return None
        others = {name: self._find_accepting(name) for name in value if name != self.member}
        known = {name: accepts for name, accepts in others.items() if accepts is not None}
        if len(known) < len(others) or not {*self.schema.get("required", ())} <= value.keys():
            return None
        from mock_knock.contract.shape_reader import make_reader  # noqa: PLC0415  # only some processes need it

        return make_reader(self.member, promised, known, most_rows=listed.get("maxItems"))

    def _find_accepting(self, name: str) -> Callable[[JsonValue], bool] | None:
        if name not in self.schema["properties"]:
            return lambda _: True
        plain = compile_plain(self.description, self.schema["properties"][name])
        return None if plain is None else plain.accepts


class LearnedBodies:
    """Reads the bodies of one operation whose rows have the shape that its rows have had lately."""

    def __init__(self, rows: RowsOfBody) -> None:
        self._rows = rows
        self._reader: ShapeReader | None = None
        self._latest: tuple[Members, tuple[str, ...]] | None = None
        self._refused: set[object] = set()
        self._misses = 0
        self._useless = 0

    @property
    def can_read(self) -> bool:
        """Whether a shape is known."""
        return self._reader is not None

    def read(self, body: bytes) -> dict[str, JsonValue] | None:
        """Return what a body says that is known to keep its schema, or None for any other one."""
        reader = self._reader
        if reader is None:
            return None
        found = reader.read(body)
        if found is not None:
            self._misses = 0
            return found
        self._misses += 1
        if self._misses >= MOST_MISSES:
            self._reader = None
        return None

    def learn(self, value: JsonValue) -> None:
        """Look at a body that was found to keep its schema."""
        self._useless += 1
        if self._useless > PATIENCE and self._useless % PATIENCE:
            return
        rows = value.get(self._rows.member) if isinstance(value, dict) else None
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
            return
        shape = find_common_shape(rows)
        if not isinstance(shape, Members) or _means_more(shape):
            return
        found = (shape, tuple(value))
        if found == self._latest and found not in self._refused:
            self._adopt(value, shape, found)
        self._latest = found

    def _adopt(self, value: dict[str, JsonValue], shape: Members, found: object) -> None:
        reader = self._rows.make_reader(value, shape)
        if reader is None:
            if len(self._refused) < PATIENCE:
                self._refused.add(found)
            return
        self._reader, self._misses, self._useless = reader, 0, 0


def find_rows_of_body(description: Description, schema: JsonValue) -> RowsOfBody | None:
    """Return where the rows of a body are, or None where its schema says anything else of it or them."""
    node = description.resolve(schema)
    member = find_row_member(node)
    if member is None or node.get("type") != "object" or node.get("additionalProperties", True) is not True:
        return None
    is_all = node.keys() <= _SAID_OF_BODY and node["properties"][member].keys() <= _SAID_OF_LIST
    return RowsOfBody(description, node, member) if is_all else None


def _means_more(shape: Members) -> bool:
    return any(
        name.startswith(_MEANS_MORE) or (isinstance(each, Members) and _means_more(each))
        for name, each in shape.members
    )


def _promises(document: Mapping[str, JsonValue], schema: JsonValue) -> Iterator[tuple[str, Promise]]:
    """Yield what members of rows are asked for that are texts."""
    reached = collect_schemas(document, schema) or {}
    for holder in (each for node in (schema, *reached.values()) for each in each_schema(node)):
        for name, described in _properties(holder):
            if described.keys() & {"minLength", "maxLength", "pattern"}:
                yield name, Promise(described.get("minLength", 0), described.get("maxLength"), described.get("pattern"))


def _properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    named = schema.get("properties")
    for name, described in named.items() if isinstance(named, Mapping) else ():
        if isinstance(described, Mapping):
            yield name, described


def _with_promises(row: Members, promises: Iterator[tuple[str, Promise]]) -> Members:
    """Return a shape whose own texts have what is asked of them; a pattern is seen to for the `id` alone."""
    from mock_knock.contract.shape_reader import CLOSED  # noqa: PLC0415  # as above

    wanted: dict[str, Promise] = {}
    for name, each in promises:
        wanted[name] = each.with_all_of(wanted[name]) if name in wanted else each
    members = []
    for name, shape in row.members:
        promise = wanted.get(name)
        if promise is not None and isinstance(shape, Scalars):
            is_seen_to = name == "id" and promise.pattern is not None and CLOSED.fullmatch(promise.pattern)
            shape = replace(shape, promise=promise if is_seen_to else replace(promise, pattern=None))  # noqa: PLW2901
        members.append((name, shape))
    return Members(tuple(members))
