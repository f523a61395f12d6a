from __future__ import annotations

from typing import Any

import pytest

from mock_knock.domain.channel import CHANNEL_TYPES, default_channel, default_provider
from mock_knock.domain.preferences import Purpose, allows, effective_preferences, persist
from mock_knock.messages import JsonValue

EMAIL, SMS = default_channel("email"), default_channel("sms")
PURPOSE = Purpose("welcome", ("onboarding", "social"))
CONDITION = {"conditions": [{"variable": "data.x", "operator": "exists"}]}


def decide(preferences: dict[str, Any], *, purpose: Purpose = PURPOSE, holds: bool = False) -> bool:
    """Tell whether an e-mail may go out, with conditions that all hold or all do not."""
    return allows(preferences, purpose, EMAIL, lambda conditions: holds or not conditions)


@pytest.mark.parametrize(
    "preferences",
    [
        {},
        {
            "channel_types": None,
            "channels": None,
            "workflows": None,
            "categories": None,
            "commercial_subscribed": False,
        },
        {"channel_types": {"sms": False}, "workflows": {"other": False}, "categories": {"other": False}},
        {"channel_types": {"email": False}, "channels": {EMAIL.id: True}},
        {"workflows": {"welcome": {"channel_types": {"email": False}, "channels": {EMAIL.id: True}}}},
        {"workflows": {"welcome": {"channel_types": {"sms": False}, "conditions": None}}},
        {"channel_types": {"email": {"conditions": []}}},
    ],
)
def test_what_is_allowed(preferences: dict[str, Any]) -> None:
    """What is not mentioned is wanted, and a single channel counts more than its type."""
    assert decide(preferences)


@pytest.mark.parametrize(
    "preferences",
    [
        {"channel_types": {"email": False}},
        {"channel_types": {"email": True}, "channels": {EMAIL.id: False}},
        {"workflows": {"welcome": False}, "channels": {EMAIL.id: True}},
        {"categories": {"social": False, "onboarding": True}},
        {"categories": {"social": {"channel_types": {"email": False}}}},
        {"workflows": {"welcome": {"channels": {EMAIL.id: False}}}},
        {"channel_types": {"email": CONDITION}},
        {"workflows": {"welcome": CONDITION}},
    ],
)
def test_what_is_not_allowed(preferences: dict[str, Any]) -> None:
    """One choice that says no is enough, wherever it stands."""
    assert not decide(preferences)


def test_conditions_decide() -> None:
    """A choice that depends on conditions is what they are."""
    preferences = {"channel_types": {"email": CONDITION}, "categories": {"social": CONDITION}}
    assert [False, True] == [decide(preferences, holds=holds) for holds in (False, True)]


def test_commercial_messages() -> None:
    """Whether somebody takes commercial messages counts for commercial workflows alone."""
    preferences = {"commercial_subscribed": False}
    assert [True, False] == [decide(preferences, purpose=Purpose("w", (), each)) for each in (False, True)]


@pytest.mark.parametrize(
    ("sent", "default", "kept"),
    [
        ({"workflows": {"b": False}}, "replace", {"workflows": {"b": False}}),
        ({"workflows": {"b": False}}, "merge", {"workflows": {"a": True, "b": False}}),
        (
            {"__persistence_strategy__": "merge", "channels": None},
            "replace",
            {"workflows": {"a": True}, "channels": None},
        ),
        ({"__persistence_strategy__": "replace", "id": "x"}, "merge", {}),
    ],
)
def test_how_sets_are_kept(sent: dict[str, JsonValue], default: Any, kept: JsonValue) -> None:
    """A set replaces or merges as it asks, else by the way it came; neither the wish nor the id is kept."""
    assert kept == persist({"workflows": {"a": True}}, sent, default=default)
    assert {name: each for name, each in sent.items() if name in {"workflows", "channels"}} == persist(
        None, sent, default=default
    )


def test_earlier_sets_take_precedence() -> None:
    """Of several sets each says what stronger ones leave open."""
    sets = [{"workflows": {"a": True}}, {"workflows": {"a": False, "b": False}}, {"channels": {"c": False}}]
    assert {"workflows": {"a": True, "b": False}, "channels": {"c": False}} == effective_preferences(sets)


def test_null_says_nothing() -> None:
    """A member that is null does not silence what a weaker set says about it."""
    assert {"channel_types": {"sms": False}} == effective_preferences(
        [{"channel_types": None, "workflows": None}, {"channel_types": {"sms": False}}]
    )


def test_default_channels() -> None:
    """Each type has a channel of its name, whose id is the same everywhere."""
    found = [default_channel(each) for each in CHANNEL_TYPES]
    assert list(CHANNEL_TYPES) == [each.key for each in found]
    assert len(found) == len({each.id for each in found})
    assert default_channel("email") == EMAIL != SMS
    assert EMAIL.provider == default_provider("email")
