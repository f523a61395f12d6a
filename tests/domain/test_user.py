from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.merging import deep_merge
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import (
    MAX_PROPERTY_BYTES,
    Entity,
    are_rows_small,
    find_oversize,
    identify,
    is_oversize,
    set_channel_data,
    set_preferences,
)
from mock_knock.messages import JsonValue

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)
ADA = RecipientKey("ada")

names = st.sampled_from(["a", "b", "c", "id", "collection"])
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=10
)
maps = st.dictionaries(names, values, max_size=4)


def user(**properties: JsonValue) -> Entity:
    """Return a user who was identified with these properties."""
    return Entity("ada", properties, NOW)


def nested(levels: int, leaf: JsonValue) -> dict[str, Any]:
    """Return maps inside each other with `leaf` in the innermost one."""
    value: JsonValue = leaf
    for _ in range(levels):
        value = {"a": value}
    return {"a": value}


def check_merged(base: Mapping[str, JsonValue], patch: Mapping[str, JsonValue], merged: JsonValue) -> None:
    """Assert member by member what a merge means."""
    assert {*base, *patch} == set(merged)
    for name, found in merged.items():
        match base.get(name), patch.get(name):
            case Mapping() as known, Mapping() as change:
                check_merged(known, change, found)
            case known, change:
                assert (change if name in patch else known) is found


@given(maps, maps)
def test_members_of_a_merge(base: dict[str, Any], patch: dict[str, Any]) -> None:
    """No name is lost; maps on both sides merge, everything else of the patch replaces what was there."""
    check_merged(base, patch, deep_merge(base, patch))


@given(maps, maps)
def test_a_merge_is_idempotent(base: dict[str, Any], patch: dict[str, Any]) -> None:
    """Merging the same patch again changes nothing."""
    once = deep_merge(base, patch)
    assert once == deep_merge(once, patch)


@given(maps)
def test_the_empty_map_is_neutral(value: dict[str, Any]) -> None:
    """A merge with nothing, from either side, is the value itself."""
    assert value == deep_merge(value, {}) == deep_merge({}, value)


@given(maps, maps, maps)
def test_a_merge_changes_none_of_its_arguments(
    base: dict[str, Any], patch: dict[str, Any], second: dict[str, Any]
) -> None:
    """Neither argument changes, not even when the result is merged once more."""
    before = copy.deepcopy((base, patch, second))
    deep_merge(deep_merge(base, patch), second)
    assert before == (base, patch, second)


@pytest.mark.parametrize(
    ("base", "patch", "merged"),
    [
        ({"plan": "team"}, {"plan": None}, {"plan": None}),
        ({"address": {"city": "Rome"}}, {"address": None}, {"address": None}),
        ({"address": {"city": "Rome"}}, {"address": "Rome"}, {"address": "Rome"}),
        ({"address": "Rome"}, {"address": {"city": "Rome"}}, {"address": {"city": "Rome"}}),
        ({"tags": [1, 2, 3]}, {"tags": [4]}, {"tags": [4]}),
        ({"tags": [{"a": 1}]}, {"tags": [{"b": 2}]}, {"tags": [{"b": 2}]}),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"d": 2}}}, {"a": {"b": {"c": 1, "d": 2}}}),
    ],
)
def test_examples_of_merging(base: dict[str, Any], patch: dict[str, Any], merged: dict[str, Any]) -> None:
    """Null overwrites, arrays are replaced as a whole, and a map replaces what is no map and the other way round."""
    assert merged == deep_merge(base, patch)


def test_very_deep_maps_merge() -> None:
    """Nesting has no limit: a body as deep as a decoder lets it through merges like any other."""
    merged: JsonValue = deep_merge(nested(5_000, {"left": 1}), nested(5_000, {"right": 2}))
    for _ in range(5_001):
        merged = merged["a"]
    assert {"left": 1, "right": 2} == merged


def test_a_first_identify_creates() -> None:
    """Somebody unknown comes into being with exactly the given properties."""
    assert Entity("ada", {"name": "Ada"}, NOW) == identify(None, ADA, {"id": "ada", "name": "Ada"}, NOW)


def test_a_second_identify_merges() -> None:
    """Properties that are not named stay, and the instant of the last identify is kept."""
    found = identify(user(name="Ada", plan={"seats": 1}), ADA, {"plan": {"trial": True}}, LATER)
    assert Entity("ada", {"name": "Ada", "plan": {"seats": 1, "trial": True}}, LATER) == found


def test_an_object_keeps_its_collection() -> None:
    """The collection of an object is part of its identity: it is no property, and a later identify cannot change it."""
    created = identify(None, RecipientKey("p1", "projects"), {"id": "p1", "collection": "projects", "name": "One"}, NOW)
    assert Entity("p1", {"name": "One"}, NOW, "projects") == created
    assert "projects" == identify(created, RecipientKey("p1", "projects"), {"collection": "teams"}, LATER).collection


@pytest.mark.parametrize(
    ("known", "patch", "stored"),
    [
        ({"push": {"tokens": [1]}}, {"push": {"devices": [2]}}, {"push": {"devices": [2]}}),
        ({"push": {"tokens": [1]}}, {"chat": {"token": {}}}, {"push": {"tokens": [1]}, "chat": {"token": {}}}),
        ({"push": {"tokens": [1]}}, {}, {"push": {"tokens": [1]}}),
        ({"push": {"tokens": [1]}}, None, {}),
        ({}, {"push": {"tokens": [1]}}, {"push": {"tokens": [1]}}),
    ],
)
def test_channel_data_is_set_by_channel(known: dict[str, Any], patch: JsonValue, stored: JsonValue) -> None:
    """The data of one channel replaces its former data as a whole, other channels keep theirs, null clears all."""
    ada = Entity("ada", {"name": "Ada"}, NOW, channel_data=known)
    found = identify(ada, ADA, {"channel_data": patch}, LATER)
    assert (stored, {"name": "Ada"}) == (found.channel_data, found.properties)


@pytest.mark.parametrize(
    ("patch", "kept"),
    [
        ({"default": {"workflows": {"b": False}}}, {"default": {"workflows": {"a": True, "b": False}}}),
        (
            {"default": {"workflows": {"b": False}, "__persistence_strategy__": "replace"}},
            {"default": {"workflows": {"b": False}}},
        ),
        (
            {"acme": {"channels": None}},
            {"default": {"workflows": {"a": True}}, "acme": {"channels": None}},
        ),
        ({}, {"default": {"workflows": {"a": True}}}),
        (None, {}),
    ],
)
def test_inline_preferences_merge(patch: JsonValue, kept: JsonValue) -> None:
    """Preference sets of an identification merge into what is there, unless they ask to replace it; null clears all."""
    ada = Entity("ada", {}, NOW, preferences={"default": {"workflows": {"a": True}}})
    assert kept == identify(ada, ADA, {"preferences": patch}, LATER).preferences


def test_ids_of_channels_have_no_case() -> None:
    """The id of a channel is a UUID, which is found however it is written."""
    known = identify(None, RecipientKey("ada"), {"channel_data": {"AB": {"tokens": ["a"]}}}, NOW)
    assert {"ab": {"tokens": ["b"]}} == identify(
        known, RecipientKey("ada"), {"channel_data": {"aB": {"tokens": ["b"]}}}, NOW
    ).channel_data


def test_members_that_are_no_properties() -> None:
    """What stands for an instant, and the data of one run, are not kept as properties."""
    found = identify(None, RecipientKey("ada"), {"$updated_at": "never", "$trigger_data": {}, "updated_at": "x"}, NOW)
    assert {"updated_at": "x"} == found.properties


def test_the_size_of_properties() -> None:
    """Custom properties of more than 256 kB are too large; usual members, preferences and channel data do not count."""
    room = MAX_PROPERTY_BYTES - len('{"a":""}')
    assert [False, True] == [is_oversize({"id": "ada", "a": "x" * size}) for size in (room, room + 1)]
    assert is_oversize({"a": "\N{GREEK SMALL LETTER ALPHA}" * (room // 2 + 1)})
    assert not is_oversize({"name": "x" * room * 2, "locale": "x" * room * 2})
    assert not is_oversize({"id": "x" * room * 2, "channel_data": {"c": "x" * room}, "preferences": {"d": "x" * room}})


@given(maps, maps)
def test_identify_is_idempotent(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Identifying with the same properties again changes nothing but the instant."""
    once = identify(identify(None, ADA, first, NOW), ADA, second, NOW)
    assert once.properties == identify(once, ADA, second, LATER).properties


@given(maps, maps)
def test_identify_changes_neither_entity_nor_properties(first: dict[str, Any], second: dict[str, Any]) -> None:
    """What was known and what was asked for stay as they were."""
    known = Entity("ada", first, NOW)
    before = copy.deepcopy((first, second))
    identify(known, ADA, second, LATER)
    assert before == (first, second)


@given(maps, maps)
def test_identify_removes_no_property(first: dict[str, Any], second: dict[str, Any]) -> None:
    """A property that was set once is there for ever; the id never is a property."""
    known = identify(None, ADA, first, NOW)
    found = identify(known, ADA, second, LATER)
    assert set(known.properties) <= set(found.properties)
    assert "id" not in found.properties


def test_what_is_set_in_place_of_what_was_there() -> None:
    """A preference set and the data of a channel replace what was there by that name, and nothing takes it away."""
    ada = set_preferences(user(name="Ada"), "default", {"workflows": {"a": True}}, NOW)
    ada = set_preferences(set_preferences(ada, "acme", {}, NOW), "default", {"workflows": {"b": False}}, LATER)
    assert ({"default": {"workflows": {"b": False}}, "acme": {}}, LATER) == (ada.preferences, ada.updated_at)
    assert {"acme": {}} == set_preferences(ada, "default", None, LATER).preferences
    bob = set_channel_data(set_channel_data(user(), "push", {"tokens": ["a"]}, NOW), "push", {"tokens": ["b"]}, LATER)
    assert ({"push": {"tokens": ["b"]}}, LATER) == (bob.channel_data, bob.updated_at)
    assert {} == set_channel_data(bob, "push", None, LATER).channel_data
    assert ADA == ada.key


@given(
    st.lists(st.integers(0, 3).map(lambda large: {"id": "u", "n": 2**70, "x": "x" * (large * 90_000)}), max_size=8),
    st.integers(0, 130),
)
def test_who_is_oversize_among_many(large: list[dict[str, object]], small: int) -> None:
    """Looking at many at once finds those that looking at each finds."""
    rows: list[dict[str, object]] = [*({"id": "u", "a": 1e22} for _ in range(small)), *large, {"id": "v"}]
    assert [index for index, row in enumerate(rows) if is_oversize(row)] == find_oversize(rows)


values = st.sampled_from([1e5, "\u00e9" * 9, 'a "id": b', {"id": 1}, ["x" * 90_000], "x" * 30_000, 10**20])


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "id"]), values), max_size=6), st.sampled_from([None, 1]))
def test_texts_that_show_that_rows_are_small(members: list[dict[str, object]], indent: int | None) -> None:
    """A text that shows that rows are small has none that is oversize, however it is written."""
    rows = [{"id": "u", **each} for each in members]
    text = json.dumps({"users": rows}, indent=indent, separators=None if indent else (",", ":")).encode()
    if are_rows_small(text, len(rows)):
        assert not find_oversize(rows)


@pytest.mark.parametrize("other", ['"id" :', '"i\\u0064":', '"\\u0069d":'])
def test_ids_that_are_written_in_another_way(other: str) -> None:
    """Where a name can be written differently, the ids inside one row do not pass for those of others."""
    inner = ",".join(['{"id":"' + "x" * 9_000 + '"}'] * 39)
    rows = ",".join(["{" + other + '"u"}'] * 39)
    text = '{"users":[{"id":"u","x":[' + inner + "]}," + rows + "]}"
    decoded = json.loads(text)["users"]
    assert [0] == find_oversize(decoded)
    assert text.count('"id":') == len(decoded)
    assert not are_rows_small(text.encode(), len(decoded))


def test_a_large_text_can_show_that_rows_are_small() -> None:
    """Rows of a usual size are small, however many there are."""
    rows = [{"id": "u", "x": "x" * 1_000}] * 1_000
    assert are_rows_small(json.dumps(rows, separators=(",", ":")).encode(), 1_000)
    assert not are_rows_small(json.dumps([*rows, {"id": "u", "x": "x" * 300_000}]).encode(), 1_001)
