"""Faults as tests set them up in a world of a fake, and what they see of them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from werkzeug.test import Client

from mock_knock.messages import AnswerLost
from mock_knock.web.sending import TIMEOUT
from tests.web.wsgi_fake import KEY, START, WsgiFake

APPLIED = "X-Mock-Fault-Applied"
IDENTIFY = "/v1/users/bulk/identify"
TRIGGER = "/v1/workflows/welcome/trigger"
UNKNOWN = "/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
USERS = b'{"users": [{"id": "ada"}]}'
RUN = b'{"recipients": ["ada"]}'

Json = dict[str, Any]


def fault(do: Json, **members: Any) -> Json:
    """Return a fault, called `f` unless it is called otherwise."""
    return {"id": "f", "do": do, **members}


def set_up(fake: WsgiFake, *faults: Json, **members: Any) -> None:
    """Let the world of `KEY` follow a scenario with these faults."""
    answer = fake.send("PUT", "/_mock/scenario", orjson.dumps({"version": 1, "faults": list(faults), **members}))
    assert 200 == answer.status_code, answer.text


def entries(fake: WsgiFake) -> list[Json]:
    """Return the journal of the world of `KEY`, as it is shown."""
    found: list[Json] = fake.send("GET", "/_mock/requests").get_json()["entries"]
    return found


def counters(fake: WsgiFake) -> dict[str, tuple[int, int]]:
    """Return how many requests matched each fault, and how often it happened."""
    found = fake.send("GET", "/_mock/faults").get_json()["faults"]
    return {each["id"]: (each["matched"], each["fired"]) for each in found}


def effects(fake: WsgiFake) -> tuple[int, int]:
    """Return how many bulk operations and runs there are."""
    state = fake.send("GET", "/_mock/state").get_json()
    return len(state["bulk_operations"]), len(state["workflow_runs"])


def seconds(fake: WsgiFake) -> float:
    """Return how far the clock of the world of `KEY` was moved."""
    return (fake.world.clock.now() - START).total_seconds()


def poll(fake: WsgiFake, operation: Json) -> Json:
    """Read a bulk operation."""
    found: Json = fake.send("GET", f"/v1/bulk_operations/{operation['id']}").get_json()
    return found


def lost(
    fake: WsgiFake, method: str, path: str, body: bytes | None = None, *, patience: float = 30, header: str = ""
) -> str:
    """Send a request whose answer does not arrive within so many seconds, and return what kind of failure that is."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    headers |= {"X-Mock-Fault": header} if header else {}
    waiting = {TIMEOUT: patience}
    with pytest.raises(AnswerLost) as caught:
        Client(fake.app).open(path, method=method, data=body, headers=headers, environ_overrides=waiting)
    return caught.value.failure.kind
