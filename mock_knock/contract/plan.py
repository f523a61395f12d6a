"""A plan accepts a request that is plainly right with a handful of checks; anything else is judged in full."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from jsonschema_path import SchemaPath
from openapi_core import OpenAPI

from mock_knock.contract.records import JSON, RequestRecord
from mock_knock.contract.schema_validators import FastSchemaValidator


@dataclass(frozen=True, slots=True)
class Plan:
    """The checks of one operation: bearer credentials, path parameters that are strings, a JSON body."""

    needs_bearer: bool
    path_parameters: tuple[tuple[str, FastSchemaValidator], ...]
    body: FastSchemaValidator | None

    def accepts(self, request: RequestRecord) -> bool:
        """Return True only when the full judgement would find nothing."""
        if self.needs_bearer and not request.parameters.header.get("Authorization", "").lower().startswith("bearer "):
            return False
        for name, validator in self.path_parameters:
            value = request.parameters.path.get(name)
            if value is None or not validator.is_valid(value):
                return False
        return self.body is None or self._accepts_body(request, self.body)

    def _accepts_body(self, request: RequestRecord, validator: FastSchemaValidator) -> bool:
        if request.body is None or request.content_type != JSON:
            return False
        if request.value is None:
            try:
                request.value = orjson.loads(request.body)
            except orjson.JSONDecodeError:
                return False
        return validator.is_valid(request.value)


def build_plan(openapi: OpenAPI, method: str, path: str) -> Plan | None:
    """Return the plan of an operation, or None when it has anything a plan does not check."""
    item = openapi.spec / "paths" / path
    operation = item / method
    needs_bearer = _needs_bearer(openapi.spec, operation)
    parameters = [parameter for holder in (operation, item) for parameter in holder.get("parameters") or ()]
    if needs_bearer is None or not all(map(_is_plain_path_parameter, parameters)):
        return None
    checks = tuple(
        ((parameter / "name").read_str(), _validator(openapi, parameter / "schema")) for parameter in parameters
    )
    body = None
    if "requestBody" in operation:
        content = operation / "requestBody" / "content"
        if list(content.str_keys()) != [JSON] or "schema" not in content / JSON:
            return None
        body = _validator(openapi, content / JSON / "schema")
    return Plan(needs_bearer, checks, body)


def _validator(openapi: OpenAPI, schema: SchemaPath) -> FastSchemaValidator:
    factory = openapi.config.schema_validators_factory
    created = factory.create(openapi.spec, schema)  # type: ignore[union-attr]  # the judge always sets one
    assert isinstance(created, FastSchemaValidator)  # noqa: S101  # the judge's factory creates nothing else
    return created


def _is_plain_path_parameter(parameter: SchemaPath) -> bool:
    if (parameter / "in").read_str() != "path" or "schema" not in parameter:
        return False
    simple = (parameter / "style").read_str(default="simple") == "simple"
    return simple and (parameter / "schema" / "type").read_str(default="") == "string"


def _needs_bearer(spec: SchemaPath, operation: SchemaPath) -> bool | None:
    """Return whether bearer credentials are asked for, or None when something else is."""
    holder = operation if "security" in operation else spec
    if "security" not in holder:
        return False
    requirements = [list(requirement.str_keys()) for requirement in holder / "security"]
    schemes = [spec / "components" / "securitySchemes" / name for names in requirements for name in names]
    if not schemes:
        return False
    bearer = all((scheme / "scheme").read_str(default="").lower() == "bearer" for scheme in schemes)
    return True if bearer and len(schemes) == len(requirements) == 1 else None
