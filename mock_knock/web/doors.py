"""The doors that single requests have to faults: a header, and reserved values in what they send (FAULTS section 3).

    X-Mock-Fault: status=503, retry_after=1
    X-Mock-Fault: partial-errors
    X-Mock-Fault: {"body": {"drop": "status"}}

A user id `mock:<name>` and a workflow key `mock-<name>` mean the fault of a bundled scenario, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.faults.bulk import STARTING, BulkFault
from mock_knock.domain.faults.fault import Action, Decision, Fault, draw
from mock_knock.domain.faults.read_fault import read_fault
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import Reader
from mock_knock.messages import JsonValue
from mock_knock.web.json_depth import is_deeper_than
from mock_knock.web.problems import Problem

HEADER: Final = "X-Mock-Fault"
USER_PREFIX: Final = "mock:"
WORKFLOW_PREFIX: Final = "mock-"
ERROR_ROW: Final = "mock:error"
"""The user whose row ends in `error_items`."""
WORKFLOWS: Final = {"missing": "workflow-missing", "inactive": "workflow-inactive"}
"""Short names of faults that a workflow key can mean."""
MAX_HEADER: Final = 8_000
MAX_NAME: Final = 100
"""Characters of the name of a bundled fault; what is longer is none."""

MAX_DEPTH: Final = 20
"""Levels of arrays and objects in a header."""

_NAMES = re.compile(r"[a-z_]+(?:\.[^.=,\s]+){0,8}", re.ASCII)
_WHEN = frozenset({"attempt"})
_FAILING_ROW = Fault(
    ERROR_ROW,
    Action(bulk=BulkFault(error_ids=frozenset({ERROR_ROW}))),
    RequestPattern(operations=STARTING, user=ERROR_ROW),
)


@dataclass(frozen=True, slots=True)
class Doors:
    """Which doors are open, and what a name means there.

    `find_faults` returns the faults of a bundled scenario, or nothing.
    """

    find_faults: Callable[[str], tuple[Fault, ...]] = lambda _name: ()
    has_header: bool = True
    has_reserved_values: bool = True

    def from_header(self, text: str, asked: AskedRequest, seed: int) -> Decision | None:
        """Return what a header makes happen to its request.

        Raises:
            Problem: 400 `fault_invalid`, with the place and a remedy for each mistake.
        """
        faults = self._find(text.strip()) or (_read_header(text),)
        return _first(faults, asked, seed)

    def from_values(self, asked: AskedRequest, seed: int) -> Decision | None:
        """Return what reserved values in a request make happen to it."""
        named = (self._find(name) for name in _reserved_names(asked))
        found = (_first(faults, asked, seed) for faults in ((_FAILING_ROW,), *named))
        return next((each for each in found if each is not None), None)

    def _find(self, name: str) -> tuple[Fault, ...]:
        return self.find_faults(name) if len(name) <= MAX_NAME else ()


def _reserved_names(asked: AskedRequest) -> Iterator[str]:
    yield from (each.removeprefix(USER_PREFIX) for each in asked.users if each.startswith(USER_PREFIX))
    if asked.workflow.startswith(WORKFLOW_PREFIX):
        name = asked.workflow.removeprefix(WORKFLOW_PREFIX)
        yield WORKFLOWS.get(name, name)


def _first(faults: tuple[Fault, ...], asked: AskedRequest, seed: int) -> Decision | None:
    """Return the first fault that is about the request; whoever names a fault wants it now, whatever its `when`."""
    for fault in faults:
        if fault.pattern.holds_for(asked):
            told = {"operation_id": asked.operation_id, "resource": asked.resource}
            return Decision(fault, 1, draw(seed=seed, fault_id=fault.id, key="", n=1, **told))
    return None


def _read_header(text: str) -> Fault:
    reader = Reader(lambda pointer: pointer.removeprefix("/do") or "/", "fault-invalid")
    document = _decode(text, reader)
    fault = read_fault(reader, document, "", usual_id="header")
    if reader.findings:
        told = "; ".join(f"{each.where}: {each.message} ({each.hint})" for each in reader.findings[:3])
        raise Problem(400, "fault_invalid", f"The header {HEADER} cannot be used: {told}")
    return fault


def _decode(text: str, reader: Reader) -> JsonValue:
    """Return the fault that a header writes down; a mistake in how it is written is reported."""
    if len(text) > MAX_HEADER:
        reader.report("", f"it has more than {MAX_HEADER} characters", "use a scenario")
        return {"do": {"status": 500}}
    if text.lstrip().startswith("{"):
        return {"do": _decode_json(text, reader)}
    do: dict[str, JsonValue] = {}
    match: dict[str, JsonValue] = {}
    for part in text.split(","):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or not _NAMES.fullmatch(name):
            message = f"'{part.strip()}' is neither the name of a bundled fault nor a pair"
            reader.report("", message, "write it like `status=503`")
            return {"do": {"status": 500}}
        _set(match if name in _WHEN else do, name.split("."), _value(value, reader))
    return {"do": do, "when": {"match": match}}


def _decode_json(text: str, reader: Reader) -> JsonValue:
    try:
        value = orjson.loads(text.encode("latin-1", errors="replace"))
    except orjson.JSONDecodeError as error:
        reader.report("", f"it is no JSON: {error}", 'write it like `{"status": 503}`')
        return {"status": 500}
    return _bounded(value, text, reader)


def _bounded(value: JsonValue, text: str, reader: Reader) -> JsonValue:
    """Return a value; one that is too deep is reported, and is nothing."""
    if not is_deeper_than(MAX_DEPTH, text.encode(errors="replace"), value):
        return value
    reader.report("", f"it is nested more than {MAX_DEPTH} levels deep", "use a scenario")
    return {}


def _set(holder: dict[str, JsonValue], names: list[str], value: JsonValue) -> None:
    *way, last = names
    for name in way:
        inner = holder.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = holder[name] = {}
        holder = inner
    holder[last] = value


def _value(text: str, reader: Reader) -> JsonValue:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return _bounded(value, text, reader)
