"""What happens in a world, told as it happens (server-sent events)."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Final

import orjson
from flask import Blueprint, Response, request

from mock_knock.service import World
from mock_knock.web.admin.entries import entry_json
from mock_knock.web.admin.queries import query_count, query_number
from mock_knock.web.admin.waiting import Patience, entries_after
from mock_knock.web.current import Call, current_call, current_world, during

events = Blueprint("events", __name__, url_prefix="/_mock")
QUIET_SECONDS: Final = 15.0
"""After so long without an event something is sent all the same, so that nobody in between gives the connection up."""
MAX_LIMIT: Final = 1_000_000
MAX_TIMEOUT: Final = 24 * 3600.0


@events.get("/events")
def follow_events() -> Response:
    """GET /_mock/events: one event `request` for each entry of the journal, `reset` when it begins anew.

    Begins with what comes next, or after the number in `?after=` or `Last-Event-ID`. Ends after `?limit=` events or
    `?timeout=` seconds.
    """
    world = current_world()
    last = request.headers.get("Last-Event-ID", "")
    usual = int(last) if last.isascii() and last.isdecimal() and len(last) < 10 else world.journal.total  # noqa: PLR2004  # digits
    after = query_count("after", usual=usual, most=MAX_LIMIT)
    limit = query_count("limit", usual=MAX_LIMIT, most=MAX_LIMIT)
    patience = Patience(query_number("timeout", usual=MAX_TIMEOUT, most=MAX_TIMEOUT))
    stream = _stream(current_call(), world, patience, after, limit)
    return Response(stream, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


def _stream(call: Call, world: World, patience: Patience, after: int, limit: int) -> Iterator[bytes]:
    with patience.held():
        yield b": events of mock-knock\n\n"
        told, quiet_since, journal = 0, monotonic(), world.journal
        while told < limit:
            if world.journal is not journal or journal.total < after:
                journal, after = world.journal, 0
                yield b"event: reset\ndata: {}\n\n"
            for entry in [*entries_after(world, after)][: limit - told]:
                after, told, quiet_since = entry.number, told + 1, monotonic()
                with during(call):
                    data = orjson.dumps(entry_json(entry))
                yield b"id: %d\nevent: request\ndata: %b\n\n" % (entry.number, data)
            if patience.is_over:
                break
            if monotonic() - quiet_since > QUIET_SECONDS:
                quiet_since = monotonic()
                yield b": nothing new\n\n"
            with world.lock:
                if journal is world.journal and journal.total == after and told < limit:
                    patience.wait(world)
