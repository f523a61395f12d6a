"""What a command has called as one JSON object, format `mock-knock/exec@1`."""

from __future__ import annotations

import json
from typing import Final

from mock_knock.harness.called import CalledWorld, CallReport
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor, mask_key

FORMAT: Final = "mock-knock/exec@1"


def render_called_json(report: CallReport) -> str:
    """Return the report as indented JSON with a line break at its end."""
    document = Redactor.with_secrets(report.keys).json(
        {
            "format": FORMAT,
            "command": report.command,
            "exit_code": report.code,
            "refused": report.refused,
            "worlds": [_world(each) for each in report.worlds],
        }
    )
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"


def _world(world: CalledWorld) -> JsonValue:
    return {
        "key": mask_key(world.key),
        "requests": world.requests,
        "forgotten": world.forgotten,
        "operations": [
            {
                "operation": each.name,
                "requests": each.requests,
                "answers": dict(each.answers),
                "faults": dict(each.faults),
            }
            for each in world.operations
        ],
        "violations": [{"message": text, "count": count} for text, count in world.violations.items()],
        "notes": [{"message": text, "count": count} for text, count in world.notes.items()],
        "verdict": world.verdict,
        "broken": [
            {"invariant": each.invariant, "message": each.message, "count": each.count} for each in world.broken
        ],
    }
