"""What is read of the bodies and queries of the fake's own controls, and how they are refused."""

from __future__ import annotations

from flask import request

from mock_knock.messages import JsonValue
from mock_knock.web.problems import INVALID_PARAMETERS, Problem
from mock_knock.web.validation import json_body


def body_member(name: str) -> JsonValue:
    """Return a member of the JSON body, None where it is not there; raises Problem for a body that is no object."""
    body = json_body()
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    return body.get(name)


def query_number(name: str, *, usual: float, most: float) -> float:
    """Return a number of the query, from 0 to `most`; raises Problem for something else."""
    text = request.args.get(name)
    if text is None:
        return usual
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not 0 <= found <= most:
        raise invalid(name, f"must be a number from 0 to {most:g}")
    return found


def query_count(name: str, *, usual: int, most: int) -> int:
    """Return a whole number of the query, from 0 to `most`; raises Problem for something else."""
    text = request.args.get(name)
    if text is None:
        return usual
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004  # digits
    if not 0 <= found <= most:
        raise invalid(name, f"must be a whole number from 0 to {most}")
    return found


def invalid(field: str, message: str) -> Problem:
    """Return the 422 about one field."""
    return Problem(
        422, "invalid_params", INVALID_PARAMETERS, errors=[{"field": field, "message": message, "type": None}]
    )
