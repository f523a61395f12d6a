"""The time of a world."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.domain.clock import LATEST, parse_instant
from mock_knock.service import World
from mock_knock.web.admin.bodies import body_member, invalid
from mock_knock.web.answers import json_response
from mock_knock.web.current import current_world
from mock_knock.web.representation import timestamp

clock = Blueprint("clock", __name__, url_prefix="/_mock/clock")
MAX_ADVANCE = 10 * 365 * 24 * 3600


@clock.get("")
def read_clock() -> Response:
    """GET /_mock/clock."""
    return _clock(current_world())


@clock.post("/advance")
def advance_clock() -> Response:
    """POST /_mock/clock/advance `{"seconds": 60}`."""
    seconds = body_member("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= MAX_ADVANCE:
        raise invalid("seconds", f"must be a number from 0 to {MAX_ADVANCE}")
    world = current_world()
    with world.lock:
        if seconds > (LATEST - world.clock.now()).total_seconds():
            raise invalid("seconds", f"must not move the clock beyond the year {LATEST.year}")
        world.clock.advance(seconds)
        return _clock(world)


@clock.post("/travel_to")
def move_clock() -> Response:
    """POST /_mock/clock/travel_to `{"to": "2030-01-01T00:00:00Z"}`; time never goes back."""
    world, instant = current_world(), parse_instant(body_member("to"))
    if instant is None:
        raise invalid("to", "must be an instant like 2030-01-01T00:00:00Z")
    with world.lock:
        if not world.clock.now() <= instant <= LATEST:
            raise invalid("to", f"must not lie before the time of this world, nor after the year {LATEST.year}")
        world.clock.move_to(instant)
        return _clock(world)


@clock.post("/freeze")
def freeze_clock() -> Response:
    """POST /_mock/clock/freeze: time stands still until it is moved or resumed."""
    world = current_world()
    with world.lock:
        world.clock.freeze()
    return _clock(world)


@clock.post("/resume")
def resume_clock() -> Response:
    """POST /_mock/clock/resume: time goes on from where it stands; a manual clock has none that goes by itself."""
    world = current_world()
    with world.lock:
        world.clock.resume()
    return _clock(world)


def _clock(world: World) -> Response:
    return json_response({"now": timestamp(world.clock.now()), "standing": world.clock.is_standing})
