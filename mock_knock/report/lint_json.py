"""What was found in documents as one JSON object, format `mock-knock/lint@1`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from mock_knock.harness.result import LintResult
from mock_knock.report.lint_terminal import count_severities

FORMAT = "mock-knock/lint@1"


def render_lint_json(results: Sequence[LintResult]) -> str:
    """Return the report as indented JSON with a line break at its end."""
    value = {
        "format": FORMAT,
        "files": [
            {
                "file": result.file,
                "workflows": list(result.workflows),
                "findings": [asdict(finding) for finding in result.findings],
            }
            for result in results
        ],
        "summary": {"files": len(results), **count_severities(results)},
    }
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"
