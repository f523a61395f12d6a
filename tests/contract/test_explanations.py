from __future__ import annotations

from types import SimpleNamespace

import pytest
from openapi_core.validation.request.exceptions import RequestBodyValidationError
from openapi_core.validation.response.exceptions import DataValidationError
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from mock_knock.contract.explanations import explain_request_error, explain_response_error
from mock_knock.contract.violations import BrokenRules, SchemaError
from mock_knock.messages import ContractViolation

RESPONSE = SimpleNamespace(status_code=200, content_type="application/json")


def test_an_unknown_error() -> None:
    """An error that is not in the tables is told in its own words, at the message as a whole."""
    error = ValueError("something new")
    assert (ContractViolation("request", "", "something new"),) == explain_request_error(error)
    assert (ContractViolation("response", "", "something new"),) == explain_response_error(error, RESPONSE)


def test_a_body_without_a_reason() -> None:
    """A body that is refused for a reason that is not in the tables is told as unreadable."""
    request, response = RequestBodyValidationError(), DataValidationError()
    assert (ContractViolation("request-body", "", "cannot be read as described"),) == explain_request_error(request)
    found = explain_response_error(response, RESPONSE)
    assert (ContractViolation("response-body", "", "cannot be read as described"),) == found


@pytest.mark.parametrize("count", [1, 3])
def test_every_broken_rule_is_told(count: int) -> None:
    """A value that breaks several rules has a violation for each."""
    error = DataValidationError()
    broken = tuple(SchemaError((index,), "type", ["string"]) for index in range(count))
    error.__cause__ = InvalidSchemaValue("", "any", [BrokenRules(broken)])
    assert [f"/{index}" for index in range(count)] == [
        each.location for each in explain_response_error(error, RESPONSE)
    ]
