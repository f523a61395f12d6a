"""Errors as HTTP: Knock's flat envelope, and the one table that says which error is which answer.

FACTS section 3: `{code, message, status, type}`, plus `errors[]` on 422. Where no source pairs a code with a status,
the pairing is our choice and named so in the README.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask import Response

from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.messages import ContractViolation, Finding, JsonValue
from mock_knock.web.answers import json_response

MAX_FIELD_ERRORS = 25
"""Entries of a 422 (our choice): each costs as much as to accept ten users."""
_PLACE = re.compile(r"^(path|query)\.")
"""What the judge puts in front of parameters; the parts of a body begin with a slash."""
UNPROCESSABLE = 422
INVALID_PARAMETERS = "One or more parameters are invalid"
PARAMETERS = frozenset({"cursor-invalid", "parameter-invalid"})
"""Errors about one parameter, which they name."""
REFUSED_TRIGGERS = frozenset({"workflow_inactive", "actor_missing"})
"""Documented codes whose status is not documented: 422 is our choice."""
INVALID_REQUEST, AUTHENTICATION, API = "invalid_request_error", "authentication_error", "api_error"


class Problem(Exception):
    """An answer in Knock's error envelope; `errors` are the entries of a 422, `headers` extra header fields."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        type_: str = INVALID_REQUEST,
        errors: Sequence[Mapping[str, JsonValue]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.envelope: dict[str, JsonValue] = {"code": code, "message": message, "status": status, "type": type_}
        if errors:
            self.envelope["errors"] = list(errors)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the answer as Flask sends it."""
        return json_response(self.envelope, status=self.status, headers=self.headers)


ANSWERS: Mapping[str, tuple[int, str, str]] = {
    # code of the error: HTTP status, code in the envelope, type in the envelope
    "resource_missing": (404, "resource_missing", API),
    "workflow_missing": (404, "workflow_missing", INVALID_REQUEST),
    "transition-refused": (409, "transition_refused", INVALID_REQUEST),
    "scenario-invalid": (422, "invalid_params", INVALID_REQUEST),
    "seed-invalid": (422, "invalid_params", INVALID_REQUEST),
    "expectation-invalid": (422, "invalid_params", INVALID_REQUEST),
    "snapshots-full": (409, "snapshots_full", INVALID_REQUEST),
}


def problem_from(error: MockKnockError) -> Problem:
    """Translate an error of the use cases; one that is not in the table is a 500.

    A 422 has one entry for each finding of a document, at most 25.
    """
    if error.code in REFUSED_TRIGGERS:
        entry = {"field": error.where, "message": error.what, "type": None}
        return Problem(UNPROCESSABLE, error.code, error.what, errors=[entry])
    if error.code in PARAMETERS:
        entry = {"field": error.where, "message": error.what, "type": None}
        return Problem(UNPROCESSABLE, "invalid_params", INVALID_PARAMETERS, errors=[entry])
    status, code, type_ = ANSWERS.get(error.code, (500, error.code, API))
    findings = error.findings if isinstance(error, InvalidDocument) and status == UNPROCESSABLE else ()
    errors = [_document_error(each) for each in findings[:MAX_FIELD_ERRORS]]
    return Problem(status, code, error.what, type_=type_, errors=errors)


def invalid_params(violations: Sequence[ContractViolation]) -> Problem:
    """Return the 422 for a request that breaks the contract: one entry per field, at most 25."""
    shown = [_field_error(violation) for violation in violations[:MAX_FIELD_ERRORS]]
    more = f" (the first {MAX_FIELD_ERRORS} errors are listed)" if len(violations) > MAX_FIELD_ERRORS else ""
    return Problem(422, "invalid_params", INVALID_PARAMETERS + more, errors=shown)


def request_too_large(limit: int) -> Problem:
    """Return the 413 for a body of more than `limit` bytes."""
    return Problem(413, "request_too_large", f"The request body is larger than {limit // (1024 * 1024)} MB")


def field_name(location: str) -> str:
    """Turn a JSON pointer into the path of a field: `/users/3/id` is `users[3].id`; the body itself is `body`."""
    name = ""
    for token in _PLACE.sub("", location, count=1).split("/"):
        key = token.replace("~1", "/").replace("~0", "~")
        name += f"[{key}]" if key.isdecimal() and name else f".{key}" if name else key
    return name or "body"


def _document_error(finding: Finding) -> dict[str, JsonValue]:
    message = f"{finding.message}: {finding.hint}" if finding.hint else finding.message
    return {"field": field_name(finding.where.removeprefix("#")), "message": message, "type": None}


def _field_error(violation: ContractViolation) -> dict[str, JsonValue]:
    return {"field": field_name(violation.location), "message": violation.message, "type": None}
