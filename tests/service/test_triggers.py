from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_knock.domain.bulk_operation import Stage
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.trigger import WorkflowRun
from mock_knock.service import MockKnock, World
from mock_knock.service.runs import trigger_workflow
from mock_knock.service.settling import settle
from tests.service.small_world import KEY, START, finish, identify, new_knock, plan, users


@pytest.fixture
def knock() -> MockKnock:
    """Return a fake with the default timeline."""
    return new_knock()


@pytest.fixture
def world(knock: MockKnock) -> World:
    """Return the only world that the test uses."""
    return knock.world(KEY)


def trigger(world: World, *recipients: Any, **members: Any) -> WorkflowRun:
    """Trigger the workflow `welcome`."""
    return trigger_workflow(world, "welcome", {"recipients": list(recipients), **members})


def notified(run: WorkflowRun) -> list[RecipientKey]:
    """Return whoever a run notifies."""
    return [each.recipient for each in run.recipient_runs]


def test_a_run_is_kept(world: World) -> None:
    """Accepted triggers are remembered in their order."""
    runs = [trigger(world) for _ in range(3)]
    assert tuple(runs) == tuple(world.state.runs())


def test_users_are_known_once_their_row_is_processed(world: World) -> None:
    """A trigger in the middle of a batch runs for those who are in, and names the others as unknown."""
    world.scenario = plan(Stage(polls=0), Stage(seconds=2))
    identify(world, "ada", "grace")
    world.clock.advance(1)
    run = trigger(world, "ada", "grace")
    assert ([RecipientKey("ada")], (RecipientKey("grace"),)) == (notified(run), run.unknown)
    world.clock.advance(1)
    assert () == trigger(world, "ada", "grace").unknown


def test_inline_users_are_merged(world: World) -> None:
    """An inline user is an upsert: what is known stays, what is given wins."""
    finish(world, identify(world, "ada", name="Ada", plan={"tier": "pro", "seats": 3}))
    trigger(world, {"id": "ada", "plan": {"seats": 4}, "$trigger_data": {"x": 1}})
    assert {"name": "Ada", "plan": {"tier": "pro", "seats": 4}} == users(world)["ada"].properties


def test_a_row_under_way_comes_after_an_inline_identify(world: World) -> None:
    """A row that is processed after the trigger is merged over what the trigger said."""
    operation_id = identify(world, "ada", name="row")
    trigger(world, {"id": "ada", "name": "inline"})
    assert "inline" == users(world)["ada"].properties["name"]
    finish(world, operation_id)
    assert "row" == users(world)["ada"].properties["name"]


def test_an_inline_identify_comes_after_the_rows_before_it(world: World) -> None:
    """A row that was processed before the trigger does not win over it, though nobody had looked in between."""
    identify(world, "ada", name="row")
    world.clock.advance(60)
    trigger(world, {"id": "ada", "name": "inline"})
    settle(world)
    assert "inline" == users(world)["ada"].properties["name"]


def test_users_and_objects_of_one_id_are_two(world: World) -> None:
    """An object lives in its collection: the same id elsewhere, or of a user, is somebody else."""
    trigger(
        world,
        {"id": "1", "name": "user"},
        {"id": "1", "collection": "a", "name": "first"},
        {"id": "1", "collection": "b", "name": "second"},
    )
    found = {(each.collection, each.properties["name"]) for each in world.state.recipients()}
    assert {(None, "user"), ("a", "first"), ("b", "second")} == found


def test_a_reference_to_an_object_identifies_nobody(world: World) -> None:
    """`{id, collection}` alone is unknown until the object was identified."""
    reference = {"id": "p1", "collection": "projects"}
    key = RecipientKey("p1", "projects")
    assert (key,) == trigger(world, reference).unknown
    trigger(world, {**reference, "name": "Engine"})
    assert [key] == notified(trigger(world, reference))


@pytest.mark.parametrize(
    ("actor", "unknown"),
    [("bob", RecipientKey("bob")), ({"id": "bob"}, None), ("ada", None), (None, None)],
)
def test_the_actor(world: World, actor: Any, unknown: RecipientKey | None) -> None:
    """An inline actor is identified before the run; one who is only named and not known is noted."""
    trigger(world, {"id": "ada"})
    run = trigger(world, "ada", actor=actor)
    assert (unknown, isinstance(actor, dict)) == (run.unknown_actor, "bob" in users(world))


def test_an_actor_may_be_a_recipient_by_name(world: World) -> None:
    """Who is identified as the actor is known as a recipient of the same call."""
    assert [RecipientKey("bob")] == notified(trigger(world, "bob", actor={"id": "bob"}))


def test_an_unknown_recipient_stays_unknown(world: World) -> None:
    """A bare id creates nobody, however often it is named."""
    for _ in range(2):
        assert (RecipientKey("jane"),) == trigger(world, "jane").unknown
    assert {} == users(world)


@pytest.mark.parametrize(
    ("tenants", "properties", "updated_at"),
    [
        (["acme"], {}, 0),
        (["acme", "acme"], {}, 0),
        ([{"id": "acme"}], {}, 0),
        ([{"id": "acme", "name": "Acme"}, "acme"], {"name": "Acme"}, 0),
        ([{"id": "acme", "name": "Acme"}, {"id": "acme"}], {"name": "Acme"}, 0),
        (["acme", {"id": "acme", "name": "Acme"}], {"name": "Acme"}, 1),
        ([{"id": "acme", "a": {"x": 1}}, {"id": "acme", "a": {"y": 2}}], {"a": {"x": 1, "y": 2}}, 1),
        ([{"id": "acme", "name": "Acme"}, {"id": "acme", "name": None}], {"name": None}, 1),
    ],
)
def test_tenants(world: World, tenants: list[Any], properties: dict[str, Any], updated_at: int) -> None:
    """A tenant is created when it is first named, and changes only when it is given properties."""
    for tenant in tenants:
        trigger(world, tenant=tenant)
        world.clock.advance(1)
    (found,) = world.state.tenants()
    assert ("acme", properties, START + timedelta(seconds=updated_at)) == (
        found.id,
        found.properties,
        found.updated_at,
    )


def test_tenants_are_no_recipients(world: World) -> None:
    """Tenants have a table of their own: nobody can be notified by the id of a tenant."""
    run = trigger(world, "acme", tenant={"id": "acme", "name": "Acme"})
    assert ((RecipientKey("acme"),), {}) == (run.unknown, users(world))


def test_without_a_tenant_there_is_none(world: World) -> None:
    """A trigger that names no tenant creates none."""
    trigger(world, tenant=None)
    assert () == tuple(world.state.tenants())
