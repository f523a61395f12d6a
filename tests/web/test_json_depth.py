from __future__ import annotations

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_knock.messages import JsonValue
from mock_knock.web.json_depth import is_deeper_than

texts = st.text(st.sampled_from('[]{}"\\a,:é'), max_size=6)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=25
)


def depth(value: JsonValue) -> int:
    """Return how deep arrays and objects are nested, by plain recursion."""
    match value:
        case dict():
            return 1 + max(map(depth, value.values()), default=0)
        case list():
            return 1 + max(map(depth, value), default=0)
        case _:
            return 0


def nested(levels: int, *, open_: str = "[", close: str = "]", core: str = "") -> bytes:
    """Return the text of arrays in arrays."""
    return (open_ * levels + core + close * levels).encode()


@given(values, st.integers(0, 8), st.sampled_from([0, orjson.OPT_INDENT_2]))
@example([["[[[["]], 2, 0)
@example([["]]]]"]], 1, 0)
@example({"]": {"[": "\\"}}, 2, 0)
@example(["][", ["]["]], 1, 0)
def test_it_agrees_with_plain_recursion(value: JsonValue, limit: int, options: int) -> None:
    """A body is too deep exactly when its value is, whatever brackets its texts and names hold."""
    assert (depth(value) > limit) is is_deeper_than(limit, orjson.dumps(value, option=options), value)


@pytest.mark.parametrize("levels", [99, 100, 101, 102])
def test_the_limit_itself_is_allowed(levels: int) -> None:
    """With a limit of 100, 100 levels pass and 101 do not, for arrays and for objects."""
    objects = nested(levels - 1, open_='{"a":', close="}", core="[]")
    for body in (nested(levels), objects):
        assert (levels > 100) is is_deeper_than(100, body, orjson.loads(body))


def test_brackets_in_texts_do_not_count() -> None:
    """A flat body is flat, however many brackets stand in its texts, matched or not."""
    for text in ("[" * 500, "]" * 500, "[{" * 200 + "}]" * 200, '\\"[' * 200):
        value = {"users": [{"id": text, text: 1}]}
        assert not is_deeper_than(3, orjson.dumps(value), value)


def test_brackets_in_texts_do_not_hide_depth() -> None:
    """A text cannot cancel the brackets around it."""
    body = b'["]]]]]]",' * 6 + b"1" + b',"[[[[["]' * 6
    value = orjson.loads(body)
    assert 6 == depth(value)
    assert is_deeper_than(5, body, value)
    assert not is_deeper_than(6, body, value)


def test_many_values_side_by_side_are_not_deep() -> None:
    """Width does not count."""
    value: JsonValue = [[{}] for _ in range(10_000)]
    assert not is_deeper_than(3, orjson.dumps(value), value)
    assert is_deeper_than(2, orjson.dumps(value), value)


def test_a_scalar_has_no_depth() -> None:
    """A body without arrays and objects has depth zero."""
    assert not is_deeper_than(0, b'"[]"', "[]")
    assert is_deeper_than(0, b"[]", [])
