"""Selector Objects: a part of structured data, named by JSONPath, XPath or JSON Pointer (Arazzo 1.1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SelectorType = Literal["jsonpath", "xpath", "jsonpointer"]


@dataclass(frozen=True, slots=True)
class Selector:
    """A Selector Object as written; it stands in document values in place of the object.

    Attributes:
        context: the runtime expression of the data to look at.
        selector: the query.
        type: the language of the query.
        version: of that language, or None for the default.
        pointer: JSON pointer to the object in its document.
    """

    context: str
    selector: str
    type: SelectorType
    version: str | None = None
    pointer: str = ""
