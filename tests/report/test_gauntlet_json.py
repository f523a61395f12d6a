from __future__ import annotations

import json

import pytest

from mock_knock.harness.gauntlet import GauntletResult
from mock_knock.report.gauntlet.gauntlet_json import render_json
from tests.report.made_up_gauntlet import EVIL, HUNG, NONE, RESULT, SECRET, SILENT, evil_result


def test_the_json_report() -> None:
    """The report is one object with the format, the client, the seed and what became of each cell, in order."""
    assert {
        "format": "mock-knock/gauntlet@1",
        "client": "python client.py",
        "seed": 7,
        "cells": [
            {
                "fault": "none",
                "verdict": "survived",
                "invariants": [],
                "requests": 5,
                "seconds": 1.25,
                "fired": 0,
                "client": "success",
                "detail": "exit code 0; notified",
                "broken": [],
            },
            {
                "fault": "fails-midway",
                "verdict": "silent",
                "invariants": ["batch-first", "retry-after"],
                "requests": 5,
                "seconds": 0.062,
                "fired": 1,
                "client": "success",
                "detail": "exit code 0; notified",
                "broken": [
                    {"invariant": "batch-first", "message": "a run for ada came too early", "count": 3},
                    {"invariant": "retry-after", "message": "came back too soon", "count": 1},
                ],
            },
            {
                "fault": "stuck-queued",
                "verdict": "hung",
                "invariants": [],
                "requests": 201,
                "seconds": 30.0,
                "fired": 1,
                "client": "hung",
                "detail": "still running after 30 s",
                "broken": [],
            },
        ],
    } == json.loads(render_json(GauntletResult("python client.py", 7, (NONE, SILENT, HUNG))))


def test_the_promised_members_come_first() -> None:
    """The members that the format promises stand before those that it has besides, and the text ends with its line."""
    text = render_json(RESULT)
    report = json.loads(text)
    assert ["format", "client", "seed", "cells"] == list(report)
    for each in report["cells"]:
        assert ["fault", "verdict", "invariants", "requests", "seconds"] == list(each)[:5]
    assert text.endswith("}\n")


@pytest.mark.parametrize("text", EVIL)
def test_any_text_can_be_written(text: str) -> None:
    """Whatever stands in it, the report is JSON that can be written as UTF-8, without control characters."""
    written = render_json(evil_result(text))
    assert written.encode().decode() == written
    assert not {each for each in written if each < " " and each != "\n"}
    assert "batch-first" == json.loads(written)["cells"][1]["broken"][0]["invariant"]


def test_secrets_are_masked() -> None:
    """An API key is shown by its prefix and its end alone, wherever it stands."""
    written = render_json(evil_result(f"client --key {SECRET}"))
    assert "canary" not in written
    assert 3 == written.count("sk_live_***6789")
