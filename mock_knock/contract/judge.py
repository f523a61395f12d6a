"""The judge: openapi-core decides whether a message keeps its OpenAPI description; every broken rule is reported.

Only the validating side of openapi-core is used, never its unmarshalling, and only through its public extension
points: the operation is known beforehand (path finder), schemas are compiled (schema validators), a request that is
plainly right is accepted without a walk through the description (`plan`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from openapi_core import (
    Config,
    OpenAPI,
    V30RequestValidator,
    V30ResponseValidator,
    V31RequestValidator,
    V31ResponseValidator,
)
from openapi_core.datatypes import RequestParameters
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas30_write_schema_validators_factory,
    oas31_schema_validators_factory,
)
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory

from mock_knock.contract.description import DescribedOperation, Description
from mock_knock.contract.explanations import explain_request_error, explain_response_error
from mock_knock.contract.extensions import JsonDecoders, KnownPathFinder, SecurityProviders, open_document
from mock_knock.contract.plan import Plan, build_plan
from mock_knock.contract.records import RequestRecord, ResponseRecord, header_map, media_type
from mock_knock.contract.schema_validators import FastSchemaValidatorsFactory
from mock_knock.errors import InvalidDocument
from mock_knock.messages import ContractViolation, Headers


@dataclass(frozen=True)
class Judge:
    """Judges messages by one description."""

    description: Description
    _plans: dict[tuple[str, str], Plan | None] = field(default_factory=dict)

    def request_violations(self, request: RequestRecord) -> tuple[ContractViolation, ...]:
        """Return every rule of the description that a request breaks.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        with self._using(request.method, request.path_pattern):
            plan = self._plan(request.method, request.path_pattern)
            if plan is not None and plan.accepts(request):
                return ()
            errors = self._requests.request_validator.iter_errors(request)
            return tuple(violation for error in errors for violation in explain_request_error(error))

    def response_violations(
        self, operation: DescribedOperation, *, status: int, headers: Headers, body: bytes
    ) -> tuple[ContractViolation, ...]:
        """Return every rule of the description that a response breaks.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        fields = header_map(headers)
        record = ResponseRecord(status, fields, media_type(fields.get("Content-Type", "")), body or None)
        asked = RequestRecord(operation.method.lower(), operation.path, RequestParameters(), "", None)
        with self._using(asked.method, asked.path_pattern):
            errors = self._responses.response_validator.iter_errors(asked, record)
            return tuple(violation for error in errors for violation in explain_response_error(error, record))

    @contextmanager
    def _using(self, method: str, path: str) -> Iterator[None]:
        """Take every exception in the block for a fault of the description: it is the only input that is not judged."""
        try:
            yield
        except Exception as error:
            what = f"the description of {method.upper()} {path} cannot be used: {type(error).__name__}: {error}"
            raise InvalidDocument(
                "openapi-unusable",
                what.partition("\n")[0],
                where=self.description.where,
                hint="mend the description there; references to other documents are not followed",
            ) from error

    @property
    def _is_openapi_30(self) -> bool:
        return str(self.description.document["openapi"]).startswith("3.0")

    @cached_property
    def _requests(self) -> OpenAPI:
        stock = oas30_write_schema_validators_factory if self._is_openapi_30 else oas31_schema_validators_factory
        return self._open(stock)

    @cached_property
    def _responses(self) -> OpenAPI:
        stock = oas30_read_schema_validators_factory if self._is_openapi_30 else oas31_schema_validators_factory
        return self._open(stock)

    def _open(self, stock: SchemaValidatorsFactory) -> OpenAPI:
        config = Config(
            spec_validator_cls=None,  # type: ignore[arg-type]  # skips the check: Knock's own file fails it
            path_finder_cls=KnownPathFinder,
            request_validator_cls=V30RequestValidator if self._is_openapi_30 else V31RequestValidator,
            response_validator_cls=V30ResponseValidator if self._is_openapi_30 else V31ResponseValidator,
            security_provider_factory=SecurityProviders(),
            schema_validators_factory=FastSchemaValidatorsFactory(stock, is_openapi_30=self._is_openapi_30),
            extra_media_type_deserializers=JsonDecoders(),
        )
        return OpenAPI(open_document(dict(self.description.document)), config)

    def _plan(self, method: str, path: str) -> Plan | None:
        key = (method, path)
        if key not in self._plans:
            self._plans[key] = build_plan(self._requests, method, path)
        return self._plans[key]


@dataclass(frozen=True, slots=True)
class OperationJudge:
    """The judge of one operation."""

    judge: Judge
    operation: DescribedOperation

    def request_violations(self, request: RequestRecord) -> tuple[ContractViolation, ...]:
        """Return every rule that a request to this operation breaks."""
        return self.judge.request_violations(request)

    def response_violations(self, *, status: int, headers: Headers, body: bytes) -> tuple[ContractViolation, ...]:
        """Return every rule that a response of this operation breaks."""
        return self.judge.response_violations(self.operation, status=status, headers=headers, body=body)
