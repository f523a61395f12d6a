"""Every code that a finding about a document or a run can have, and how bad it is in each dialect."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.arazzo.template import Dialect
from mock_knock.messages import Severity

SEVERITIES: Mapping[str, tuple[Severity, Severity]] = {
    # code: severity in the lenient dialect, severity in the strict one
    # about the structure of a document: none of it is used
    "arazzo-invalid": ("error", "error"),
    "arazzo-version": ("error", "error"),
    "arazzo-version-field": ("error", "error"),
    "arazzo-structure": ("error", "error"),
    "arazzo-unknown-field": ("error", "error"),
    "arazzo-name": ("error", "error"),
    "arazzo-name-unusual": ("warning", "warning"),
    "arazzo-field-idle": ("warning", "warning"),
    "arazzo-duplicate": ("error", "error"),
    "arazzo-step-dangling": ("error", "error"),
    "arazzo-dependency-circle": ("error", "error"),
    "arazzo-limit": ("error", "error"),
    "arazzo-unsupported": ("error", "error"),
    "asyncapi-unsupported": ("error", "error"),
    # about what is named and called
    "source-unreadable": ("error", "error"),
    "operation-missing": ("error", "error"),
    "operation-path-invalid": ("error", "error"),
    "operation-path-avoidable": ("note", "note"),
    "operation-id-conflict": ("error", "error"),
    "operation-id-ambiguous": ("warning", "error"),
    "operation-id-unqualified": ("warning", "error"),
    "source-missing": ("error", "error"),
    "source-member-missing": ("error", "error"),
    "component-missing": ("error", "error"),
    "workflow-missing": ("error", "error"),
    "workflow-input-missing": ("error", "error"),
    "workflow-input-unknown": ("warning", "warning"),
    "workflow-recursion": ("warning", "warning"),
    "dependency-circle": ("error", "error"),
    "self-undeclared": ("error", "error"),
    # about inputs and outputs
    "input-undeclared": ("error", "error"),
    "input-unused": ("warning", "warning"),
    "input-optional-sent": ("note", "note"),
    "input-secret-unmarked": ("warning", "warning"),
    "secret-literal": ("warning", "warning"),
    "output-unknown": ("error", "error"),
    "output-forward": ("error", "error"),
    # about the texts of a document
    "condition-invalid": ("error", "error"),
    "expression-invalid": ("error", "error"),
    "expression-unbraced": ("warning", "warning"),
    "expression-unknown": ("warning", "warning"),
    "regex-invalid": ("error", "error"),
    "jsonpath-invalid": ("warning", "error"),
    "xpath-invalid": ("error", "error"),
    "xpath-refused": ("error", "error"),
    "selector-invalid": ("error", "error"),
    # about requests
    "payload-invalid": ("error", "error"),
    "body-without-semantics": ("note", "note"),
    "openapi-limit": ("warning", "warning"),
    "path-parameter-missing": ("error", "error"),
    "parameter-missing": ("warning", "warning"),
    "parameter-undescribed": ("note", "note"),
    # about the way a run takes
    "enum-unhandled": ("warning", "warning"),
    "criterion-impossible": ("warning", "warning"),
    "step-unreachable": ("warning", "warning"),
    "action-shadowed": ("warning", "warning"),
    "retry-never": ("warning", "warning"),
    "loop-unbounded": ("warning", "warning"),
    # about a run
    "jsonpath-root-filter": ("warning", "warning"),
    "input-absent-dropped": ("warning", "warning"),
    "criterion-context-missing": ("warning", "warning"),
    "expression-missing": ("warning", "warning"),
    "value-too-deep": ("error", "error"),
    "jsonpath-limit": ("error", "error"),
    "regex-timeout": ("error", "error"),
    "xpath-failed": ("warning", "warning"),
    "xpath-limit": ("error", "error"),
    "xml-invalid": ("warning", "warning"),
    "xml-doctype-refused": ("error", "error"),
    "xml-limit": ("error", "error"),
    "value-missing": ("error", "error"),
    "value-unusable": ("error", "error"),
    "payload-not-json": ("error", "error"),
    "replacement-invalid": ("error", "error"),
    "replacement-unmatched": ("error", "error"),
    "output-missing": ("warning", "warning"),
    "action-unmatched": ("warning", "warning"),
    "guard-bypassed": ("error", "error"),
    "input-invalid": ("error", "error"),
    "dependency-failed": ("error", "error"),
    "step-dependency-unmet": ("error", "error"),
    "preparation-failed": ("error", "error"),
    "step-timeout": ("warning", "warning"),
    "request-failed": ("warning", "warning"),
    "openapi-unusable": ("error", "error"),
    "budget-exhausted": ("error", "error"),
    "run-interrupted": ("error", "error"),
}

READINGS: Mapping[str, str] = {"jsonpath-comparison": "jsonpath-invalid"}
"""Readings of the lenient dialect that are reported under the code of the defect they read over."""

EXPRESSION_HINT = "write one such as `$inputs.id`, `$steps.first.outputs.id` or `$response.body#/id`"

CRITERION_HINTS: Mapping[str, str] = {
    "jsonpath-invalid": "write `$[?@.status == 'x']`, or the simple condition `$response.body#/status == 'x'`",
    "jsonpath-root-filter": "write the simple condition `$response.body#/status == 'x'`",
    "regex-invalid": "close every bracket, and write `\\` before a character that is meant as it stands",
    "expression-invalid": EXPRESSION_HINT,
    "xpath-invalid": "write an XPath expression of the version, such as `count(/list/item) > 0`",
    "xpath-refused": "use what the response itself says; give other data as inputs",
    "xml-invalid": "check that the context is an XML text, such as $response.body of an XML response",
    "xml-doctype-refused": "test the text with a regex condition instead",
    "condition-invalid": "compare with == != < <= > >=, join with && and ||, quote text with '...'",
    "criterion-context-missing": "check that the context exists in this response",
    "expression-missing": "check that the value exists in this response, or add a criterion that looks for it first",
    "xpath-failed": "test with `if` or a predicate for what makes it fail, such as an empty list or a divisor of 0",
    "xpath-limit": "select less, or select it step by step",
    "jsonpath-limit": "select less: name members in place of `..` and `*`",
    "regex-timeout": "take out repetitions inside repetitions, such as `(a+)+`",
    "value-too-deep": "take a part of the value, with a JSON pointer behind the expression",
    "xml-limit": "ask the API for less at once",
    "output-missing": "check that the value exists in this response, or take the output out",
}

_CRITERION_MESSAGES: Mapping[str, str] = {
    "jsonpath-invalid": "'{}' is not a JSONPath query: {}",
    "condition-invalid": "'{}' is not a condition: {}",
    "regex-invalid": "'{}' is not a regular expression: {}",
    "xpath-invalid": "'{}' is not an XPath expression: {}",
    "xpath-failed": "'{}' cannot be evaluated: {}",
}
_ADVICE = "; a comparison or test belongs inside a filter"
"""Where the explanation of an invalid query passes from the reason to what should be written instead."""

FATAL = frozenset(
    {
        "operation-missing",
        "operation-path-invalid",
        "operation-id-conflict",
        "operation-id-ambiguous",
        "operation-id-unqualified",
        "source-missing",
        "source-member-missing",
        "component-missing",
        "workflow-missing",
        "workflow-input-missing",
        "dependency-circle",
        "self-undeclared",
        "expression-invalid",
        "path-parameter-missing",
        "input-undeclared",
        "output-unknown",
        "output-forward",
    }
)
"""Codes that keep a document from being run when they are errors: what to send is not known."""


def severity_of(code: str, dialect: Dialect) -> Severity:
    """Return how bad a code is; a code that is not listed is an error."""
    lenient, strict = SEVERITIES.get(code, ("error", "error"))
    return lenient if dialect == "lenient" else strict


def hint_for(code: str) -> str:
    """Return the general remedy of a code that a condition, a selector or an output can have at run time, or empty."""
    return CRITERION_HINTS.get(code, "")


def describe_criterion_problem(code: str, condition: str, message: str) -> tuple[str, str]:
    """Return the message and the hint of a problem with a condition.

    The message names the condition. Advice that fits this very condition takes the place of the general hint.
    """
    reason, _, advice = message.partition(_ADVICE)
    described = _CRITERION_MESSAGES.get(code, "{1}").format(condition, reason)
    return described, f"a comparison or test belongs inside a filter{advice}" if advice else CRITERION_HINTS.get(
        code, ""
    )
