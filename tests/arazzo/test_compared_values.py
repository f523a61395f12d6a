"""Which enumeration values a JSONPath criterion handles."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.linting.coverage import compared_values
from mock_knock.messages import JsonValue


def _jsonpath(condition: str, context: str | None = "$response.body") -> Criterion:
    return Criterion(condition, context, "jsonpath")


@pytest.mark.parametrize(
    ("expected", "criterion"),
    [
        (
            {("/status", "queued"), ("/status", "processing")},
            _jsonpath("$.status == 'queued' || $.status == 'processing'"),
        ),
        ({("/status", "completed")}, _jsonpath("$[?@.status == 'completed']")),
        ({("/a", 1), ("/b", None), ("/c", True)}, _jsonpath("$[?(@.a == 1 || (null == @.b)) || @['c'] == true]")),
        ({("/data/status", "x")}, _jsonpath("$.status == 'x'", "$response.body#/data")),
        ({("/data/items/0/status", "x")}, _jsonpath("$.items[0].status == 'x'", "$response.body.data")),
        ({("/status", "x")}, _jsonpath("$ == 'x'", "$response.body#/status")),
        ({("/a~1b", "x")}, _jsonpath("$['a/b'] == 'x'")),
    ],
)
def test_equalities(expected: set[tuple[str, JsonValue]], criterion: Criterion) -> None:
    """Equalities of body members, alone or joined by `||`, are listed as pointer and value."""
    assert frozenset(expected) == compared_values(criterion)


@pytest.mark.parametrize(
    "criterion",
    [
        _jsonpath("$.status"),
        _jsonpath("$.status != 'x'"),
        _jsonpath("!($.status == 'x')"),
        _jsonpath("$.a == 1 && $.b == 2"),
        _jsonpath("$.a == 1 || $.b"),
        _jsonpath("$.a == 1 || $.b > 2"),
        _jsonpath("$.a || $.b == 2"),
        _jsonpath("$.a == $.b"),
        _jsonpath("length($.a) == 2"),
        _jsonpath("$[-1] == 2"),
        _jsonpath("$[?@ == 'x']"),
        _jsonpath("$[?$.a == 'x']"),
        _jsonpath("$[?@.a == 'x'].b"),
        _jsonpath("$[?@.a == 'x', ?@.b == 'x']"),
        _jsonpath("$.data[?@.a == 'x']"),
        _jsonpath("$.a == '{$inputs.x}'"),
        _jsonpath("status == 'x'"),
        _jsonpath("$.a == 1", "$request.body"),
        _jsonpath("$.a == 1", "$statusCode"),
        _jsonpath("$.a == 1", "$response.body#/x.y"),
        _jsonpath("$.a == 1", None),
        _jsonpath("$.a == 1", "nope"),
        Criterion("$response.body#/a == 1"),
        Criterion("x", "$response.body", "regex"),
        Criterion("/x", "$response.body", "xpath"),
    ],
)
def test_anything_else_is_unknown(criterion: Criterion) -> None:
    """Negations, other operators, mixtures, other sources and broken text give None."""
    assert compared_values(criterion) is None
