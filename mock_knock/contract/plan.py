"""A plan accepts a request that is plainly right with a handful of checks; anything else is judged in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import orjson

from mock_knock.contract.description import Description
from mock_knock.contract.learned_bodies import LearnedBodies, find_rows_of_body
from mock_knock.contract.many_rows import RowSchema, find_row_schema
from mock_knock.contract.plain_schemas import PlainSchema, compile_plain
from mock_knock.contract.records import JSON, RequestRecord
from mock_knock.contract.schema_errors import Place
from mock_knock.contract.violations import describe_schema_errors
from mock_knock.messages import ContractViolation, JsonValue


@dataclass(frozen=True)
class Plan:
    """The checks of one operation: bearer credentials, path parameters that are strings, a JSON body.

    `find_rows` returns how the body is judged where it has many rows, or None. `learned` reads such bodies where their
    rows are alike.
    """

    needs_bearer: bool
    path_parameters: tuple[tuple[str, PlainSchema], ...]
    body: PlainSchema | None
    place: Place = ()
    find_rows: Callable[[], RowSchema | None] = lambda: None
    learned: LearnedBodies | None = None

    @cached_property
    def _rows(self) -> RowSchema | None:
        return self.find_rows()

    def accepts(self, request: RequestRecord) -> bool:
        """Return True only when the full judgement would find nothing."""
        return self._accepts_head(request) and (self.body is None or self._accepts_body(request, self.body))

    def read(self, request: RequestRecord) -> JsonValue:
        """Return what a body says that is read and judged in one pass; None leaves that to `accepts`."""
        if self.learned is None or not self.learned.can_read or request.body is None or request.content_type != JSON:
            return None
        return self.learned.read(request.body) if self._accepts_head(request) else None

    def learn(self, value: JsonValue) -> None:
        """Look at a body that was accepted, so that the next that are like it can be read in one pass."""
        if self.learned is not None:
            self.learned.learn(value)

    def body_violations(self, request: RequestRecord) -> tuple[ContractViolation, ...]:
        """Return what is wrong with the body where everything else is right; nothing leaves it to the full judgement.

        It is what that one finds, but of bodies with many rows at fault the first of these alone.
        """
        schema = self._rows or self.body
        if schema is None or request.value is None or request.content_type != JSON or not self._accepts_head(request):
            return ()
        return describe_schema_errors("request-body", schema.find_errors(request.value, self.place) or ())

    def _accepts_head(self, request: RequestRecord) -> bool:
        if self.needs_bearer and not _is_bearer_sent(request):
            return False
        for name, schema in self.path_parameters:
            value = request.parameters.path.get(name)
            if value is None or not schema.accepts(value):
                return False
        return True

    def _accepts_body(self, request: RequestRecord, schema: PlainSchema) -> bool:
        if request.body is None or request.content_type != JSON:
            return False
        if request.value is None:
            try:
                request.value = orjson.loads(request.body)
            except orjson.JSONDecodeError:
                return False
        return schema.accepts(request.value)


def _is_bearer_sent(request: RequestRecord) -> bool:
    sent = request.credentials
    if sent is None:
        sent = request.parameters.header.get("Authorization", "")
    return sent[:7].lower() == "bearer "


def build_plan(description: Description, method: str, path: str) -> Plan | None:
    """Return the plan of an operation, or None when it has anything a plan does not check."""
    item = description.resolve(description.document["paths"][path])
    operation = item[method]
    needs_bearer = _needs_bearer(description, operation)
    parameters = [
        description.resolve(parameter) for holder in (operation, item) for parameter in holder.get("parameters") or ()
    ]
    if needs_bearer is None or not all(_is_plain_path_parameter(description, each) for each in parameters):
        return None
    checks = tuple((each["name"], compile_plain(description, each["schema"])) for each in parameters)
    whole = tuple((name, schema) for name, schema in checks if schema is not None)
    described = _body_media(description, operation["requestBody"]) if "requestBody" in operation else None
    body = media_schema(description, described)
    if len(whole) < len(checks) or (body is None and "requestBody" in operation):
        return None
    place = ("paths", path, method, "requestBody", "content", JSON, "schema")
    find_rows = partial(_find_rows, description, described, body)
    rows = None if body is None else find_rows_of_body(description, description.resolve(described)["schema"])
    return Plan(needs_bearer, whole, body, place, find_rows, None if rows is None else LearnedBodies(rows))


def _find_rows(description: Description, media: JsonValue, body: PlainSchema | None) -> RowSchema | None:
    return None if body is None else find_row_schema(description, description.resolve(media)["schema"], body)


def body_schema(description: Description, method: str, path: str, media: str) -> PlainSchema | None:
    """Return the schema of a request body, or None when it has none that can be judged plainly."""
    operation = description.resolve(description.document["paths"][path])[method]
    body = description.resolve(operation.get("requestBody"))
    content = description.resolve(body.get("content")) if isinstance(body, Mapping) else None
    return media_schema(description, content[media]) if isinstance(content, Mapping) and media in content else None


def _body_media(description: Description, described: JsonValue) -> JsonValue:
    """Return the Media Type Object of a body that is JSON and nothing else, or None."""
    body = description.resolve(described)
    content = description.resolve(body.get("content")) if isinstance(body, Mapping) else None
    return content[JSON] if isinstance(content, Mapping) and list(content) == [JSON] else None


def media_schema(description: Description, described: JsonValue) -> PlainSchema | None:
    """Return the schema of a Media Type Object, or None when it has none that can be judged plainly."""
    media = description.resolve(described)
    return compile_plain(description, media["schema"]) if isinstance(media, Mapping) and "schema" in media else None


def _is_plain_path_parameter(description: Description, parameter: Any) -> bool:
    if not isinstance(parameter, Mapping) or parameter.get("in") != "path" or "content" in parameter:
        return False
    schema = description.resolve(parameter.get("schema"))
    is_named = isinstance(parameter.get("name"), str) and parameter.get("style", "simple") == "simple"
    return is_named and isinstance(schema, Mapping) and schema.get("type") == "string"


def _needs_bearer(description: Description, operation: Mapping[str, Any]) -> bool | None:
    """Return whether bearer credentials are asked for, or None when something else is."""
    requirements = operation.get("security", description.document.get("security", []))
    if not isinstance(requirements, list) or not all(isinstance(each, Mapping) for each in requirements):
        return None
    names = [name for requirement in requirements for name in requirement]
    if not names:
        return False
    return True if len(names) == len(requirements) == 1 and _is_bearer(description, names[0]) else None


def _is_bearer(description: Description, name: str) -> bool:
    components = description.resolve(description.document.get("components"))
    schemes = description.resolve(components.get("securitySchemes")) if isinstance(components, Mapping) else None
    scheme = description.resolve(schemes.get(name)) if isinstance(schemes, Mapping) else None
    if not isinstance(scheme, Mapping) or scheme.get("type") != "http":
        return False
    return str(scheme.get("scheme")).lower() == "bearer"
