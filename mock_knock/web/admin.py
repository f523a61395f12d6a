"""`/_mock`: what a tester asks of the fake itself, in the world of the Authorization header or else the default one."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from mock_knock import __version__
from mock_knock.domain.bulk_operation import Status, observe
from mock_knock.domain.scenario_format import parse_scenario
from mock_knock.messages import JsonValue
from mock_knock.service import World
from mock_knock.service.bulk import push_operation
from mock_knock.service.settling import settle
from mock_knock.web.pipeline import base_url, current_world, web
from mock_knock.web.problems import INVALID_PARAMETERS, Problem, json_response
from mock_knock.web.representation import (
    bulk_operation_json,
    entity_json,
    journal_entry_json,
    timestamp,
    workflow_run_json,
)
from mock_knock.web.validation import json_body

admin = Blueprint("admin", __name__, url_prefix="/_mock")
MAX_ADVANCE = 10 * 365 * 24 * 3600
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A clock is not moved beyond it, so that the instants that follow from it stay within the calendar."""


@admin.get("/health")
def health() -> Response:
    """GET /_mock/health."""
    return json_response({"status": "ok", "version": __version__})


@admin.get("/state")
def state() -> Response:
    """GET /_mock/state: every fact of the world, as it stands now."""
    world = current_world()
    with world.lock:
        now = settle(world)
        return json_response(_state(world, now))


@admin.post("/reset")
def reset() -> Response:
    """POST /_mock/reset: this world, or with `?all=1` every world, back to its beginning."""
    if request.args.get("all") in {"1", "true"}:
        web().service.reset_all()
    else:
        web().service.reset(current_world())
    return json_response({"status": "ok"})


@admin.get("/requests")
def requests() -> Response:
    """GET /_mock/requests: the journal, oldest first, masked."""
    world = current_world()
    with world.lock:
        entries, total = tuple(world.journal), world.journal.total
    return json_response({"total": total, "entries": [journal_entry_json(entry) for entry in entries]})


@admin.get("/scenario")
def scenario() -> Response:
    """GET /_mock/scenario."""
    return json_response(_scenario(current_world()))


@admin.put("/scenario")
def set_scenario() -> Response:
    """PUT /_mock/scenario: how bulk operations go from now on; those that run already keep their facts."""
    world, found = current_world(), parse_scenario(json_body(), name="inline")
    with world.lock:
        world.scenario = found
    return json_response(_scenario(world))


@admin.get("/clock")
def clock() -> Response:
    """GET /_mock/clock."""
    return json_response({"now": timestamp(current_world().clock.now())})


@admin.post("/clock/advance")
def advance_clock() -> Response:
    """POST /_mock/clock/advance `{"seconds": 60}`."""
    seconds = _member(json_body(), "seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= MAX_ADVANCE:
        raise _invalid("seconds", f"must be a number from 0 to {MAX_ADVANCE}")
    world = current_world()
    with world.lock:
        if seconds > (LATEST - world.clock.now()).total_seconds():
            raise _invalid("seconds", f"must not move the clock beyond the year {LATEST.year}")
        world.clock.advance(seconds)
        return json_response({"now": timestamp(world.clock.now())})


@admin.post("/bulk_operations/<id_>/transition")
def transition(id_: str) -> Response:
    """POST /_mock/bulk_operations/{id}/transition `{"to": "failed"}`."""
    to = _member(json_body(), "to")
    if to not in tuple(Status):  # a tuple: what was sent may have no hash
        raise _invalid("to", f"must be one of: {', '.join(status.value for status in Status)}")
    operation, snapshot = push_operation(current_world(), id_, Status(to))
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


def _state(world: World, now: datetime) -> dict[str, JsonValue]:
    base = base_url()
    recipients = tuple(world.state.recipients())
    return {
        "now": timestamp(now),
        "users": [entity_json(each) for each in recipients if each.collection is None],
        "objects": [entity_json(each) for each in recipients if each.collection is not None],
        "tenants": [entity_json(each) for each in world.state.tenants()],
        "bulk_operations": [
            bulk_operation_json(each.operation, observe(each.operation, now, each.polls), base_url=base)
            for each in world.state.operations()
        ],
        "workflow_runs": [workflow_run_json(run) for run in world.state.runs()],
    }


def _scenario(world: World) -> dict[str, JsonValue]:
    found = world.scenario
    return {"name": found.name, "description": found.description, "seed": found.seed}


def _member(body: JsonValue, name: str) -> JsonValue:
    if not isinstance(body, dict):
        raise _invalid("body", "must be an object")
    return body.get(name)


def _invalid(field: str, message: str) -> Problem:
    errors = [{"field": field, "message": message, "type": None}]
    return Problem(422, "invalid_params", INVALID_PARAMETERS, errors=errors)
