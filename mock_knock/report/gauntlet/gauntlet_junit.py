"""The result of a gauntlet as JUnit XML: a test case for each cell, those that got worse have failed."""

from __future__ import annotations

from collections.abc import Collection

from mock_knock.harness.gauntlet import Cell, GauntletResult
from mock_knock.report.junit import Case, Problem, Suite, write_junit


def render_junit(result: GauntletResult, worse: Collection[Cell]) -> str:
    """Return the report; `worse` are the cells that count as failures."""
    cases = [_case(cell, has_failed=cell in worse) for cell in result.cells]
    return write_junit("mock-knock gauntlet", [Suite(result.client, cases)])


def _case(cell: Cell, *, has_failed: bool) -> Case:
    tag = cell.ordeal.tags[0] if cell.ordeal.tags else "none"
    lines = [cell.ordeal.description, cell.ending.detail]
    lines += [f"{each.invariant}: {each.message} ({each.count})" for each in cell.broken]
    problem = Problem("failure", cell.verdict, _title(cell), "\n".join(lines)) if has_failed else None
    told = "" if has_failed else "\n".join((_title(cell), *lines))
    return Case(f"gauntlet.{tag}", cell.ordeal.fault, cell.ending.seconds, problem, told)


def _title(cell: Cell) -> str:
    return f"{cell.verdict}: {', '.join(cell.invariants)}" if cell.broken else cell.verdict
