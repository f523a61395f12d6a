"""What a world holds that begins with a seed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.filters import MessageFilter, RunFilter
from mock_knock.domain.pages import PageRequest
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.seed_format import parse_seed
from mock_knock.service import World
from mock_knock.service.bulk import push_operation, read_operation
from mock_knock.service.recipients import read_recipient
from mock_knock.service.runs import list_messages, list_runs, read_run
from tests.service.small_world import KEY, START, UNKNOWN, new_knock

OTHER = "0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6"


def world_of(**members: Any) -> World:
    """Return a new world that begins with a seed."""
    return new_knock(seed=parse_seed({"version": 1, **members})).world(KEY)


def test_people_and_things() -> None:
    """Users, objects and tenants are there, a user and an object of one id apart; `collection` may be a property."""
    world = world_of(
        users=[{"id": "1", "collection": "stamps", "channel_data": {"c": {"tokens": []}}}],
        objects=[{"id": "1", "collection": "projects", "name": "Engine"}],
        tenants=[{"id": "acme", "name": "Acme"}],
    )
    user, thing = (read_recipient(world, RecipientKey("1", each)) for each in (None, "projects"))
    assert ({"collection": "stamps"}, {"c": {"tokens": []}}) == (user.properties, user.channel_data)
    assert ({"name": "Engine"}, START) == (thing.properties, thing.updated_at)
    tenant = world.state.tenant("acme")
    assert tenant is not None
    assert {"name": "Acme"} == tenant.properties


@pytest.mark.parametrize("status", list(Status))
def test_an_operation_in_a_state(status: Status) -> None:
    """An operation has the state it was given, whoever reads it and whenever, and its rows identify nobody."""
    world = world_of(
        bulk_operations=[{"id": UNKNOWN, "status": status.value, "rows": ["ada", "bob"], "error_items": ["bob"]}]
    )
    for _ in range(3):
        _, snapshot = read_operation(world, UNKNOWN)
        world.clock.advance(3_600)
    assert (status, 2) == (snapshot.status, snapshot.total_rows)
    assert () == tuple(world.state.recipients())
    if status is Status.COMPLETED:
        assert (1, 1, START) == (snapshot.success_count, snapshot.error_count, snapshot.completed_at)


@pytest.mark.parametrize("status", ["queued", "processing"])
def test_an_operation_can_be_pushed_on(status: str) -> None:
    """What is seeded as under way ends when it is pushed, and then its rows have their effect."""
    world = world_of(bulk_operations=[{"id": UNKNOWN, "status": status, "rows": ["bob", {"id": "ada", "name": "Ada"}]}])
    world.clock.advance(3_600)
    assert Status.COMPLETED is push_operation(world, UNKNOWN, Status.COMPLETED)[1].status
    assert "Ada" == read_recipient(world, RecipientKey("ada")).properties["name"]


def test_a_run_with_its_messages() -> None:
    """A run is over, found by its id and its aliases, and its messages belong to it."""
    run = {
        "workflow": "welcome",
        "actor": "bob",
        "tenant": "acme",
        "inserted_at": "2025-12-31T00:00:00Z",
        "recipient_runs": [{"id": OTHER, "recipient": "ada", "aliases": ["id"]}],
    }
    world = world_of(
        workflows=[{"key": "welcome", "categories": ["a"], "steps": [{"delay": 9}]}],
        workflow_runs=[run],
        messages=[{"id": "m1", "workflow_recipient_run_id": OTHER, "channel": "sms", "status": "bounced"}],
    )
    assert read_run(world, OTHER.upper()) is read_run(world, "id")
    (found,) = list_runs(world, RunFilter(statuses=["completed"], tenant="acme"), PageRequest()).entries
    assert datetime(2025, 12, 31, tzinfo=UTC) == found.run.inserted_at
    (message,) = list_messages(world, MessageFilter(recipient_run_id=OTHER, categories=["a"]), PageRequest()).entries
    assert ("m1", "bounced", "sms") == (message.id, message.status, message.channel.type)


def test_a_reset_leads_back_to_the_seed() -> None:
    """After a reset everything is as it was in the beginning."""
    knock = new_knock(seed=parse_seed({"version": 1, "users": [{"id": "ada"}]}))
    world = knock.world(KEY)
    world.state.remove_recipient(RecipientKey("ada"))
    knock.reset(world)
    assert ["ada"] == [each.id for each in world.state.recipients()]
