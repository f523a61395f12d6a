"""Every code that a finding about a document or a run can have, and how bad it is in each dialect."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.arazzo.template import Dialect
from mock_knock.messages import Severity

SEVERITIES: Mapping[str, tuple[Severity, Severity]] = {
    # code: severity in the lenient dialect, severity in the strict one
    # about the document
    "operation-missing": ("error", "error"),
    "operation-path-invalid": ("error", "error"),
    "operation-id-ambiguous": ("warning", "error"),
    "operation-id-unqualified": ("warning", "error"),
    "source-missing": ("error", "error"),
    "input-undeclared": ("error", "error"),
    "output-unknown": ("error", "error"),
    "condition-invalid": ("error", "error"),
    "expression-invalid": ("error", "error"),
    "regex-invalid": ("error", "error"),
    "jsonpath-invalid": ("warning", "error"),
    "expression-unbraced": ("warning", "warning"),
    "enum-unhandled": ("warning", "warning"),
    "loop-unbounded": ("warning", "warning"),
    "input-secret-unmarked": ("warning", "warning"),
    # about a run
    "jsonpath-root-filter": ("warning", "warning"),
    "input-absent-dropped": ("warning", "warning"),
    "criterion-context-missing": ("warning", "warning"),
    "regex-timeout": ("error", "error"),
    "xpath-unsupported": ("error", "error"),
    "value-missing": ("error", "error"),
    "value-unusable": ("error", "error"),
    "output-missing": ("warning", "warning"),
    "action-unmatched": ("warning", "warning"),
    "guard-bypassed": ("error", "error"),
    "budget-exhausted": ("error", "error"),
    "request-failed": ("error", "error"),
}

READINGS: Mapping[str, str] = {"jsonpath-comparison": "jsonpath-invalid"}
"""Readings of the lenient dialect that are reported under the code of the defect they read over."""

CRITERION_HINTS: Mapping[str, str] = {
    "jsonpath-invalid": "write `$[?@.status == 'x']`, or the simple condition `$response.body#/status == 'x'`",
    "jsonpath-root-filter": "write the simple condition `$response.body#/status == 'x'`",
    "condition-invalid": "compare with == != < <= > >=, join with && and ||, quote text with '...'",
    "criterion-context-missing": "check that the context exists in this response",
}

FATAL = frozenset(
    {
        "operation-missing",
        "operation-path-invalid",
        "operation-id-ambiguous",
        "operation-id-unqualified",
        "source-missing",
        "expression-invalid",
        "input-undeclared",
        "output-unknown",
    }
)
"""Codes that keep a document from being run when they are errors: what to send is not known."""


def severity_of(code: str, dialect: Dialect) -> Severity:
    """Return how bad a code is; a code that is not listed is an error."""
    lenient, strict = SEVERITIES.get(code, ("error", "error"))
    return lenient if dialect == "lenient" else strict
