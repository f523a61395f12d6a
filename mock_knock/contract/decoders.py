"""How the judge reads parameters and bodies: stands in for openapi-core's deserialisers by its extension points.

openapi-core's own read neither exploded objects nor deep ones, nor types in a list, nor numbers in multipart forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson
from jsonschema_path import SchemaPath
from openapi_core.deserializing.exceptions import DeserializeError
from openapi_core.deserializing.media_types.exceptions import MediaTypeDeserializeError
from openapi_core.deserializing.media_types.factories import MediaTypeDeserializersFactory
from openapi_core.deserializing.styles.factories import StyleDeserializersFactory

from mock_knock.contract.forms import FormReader, read_multipart, read_pairs
from mock_knock.contract.media_types import FORM, MULTIPART, is_binary, is_json, is_text
from mock_knock.contract.schema_validators import NOT_JUDGED, FastSchemaValidatorsFactory
from mock_knock.contract.shapes import Raw, Shapes
from mock_knock.contract.styles import Location, read_style
from mock_knock.messages import JsonValue


class ParameterDecoders(StyleDeserializersFactory):
    """Creates what reads a parameter or header that is described by a schema."""

    def __init__(self, shapes: Shapes, validators: FastSchemaValidatorsFactory) -> None:
        self._shapes = shapes
        self._validators = validators

    def create(self, spec: SchemaPath, schema: SchemaPath, style: str, explode: bool, name: str) -> Any:  # noqa: FBT001  # its signature
        """Return the reader of one parameter; see the stock factory for the arguments."""
        return _ParameterDecoder(self._shapes, self._validators, spec, schema, style, name, explode=explode)


@dataclass(frozen=True, slots=True)
class _ParameterDecoder:
    shapes: Shapes
    validators: FastSchemaValidatorsFactory
    spec: SchemaPath
    schema: SchemaPath
    style: str
    name: str
    explode: bool

    def deserialize(self, location: Location) -> JsonValue:
        """Return the value; raises KeyError when it is not there."""
        schema = contents(self.schema)
        shape, members = self.shapes.shape(schema), self.shapes.members(schema)
        if shape == "object" and not members and self.explode and self.style == "form" and location:
            return NOT_JUDGED  # its members cannot be told from other parameters
        try:
            raw = read_style(location, self.name, self.style, shape, explode=self.explode, members=members)
        except ValueError as error:
            raise DeserializeError(self.style, self.name) from error
        return self._typed(raw, schema)

    def _typed(self, raw: Raw, schema: JsonValue) -> JsonValue:
        """Read a text as a number only when it is no text that the schema accepts."""
        value = self.shapes.typed(raw, schema)
        is_ambiguous = isinstance(raw, str) and value != raw and "string" in self.shapes.kinds(schema)
        if is_ambiguous and not self.validators.create(self.spec, self.schema).is_valid(value):
            return raw
        return value


class BodyDecoders(MediaTypeDeserializersFactory):
    """Creates what reads a body, or a parameter that is described by its content."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    def create(
        self,
        spec: SchemaPath,  # noqa: ARG002  # the stock factory's signature
        mimetype: str,
        schema: SchemaPath | None = None,
        schema_validator: Any = None,  # noqa: ARG002
        parameters: Mapping[str, str] | None = None,
        encoding: SchemaPath | None = None,
        extra_media_type_deserializers: Any = None,  # noqa: ARG002
    ) -> Any:
        """Return the reader of one body; see the stock factory for the arguments.

        `mimetype` is the media type as described; what was sent stands in `parameters`, unless it is JSON.
        """
        given = parameters or {}
        sent = unquote(given.get("media", "application/json" if "*" in mimetype else mimetype))
        return _BodyDecoder(self._shapes, sent, schema, encoding, unquote(given.get("boundary", "")))


@dataclass(frozen=True, slots=True)
class _BodyDecoder:
    shapes: Shapes
    media: str
    schema: SchemaPath | None
    encoding: SchemaPath | None
    boundary: str

    def deserialize(self, value: bytes | str) -> JsonValue:
        """Return the decoded value; raises MediaTypeDeserializeError when it is not what its media type says."""
        if is_json(self.media):
            try:
                return orjson.loads(value)
            except orjson.JSONDecodeError as error:
                raise MediaTypeDeserializeError(self.media, b"") from error
        data = value if isinstance(value, bytes) else value.encode()
        try:
            return self._read(data)
        except ValueError as error:
            raise MediaTypeDeserializeError(self.media, b"") from error

    def _read(self, data: bytes) -> JsonValue:
        schema = contents(self.schema) if self.schema is not None else None
        if self.media in {FORM, MULTIPART}:
            reader = FormReader(self.shapes, schema, _mapping(self.encoding))
            if self.media == FORM:
                return reader.read(read_pairs(data))
            return reader.read_parts(read_multipart(data, self.boundary))
        if is_binary(self.media):
            return data.decode("latin-1")  # a character for each byte, as lengths of binary strings are counted
        kinds = self.shapes.kinds(schema)
        if self.media == "text/plain" or (is_text(self.media) and (not kinds or "string" in kinds)):
            return self.shapes.typed(data.decode("utf-8", errors="surrogateescape"), schema)
        return NOT_JUDGED


def contents(schema: SchemaPath) -> JsonValue:
    """Return the schema itself, behind its references."""
    with schema.resolve() as resolved:
        return resolved.contents


def _mapping(path: SchemaPath | None) -> Mapping[str, JsonValue]:
    found = contents(path) if path is not None else None
    return found if isinstance(found, Mapping) else {}
