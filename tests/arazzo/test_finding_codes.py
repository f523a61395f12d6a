"""The table of codes holds every code that is given to a finding, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

from mock_knock.arazzo.codes import CRITERION_HINTS, FATAL, READINGS, SEVERITIES
from mock_knock.messages import Severity

PACKAGE = Path(__file__).resolve().parents[2] / "mock_knock"
KEBAB = re.compile(r"[a-z]+(-[a-z]+)+")
TABLE = PACKAGE / "arazzo" / "codes.py"


def _literals(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {value for value in values if KEBAB.fullmatch(value)}


FOREIGN = PACKAGE / "arazzo" / "queries" / "xpath_functions.py"
"""Its words with hyphens are the names of XPath's functions."""
EMITTED = set[str]().union(
    *(_literals(path) for path in (PACKAGE / "arazzo").rglob("*.py") if path not in {TABLE, FOREIGN})
)


def test_every_code_has_a_severity() -> None:
    """Each code in the sources of the engine is in the table, or is a reading that has the code of its defect."""
    assert set() == EMITTED - set(SEVERITIES) - set(READINGS)
    assert "guard-bypassed" in EMITTED


def test_every_severity_has_a_code() -> None:
    """The table holds nothing that neither the engine nor the runner nor the judge reports."""
    folders = (PACKAGE / "harness", PACKAGE / "contract")
    runner = set[str]().union(*(_literals(path) for folder in folders for path in folder.glob("*.py")))
    assert set() == set(SEVERITIES) - EMITTED - runner


def test_severities_are_severities() -> None:
    """Each code is an error, a warning or a note, and never worse in the lenient dialect than in the strict one."""
    ranks = {name: rank for rank, name in enumerate(("note", "warning", "error"))}
    assert set(get_args(Severity)) == set(ranks)
    assert [] == [code for code, (lenient, strict) in SEVERITIES.items() if ranks[lenient] > ranks[strict]]


def test_the_other_tables_use_the_same_codes() -> None:
    """Hints, readings and what keeps a flow from being run are told by codes of the table."""
    assert set(SEVERITIES) >= {*CRITERION_HINTS, *FATAL, *READINGS.values()}
