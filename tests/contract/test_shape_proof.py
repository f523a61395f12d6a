from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mock_knock.contract.common_shape import Items, Members, Promise, Scalars, find_common_shape
from mock_knock.contract.shape_proof import Proof
from mock_knock.messages import JsonValue

PROOF = Proof(lambda _: None)
NAMES = st.sampled_from(["a", "b", "c"])
scalars = st.sampled_from(["", "x", "2026-01-01", 0, 7, 1.5, True, False, None])
values = st.recursive(
    scalars,
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=6,
)


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas with keywords that a proof knows, and one that it does not."""
    kinds = st.sampled_from(["string", "integer", "number", "boolean", "null", "object", "array"])
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": kinds | st.lists(kinds, min_size=1, max_size=3, unique=True),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "allOf": lists,
            "anyOf": lists,
            "oneOf": lists,
            "not": inner,
            "enum": st.lists(scalars, min_size=1, max_size=3, unique_by=repr),
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "pattern": st.just("x"),
            "format": st.just("date"),
            "minimum": st.integers(0, 2),
            "title": st.just("x"),
        },
    )


schemas = st.recursive(st.booleans() | keywords(st.booleans()), keywords, max_leaves=5)


@settings(max_examples=max(500, settings().max_examples))
@given(schemas, st.lists(values, min_size=1, max_size=3))
def test_what_is_proven_of_a_shape_is_true_of_its_values(schema: JsonValue, found: list[JsonValue]) -> None:
    """Whatever a schema is proven to say of a shape, it says of each value that has the shape."""
    shape = find_common_shape(found)
    verdict = None if shape is None else PROOF.judge(schema, shape)
    event(f"verdict {verdict}")
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    if verdict is not None:
        assert [verdict] * len(found) == [validator.is_valid(each) for each in found]


@pytest.mark.parametrize(
    ("found", "shape"),
    [
        (["a", None], Scalars(frozenset({"string", "null"}))),
        ([{"a": [1], "b": {}}], Members((("a", Items(Scalars(frozenset({"integer", "number"})))), ("b", Members(()))))),
        ([[], []], Items(None)),
        ([{"a": 1}, {"b": 1}], None),
        ([{"a": 1}, {"a": {}}], None),
        ([{"a": {"b": [{}, 1]}}], None),
    ],
)
def test_shapes(found: list[JsonValue], shape: object) -> None:
    """A shape has the same members in all values, and the kinds of what is in them."""
    assert shape == find_common_shape(found)


def test_promises() -> None:
    """What is seen to of texts counts as what a schema asks of them, as long as it is as strict."""
    text = Scalars(frozenset({"string"}), Promise(1, 9, "^[^/]*$").with_all_of(Promise(2, None, "x")))
    asked: list[tuple[dict[str, Any], bool | None]] = [
        ({"minLength": 2, "maxLength": 9, "pattern": "^[^/]*$"}, True),
        ({"minLength": 3}, None),
        ({"maxLength": 8}, None),
        ({"pattern": "x"}, None),
    ]
    assert [verdict for _, verdict in asked] == [PROOF.judge(schema, text) for schema, _ in asked]
