"""The result of a gauntlet as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import groupby

from mock_knock.harness.gauntlet import NO_FAULT, RANKS, Cell, GauntletResult, Verdict
from mock_knock.report.clean_text import clean_text
from mock_knock.report.style import Style

MARKS: dict[Verdict, str] = {"survived": "✓", "loud": "!", "hung": "…", "silent": "✗"}
NAME, VERDICT, NUMBER = 33, 10, 9

LEGEND = """\
✓ survived  success, and no harm        ! loud    the client says that it failed
✗ silent    success, and harm was done  … hung    it came to no end"""


def render_matrix(result: GauntletResult, worse: Collection[Cell], style: Style) -> str:
    """Return the table, with the harm of each cell and the cells that are to be looked at."""
    lines = _lines(result, worse, style)
    return "".join(style.clean(line) + "\n" for line in lines)


def _lines(result: GauntletResult, worse: Collection[Cell], style: Style) -> Iterator[str]:
    yield style.bold(" ".join(clean_text(result.client).split()))
    yield style.dim(f"  {'fault':<{NAME}}{'verdict':<{VERDICT}}{'requests':>{NUMBER}}{'seconds':>{NUMBER}}  broken")
    for tag, cells in groupby(result.cells, key=lambda cell: cell.ordeal.tags[0] if cell.ordeal.tags else ""):
        if tag:
            yield style.bold(f"  {tag}")
        for cell in cells:
            yield _row(cell, style)
    yield ""
    yield from LEGEND.splitlines()
    counted = Counter(cell.verdict for cell in result.cells)
    yield style.bold(", ".join(f"{counted[verdict]} {verdict}" for verdict in RANKS) + f" of {len(result.cells)}")
    yield from _told(worse, style)


def _row(cell: Cell, style: Style) -> str:
    paint = _paint(cell.verdict, style)
    numbers = f"{cell.requests:>{NUMBER}}{cell.ending.seconds:>{NUMBER}.1f}"
    broken = ", ".join(cell.invariants)
    idle = style.dim(f"  ({_excuse(cell)})") if _excuse(cell) else ""
    verdict = paint(f"{cell.verdict:<{VERDICT}}")
    return f"{paint(MARKS[cell.verdict])} {cell.ordeal.fault:<{NAME}}{verdict}{numbers}  {broken}{idle}".rstrip()


def _excuse(cell: Cell) -> str:
    """Say why a cell proves nothing, if so."""
    if not cell.requests:
        return "it sent nothing that the fake takes: are its address and key those of the environment?"
    has_fault = cell.ordeal.fault not in {NO_FAULT, "rate-tiers"}
    return "it did not come to the fault" if has_fault and not cell.fired else ""


def _paint(verdict: Verdict, style: Style) -> Callable[[str], str]:
    return {"survived": style.good, "loud": style.doubtful, "hung": style.bad, "silent": style.bad}[verdict]


def _told(worse: Collection[Cell], style: Style) -> Iterator[str]:
    for cell in worse:
        yield ""
        yield f"{style.bad(MARKS[cell.verdict])} {style.bold(cell.ordeal.fault)}  {clean_text(cell.ordeal.description)}"
        yield f"    {clean_text(cell.ending.detail)}"
        for each in cell.broken:
            times = f" ({each.count} times)" if each.count > 1 else ""
            yield f"    {each.invariant}: {clean_text(each.message)}{times}"
