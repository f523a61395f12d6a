from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_knock.domain.bulk_course import observe
from mock_knock.domain.bulk_operation import Stage, Status, Timeline, Transition
from mock_knock.domain.bulk_rows import Row
from mock_knock.domain.channel import DEFAULT_CHANNELS
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.seed import Course, Seed, SeededEntity, SeededKey, SeededOperation, SeededSubscription
from mock_knock.domain.seed_format import parse_seed
from mock_knock.domain.seed_format.read_catalog import MAX_DELAY
from mock_knock.domain.workflow import ChannelStep, DelayStep
from mock_knock.domain.workflow_run import StepOutcome
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

START = datetime(2026, 1, 1, tzinfo=UTC)
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
    """Users, objects and tenants are kept as they are written, with the instant of their last change apart."""
    row: Row = {"id": "ada", "preferences": {"default": {}}, "anything": [1]}
    things: list[Row] = [{"collection": "a", "id": "1"}, {"collection": "b", "id": "1"}]
    seed = parse(users=[{**row, "$updated_at": "2026-01-01T01:00:00+01:00"}], objects=things, tenants=[{"id": "acme"}])
    assert (SeededEntity(row, START),) == seed.users
    assert things == [each.row for each in seed.objects]
    assert (SeededEntity({"id": "acme"}),) == seed.tenants


def test_subscriptions() -> None:
    """A subscription names an object and a recipient."""
    engine = {"collection": "projects", "id": "engine"}
    seed = parse(subscriptions=[{"object": engine, "recipient": "ada"}, {"object": engine, "recipient": engine}])
    key = RecipientKey("engine", "projects")
    assert (SeededSubscription(key, RecipientKey("ada")), SeededSubscription(key, key)) == seed.subscriptions


def test_operations_that_stay() -> None:
    """Operations are completed unless they say something else, and rows fail by their ids or by their indexes."""
    one, two, three = parse(
        bulk_operations=[
            {"id": UUID_},
            {
                "id": UUID_.replace("1", "2"),
                "status": "failed",
                "name": "users.delete",
                "rows": ["a", "b", {"id": "b", "name": "B"}],
                "error_items": ["b"],
                "inserted_at": "2026-01-01T00:00:00Z",
            },
            {"id": UUID_.replace("1", "3"), "rows": ["a", "b", "c"], "failing_rows": [2, 0]},
        ],
    ).bulk_operations
    assert SeededOperation(UUID_, "users.identify", Status.COMPLETED) == one
    assert (Status.FAILED, (1, 2), START) == (two.status, two.failing_rows, two.inserted_at)
    assert ({"id": "a"}, {"id": "b"}, {"id": "b", "name": "B"}) == two.rows
    assert (0, 2) == three.failing_rows


def test_operations_that_go_on() -> None:
    """An operation that has progress has a course from which its state follows."""
    (operation,) = parse(
        now="2026-01-01T00:00:01Z",
        bulk_operations=[
            {
                "id": UUID_,
                "rows": ["a", "b"],
                "progress": {"queued": {"polls": 2}, "processing": {}},
                "fails_at": 1,
                "stalls_at": 2,
                "polls": ["2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"],
                "transitions": [{"to": "processing", "at": "2026-01-01T00:00:00Z", "after_polls": 1}],
                "settled_rows": 1,
            }
        ],
    ).bulk_operations
    assert operation.status is None
    assert operation.course == Course(
        timeline=Timeline(Stage(polls=2), Stage()),
        fails_at=1,
        stalls_at=2,
        polls=(START, START + timedelta(seconds=1)),
        transitions=(Transition(Status.PROCESSING, START, 1),),
        settled_rows=1,
    )


def test_a_status_that_does_not_follow() -> None:
    """Beside progress a status is refused unless it is what follows from it at the instant of the seed."""
    operation = {"id": UUID_, "progress": {}, "inserted_at": "2026-01-01T00:00:00Z"}
    good = {"version": 1, "now": "2026-01-01T00:00:01.5Z", "bulk_operations": [{**operation, "status": "processing"}]}
    assert parse_seed(good).bulk_operations[0].status is None
    bad = {**good, "bulk_operations": [{**operation, "status": "completed"}]}
    assert ["/bulk_operations/0/status"] == refusals(bad) == refusals({**good, "now": None})
    queued = {"id": UUID_, "progress": {"queued": {}}, "status": "queued"}
    assert parse(now="2026-01-01T00:00:00Z", bulk_operations=[queued]).bulk_operations[0].status is None


def test_runs_and_messages() -> None:
    """Runs name their recipients and who was unknown; messages name the run of a recipient."""
    seed = parse(
        workflows=[{"key": "welcome", "steps": [{"channel": "sms"}, {"delay": 9}]}],
        workflow_runs=[
            {
                "workflow": "welcome",
                "continues": True,
                "actor": "bob",
                "unknown_actor": True,
                "tenant": "acme",
                "cancellation_key": "",
                "settings": {"sandbox_mode": True},
                "data": {"x": 1},
                "recipient_runs": [
                    {
                        "id": UUID_,
                        "recipient": {"collection": "projects", "id": "p1"},
                        "aliases": ["id"],
                        "events": [
                            {
                                "step_ref": "sms_1",
                                "event": "message_enqueued",
                                "inserted_at": "2026-01-01T00:00:00Z",
                            }
                        ],
                    }
                ],
                "unknown_recipients": ["jane"],
            }
        ],
        messages=[
            {"id": "m1", "workflow_recipient_run_id": UUID_, "channel": "email"},
            {"id": "m2", "workflow_recipient_run_id": UUID_.upper(), "channel": "push", "status": "bounced"},
        ],
    )
    (run,) = seed.runs
    assert (RecipientKey("bob"), "acme", "", (RecipientKey("jane"),)) == (
        run.actor,
        run.tenant,
        run.cancellation_key,
        run.unknown,
    )
    (recipient_run,) = run.recipient_runs
    assert (RecipientKey("p1", "projects"), ("id",), None) == (
        recipient_run.recipient,
        recipient_run.aliases,
        recipient_run.data,
    )
    assert (StepOutcome("sms_1", "channel", "message_enqueued", START, {}),) == recipient_run.events
    assert [("m1", "delivered"), ("m2", "bounced")] == [(each.id, each.status) for each in seed.messages]
    assert {UUID_} == {each.recipient_run_id for each in seed.messages}


def test_an_editor_may_find_the_schema() -> None:
    """A seed may say where its schema is."""
    assert Seed() == parse(**{"$schema": "seed.json"})


def test_many_problems() -> None:
    """Of many problems fifty are told."""
    assert 50 == len(refusals({"version": 1, "users": [{}] * 80}))


def test_keys() -> None:
    """A key belongs to the environment `development` unless it says another, and may be revoked."""
    seed = parse(keys=[{"key": "sk_a"}, {"key": "pk_b", "environment": "production", "revoked": True}])
    assert (SeededKey("sk_a", "development"), SeededKey("pk_b", "production", is_revoked=True)) == seed.keys
    assert ["/keys/0/key", "/keys/1"] == refusals({"version": 1, "keys": [{"key": "a"}, {"key": "a"}]})[:2]


REFUSED: list[tuple[JsonValue, list[str]]] = [
    ([], [""]),
    ({}, ["/version"]),
    ({"version": True, "user": []}, ["/user", "/version"]),
    ({"version": 1, "users": {}}, ["/users"]),
    ({"version": 1, "users": [7, {}, {"id": 7}, {"id": ""}]},
     ["/users/0", "/users/1", "/users/2/id", "/users/3/id"]),
    ({"version": 1, "users": [{"id": "a", "$updated_at": 7}]}, ["/users/0/$updated_at"]),
    ({"version": 1, "users": [{"name": "Ada"}]}, ["/users/0"]),
    ({"version": 1, "users": [{"id": "a", "preferences": {"default": 7}, "channel_data": []}]},
     ["/users/0/preferences", "/users/0/channel_data"]),
    ({"version": 1, "objects": [{"id": "a"}]}, ["/objects/0"]),
    ({"version": 1, "channels": [{"key": "a"}, {"key": "b", "type": "fax", "id": "x"}]},
     ["/channels/0/type", "/channels/1/type", "/channels/1/id"]),
    ({"version": 1, "workflows": [{"key": "w", "active": 1, "categories": "x", "steps": {}}]},
     ["/workflows/0/steps", "/workflows/0/active", "/workflows/0/categories"]),
    ({"version": 1, "workflows": [{"key": "w", "steps": [{}, {"channel": "fax"}, {"channel": "sms", "delay": 1},
                                                         {"delay": -1}, {"delay": MAX_DELAY + 1}, {"fetch": 1}]}]},
     ["/workflows/0/steps/0", "/workflows/0/steps/1/channel", "/workflows/0/steps/2", "/workflows/0/steps/3/delay",
      "/workflows/0/steps/4/delay", "/workflows/0/steps/5/fetch", "/workflows/0/steps/5"]),
    ({"version": 1, "subscriptions": [{"object": "a", "recipient": {"id": "b"}}, {"recipient": ""}, 7]},
     ["/subscriptions/0/recipient", "/subscriptions/0/object", "/subscriptions/1", "/subscriptions/1/recipient",
      "/subscriptions/2", "/subscriptions/2", "/subscriptions/2"]),
    ({"version": 1, "bulk_operations": [{"id": "x", "status": "done", "name": "a", "rows": 7,
                                         "inserted_at": "now"}]},
     [f"/bulk_operations/0/{name}" for name in ("id", "name", "rows", "status", "inserted_at")]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "rows": ["", 7, {}, {"name": "a"}]}]},
     [f"/bulk_operations/0/rows/{index}" for index in range(4)]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "rows": ["a"], "error_items": ["a"], "failing_rows": [1]}]},
     ["/bulk_operations/0", "/bulk_operations/0/failing_rows/0"]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "fails_at": 1, "settled_rows": 1, "polls": [7],
                                         "progress": {"queue": {}}, "transitions": [{"to": "done"}, 7]}]},
     [f"/bulk_operations/0/{name}" for name in
      ("fails_at", "settled_rows", "polls/0", "progress/queue", "transitions/0/to", "transitions/0",
       "transitions/1", "transitions/1/to", "transitions/1")]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "inserted_at": "2026-01-01T00:00:00"}]},
     ["/bulk_operations/0/inserted_at"]),
    ({"version": 1, "workflow_runs": [{}]}, ["/workflow_runs/0", "/workflow_runs/0"]),
    ({"version": 1, "workflow_runs": [{"id": UUID_, "workflow": "w", "data": [], "unknown_recipients": [7]}]},
     ["/workflow_runs/0/data", "/workflow_runs/0/unknown_recipients/0"]),
    ({"version": 1, "workflow_runs": [{"workflow": "w", "recipient_runs": [{"id": UUID_, "recipient": "a",
                                       "aliases": ["b", "b", ""], "events": [{"event": "e"}]}]}]},
     ["/workflow_runs/0/recipient_runs/0/aliases/1", "/workflow_runs/0/recipient_runs/0/aliases/2",
      "/workflow_runs/0/recipient_runs/0/events/0",
      "/workflow_runs/0/recipient_runs/0/events/0", "/workflow_runs/0/recipient_runs/0/events"]),
    ({"version": 1, "messages": [{"id": "m", "workflow_recipient_run_id": UUID_, "channel": "fax"}, {}]},
     ["/messages/0/workflow_recipient_run_id", "/messages/0/channel", "/messages/1", "/messages/1", "/messages/1"]),
]  # fmt: skip
"""Documents that do not look like seeds, and the places of what is wrong in them."""

CONTRADICTORY: list[tuple[JsonValue, list[str]]] = [
    ({"version": 1, "workflows": [{"key": "w", "steps": [{"delay": 1, "ref": "sms_2"}, {"channel": "sms"}]}]},
     ["/workflows/0/steps/1"]),
    ({"version": 1, "channels": [{"key": "a", "type": "sms", "id": UUID_}, {"key": "b", "type": "sms", "id": UUID_}]},
     ["/channels/1/id"]),
    ({"version": 1, "channels": [{"key": "a", "type": "sms", "id": DEFAULT_CHANNELS[0].id}]}, ["/channels/0/id"]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "rows": ["a"], "error_items": ["c", "a", "b"]}]},
     ["/bulk_operations/0/error_items", "/bulk_operations/0/error_items"]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "name": "users.set_preferences", "status": "queued",
                                         "rows": ["a"]}]}, ["/bulk_operations/0/rows/0"]),
    ({"version": 1, "keys": [{"key": "pk_a"}, {"key": "sk_b", "revoked": True}]}, ["/keys"]),
    ({"version": 1, "objects": [{"id": "b/c", "collection": "a"}, {"id": "c", "collection": "a/b"},
                                {"id": "c", "collection": "a/b"}]}, ["/objects/2"]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "progress": {}, "name": "users.set_preferences",
                                         "rows": ["a", {"id": "b", "preferences": None}], "settled_rows": 1}]},
     ["/bulk_operations/0/rows/1"]),
    ({"version": 1, "now": "2026-01-01T00:00:00Z", "bulk_operations": [
        {"id": UUID_, "polls": ["2026-01-01T00:00:01Z"],
         "transitions": [{"to": "failed", "at": "2026-01-01T00:00:01Z", "after_polls": 2}]}]},
     ["/bulk_operations/0/polls/0", "/bulk_operations/0/transitions/0/after_polls",
      "/bulk_operations/0/transitions/0/at"]),
    ({"version": 1, "bulk_operations": [{"id": UUID_, "polls": ["2026-01-01T00:00:00Z"]}]},
     ["/bulk_operations/0/polls/0"]),
    ({"version": 1, "users": [{"id": "a", "big": 2**64, "more/big": [-(2**63) - 1, 2**63]}]},
     ["/users/0/big", "/users/0/more~1big/0"]),
    ({"version": 1, "now": "9001-01-01T00:00:00Z"}, ["/now"]),
    ({"version": 1, "now": "0001-01-01T00:00:00+23:00"}, ["/now"]),
    ({"version": 1, "users": [{"id": "a"}, {"id": "a"}]}, ["/users/1"]),
    ({"version": 1, "workflows": [{"key": "w"}, {"key": "w"}]}, ["/workflows/1"]),
    ({"version": 1, "workflows": [{"key": "w", "steps": [{"delay": MAX_DELAY}] * 11}]}, ["/workflows/0/steps"]),
    ({"version": 1, "messages": [{"id": "m", "workflow_recipient_run_id": UUID_, "channel": "fax"}]},
     ["/messages/0/workflow_recipient_run_id", "/messages/0/channel"]),
]  # fmt: skip
"""Documents that look like seeds and cannot be any, and the places of what is wrong in them."""


@pytest.mark.parametrize(("value", "places"), [*REFUSED, *CONTRADICTORY])
def test_what_is_refused(value: JsonValue, places: list[str]) -> None:
    """Every problem of a seed is reported with its place and a remedy."""
    assert places == refusals(value)


@pytest.mark.parametrize("status", [None, *Status])
def test_an_operation_that_stays_as_it_is(status: Status | None) -> None:
    """An operation that a seed gives a state and no course is in that state from its beginning and for ever."""
    operation = SeededOperation(UUID_, "users.identify", status, rows=({"id": "ada"},)).facts(START)
    for instant in (START, START + timedelta(days=365)):
        assert (status or Status.QUEUED) is observe(operation, instant, ()).status
