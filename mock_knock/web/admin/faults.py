"""How a world misbehaves, and what it knows about those who asked it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from flask import Blueprint, Response

from mock_knock.domain.faults.check_faults import check_faults
from mock_knock.domain.faults.read_fault import MAX_FAULTS
from mock_knock.domain.invariants import Reported, judge
from mock_knock.domain.scenario_format import parse_fault, parse_scenario, write_scenario
from mock_knock.redact import Redactor
from mock_knock.service import resource_missing
from mock_knock.web.admin.bodies import invalid
from mock_knock.web.admin.queries import query_choice
from mock_knock.web.answers import json_response, no_content
from mock_knock.web.current import current_world, web
from mock_knock.web.representation import standing_json
from mock_knock.web.validation import json_body

faults = Blueprint("faults", __name__, url_prefix="/_mock")
_REPORTED: tuple[Reported, ...] = get_args(Reported)


@faults.get("/scenario")
def read_scenario() -> Response:
    """GET /_mock/scenario."""
    world = current_world()
    with world.lock:
        shown = replace(world.scenario, faults=world.faults.faults())
    return json_response(write_scenario(shown))


@faults.put("/scenario")
def set_scenario() -> Response:
    """PUT /_mock/scenario: how the world behaves from now on; bulk operations that run already keep their facts."""
    world, found = current_world(), parse_scenario(json_body(), name="inline")
    check_faults(found.faults, web().operations)
    with world.lock:
        world.follow(found)
    return json_response(write_scenario(found))


@faults.get("/faults")
def list_faults() -> Response:
    """GET /_mock/faults: each fault with how many requests matched it and how often it happened."""
    world = current_world()
    with world.lock:
        now = world.clock.now()
        world.faults.drop_over(now)
        shown = [standing_json(each, now) for each in world.faults]
    return json_response({"seed": world.scenario.seed, "faults": shown})


@faults.post("/faults")
def add_fault() -> Response:
    """POST /_mock/faults: one more fault; one of the same id is replaced and counts from nothing."""
    world, body = current_world(), json_body()
    fault = parse_fault(body, usual_id=f"fault-{web().service.new_id()[:8]}")
    check_faults((fault,), web().operations, at="")
    with world.lock:
        if world.faults.find(fault.id) is None and len(world.faults.faults()) >= MAX_FAULTS:
            raise invalid("id", f"there are {MAX_FAULTS} faults already: DELETE some")
        standing, now = world.faults.add(fault, world.clock.now()), world.clock.now()
        return json_response(standing_json(standing, now), status=201)


@faults.delete("/faults/<id_>")
def remove_fault(id_: str) -> Response:
    """DELETE /_mock/faults/{id}."""
    world = current_world()
    with world.lock:
        was_there = world.faults.remove(id_)
    if not was_there:
        raise resource_missing("The fault", id_)
    return no_content()


@faults.get("/verdict")
def read_verdict() -> Response:
    """GET /_mock/verdict?client=success: what was broken, and what it makes of how the client says it ended."""
    reported = query_choice("client", _REPORTED, usual="success")
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
