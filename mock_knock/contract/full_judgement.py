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
)
from openapi_core.protocols import Response
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas30_write_schema_validators_factory,
    oas31_schema_validators_factory,
)
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory

from mock_knock.contract.description import Description
from mock_knock.contract.explanations import Violations, explain_request_error, explain_response_error
from mock_knock.contract.extensions import JsonDecoders, KnownPathFinder, SecurityProviders, open_document
from mock_knock.contract.records import RequestRecord, ResponseRecord
from mock_knock.contract.schema_validators import FastSchemaValidatorsFactory


@dataclass(frozen=True)
class FullJudgement:
    """Judges by the whole of one description."""

    description: Description

    def request_violations(self, request: RequestRecord) -> Violations:
        """Return every rule that a request breaks."""
        return tuple(found for error in self.request_errors(request) for found in explain_request_error(error))

    def response_violations(self, request: RequestRecord, response: ResponseRecord) -> Violations:
        """Return every rule that a response breaks; of the request only method and path count."""
        errors = self.response_errors(request, response)
        return tuple(found for error in errors for found in explain_response_error(error, response))

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
        is_30 = self.description.is_openapi_30
        return self._open(oas30_write_schema_validators_factory if is_30 else oas31_schema_validators_factory)

    @cached_property
    def responses(self) -> OpenAPI:
        """openapi-core for responses."""
        is_30 = self.description.is_openapi_30
        return self._open(oas30_read_schema_validators_factory if is_30 else oas31_schema_validators_factory)

    def _open(self, stock: SchemaValidatorsFactory) -> OpenAPI:
        is_30 = self.description.is_openapi_30
        config = Config(
            spec_validator_cls=None,  # type: ignore[arg-type]  # skips the check: Knock's own file fails it
            path_finder_cls=KnownPathFinder,
            request_validator_cls=V30RequestValidator if is_30 else V31RequestValidator,
            response_validator_cls=V30ResponseValidator if is_30 else V31ResponseValidator,
            security_provider_factory=SecurityProviders(),
            schema_validators_factory=FastSchemaValidatorsFactory(stock, is_openapi_30=is_30),
            extra_media_type_deserializers=JsonDecoders(),
        )
        return OpenAPI(open_document(dict(self.description.document)), config)
