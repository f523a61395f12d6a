"""How the five verbs of a fault are read: status, delay, body, wire and bulk, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from mock_knock.domain.durations import read_duration
from mock_knock.domain.faults.answer import AnswerFault, RetryAfter
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.delay import (
    MAX_DELAY,
    Delay,
    Dribble,
    FixedDelay,
    LognormalDelay,
    UniformDelay,
)
from mock_knock.domain.faults.fault import Action
from mock_knock.domain.faults.read_body import read_body
from mock_knock.domain.faults.wire import ALIASES, LASTING, WireFault, WireKind
from mock_knock.domain.reading import MAX_NUMBER, Reader, escape
from mock_knock.messages import JsonValue

MAX_HEADERS: Final = 50
MAX_VALUE: Final = 8_000
STATUSES: Final = (200, 599)
MAX_SIGMA: Final = 10

_ACTION = {
    "status", "code", "retry_after", "delay", "headers", "body", "wire", "for", "bulk", "when_committed", "ignore",
}  # fmt: skip
_BULK = {
    "stall", "at", "fail_at", "error_items", "every", "progress", "processed_gt_total", "after_completed",
}  # fmt: skip
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
"""A field name of HTTP (RFC 9110 section 5.1)."""
_BARRED = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
"""What no header value can have: it would end the header, or has no byte."""
_HOPS = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding",
    "upgrade", "content-length",
})  # fmt: skip
"""What belongs to the connection: `wire` changes that."""
_SHARE = re.compile("(100|[0-9]{1,2})%", re.ASCII)


def read_action(reader: Reader, value: JsonValue, at: str) -> Action:
    """Return what a fault does; there must be something."""
    known = len(reader.findings)
    found = reader.read_map(value, at, _ACTION)
    answer = _read_answer(reader, found, at)
    wire = _read_wire(reader, found, at)
    if answer is not None and wire is not None and not wire.delivers:
        reader.report(f"{at}/wire", "'status' and 'wire' exclude each other: no answer arrives", "take one of them out")
    committed = reader.read_choice(found, at, "when_committed", ("before", "after"), default="before")
    if "when_committed" in found and answer is None and wire is None:
        reader.report(f"{at}/when_committed", "'when_committed' is about 'status' and 'wire'", "take it out")
    content_type, body = read_body(reader, found["body"], f"{at}/body") if "body" in found else (None, None)
    action = Action(
        answer=answer,
        delay=_read_delay(reader, found["delay"], f"{at}/delay") if "delay" in found else None,
        headers=_read_headers(reader, found, at),
        body=body,
        content_type=content_type,
        wire=wire,
        bulk=_read_bulk(reader, found["bulk"], f"{at}/bulk") if "bulk" in found else None,
        when_committed="after" if committed == "after" else "before",
        ignored=tuple(name.lower() for name in reader.read_texts(found, at, "ignore")),
    )
    if action == Action() and len(reader.findings) == known:
        reader.report(at, "'do' says nothing", "say what happens, like `status: 503`, `delay: 2s` or `wire: reset`")
    return action


def _read_answer(reader: Reader, found: Mapping[str, Any], at: str) -> AnswerFault | None:
    if "status" not in found:
        for name in ("code", "retry_after"):
            if name in found:
                reader.report(
                    f"{at}/{name}", f"'{name}' has no effect without 'status'", "add a status, like `status: 429`"
                )
        return None
    least, most = STATUSES
    status = reader.read_number(found, at, "status", default=500, whole=True, least=least, most=most)
    retry_after = (
        _read_retry_after(reader, found["retry_after"], f"{at}/retry_after") if "retry_after" in found else None
    )
    return AnswerFault(int(status or 500), reader.read_text(found, at, "code", default=""), retry_after)


def _read_retry_after(reader: Reader, value: JsonValue, at: str) -> RetryAfter | None:
    if isinstance(value, str):
        return RetryAfter("text", _check_value(reader, value, at))
    if isinstance(value, Mapping):
        found = reader.read_map(value, at, {"date", "ms"})
        if len(found) != 1:
            reader.report(at, "'retry_after' must say one of date and ms", "write it like `{date: 5}` or `{ms: 50}`")
            return None
        least = -MAX_NUMBER if "date" in found else 0
        name = next(iter(found))
        number = reader.read_number(found, at, name, default=0, least=least)
        return RetryAfter("date" if name == "date" else "ms", 0 if number is None else number)
    number = reader.read_number({"retry_after": value}, at.rpartition("/")[0], "retry_after", default=0)
    return RetryAfter("seconds", 0 if number is None else number)


def _read_delay(reader: Reader, value: JsonValue, at: str) -> Delay:
    if not isinstance(value, Mapping):
        return FixedDelay(read_duration(reader, value, at, most=MAX_DELAY))
    found = reader.read_map(value, at, set(_DELAYS))
    if len(found) != 1 or not set(found) <= set(_DELAYS):
        message = f"'delay' must be a duration or one of: {', '.join(sorted(_DELAYS))}"
        reader.report(at, message, "write it like `delay: 2s`")
        return FixedDelay(0.0)
    kind = next(iter(found))
    return _DELAYS[kind](reader, found, at)


def _read_fixed(reader: Reader, found: Mapping[str, Any], at: str) -> Delay:
    return FixedDelay(read_duration(reader, found["fixed"], f"{at}/fixed", most=MAX_DELAY))


def _read_uniform(reader: Reader, found: Mapping[str, Any], at: str) -> Delay:
    listed = reader.read_list(found, at, "uniform")
    match [read_duration(reader, each, place, most=MAX_DELAY) for each, place in listed]:
        case [least, most] if least <= most:
            return UniformDelay(least, most)
    reader.report(f"{at}/uniform", "'uniform' must be a shortest and a longest duration", "write it like `[1s, 2s]`")
    return FixedDelay(0.0)


def _read_lognormal(reader: Reader, found: Mapping[str, Any], at: str) -> Delay:
    inside = f"{at}/lognormal"
    inner = reader.read_map(found["lognormal"], inside, {"median", "sigma"})
    sigma = reader.read_number(inner, inside, "sigma", default=0.5, most=MAX_SIGMA)
    return LognormalDelay(read_duration(reader, inner.get("median"), f"{inside}/median", most=MAX_DELAY), sigma or 0.0)


def _read_dribble(reader: Reader, found: Mapping[str, Any], at: str) -> Delay:
    inside = f"{at}/dribble"
    inner = reader.read_map(found["dribble"], inside, {"bytes", "every"})
    size = reader.read_number(inner, inside, "bytes", default=1, whole=True, least=1)
    every = read_duration(reader, inner.get("every", "10ms"), f"{inside}/every", most=MAX_DELAY)
    return Dribble(int(size or 1), every)


def _read_bandwidth(reader: Reader, found: Mapping[str, Any], at: str) -> Delay:
    return Dribble.of_bandwidth(reader.read_number(found, at, "bandwidth", default=1, least=1) or 1)


_DELAYS: Mapping[str, Callable[[Reader, Mapping[str, Any], str], Delay]] = {
    "fixed": _read_fixed,
    "uniform": _read_uniform,
    "lognormal": _read_lognormal,
    "dribble": _read_dribble,
    "bandwidth": _read_bandwidth,
}


def _read_headers(reader: Reader, found: Mapping[str, Any], at: str) -> dict[str, str | None]:
    headers = reader.read_map(found.get("headers", {}), f"{at}/headers", None)
    if len(headers) > MAX_HEADERS:
        reader.report(f"{at}/headers", f"there are more than {MAX_HEADERS} headers", "take some out")
    read: dict[str, str | None] = {}
    for name, value in headers.items():
        place = f"{at}/headers/{escape(str(name))}"
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.lower() in _HOPS:
            reader.report(place, f"'{name}' is no header that an answer can be given", "use a name like `x-reason`")
        elif value is None:
            read[name] = None
        elif isinstance(value, str) or (isinstance(value, (int, float)) and _is_short(value)):
            read[name] = _check_value(reader, str(value), place)
        else:
            reader.report(place, "the value of a header must be text", "write it in quotes; null takes the header out")
    return read


def _is_short(number: float) -> bool:
    """Tell whether a number has a written form that a header can hold."""
    return not isinstance(number, bool) and abs(number) < 10**15


def _check_value(reader: Reader, value: str, at: str) -> str:
    if _BARRED.search(value) or len(value) > MAX_VALUE:
        message = f"a header holds at most {MAX_VALUE} characters of Latin-1, no line ends and no control characters"
        reader.report(at, message, "take them out")
        return ""
    return value


def _read_wire(reader: Reader, found: Mapping[str, Any], at: str) -> WireFault | None:
    kinds = tuple(each.value for each in WireKind)
    if "wire" not in found:
        if "for" in found:
            reader.report(f"{at}/for", "'for' has no effect without 'wire'", "in `when` it says how long a fault lasts")
        return None
    alias = ALIASES.get(found["wire"]) if isinstance(found["wire"], str) else None
    kind = alias or WireKind(reader.read_choice(found, at, "wire", kinds, default=None))
    usual = LASTING.get(kind, 0.0)
    if "for" not in found:
        return WireFault(kind, usual)
    if kind not in LASTING:
        reader.report(f"{at}/for", f"'{kind}' takes no time", f"'for' is about: {', '.join(sorted(LASTING))}")
    return WireFault(kind, read_duration(reader, found["for"], f"{at}/for", most=MAX_DELAY))


def _read_bulk(reader: Reader, value: JsonValue, at: str) -> BulkFault:
    known = len(reader.findings)
    found = reader.read_map(value, at, _BULK)
    stall = reader.read_choice(found, at, "stall", ("queued", "processing"), default=None) if "stall" in found else None
    if "at" in found and stall != "processing":
        reader.report(f"{at}/at", "'at' has no effect without stall: processing", "add `stall: processing`")
    every = reader.read_number(found, at, "every", default=None, whole=True, least=1)
    shares = [_to_share(reader, each, place) for each, place in reader.read_list(found, at, "progress")]
    if "after_completed" in found:
        reader.read_choice(found, at, "after_completed", ("processing",), default=None)
    fault = BulkFault(
        stall="queued" if stall == "queued" else "processing" if stall else None,
        stalls_at=_to_share(reader, found["at"], f"{at}/at") if "at" in found else Fraction(0),
        fails_at=_to_share(reader, found["fail_at"], f"{at}/fail_at") if "fail_at" in found else None,
        error_ids=frozenset(reader.read_texts(found, at, "error_items")),
        every=None if every is None else int(every),
        shown_progress=tuple(shares),
        shows_too_many=reader.read_flag(found, at, "processed_gt_total", default=False),
        reopens="after_completed" in found,
    )
    if fault == BulkFault() and len(reader.findings) == known:
        reader.report(at, "'bulk' says nothing", "write it like `bulk: {fail_at: 50%}`")
    return fault


def _to_share(reader: Reader, value: JsonValue, at: str) -> Fraction:
    """Return a share of rows, written like `50%` or as a whole number of per cent."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100  # noqa: PLR2004
    text = f"{value}%" if is_number else value
    share = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if share is None:
        reader.report(at, f"'{at.rpartition('/')[2]}' must be a share from 0% to 100%", "write it like `50%`")
        return Fraction(1)
    return Fraction(int(share[1]), 100)
