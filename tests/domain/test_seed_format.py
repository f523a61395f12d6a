from __future__ import annotations

from typing import Any

import pytest

from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.seed import Seed, SeededKey
from mock_knock.domain.seed_format import MAX_DELAY, parse_seed
from mock_knock.domain.workflow import ChannelStep, DelayStep
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

UUID_ = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"


def parse(**members: Any) -> Seed:
    """Read a seed of version 1 with these members."""
    return parse_seed({"version": 1, **members})


def refusals(value: JsonValue) -> list[str]:
    """Return the place of each problem, in order, each with the code of seeds."""
    with pytest.raises(InvalidDocument) as refused:
        parse_seed(value)
    assert {"seed-invalid"} == {each.code for each in refused.value.findings}
    assert all(each.hint for each in refused.value.findings)
    return [each.where.removeprefix("#") for each in refused.value.findings]


def test_the_smallest_seed() -> None:
    """A version alone is a seed, of a world with the default channels and nothing else."""
    assert Seed() == parse()
    assert "email" in parse().catalog.channels


def test_workflows_and_channels() -> None:
    """Steps name channels of the seed or types, have names of their own or get some, and delays have seconds."""
    seed = parse(
        channels=[{"key": "mail", "type": "email", "id": UUID_.upper(), "name": "Mail", "provider": "email_postmark"}],
        workflows=[
            {
                "key": "welcome",
                "categories": ["a"],
                "commercial": True,
                "active": False,
                "steps": [{"channel": "mail"}, {"delay": 1.5}, {"channel": "sms", "ref": "text"}],
            }
        ],
    )
    workflow, mail = seed.catalog.workflows["welcome"], seed.catalog.channels["mail"]
    assert (UUID_, "email", "Mail", "email_postmark") == (mail.id, mail.type, mail.name, mail.provider)
    assert (False, True, ("a",), "welcome") == (
        workflow.is_active,
        workflow.is_commercial,
        workflow.categories,
        workflow.name,
    )
    assert workflow.steps == (
        ChannelStep("email_1", mail),
        DelayStep("delay_2", 1.5),
        ChannelStep("text", seed.catalog.channels["sms"]),
    )
    assert (workflow.version_id, "welcome") == (workflow.version_id.lower(), workflow.purpose.workflow)


def test_entities() -> None:
    """Users, objects and tenants are kept as they are written."""
    rows: list[JsonValue] = [{"id": "ada", "preferences": {"default": {}}, "anything": [1]}]
    things: list[JsonValue] = [{"collection": "a", "id": "1"}, {"collection": "b", "id": "1"}]
    seed = parse(users=rows, objects=things, tenants=[{"id": "acme"}])
    assert (rows, things, [{"id": "acme"}]) == ([*seed.users], [*seed.objects], [*seed.tenants])


def test_operations_and_runs() -> None:
    """Operations are completed unless they say something else; runs name their messages."""
    seed = parse(
        bulk_operations=[
            {"id": UUID_},
            {
                "id": UUID_.replace("1", "2"),
                "status": "failed",
                "name": "users.delete",
                "rows": ["a", "b"],
                "error_items": ["b"],
                "inserted_at": "2026-01-01T00:00:00Z",
            },
        ],
        workflow_runs=[
            {
                "id": UUID_,
                "workflow": "welcome",
                "recipient": "p1",
                "collection": "projects",
                "actor": "bob",
                "tenant": "acme",
                "cancellation_key": "c1",
                "data": {"x": 1},
                "aliases": ["id"],
                "messages": [{"id": "m1", "channel": "email"}, {"id": "m2", "channel": "push", "status": "bounced"}],
            }
        ],
    )
    one, two = seed.bulk_operations
    assert (Status.COMPLETED, "users.identify", None) == (one.status, one.name, one.inserted_at)
    assert (Status.FAILED, ({"id": "a"}, {"id": "b"}), frozenset({"b"})) == (two.status, two.rows, two.error_ids)
    (run,) = seed.runs
    assert (RecipientKey("p1", "projects"), "bob", "acme", ("id",)) == (
        run.recipient,
        run.actor,
        run.tenant,
        run.aliases,
    )
    assert [("m1", "delivered"), ("m2", "bounced")] == [(each.id, each.status) for each in run.messages]


def test_keys() -> None:
    """A key belongs to the environment `development` unless it says another, and may be revoked."""
    seed = parse(keys=[{"key": "sk_a"}, {"key": "pk_b", "environment": "production", "revoked": True}])
    assert (SeededKey("sk_a", "development"), SeededKey("pk_b", "production", is_revoked=True)) == seed.keys
    assert ["/keys/0/key", "/keys/1"] == refusals({"version": 1, "keys": [{"key": "a"}, {"key": "a"}]})[:2]


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ([], ["", "/version"]),
        ({}, ["/version"]),
        ({"version": True, "user": []}, ["/user", "/version"]),
        ({"version": 1, "users": {}}, ["/users"]),
        ({"version": 1, "users": [7, {}, {"id": 7}, {"id": ""}]}, ["/users/0", "/users/2/id", "/users/3/id"]),
        ({"version": 1, "users": [{"name": "Ada"}]}, ["/users/0"]),
        ({"version": 1, "users": [{"id": "a"}, {"id": "a"}]}, ["/users/1"]),
        ({"version": 1, "users": [{"id": "a", "preferences": {"default": 7}, "channel_data": []}]},
         ["/users/0/preferences", "/users/0/channel_data"]),
        ({"version": 1, "objects": [{"id": "a"}]}, ["/objects/0"]),
        ({"version": 1, "channels": [{"key": "a"}, {"key": "b", "type": "fax", "id": "x"}]},
         ["/channels/0/type", "/channels/1/type", "/channels/1/id"]),
        ({"version": 1, "workflows": [{"key": "w", "active": 1, "categories": "x", "steps": {}}]},
         ["/workflows/0/active", "/workflows/0/categories", "/workflows/0/steps"]),
        ({"version": 1, "workflows": [{"key": "w", "steps": [{}, {"channel": "fax"}, {"channel": "sms", "delay": 1},
                                                             {"delay": -1}, {"delay": MAX_DELAY + 1}, {"fetch": 1}]}]},
         ["/workflows/0/steps/0", "/workflows/0/steps/1/channel", "/workflows/0/steps/2", "/workflows/0/steps/3/delay",
          "/workflows/0/steps/4/delay", "/workflows/0/steps/5/fetch", "/workflows/0/steps/5"]),
        ({"version": 1, "workflows": [{"key": "w"}, {"key": "w"}]}, ["/workflows/1"]),
        ({"version": 1, "bulk_operations": [{"id": "x", "status": "done", "rows": [7], "inserted_at": "now"}]},
         [f"/bulk_operations/0/{name}" for name in ("id", "status", "rows", "inserted_at")]),
        ({"version": 1, "bulk_operations": [{"id": UUID_, "inserted_at": "2026-01-01T00:00:00"}]},
         ["/bulk_operations/0/inserted_at"]),
        ({"version": 1, "workflow_runs": [{"id": UUID_, "messages": [{"channel": "sms"}]}]},
         ["/workflow_runs/0", "/workflow_runs/0", "/workflow_runs/0/messages/0"]),
        ({"version": 1, "workflow_runs": [{"id": UUID_, "workflow": "w", "recipient": "a", "data": []}]},
         ["/workflow_runs/0/data"]),
    ],
)  # fmt: skip
def test_what_is_refused(value: JsonValue, places: list[str]) -> None:
    """Every problem of a seed is reported with its place and a remedy."""
    assert places == refusals(value)
