"""Each rule of the linter, broken and kept: the documents in `lint_rules`, and what is said about them word by word.

`REGENERATE_GOLDEN=1 python -m pytest tests/test_lint_rules_golden.py` writes the expected texts anew; read the
difference before it is committed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.arazzo.template import Dialect
from mock_knock.harness.lint_document import LintOptions, lint_document
from mock_knock.messages import Finding

FOLDER = Path(__file__).parent / "lint_rules"
CODES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)


def lint(path: Path, dialect: Dialect) -> list[Finding]:
    """Return the findings about a document in the order in which they are shown."""
    return list(lint_document(path, LintOptions(FOLDER, dialect)).findings)


def tell(findings: list[Finding]) -> Iterator[str]:
    """Yield the lines about some findings; a place is line and column."""
    for finding in findings:
        assert re.fullmatch(r".+\.yaml:\d+:\d+", finding.where)
        place = finding.where.rpartition(".yaml:")[2]
        message = finding.message.replace(str(FOLDER), "...")
        yield f"{finding.severity} {place} {finding.code} {message}"
        yield f"  hint: {finding.hint}"


def expected_text(code: str) -> str:
    """Return what is said about the document that breaks a rule, in either dialect."""
    told = [(dialect, lint(FOLDER / code / "breaks.yaml", dialect)) for dialect in DIALECTS]
    return "".join(f"{line}\n" for dialect, findings in told for line in [f"# {dialect}", *tell(findings)])


@pytest.mark.parametrize("code", CODES)
def test_a_broken_rule(code: str, golden_text: Callable[[Path, str], str]) -> None:
    """A document that breaks a rule is told so in both dialects, word by word as the golden file has it."""
    told = expected_text(code)
    assert golden_text(FOLDER / code / "expected.txt", told) == told
    assert "  hint: \n" not in told
    assert len(DIALECTS) == sum(f" {code} " in part for part in told.split("# ")[1:])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("code", CODES)
def test_a_kept_rule(code: str, dialect: Dialect) -> None:
    """Nothing at all is to be said about the document that keeps the rule."""
    assert [] == lint(FOLDER / code / "keeps.yaml", dialect)


@pytest.mark.parametrize("code", CODES)
def test_the_difference_is_small(code: str) -> None:
    """The two documents of a rule differ in a few lines, so that the rule is what makes the difference."""
    broken, kept = ((FOLDER / code / name).read_text(encoding="utf-8") for name in ("breaks.yaml", "keeps.yaml"))
    changed = set(broken.splitlines()) ^ set(kept.splitlines())
    assert len(changed) <= 8


def test_every_rule_has_its_documents() -> None:
    """Each code that can be found before a run has a folder here, and each folder is a code."""
    before_a_run = {code for code in SEVERITIES if code not in RUN_TIME}
    assert before_a_run == set(CODES)


RUN_TIME = {
    # told by a run, which has tests of its own
    "jsonpath-root-filter", "input-absent-dropped", "criterion-context-missing", "expression-missing", "value-too-deep",
    "jsonpath-limit", "regex-timeout", "xpath-failed", "xpath-limit", "xml-invalid", "xml-doctype-refused",
    "payload-not-json", "replacement-unmatched", "value-missing", "value-unusable",
    "output-missing", "action-unmatched", "guard-bypassed", "budget-exhausted", "request-failed", "run-interrupted",
    "xml-limit", "input-invalid", "dependency-failed", "step-dependency-unmet", "preparation-failed", "step-timeout",
    "openapi-unusable",
}  # fmt: skip
