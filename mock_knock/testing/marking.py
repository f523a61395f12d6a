"""What `@pytest.mark.knock(...)` says about the world of a test."""

from __future__ import annotations

from typing import Any, Final

import pytest

from mock_knock.errors import UsageError
from mock_knock.testing.world import KnockWorld

MARKER: Final = "knock"
MEMBERS: Final = ("scenario", "timeline", "seed")


def follow_markers(world: KnockWorld, node: pytest.Item) -> None:
    """Let a world be as the markers of a test say, of several the nearest one.

    Raises:
        UsageError: `marker-unknown`, `scenario-unknown`, `seed-unknown`.
        InvalidDocument: a file cannot be used.
        AdminRefused: what is given in the test itself cannot.
    """
    marked = _read_markers(node)
    if {"scenario", "timeline"} & marked.keys():
        world.follow(marked.get("scenario"), timeline=marked.get("timeline"))
    if "seed" in marked:
        world.load(marked["seed"])


def _read_markers(node: pytest.Item) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for marker in reversed([*node.iter_markers(MARKER)]):
        strangers = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in MEMBERS)]
        if strangers:
            hint = f"it takes {', '.join(f'{name}=' for name in MEMBERS)}"
            raise UsageError("marker-unknown", f"it does not take {', '.join(strangers)}", hint=hint)
        found.update(marker.kwargs)
    return {name: value for name, value in found.items() if value is not None}
