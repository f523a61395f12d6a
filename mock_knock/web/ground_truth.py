"""What truly happens, noted as it happens, so that a client can be judged by it (DESIGN section 7)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from flask import Response

from mock_knock.domain.bulk_operation import BULK_IDENTIFY, BulkOperation
from mock_knock.domain.bulk_rows import ids_of
from mock_knock.domain.deeds import REFUSED, Answer, Intent
from mock_knock.domain.trigger import WorkflowRun, inline_identities, named_users
from mock_knock.service import World
from mock_knock.service.bulk import has_failed, stand
from mock_knock.web.answers import sent_fields
from mock_knock.web.current import current_call, current_world, received_body, sent_target

_POLL = "bulk_operations.get_bulk_operation"


def note_batch(operation: BulkOperation) -> None:
    """Note that a bulk operation was accepted; those that identify say something about their users."""
    world, intent = current_world(), current_intent()
    ids = operation.ids if operation.name == BULK_IDENTIFY else ()
    current_call().created = operation.id
    with world.lock:
        world.tallies.note_batch(intent, operation.id, ids, lambda id_: has_failed(world, id_))


def note_identified(id_: str) -> None:
    """Note that one user was identified."""
    world = current_world()
    with world.lock:
        world.tallies.note_identified([id_])


def note_run(run: WorkflowRun) -> None:
    """Note that a trigger was accepted; whoever is inline was identified by it, and that is true of them."""
    world, intent = current_world(), current_intent()
    request = run.request
    current_call().created = run.id
    if request.users and request.actor is None:  # all were identified just now
        inline, named = ids_of(request.users), tuple[str, ...]()
    else:
        inline = [each.key.id for each in inline_identities(request) if each.key.collection is None]
        named = named_users(run)
    with world.lock:
        world.tallies.note_identified(inline)
        world.tallies.note_run(intent, run.id, named, lambda id_: stand(world, id_), run.inserted_at)


def note_answer(world: World, response: Response, now: datetime) -> None:
    """Note what the current request got, as it was sent; the caller holds the lock of the world."""
    call = current_call()
    asked, status, intent, at = call.asked, response.status_code, current_intent(), call.arrived_at or now
    polled = str((asked.view_args or {})["id_"]).lower() if asked.endpoint == _POLL and asked.method == "GET" else None
    if status < REFUSED and call.decision is None:  # nothing asks to wait but limits and faults
        answer = Answer(intent, at, status, polled=polled, answered_at=now)
    else:
        answer = Answer(
            intent=intent,
            at=at,
            status=status,
            is_delivered=call.is_delivered,
            keeps_contract=not call.is_delivered or _keeps_contract(response),
            retry_after=_retry_after(response, now),
            polled=polled,
            answered_at=now,
        )
    world.tallies.note_answer(answer)


def current_intent() -> Intent:
    """Return what the client means by the current request."""
    call = current_call()
    if call.intent is None:
        body = received_body()
        fingerprint = f"{len(body)}-{hash(body):x}" if body else ""  # not kept beyond this process
        call.intent = Intent(call.asked.method, sent_target(), fingerprint)
    return call.intent


def _keeps_contract(response: Response) -> bool:
    """Tell whether an answer keeps the contract; only what a fault has touched can break it."""
    call = current_call()
    if call.decision is None or call.operation_id is None:
        return True
    operation = call.parts.operations[call.operation_id]
    return not operation.response_violations(
        status=response.status_code, headers=sent_fields(response), body=response.get_data()
    )


def _retry_after(response: Response, now: datetime) -> float | None:
    """Return the seconds that an answer asks to wait, if it does and can be understood (RFC 9110 section 10.2.3)."""
    told = response.headers.get("retry-after-ms")
    try:
        if told is not None:
            return float(told) / 1_000
        told = response.headers.get("Retry-After")
        if told is None:
            return None
        return float(told) if told.isascii() and told[:1].isdigit() else _seconds_until(told, now)
    except (ValueError, OverflowError):  # the latter from time zones that are none
        return None


def _seconds_until(told: str, now: datetime) -> float | None:
    """Return the seconds until a date that has not passed; one without a time zone is in UTC."""
    date = parsedate_to_datetime(told)
    seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    return seconds if seconds > 0 else None
