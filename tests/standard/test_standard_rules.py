"""The table of rules in `RULES.md`."""

from __future__ import annotations

import re

import pytest
from standard_cases import FOLDER, read_cases, read_topics

ROOT = FOLDER.parents[1]
ROWS = re.findall(r"^\| (.+) \| `([^`]+)` \|$", (FOLDER / "RULES.md").read_text(encoding="utf-8"), re.MULTILINE)
RULES = {case.name: case.rule for topic in read_topics() for case in read_cases(topic) if "." not in case.name}


@pytest.mark.parametrize("place", [place for _, place in ROWS if place not in RULES])
def test_each_row_names_a_test(place: str) -> None:
    """A row that names no case of this folder names a lint rule or a test function."""
    file, _, name = place.partition("::")
    if name:
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")
    else:
        assert (ROOT / "tests" / place / "breaks.yaml").is_file()


def test_the_table_is_complete() -> None:
    """Each case has exactly one row, with its rule as the case says it."""
    assert RULES == {place: rule.replace("\\|", "|") for rule, place in ROWS if place in RULES}
    assert len(ROWS) == len({place for _, place in ROWS})
