"""How forms are read: URL-encoded ones and multipart ones, by the schema and the encodings that describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from mock_knock.contract.media_types import is_json, media_type, read_json_template
from mock_knock.contract.shapes import Shapes
from mock_knock.contract.styles import read_brackets, read_style
from mock_knock.messages import JsonValue

MAX_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart form."""

    name: str
    content_type: str
    data: bytes


def read_pairs(data: bytes) -> MultiDict[str, str]:
    """Return the pairs of a URL-encoded form; raises ValueError when it is none."""
    return MultiDict(parse_qsl(data.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS))


def read_multipart(data: bytes, boundary: str) -> list[Part]:
    """Return the parts of a multipart form (RFC 7578); raises ValueError when it is none."""
    if not boundary:
        raise ValueError("the boundary is missing")
    decoder = MultipartDecoder(boundary.encode(), max_parts=MAX_FIELDS)
    decoder.receive_data(data)
    decoder.receive_data(None)
    parts: list[Part] = []
    try:
        while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
            _add(parts, event)
    except RequestEntityTooLarge as error:
        raise ValueError("too many parts") from error
    return parts


def _add(parts: list[Part], event: Event) -> None:
    match event:
        case Field(name=name, headers=headers) | File(name=name, headers=headers):
            if name is None:
                raise ValueError("a part has no name")
            parts.append(Part(name, _content_type(headers), b""))
        case Data(data=data):
            last = parts[-1]
            parts[-1] = Part(last.name, last.content_type, last.data + bytes(data))


def _content_type(headers: Headers) -> str:
    return media_type(headers.get("Content-Type", ""))


@dataclass(frozen=True, slots=True)
class FormReader:
    """Reads the fields of a form by its schema."""

    shapes: Shapes
    schema: JsonValue
    encodings: Mapping[str, JsonValue]

    def read(self, pairs: MultiDict[str, str]) -> dict[str, JsonValue]:
        """Return the members that the pairs of a URL-encoded form write."""
        members = self.shapes.members(self.schema)
        found: dict[str, JsonValue] = {}
        for name in members:
            try:
                found[name] = self._property(name, pairs)
            except KeyError:
                continue
        for name, values in pairs.lists():
            if name not in found and name.partition("[")[0] not in found:
                raw = values[0] if len(values) == 1 else list(values)
                found[name] = self.shapes.typed(raw, self.shapes.member(self.schema, name))
        return found

    def _property(self, name: str, pairs: MultiDict[str, str]) -> JsonValue:
        """Return a property in the style of its encoding; without one an object is JSON text or in brackets."""
        schema, encoding = self.shapes.member(self.schema, name), self.encodings.get(name)
        encoding = encoding if isinstance(encoding, Mapping) else {}
        shape = self.shapes.shape(schema)
        if "style" not in encoding and (shape == "object" or is_json(str(encoding.get("contentType", "")))):
            return self._object(name, pairs, schema)
        style, explode = str(encoding.get("style", "form")), encoding.get("explode")
        explode = explode if isinstance(explode, bool) else style in {"form", "deepObject"}
        members = self.shapes.members(schema)
        return self.shapes.typed(read_style(pairs, name, style, shape, explode=explode, members=members), schema)

    def _object(self, name: str, pairs: MultiDict[str, str], schema: JsonValue) -> JsonValue:
        if name not in pairs:
            return self.shapes.typed(read_brackets(pairs, name), schema)
        return read_json_template(pairs[name])

    def read_parts(self, parts: list[Part]) -> dict[str, JsonValue]:
        """Return the members that the parts of a multipart form write; several of one name are an array."""
        grouped: dict[str, list[Part]] = {}
        for part in parts:
            grouped.setdefault(part.name, []).append(part)
        found: dict[str, JsonValue] = {}
        for name, several in grouped.items():
            schema = self.shapes.member(self.schema, name)
            is_array = self.shapes.shape(schema) == "array"
            values = [self._part(part, self._part_schema(schema, at)) for at, part in enumerate(several)]
            is_whole = len(values) == 1 and (not is_array or isinstance(values[0], list))
            found[name] = values[0] if is_whole else values
        return found

    def _part_schema(self, schema: JsonValue, at: int) -> JsonValue:
        return self.shapes.item(schema, at) if self.shapes.shape(schema) == "array" else schema

    def _part(self, part: Part, schema: JsonValue) -> JsonValue:
        if is_json(part.content_type):
            return orjson.loads(part.data)
        return self.shapes.typed(part.data.decode("utf-8", errors="replace"), schema)
