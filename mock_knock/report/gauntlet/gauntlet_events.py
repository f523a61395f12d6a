"""A gauntlet as events, one JSON object a line, format `mock-knock/events@1`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from mock_knock.harness.gauntlet import RANKS, Cell, GauntletResult
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor
from mock_knock.report.gauntlet.gauntlet_json import cell_value
from mock_knock.report.json_lines import FORMAT, write_lines


def render_ndjson(result: GauntletResult, worse: Collection[Cell]) -> str:
    """Return the events, each on a line of its own; `worse` are the cells to look at."""
    return write_lines(_events(result, worse))


def _events(result: GauntletResult, worse: Collection[Cell]) -> Iterator[JsonValue]:
    mask = Redactor()
    client = mask.text(result.client)
    yield {"event": "gauntlet-started", "format": FORMAT, "client": client, "seed": result.seed}
    for cell in result.cells:
        yield {"event": "cell", **cell_value(cell, mask), "worse": cell in worse}
    counted = Counter(cell.verdict for cell in result.cells)
    yield {"event": "gauntlet-ended", "cells": {verdict: counted[verdict] for verdict in RANKS}, "worse": len(worse)}
