"""The header `Idempotency-Key` where Knock honours it (FACTS section 5.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import orjson
from flask import Response

from mock_knock.domain.idempotency import MAX_KEY_LENGTH, StoredAnswer
from mock_knock.web.answers import json_response
from mock_knock.web.current import add_note, current_call, current_request, current_world, sent_target
from mock_knock.web.faulting import ignores_header
from mock_knock.web.validation import json_body

MISMATCH = "The parameters of this request are not those of the first request with this idempotency key"


def honour_key(answer: Callable[[], Response]) -> Response:
    """Return what a request is answered: anew, or what its idempotency key stands for.

    Two first requests at the same time are both carried out, as in Knock's own library. Errors of keys have an envelope
    of their own.
    """
    key = current_request().environ.get("HTTP_IDEMPOTENCY_KEY")
    if not key or ignores_header("Idempotency-Key"):
        return answer()
    call = current_call()
    call.idempotency = "refused"
    if len(key) > MAX_KEY_LENGTH:
        return json_response({"error": "idempotency_key_too_long"}, status=400)
    world, resource, fingerprint = current_world(), current_request().path, _fingerprint()
    with world.lock:
        known = world.answers.find(resource, key, world.clock.now())
    if known is None:
        call.idempotency = "first"
        response = answer()
        with world.lock:
            stored = StoredAnswer(
                fingerprint, world.clock.now(), call.request_id, response.status_code, response.get_data()
            )
            world.answers.keep(resource, key, stored)
        return response
    if known.fingerprint != fingerprint:
        add_note("this idempotency key was used for another request")
        return json_response({"error": MISMATCH}, status=400)
    add_note(f"repeats the answer to request {known.request_id}")
    call.idempotency = "replayed"
    headers = {"idempotent-replayed": "true", "original-x-request-id": known.request_id}
    return Response(known.body, status=known.status, headers=headers, mimetype="application/json")


def _fingerprint() -> str:
    """Return what tells requests apart: path, query and decoded body; the order of members does not count."""
    seen = [sent_target(), json_body()]
    return hashlib.sha256(orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)).hexdigest()
