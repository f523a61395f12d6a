"""From openapi-core's exceptions to violations: one table for requests, one for responses."""

from __future__ import annotations

from typing import Protocol

from openapi_core.deserializing.media_types.exceptions import MediaTypeDeserializeError
from openapi_core.deserializing.styles.exceptions import EmptyQueryParameterValue
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.validation.request.exceptions import (
    MissingParameterError,
    MissingRequestBodyError,
    ParameterValidationError,
    RequestBodyValidationError,
    SecurityValidationError,
)
from openapi_core.validation.response.exceptions import (
    DataValidationError,
    HeaderValidationError,
    MissingData,
    MissingRequiredHeader,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from mock_knock.contract.violations import BrokenRules, describe_schema_errors
from mock_knock.messages import ContractViolation

Violations = tuple[ContractViolation, ...]

NO_BODY = ContractViolation("response-body", "", "a body is described, but there is none")
MUST_NOT_BE_EMPTY = "must not be empty"


class _Response(Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def content_type(self) -> str: ...


def explain_request_error(error: Exception) -> Violations:
    """Return the violations behind one error of a request; kinds start with `request-`."""
    match error:
        case SecurityValidationError():
            return _one(
                "request-security", "Authorization", "the credentials that the description asks for are missing"
            )
        case MissingParameterError():
            return _one("request-parameter", f"{error.location}.{error.name}", "is required")
        case ParameterValidationError():
            place = f"{error.location}.{error.name}"
            return _placed(place, _explain_value("request-parameter", error))
        case MissingRequestBodyError():
            return _one("request-body", "", "a body is required")
        case RequestBodyValidationError():
            return _explain_value("request-body", error)
    return _one("request", "", str(error))


def explain_response_error(error: Exception, response: _Response) -> Violations:
    """Return the violations behind one error of a response; kinds start with `response-`."""
    match error:
        case ResponseNotFound():
            return _one("response-status", str(response.status_code), "this status is not described")
        case MissingData():
            return (NO_BODY,)
        case MissingRequiredHeader():
            return _one("response-header", error.name, "is required")
        case HeaderValidationError():
            return _placed(error.name, _explain_value("response-header", error))
        case DataValidationError():
            return _explain_value("response-body", error)
    return _one("response", "", str(error))


def _explain_value(kind: str, error: Exception) -> Violations:
    match error.__cause__:
        case InvalidSchemaValue(schema_errors=errors):
            carried = (each for found in errors if isinstance(found, BrokenRules) for each in found.errors)
            return describe_schema_errors(kind, carried)
        case MediaTypeNotFound(mimetype=found, availableMimetypes=described):
            said = f"'{found.partition(';')[0]}' is not described" if found else "is missing"
            return _one(
                kind.replace("-body", "-media-type"), "Content-Type", f"{said}; described: {', '.join(described)}"
            )
        case EmptyQueryParameterValue():
            return _one(kind, "", MUST_NOT_BE_EMPTY)
        case MediaTypeDeserializeError():
            return _one(kind, "", "cannot be decoded as its media type says")
    return _one(kind, "", "cannot be read as described")


def _placed(place: str, violations: Violations) -> Violations:
    return tuple(ContractViolation(each.kind, place + each.location, each.message, each.schema) for each in violations)


def _one(kind: str, location: str, message: str) -> Violations:
    return (ContractViolation(kind, location, message),)
