"""Users and objects one by one: read, identified and deleted, with their preferences and channel data."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.domain.pages import Page, PageRequest, cut_page
from mock_knock.domain.preferences import PreferenceSet, persist
from mock_knock.domain.push_data import complete_channel_data
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.user import (
    MAX_PROPERTY_BYTES,
    Entity,
    create_entity,
    identify,
    property_bytes,
    set_channel_data,
    set_preferences,
)
from mock_knock.messages import JsonValue
from mock_knock.service.errors import ParameterInvalid, resource_missing
from mock_knock.service.settling import settle
from mock_knock.service.world import World


def list_users(world: World, request: PageRequest) -> Page[Entity]:
    """Return a page of the users, in the order of their ids (our choice).

    Raises:
        CursorInvalid: a cursor does not have the form of one.
    """
    with world.lock:
        settle(world)
        found = sorted((each for each in world.state.recipients() if each.collection is None), key=_id)
    return cut_page(found, request, _id)


def read_recipient(world: World, key: RecipientKey) -> Entity:
    """Return a user or an object as it is now.

    Raises:
        ResourceMissing: it was never identified, or it was deleted.
    """
    with world.lock:
        settle(world)
        found = world.state.recipient(key)
    if found is None:
        raise resource_missing("The user" if key.collection is None else "The object", str(key))
    return found


def identify_recipient(world: World, key: RecipientKey, properties: Mapping[str, JsonValue]) -> Entity:
    """Create a user or an object, or merge properties into it, and return it.

    Raises:
        ParameterInvalid: with them the recipient has more properties than Knock takes.
    """
    with world.lock:
        now = settle(world)
        known = world.state.recipient(key)
        found = identify(known, key, properties, now)
        if _grows_too_large(known, found):
            message = f"must not lead to more than {MAX_PROPERTY_BYTES // 1000} kB of custom properties"
            raise ParameterInvalid("parameter-invalid", message, where="body")
        world.state.put_recipient(found)
        return found


def _grows_too_large(known: Entity | None, found: Entity) -> bool:
    """Tell whether an identification leads to more properties than Knock takes; who has more already may shrink."""
    size = property_bytes(found.properties)
    return size > MAX_PROPERTY_BYTES and (known is None or size > property_bytes(known.properties))


def delete_recipient(world: World, key: RecipientKey) -> None:
    """Forget a user or an object; one that is not there is no error (our choice)."""
    with world.lock:
        settle(world)
        world.state.remove_recipient(key)


def read_preferences(world: World, key: RecipientKey, set_id: str) -> PreferenceSet:
    """Return a preference set; one that was never set says nothing (our choice).

    Raises:
        ResourceMissing: there is no such recipient.
    """
    return read_recipient(world, key).preferences.get(set_id, {})


def write_preferences(world: World, key: RecipientKey, set_id: str, sent: Mapping[str, JsonValue]) -> PreferenceSet:
    """Put a preference set in place of what is there, or merge it if it asks for that; a new recipient is created."""
    with world.lock:
        now = settle(world)
        found = world.state.recipient(key) or create_entity(key, now)
        kept = persist(found.preferences.get(set_id), sent, default="replace")
        world.state.put_recipient(set_preferences(found, set_id, kept, now))
        return kept


def delete_preferences(world: World, key: RecipientKey, set_id: str) -> None:
    """Take a preference set away; one that is not there is no error (our choice).

    Raises:
        ResourceMissing: there is no such recipient.
    """
    with world.lock:
        found = read_recipient(world, key)
        world.state.put_recipient(set_preferences(found, set_id, None, world.clock.now()))


def read_channel_data(world: World, key: RecipientKey, channel_id: str) -> Mapping[str, JsonValue]:
    """Return what a recipient has stored for a channel.

    Raises:
        ResourceMissing: there is no such recipient, or it has no data for this channel.
    """
    found = read_recipient(world, key).channel_data.get(channel_id.lower())
    if found is None:
        raise resource_missing("The channel data", channel_id)
    return complete_channel_data(found)


def write_channel_data(
    world: World, key: RecipientKey, channel_id: str, data: Mapping[str, JsonValue]
) -> Mapping[str, JsonValue]:
    """Put the data of a channel in place of what is there; a recipient that does not exist yet is created."""
    with world.lock:
        now = settle(world)
        found = world.state.recipient(key) or create_entity(key, now)
        world.state.put_recipient(set_channel_data(found, channel_id.lower(), data, now))
        return complete_channel_data(data)


def delete_channel_data(world: World, key: RecipientKey, channel_id: str) -> None:
    """Take the data of a channel away; data that is not there is no error (our choice).

    Raises:
        ResourceMissing: there is no such recipient.
    """
    with world.lock:
        found = read_recipient(world, key)
        world.state.put_recipient(set_channel_data(found, channel_id.lower(), None, world.clock.now()))


def _id(entity: Entity) -> str:
    return entity.id
