"""Events as lines of JSON (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from mock_knock.messages import JsonValue

FORMAT: Final = "mock-knock/events@1"
_BREAKS: Final = {ord(each): f"\\u{ord(each):04x}" for each in "\x85\u2028\u2029"}
"""Line breaks that JSON leaves alone and some readers do not."""


def write_lines(events: Iterable[JsonValue]) -> str:
    """Return each event on a line of its own, however its text is broken into lines."""
    return "".join(f"{_one_line(event)}\n" for event in events)


def _one_line(event: JsonValue) -> str:
    text = json.dumps(event, ensure_ascii=False).translate(_BREAKS)
    return text.encode(errors="replace").decode()
