"""The journal of a world, and whether it was asked what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from flask import Blueprint, Response, request

from mock_knock.domain.expectation import Expected, NearMiss, Times, near_misses
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.verification import Verification, verify, verify_order
from mock_knock.domain.verification_format import EXPECTED, TIMES, decode_query, parse_expected, parse_order
from mock_knock.messages import JsonValue
from mock_knock.redact import MASK, Redactor, is_secret_name
from mock_knock.service import World
from mock_knock.web.admin.entries import entry_json
from mock_knock.web.admin.queries import query_count, query_number
from mock_knock.web.admin.waiting import Patience
from mock_knock.web.answers import json_response
from mock_knock.web.current import current_world, web
from mock_knock.web.validation import json_body

requests = Blueprint("requests", __name__, url_prefix="/_mock/requests")
MAX_LIMIT: Final = 1_000_000
MAX_TIMEOUT: Final = 60.0
USUAL_TIMEOUT: Final = 10.0
MAX_MISSES: Final = 100


@requests.get("")
def list_requests() -> Response:
    """GET /_mock/requests: the journal, oldest first, masked; with an expectation only what counts for it.

    `?limit=20` is the latest twenty, `?after=41` what came after that number.
    """
    expected, _ = _queried(())
    limit, after = query_count("limit", usual=MAX_LIMIT, most=MAX_LIMIT), query_count("after", usual=0, most=MAX_LIMIT)
    entries, world = _entries(), current_world()
    found = [each for each in entries if each.number > after and expected.counts(each)]
    shown = found[len(found) - limit :] if limit < len(found) else found
    return json_response(
        {
            "total": world.journal.total,
            "dropped": world.journal.dropped,
            "entries": [entry_json(each) for each in shown],
        }
    )


@requests.get("/count")
def count_requests() -> Response:
    """GET /_mock/requests/count: how many count."""
    expected, _ = _queried(())
    found = [each for each in _entries() if expected.counts(each)]
    return json_response({"count": len(found), "dropped": current_world().journal.dropped})


@requests.get("/near-misses")
def list_near_misses() -> Response:
    """GET /_mock/requests/near-misses: the requests that almost count, the nearest first, each with its differences."""
    expected, _ = _queried(())
    most = query_count("limit", usual=3, most=MAX_MISSES)
    return json_response({"near_misses": _misses_json(near_misses(expected, _entries(), most=most, hide=_hide))})


@requests.get("/wait")
def wait_for_requests() -> Response:
    """GET /_mock/requests/wait: answer as soon as as many requests count as expected, or once the time is over."""
    expected, times = _queried(TIMES)
    world, patience = current_world(), Patience(query_number("timeout", usual=USUAL_TIMEOUT, most=MAX_TIMEOUT))
    with patience.held(), world.lock:
        seen, count, journal = 0, 0, world.journal
        while True:
            if world.journal is not journal:
                seen, count, journal = 0, 0, world.journal
            fresh = [each for each in journal if each.number > seen]
            count += sum(expected.counts(each) for each in fresh)
            seen = journal.total
            if times.holds(count) or patience.is_over:
                break
            patience.wait(world)
        return _told(world, verify(expected, times, _entries(), dropped=world.journal.dropped, hide=_hide))


@requests.post("/verify")
def verify_requests() -> Response:
    """POST /_mock/requests/verify: whether as many requests count as expected, or whether they came in an order."""
    body, world = json_body(), current_world()
    dropped = world.journal.dropped
    if isinstance(body, dict) and "in_order" in body:
        order = parse_order(body, operations=_operations())
        return _told(world, verify_order(order, _entries(), dropped=dropped, hide=_hide))
    expected, times = parse_expected(body, operations=_operations())
    return _told(world, verify(expected, times, _entries(), dropped=dropped, hide=_hide))


def _queried(more: Collection[str]) -> tuple[Expected, Times]:
    named = [(name, value) for name, value in request.args.items(multi=True) if name in EXPECTED or name in more]
    return parse_expected(decode_query(named), operations=_operations())


def _operations() -> Collection[str]:
    return web().known_routes.operation_ids


def _entries() -> tuple[JournalEntry, ...]:
    world = current_world()
    with world.lock:
        return tuple(world.journal)


def _told(world: World, found: Verification) -> Response:
    return json_response(
        {
            "passed": found.passed,
            "count": found.count,
            "matched": list(found.matched),
            "dropped": world.journal.dropped,
            "message": Redactor().text(found.message),
            "near_misses": _misses_json(found.nearest),
        }
    )


def _misses_json(misses: Collection[NearMiss]) -> JsonValue:
    mask = Redactor()
    return [
        {
            "number": each.entry.number,
            "request": mask.url(each.entry.line),
            "status": each.entry.response.status or None,
            "differences": [
                {"field": mask.text(one.field), "expected": one.expected, "actual": one.actual}
                for one in each.differences
            ],
        }
        for each in misses
    ]


def _hide(field: str, text: str) -> str:
    """Return what belongs to a header field or a member of a body; nothing of it where the name says secret."""
    mask = Redactor()
    if field.startswith("header "):
        return mask.headers(((field.removeprefix("header "), text),))[0][1]
    return MASK if any(is_secret_name(each) for each in re.split(r"[^\w-]+", field)) else mask.text(text)
