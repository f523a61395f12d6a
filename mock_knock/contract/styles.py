"""How parameters are read from the texts they were sent as: the styles of OpenAPI (3.1, Style Values).

The texts are percent-decoded already; a delimiter inside a value cannot be told from one between values any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from mock_knock.contract.shapes import Raw, Shape

Location: TypeAlias = Mapping[str, Any]
"""Query pairs (with `getlist`), header fields, cookies or path values by name."""

DELIMITERS: Mapping[str, re.Pattern[str]] = {
    "form": re.compile(","),
    "simple": re.compile(r"[ \t]*,[ \t]*"),
    "spaceDelimited": re.compile(" |%20"),
    "pipeDelimited": re.compile(r"\|"),
}
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def read_style(
    location: Location, name: str, style: str, shape: Shape, *, explode: bool, members: Mapping[str, Any]
) -> Raw:
    """Return the value of a parameter, its scalars as text.

    Args:
        location: where parameters of its place are.
        name: of the parameter.
        style: one of the standard's names.
        shape: what the schema wants.
        explode: each item or member stands for itself.
        members: the properties that the schema describes.

    Raises:
        KeyError: it is not there.
    """
    if style == "deepObject":
        return read_brackets(location, name)
    if shape == "object" and explode and style == "form":
        return _read_members(location, members)
    if style in {"label", "matrix"}:
        return _PREFIXED[style](location[name], name, shape, explode=explode)
    return _read_delimited(location, name, style, shape, explode=explode)


def texts(location: Location, name: str) -> list[str]:
    """Return every text sent under a name; raises KeyError when there is none."""
    first = location[name]
    getlist: Callable[[str], list[str]] | None = getattr(location, "getlist", None)
    return getlist(name) if getlist else [first]


def read_brackets(location: Location, name: str) -> Raw:
    """Return the object that pairs like `name[a][b]=c` write; raises KeyError when there are none."""
    found: dict[str, Raw] = {}
    for key in location:
        if key.startswith(f"{name}[") and _BRACKETS.sub("", key) == name:
            _put(found, _BRACKETS.findall(key), texts(location, key))
    if not found:
        raise KeyError(name)
    return found[""] if list(found) == [""] else _with_lists(found)


def _put(node: dict[str, Raw], path: list[str], values: list[str]) -> None:
    *parents, last = path[:-1] if len(path) > 1 and not path[-1] else path
    for token in parents:
        child = node.setdefault(token, {})
        if not isinstance(child, dict):
            return
        node = child
    node[last] = values if len(values) > 1 or not path[-1] else values[0]


def _with_lists(node: Raw) -> Raw:
    if not isinstance(node, dict):
        return node
    values = [_with_lists(each) for each in node.values()]
    is_list = list(node) == [str(index) for index in range(len(node))]
    return values if is_list else dict(zip(node, values, strict=True))


def _read_members(location: Location, members: Mapping[str, Any]) -> Raw:
    found: dict[str, Raw] = {}
    for name in members:
        if name in location:
            several = texts(location, name)
            found[name] = several[0] if len(several) == 1 else list(several)
    if not found:
        raise KeyError(*members)
    return found


def _read_delimited(location: Location, name: str, style: str, shape: Shape, *, explode: bool) -> Raw:
    several = texts(location, name)
    if shape == "scalar":
        return several[0]
    if style != "simple" and explode and hasattr(location, "getlist"):
        return several[0] if shape == "open" and len(several) == 1 else list(several)
    pieces = DELIMITERS.get(style, DELIMITERS["form"]).split(several[0]) if several[0] else []
    return _assemble(pieces, shape, whole=several[0], explode=explode)


def _assemble(pieces: list[str], shape: Shape, *, whole: str, explode: bool) -> Raw:
    """Put the pieces of a text together: to an array, or to an object of `a=b` pieces or of alternating ones."""
    if shape == "object":
        return dict(_pairs(pieces, explode=explode))
    return list(pieces) if shape == "array" or len(pieces) > 1 else whole


def _pairs(pieces: list[str], *, explode: bool) -> Iterator[tuple[str, str]]:
    if explode:
        yield from ((name, value) for name, _, value in (piece.partition("=") for piece in pieces))
        return
    if len(pieces) % 2:
        raise ValueError("a name without a value")
    yield from zip(pieces[::2], pieces[1::2], strict=True)


def _read_label(text: str, name: str, shape: Shape, *, explode: bool) -> Raw:
    if not text.startswith("."):
        raise ValueError(f"'{name}' does not begin with '.'")
    pieces = re.split(r"\." if explode else ",", text[1:])
    return text[1:] if shape == "scalar" else _assemble(pieces, shape, whole=text[1:], explode=explode)


def _read_matrix(text: str, name: str, shape: Shape, *, explode: bool) -> Raw:
    if not text.startswith(";"):
        raise ValueError(f"'{name}' does not begin with ';'")
    pieces = text[1:].split(";")
    if shape == "object" and explode:
        return dict(_pairs(pieces, explode=True))
    values = [value for key, _, value in (piece.partition("=") for piece in pieces) if key == name]
    if not values:
        raise ValueError(f"'{name}' is not named")
    if shape == "scalar" or (explode and shape == "open" and len(values) == 1):
        return values[0]
    return values if explode else _assemble(values[0].split(","), shape, whole=values[0], explode=False)


_PREFIXED: Mapping[str, Callable[..., Raw]] = {"label": _read_label, "matrix": _read_matrix}
