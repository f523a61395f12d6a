"""What a reader is told when a rule of the standard is broken, word by word.

`REGENERATE_GOLDEN=1 python -m pytest tests/standard` writes the expected texts anew; read the difference before it is
committed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from standard_cases import FOLDER, Case, explain, read_cases, read_topics

CASES = [case for topic in read_topics() for case in read_cases(topic)]
FAILED = [case for case in CASES if case.is_failing]


@pytest.mark.parametrize("case", FAILED, ids=lambda case: case.name)
def test_what_is_told_of_a_failure(case: Case, golden_text: Callable[[Path, str], str]) -> None:
    """A refusal names place and remedy, a failed run shows its tree: in either dialect as the golden file has it."""
    texts: dict[str, list[str]] = {}
    for dialect in case.dialects():
        texts.setdefault(explain(case, dialect), []).append(dialect)
    told = "".join(f"# {' and '.join(dialects)}\n{text}" for text, dialects in texts.items())
    assert golden_text(case.golden, told) == told


def test_every_text_has_its_case() -> None:
    """No golden file is left behind by a case that is gone, and each document belongs to a case."""
    assert {case.golden for case in FAILED} == set(FOLDER.glob("*/*.txt"))
    own = {case.document for case in CASES} | set(FOLDER.glob("*/*.expected.yaml"))
    beside = {
        path for path in set(FOLDER.glob("*/*.yaml")) - own if not re.search(r"\.(openapi|flow)\.yaml$", path.name)
    }
    assert set() == beside
