"""How an expectation is written, in a body and in a query, and what of it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.expectation import Expected, Times
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import MAX_NUMBER
from mock_knock.domain.verification_format import (
    CODE,
    EXPECTED,
    MAX_COUNT,
    MAX_IN_ORDER,
    TIMES,
    decode_query,
    parse_expected,
    parse_order,
)
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

EVERYTHING: dict[str, Any] = {
    "operation": ["triggerWorkflow", "cancelWorkflow"],
    "workflow": "wel*",
    "recipient": "dr_grant",
    "user": "dr_*",
    "header": {"X-Team": "red", "x-tenant": "*"},
    "attempt": 0,
    "body": {"data": {"x": 1}},
    "status": "2xx",
    "creates": True,
    "at_least": 1,
    "at_most": 3,
}


def places(value: JsonValue) -> list[str]:
    """Return the place of each problem of an expectation, each with a message and a hint."""
    return refused(lambda: parse_expected(value))


def order_places(value: JsonValue) -> list[str]:
    """Return the place of each problem of an order."""
    return refused(lambda: parse_order(value))


def refused(read: Callable[[], object]) -> list[str]:
    """Return the places that a refusal tells."""
    with pytest.raises(InvalidDocument) as caught:
        read()
    return told_places(caught.value)


def told_places(refusal: InvalidDocument) -> list[str]:
    """Return the places that a refusal tells, each with a message and a remedy."""
    assert {CODE} == {each.code for each in refusal.findings}
    assert all(each.message and each.hint and each.where.startswith("#") for each in refusal.findings)
    return [each.where for each in refusal.findings]


def as_query(expectation: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how an expectation stands in a query."""
    pairs: list[tuple[str, str]] = []
    for name, value in expectation.items():
        if name == "operation":
            pairs += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        elif name == "header":
            pairs += [(name, f"{field}: {pattern}") for field, pattern in value.items()]
        elif name == "body":
            pairs.append((name, orjson.dumps(value).decode()))
        else:
            pairs.append((name, value if isinstance(value, str) else orjson.dumps(value).decode()))
    return pairs


def test_nothing_is_expected() -> None:
    """Without any member every request counts, and one is enough."""
    assert (Expected(), Times(1, None)) == parse_expected({})


def test_everything_is_expected() -> None:
    """Every member is read."""
    expected, times = parse_expected(EVERYTHING)
    assert EXPECTED | TIMES == EVERYTHING.keys() | {"exactly"}
    assert times == Times(1, 3)
    assert expected == Expected(
        RequestPattern(
            operations=("triggerWorkflow", "cancelWorkflow"),
            user="dr_*",
            workflow="wel*",
            headers={"X-Team": "red", "x-tenant": "*"},
            attempt=0,
            recipient="dr_grant",
            body={"data": {"x": 1}},
        ),
        status="2xx",
        creates=True,
    )


@pytest.mark.parametrize(
    ("operation", "operations"),
    [
        ("getUser", ("getUser",)),
        (["getUser"], ("getUser",)),
        (["getUser", "listUsers"], ("getUser", "listUsers")),
        ("*", ()),
        (["getUser", "*"], ()),
    ],
)
def test_operations(operation: JsonValue, operations: tuple[str, ...]) -> None:
    """Operations stand alone or in a list, and `*` is any, as in faults."""
    assert operations == parse_expected({"operation": operation})[0].pattern.operations


@pytest.mark.parametrize(
    ("members", "times"),
    [
        ({}, Times(1, None)),
        ({"exactly": 0}, Times(0, 0)),
        ({"exactly": 3}, Times(3, 3)),
        ({"at_least": 0}, Times(0, None)),
        ({"at_least": 2}, Times(2, None)),
        ({"at_most": 0}, Times(0, 0)),
        ({"at_most": 2}, Times(0, 2)),
        ({"at_least": 2, "at_most": 2}, Times(2, 2)),
        ({"exactly": MAX_COUNT}, Times(MAX_COUNT, MAX_COUNT)),
    ],
)
def test_how_often(members: dict[str, Any], times: Times) -> None:
    """Whoever says no number expects one or more; `at_most` alone expects none or more."""
    assert times == parse_expected(members)[1]


@pytest.mark.parametrize(("status", "read"), [(200, "200"), ("200", "200"), ("5xx", "5xx"), (599, "599")])
def test_statuses(status: JsonValue, read: str) -> None:
    """A status is a number or a text."""
    assert read == parse_expected({"status": status})[0].status


@pytest.mark.parametrize("body", [{}, [], "", 0, False, {"a": None}, [None], "text"])
def test_bodies(body: JsonValue) -> None:
    """A body can be any value but null, however little it says."""
    assert body == parse_expected({"body": body})[0].pattern.body


NO_TEXTS: list[Any] = ["", 7, ["a"], {}, None]
NO_COUNTS: list[Any] = [-1, 0.5, "1", True, [], None, MAX_COUNT + 1]
NO_MEMBERS: dict[str, list[Any]] = {
    "operation": [7, "", [], [""], [7], {}, ["getUser", ""], True, "get*", ["getUser", "?etUser"], "**", None],
    **dict.fromkeys(("workflow", "recipient", "user"), NO_TEXTS),
    "header": ["X-Team: red", 7, [], None],
    "attempt": [-1, 0.5, "0", True, MAX_NUMBER + 1, [], None],
    "body": [None],
    "status": [0, 99, 600, 200.0, True, "2x", "2XX", "xxx", "0xx", "200 ", "", "٢٠٠", [200], {}, None],
    "creates": [0, 1, "true", "", [], None],
    **dict.fromkeys(TIMES, NO_COUNTS),
}
"""What the members cannot be."""
REFUSED: list[tuple[Any, list[str]]] = [
    (None, ["#"]),
    (True, ["#"]),
    (7, ["#"]),
    ("triggerWorkflow", ["#"]),
    ([{}], ["#"]),
    ({"wokflow": "welcome"}, ["#/wokflow"]),
    ({"a/b~": 1}, ["#/a~1b~0"]),
    ({"in_order": [{}]}, ["#/in_order"]),
    ({"header": {"X-Team": ""}}, ["#/header/X-Team"]),
    ({"header": {"": "red"}}, ["#/header/"]),
    ({"header": {"X": 1, "a/~": None, "b": "c"}}, ["#/header/X", "#/header/a~1~0"]),
    ({"exactly": 1, "at_least": 1}, ["#/exactly"]),
    ({"exactly": 1, "at_most": 1}, ["#/exactly"]),
    ({"at_least": 2, "at_most": 1}, ["#/at_least"]),
    ({"workflow": 7, "status": "x", "exactly": -1, "more": 1}, ["#/more", "#/workflow", "#/status", "#/exactly"]),
]


@pytest.mark.parametrize("name", sorted(EXPECTED | TIMES))
def test_what_a_member_cannot_be(name: str) -> None:
    """A member that is null, empty or of another kind is refused: it would verify something else than what is meant."""
    for value in NO_MEMBERS[name]:
        assert [f"#/{name}"] == places({name: value})


@pytest.mark.parametrize(("value", "where"), REFUSED)
def test_what_is_refused(value: JsonValue, where: list[str]) -> None:
    """What is not known and what contradicts itself is refused with the place of each problem."""
    assert where == places(value)


def test_an_order_is_read() -> None:
    """An order has expectations, without numbers of times."""
    listed = [{"operation": "identifyUser"}, {}, {"status": 404}]
    assert (Expected(RequestPattern(("identifyUser",))), Expected(), Expected(status="404")) == parse_order(
        {"in_order": listed}
    )
    assert MAX_IN_ORDER == len(parse_order({"in_order": [{}] * MAX_IN_ORDER}))


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([], ["#", "#/in_order"]),
        ({}, ["#/in_order"]),
        ({"in_order": []}, ["#/in_order"]),
        ({"in_order": {}}, ["#/in_order", "#/in_order"]),
        ({"in_order": None}, ["#/in_order", "#/in_order"]),
        ({"in_order": [{}] * (MAX_IN_ORDER + 1)}, ["#/in_order"]),
        ({"in_order": [{}], "exactly": 1}, ["#/exactly"]),
        ({"in_order": [7, {"exactly": 1}]}, ["#/in_order/0", "#/in_order/1/exactly"]),
        ({"in_order": [{}, {"user": None, "status": 7}]}, ["#/in_order/1/user", "#/in_order/1/status"]),
        ({"in_order": [{"header": {"a": ""}, "operation": []}]},
         ["#/in_order/0/operation", "#/in_order/0/header/a"]),
    ],
)  # fmt: skip
def test_refused_orders(value: JsonValue, where: list[str]) -> None:
    """An order has 1 to 100 entries, and each problem is told with the entry it is in."""
    assert where == order_places(value)


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([], {}),
        ([("operation", "getUser")], {"operation": ["getUser"]}),
        ([("operation", "getUser"), ("operation", "listUsers")], {"operation": ["getUser", "listUsers"]}),
        ([("header", "X-Team:red"), ("header", " x-url :  http://a ")], {"header": {"X-Team": "red", "x-url": "http://a"}}),
        ([("header", "X-Team")], {"header": {"X-Team": ""}}),
        ([("body", '{"data": [1, null]}')], {"body": {"data": [1, None]}}),
        ([("creates", "true")], {"creates": True}),
        ([("creates", "false")], {"creates": False}),
        ([("creates", "yes")], {"creates": "yes"}),
        ([("exactly", "0"), ("attempt", "12345678")], {"exactly": 0, "attempt": 12_345_678}),
        ([("at_least", "-1"), ("at_most", "1.0")], {"at_least": "-1", "at_most": "1.0"}),
        ([("attempt", "²"), ("exactly", "٣")], {"attempt": "²", "exactly": "٣"}),
        ([("exactly", "123456789")], {"exactly": "123456789"}),
        ([("exactly", "9" * 10_000)], {"exactly": "9" * 10_000}),
        ([("status", "2xx"), ("workflow", "7"), ("timeout", "1")], {"status": "2xx", "workflow": "7", "timeout": "1"}),
    ],
)  # fmt: skip
def test_queries(pairs: list[tuple[str, str]], value: JsonValue) -> None:
    """In a query operations and header fields may be repeated, a body is JSON, and what makes no sense stays text."""
    assert value == decode_query(pairs)


@pytest.mark.parametrize(
    ("pairs", "where"),
    [
        ([("body", "{")], ["#/body"]),
        ([("body", "")], ["#/body"]),
        ([("body", "NaN")], ["#/body"]),
        ([("body", '"\ud800"')], ["#/body"]),
        ([("body", "[" * 2_000 + "]" * 2_000)], ["#/body"]),
        ([("workflow", "a"), ("workflow", "a")], ["#/workflow"]),
        ([("exactly", "1"), ("exactly", "2")], ["#/exactly"]),
        ([("header", "X-Team: a"), ("header", "X-Team: b")], ["#/header/X-Team"]),
        ([("a/b~\ud800", "a"), ("a/b~\ud800", "a")], [r"#/a~1b~0\ud800"]),
    ],
)
def test_queries_that_cannot_be_read(pairs: list[tuple[str, str]], where: list[str]) -> None:
    """A body that is no JSON and what is there twice are refused: only one of them could count."""
    assert where == refused(lambda: decode_query(pairs))


words = st.text("aZ9_.:*? é/", min_size=1, max_size=5).map(str.strip).filter(bool)
field_names = st.text("aZ-", min_size=1, max_size=4)
values = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner | st.none(), max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
numbers = st.integers(0, MAX_COUNT)
times: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"exactly": numbers}),
    st.fixed_dictionaries({"at_least": numbers}),
    st.fixed_dictionaries({"at_most": numbers}),
    st.lists(numbers, min_size=2, max_size=2).map(lambda each: {"at_least": min(each), "at_most": max(each)}),
)
operation_ids = st.sampled_from(["getUser", "triggerWorkflow", "*"])
patterns = st.fixed_dictionaries(
    {},
    optional={
        "operation": operation_ids | st.lists(operation_ids, min_size=1, max_size=2),
        "workflow": words,
        "recipient": words,
        "user": words,
        "header": st.dictionaries(field_names, words, min_size=1, max_size=2),
        "attempt": st.integers(0, MAX_NUMBER),
        "body": values,
        "status": st.sampled_from([200, "200", "4xx"]),
        "creates": st.booleans(),
    },
)


@given(patterns, times)
def test_a_query_says_what_a_body_says(pattern: dict[str, Any], often: dict[str, Any]) -> None:
    """An expectation means the same in a query as in a body."""
    expectation = {**pattern, **often}
    assert parse_expected(expectation) == parse_expected(decode_query(as_query(expectation)))


@given(st.lists(patterns, min_size=1, max_size=3))
def test_an_order_says_what_its_entries_say(listed: list[dict[str, Any]]) -> None:
    """Each entry of an order is what it is alone."""
    assert tuple(parse_expected(each)[0] for each in listed) == parse_order({"in_order": listed})


names = st.sampled_from([*sorted(EXPECTED | TIMES), "in_order", "a/b~", ""])
leaves = st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=2)
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=15
)


@given(documents)
def test_anything_is_read_or_refused(value: JsonValue) -> None:
    """Whatever a body holds, it is an expectation or is refused with places and remedies."""
    for read in (parse_expected, parse_order):
        try:
            read(value)
        except InvalidDocument as refusal:
            told_places(refusal)


@given(st.lists(st.tuples(names, st.text(max_size=5)), max_size=5))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    """Whatever stands in a query, it is an expectation or is refused."""
    try:
        parse_expected(decode_query(pairs))
    except InvalidDocument as refusal:
        told_places(refusal)


@pytest.mark.parametrize(
    ("operation", "hint"),
    [
        ("triggerWorkfow", "did you mean triggerWorkflow?"),
        ("nothing", "write it like `operation: triggerWorkflow`"),
    ],
)
def test_an_operation_that_there_is_not(operation: str, hint: str) -> None:
    """Where the operations are known, another one is refused with those that are near."""
    with pytest.raises(InvalidDocument) as refused:
        parse_expected({"operation": [operation, "getUser"]}, operations=["triggerWorkflow", "getUser"])
    (found,) = refused.value.findings
    assert ("#/operation", hint) == (found.where, found.hint)
