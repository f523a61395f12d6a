"""The limit on the work of an XPath evaluation: tokens and items cost, and so does what the package loops over.

`elementpath` evaluates a tree of tokens; each class of token gets a subclass that pays before it works and for what it
has made. Nothing here looks at a clock, so the same query over the same document always ends in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any, Final

from elementpath import XPathContext, XPathFunction, XPathNode, XPathToken
from elementpath.xpath_nodes import DocumentNode, ElementNode

from mock_knock.arazzo.conditions.bounded_regex import TIME_LIMIT_SECONDS
from mock_knock.arazzo.patience import allowed

MAX_WORK: Final = 200_000
MAX_BITS: Final = 20_000

_CHARACTERS = 200
_SCANNED = 8
_MEMBERS = 4
_MATCHINGS = 1_000
_LEAST_SECONDS = 0.001


class WorkError(Exception):
    """A query takes more work, or makes larger values, than one evaluation may."""


class Work:
    """Counts the work of one evaluation; `size` is the number of nodes of the document."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.left = int(allowed(MAX_WORK))
        self.matchings = 0

    def spend(self, cost: int) -> None:
        """Take from what is left; raises WorkError when nothing is."""
        self.left -= cost
        if self.left < 0:
            raise WorkError("the query takes more work than one evaluation may")

    def spend_scan(self) -> None:
        """Pay for one look at all nodes of the document, which the package takes in a single loop."""
        self.spend(1 + self.size // _SCANNED)

    def spend_matching(self) -> float:
        """Pay for a match of a regular expression, and return the seconds that it may take.

        The first may take 0.1 s, the second half of that and so on, so that a thousand take less than two seconds.
        """
        self.spend(MAX_WORK // _MATCHINGS)
        self.matchings += 1
        return max(allowed(TIME_LIMIT_SECONDS) / self.matchings, _LEAST_SECONDS)

    def spend_value(self, value: object) -> None:
        """Pay for the size of a value; an item of a list has been paid for when it was selected."""
        match value:
            case str():
                self.spend(len(value) // _CHARACTERS)
            case int() if value.bit_length() > MAX_BITS:
                raise WorkError(f"a number has more than {MAX_BITS} bits")
            case XPathFunction():
                members = getattr(value, "_map", None) or getattr(value, "_array", None) or ()
                self.spend(len(members) // _MEMBERS)
            case _:
                pass


class Metered(XPathToken):
    """A token that pays; mixed in before the class of the token."""

    def evaluate(self, context: XPathContext | None = None) -> Any:
        """Evaluate, and pay for it."""
        work = work_of(self)
        work.spend(1)
        value = super().evaluate(context)
        work.spend_value(value)
        return value

    def select(self, context: XPathContext | None = None) -> Iterator[Any]:
        """Generate the items, and pay for each."""
        work = work_of(self)
        work.spend(1)
        for item in super().select(context):
            work.spend(1)
            work.spend_value(item)
            yield item

    def iter_comparison_data(self, context: XPathContext | None) -> Iterator[Any]:
        """Generate the pairs that a general comparison compares, and pay for each."""
        work = work_of(self)
        pairs = super().iter_comparison_data(context)
        for pair in self._converted(pairs, context) if self.parser.version == "1.0" else pairs:
            work.spend(1)
            yield pair

    def _converted(self, pairs: Iterator[Any], context: XPathContext | None) -> Iterator[Any]:
        """Convert as 1.0 does (section 3.4): a boolean makes both sides booleans, else a number makes both numbers.

        The package leaves this out for an empty set of nodes, and for numbers.
        """
        sides = [list(side.select(copy(context))) for side in self]
        if any(isinstance(item, bool) for side in sides for item in side[:1]):
            yield tuple(any(isinstance(item, XPathNode) for item in side) or self.boolean_value(side) for side in sides)
            return
        for left, right in pairs:
            is_mixed = isinstance(left, str) is not isinstance(right, str)
            yield (self.number_value(left), self.number_value(right)) if is_mixed else (left, right)

    def atomize_item(self, item: Any) -> Iterator[Any]:
        """Generate atomic values of an item, and pay for their texts; that of an element can be the whole document."""
        for value in super().atomize_item(item):
            self._pay_for_text(value)
            yield value

    def string_value(self, obj: Any) -> str:
        """Return the text of an item, and pay for it."""
        text = super().string_value(obj)
        self._pay_for_text(text)
        return text

    def _pay_for_text(self, value: object) -> None:
        text = value if isinstance(value, str) else getattr(value, "value", None)
        if isinstance(text, str):
            work_of(self).spend(len(text) // _CHARACTERS)


def work_of(token: XPathToken) -> Work:
    """Return what counts the work of a token: it belongs to its parser, which serves one evaluation."""
    work: Work = token.parser.work  # type: ignore[attr-defined]  # our parsers have it
    return work


class Context(XPathContext):
    """A dynamic context whose axes pay for the nodes that they pass over."""

    work: Work

    def iter_descendants(self, axis: str | None = None) -> Iterator[XPathNode | None]:
        """Generate the descendants, and pay for each."""
        for node in super().iter_descendants(axis):
            self.work.spend(1)
            yield node

    def iter_children_or_self(self) -> Iterator[Any]:
        """Generate the children, and pay for all."""
        self._pay_for_children(self.item)
        yield from super().iter_children_or_self()

    def iter_matching_nodes(self, name: str, default_namespace: str | None = None) -> Iterator[Any]:
        """Generate the children with a name, and pay for all."""
        self._pay_for_children(self.item)
        yield from super().iter_matching_nodes(name, default_namespace)

    def iter_siblings(self, axis: str | None = None) -> Iterator[Any]:
        """Generate the siblings, and pay for all."""
        self._pay_for_children(getattr(self.item, "parent", None))
        yield from super().iter_siblings(axis)

    def iter_preceding(self) -> Iterator[Any]:
        """Generate the nodes before this one, and pay for a look at all."""
        self.work.spend_scan()
        yield from super().iter_preceding()

    def iter_followings(self) -> Iterator[Any]:
        """Generate the nodes behind this one, and pay for a look at all."""
        self.work.spend_scan()
        yield from super().iter_followings()

    def get_root(self, node: Any) -> Any:
        """Return the root of a node, and pay for a look at all."""
        self.work.spend_scan()
        return super().get_root(node)

    def _pay_for_children(self, node: object) -> None:
        if self.axis is None and isinstance(node, ElementNode | DocumentNode):
            self.work.spend(len(node.children) // _SCANNED)
