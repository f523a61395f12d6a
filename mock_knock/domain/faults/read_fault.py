"""How a fault is read: strictly, with the place of every problem.

id: flaky-poll
on: getBulkOperation              # an operationId, a list of them, or '*'
when: {nth: [2, 3]}               # first, every, probability, after, for, match, per, until
do: {status: 503, retry_after: 1}
ttl: 5m                           # gone by itself
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mock_knock.domain.durations import parse_duration, read_duration
from mock_knock.domain.faults.fault import Action, Fault, When
from mock_knock.domain.faults.read_action import read_action
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import MAX_NUMBER, Reader, escape
from mock_knock.messages import JsonValue

MAX_FAULTS: Final = 1_000
"""Of one scenario."""
MAX_ID_LENGTH: Final = 100
ANY: Final = "*"
KEY_CHANGES: Final = "key_changes"

_FAULT = {"id", "on", "when", "do", "ttl", "description"}
_WHEN = {"nth", "first", "every", "probability", "after", "for", "match", "per", "until"}
_MATCH = {"user", "recipient", "workflow", "header", "attempt", "body"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
_COUNT = re.compile(r"(?P<number>[0-9]{1,9}) (?:polls?|requests?)", re.ASCII)


def read_faults(reader: Reader, root: Mapping[str, Any], at: str = "") -> tuple[Fault, ...]:
    """Return the faults of a scenario; each needs an id of its own."""
    found: dict[str, Fault] = {}
    for count, (value, place) in enumerate(reader.read_list(root, at, "faults"), start=1):
        if count > MAX_FAULTS:
            reader.report(f"{at}/faults", f"there are more than {MAX_FAULTS} faults", "take some out")
            break
        fault = read_fault(reader, value, place)
        if fault.id and fault.id in found:
            reader.report(f"{place}/id", f"there is a fault '{fault.id}' already", "give it an id of its own")
        found[fault.id] = fault
    return tuple(found.values())


def read_fault(reader: Reader, value: JsonValue, at: str, *, usual_id: str | None = None) -> Fault:
    """Return one fault; `usual_id` is that of one that names none."""
    found = reader.read_map(value, at, _FAULT, what="a fault")
    if "do" not in found:
        reader.report(at, "'do' is missing", "say what happens, like `do: {status: 503}`")
    when = reader.read_map(found.get("when", {}), f"{at}/when", _WHEN)
    ttl = found.get("ttl")
    return Fault(
        id=_read_id(reader, found, at, usual_id),
        do=read_action(reader, found["do"], f"{at}/do") if "do" in found else Action(),
        pattern=_read_pattern(reader, found, when, at),
        when=_read_when(reader, when, f"{at}/when"),
        ttl=None if ttl is None else read_duration(reader, ttl, f"{at}/ttl"),
        description=reader.read_text(found, at, "description", default=""),
    )


def _read_id(reader: Reader, found: Mapping[str, Any], at: str, usual: str | None) -> str:
    id_ = reader.read_text(found, at, "id", default=usual)
    if id_ and (len(id_) > MAX_ID_LENGTH or not _ID.fullmatch(id_)):
        message = f"'id' must be letters, digits and . _ : -, at most {MAX_ID_LENGTH}"
        reader.report(f"{at}/id", message, "write it like `id: flaky-poll`")
    return id_


def _read_pattern(reader: Reader, found: Mapping[str, Any], when: Mapping[str, Any], at: str) -> RequestPattern:
    match = reader.read_map(when.get("match", {}), f"{at}/when/match", _MATCH)
    inside = f"{at}/when/match"
    attempt = reader.read_number(match, inside, "attempt", default=None, whole=True)
    if "body" in match and match["body"] is None:
        reader.report(f"{inside}/body", "'body' is null, which says nothing", "say what it must hold, or leave it out")
    return RequestPattern(
        operations=_read_operations(reader, found.get("on", ANY), f"{at}/on"),
        user=reader.read_text(match, inside, "user", default="") or None,
        recipient=reader.read_text(match, inside, "recipient", default="") or None,
        workflow=reader.read_text(match, inside, "workflow", default="") or None,
        headers=_read_header_patterns(reader, match, inside),
        attempt=None if attempt is None else int(attempt),
        body=match.get("body"),
    )


def _read_operations(reader: Reader, value: JsonValue, at: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) and each for each in listed):
        reader.report(at, "'on' must be an operationId, a list of them, or '*'", "write it like `on: getBulkOperation`")
        return ()
    return () if ANY in listed else tuple(listed)


def _read_header_patterns(reader: Reader, match: Mapping[str, Any], at: str) -> dict[str, str]:
    headers = reader.read_map(match.get("header", {}), f"{at}/header", None)
    patterns: dict[str, str] = {}
    for name, pattern in headers.items():
        place = escape(str(name))
        patterns[str(name)] = reader.read_text({place: pattern}, f"{at}/header", place, default=None)
    return patterns


def _read_when(reader: Reader, when: Mapping[str, Any], at: str) -> When:
    first, every = (
        reader.read_number(when, at, name, default=None, whole=True, least=1) for name in ("first", "every")
    )
    probability = reader.read_number(when, at, "probability", default=1.0, most=1)
    after_count, after_seconds = _read_after(reader, when, at)
    lasting = when.get("for")
    if "until" in when:
        reader.read_choice(when, at, "until", (KEY_CHANGES,), default=None)
    per = reader.read_choice(when, at, "per", ("key", "resource"), default="key")
    return When(
        nth=_read_numbers(reader, when, at),
        first=None if first is None else int(first),
        every=None if every is None else int(every),
        probability=1.0 if probability is None else float(probability),
        after_count=after_count,
        after_seconds=after_seconds,
        lasting=None if lasting is None else read_duration(reader, lasting, f"{at}/for"),
        until_key_changes="until" in when,
        per="resource" if per == "resource" else "key",
    )


def _read_numbers(reader: Reader, when: Mapping[str, Any], at: str) -> tuple[int, ...]:
    value = when.get("nth", [])
    listed = value if isinstance(value, list) else [value]
    if "nth" in when and (not listed or not all(_is_number(each) for each in listed)):
        message = f"'nth' must be a number from 1 to {MAX_NUMBER}, or a list of such"
        reader.report(f"{at}/nth", message, "write it like `nth: [2, 3]`")
        return ()
    return tuple(sorted(set(listed)))


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_NUMBER


def _read_after(reader: Reader, when: Mapping[str, Any], at: str) -> tuple[int, float]:
    """Return after how many requests and after how many seconds; both may be said in a list, once."""
    value = when.get("after", [])
    counts: list[int] = []
    durations: list[float] = []
    for each in value if isinstance(value, list) else [value]:
        counted = _COUNT.fullmatch(each) if isinstance(each, str) else None
        if counted:
            counts.append(int(counted["number"]))
        elif (found := parse_duration(each)) is not None:
            durations.append(found)
        else:
            message = "'after' must be a duration, or a number of requests"
            reader.report(f"{at}/after", message, "write it like `after: 10s` or `after: 10 polls`")
    if len(counts) > 1 or len(durations) > 1:
        reader.report(f"{at}/after", "'after' says the same twice", "write it like `after: [10 polls, 10s]`")
    return sum(counts), sum(durations)
