"""Idempotency keys: honoured on trigger alone (FACTS 5.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, judged

PATH = "/v1/workflows/welcome/trigger"
BODY = {"recipients": ["ada"], "data": {"x": 1, "y": 2}}
DAY = 24 * 3600

pytestmark = pytest.mark.controls


def trigger(knock: KnockApi, body: Any = BODY, key: str = "k1", path: str = PATH) -> Any:
    """Trigger with an idempotency key; the response keeps the contract."""
    return judged("triggerWorkflow", knock.post(path, body, headers={"Idempotency-Key": key}))


def run_count(knock: KnockApi) -> int:
    """Return how many triggers were carried out."""
    return len(knock.state()["workflow_runs"])


def test_the_same_request_again(knock: KnockApi) -> None:
    """The same key gives the same answer, says so, names the first request, and nothing runs again (FACTS 5.1)."""
    first = trigger(knock)
    again = knock.send("POST", PATH, body=json.dumps(BODY, indent=1).encode(), headers=fields("k1"))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert ("true", first.headers["x-request-id"]) == (
        again.headers["idempotent-replayed"],
        again.headers["original-x-request-id"],
    )
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert "idempotent-replayed" not in first.headers
    assert 1 == run_count(knock)


def fields(key: str) -> dict[str, str]:
    """Return the header fields of a trigger with a key."""
    return {"Content-Type": "application/json", "Idempotency-Key": key}


def test_the_order_of_members_does_not_count(knock: KnockApi) -> None:
    """A body that says the same in another order is the same request (FACTS 5.1)."""
    trigger(knock)
    assert "true" == trigger(knock, {"data": {"y": 2, "x": 1}, "recipients": ["ada"]}).headers["idempotent-replayed"]


@pytest.mark.parametrize(("body", "path"), [({**BODY, "data": {}}, PATH), (BODY, f"{PATH}?x=1")])
def test_another_request(knock: KnockApi, body: Any, path: str) -> None:
    """Other parameters under the same key are refused, in an envelope of their own; nothing runs (FACTS 5.1)."""
    trigger(knock)
    answer = trigger(knock, body, path=path)
    assert (400, ["error"]) == (answer.status_code, list(answer.json()))
    assert 1 == run_count(knock)


def test_keys_belong_to_a_workflow(knock: KnockApi) -> None:
    """The same key on another workflow stands for another answer (FACTS 5.1)."""
    first, other = trigger(knock), trigger(knock, path="/v1/workflows/goodbye/trigger")
    assert first.json() != other.json()


def test_a_key_that_is_too_long(knock: KnockApi) -> None:
    """A key has at most 255 characters (FACTS 5.1)."""
    assert 200 == trigger(knock, key="k" * 255).status_code
    answer = trigger(knock, key="k" * 256)
    assert (400, {"error": "idempotency_key_too_long"}) == (answer.status_code, answer.json())


def test_after_a_day(seeded: KnockApi) -> None:
    """A key is kept for 24 hours: a second before they are over it still replays, after them it is new (FACTS 5.1)."""
    first = trigger(seeded)
    seeded.advance(DAY - 1)
    assert first.json() == trigger(seeded).json()
    seeded.advance(1)
    assert first.json() != trigger(seeded).json()
    assert 2 == run_count(seeded)


def test_errors_are_not_kept(knock: KnockApi) -> None:
    """After an error the same key is carried out again (FACTS 5.1)."""
    assert 422 == trigger(knock, {"recipients": 7}).status_code
    answer = trigger(knock)
    assert (200, False) == (answer.status_code, "idempotent-replayed" in answer.headers)


def test_bulk_identify_does_not_know_keys(knock: KnockApi) -> None:
    """On a bulk identify a key is ignored: the same one twice makes two operations (FACTS 5.1)."""
    ids = set()
    for _ in range(2):
        answer = knock.post("/v1/users/bulk/identify", {"users": [{"id": "ada"}]}, headers=fields("k1"))
        ids.add(judged("bulkIdentifyUsers", answer).json()["id"])
    assert 2 == len(ids)


@pytest.mark.parametrize("key", ["k1", "k" * 300])
def test_other_requests_do_not_know_keys(knock: KnockApi, key: str) -> None:
    """Everywhere but on trigger a key of any length is ignored: the same one twice is carried out twice (FACTS 5.1)."""
    for name in ("Ada", "Grace"):
        answer = knock.call("identifyUser", "PUT", "/v1/users/ada", {"name": name}, headers=fields(key))
        assert (200, name) == (answer.status_code, answer.json()["name"])
        assert "idempotent-replayed" not in answer.headers


def test_a_cancellation_does_not_know_keys(seeded: KnockApi) -> None:
    """On cancel a key is ignored: the same one twice cancels twice (FACTS 5.1)."""
    for _ in range(2):
        seeded.notify("ada", cancellation_key="c1")
        path, body = "/v1/workflows/welcome/cancel", {"cancellation_key": "c1"}
        answer = seeded.call("cancelWorkflow (2)", "POST", path, body, headers=fields("k1"))
        assert (204, False) == (answer.status_code, "idempotent-replayed" in answer.headers)
    assert ["cancelled"] * 2 == [run["status"] for run in seeded.runs()]


def test_a_key_in_the_body_is_none(knock: KnockApi) -> None:
    """An `idempotency_key` in the body does nothing (FACTS 10)."""
    first, second = (knock.trigger("welcome", {**BODY, "idempotency_key": "k1"}).json() for _ in range(2))
    assert first != second
