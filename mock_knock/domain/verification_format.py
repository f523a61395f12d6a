"""How an expectation is written, in a body or in a query; everything that is left out does not count.

What is there must say something: nothing that is null or empty passes for "anything", or a slip would verify all.

    operation: triggerWorkflow      # an operationId, a list of them, or '*'
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
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

import orjson

from mock_knock.domain.containing import shown_text
from mock_knock.domain.expectation import Expected, Times
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import Reader, escape
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

CODE: Final = "expectation-invalid"
ANY: Final = "*"
EXPECTED: Final = frozenset(
    {"operation", "workflow", "recipient", "user", "header", "attempt", "body", "status", "creates"}
)
TIMES: Final = frozenset({"exactly", "at_least", "at_most"})
REPEATABLE: Final = frozenset({"operation", "header"})
"""What may be there more than once in a query."""
MAX_IN_ORDER: Final = 100
MAX_COUNT: Final = 1_000_000
MAX_DIGITS: Final = 8
"""Of a number in a query; what has more stays text, and is refused as such."""
_STATUS = re.compile("[1-5](?:[0-9]{2}|xx)", re.ASCII)
_FIELD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)


def parse_expected(value: JsonValue, *, operations: Collection[str] = ()) -> tuple[Expected, Times]:
    """Return which requests count, and how many there are to be.

    `operations` are all that can be asked for; without them any name will do.

    Raises:
        InvalidDocument: `expectation-invalid`, with one finding for each problem.
    """
    reader = Reader(lambda pointer: f"#{pointer}", CODE)
    found = _read_members(reader, value, "", EXPECTED | TIMES)
    expected, times = _read_expected(reader, found, "", operations), _read_times(reader, found)
    _refuse(reader)
    return expected, times


def parse_order(value: JsonValue, *, operations: Collection[str] = ()) -> tuple[Expected, ...]:
    """Return what is to come one after another: `{in_order: [...]}`; see `parse_expected`."""
    reader = Reader(lambda pointer: f"#{pointer}", CODE)
    root = reader.read_map(value, "", {"in_order"}, what="an expectation")
    listed = [
        _read_expected(reader, _read_members(reader, each, at, EXPECTED), at, operations)
        for each, at in islice(reader.read_list(root, "", "in_order"), MAX_IN_ORDER + 1)
    ]
    if not 1 <= len(listed) <= MAX_IN_ORDER:
        reader.report("/in_order", f"'in_order' must have 1 to {MAX_IN_ORDER} entries", "name what comes first")
    _refuse(reader)
    return tuple(listed)


def decode_query(pairs: Iterable[tuple[str, str]]) -> dict[str, JsonValue]:
    """Return an expectation that stands in a query as one that stands in a body; what cannot be read stays text.

    Raises:
        InvalidDocument: `expectation-invalid`: something is there twice, or the body is no JSON.
    """
    found: dict[str, Any] = {}
    for name, text in pairs:
        match name:
            case "operation":
                found.setdefault(name, []).append(text)
            case "header":
                field, _, pattern = text.partition(":")
                _put_once(found.setdefault(name, {}), field.strip(), pattern.strip(), "#/header")
            case _:
                _put_once(found, name, _FROM_TEXT.get(name, str)(text), "#")
    return found


def _put_once(holder: dict[str, Any], name: str, value: JsonValue, at: str) -> None:
    if name in holder:
        what = f"'{shown_text(name)}' is there twice"
        raise InvalidDocument(CODE, what, where=f"{at}/{escape(shown_text(name))}", hint="keep one of them")
    holder[name] = value


def _to_json(text: str) -> JsonValue:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidDocument(CODE, "'body' is not JSON", where="#/body", hint="write it like body={}") from None


def _to_count(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else text


def _to_flag(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text, text)


_FROM_TEXT: Final[Mapping[str, Callable[[str], JsonValue]]] = {
    "body": _to_json,
    "creates": _to_flag,
    **dict.fromkeys(("attempt", *TIMES), _to_count),
}
"""What the members are that are not text in a body either."""


def _refuse(reader: Reader) -> None:
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings))


def _read_members(reader: Reader, value: JsonValue, at: str, known: frozenset[str]) -> Mapping[str, Any]:
    """Return the members of an expectation without those that are null, which are reported."""
    found = reader.read_map(value, at, {*known}, what="an expectation")
    for name in (name for name, each in found.items() if each is None):
        reader.report(f"{at}/{escape(name)}", f"'{name}' is null, which says nothing", "leave it out")
    return {name: each for name, each in found.items() if each is not None}


def _read_expected(reader: Reader, found: Mapping[str, Any], at: str, known: Collection[str]) -> Expected:
    attempt = reader.read_number(found, at, "attempt", default=None, whole=True)
    return Expected(
        pattern=RequestPattern(
            operations=_read_operations(reader, found, at, known),
            user=_read_text(reader, found, at, "user"),
            workflow=_read_text(reader, found, at, "workflow"),
            headers=_read_headers(reader, found, at),
            attempt=None if attempt is None else int(attempt),
            recipient=_read_text(reader, found, at, "recipient"),
            body=found.get("body"),
        ),
        status=_read_status(reader, found, at),
        creates=reader.read_flag(found, at, "creates", default=False) if "creates" in found else None,
    )


def _read_operations(reader: Reader, found: Mapping[str, Any], at: str, known: Collection[str]) -> tuple[str, ...]:
    value = found.get("operation", ANY)
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) and each for each in listed):
        message, hint = "'operation' must be an operationId or a list of them", "like `operation: triggerWorkflow`"
        reader.report(f"{at}/operation", message, hint)
        return ()
    if any(each != ANY and {"*", "?"} & {*each} for each in listed):
        reader.report(f"{at}/operation", "an operationId has no `*` and no `?` in it", "write it out, or `*` alone")
        return ()
    for each in listed:
        if known and each != ANY and each not in known:
            near = get_close_matches(each[:100], known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "write it like `operation: triggerWorkflow`"
            reader.report(f"{at}/operation", f"'{each[:100]}' is no operation of Knock", hint)
    return () if ANY in listed else tuple(listed)


def _read_text(reader: Reader, found: Mapping[str, Any], at: str, name: str) -> str | None:
    """Return a text that is not empty; None is none at all."""
    return reader.read_text(found, at, name, default=None) if name in found else None


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


def _read_times(reader: Reader, found: Mapping[str, Any]) -> Times:
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
    usual = 1 if most is None else 0
    return Times(usual if least is None else int(least), None if most is None else int(most))
