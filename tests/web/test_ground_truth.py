"""What truly happens is noted as it happens, whatever the client got to see of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mock_knock.store.memory import MemoryState
from tests.web.faulty import IDENTIFY, RUN, TRIGGER, UNKNOWN, USERS, Json, fault, lost, poll, set_up
from tests.web.wsgi_fake import WsgiFake, new_fake


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def broken(fake: WsgiFake, client: str = "success") -> dict[str, int]:
    """Return how often each invariant was broken, given what the client says."""
    found = fake.send("GET", f"/_mock/verdict?client={client}").get_json()["broken"]
    return {each["invariant"]: each["count"] for each in found}


def finish(fake: WsgiFake, *ids: str) -> Json:
    """Identify users and poll until it is done."""
    operation = fake.identify(*ids)
    return [poll(fake, operation) for _ in range(4)][-1]


def notify(fake: WsgiFake, *recipients: Any, **fields: str) -> None:
    """Trigger a workflow."""
    answer = fake.send("POST", TRIGGER, orjson.dumps({"recipients": list(recipients)}), **fields)
    assert 200 == answer.status_code


def test_who_does_everything_right(fake: WsgiFake) -> None:
    """Whoever waits for the batch and notifies those who are in it breaks nothing."""
    assert "completed" == finish(fake, "ada", "bob")["status"]
    notify(fake, "ada", "bob", "eve")
    assert {} == broken(fake)


@pytest.mark.parametrize("do", [{}, {"stall": "processing"}, {"fail_at": "50%"}])
def test_a_batch_that_has_not_completed(fake: WsgiFake, do: Json) -> None:
    """Each recipient of a batch that is not complete, or never will be, is one case; objects and others are none."""
    set_up(fake, *([fault({"bulk": do}, on="bulkIdentifyUsers")] if do else []))
    operation = fake.identify("ada", "bob")
    for _ in range(4 if do else 0):
        poll(fake, operation)
    notify(fake, "ada", "bob", "eve", {"id": "ada", "collection": "projects"})
    assert {"batch-first": 2} == broken(fake)


def test_a_row_that_failed(fake: WsgiFake) -> None:
    """Who is in `error_items` must not be notified, unless somebody identified them afterwards."""
    set_up(fake, fault({"bulk": {"every": 1}}, on="bulkIdentifyUsers"))
    finish(fake, "ada", "bob", "eve")
    fake.send("PUT", "/v1/users/bob", b"{}")
    notify(fake, "ada", "bob", {"id": "eve", "name": "Eve"}, {"id": "ada", "collection": "projects", "name": "x"})
    assert {"failed-rows": 1} == broken(fake)


def test_other_bulk_operations_say_nothing_of_their_users(fake: WsgiFake) -> None:
    """A bulk delete and bulk preferences are effects; whom they name may be notified."""
    fake.send("POST", "/v1/users/bulk/delete", b'{"user_ids": ["ada"]}')
    fake.send("POST", "/v1/users/bulk/preferences", b'{"user_ids": ["ada"], "preferences": {}}')
    notify(fake, "ada")
    assert {} == broken(fake)
    fake.send("POST", "/v1/users/bulk/delete", b'{"user_ids": ["ada"]}')
    assert {"one-effect": 1} == broken(fake)


def test_an_operation_that_is_not_there_any_more(fake: WsgiFake) -> None:
    """A batch that nobody knows any more says nothing."""
    fake.identify("ada")
    fake.world.state = MemoryState()
    notify(fake, "ada")
    assert {} == broken(fake)


def test_one_intent_has_one_effect(fake: WsgiFake) -> None:
    """Sent again, a request of the same words has a second effect; with an idempotency key a trigger has one."""
    for key in ("k", "k"):
        notify(fake, Idempotency_Key=key)
    assert {} == broken(fake)
    notify(fake)
    assert {"one-effect": 1} == broken(fake)
    fake.send("POST", f"{TRIGGER}?other=1", b'{"recipients": []}')
    fake.send("POST", TRIGGER, b'{ "recipients": [] }')
    assert {"one-effect": 1} == broken(fake)


@pytest.mark.parametrize(
    ("do", "is_bad"),
    [
        ({"body": {"drop": "status"}}, True),
        ({"body": {"set": {"status": "cancelled"}}}, True),
        ({"body": {"raw": {"processed_rows": "NaN"}}}, True),
        ({"body": {"nest": {"error_items": 2000}}}, True),
        ({"body": {"content_type": "text/plain"}}, True),
        ({"status": 204}, True),
        ({"status": 503}, True),
        ({"status": 404}, False),
        ({"body": {"add": {"shard": 7}}}, False),
        ({"headers": {"x-a": "1"}}, False),
        ({"delay": "1s"}, False),
    ],
)
def test_what_is_taken_for_good(fake: WsgiFake, do: Json, *, is_bad: bool) -> None:
    """A client must not report success on a last answer that broke the contract; it may report anything else."""
    operation = fake.identify("ada")
    set_up(fake, fault(do, on="getBulkOperation"))
    fake.send("GET", f"/v1/bulk_operations/{operation['id']}")
    assert ({"taken-for-good": 1} if is_bad else {}, {}) == (broken(fake), broken(fake, "failure"))
    set_up(fake)
    poll(fake, operation)
    assert {} == broken(fake)


def test_an_answer_that_never_arrived(fake: WsgiFake) -> None:
    """An answer that the wire swallowed is none to report success on."""
    set_up(fake, fault({"wire": "reset", "when_committed": "after"}, when={"nth": 1}))
    lost(fake, "POST", TRIGGER, RUN)
    assert {"taken-for-good": 1} == broken(fake)
    fake.send("POST", TRIGGER, RUN)
    assert {"one-effect": 1} == broken(fake)


WAITING = [
    ({"retry_after": 2}, 2.0),
    ({"retry_after": 0}, 0.0),
    ({"retry_after": 61}, 61.0),
    ({"retry_after": {"ms": 50}}, 0.05),
    ({"retry_after": {"date": 2}}, 2.0),
    ({"retry_after": "Thu, 01 Jan 2026 00:00:09"}, 9.0),
    ({"retry_after": "Thu Jan  1 00:00:09 2026"}, 9.0),
    ({"retry_after": {"date": -60}}, 0.0),
    ({"retry_after": "soon"}, 0.0),
    ({"retry_after": "-1"}, 0.0),
    ({"retry_after": "é"}, 0.0),
    ({"retry_after": "1s"}, 0.0),
    ({"retry_after": "Thu, 01 Jan 2026 00:00:09 +99999999999999"}, 0.0),
    ({"retry_after": 61, "headers": {"retry-after-ms": "50"}}, 0.05),
    ({"retry_after": 61, "headers": {"retry-after-ms": "x"}}, 0.0),
    ({}, 0.0),
]


@pytest.mark.parametrize(("do", "wait"), WAITING)
def test_how_long_an_answer_asks_to_wait(fake: WsgiFake, do: Json, wait: float) -> None:
    """Whoever comes back before the time is over has broken that; milliseconds count more, nonsense asks nothing."""
    for early, expected in ((0.001, {"retry-after": 1}), (0.0, {})):
        fake.send("POST", "/_mock/reset")
        set_up(fake, fault({"status": 429, **do}, when={"nth": 1}))
        fake.send("GET", UNKNOWN)
        fake.world.clock.advance(max(0.0, wait - early))
        fake.send("GET", UNKNOWN)
        assert (expected if wait else {}) == broken(fake, "failure")


def test_how_fast_an_operation_is_polled(fake: WsgiFake) -> None:
    """The twenty-first poll of one operation within a second is one too many, by whatever letters it is named."""
    operation = fake.identify("ada")
    for number in range(21):
        id_ = operation["id"].upper() if number % 2 else operation["id"]
        fake.send("GET", f"/v1/bulk_operations/{id_}")
    assert {"poll-rate": 1} == broken(fake)


def test_what_is_no_poll(fake: WsgiFake) -> None:
    """Looking at the head only, and looking at users, is no poll."""
    operation = fake.identify("ada")
    for _ in range(30):
        fake.send("HEAD", f"/v1/bulk_operations/{operation['id']}")
        fake.send("GET", "/v1/users")
    assert {} == broken(fake)


def test_a_refused_request_is_an_answer(fake: WsgiFake) -> None:
    """Refusals of the fake itself count as answers; whoever may not enter is nobody's client."""
    fake.send("POST", IDENTIFY, b"{")
    assert {"taken-for-good": 1} == broken(fake)
    fake.send("POST", IDENTIFY, USERS, Authorization=None)
    assert 1 == fake.send("GET", "/_mock/verdict").get_json()["requests"]


def test_a_failed_batch_may_be_sent_again(fake: WsgiFake) -> None:
    """Whoever sends a batch again after it has failed, and waits for that, does right."""
    set_up(fake, fault({"bulk": {"fail_at": "50%"}}, on="bulkIdentifyUsers", when={"first": 1}))
    assert "failed" == finish(fake, "ada", "bob")["status"]
    assert "completed" == finish(fake, "ada", "bob")["status"]
    notify(fake, "ada", "bob")
    assert {} == broken(fake)


def test_a_refusal_is_made_good(fake: WsgiFake) -> None:
    """A trigger that is refused counts until another one for the same workflow is accepted."""
    fake.send("POST", TRIGGER, b'{"recipients": []}')
    fake.send("POST", TRIGGER, b"{}")
    refused = broken(fake)
    notify(fake, "ada")
    assert ({"taken-for-good": 1}, {}) == (refused, broken(fake))


def test_requests_that_were_under_way(fake: WsgiFake) -> None:
    """Another trigger does not have to wait because one before it was told to; the same one does."""
    set_up(fake, fault({"status": 429, "retry_after": 2}, on="triggerWorkflow", when={"first": 1}))
    fake.send("POST", TRIGGER, RUN)
    notify(fake, "somebody else")
    assert {"taken-for-good": 1} == broken(fake)
    fake.send("POST", TRIGGER, RUN)
    assert {"retry-after": 1} == broken(fake)


def test_a_state_with_a_batch_on_its_way(fake: WsgiFake) -> None:
    """A batch that came with a state counts as one that was sent."""
    fake.identify("ada")
    state = fake.send("GET", "/_mock/state").get_data()
    other = new_fake()
    assert 200 == other.send("PUT", "/_mock/state", state).status_code
    notify(other, "ada")
    assert {"batch-first": 1} == broken(other)


def test_subscribers_of_an_object(fake: WsgiFake) -> None:
    """Who is notified as a subscriber of an object is notified."""
    fake.send("PUT", "/v1/objects/projects/engine", b"{}")
    finish(fake, "ada")
    fake.send("POST", "/v1/objects/projects/engine/subscriptions", b'{"recipients": ["ada"]}')
    fake.identify("ada", "bob")
    notify(fake, {"id": "engine", "collection": "projects"})
    assert {"batch-first": 1} == broken(fake)
