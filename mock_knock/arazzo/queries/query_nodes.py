"""The parts of a JSONPath query that python-jsonpath evaluates otherwise than RFC 9535, and the limit on their work.

The package's strict mode (2.2) reads text values as JSON documents, takes slices of strings, lets `$` in a nested
filter mean the wrong node, counts `@` with a false value as absent, and matches regular expressions without end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jsonpath import JSONPath, JSONPathMatch, NodeList
from jsonpath.filter import FunctionExtension, RelativeFilterQuery, RootFilterQuery
from jsonpath.function_extensions import ExpressionType, FilterFunction
from jsonpath.match import FilterContextVars
from jsonpath.selectors import FilterContext, SliceSelector

from mock_knock.arazzo.conditions.bounded_regex import MatchingTime, from_iregexp
from mock_knock.arazzo.patience import allowed
from mock_knock.messages import JsonValue

MAX_VISITED_NODES: Final = 200_000

_REGEX_COST = 50
_CHARACTER_COST = 5
_BUDGET = "budget"


class BudgetError(Exception):
    """A query visits more nodes, or tests more texts, than one evaluation may."""


class Budget:
    """Counts the work of one evaluation; a test against a regular expression counts as fifty nodes.

    Each character of a pattern counts as five, once: compiling takes longer than matching.
    """

    def __init__(self) -> None:
        self.limit = int(allowed(MAX_VISITED_NODES))
        self.left = self.limit
        self.matching = MatchingTime()
        self.patterns: set[str] = set()

    def spend(self, cost: int) -> None:
        """Take from what is left; raises BudgetError when nothing is."""
        self.left -= cost
        if self.left < 0:
            raise BudgetError(f"the query takes more work than visiting {self.limit} nodes")

    def matches(self, pattern: str, text: str, *, whole: bool) -> bool:
        """Tell whether an I-Regexp matches a text, and pay for it; raises RegexError and RegexTimeoutError as well."""
        self.spend(_REGEX_COST if pattern in self.patterns else _REGEX_COST + _CHARACTER_COST * len(pattern))
        self.patterns.add(pattern)
        return self.matching.test(from_iregexp(pattern), text, whole=whole)


class Node(JSONPathMatch):
    """A node of the queried value that spends its budget and keeps neither path nor children."""

    __slots__ = ()

    def new_child(self, obj: object, key: int | str) -> JSONPathMatch:  # noqa: ARG002  # the package's signature
        """Return a node for a member or item."""
        _spend(self.filter_context(), 1)
        return _node(obj, self.root, self.filter_context())

    def add_child(self, *children: JSONPathMatch) -> None:
        """Forget the children: nothing reads them, and a large body would be held twice."""


def extra_context(budget: Budget) -> FilterContextVars:
    """Return what carries the budget through an evaluation."""
    return {_BUDGET: budget}


def select(path: JSONPath, value: JsonValue, root: JsonValue, extra: FilterContextVars) -> Iterable[JSONPathMatch]:
    """Generate the nodes a query selects in a value; `root` is what `$` means in its filters.

    Strings are values too, never JSON text. Raises BudgetError on the way.
    """
    return select_from(path, _node(value, root, extra))


def select_from(path: JSONPath, start: Node) -> Iterable[JSONPathMatch]:
    """Generate the nodes a query selects from a node; those are of its kind. Raises BudgetError on the way."""
    nodes: Iterable[JSONPathMatch] = [start]
    for segment in path.segments:
        nodes = segment.resolve(nodes)
    return nodes


def _node(value: JsonValue, root: JsonValue, extra: FilterContextVars) -> Node:
    return Node(filter_context=extra, obj=value, parent=None, path="", parts=(), root=root)


def _spend(extra: FilterContextVars, cost: int) -> None:
    extra[_BUDGET].spend(cost)


class RelativeQuery(RelativeFilterQuery):
    """`@...`: also for scalars, and with the document as the root of nested filters."""

    __slots__ = ()

    def evaluate(self, context: FilterContext) -> object:
        """Return the nodes the query selects."""
        _spend(context.extra_context, 1)
        return NodeList(select(self.path, context.current, context.root, context.extra_context))


class RootQuery(RootFilterQuery):
    """`$...` inside a filter: also for scalars."""

    __slots__ = ()

    def evaluate(self, context: FilterContext) -> object:
        """Return the nodes the query selects."""
        _spend(context.extra_context, 1)
        return NodeList(select(self.path, context.root, context.root, context.extra_context))


class Function(FunctionExtension):
    """A function call; tests against regular expressions are paid for."""

    __slots__ = ()

    def evaluate(self, context: FilterContext) -> object:
        """Return the result of the call."""
        function = REGEX_FUNCTIONS.get(self.name)
        if function is None:
            return super().evaluate(context)
        value, pattern = self._unpack_node_lists(function, [each.evaluate(context) for each in self.args])
        return function(value, pattern, context.extra_context[_BUDGET])


class RegexFunction(FilterFunction):
    """`match` and `search` with a time limit; a pattern that cannot be used raises RegexError and is not just false."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012  # the package's signature
    return_type = ExpressionType.LOGICAL

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole

    def __call__(self, value: object, pattern: object, budget: Budget) -> bool:
        """Tell whether a string matches an I-Regexp, and pay for it; anything but two strings does not."""
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        return budget.matches(pattern, value, whole=self.whole)


REGEX_FUNCTIONS = {"match": RegexFunction(whole=True), "search": RegexFunction(whole=False)}


class ArraySlice(SliceSelector):
    """A slice selects from arrays only (section 2.3.4)."""

    __slots__ = ()

    def resolve(self, node: JSONPathMatch) -> Iterable[JSONPathMatch]:
        """Generate the selected items."""
        return super().resolve(node) if isinstance(node.obj, list) else ()
