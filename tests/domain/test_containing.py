"""Whether a value holds another one, and how it is told where it does not."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.containing import (
    MAX_NAME,
    MAX_SHOWN,
    MAX_STEPS,
    MISSING,
    DifferingPart,
    Mismatch,
    differing_parts,
    shown,
    shown_text,
)

ENDLESS = 5_000
"""Levels that nobody could go down by calling themselves."""

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.text("ab\n", max_size=3)
names = st.sampled_from(["a", "b", "c-1", "d_2"])
"""Such as a place shows as they are."""
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)
objects = st.dictionaries(names, values, min_size=1, max_size=3)


def parts(expected: Any, actual: Any) -> list[DifferingPart]:
    """Return where a body differs."""
    return list(differing_parts(expected, actual, "body"))


def told(expected: Any, actual: Any) -> list[Mismatch]:
    """Return where a body differs, in words."""
    return [each.tell() for each in parts(expected, actual)]


def at(value: Any, place: str) -> Any:
    """Return what stands at a place such as `body.a[0].b`, or MISSING."""
    for step in place.replace("[", ".[").split(".")[1:]:
        key: Any = int(step[1:-1]) if step.startswith("[") else step
        if isinstance(value, dict) and key not in value:
            return MISSING
        value = value[key]
    return value


def nested(levels: int, inmost: Any, kind: str) -> Any:
    """Return a value so many levels deep."""
    for _ in range(levels):
        inmost = [inmost] if kind == "list" else {"a": inmost}
    return inmost


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, None),
        (1, 1.0),
        (0, -0.0),
        ("a", "a"),
        ({}, {}),
        ({}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {"a": None}),
        ({"a": {"b": {}}}, {"a": {"b": {"c": 1}, "d": 2}}),
        ([], []),
        ([{"id": "a"}, 1], [{"id": "a", "name": "A"}, 1]),
    ],
)
def test_what_holds_a_value(expected: Any, actual: Any) -> None:
    """Members that are not named do not count, in lists neither; numbers are alike by their value."""
    assert [] == parts(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual", "mismatch"),
    [
        (1, 2, Mismatch("body", "1", "2")),
        (1, True, Mismatch("body", "1", "true")),
        (False, 0, Mismatch("body", "false", "0")),
        (1, "1", Mismatch("body", "1", '"1"')),
        ("", None, Mismatch("body", '""', "null")),
        ({}, [], Mismatch("body", "{}", "[]")),
        ({}, None, Mismatch("body", "{}", "null")),
        ([], {}, Mismatch("body", "[]", "{}")),
        ({"a": 1}, {}, Mismatch("body.a", "1", MISSING)),
        ({"a": None}, {}, Mismatch("body.a", "null", MISSING)),
        ({"a": {"b": 1}}, {"a": 1}, Mismatch("body.a", '{"b": 1}', "1")),
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}, Mismatch("body.a[1].b", '"x"', '"y"')),
        ([1], [1, 2], Mismatch("body", "[1] (1 item)", "[1, 2] (2 items)")),
        ({"a": [1]}, {"a": []}, Mismatch("body.a", "[1] (1 item)", "[] (0 items)")),
        ({"a": [1]}, {}, Mismatch("body.a", "[1]", MISSING)),
        ({"é": "ü"}, {"é": "u"}, Mismatch('body["é"]', '"ü"', '"u"')),
        ({"a.b": {"": 1}}, {"a.b": {"": 2}}, Mismatch('body["a.b"][""]', "1", "2")),
        ({"[0]": 1}, {}, Mismatch('body["[0]"]', "1", MISSING)),
        ({'a"\n': 1}, {}, Mismatch(r'body["a\"\n"]', "1", MISSING)),
    ],
)
def test_a_difference_is_told(expected: Any, actual: Any, mismatch: Mismatch) -> None:
    """A difference has its place, the expected value and the one that is there; of lists, their lengths."""
    assert [mismatch] == told(expected, actual)


def test_differences_have_an_order() -> None:
    """Differences come in the order in which the expectation names their places."""
    expected = {"z": 1, "a": [{"y": 1, "b": 1}, 2], "m": 1}
    assert ["body.z", "body.a[0].y", "body.a[0].b", "body.a[1]", "body.m"] == [
        each.field for each in told(expected, {"a": [{"b": 2}, 3]})
    ]


@given(values)
def test_a_value_holds_itself(value: Any) -> None:
    """There is no difference between a value and itself, as it is and decoded anew."""
    assert [] == parts(value, value)
    assert [] == parts(value, orjson.loads(orjson.dumps(value)))


@given(values, values)
def test_every_place_that_is_told_differs(expected: Any, actual: Any) -> None:
    """At each place that is told there is something else than what is expected, as the texts say."""
    found = told(expected, actual)
    assert len({each.field for each in found}) == len(found)
    for each in found:
        one, other = at(expected, each.field), at(actual, each.field)
        assert one is not MISSING
        assert (type(one), one) != (type(other), other)
        assert each.expected.startswith(shown(one))
        assert MISSING == each.actual if other is MISSING else each.actual.startswith(shown(other))


@given(values, values)
def test_nothing_else_differs(expected: Any, actual: Any) -> None:
    """Once each differing part is as expected, nothing differs any more."""
    changed = json.loads(json.dumps({"body": actual}))
    for each in parts(expected, actual):
        steps = []
        way: Any = each.way
        while way is not None:
            way, step = way
            steps.append(step)
        *path, last = reversed(steps)
        holder = changed
        for step in path:
            holder = holder[step]
        holder[last] = each.expected
    assert [] == parts(expected, changed["body"])


@given(objects, st.data())
def test_who_expects_less_finds_it(value: dict[str, Any], data: st.DataObject) -> None:
    """What holds a value holds it with fewer members, too, and whoever has more members still does."""
    less = {name: each for name, each in value.items() if name != data.draw(st.sampled_from(sorted(value)))}
    assert [] == parts(less, value)
    assert [] == parts(value, {**value, "more": data.draw(values)})


@given(objects, values, st.data())
def test_removing_a_member_adds_no_difference(expected: dict[str, Any], actual: Any, data: st.DataObject) -> None:
    """Whoever takes a member out of an expectation finds no place that differs and did not before."""
    gone = data.draw(st.sampled_from(sorted(expected)))
    less = {name: each for name, each in expected.items() if name != gone}
    if isinstance(actual, dict):
        assert {each.field for each in told(less, actual)} <= {each.field for each in told(expected, actual)}
    else:
        assert [each.field for each in told(less, actual)] == [each.field for each in told(expected, actual)]


@pytest.mark.parametrize("kind", ["list", "object"])
def test_the_deepest_values(kind: str) -> None:
    """However deep values are nested, they are compared; the place of a difference shows both of its ends."""
    assert [] == parts(nested(ENDLESS, 1, kind), nested(ENDLESS, 1, kind))
    (found,) = told(nested(ENDLESS, 1, kind), nested(ENDLESS, 2, kind))
    step = "[0]" if kind == "list" else ".a"
    whole = [step] * MAX_STEPS
    assert Mismatch("".join(["body", *whole[1:], "...", *whole]), "1", "2") == found
    (found,) = told("x", nested(ENDLESS, 1, kind))
    assert ("[" if kind == "list" else "{") == found.actual[0]
    assert MAX_SHOWN + len("...") == len(found.actual)


@pytest.mark.parametrize("levels", [2 * MAX_STEPS - 1, 2 * MAX_STEPS])
def test_places_of_some_length(levels: int) -> None:
    """Only a place that is too long to be shown is shortened."""
    (found,) = told(nested(levels, 1, "list"), nested(levels, 2, "list"))
    assert ("..." in found.field) is (levels >= 2 * MAX_STEPS)


@pytest.mark.parametrize(
    ("expected", "weight"),
    [(1, 1), ("text", 1), ({}, 1), ([], 1), ({"b": {"c": [1, None]}}, 5), (nested(ENDLESS, 1, "object"), ENDLESS + 1)],
)
def test_how_much_is_missing(expected: Any, weight: int) -> None:
    """A part weighs as much as there are values in what was expected there, itself among them."""
    assert [weight] == [each.weight for each in parts({"a": expected}, {})]


@given(values, values, values)
def test_differences_are_no_heavier_than_the_whole(expected: Any, actual: Any, other: Any) -> None:
    """Who differs in parts is no farther away than who has nothing of it."""
    found = sum(each.weight for each in parts([expected, other], [actual, other]))
    assert found <= sum(each.weight for each in parts(expected, object()))


def test_differences_are_found_one_by_one() -> None:
    """Whoever wants to know only whether values differ does not wait for the last difference."""
    expected, actual = list(range(100_000)), [None] * 100_000
    assert Mismatch("body[0]", "0", "null") == next(differing_parts(expected, actual, "body")).tell()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("é 漢 🙂", '"é 漢 🙂"'),
        ('a"\\', r'"a\"\\"'),
        ("a\nb\x1b[31m\x7f\x9b", r'"a\nb\u001b[31m\u007f\u009b"'),
        ("\u202e\ud800\u2028", r'"\u202e\ud800\u2028"'),
        ({"b": [1, {}], "a": None}, '{"b": [1, {}], "a": null}'),
        ("x" * (MAX_SHOWN - 2), f'"{"x" * (MAX_SHOWN - 2)}"'),
        ("x" * (MAX_SHOWN - 1), f'"{"x" * (MAX_SHOWN - 1)}...'),
        ([1] * 1_000, f"[{'1, ' * 66}1..."),
    ],
)
def test_how_a_value_is_shown(value: Any, text: str) -> None:
    """A value is shown as JSON on one line, cut off, with escapes for everything that cannot be seen."""
    assert text == shown(value)
    assert text.isprintable()


def test_how_a_text_is_shown() -> None:
    """A text is shown without quotes, on one line and cut off, with escapes for everything that cannot be seen."""
    assert r"a\nb\u202e" == shown_text("a\nb\u202e")
    assert "x" * MAX_SHOWN == shown_text("x" * MAX_SHOWN)
    assert "x" * MAX_SHOWN + "..." == shown_text("x" * MAX_SHOWN + "y")


@given(st.text() | st.text("\ud800\udfff\x00\U000e0001a", max_size=4))
def test_everything_shown_can_be_written(text: str) -> None:
    """Whatever a text has in it, what is shown of it is one line that can be encoded, and of JSON reads back."""
    assert shown_text(text).encode().decode().isprintable()
    assert shown([text, {text: 1}]).encode().decode().isprintable()
    if len(shown(text)) <= MAX_SHOWN and text.isprintable():
        assert text == json.loads(shown(text))


@pytest.mark.parametrize(
    ("expected", "actual", "texts"),
    [
        ("x" * 300, "x" * 301, ("(300 characters)", "(301 characters, the first 300 as expected)")),
        ("x" * 250 + "abc", "x" * 250 + "b", ("(253 characters)", "(251 characters, the first 250 as expected)")),
        ("x" * 300, "y" * 300, ("...", "...")),
        ([1] * 300, [1] * 301, ("... (300 items)", "... (301 items)")),
        (10**300, 10**300 + 1, ("...", "...")),
    ],
)  # fmt: skip
def test_where_long_values_differ(expected: Any, actual: Any, texts: tuple[str, str]) -> None:
    """Of two long values that begin alike it is told how long they are, and of texts from where they differ."""
    (found,) = told(expected, actual)
    assert found.expected.endswith(texts[0])
    assert found.actual.endswith(texts[1])


def test_long_names() -> None:
    """A long name is cut off where a place shows it."""
    assert f"body.{'n' * MAX_NAME}" == told({"n" * MAX_NAME: 1}, {})[0].field
    assert f'body["{"n" * MAX_NAME}..."]' == told({"n" * (MAX_NAME + 1): 1}, {})[0].field
