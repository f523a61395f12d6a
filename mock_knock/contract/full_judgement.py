"""openapi-core as the judge sets it up; importing it takes longer than most runs, so only a doubtful message does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openapi_core import (
    Config,
    OpenAPI,
    V30RequestValidator,
    V30ResponseValidator,
    V31RequestValidator,
    V31ResponseValidator,
    V32RequestValidator,
    V32ResponseValidator,
)
from openapi_core.protocols import Response
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas30_write_schema_validators_factory,
    oas31_schema_validators_factory,
    oas32_schema_validators_factory,
)
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory

from mock_knock.contract.decoders import BodyDecoders, ParameterDecoders
from mock_knock.contract.description import DescribedOperation, Description
from mock_knock.contract.explanations import (
    MUST_NOT_BE_EMPTY,
    NO_BODY,
    Violations,
    explain_request_error,
    explain_response_error,
)
from mock_knock.contract.extensions import KnownPathFinder, SecurityProviders, open_document
from mock_knock.contract.judged_document import judged_document
from mock_knock.contract.records import RequestRecord, ResponseRecord
from mock_knock.contract.schema_validators import FastSchemaValidatorsFactory
from mock_knock.contract.shapes import Shapes
from mock_knock.contract.violations import SchemaError
from mock_knock.messages import ContractViolation, JsonValue

_VALIDATORS = {
    "3.0": (V30RequestValidator, V30ResponseValidator),
    "3.1": (V31RequestValidator, V31ResponseValidator),
    "3.2": (V32RequestValidator, V32ResponseValidator),
}
_WRITTEN = {
    "3.0": oas30_write_schema_validators_factory,
    "3.1": oas31_schema_validators_factory,
    "3.2": oas32_schema_validators_factory,
}
_READ = {**_WRITTEN, "3.0": oas30_read_schema_validators_factory}


@dataclass(frozen=True)
class FullJudgement:
    """Judges by the whole of one description."""

    description: Description

    def request_violations(self, request: RequestRecord) -> Violations:
        """Return every rule that a request breaks."""
        errors = self.request_errors(request)
        found = tuple(violation for error in errors for violation in explain_request_error(error))
        return tuple(each for each in found if not self._is_allowed(each, request))

    def response_violations(self, request: RequestRecord, response: ResponseRecord) -> Violations:
        """Return every rule that a response breaks; of the request only method and path count."""
        errors = self.response_errors(request, response)
        found = (violation for error in errors for violation in explain_response_error(error, response))
        return tuple(each for each in found if request.method != "head" or each != NO_BODY)

    def body_errors(self, operation: DescribedOperation, media: str, value: JsonValue) -> tuple[SchemaError, ...]:
        """Return every rule that a decoded value breaks as the body of a request; `media` as it is described."""
        method = operation.method.lower()
        described = self.requests.spec / "paths" / operation.path / method / "requestBody" / "content" / media
        if "schema" not in described:
            return ()
        factory = self.requests.config.schema_validators_factory
        assert isinstance(factory, FastSchemaValidatorsFactory)  # noqa: S101  # set in _open
        return factory.create(self.requests.spec, described / "schema").find_errors(value)

    def _is_allowed(self, violation: ContractViolation, request: RequestRecord) -> bool:
        """Tell whether a parameter may be empty, which openapi-core is not told."""
        if violation.message != MUST_NOT_BE_EMPTY:
            return False
        operation = self.description.find(request.method, request.path_pattern)
        described = self.description.details(operation).parameters if operation else ()
        return any(f"query.{each.name}" == violation.location for each in described if each.may_be_empty)

    def request_errors(self, request: RequestRecord) -> Iterator[Exception]:
        """Yield openapi-core's errors about a request."""
        asked: Any = request  # openapi-core's protocol names its own class of parameters
        return self.requests.request_validator.iter_errors(asked)

    def response_errors(self, request: RequestRecord, response: Response) -> Iterator[Exception]:
        """Yield openapi-core's errors about a response."""
        asked: Any = request  # as above
        return self.responses.response_validator.iter_errors(asked, response)

    @cached_property
    def requests(self) -> OpenAPI:
        """openapi-core for requests."""
        return self._open(_WRITTEN[self._version])

    @cached_property
    def responses(self) -> OpenAPI:
        """openapi-core for responses."""
        return self._open(_READ[self._version])

    @property
    def _version(self) -> str:
        return str(self.description.document["openapi"])[:3]

    def _open(self, stock: SchemaValidatorsFactory) -> OpenAPI:
        requests, responses = _VALIDATORS[self._version]
        shapes = Shapes(self.description.resolve)
        schemas = FastSchemaValidatorsFactory(stock, is_openapi_30=self.description.is_openapi_30)
        config = Config(
            spec_validator_cls=None,  # type: ignore[arg-type]  # skips the check: Knock's own file fails it
            path_finder_cls=KnownPathFinder,
            request_validator_cls=requests,
            response_validator_cls=responses,
            security_provider_factory=SecurityProviders(),
            schema_validators_factory=schemas,
            style_deserializers_factory=ParameterDecoders(shapes, schemas),
            media_type_deserializers_factory=BodyDecoders(shapes),
        )
        return OpenAPI(open_document(judged_document(self.description.document, self.description.resolve)), config)
