"""The judge: openapi-core decides whether a message keeps its OpenAPI description; every broken rule is reported.

Only the validating side of openapi-core is used, never its unmarshalling, and only through its public extension
points: the operation is known beforehand (path finder), schemas are compiled (schema validators), a request that is
plainly right is accepted without a walk through the description (`plan`), parameters and bodies are read by our own
decoders.
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
    V32RequestValidator,
    V32ResponseValidator,
)
from openapi_core.datatypes import RequestParameters
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
    explain_request_error,
    explain_response_error,
)
from mock_knock.contract.extensions import KnownPathFinder, SecurityProviders, open_document
from mock_knock.contract.judged_document import judged_document
from mock_knock.contract.plan import Plan, build_plan
from mock_knock.contract.records import RequestRecord, ResponseRecord, header_map, judged_type
from mock_knock.contract.schema_validators import FastSchemaValidatorsFactory
from mock_knock.contract.shapes import Shapes
from mock_knock.contract.violations import SchemaError
from mock_knock.errors import InvalidDocument
from mock_knock.messages import ContractViolation, Headers, JsonValue

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
            found = tuple(violation for error in errors for violation in explain_request_error(error))
            return tuple(each for each in found if not self._is_allowed(each, request))

    def response_violations(
        self, operation: DescribedOperation, *, status: int, headers: Headers, body: bytes
    ) -> tuple[ContractViolation, ...]:
        """Return every rule of the description that a response breaks.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        fields = header_map(headers)
        record = ResponseRecord(status, fields, judged_type(fields.get("Content-Type", "")), body or None)
        asked = RequestRecord(operation.method.lower(), operation.path, RequestParameters(), "", None)
        with self._using(asked.method, asked.path_pattern):
            errors = self._responses.response_validator.iter_errors(asked, record)
            found = (violation for error in errors for violation in explain_response_error(error, record))
            return tuple(each for each in found if operation.method != "HEAD" or each != NO_BODY)

    def body_errors(self, operation: DescribedOperation, media: str, value: JsonValue) -> tuple[SchemaError, ...]:
        """Return every rule that a decoded value breaks as the body of a request; `media` as it is described.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        method = operation.method.lower()
        with self._using(method, operation.path):
            spec = self._requests.spec
            described = spec / "paths" / operation.path / method / "requestBody" / "content" / media
            if "schema" not in described:
                return ()
            factory = self._requests.config.schema_validators_factory
            assert isinstance(factory, FastSchemaValidatorsFactory)  # noqa: S101  # set in _open
            return factory.create(spec, described / "schema").find_errors(value)

    def _is_allowed(self, violation: ContractViolation, request: RequestRecord) -> bool:
        """Tell whether a parameter may be empty, which openapi-core is not told."""
        if violation.message != MUST_NOT_BE_EMPTY:
            return False
        operation = self.description.find(request.method, request.path_pattern)
        described = self.description.details(operation).parameters if operation else ()
        return any(f"query.{each.name}" == violation.location for each in described if each.may_be_empty)

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
    def _version(self) -> str:
        return str(self.description.document["openapi"])[:3]

    @cached_property
    def _requests(self) -> OpenAPI:
        return self._open(_WRITTEN[self._version])

    @cached_property
    def _responses(self) -> OpenAPI:
        return self._open(_READ[self._version])

    def _open(self, stock: SchemaValidatorsFactory) -> OpenAPI:
        requests, responses = _VALIDATORS[self._version]
        shapes = Shapes(self.description.resolve)
        schemas = FastSchemaValidatorsFactory(stock, is_openapi_30=self._version == "3.0")
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
