"""What is read of the bodies of the fake's own controls, and how they are refused."""

from __future__ import annotations

from typing import Final

from mock_knock.messages import JsonValue
from mock_knock.web.problems import INVALID_PARAMETERS, MAX_FIELD_ERRORS, Problem
from mock_knock.web.validation import json_body

MAX_NAME: Final = 100
"""Characters of an unknown name that an answer shows."""


def body_member(name: str) -> JsonValue:
    """Return the only member of the JSON body, None where it is not there.

    Raises:
        Problem: 422 for a body that is no object, or has other members.
    """
    body = json_body()
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    for other in body.keys() - {name}:
        raise invalid(other[:MAX_NAME], f"is not known here; known: {name}")
    return body.get(name)


def invalid(field: str, message: str) -> Problem:
    """Return the 422 about one field."""
    return invalid_fields({field: message})


def invalid_fields(messages: dict[str, str]) -> Problem:
    """Return the 422 about some fields: what is wrong with each, of the first 25."""
    errors = [{"field": field, "message": message, "type": None} for field, message in messages.items()]
    return Problem(422, "invalid_params", INVALID_PARAMETERS, errors=errors[:MAX_FIELD_ERRORS])
