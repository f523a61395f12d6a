"""What assertions expect, in the words of the controls, and how a failure begins: short, and with what matters.

What comes below the first line is the answer of the controls, whose own first line says the same in their words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mock_knock.client import Verdict, VerificationResult
from mock_knock.client.asking import UNSAID, Unsaid, said
from mock_knock.client.results import Document
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor

TRIGGER: Final = "triggerWorkflow"
_MAX_VALUE = 60
"""Characters of a value in the first line."""
_OPERATION = "operation"
_TIMES: Mapping[int, str] = {1: "once", 2: "twice"}
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class ExpectedTrigger:
    """A trigger that was accepted and is no repetition."""

    workflow: str | Unsaid = UNSAID
    recipient: str | Unsaid = UNSAID
    data: JsonValue = UNSAID
    actor: JsonValue = UNSAID
    tenant: JsonValue = UNSAID

    def pattern(self) -> dict[str, JsonValue]:
        """Return it as the controls take it; raises UsageError for a None."""
        sent = said({"data": self.data, "actor": self.actor, "tenant": self.tenant})
        named = said({"workflow": self.workflow, "recipient": self.recipient})
        return {_OPERATION: TRIGGER, "creates": True, **named, **({"body": sent} if sent else {})}

    def tell(self, found: VerificationResult, times: int | None) -> str:
        """Return how a failure begins; `times` is how often it was to be, None at least once."""
        name = self.workflow if isinstance(self.workflow, str) else "a workflow"
        object_ = "".join(self._object())
        if times == 0:
            return f"{name} was triggered{object_}, and should not have been"
        if found.count:
            return f"{name} was triggered {_often(found.count)}{object_}, not {_often(times or 1)}{_why(found)}"
        return f"{name} was not triggered{object_}{_why(found)}"

    def _object(self) -> Iterator[str]:
        for word, value in (("for", self.recipient), ("by", self.actor), ("of tenant", self.tenant)):
            if value is not UNSAID:
                yield f" {word} {value if isinstance(value, str) else _short(value)}"
        if self.data is not UNSAID:
            yield f" with data {_short(self.data)}"


def as_times(times: int | None) -> dict[str, JsonValue]:
    """Return how often: exactly so many times, or at least once."""
    return {"at_least": 1} if times is None else {"exactly": times}


def tell_requested(pattern: Mapping[str, JsonValue], found: VerificationResult, times: int | None) -> str:
    """Return how a failure about requests begins; `times` as for triggers."""
    if times == 0:
        return f"{told(pattern)} was requested, and should not have been"
    if found.count:
        return f"{told(pattern)} was requested {_often(found.count)}, not {_often(times or 1)}"
    return f"{told(pattern)} was not requested"


def tell_waited(pattern: Mapping[str, JsonValue], found: VerificationResult, times: int, timeout: float) -> str:
    """Return how a failure begins that waited in vain."""
    if found.count:
        return f"{told(pattern)} came {_often(found.count)} within {timeout:g} s, not {_often(times)}"
    return f"{told(pattern)} did not come within {timeout:g} s"


def tell_order(patterns: Sequence[Mapping[str, JsonValue]], found: VerificationResult, *, is_early: bool) -> str:
    """Return how a failure about an order begins; as many as were found came as they should.

    `is_early` is whether what is missing came before its time.
    """
    missing = told(patterns[found.count])
    if not found.count:
        return f"{missing} did not come"
    before = told(patterns[found.count - 1])
    return f"{missing} came before {before}, not after it" if is_early else f"{missing} did not come after {before}"


def tell_harm(verdict: Verdict) -> str:
    """Return what a failure says about invariants that were broken."""
    names = ", ".join(each.name for each in verdict.broken)
    lines = (f"  {each.name}: {each.message} ({each.count})" for each in verdict.broken)
    return "\n".join((f"harm was done in {verdict.requests} requests: {names}", *lines))


def with_details(head: str, found: VerificationResult, more: Sequence[str] = ()) -> str:
    """Return a failure: how it begins, and what the controls say below their own first line."""
    return "\n".join((Redactor().text(head), *found.message.splitlines()[1:], *more))


def list_entries(entries: Sequence[Document]) -> list[str]:
    """Return a line for each request, for people."""
    lines = (
        f"  #{each['number']} {each['operation'] or each['request']['method']} -> {_status(each)}" for each in entries
    )
    return ["what came:", *lines]


def told(pattern: Mapping[str, JsonValue]) -> str:
    """Return what a pattern means: the operation, or the operations, and what they must have."""
    match pattern.get(_OPERATION):
        case str() as operation:
            name = operation
        case list() | tuple() as operations:
            name = " or ".join(map(str, operations))
        case _:
            name = "a request"
    rest = [
        f"{field} {each if isinstance(each, str) else _short(each)}"
        for field, each in pattern.items()
        if field != _OPERATION
    ]
    return f"{name} with {', '.join(rest)}" if rest else name


def _why(found: VerificationResult) -> str:
    """Return why a trigger that was sent does not count, where that is all that is wrong with it."""
    for miss in found.near_misses[:1]:
        if {each.field for each in miss.differences} == {"creates"}:
            is_refused = miss.status is None or miss.status >= _REFUSED
            return f": it was answered with {miss.status}" if is_refused else ": it repeated an idempotency key"
    return ""


def _often(count: int) -> str:
    return _TIMES.get(count, f"{count} times")


def _status(entry: Document) -> Any:
    return entry["response"]["status"] if entry["response"] else "no answer"


def _short(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}..."
