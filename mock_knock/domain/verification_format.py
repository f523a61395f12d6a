"""How an expectation is written, in a body or in a query; everything that is left out does not count.

    operation: triggerWorkflow      # or a list of operationIds
    workflow: welcome
    recipient: dr_grant             # one of those whom it is for; `user` is anybody whom it names
    header: {X-Team: red}
    attempt: 0                      # of the official SDK's retries
    body: {data: {x: 1}}            # what the body must hold
    status: 2xx                     # or 200
    creates: true                   # it brought a run or a bulk operation about
    exactly: 1                      # or at_least, at_most; without any of them at_least: 1

In a query `operation` may be repeated, `header` is `Name: pattern` and `body` is JSON.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

import orjson

from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import Reader, escape
from mock_knock.domain.verification import Expected, Times
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

CODE: Final = "expectation-invalid"
EXPECTED: Final = frozenset(
    {"operation", "workflow", "recipient", "user", "header", "attempt", "body", "status", "creates"}
)
TIMES: Final = frozenset({"exactly", "at_least", "at_most"})
REPEATABLE: Final = frozenset({"operation", "header"})
"""What may be there more than once in a query."""
MAX_IN_ORDER: Final = 100
MAX_COUNT: Final = 1_000_000
_STATUS = re.compile("[1-5](?:[0-9]{2}|xx)", re.ASCII)
_FIELD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}


def parse_expected(value: JsonValue, *, operations: Collection[str] = ()) -> tuple[Expected, Times]:
    """Return which requests count, and how many there are to be.

    `operations` are all that can be asked for; without them any name will do.

    Raises:
        InvalidDocument: `expectation-invalid`, with one finding for each problem.
    """
    reader = Reader(lambda pointer: f"#{pointer}", CODE)
    found = reader.read_map(value, "", {*EXPECTED, *TIMES}, what="an expectation")
    expected, times = _read_expected(reader, found, "", operations), _read_times(reader, found)
    _refuse(reader)
    return expected, times


def parse_order(value: JsonValue, *, operations: Collection[str] = ()) -> tuple[Expected, ...]:
    """Return what is to come one after another: `{in_order: [...]}`; see `parse_expected`."""
    reader = Reader(lambda pointer: f"#{pointer}", CODE)
    root = reader.read_map(value, "", {"in_order"}, what="an expectation")
    listed = [
        _read_expected(reader, reader.read_map(each, at, {*EXPECTED}, what="an expectation"), at, operations)
        for each, at in reader.read_list(root, "", "in_order")
    ]
    if not 1 <= len(listed) <= MAX_IN_ORDER:
        reader.report("/in_order", f"'in_order' must have 1 to {MAX_IN_ORDER} entries", "name what comes first")
    _refuse(reader)
    return tuple(listed)


def decode_query(pairs: Iterable[tuple[str, str]]) -> dict[str, JsonValue]:
    """Return an expectation that stands in a query as one that stands in a body; what cannot be read stays text."""
    found: dict[str, Any] = {}
    for name, text in pairs:
        match name:
            case "operation":
                found.setdefault(name, []).append(text)
            case "header":
                field, _, pattern = text.partition(":")
                found.setdefault(name, {})[field.strip()] = pattern.strip()
            case "body":
                found[name] = _decode(text)
            case "creates":
                found[name] = _FLAGS.get(text, text)
            case "attempt" | "exactly" | "at_least" | "at_most":
                found[name] = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text  # noqa: PLR2004  # digits of a count
            case _:
                found[name] = text
    return found


def _decode(text: str) -> JsonValue:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidDocument(CODE, "'body' is not JSON", where="#/body", hint="write it like body={}") from None


def _refuse(reader: Reader) -> None:
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))


def _read_expected(reader: Reader, found: Mapping[str, Any], at: str, known: Collection[str]) -> Expected:
    _refuse_null(reader, found, at, {"attempt"})
    attempt = reader.read_number(found, at, "attempt", default=None, whole=True)
    return Expected(
        pattern=RequestPattern(
            operations=_read_operations(reader, found, at, known),
            user=_read_pattern(reader, found, at, "user"),
            workflow=_read_pattern(reader, found, at, "workflow"),
            headers=_read_headers(reader, found, at),
            attempt=None if attempt is None else int(attempt),
            recipient=_read_pattern(reader, found, at, "recipient"),
            body=found.get("body"),
        ),
        status=_read_status(reader, found, at),
        creates=reader.read_flag(found, at, "creates", default=False) if "creates" in found else None,
    )


def _read_pattern(reader: Reader, found: Mapping[str, Any], at: str, name: str) -> str | None:
    """Return a text, or None where there is none; an empty one would mean anything, and nobody means that by it."""
    return reader.read_text(found, at, name, default=None) if name in found else None


def _read_operations(reader: Reader, found: Mapping[str, Any], at: str, known: Collection[str]) -> tuple[str, ...]:
    if "operation" not in found:
        return ()
    value = found["operation"]
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) and each for each in listed):
        message, hint = "'operation' must be an operationId or a list of them", "like `operation: triggerWorkflow`"
        reader.report(f"{at}/operation", message, hint)
        return ()
    for each in listed:
        if known and each not in known:
            near = get_close_matches(each[:100], known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "write it like `operation: triggerWorkflow`"
            reader.report(f"{at}/operation", f"'{each[:100]}' is no operation of Knock", hint)
    return tuple(listed)


def _read_headers(reader: Reader, found: Mapping[str, Any], at: str) -> dict[str, str]:
    headers = reader.read_map(found.get("header", {}), f"{at}/header", None)
    for name, pattern in headers.items():
        if not _FIELD.fullmatch(name):
            hint = "write it like `X-Team: red`"
            reader.report(f"{at}/header/{escape(name)}", f"'{name[:100]}' is no name of a header field", hint)
        elif not isinstance(pattern, str) or not pattern:
            hint = "`*` stands for any value"
            reader.report(f"{at}/header/{escape(name)}", f"'{name}' must be text that is not empty", hint)
    return {name: str(pattern) for name, pattern in headers.items()}


def _read_status(reader: Reader, found: Mapping[str, Any], at: str) -> str | None:
    value = found.get("status")
    if "status" not in found:
        return None
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not _STATUS.fullmatch(text):
        reader.report(f"{at}/status", "'status' must be a status like 200, or 2xx", "write it like `status: 200`")
    return text


def _refuse_null(reader: Reader, found: Mapping[str, Any], at: str, names: Collection[str]) -> None:
    for name in sorted(names):
        if found.get(name, 0) is None:
            reader.report(f"{at}/{name}", f"'{name}' must be a number", "leave it out where it does not count")


def _read_times(reader: Reader, found: Mapping[str, Any]) -> Times:
    _refuse_null(reader, found, "", TIMES)
    exactly, least, most = (
        reader.read_number(found, "", name, default=None, whole=True, most=MAX_COUNT)
        for name in ("exactly", "at_least", "at_most")
    )
    if exactly is not None:
        if least is not None or most is not None:
            reader.report("/exactly", "'exactly' says all: 'at_least' and 'at_most' add nothing", "take them out")
        return Times(int(exactly), int(exactly))
    if least is not None and most is not None and least > most:
        reader.report("/at_least", "'at_least' is more than 'at_most'", "exchange the two")
    usual = 0 if most is not None else 1
    return Times(usual if least is None else int(least), None if most is None else int(most))
