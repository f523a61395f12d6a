from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.recipient import InlineIdentity, Recipient, RecipientKey, Reference, UsersById, parse_recipient
from mock_knock.messages import JsonValue

ADA = RecipientKey("ada")
PROJECT = RecipientKey("p1", "projects")

values = st.none() | st.booleans() | st.text() | st.dictionaries(st.text(), st.integers(), max_size=2)
members = st.dictionaries(st.sampled_from(["name", "plan", "collection", "$trigger_data"]), values)


@given(st.lists(st.text(), max_size=5), st.slices(5))
def test_users_by_their_ids(ids: list[str], some: slice) -> None:
    """Users by their ids are what the ids are one by one, however they are looked at."""
    found: Sequence[Recipient] = UsersById(ids)
    expected: Sequence[Recipient] = tuple(map(parse_recipient, ids))
    assert (len(expected), expected) == (len(found), tuple(found))
    assert expected == found
    assert (expected[some], expected[:1]) == (found[some], tuple(found[index] for index in range(len(ids[:1]))))
    assert (hash(UsersById(tuple(ids))), repr([*expected])) == (hash(found), repr(found))
    other: object = 1
    assert found != other


@pytest.mark.parametrize(
    ("value", "recipient"),
    [
        ("ada", Reference(ADA)),
        ({"id": "ada"}, InlineIdentity(ADA, {})),
        ({"id": "ada", "name": None}, InlineIdentity(ADA, {"name": None})),
        ({"id": "ada", "collection": None}, InlineIdentity(ADA, {})),
        ({"id": "p1", "collection": "projects"}, Reference(PROJECT)),
        ({"id": "p1", "collection": "projects", "name": "One"}, InlineIdentity(PROJECT, {"name": "One"})),
        ({"id": "p1", "collection": "projects", "name": None}, InlineIdentity(PROJECT, {"name": None})),
        ({"id": "p1", "collection": "projects", "$trigger_data": None}, Reference(PROJECT)),
        ({"id": "p1", "collection": "projects", "$trigger_data": {}}, InlineIdentity(PROJECT, {}, {})),
        ({"id": "ada", "$trigger_data": {"n": 1}}, InlineIdentity(ADA, {}, {"n": 1})),
        ({"id": "ada", "$trigger_data": "text"}, InlineIdentity(ADA, {})),
        ({"id": "ada", "plan": "team", "$trigger_data": {}}, InlineIdentity(ADA, {"plan": "team"}, {})),
    ],
)
def test_forms_of_a_recipient(value: JsonValue, recipient: Recipient) -> None:
    """Text and an object's bare id and collection refer to somebody known; everything else identifies."""
    assert recipient == parse_recipient(value)


@given(st.text(), members)
def test_properties_are_kept_apart(id_: str, body: dict[str, Any]) -> None:
    """Neither identity nor trigger data is a property, every other member is, and the body stays as it was."""
    value = {**body, "id": id_}
    before = copy.deepcopy(value)
    match parse_recipient(value):
        case InlineIdentity(key, properties, _):
            assert {name: body[name] for name in body.keys() & {"name", "plan"}} == properties
            assert RecipientKey(id_, body.get("collection")) == key
        case Reference(key):
            assert RecipientKey(id_, body["collection"]) == key
            assert set() == {"name", "plan"} & set(body)
    assert before == value


@pytest.mark.parametrize(("text", "key"), [("ada", ADA), ("projects/p1", PROJECT)])
def test_a_key_as_text(text: str, key: RecipientKey) -> None:
    """A key reads as a person would write it, an object with its collection in front."""
    assert text == str(key)


def test_a_user_is_not_an_object() -> None:
    """A user and an object of the same id are two recipients."""
    assert RecipientKey("p1") != PROJECT
