"""A criterion as written, and what became of it (Arazzo 1.1.0, Criterion Object)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

CriterionType = Literal["simple", "regex", "jsonpath", "xpath"]

COMPARISON_READING: Final = "jsonpath-comparison"
ROOT_FILTER_READING: Final = "jsonpath-root-filter"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition and what it applies to, as written in a document.

    Attributes:
        condition: the text of the condition.
        context: the expression whose value a typed condition looks at; simple conditions have none.
        type: the kind of condition.
        version: of the JSONPath or XPath language, or None for the default.
        pointer: JSON pointer to the criterion in its document.
    """

    condition: str
    context: str | None = None
    type: CriterionType = "simple"
    version: str | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a criterion passed, and what is to be told about it.

    Attributes:
        passed: the result; always false when the criterion could not be evaluated.
        code: why it could not be evaluated properly, or None: `condition-invalid`, `regex-invalid`, `regex-timeout`,
            `jsonpath-invalid`, `jsonpath-limit`, `criterion-context-missing`, `xpath-invalid`, `xpath-failed`,
            `xpath-limit`, `xpath-refused`, `xml-invalid`, `xml-doctype-refused`, `xml-limit`, `expression-invalid`,
            `expression-missing`, `value-too-deep`.
        message: the same for people.
        readings: the lenient readings that were used: `jsonpath-comparison`, `jsonpath-root-filter`.
    """

    passed: bool
    code: str | None = None
    message: str = ""
    readings: tuple[str, ...] = ()
