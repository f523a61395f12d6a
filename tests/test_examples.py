"""The clients in `examples`, as the gauntlet sees them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mock_knock.gauntlets import CommandClient, choose_ordeals
from mock_knock.harness.gauntlet import run_gauntlet

pytest.importorskip("knockapi")

EXAMPLES = Path(__file__).parents[1] / "examples"
MAX_LINES = 60


def verdicts(script: str, *faults: str) -> dict[str, str]:
    """Return the verdict of each cell of an example."""
    client = CommandClient((sys.executable, str(EXAMPLES / script)), timeout=60)
    result = run_gauntlet(client, choose_ordeals(faults), jobs=3)
    return {cell.ordeal.fault: cell.verdict for cell in result.cells}


def test_the_naive_client() -> None:
    """The naive client does its job, and notifies people although their identify has failed."""
    assert {"none": "survived", "fails-midway": "silent"} == verdicts("naive_client.py", "fails-midway")


def test_the_careful_client() -> None:
    """The careful client gets over what passes, and says that it failed where it cannot do its job."""
    expected = {
        "none": "survived",
        "503-twice": "survived",
        "reset": "survived",
        "fails-midway": "loud",
        "partial-errors": "loud",
        "missing-status": "loud",
    }
    assert expected == verdicts("careful_client.py", *expected.keys() - {"none"})


def test_care_fits_a_screen() -> None:
    """The careful client has fewer lines than sixty."""
    assert len((EXAMPLES / "careful_client.py").read_text(encoding="utf-8").splitlines()) < MAX_LINES
