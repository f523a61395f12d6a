"""The result of a gauntlet as JUnit XML: a test case for each cell, those that got worse have failed."""

from __future__ import annotations

from collections.abc import Collection
from xml.etree import ElementTree as ET

from mock_knock.harness.gauntlet import Cell, GauntletResult
from mock_knock.report.gauntlet.clean_text import clean_text


def render_junit(result: GauntletResult, worse: Collection[Cell]) -> str:
    """Return the report; `worse` are the cells that count as failures."""
    seconds = sum(cell.ending.seconds for cell in result.cells)
    told = {"tests": str(len(result.cells)), "failures": str(len(worse)), "errors": "0", "time": f"{seconds:.3f}"}
    root = ET.Element("testsuites", {"name": "mock-knock gauntlet", **told})
    suite = ET.SubElement(root, "testsuite", {"name": clean_text(result.client), **told})
    for cell in result.cells:
        suite.append(_case(cell, has_failed=cell in worse))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(cell: Cell, *, has_failed: bool) -> ET.Element:
    tag = cell.ordeal.tags[0] if cell.ordeal.tags else "none"
    case = ET.Element(
        "testcase",
        {"classname": f"gauntlet.{tag}", "name": cell.ordeal.fault, "time": f"{cell.ending.seconds:.3f}"},
    )
    lines = [cell.ordeal.description, cell.ending.detail]
    lines += [f"{each.invariant}: {each.message} ({each.count})" for each in cell.broken]
    if has_failed:
        failure = ET.SubElement(case, "failure", {"type": cell.verdict, "message": _title(cell)})
        failure.text = clean_text("\n".join(lines))
    else:
        ET.SubElement(case, "system-out").text = clean_text("\n".join((_title(cell), *lines)))
    return case


def _title(cell: Cell) -> str:
    return f"{cell.verdict}: {', '.join(cell.invariants)}" if cell.broken else cell.verdict
