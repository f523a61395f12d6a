"""The judge: openapi-core decides whether a message keeps its OpenAPI description; every broken rule is reported.

Only the validating side of openapi-core is used, never its unmarshalling, and only through its public extension
points: the operation is known beforehand (path finder), schemas are compiled (schema validators), a request that is
plainly right is accepted without a walk through the description (`plan`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import orjson
from jsonschema_path import SchemaPath
from openapi_core import (
    Config,
    OpenAPI,
    V30RequestValidator,
    V30ResponseValidator,
    V31RequestValidator,
    V31ResponseValidator,
)
from openapi_core.datatypes import RequestParameters
from openapi_core.security.factories import SecurityProviderFactory
from openapi_core.security.providers import HttpProvider
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas30_write_schema_validators_factory,
    oas31_schema_validators_factory,
)
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from werkzeug.datastructures import Headers as HeaderMap

from mock_knock.contract.description import DescribedOperation, Description
from mock_knock.contract.explanations import explain_request_error, explain_response_error
from mock_knock.contract.plan import Plan, build_plan
from mock_knock.contract.schema_validators import FastSchemaValidatorsFactory
from mock_knock.errors import InvalidDocument
from mock_knock.messages import ContractViolation, Headers, JsonValue

JSON = "application/json"

URL_SCHEMES = ("", "http", "https", "file", "ftp", "data")
"""Where references to other documents could lead; none is followed, so that judging reads no file and no network."""


@dataclass(slots=True)
class RequestRecord:
    """A request as openapi-core asks for it (its `Request` protocol); `path_pattern` is the template of the operation.

    `value` is the decoded JSON body when the caller has it already, so that nothing is parsed twice.
    """

    method: str
    path_pattern: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None
    value: JsonValue = None
    host_url: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """A response as openapi-core asks for it (its `Response` protocol)."""

    status_code: int
    headers: HeaderMap
    content_type: str
    data: bytes | None


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
        document = dict(self.description.document)
        return OpenAPI(SchemaPath.from_dict(document, handlers=dict.fromkeys(URL_SCHEMES, _refuse)), config)

    def _plan(self, method: str, path: str) -> Plan | None:
        key = (method, path)
        if key not in self._plans:
            self._plans[key] = build_plan(self._requests, method, path)
        return self._plans[key]


class KnownPathFinder(APICallPathFinder):
    """Finds the operation of a path template that the caller looked up already; servers play no part."""

    def __init__(self, spec: SchemaPath, base_url: str | None = None) -> None:
        super().__init__(spec, base_url=base_url)
        self._found: dict[tuple[str, str], PathOperationServer] = {}

    def find(self, method: str, name: str) -> PathOperationServer:
        """Return the operation with this lower-case method below the path template `name`."""
        key = (method, name)
        if key not in self._found:
            path = self.spec / "paths" / name
            nothing: Any = SimpleNamespace(variables={})
            self._found[key] = PathOperationServer(path, path / method, None, nothing, nothing)
        return self._found[key]


class SecurityProviders(SecurityProviderFactory):
    """Reads the name of an HTTP authentication scheme in any case (RFC 9110 section 11.1), as in `scheme: Bearer`."""

    def create(self, scheme: SchemaPath) -> Any:
        """Return what finds the credentials of a Security Scheme Object in a request."""
        if (scheme / "type").read_str() == "http":
            return HttpProvider({"scheme": (scheme / "scheme").read_str().lower()})  # type: ignore[arg-type]  # asks for no more
        return super().create(scheme)


class JsonDecoders(dict[str, Any]):
    """Decodes JSON and what is written in it, such as `application/problem+json` (RFC 6839 section 3.1)."""

    def __contains__(self, media: object) -> bool:
        return isinstance(media, str) and (media == JSON or media.endswith("+json"))

    def __getitem__(self, media: str) -> Any:
        return orjson.loads


def header_map(headers: Headers) -> HeaderMap:
    """Return header fields by name in any case; line breaks in values are spaces (RFC 9110 section 5.5)."""
    return HeaderMap([(name, " ".join(value.splitlines())) for name, value in headers])


def _refuse(uri: str) -> Any:
    raise LookupError(uri)


def media_type(content_type: str) -> str:
    """Return the media type without parameters, in lower case (RFC 9110 section 8.3.1)."""
    return content_type.split(";", 1)[0].strip().lower()


def request_record(
    operation: DescribedOperation,
    *,
    path: Mapping[str, str],
    query: Mapping[str, Any],
    headers: Headers,
    body: bytes,
    cookies: Mapping[str, str] | None = None,
) -> RequestRecord:
    """Put a request into the form that `Judge.request_violations` takes."""
    fields = header_map(headers)
    parameters = RequestParameters(query=query, header=fields, cookie=cookies or {}, path=path)
    content_type = media_type(fields.get("Content-Type", ""))
    return RequestRecord(operation.method.lower(), operation.path, parameters, content_type, body or None)


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
