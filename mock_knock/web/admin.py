"""`/_mock`: what a tester asks of the fake itself, in the world of the Authorization header or else the default one."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from flask import Blueprint, Response, request

from mock_knock import __version__
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.clock import LATEST, parse_instant
from mock_knock.domain.faults.check_faults import check_faults
from mock_knock.domain.faults.read_fault import MAX_FAULTS
from mock_knock.domain.invariants import Reported, judge
from mock_knock.domain.scenario_format import parse_fault, parse_scenario, write_scenario
from mock_knock.domain.seed_format import parse_seed, write_seed
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor
from mock_knock.seeding import check_seed
from mock_knock.service import World, resource_missing
from mock_knock.service.bulk import push_operation
from mock_knock.service.gathering import gather
from mock_knock.web.current import base_url, current_world, web
from mock_knock.web.problems import INVALID_PARAMETERS, Problem, json_response, no_content
from mock_knock.web.representation import bulk_operation_json, journal_entry_json, standing_json, timestamp
from mock_knock.web.validation import MAX_STATE_DEPTH, json_body

admin = Blueprint("admin", __name__, url_prefix="/_mock")
_REPORTED: tuple[Reported, ...] = get_args(Reported)
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
    world = current_world()
    with world.lock:
        shown = replace(world.scenario, faults=world.faults.faults())
    return json_response(write_scenario(shown))


@admin.put("/scenario")
def set_scenario() -> Response:
    """PUT /_mock/scenario: how the world behaves from now on; bulk operations that run already keep their facts."""
    world, found = current_world(), parse_scenario(json_body(), name="inline")
    check_faults(found.faults, web().operations)
    with world.lock:
        world.follow(found)
    return json_response(write_scenario(found))


@admin.get("/faults")
def faults() -> Response:
    """GET /_mock/faults: each fault with how many requests matched it and how often it happened."""
    world = current_world()
    with world.lock:
        now = world.clock.now()
        world.faults.drop_over(now)
        shown = [standing_json(each, now) for each in world.faults]
    return json_response({"seed": world.scenario.seed, "faults": shown})


@admin.post("/faults")
def add_fault() -> Response:
    """POST /_mock/faults: one more fault; one of the same id is replaced and counts from nothing."""
    world, body = current_world(), json_body()
    fault = parse_fault(body, usual_id=f"fault-{web().service.new_id()[:8]}")
    check_faults((fault,), web().operations, at="")
    with world.lock:
        if world.faults.find(fault.id) is None and len(world.faults.faults()) >= MAX_FAULTS:
            raise _invalid("id", f"there are {MAX_FAULTS} faults already: DELETE some")
        standing, now = world.faults.add(fault, world.clock.now()), world.clock.now()
        return json_response(standing_json(standing, now), status=201)


@admin.delete("/faults/<id_>")
def remove_fault(id_: str) -> Response:
    """DELETE /_mock/faults/{id}."""
    world = current_world()
    with world.lock:
        was_there = world.faults.remove(id_)
    if not was_there:
        raise resource_missing("The fault", id_)
    return no_content()


@admin.get("/verdict")
def verdict() -> Response:
    """GET /_mock/verdict?client=success: what was broken, and what it makes of how the client says it ended."""
    reported = request.args.get("client", "success")
    if reported not in _REPORTED:
        raise _invalid("client", f"must be one of: {', '.join(_REPORTED)}")
    world, mask = current_world(), Redactor()
    with world.lock:
        breaches = world.tallies.breaches(reported=reported)
        return json_response(
            {
                "client": reported,
                "verdict": judge(reported, breaches),
                "requests": world.tallies.requests,
                "broken": [
                    {"invariant": each.invariant, "message": mask.text(each.message), "count": each.count}
                    for each in breaches
                ],
            }
        )


@admin.get("/clock")
def clock() -> Response:
    """GET /_mock/clock."""
    return _clock(current_world())


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
        return _clock(world)


@admin.post("/clock/travel_to")
def travel() -> Response:
    """POST /_mock/clock/travel_to `{"to": "2030-01-01T00:00:00Z"}`; time never goes back."""
    world, instant = current_world(), parse_instant(_member(json_body(), "to"))
    if instant is None:
        raise _invalid("to", "must be an instant like 2030-01-01T00:00:00Z")
    with world.lock:
        if not world.clock.now() <= instant <= LATEST:
            raise _invalid("to", f"must not lie before the time of this world, nor after the year {LATEST.year}")
        world.clock.move_to(instant)
        return _clock(world)


@admin.post("/clock/freeze")
def freeze() -> Response:
    """POST /_mock/clock/freeze: time stands still until it is moved or resumed."""
    world = current_world()
    with world.lock:
        world.clock.freeze()
    return _clock(world)


@admin.post("/clock/resume")
def resume() -> Response:
    """POST /_mock/clock/resume: time goes on from where it stands; a manual clock has none that goes by itself."""
    world = current_world()
    with world.lock:
        world.clock.resume()
    return _clock(world)


@admin.post("/bulk_operations/<id_>/transition")
def transition(id_: str) -> Response:
    """POST /_mock/bulk_operations/{id}/transition `{"to": "failed"}`."""
    to = _member(json_body(), "to")
    if to not in tuple(Status):  # a tuple: what was sent may have no hash
        raise _invalid("to", f"must be one of: {', '.join(status.value for status in Status)}")
    operation, snapshot = push_operation(current_world(), id_, Status(to))
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


def _clock(world: World) -> Response:
    return json_response({"now": timestamp(world.clock.now()), "standing": world.clock.is_standing})


def _state() -> Response:
    return json_response(write_seed(gather(current_world())))


def _member(body: JsonValue, name: str) -> JsonValue:
    if not isinstance(body, dict):
        raise _invalid("body", "must be an object")
    return body.get(name)


def _invalid(field: str, message: str) -> Problem:
    errors = [{"field": field, "message": message, "type": None}]
    return Problem(422, "invalid_params", INVALID_PARAMETERS, errors=errors)
