from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mock_knock.commands.demo import FLOWS, Cell, run_cell
from mock_knock.harness.result import RunResult

if TYPE_CHECKING:
    from tests.commands.conftest import Call

PUBLISHED, HARDENED = FLOWS.values()


def test_the_demo(call: Call) -> None:
    """The demonstration shows both flows in both situations and ends well."""
    called = call("demo")
    assert (0, "") == (called.code, called.err)
    assert "published flow" in called.out
    assert "hardened flow" in called.out
    assert ["✓ people notified", "✓ people notified", "✗ people notified all the same", "✓ nobody notified"] == [
        text.strip() for line in called.out.splitlines() if "✓" in line for text in line.split("  ") if text.strip()
    ]


def test_the_demo_fits_a_terminal(call: Call) -> None:
    """No line is wider than a hundred columns, and none ends in blanks or carries colours into a file."""
    lines = call("demo").out.splitlines()
    assert 100 >= max(map(len, lines))
    assert [] == [line for line in lines if line != line.rstrip()]
    assert "\x1b" not in "".join(lines)


def test_the_demo_works_anywhere(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration needs nothing from the working directory, and leaves nothing there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bulk-identify-users-notify").mkdir()
    assert 0 == call("demo").code
    assert ["bulk-identify-users-notify"] == [path.name for path in tmp_path.iterdir()]


def test_the_commands_it_shows_work(call: Call) -> None:
    """The command line at the end of the demonstration can be copied."""
    text = call("demo").out
    command = text[text.index("mock-knock run") : text.index("Your own")].replace("\\\n", " ").split()[1:]
    called = call(*command)
    assert (1, True) == (called.code, "guard-bypassed" in called.out)


def test_colours_on_a_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal good and bad have their colours."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    text = call("demo").out
    assert "\x1b[31m✗\x1b[0m people notified all the same" in text
    assert "\x1b[32m✓\x1b[0m nobody notified" in text


@pytest.mark.parametrize(
    ("file", "scenario", "polls", "trigger", "notified", "harmful", "verdict"),
    [
        (PUBLISHED, None, ["queued", "processing", "completed"], "200", 1, False, "people notified"),
        (PUBLISHED, "fails-midway", ["queued", "processing", "failed"], "200", 1, True, "people notified all the same"),
        (PUBLISHED, "immediate", ["completed"], "200", 1, False, "people notified"),
        (HARDENED, None, ["queued", "processing", "completed"], "200", 1, False, "people notified"),
        (HARDENED, "fails-midway", ["queued", "processing", "failed"], "not called", 0, False, "nobody notified"),
    ],
)
def test_a_cell(
    file: str,
    scenario: str | None,
    polls: list[str],
    trigger: str,
    notified: int,
    harmful: bool,  # noqa: FBT001  # a column of the table
    verdict: str,
) -> None:
    """A cell tells what one flow did in one situation, judged by what the fake knows."""
    cell = run_cell(file, scenario)
    assert ("200", polls, trigger) == (cell.answer("bulkIdentify"), cell.polls(), cell.answer("triggerWorkflow"))
    assert (notified, harmful, verdict) == (cell.notified, cell.is_harmful, cell.verdict())


IDLE = Cell(RunResult("x", "success"), (), "completed")
HARMFUL = Cell(RunResult("x", "success"), ({},), "failed")
HARMLESS = Cell(RunResult("x", "success"), ({},), "completed")


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ((PUBLISHED, None), IDLE),
        ((PUBLISHED, None), HARMFUL),
        ((HARDENED, None), IDLE),
        ((HARDENED, None), HARMFUL),
        ((PUBLISHED, "fails-midway"), IDLE),
        ((PUBLISHED, "fails-midway"), HARMFUL),  # without the finding that says so
        ((PUBLISHED, "fails-midway"), replace(run_cell(PUBLISHED, "fails-midway"), operation_status="completed")),
        ((HARDENED, "fails-midway"), HARMFUL),
        ((HARDENED, "fails-midway"), HARMLESS),
    ],
)
def test_a_demonstration_that_fails(
    call: Call, monkeypatch: pytest.MonkeyPatch, place: tuple[str, str | None], cell: Cell
) -> None:
    """When one cell of the demonstration does not show what it promises, the exit code says so."""
    monkeypatch.setattr(
        "mock_knock.commands.demo.run_cell",
        lambda file, scenario: cell if place == (file, scenario) else run_cell(file, scenario),
    )
    assert 1 == call("demo").code
