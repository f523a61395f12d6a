"""The result of a gauntlet as one JSON object, format `mock-knock/gauntlet@1` (DESIGN section 7)."""

from __future__ import annotations

import json

from mock_knock.harness.gauntlet import Cell, GauntletResult
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor

FORMAT = "mock-knock/gauntlet@1"


def render_json(result: GauntletResult) -> str:
    """Return the report as indented JSON with a line break at its end."""
    mask = Redactor()
    report = {
        "format": FORMAT,
        "client": mask.text(result.client),
        "seed": result.seed,
        "cells": [cell_value(each, mask) for each in result.cells],
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"


def cell_value(cell: Cell, mask: Redactor) -> dict[str, JsonValue]:
    """Return one cell, its text masked."""
    return {
        "fault": cell.ordeal.fault,
        "verdict": cell.verdict,
        "invariants": list(cell.invariants),
        "requests": cell.requests,
        "seconds": round(cell.ending.seconds, 3),
        "fired": cell.fired,
        "client": cell.ending.reported,
        "detail": mask.text(cell.ending.detail),
        "broken": [
            {"invariant": each.invariant, "message": mask.text(each.message), "count": each.count}
            for each in cell.broken
        ],
    }
