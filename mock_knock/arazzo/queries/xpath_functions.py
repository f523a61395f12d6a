"""Functions of XPath that reach outside, match without end or need more work than their arguments show.

Refused: whatever reads other documents, files, the environment or the clock, draws at random, or looks functions up by
a name that is only known at run time. Collations other than by code points are refused too: the package sets the
locale of the whole process for them. Regular expressions are matched by `bounded_regex`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any, Final

from elementpath import XPathContext, XPathToken

from mock_knock.arazzo.queries.xpath_work import Metered, WorkError, work_of

REFUSED: Final = frozenset(
    {
        "analyze-string",
        "available-environment-variables",
        "collection",
        "current-date",
        "current-dateTime",
        "current-time",
        "doc",
        "doc-available",
        "environment-variable",
        "function-lookup",
        "implicit-timezone",
        "json-doc",
        "json-to-xml",
        "load-xquery-module",
        "parse-xml",
        "parse-xml-fragment",
        "random-number-generator",
        "transform",
        "unparsed-text",
        "unparsed-text-available",
        "unparsed-text-lines",
        "uri-collection",
        "xml-to-json",
    }
)
CODEPOINTS: Final = "http://www.w3.org/2005/xpath-functions/collation/codepoint"

_COLLATION_AT: Final = {
    "collation-key": 1,
    "compare": 2,
    "contains": 2,
    "contains-token": 2,
    "deep-equal": 2,
    "distinct-values": 1,
    "ends-with": 2,
    "index-of": 2,
    "max": 1,
    "min": 1,
    "sort": 1,
    "starts-with": 2,
    "substring-after": 2,
    "substring-before": 2,
}
_MAX_PRECISION = 1_000
_MAX_PICTURED = 1_000_000_000
_LONG_NUMBER = re.compile(r"[0-9]{4}")


class RefusedError(Exception):
    """A query calls a function that is not offered."""


class Refused(Metered):
    """A function that is not offered."""

    def nud(self) -> Any:
        """Refuse to be parsed as a call; as a name of an element it may stand."""
        raise RefusedError(f"the function {self.symbol}() is not offered: it reaches outside the document")

    def evaluate(self, context: XPathContext | None = None) -> Any:  # noqa: ARG002  # the package's signature
        """Refuse to be called by another way."""
        self.nud()

    select = evaluate


class Range(Metered):
    """`a to b`, paid before the numbers are made."""

    def evaluate(self, context: XPathContext | None = None) -> Any:
        """Return the numbers."""
        first, last = (_first(self, index, context) for index in (0, 1))
        if isinstance(first, int) and isinstance(last, int):
            work_of(self).spend(max(last - first, 0))
        return super().evaluate(context)


class Checked(Metered):
    """A function or operator that looks at its arguments before it works."""

    context: XPathContext | None = None

    def evaluate(self, context: XPathContext | None = None) -> Any:
        """Check, then evaluate."""
        self.check(self.context or context)
        return super().evaluate(context)

    def select(self, context: XPathContext | None = None) -> Iterator[Any]:
        """Check, then generate the items."""
        self.check(self.context or context)
        yield from super().select(context)

    def check(self, context: XPathContext | None) -> None:
        """Pay for what the function is about to do; raises WorkError or RefusedError."""


class Collating(Checked):
    """A function that may be given a collation."""

    def check(self, context: XPathContext | None) -> None:
        """Refuse any but the one by code points."""
        if _first(self, _COLLATION_AT[self.symbol], context) not in {None, CODEPOINTS}:
            raise RefusedError(f"{self.symbol}() with a collation is not offered: it would change the whole process")


class Scanning(Checked):
    """A function or operator that looks at all nodes of the document."""

    def check(self, _context: XPathContext | None) -> None:
        """Pay for them."""
        work_of(self).spend_scan()


class Pairing(Collating):
    """A function that compares each item of its first argument with every other."""

    def check(self, context: XPathContext | None) -> None:
        """Pay for the pairs."""
        super().check(context)
        count = sum(1 for _ in self[0].select(copy(context)))
        work_of(self).spend(count * count // 8)


class Joining(Checked):
    """`string-join`: the separator is repeated."""

    def check(self, context: XPathContext | None) -> None:
        """Pay for the separators."""
        separator = _first(self, 1, context) if len(self) > 1 else None
        if isinstance(separator, str) and len(separator) > 1:
            count = sum(1 for _ in self[0].select(copy(context)))
            work_of(self).spend(count * len(separator) // 200)


class Rounding(Checked):
    """`round` and `round-half-to-even`: the package computes ten to the power of the precision."""

    def check(self, context: XPathContext | None) -> None:
        """Refuse precisions that no number has."""
        precision = _first(self, 1, context)
        if isinstance(precision, int) and abs(precision) > _MAX_PRECISION:
            raise WorkError(f"{self.symbol}() rounds to at most {_MAX_PRECISION} digits")


class Raising(Checked):
    """`math:pow` and `math:exp10`: whole powers are computed exactly before they become doubles."""

    def check(self, context: XPathContext | None) -> None:
        """Refuse whole exponents beyond what a double holds."""
        exponent = _first(self, len(self) - 1, context)
        if isinstance(exponent, int) and abs(exponent) > _MAX_PRECISION:
            raise WorkError(f"{self.symbol}() takes whole exponents of at most {_MAX_PRECISION}")


class Picturing(Checked):
    """`format-...`: pictures pad to any width, and Roman numbers grow with the number."""

    def check(self, context: XPathContext | None) -> None:
        """Refuse widths of more than 999 characters and numbers of more than nine digits."""
        picture, value = _first(self, 1, context), _first(self, 0, context)
        too_wide = isinstance(picture, str) and _LONG_NUMBER.search(picture.replace("0000", ""))
        too_large = self.symbol == "format-integer" and isinstance(value, int) and abs(value) > _MAX_PICTURED
        if too_wide or too_large:
            raise WorkError(f"{self.symbol}() was given too large a number or too wide a picture")


def _first(token: XPathToken, index: int, context: XPathContext | None) -> Any:
    """Return the first item of an argument, or None when there is none."""
    if index >= len(token):
        return None
    return next(iter(token[index].select(copy(context))), None)


CHECKED: Final[dict[str, type[Metered]]] = {
    **dict.fromkeys(_COLLATION_AT, Collating),
    **dict.fromkeys(("distinct-values", "index-of"), Pairing),
    **dict.fromkeys(("<<", ">>", "id", "idref", "element-with-id", "path", "root", "generate-id", "is"), Scanning),
    **dict.fromkeys(("round", "round-half-to-even"), Rounding),
    **dict.fromkeys(("format-date", "format-dateTime", "format-integer", "format-number", "format-time"), Picturing),
    **dict.fromkeys(("pow", "exp10"), Raising),
    **dict.fromkeys(REFUSED, Refused),
    "string-join": Joining,
    "to": Range,
}
"""Symbol of a token to the class that is mixed in."""
