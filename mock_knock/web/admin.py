"""`/_mock`: what a tester asks of the fake itself, in the world of the Authorization header or else the default one."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mock_knock import __version__
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.clock import LATEST
from mock_knock.domain.scenario_format import parse_scenario, write_scenario
from mock_knock.domain.seed_format import parse_seed, write_seed
from mock_knock.messages import JsonValue
from mock_knock.seeding import check_seed
from mock_knock.service.bulk import push_operation
from mock_knock.service.gathering import gather
from mock_knock.web.pipeline import base_url, current_world, web
from mock_knock.web.problems import INVALID_PARAMETERS, Problem, json_response
from mock_knock.web.representation import bulk_operation_json, journal_entry_json, timestamp
from mock_knock.web.validation import MAX_STATE_DEPTH, json_body

admin = Blueprint("admin", __name__, url_prefix="/_mock")
MAX_ADVANCE = 10 * 365 * 24 * 3600


@admin.get("/health")
def health() -> Response:
    """GET /_mock/health."""
    return json_response({"status": "ok", "version": __version__})


@admin.get("/state")
def state() -> Response:
    """GET /_mock/state: every fact of the world as it stands now, in the form of a seed."""
    return _state()


@admin.put("/state")
def set_state() -> Response:
    """PUT /_mock/state: the facts of a seed in place of those of the world."""
    seed = parse_seed(json_body(max_depth=MAX_STATE_DEPTH))
    if seed.keys:
        raise _invalid("keys", "belong to the server: give them to `mock-knock serve --seed`")
    check_seed(seed, web().operations)
    web().service.load(current_world(), seed)
    return _state()


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
    return json_response(write_scenario(current_world().scenario))


@admin.put("/scenario")
def set_scenario() -> Response:
    """PUT /_mock/scenario: how bulk operations go from now on; those that run already keep their facts."""
    world, found = current_world(), parse_scenario(json_body(), name="inline")
    with world.lock:
        world.scenario = found
    return json_response(write_scenario(found))


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


def _state() -> Response:
    return json_response(write_seed(gather(current_world())))


def _member(body: JsonValue, name: str) -> JsonValue:
    if not isinstance(body, dict):
        raise _invalid("body", "must be an object")
    return body.get(name)


def _invalid(field: str, message: str) -> Problem:
    errors = [{"field": field, "message": message, "type": None}]
    return Problem(422, "invalid_params", INVALID_PARAMETERS, errors=errors)
