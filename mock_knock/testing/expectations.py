"""What assertions expect, in the words of the controls, and how they tell what was broken."""

from __future__ import annotations

from typing import Any, Final

from mock_knock.client import Verdict
from mock_knock.messages import JsonValue

GONE: Final = "resource_missing"


def trigger_pattern(
    workflow: str | None, recipient: str | None, *, data: JsonValue = None, actor: JsonValue = None, tenant: Any = None
) -> dict[str, JsonValue]:
    """Return the expectation of triggers that were accepted and are no repetitions."""
    sent = {name: each for name, each in (("data", data), ("actor", actor), ("tenant", tenant)) if each is not None}
    named = {name: each for name, each in (("workflow", workflow), ("recipient", recipient)) if each is not None}
    return {"operation": "triggerWorkflow", "creates": True, **named, **({"body": sent} if sent else {})}


def as_times(times: int | None) -> dict[str, JsonValue]:
    """Return how often: exactly so many times, or at least once."""
    return {"at_least": 1} if times is None else {"exactly": times}


def describe_broken(verdict: Verdict) -> str:
    """Return a line for each invariant that was broken."""
    lines = (f"  {each.name}: {each.message} ({each.count})" for each in verdict.broken)
    return "\n".join((f"harm was done in {verdict.requests} requests:", *lines))
