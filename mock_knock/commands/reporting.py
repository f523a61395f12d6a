"""What a run leaves behind: reports, the tree for people, and a sign of life while it lasts."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from mock_knock.errors import InvalidDocument
from mock_knock.files import append_text, check_writable, write_text
from mock_knock.harness.masking import mask_result
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.redact import clean_terminal
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

if TYPE_CHECKING:
    from mock_knock.harness.preview import PreviewedStep

STDOUT = "-"
Reports = tuple[tuple[str, str], ...]
"""Kind and path of each report; the path `-` is stdout."""

APPENDED = "summary"
"""The kind of report that is written at the end of its file, as GitHub asks of those who write a summary."""


def check_reports(reports: Reports) -> None:
    """Refuse reports that cannot be written, before anything is sent.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    for _, path in reports:
        if path != STDOUT:
            check_writable(Path(path))


def write_reports(result: RunResult, reports: Reports, *, contract_counts: bool = True) -> None:
    """Write each report of a run."""
    if reports:
        from mock_knock.commands.run_reports import RENDER  # noqa: PLC0415  # most runs leave none

        for kind, path in reports:
            write_report(kind, path, RENDER[kind](result, contract_counts))


def write_report(kind: str, path: str, text: str) -> None:
    """Write one report; on stdout it is UTF-8, whatever the terminal speaks.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    if path == STDOUT:
        click.echo(text.encode(), nl=False)
    elif kind == APPENDED:
        append_text(Path(path), text)
    else:
        write_text(Path(path), text)


def show_result(result: RunResult, reports: Reports, *, contract_counts: bool, is_in_process: bool) -> None:
    """Show the tree: on stdout, or on stderr when a report took stdout.

    Of a fake in this process no curl lines are shown: nobody listens there any more.
    """
    is_taken = any(path == STDOUT for _, path in reports)
    stream = sys.stderr if is_taken else sys.stdout
    text = render_terminal(result, Style(stream.isatty()), contract_counts=contract_counts, has_curl=not is_in_process)
    click.echo(text, nl=False, err=is_taken)


def show_preview(steps: Iterable[PreviewedStep]) -> None:
    """Show what would be sent, on stdout, and say on stderr that nothing was."""
    from mock_knock.report.preview import render_preview  # noqa: PLC0415  # no run needs it

    click.echo(render_preview(steps, Style(sys.stdout.isatty())), nl=False)
    click.echo("nothing was sent; which actions apply is known only in a run", err=True)


def invalid_result(flow: str, error: InvalidDocument) -> RunResult:
    """Return the result of a flow that could not be run, masked by looks alone: its secrets are not known."""
    return mask_result(RunResult(flow, "invalid", findings=error.findings))


class Progress:
    """Shows the latest step on a terminal while the run lasts."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._print("")

    def show(self, step: StepResult) -> None:
        """Name a step that was just carried out."""
        self._print(f"  {clean_terminal(step.step_id)} #{step.visit} ...")

    def _print(self, text: str) -> None:
        if self._is_shown:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
