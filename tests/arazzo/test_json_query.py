"""JSONPath as RFC 9535 defines it, where the library alone would differ, and its limits."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.queries import query_nodes
from mock_knock.arazzo.queries.json_query import (
    compile_logical,
    compile_query,
    holds,
    root_columns,
    selects_any,
)
from mock_knock.arazzo.queries.query import QueryEvaluationError, QuerySyntaxError
from mock_knock.messages import JsonValue


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("$", 1),
        ("$", "[1,2"),
        ("$", ""),
        ("$.a", {"a": None}),
        ("$.a", {"a": False}),
        ("$['a b']", {"a b": 1}),
        ("$ .a", {"a": 1}),
        ("$.😀", {"😀": 1}),
        ("$[-1]", [1]),
        ("$[0:1]", [1]),
        ("$..b", {"a": [{"b": 1}]}),
        ("$[?@]", [0]),
        ("$[?@]", [False]),
        ("$[?@]", [""]),
        ("$[?@]", [None]),
        ("$[?@.a]", [{"a": 0}]),
        ("$[?@ == 1]", [1.0]),
        ("$[?@ == $[1]]", [[1], [1]]),
        ("$[?@.a == @.b]", [{}]),
        ("$[?@.a <= @.b]", [{}]),
        ("$[?@ >= 'b']", ["b"]),
        ("$[?@ < 'b']", ["a"]),
        ("$[?@ > 1.5]", [2]),
        ("$[?@ != null]", [1]),
        ("$[?@ == -1.5e1]", [-15]),
        ("$[?@ < 1e999]", [5]),
        ("$[?!@.a]", [{}]),
        ("$[?!(@.a == 1)]", [{"a": 2}]),
        ("$[?!match(@, 'a')]", ["b"]),
        ("$[?(@.a || @.b) && !( @.c )]", [{"b": 1}]),
        ("$[? 1 == 1]", [0]),
        ("$.items[?@.a[?@.x == $.y]]", {"y": 1, "items": [{"a": [{"x": 1}]}]}),
        ("$[?count(@.*) > 1]", [[1, 2]]),
        ("$[?length(@) == 2]", ["ab"]),
        ("$[?value(@..a) == 1]", [{"a": 1}]),
        ("$[?match(@, 'a.c')]", ["abc"]),
        ("$[?search(@.t, '[0-9]+')]", [{"t": "ab12"}]),
    ],
)
def test_selects(query: str, value: JsonValue) -> None:
    """These queries select a node."""
    assert selects_any(compile_query(query), value)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("$.a", {}),
        ("$.a", '{"a": 1}'),
        ("$[0]", "text"),
        ("$.a[0:2]", {"a": "text"}),
        ("$..[0:1]", {"a": "text"}),
        ("$[1]", [1]),
        ("$.a[*]", {"a": []}),
        ("$[?@ < 2]", [True]),
        ("$[?@ == 1]", [True]),
        ("$.a[?@ == $.b]", {"a": [[1]], "b": [True]}),
        ("$[?@.a == null]", [{}]),
        ("$[?@.a < 1]", [{"a": "0"}]),
        ("$[?@.status == 'completed']", {"status": "completed"}),
        ("$[?count(@.pets) > 0]", {"pets": [1]}),
        ("$[?match(@, 'b')]", ["abc"]),
        ("$[?match(@, 'a')]", [1]),
        ("$[?search(@, $[1])]", ["a", 1]),
        ("$[?@ == 'Completed']", ["completed"]),
    ],
)
def test_selects_nothing(query: str, value: JsonValue) -> None:
    """These queries are valid and select nothing; a filter looks at members, not at the object itself."""
    assert not selects_any(compile_query(query), value)


@pytest.mark.parametrize(
    ("column", "query"),
    [
        (0, ""),
        (0, "status"),
        (0, "@.a"),
        (1, " $.a"),
        (3, "$.a "),
        (9, "$.status == 'completed'"),
        (3, "$.a-b"),
        (3, "$.a, $.b"),
        (3, "$[?!!@.a]"),
        (8, "$[?!@.a == 1]"),
        (3, "$[?(@.a) == 1]"),
        (8, "$[?1 == (1)]"),
        (7, "$[?1 ==(1)]"),
        (5, "$[?@ == 1 == 1]"),
        (3, "$[?!true]"),
        (7, "$[?@.a && true]"),
        (7, "$[?@.a && length(@.b)]"),
        (3, "$[?!length(@.b)]"),
        (7, "$[?@.a <> 1]"),
        (10, "$[?@.a == 01]"),
        (10, "$[?@.a == -01]"),
        (10, "$[?@.a == :1.5]"),
        (0, "$[1e3]"),
        (3, "$[?nope(@)]"),
        (7, "$[?@.* == 1]"),
        (0, "$[?match(@.a, 'x') == 1]"),
        (10, '$[?@.a == "x]'),
        (3, "$[?(@.a]"),
        (6, "$[?@.a"),
    ],
)
def test_invalid_queries(column: int, query: str) -> None:
    """What RFC 9535 does not allow is refused with the 0-based column."""
    with pytest.raises(QuerySyntaxError) as caught:
        compile_query(query)
    assert column == caught.value.column


def test_messages_are_for_people() -> None:
    """The names of tokens do not appear in messages."""
    with pytest.raises(QuerySyntaxError, match=r"expected '\$', found a name"):
        compile_query("status")


@pytest.mark.parametrize(
    "query", ["$[?" + "(" * 1000 + "@.a" + ")" * 1000 + "]", "$[?" + "&&".join(["@.a"] * 1000) + "]"]
)
def test_nesting_of_queries_is_bounded(query: str) -> None:
    """A query with too many nested groups is refused instead of ending in a recursion error."""
    with pytest.raises(QuerySyntaxError, match="nested too deeply"):
        compile_query(query)


def test_length_of_queries_is_bounded() -> None:
    """A query has at most 10,000 characters."""
    with pytest.raises(QuerySyntaxError, match="at most 10000"):
        compile_query("$" + ".a" * 5000)


def _nested(levels: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(("query", "value"), [("$..a", _nested(5000)), ("$" + ".a" * 4000, {})])
def test_depth_of_evaluation_is_bounded(query: str, value: JsonValue) -> None:
    """A value nested too deeply for `..`, and a query of too many segments, have a code."""
    with pytest.raises(QueryEvaluationError) as caught:
        selects_any(compile_query(query), value)
    assert "jsonpath-limit" == caught.value.code


def test_deep_values_can_be_compared() -> None:
    """Comparing two deep values needs no recursion."""
    assert selects_any(compile_query("$[?@ == $[1]]"), [_nested(5000), _nested(5000)])


def test_visited_nodes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that visits too many nodes is stopped."""
    monkeypatch.setattr(query_nodes, "MAX_VISITED_NODES", 1000)
    with pytest.raises(QueryEvaluationError) as caught:
        selects_any(compile_query("$..*..*..*..nope"), _nested(50))
    assert "jsonpath-limit" == caught.value.code


def test_regular_expression_tests_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests against regular expressions cost more than nodes do."""
    monkeypatch.setattr(query_nodes, "MAX_VISITED_NODES", 1000)
    assert not selects_any(compile_query("$[?match(@, 'b')]"), ["a"] * 5)
    with pytest.raises(QueryEvaluationError):
        selects_any(compile_query("$[?match(@, 'b')]"), ["a"] * 20)


@pytest.mark.parametrize(("expected", "pattern"), [("regex-invalid", "["), ("regex-timeout", "(a|aa)+$")])
def test_bad_patterns_are_reported(expected: str, pattern: str) -> None:
    """A pattern that cannot be used, or takes too long, is an error of evaluation (Arazzo 1.1.0, Evaluation Errors)."""
    with pytest.raises(QueryEvaluationError) as caught:
        selects_any(compile_query(f"$[?search(@, '{pattern}')]"), ["a" * 100 + "b"])
    assert expected == caught.value.code


@pytest.mark.parametrize(
    ("expected", "text", "value"),
    [
        (True, "$.status == 'queued' || $.status == 'processing'", {"status": "processing"}),
        (False, "$.status == 'queued'", {"status": "Queued"}),
        (True, "$ == 'done'", "done"),
        (True, "$ == '5'", "5"),
        (True, "$", 0),
        (False, "$.a", ""),
        (False, "$.a == 1", []),
        (False, "$.a == 1", {}),
        (True, "$.a == $.b", {}),
        (True, "!$.a && !($.b > 1)", {}),
        (True, "length($.a) == 2", {"a": "xy"}),
        (True, "match($.a, 'x.')", {"a": "xy"}),
        (True, "count($.a[*]) > 1", {"a": [1, 2]}),
        (True, "$.items[?@.id == $.id]", {"id": 1, "items": [{"id": 1}]}),
        (True, " $.a\n", {"a": 1}),
    ],
)
def test_logical_expressions(expected: bool, text: str, value: JsonValue) -> None:  # noqa: FBT001  # a column
    """A comparison or test over the context is evaluated with `$` as the context, scalar and empty ones too."""
    assert expected is holds(compile_logical(text), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "true",
        "1 == 1",
        "status == 'x'",
        "@.status == 'x'",
        "$.a == @.b",
        "match(@.a, 'x')",
        "$.a == 1], [?$.b == 2",
        "$.a == 1][?$.b",
        "$.a] | $[?$.b",
        "$.a, $.b",
        "$.a = 1",
    ],
)
def test_no_logical_expression(text: str) -> None:
    """Only one logical expression over `$...` queries is read; nothing can break out of the brackets around it."""
    with pytest.raises(QuerySyntaxError):
        compile_logical(text)


def test_columns_of_logical_expressions() -> None:
    """Columns count from the beginning of the logical expression."""
    with pytest.raises(QuerySyntaxError) as caught:
        compile_logical("$.a == 01")
    assert 7 == caught.value.column


def test_evaluation_of_logical_expressions_is_guarded() -> None:
    """Errors of evaluation have a code in logical expressions too."""
    with pytest.raises(QueryEvaluationError) as caught:
        holds(compile_logical("search($.a, '[')"), {"a": "x"})
    assert "regex-invalid" == caught.value.code


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (True, "$[?@.a]"),
        (True, "$[?@.a].b"),
        (False, "$"),
        (False, "$.a[?@.b]"),
        (False, "$..[?@.a]"),
        (False, "$[?@.a, ?@.b]"),
        (False, "$[0]"),
    ],
)
def test_root_filters(expected: bool, query: str) -> None:  # noqa: FBT001  # a column of the table
    """A query knows whether its first segment is one filter."""
    assert expected is (compile_query(query).root_filter is not None)


def test_root_columns() -> None:
    """The places of `$` are those of queries, not those in strings."""
    assert (0, 7, 19) == root_columns("$.a == $.b['$'] || $.c")
