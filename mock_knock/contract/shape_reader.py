"""JSON texts of one shape are read by a decoder made for it, which refuses all others.

What it reads was proven to keep its schema (`shape_proof`), so that reading it is judging it. It reads what orjson
reads, as the same values; a text that it refuses is read and judged in the usual way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final

import msgspec
import orjson

from mock_knock.alike import AlikeRows, Likeness
from mock_knock.contract.common_shape import CommonShape, Items, Members, Scalars
from mock_knock.messages import JsonValue

CLOSED: Final = re.compile(r"\^\[(?:[^\]\\]|\\.)*\]\*\$")
"""A pattern that texts match if all of them together, one after the other, match it."""
MOST_BRACKETS: Final = 50
"""In what is beside the rows: of more it is not known here how deep they go."""
_ID: Final = "id"
_TYPES: Mapping[str, Any] = {
    "string": str,
    "boolean": bool,
    "null": None,
    "integer": Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],  # others are no integers for orjson
    "number": float,
}


@dataclass(frozen=True, slots=True)
class ShapeReader:
    """Reads bodies that have rows of one shape in one member.

    Attributes:
        decoder: of such bodies.
        member: where the rows are.
        others: the other members, in the order in which they are read, with what accepts them.
        likeness: of the rows.
        pattern: what the ids match, if anything is asked of them.
    """

    decoder: msgspec.json.Decoder[Any]
    member: str
    others: tuple[tuple[str, Callable[[JsonValue], bool]], ...]
    likeness: Likeness
    pattern: re.Pattern[str] | None

    def read(self, body: bytes) -> dict[str, JsonValue] | None:
        """Return what a text says, or None unless it is of this shape."""
        try:
            records, *texts = msgspec.structs.astuple(self.decoder.decode(body))
            rest = {name: _read_small(text) for (name, _), text in zip(self.others, texts, strict=True)}
        except (msgspec.MsgspecError, orjson.JSONDecodeError, UnicodeDecodeError, RecursionError, ValueError):
            return None
        if not all(accepts(rest[name]) for name, accepts in self.others):
            return None
        rows = AlikeRows(self.likeness, records)
        if self.pattern is not None and self.pattern.search("".join(rows.ids)) is None:
            return None
        return {self.member: rows, **rest}


def _read_small(text: msgspec.Raw) -> JsonValue:
    told = bytes(text)
    if told.count(b"[") + told.count(b"{") > MOST_BRACKETS:
        raise ValueError("it may be nested")
    return orjson.loads(told)


def make_reader(
    member: str,
    row: Members,
    others: Mapping[str, Callable[[JsonValue], bool]],
    *,
    most_rows: int | None,
) -> ShapeReader | None:
    """Return the reader of bodies with such rows, of which each has an `id`; None where none can be made."""
    shapes = dict(row.members)
    id_shape = shapes.get(_ID)
    if not isinstance(id_shape, Scalars) or id_shape.kinds != {"string"}:
        return None
    attributes = {name: f"f{number}" for number, name in enumerate(others)}
    rows: Any = list[_type_of(row)]  # type: ignore[misc]  # it is made here
    if most_rows is not None:
        rows = Annotated[rows, msgspec.Meta(max_length=most_rows)]
    try:
        whole = msgspec.defstruct(
            "Body",
            [("rows", rows), *((attribute, msgspec.Raw) for attribute in attributes.values())],
            rename={"rows": member, **{attribute: name for name, attribute in attributes.items()}},
            forbid_unknown_fields=True,
        )
        decoder = msgspec.json.Decoder(whole)
    except (TypeError, ValueError):  # names that it cannot have
        return None
    told = id_shape.promise.pattern
    return ShapeReader(
        decoder,
        member,
        tuple(others.items()),
        Likeness(
            frozenset(shapes), not any(isinstance(each, Members) for each in shapes.values()), msgspec.to_builtins
        ),
        None if told is None else re.compile(told),
    )


def _type_of(shape: CommonShape) -> Any:
    match shape:
        case Scalars():
            return reduce(or_, (_scalar_type(kind, shape) for kind in sorted(shape.kinds)))
        case Items():
            if shape.item is None:
                return Annotated[list[Any], msgspec.Meta(max_length=0)]
            return list[_type_of(shape.item)]  # type: ignore[misc]  # it is made here
        case Members():
            named = [(name, _ID if name == _ID else f"f{number}") for number, (name, _) in enumerate(shape.members)]
            return msgspec.defstruct(
                "Row",
                [(attribute, _type_of(dict(shape.members)[name])) for name, attribute in named],
                rename={attribute: name for name, attribute in named},
                forbid_unknown_fields=True,
                gc=False,  # they have no cycles
            )


def _scalar_type(kind: str, shape: Scalars) -> Any:
    promise = shape.promise
    if kind != "string" or (not promise.min_length and promise.max_length is None):
        return _TYPES[kind]
    return Annotated[str, msgspec.Meta(min_length=promise.min_length, max_length=promise.max_length)]
