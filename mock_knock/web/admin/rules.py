"""How exact a world is: what `serve --strict`, `--rate-limits` and `--retry-after` say for every world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response

from mock_knock.messages import JsonValue
from mock_knock.service import World
from mock_knock.web.admin.bodies import MAX_NAME, invalid
from mock_knock.web.answers import json_response
from mock_knock.web.current import current_world
from mock_knock.web.validation import json_body

rules = Blueprint("rules", __name__, url_prefix="/_mock/rules")
MAX_RETRY_AFTER: Final = 3_600
_FIELDS: Final = {"strict": "is_strict", "rate_limits": "has_rate_limits", "retry_after": "retry_after"}


@rules.get("")
def read_rules() -> Response:
    """GET /_mock/rules."""
    return _rules(current_world())


@rules.put("")
def set_rules() -> Response:
    """PUT /_mock/rules `{"strict": true, "rate_limits": true, "retry_after": 1}`; what is left out stays as it is."""
    body, world = json_body(), current_world()
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    changes = dict(_change(name, value) for name, value in body.items())
    with world.lock:
        world.rules = replace(world.rules, **changes)
    return _rules(world)


def _change(name: str, value: JsonValue) -> tuple[str, Any]:
    """Return a member of the body as a field of the rules; raises Problem for one that makes no sense."""
    if name not in _FIELDS:
        raise invalid(name[:MAX_NAME], f"is not known here; known: {', '.join(_FIELDS)}")
    if name != "retry_after":
        if not isinstance(value, bool):
            raise invalid(name, "must be true or false")
        return _FIELDS[name], value
    if value is not None and not _is_wait(value):
        raise invalid(name, f"must be a whole number from 0 to {MAX_RETRY_AFTER}, or null to say nothing")
    return _FIELDS[name], value if value is None else int(value)


def _is_wait(value: JsonValue) -> bool:
    """Tell whether a value is a number of seconds; 84.0 is whole, as in JSON Schema."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 <= value <= MAX_RETRY_AFTER and value == int(value)


def _rules(world: World) -> Response:
    found = world.rules
    shown = {"strict": found.is_strict, "rate_limits": found.has_rate_limits, "retry_after": found.retry_after}
    return json_response(shown)
