"""The written form of a fault: it reads back as the same."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mock_knock.domain.durations import write_duration
from mock_knock.domain.faults.answer import AnswerFault, RetryAfter
from mock_knock.domain.faults.body import BodyFault
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.delay import Delay, FixedDelay, LognormalDelay, UniformDelay
from mock_knock.domain.faults.fault import Action, Fault, When
from mock_knock.domain.faults.read_fault import ANY, KEY_CHANGES
from mock_knock.domain.faults.wire import LASTING, WireFault
from mock_knock.domain.matching import RequestPattern
from mock_knock.messages import JsonValue


def write_fault(fault: Fault) -> dict[str, JsonValue]:
    """Return a fault as a document; what has its default is left out."""
    return _present(
        {
            "id": fault.id,
            "on": list(fault.pattern.operations) or ANY,
            "when": _write_when(fault.when, fault.pattern) or None,
            "do": _write_action(fault.do),
            "ttl": None if fault.ttl is None else write_duration(fault.ttl),
            "description": fault.description or None,
        }
    )


def _present(members: Mapping[str, Any]) -> dict[str, JsonValue]:
    """Leave out what says nothing."""
    return {name: value for name, value in members.items() if value is not None}


def _write_when(when: When, pattern: RequestPattern) -> dict[str, JsonValue]:
    after: list[JsonValue] = [f"{when.after_count} requests"] if when.after_count else []
    after += [write_duration(when.after_seconds)] if when.after_seconds else []
    match = {
        "user": pattern.user,
        "recipient": pattern.recipient,
        "workflow": pattern.workflow,
        "header": dict(pattern.headers),
        "attempt": pattern.attempt,
        "body": pattern.body,
    }
    return _present(
        {
            "nth": list(when.nth) or None,
            "first": when.first,
            "every": when.every,
            "probability": None if when.probability == 1 else when.probability,
            "after": after or None,
            "for": None if when.lasting is None else write_duration(when.lasting),
            "match": _present({**match, "header": match["header"] or None}) or None,
            "per": None if when.per == "key" else when.per,
            "until": KEY_CHANGES if when.until_key_changes else None,
        }
    )


def _write_action(do: Action) -> dict[str, JsonValue]:
    body = {} if do.body is None else _write_body(do.body)
    if do.content_type is not None:
        body["content_type"] = do.content_type or None
    return {
        **({} if do.answer is None else _write_answer(do.answer)),
        **({} if do.delay is None else {"delay": _write_delay(do.delay)}),
        **({"headers": dict(do.headers)} if do.headers else {}),
        **({"body": body} if body else {}),
        **({} if do.wire is None else _write_wire(do.wire)),
        **({} if do.bulk is None else {"bulk": _write_bulk(do.bulk)}),
        **({"when_committed": "after"} if do.when_committed == "after" else {}),
        **({"ignore": list(do.ignored)} if do.ignored else {}),
    }


def _write_answer(answer: AnswerFault) -> dict[str, JsonValue]:
    retry_after = None if answer.retry_after is None else _write_retry_after(answer.retry_after)
    return _present({"status": answer.status, "code": answer.code or None, "retry_after": retry_after})


def _write_retry_after(retry_after: RetryAfter) -> JsonValue:
    return {retry_after.unit: retry_after.value} if retry_after.unit in {"date", "ms"} else retry_after.value


def _write_delay(delay: Delay) -> JsonValue:
    match delay:
        case FixedDelay(seconds):
            return write_duration(seconds)
        case UniformDelay(least, most):
            return {"uniform": [write_duration(least), write_duration(most)]}
        case LognormalDelay(median, sigma):
            return {"lognormal": {"median": write_duration(median), "sigma": sigma}}
    return {"dribble": {"bytes": delay.size, "every": write_duration(delay.every)}}


def _write_wire(wire: WireFault) -> dict[str, JsonValue]:
    lasting = {"for": write_duration(wire.seconds)} if wire.kind in LASTING else {}
    return {"wire": wire.kind.value, **lasting}


def _write_bulk(bulk: BulkFault) -> dict[str, JsonValue]:
    at = _write_share(bulk.stalls_at) if bulk.stall == "processing" else None
    return _present(
        {
            "stall": bulk.stall,
            "at": at,
            "fail_at": None if bulk.fails_at is None else _write_share(bulk.fails_at),
            "error_items": sorted(bulk.error_ids) or None,
            "every": bulk.every,
            "progress": [_write_share(each) for each in bulk.shown_progress] or None,
            "processed_gt_total": bulk.shows_too_many or None,
            "after_completed": "processing" if bulk.reopens else None,
        }
    )


def _write_share(share: Fraction) -> str:
    return f"{share * 100}%"


def _write_body(body: BodyFault) -> dict[str, JsonValue]:
    members = {
        "drop": list(body.dropped),
        "set": dict(body.set),
        "type": dict(body.types),
        "nest": dict(body.nested),
        "repeat": list(body.repeated),
        "raw": dict(body.raw),
        "duplicate": list(body.doubled),
        "bom": body.has_bom,
    }
    return {
        **({} if body.replacement is None else {"replace": body.replacement.value}),
        **{name: value for name, value in members.items() if value},
        **({} if body.kept == 1 else {"truncate": float(body.kept)}),
    }
