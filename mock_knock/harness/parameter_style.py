"""How the value of a parameter is written into a request: the styles of OpenAPI (3.1, Style Values; RFC 6570).

What the standard leaves open is settled so: a null is not sent (items and members too); an array or object inside a
value of any style but deepObject is its JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from mock_knock.arazzo.expressions.embedding import embedded_text, is_too_deep
from mock_knock.arazzo.planning import PlannedParameter
from mock_knock.contract.details import DEFAULT_STYLES, DescribedParameter
from mock_knock.contract.media_types import is_json, media_type
from mock_knock.harness.unsendable import CannotSend
from mock_knock.messages import JsonValue

Pair: TypeAlias = tuple[str, str]
"""A name and a value, both written as they are sent."""

Encode: TypeAlias = Callable[[str], str]

_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}
_TRIPLET = re.compile(r"(%[0-9A-Fa-f]{2})")
_RESERVED_IN_VALUES = ":/?@!$'()*,;"
_RESERVED_IN_QUERIES = _RESERVED_IN_VALUES + "&=+[]"


@dataclass(frozen=True, slots=True)
class StyledValue:
    """The value of a parameter with the way it is written.

    `pointer` is the place of the parameter in the flow.
    """

    name: str
    place: str
    value: JsonValue
    style: str
    explode: bool
    encode: Encode
    pointer: str = ""


def style_parameter(parameter: PlannedParameter, described: DescribedParameter | None) -> StyledValue | None:
    """Return a parameter with its style, or None for one that is not sent because it is null.

    Raises:
        CannotSend: the value cannot be written at its place.
    """
    at = f"{parameter.pointer}/value"
    if parameter.value is None and parameter.place != "path":
        return None
    if is_too_deep(parameter.value):
        raise CannotSend(f"the parameter '{parameter.name}' is nested too deeply", "200 levels are the most", at)
    place = parameter.place
    known = described or DescribedParameter(parameter.name, place, style=DEFAULT_STYLES.get(place, "form"))
    is_content = known.media_type is not None and place != "querystring"
    value = _content_text(parameter, known.media_type or "") if is_content else parameter.value
    encode = encode_reserved if known.allow_reserved and place == "query" else _ENCODERS.get(place, encode_all)
    explode = known.explode if described else place in {"query", "cookie"}
    return StyledValue(parameter.name, place, value, known.style, explode, encode, at)


def _content_text(parameter: PlannedParameter, content_type: str) -> str:
    if is_json(media_type(content_type)):
        return embedded_text(parameter.value) if not isinstance(parameter.value, str) else _json_text(parameter.value)
    if isinstance(parameter.value, (list, dict)):
        message = f"the parameter '{parameter.name}' is described as {content_type}, and its value is no text"
        raise CannotSend(message, "write the text in the flow", f"{parameter.pointer}/value")
    return embedded_text(parameter.value)


def _json_text(text: str) -> str:
    return embedded_text([text])[1:-1]


def expand_path(styled: StyledValue) -> str:
    """Return what stands in the path for a parameter, percent-encoded; `/` in values too (RFC 3986 section 2)."""
    prefix, exploded = {"label": (".", "."), "matrix": (";", ";")}.get(styled.style, ("", ","))
    separator = exploded if styled.explode else ","
    name = f"{styled.encode(styled.name)}=" if styled.style == "matrix" else ""
    match styled.value:
        case None:
            raise CannotSend(f"the path parameter '{styled.name}' is null", "give it a value", styled.pointer)
        case list():
            texts = [styled.encode(text) for text in item_texts(styled.value)]
            if styled.explode:
                return prefix + separator.join(f"{name}{text}" for text in texts)
            return prefix + name + ",".join(texts)
        case dict():
            if styled.explode:
                return prefix + separator.join(f"{key}={text}" for key, text in member_texts(styled))
            return prefix + name + ",".join(f"{key},{text}" for key, text in member_texts(styled))
    return prefix + name + styled.encode(embedded_text(styled.value))


def expand_header(styled: StyledValue) -> str:
    """Return the value of a header field."""
    match styled.value:
        case list():
            return ",".join(item_texts(styled.value))
        case dict():
            sign = "=" if styled.explode else ","
            return ",".join(f"{key}{sign}{text}" for key, text in member_texts(styled))
    return embedded_text(styled.value)


def expand_pairs(styled: StyledValue) -> list[Pair]:
    """Return the pairs of names and values that a parameter adds to a query, a form or the cookies."""
    name = styled.encode(styled.name)
    if styled.style == "deepObject" and isinstance(styled.value, (list, dict)):
        return [(styled.encode(key), styled.encode(text)) for key, text in _deep_pairs(styled.name, styled.value)]
    delimiter = "%2C" if styled.place == "cookie" else _DELIMITERS.get(styled.style, ",")
    match styled.value:
        case list():
            texts = [styled.encode(text) for text in item_texts(styled.value)]
            return [(name, text) for text in texts] if styled.explode else [(name, delimiter.join(texts))]
        case dict():
            members = list(member_texts(styled))
            return members if styled.explode else [(name, delimiter.join(part for pair in members for part in pair))]
    return [(name, styled.encode(embedded_text(styled.value)))]


def item_texts(items: list[JsonValue]) -> list[str]:
    """Return the texts of the items that are not null."""
    return [embedded_text(item) for item in items if item is not None]


def member_texts(styled: StyledValue) -> Iterator[Pair]:
    """Yield the written names and values of the members that are not null."""
    for key, value in styled.value.items():
        if value is not None:
            yield styled.encode(str(key)), styled.encode(embedded_text(value))


def _deep_pairs(name: str, value: JsonValue) -> Iterator[Pair]:
    """Yield pairs like `name[a][b]`: members by name, items that are no texts by number, other items repeated."""
    match value:
        case dict():
            for key, member in value.items():
                yield from _deep_pairs(f"{name}[{key}]", member)
        case list():
            is_flat = not any(isinstance(item, (list, dict)) for item in value)
            for index, item in enumerate(value):
                yield from _deep_pairs(name if is_flat else f"{name}[{index}]", item)
        case None:
            return
        case _:
            yield name, embedded_text(value)


def encode_all(text: str) -> str:
    """Percent-encode everything but letters, digits and `-._~`."""
    return quote(text, safe="")


def encode_reserved(text: str) -> str:
    """Percent-encode what `allowReserved` does not let through: what would end a value stays encoded, triplets stay."""
    return _encode_beside_triplets(text, _RESERVED_IN_VALUES)


def encode_query(text: str) -> str:
    """Percent-encode in a whole query only what cannot stand in one (RFC 3986 section 3.4)."""
    return _encode_beside_triplets(text, _RESERVED_IN_QUERIES)


def _encode_beside_triplets(text: str, safe: str) -> str:
    pieces = _TRIPLET.split(text)
    return "".join(piece if _TRIPLET.fullmatch(piece) else quote(piece, safe=safe) for piece in pieces)


def _as_it_is(text: str) -> str:
    return text


_ENCODERS: dict[str, Encode] = {"header": _as_it_is}
