"""Entries of the journal as JSON, masked, with what the contract says of both messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mock_knock.domain.asked_request import read_attempt
from mock_knock.domain.journal import MAX_VIOLATIONS, JournalEntry
from mock_knock.messages import ContractViolation, JsonValue
from mock_knock.redact import Redactor
from mock_knock.web.current import web
from mock_knock.web.representation import timestamp


def entry_json(entry: JournalEntry) -> dict[str, JsonValue]:
    """Return one request and its answer."""
    mask = Redactor()
    return {
        "number": entry.number,
        "at": timestamp(entry.at),
        "operation": entry.route.operation_id or None,
        "request": {
            "method": entry.request.method,
            "url": mask.url(entry.request.url),
            "headers": [list(field) for field in mask.headers(entry.request.headers)],
            "body": _body(entry.request.body, mask),
        },
        "response": _response(entry, mask),
        "attempt": read_attempt(entry.request.headers),
        "idempotency": entry.idempotency,
        "created": entry.created or None,
        "fault": entry.fault or None,
        "delivered": entry.is_delivered,
        "notes": [mask.text(note) for note in entry.notes],
        "contract": {
            "request": _check_json(_request_verdict(entry), entry.violations, mask),
            "response": _response_check(entry, mask),
        },
        "violations": _violations_json(entry.violations, mask),
    }


Verdict = Literal["kept", "broken", "unchecked"]


def _request_verdict(entry: JournalEntry) -> Verdict:
    if entry.violations:
        return "broken"
    return "kept" if entry.is_checked else "unchecked"


def _response_check(entry: JournalEntry, mask: Redactor) -> JsonValue:
    """Return what the contract says of an answer, judged now; of one that was never sent, nothing."""
    operation = web().operations.get(entry.route.operation_id)
    if operation is None or not entry.is_delivered:
        return _check_json("unchecked", (), mask)
    answer = entry.response
    found = operation.response_violations(status=answer.status, headers=answer.headers, body=answer.body)
    return _check_json("broken" if found else "kept", found, mask)


def _check_json(verdict: Verdict, violations: Sequence[ContractViolation], mask: Redactor) -> JsonValue:
    return {"verdict": verdict, "violations": _violations_json(violations, mask)}


def _violations_json(violations: Sequence[ContractViolation], mask: Redactor) -> list[JsonValue]:
    return [
        {"field": mask.text(each.location), "message": mask.text(each.message)} for each in violations[:MAX_VIOLATIONS]
    ]


def _response(entry: JournalEntry, mask: Redactor) -> JsonValue:
    """Return the answer, or None where a fault left none."""
    if not entry.response.status:
        return None
    return {
        "status": entry.response.status,
        "headers": [list(field) for field in mask.headers(entry.response.headers)],
        "body": _body(entry.response.body, mask),
    }


def _body(body: bytes, mask: Redactor) -> str:
    return mask.text(body.decode("utf-8", errors="replace"))
