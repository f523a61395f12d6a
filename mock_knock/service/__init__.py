"""The use cases of the fake: worlds that know nothing of each other, and what can be done in one of them."""

from mock_knock.service.errors import ParameterInvalid, ResourceMissing, TransitionRefused, resource_missing
from mock_knock.service.world import MAX_WORLDS, MockKnock, SavedWorld, World, WorldRules

__all__ = [
    "MAX_WORLDS",
    "MockKnock",
    "ParameterInvalid",
    "ResourceMissing",
    "SavedWorld",
    "TransitionRefused",
    "World",
    "WorldRules",
    "resource_missing",
]
