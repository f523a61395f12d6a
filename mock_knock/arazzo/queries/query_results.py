"""What a JSONPath query selects: the values, or the places where they stand."""

from __future__ import annotations

from typing import TypeAlias

from jsonpath import JSONPathMatch

from mock_knock.arazzo.queries.json_query import guarded
from mock_knock.arazzo.queries.query import Query
from mock_knock.arazzo.queries.query_nodes import Budget, Node, extra_context, select, select_from
from mock_knock.messages import JsonValue

Place: TypeAlias = tuple[str | int, ...]


class _PlacedNode(Node):
    """A node that knows the names and indices on its way from the root."""

    __slots__ = ()

    def new_child(self, obj: object, key: int | str) -> JSONPathMatch:
        child = super().new_child(obj, key)
        return _placed(child.obj, child.root, (*self.parts, key), self)


def _placed(value: object, root: object, parts: Place, parent: JSONPathMatch | None) -> _PlacedNode:
    extra = parent.filter_context() if parent is not None else extra_context(Budget())
    return _PlacedNode(filter_context=extra, obj=value, parent=None, path="", parts=parts, root=root)  # type: ignore[arg-type]  # JSON


def selected_values(query: Query, value: JsonValue) -> tuple[JsonValue, ...]:
    """Return the values of the nodes a query selects, in order.

    Raises:
        QueryEvaluationError: as `selects_any`.
    """
    nodes = select(query.path, value, value, extra_context(Budget()))
    return guarded(lambda: tuple(node.obj for node in nodes))


def selected_places(query: Query, value: JsonValue) -> tuple[Place, ...]:
    """Return the names and indices from the root to each node a query selects, each node once, in order.

    Raises:
        QueryEvaluationError: as `selects_any`.
    """
    nodes = select_from(query.path, _placed(value, value, (), None))
    return guarded(lambda: tuple(dict.fromkeys(node.parts for node in nodes)))
