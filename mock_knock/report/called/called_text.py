"""What a command has called as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mock_knock.harness.called import CalledOperation, CalledWorld, CallReport
from mock_knock.redact import Redactor, clean_terminal, mask_key
from mock_knock.report.style import Style

NAME, NUMBER = 34, 5


def render_called_text(report: CallReport, style: Style) -> str:
    """Return the table, with what is to be looked at below each world."""
    mask = Redactor.with_secrets(report.keys)
    return "".join(mask.text(line) + "\n" for line in _lines(report, style))


def _lines(report: CallReport, style: Style) -> Iterator[str]:
    total = sum(each.requests for each in report.worlds)
    yield style.bold(
        f"{_plural(total, 'request')} by {clean_terminal(' '.join(report.command.split()))} (exit code {report.code})"
    )
    for world in report.worlds:
        yield from _world(world, style)
    if report.refused:
        yield style.bad(f"{_plural(report.refused, 'request')} without a key that opens a world here")
    if not total and not report.refused:
        yield style.doubtful("nothing was called: does the command use KNOCK_BASE_URL of its environment?")


def _world(world: CalledWorld, style: Style) -> Iterator[str]:
    yield style.bold(f"key {mask_key(world.key)}")
    for operation in world.operations:
        yield _row(operation)
    if world.forgotten:
        yield style.doubtful(f"  and {_plural(world.forgotten, 'request')} before, which the journal let go")
    yield from _remarks("broke the contract", world.violations, style)
    yield from _remarks("notes", world.notes, style)
    yield f"  verdict: {style.good('no harm') if not world.broken else style.bad('harm was done')}"
    for each in world.broken:
        yield f"    {style.bad(each.invariant)}: {clean_terminal(each.message)}{_times(each.count)}"


def _row(operation: CalledOperation) -> str:
    answers = ", ".join(f"{status}{_times(count)}" for status, count in sorted(operation.answers.items()))
    faults = "".join(f"  fault {clean_terminal(fault)}{_times(count)}" for fault, count in operation.faults.items())
    return f"  {clean_terminal(operation.name):<{NAME}}{operation.requests:>{NUMBER}}  {answers}{faults}"


def _remarks(title: str, remarks: Mapping[str, int], style: Style) -> Iterator[str]:
    if remarks:
        yield style.doubtful(f"  {title}")
        yield from (f"    {clean_terminal(text)}{_times(count)}" for text, count in remarks.items())


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
