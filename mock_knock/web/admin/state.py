"""The facts of a world: read, replaced, put back, kept under a name."""

from __future__ import annotations

import re

from flask import Blueprint, Response

from mock_knock import __version__
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.seed_format import parse_seed, write_seed
from mock_knock.messages import JsonValue
from mock_knock.seeding import check_seed
from mock_knock.service import SavedWorld, snapshots
from mock_knock.service.bulk import push_operation
from mock_knock.service.gathering import gather
from mock_knock.web.admin.bodies import body_member, invalid
from mock_knock.web.admin.queries import query_choice
from mock_knock.web.answers import json_response, no_content
from mock_knock.web.current import base_url, current_world, web
from mock_knock.web.representation import bulk_operation_json, timestamp
from mock_knock.web.validation import MAX_STATE_DEPTH, json_body

state = Blueprint("state", __name__, url_prefix="/_mock")
FLAGS = ("1", "true", "0", "false")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


@state.get("/health")
def check_health() -> Response:
    """GET /_mock/health."""
    return json_response({"status": "ok", "version": __version__})


@state.get("/openapi")
def describe_controls() -> Response:
    """GET /_mock/openapi: the description of these controls."""
    return json_response(web().controls().document)


@state.get("/state")
def read_state() -> Response:
    """GET /_mock/state: every fact of the world as it stands now, in the form of a seed."""
    return _state()


@state.put("/state")
def replace_state() -> Response:
    """PUT /_mock/state: the facts of a seed in place of those of the world."""
    seed = parse_seed(json_body(max_depth=MAX_STATE_DEPTH))
    if seed.keys:
        raise invalid("keys", "belong to the server: give them to `mock-knock serve --seed`")
    check_seed(seed, web().operations)
    web().service.load(current_world(), seed)
    return _state()


@state.post("/reset")
def reset_world() -> Response:
    """POST /_mock/reset: this world, or with `?all=1` every world, back to its beginning."""
    if query_choice("all", FLAGS, usual="0") in {"1", "true"}:
        web().service.reset_all()
    else:
        web().service.reset(current_world())
    return json_response({"status": "ok"})


@state.get("/snapshots")
def list_snapshots() -> Response:
    """GET /_mock/snapshots: what can be restored, oldest first."""
    world = current_world()
    with world.lock:
        found = [_snapshot_json(name, each) for name, each in world.snapshots.items()]
    return json_response({"snapshots": found})


@state.put("/snapshots/<name>")
def keep_snapshot(name: str) -> Response:
    """PUT /_mock/snapshots/{name}: keep everything that is there under a name."""
    if not _NAME.fullmatch(name):
        raise invalid("name", "must be letters, digits and . _ -, at most 100")
    return json_response(_snapshot_json(name, snapshots.take_snapshot(current_world(), name)))


@state.post("/snapshots/<name>/restore")
def restore_snapshot(name: str) -> Response:
    """POST /_mock/snapshots/{name}/restore: go back to it, time included."""
    return json_response(_snapshot_json(name, snapshots.restore_snapshot(web().service, current_world(), name)))


@state.delete("/snapshots/<name>")
def drop_snapshot(name: str) -> Response:
    """DELETE /_mock/snapshots/{name}."""
    snapshots.drop_snapshot(current_world(), name)
    return no_content()


@state.post("/bulk_operations/<id_>/transition")
def push_bulk_operation(id_: str) -> Response:
    """POST /_mock/bulk_operations/{id}/transition `{"to": "failed"}`."""
    to = body_member("to")
    if to not in tuple(Status):  # a tuple: what was sent may have no hash
        raise invalid("to", f"must be one of: {', '.join(status.value for status in Status)}")
    operation, snapshot = push_operation(current_world(), id_, Status(to))
    return json_response(bulk_operation_json(operation, snapshot, base_url=base_url()))


def _state() -> Response:
    return json_response(write_seed(gather(current_world())))


def _snapshot_json(name: str, saved: SavedWorld) -> JsonValue:
    return {
        "name": name,
        "at": timestamp(saved.seed.now),
        "scenario": saved.scenario.name,
        "users": len(saved.seed.users),
        "bulk_operations": len(saved.seed.bulk_operations),
        "runs": len(saved.seed.runs),
        "messages": len(saved.seed.messages),
    }
