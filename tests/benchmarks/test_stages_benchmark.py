from __future__ import annotations

import pytest

from benchmarks.stages import STAGES, Times, main, render


def test_every_stage_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    """Each stage that is watched is one that some load goes through, and each load has the stages around it."""
    assert main(["--requests", "2", "--only", "W1", "--only", "W4", "--only", "W6"]) == 0
    told = capsys.readouterr().out
    assert all(stage in told for _, stage, *_ in STAGES)
    assert ["W1", "W4", "W6"] == [line.split()[0] for line in told.splitlines() if line.startswith("W")]


def test_the_median_is_told() -> None:
    """Of the times of a stage the median is told in microseconds, stages in their order and indented."""
    times = Times()
    for seconds in (1e-6, 9e-6, 2e-6):
        times.add(2, "journal", seconds)
        times.add(0, "W1", 5e-6)
    lines = render("W1", times).splitlines()
    assert [["W1", "5.0"], ["journal", "2.0"]] == [line.split() for line in lines]
    assert lines[1].startswith("    journal")
