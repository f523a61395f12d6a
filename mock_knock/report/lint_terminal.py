"""What was found in documents, and what was changed in them, as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import unified_diff

from mock_knock.harness.result import LintResult
from mock_knock.messages import Finding, Severity
from mock_knock.report.style import Style

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def count_severities(results: Sequence[LintResult]) -> dict[str, int]:
    """Return how many findings of each severity there are: `errors`, `warnings`, `notes`."""
    found = Counter(finding.severity for result in results for finding in result.findings)
    return {f"{severity}s": found[severity] for severity in _SEVERITIES}


def render_lint(results: Sequence[LintResult], style: Style) -> str:
    """Return the findings, document by document, and a line that counts them."""
    lines = [line for result in results for line in _result_lines(result, style)]
    counts = count_severities(results)
    said = ", ".join(_count(number, name.removesuffix("s")) for name, number in counts.items())
    mark = style.bad("✗") if counts["errors"] else style.good("✓")
    title = f"{_count(len(results), 'document')}: {said}"
    lines.append(f"{mark} {style.bold(title)}")
    return "".join(f"{style.clean(line)}\n" for line in lines)


def _result_lines(result: LintResult, style: Style) -> Iterator[str]:
    for finding in result.findings:
        yield _finding_line(finding, style)
        if finding.hint:
            yield f"    {style.dim('hint:')} {finding.hint}"
    if result.findings:
        yield ""


def _finding_line(finding: Finding, style: Style) -> str:
    place = f"{finding.where}: " if finding.where else ""
    return f"{place}{style.severity(finding.severity)}: {finding.message} {style.dim(f'[{finding.code}]')}"


def render_diff(file: str, before: str, after: str, style: Style) -> str:
    """Return the unified difference between two texts of a file; "" when there is none."""
    lines = unified_diff(before.split("\n"), after.split("\n"), file, file, lineterm="")
    return "".join(f"{style.clean(_coloured(line, style))}\n" for line in lines)


def _coloured(line: str, style: Style) -> str:
    if line.startswith(("+++", "---")):
        return style.bold(line)
    match line[:1]:
        case "+":
            return style.good(line)
        case "-":
            return style.bad(line)
        case "@":
            return style.dim(line)
        case _:
            return line


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
