"""The versions of XPath, and why a query has no answer: words that its reader and its evaluation share."""

from __future__ import annotations

from typing import Final, Literal, get_args

XPathVersion = Literal["xpath-10", "xpath-20", "xpath-30", "xpath-31"]
VERSIONS: Final[tuple[XPathVersion, ...]] = get_args(XPathVersion)
DEFAULT_VERSION: Final[XPathVersion] = "xpath-31"


class XPathError(Exception):
    """A query cannot be read or evaluated.

    `code` is `xpath-invalid` (not XPath of that version), `xpath-failed` (an error of evaluation) or `xpath-limit`
    (too much work); for the document also a code of `XmlError`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
