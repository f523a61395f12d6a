"""How two maps become one: members of the second win, maps on both sides merge."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.messages import JsonValue


def deep_merge(base: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a new map: members of `patch` win, maps on both sides merge; neither argument is changed.

    It works without recursion, because a body may be nested as deeply as its decoder allows.
    """
    merged = dict(base)
    waiting = [(merged, patch)]
    while waiting:
        target, changes = waiting.pop()
        for name, value in changes.items():
            known = target.get(name)
            if isinstance(known, Mapping) and isinstance(value, Mapping):
                target[name] = inner = dict(known)
                waiting.append((inner, value))
            else:
                target[name] = value
    return merged
