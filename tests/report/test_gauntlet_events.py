from __future__ import annotations

import json

import pytest

from mock_knock.report.gauntlet.gauntlet_events import render_ndjson
from mock_knock.report.gauntlet.gauntlet_json import render_json
from tests.report.made_up_gauntlet import EVIL, RESULT, SECRET, SILENT, evil_result


def test_the_events_of_a_gauntlet() -> None:
    """A gauntlet begins, each cell is as in the JSON report and says whether it got worse, and its end counts them."""
    started, *cells, ended = (json.loads(line) for line in render_ndjson(RESULT, (SILENT,)).splitlines())
    assert {
        "event": "gauntlet-started",
        "format": "mock-knock/events@1",
        "client": "python client.py",
        "seed": 7,
    } == started
    assert [
        {"event": "cell", **each, "worse": each["fault"] == "fails-midway"}
        for each in json.loads(render_json(RESULT))["cells"]
    ] == cells
    counts = {"survived": 2, "loud": 1, "hung": 1, "silent": 1}
    assert {"event": "gauntlet-ended", "cells": counts, "worse": 1} == ended


@pytest.mark.parametrize("text", [*EVIL, f"key {SECRET}", "a\u2028b\x85c"])
def test_any_text_is_an_event(text: str) -> None:
    """Whatever clients and answers hold, each event is one line, and secrets are masked."""
    written = render_ndjson(evil_result(text), ())
    assert written.encode()
    assert ["gauntlet-started", "cell", "cell", "gauntlet-ended"] == [
        json.loads(line)["event"] for line in written.splitlines()
    ]
    assert "canary" not in written
