from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mock_knock.harness.gauntlet import GauntletResult
from mock_knock.report.gauntlet.gauntlet_terminal import LEGEND, render_matrix
from mock_knock.report.style import Style
from tests.report.made_up_gauntlet import EVIL, HUNG, NONE, RESULT, SECRET, SILENT, cell, evil_result

EXPECTED = f"""\
python client.py
  fault                            verdict    requests  seconds  broken
✓ none                             survived          5      1.2
  bulk
✗ fails-midway                     silent            5      0.1  batch-first, retry-after
… stuck-queued                     hung            201     30.0
  wire
! reset                            loud              2      2.0
✓ refuse                           survived          5      1.2    (it did not come to the fault)

{LEGEND}
2 survived, 1 loud, 1 hung, 1 silent of 5

✗ fails-midway  Operations fail.
    exit code 0; notified
    batch-first: a run for ada came too early (3 times)
    retry-after: came back too soon

… stuck-queued  Operations never start.
    still running after 30 s
"""
WORSE = (SILENT, HUNG)
COLOUR = re.compile(r"\x1b\[\d{1,2}m")


def test_the_table() -> None:
    """The table has each cell once, by kind; then the legend, the counts, and the story of what is to be looked at."""
    assert EXPECTED == render_matrix(RESULT, WORSE, Style())


def test_a_table_without_anything_to_look_at() -> None:
    """Where nothing got worse, the table ends with its counts."""
    text = render_matrix(RESULT, (), Style())
    assert "2 survived, 1 loud, 1 hung, 1 silent of 5" == text.splitlines()[-1]


def test_colours_when_they_are_asked_for() -> None:
    """Colours say how bad a cell is, and change nothing else."""
    text = render_matrix(RESULT, WORSE, Style(is_coloured=True))
    assert EXPECTED == "".join(line.rstrip() + "\n" for line in COLOUR.sub("", text).splitlines())
    for number, name in ((32, "none"), (31, "fails-midway"), (31, "stuck-queued"), (33, "reset")):
        assert re.search(rf"^\x1b\[{number}m.\x1b\[0m {name} ", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("fault", "fired", "is_told"),
    [("reset", 0, True), ("reset", 1, False), ("none", 0, False), ("rate-tiers", 0, False)],
)
def test_faults_that_did_not_happen(fault: str, fired: int, is_told: bool) -> None:  # noqa: FBT001  # a column of the table
    """A client that did not come to the fault of its cell is told so, where there was one to come to."""
    text = render_matrix(GauntletResult("x", 0, (cell(fault, fired=fired),)), (), Style())
    assert is_told is ("it did not come to the fault" in text)


def test_a_client_of_several_lines() -> None:
    """A command line with line breaks is told on one line."""
    text = render_matrix(replace(RESULT, client="python -c 'a\n\tb\n✓ none'"), (), Style())
    assert "python -c 'a b ✓ none'" == text.splitlines()[0]


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("is_coloured", [False, True])
def test_a_terminal_is_not_taken_over(text: str, is_coloured: bool) -> None:  # noqa: FBT001  # a column of the table
    """Text of clients cannot move the cursor, set colours or reverse the reading direction."""
    result = evil_result(text)
    shown = COLOUR.sub("", render_matrix(result, result.cells, Style(is_coloured)))
    assert not {each for each in shown if not each.isprintable() and each != "\n"}
    assert shown.encode()


def test_secrets_are_masked() -> None:
    """An API key is shown by its prefix and its end alone, wherever it stands."""
    result = evil_result(f"client --key {SECRET}")
    shown = render_matrix(result, (result.cells[1],), Style())
    assert "canary" not in shown
    assert 4 == shown.count("sk_live_***6789")


def test_a_table_of_one() -> None:
    """A gauntlet of one cell has a table, too."""
    assert "✓ none  " in render_matrix(GauntletResult("x", 0, (NONE,)), (), Style())
