"""The result of a gauntlet as Markdown for the summary page of a GitHub job (`$GITHUB_STEP_SUMMARY`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from mock_knock.harness.gauntlet import RANKS, Cell, GauntletResult
from mock_knock.report.gauntlet.gauntlet_terminal import MARKS
from mock_knock.report.markdown import code, table, to_markdown

MAX_NAME, MAX_TEXT = 80, 300


def render_summary(result: GauntletResult, worse: Collection[Cell]) -> str:
    """Return the summary: the table of all cells, `worse` ones first and told of above it."""
    counted = Counter(cell.verdict for cell in result.cells)
    told = ", ".join(f"{counted[verdict]} {verdict}" for verdict in RANKS)
    title = f"### {'✗' if worse else '✓'} Gauntlet of {code(result.client, MAX_TEXT)}\n"
    counts = f"{told} of {len(result.cells)}; {len(worse)} to look at; seed {result.seed}\n"
    cells = sorted(result.cells, key=lambda cell: (cell not in worse, -RANKS[cell.verdict]))
    parts = (
        title,
        counts,
        "".join(map(_told, worse)),
        table(" |fault|verdict|broken|>requests|>seconds", _rows(cells)),
    )
    return "\n".join(part for part in parts if part)


def _told(cell: Cell) -> str:
    harm = "".join(f"<br>{each.invariant}: {to_markdown(each.message, MAX_TEXT)}" for each in cell.broken)
    story = f"{to_markdown(cell.ordeal.description, MAX_TEXT)} The client: {to_markdown(cell.ending.detail, MAX_TEXT)}"
    return f"- {MARKS[cell.verdict]} {code(cell.ordeal.fault, MAX_NAME)} {cell.verdict}: {story}{harm}\n"


def _rows(cells: Collection[Cell]) -> Iterator[tuple[str, ...]]:
    for cell in cells:
        yield (
            MARKS[cell.verdict],
            code(cell.ordeal.fault, MAX_NAME),
            cell.verdict,
            ", ".join(cell.invariants),
            str(cell.requests),
            f"{cell.ending.seconds:.1f}",
        )
