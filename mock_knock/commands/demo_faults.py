"""`mock-knock demo NAME`: two clients meet one fault, side by side, with what the fake saw and its verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest

import click

from mock_knock.commands.demo_clients import (
    DemoClient,
    Knock,
    back_off,
    poll_with_deadline,
    poll_without_end,
    send_again,
    send_again_with_key,
    wait_as_asked,
)
from mock_knock.errors import UsageError
from mock_knock.gauntlets import choose_ordeals, meet_within
from mock_knock.harness.gauntlet import Cell, FakeKnock, Ordeal, Verdict, run_cell
from mock_knock.harness.moments import Moment
from mock_knock.report.gauntlet.gauntlet_terminal import MARKS
from mock_knock.report.style import Style

COLUMN = 47
ROWS = 12
"""Requests that a column shows; of more the first and the last."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One demonstration: a fault, a naive client and a careful one, what happens, and the verdicts it promises."""

    fault: str
    story: str
    naive: DemoClient
    careful: DemoClient
    lesson: str
    promised: tuple[Verdict, Verdict]


DEMOS = {
    "endless-poll": Demo(
        "stuck-queued",
        "Users are identified in bulk, and the operation is never started.",
        poll_without_end,
        poll_with_deadline,
        "A poll loop needs a deadline: nothing in the API promises that an operation ends.",
        ("hung", "loud"),
    ),
    "double-send": Demo(
        "reset-after-commit",
        "A workflow is triggered; Knock carries it out, and the connection breaks before the answer arrives.",
        send_again,
        send_again_with_key,
        "Send an Idempotency-Key, and the same one when you send again: people get one message, not two.",
        ("silent", "survived"),
    ),
    "silent-failure": Demo(
        "fails-midway",
        "Users are identified in bulk, and the operation fails after half of them.",
        poll_without_end,
        poll_with_deadline,
        "`failed` ends the poll loop, too. Notify people only after `completed`, with no rows in error.",
        ("silent", "loud"),
    ),
    "retry-after": Demo(
        "429-retry-after",
        "A poll is one too many and is asked to wait two seconds.",
        back_off,
        wait_as_asked,
        "Retry-After says when to come back; a back-off of one's own comes too early.",
        ("silent", "survived"),
    ),
}


@dataclass(frozen=True, slots=True)
class ScriptedClient:
    """A client of a demonstration, as the gauntlet meets it."""

    name: str
    script: DemoClient

    def stop(self) -> None:
        """Do nothing: it is at its end in a moment."""

    @contextmanager
    def meet(self, ordeal: Ordeal) -> Iterator[FakeKnock]:
        """Set a fresh fake up in this process."""
        with meet_within(ordeal, lambda transport, clock: self.script(Knock(transport, clock))) as fake:
            yield fake


def show_fault(name: str) -> int:
    """Show a demonstration; return 0 when it showed what it promises.

    Raises:
        UsageError: `demo-unknown`.
    """
    demo = DEMOS.get(name)
    if demo is None:
        raise UsageError("demo-unknown", f"there is no demo '{name}'", hint=f"demos: {', '.join(DEMOS)}")
    (ordeal,) = choose_ordeals([demo.fault])
    cells = [run_cell(ScriptedClient(each.__name__, each), ordeal) for each in (demo.naive, demo.careful)]
    style = Style(sys.stdout.isatty())
    click.echo("\n".join(_lines(demo, cells, style)))
    return 0 if tuple(cell.verdict for cell in cells) == demo.promised else 1


def _lines(demo: Demo, cells: Sequence[Cell], style: Style) -> Iterator[str]:
    yield f"{demo.story}\n"
    yield style.bold(_row(["naive client", "careful client"]))
    yield style.dim(_row([(each.__doc__ or "").rstrip(".") for each in (demo.naive, demo.careful)]))
    yield ""
    for row in zip_longest(*(_told(cell.moments) for cell in cells), fillvalue=""):
        yield _row(row)
    yield ""
    yield _row([f"the client: {cell.ending.detail}" for cell in cells])
    marks = [f"{MARKS[cell.verdict]} {cell.verdict}" for cell in cells]
    yield style.bold(_row(marks))
    for cell in cells:
        for each in cell.broken:
            yield f"  {style.bad(each.invariant)}: {each.message}"
    yield f"\n{demo.lesson}"
    yield f"\nYour own client:  mock-knock gauntlet --fault {demo.fault} -- python your_client.py"


def _told(moments: Sequence[Moment]) -> list[str]:
    lines = [_moment(each) for each in moments]
    if len(lines) <= ROWS:
        return lines
    half = ROWS // 2
    return [*lines[:half], f"       ... {len(lines) - 2 * half} more ...", *lines[-half:]]


def _moment(moment: Moment) -> str:
    what = moment.path.removeprefix("/v1/").replace("users/bulk/", "").replace("workflows/welcome/", "")
    what = "poll" if what.startswith("bulk_operations/") else what
    status = "no answer" if moment.status is None else str(moment.status)
    progress = "" if moment.share is None else f" {moment.share:.0%}"
    return f"{moment.at:5.1f} s {what:<9} {status} {moment.state}{progress}".rstrip()


def _row(texts: Sequence[str]) -> str:
    return "".join(f"{text:<{COLUMN}}" for text in texts).rstrip()
