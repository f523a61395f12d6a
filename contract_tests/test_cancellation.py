"""POST /v1/workflows/{key}/cancel: what a cancellation stops and what it leaves (FACTS 5.3)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from contract_tests.knock_api import KnockApi, refusal

ENGINE = {"id": "engine", "collection": "projects"}


def cancel(knock: KnockApi, body: Any, workflow: str = "welcome") -> requests.Response:
    """Cancel; the response keeps the contract."""
    return knock.call("cancelWorkflow (2)", "POST", f"/v1/workflows/{workflow}/cancel", body)


def states(knock: KnockApi) -> dict[str, str]:
    """Return the status of the run of each user."""
    return {run["recipient"]: run["status"] for run in knock.runs()}


def test_cancellation(seeded: KnockApi) -> None:
    """A cancellation stops the runs that wait, of all or some recipients, and of its workflow alone (FACTS 5.3)."""
    seeded.notify("ada", {"id": "eve"}, {"id": "kim"}, cancellation_key="c1")
    for key, body in [
        ("other", {"cancellation_key": "c1"}),
        ("welcome", {"cancellation_key": "c2"}),
        ("welcome", {"cancellation_key": "c1", "recipients": ["ada"]}),
    ]:
        answer = cancel(seeded, body, key)
        assert (204, b"") == (answer.status_code, answer.content)
    assert {"ada": "cancelled", "eve": "paused", "kim": "paused"} == states(seeded)
    cancel(seeded, {"cancellation_key": "c1", "recipients": None})
    seeded.advance(300)
    assert {"ada": "cancelled", "eve": "cancelled", "kim": "cancelled"} == states(seeded)
    assert ["email"] == [each["channel"]["type"] for each in seeded.messages()]


def test_one_key_of_several_triggers(seeded: KnockApi) -> None:
    """Without recipients every trigger of the key is cancelled; one without a key cannot be (FACTS 5.3)."""
    for user, members in [
        ("first", {"cancellation_key": "c1"}),
        ("second", {"cancellation_key": "c1"}),
        ("other", {"cancellation_key": "c2"}),
        ("none", {}),
    ]:
        seeded.notify({"id": user}, **members)
    cancel(seeded, {"cancellation_key": "c1"})
    assert {"first": "cancelled", "second": "cancelled", "other": "paused", "none": "paused"} == states(seeded)


def test_an_object_is_cancelled(seeded: KnockApi) -> None:
    """A reference with a collection cancels the run of that object alone, not of a user of its name (FACTS 5.3)."""
    seeded.notify(ENGINE, {**ENGINE, "id": "other"}, {"id": "engine"}, "ada", cancellation_key="c1")
    cancel(seeded, {"cancellation_key": "c1", "recipients": [ENGINE]})
    assert [ENGINE] == [run["recipient"] for run in seeded.runs("?status[]=cancelled")]


@pytest.mark.our_choice
@pytest.mark.parametrize("body", [{}, {"cancellation_key": None}, {"cancellation_key": 7}, {"recipients": ["ada"]}])
def test_a_cancellation_needs_a_key(knock: KnockApi, body: Any) -> None:
    """A cancellation names its key, as text (FACTS 5.3)."""
    assert (422, ["cancellation_key"]) == refusal(cancel(knock, body))


@pytest.mark.parametrize("reference", [{}, {"id": "ada"}, {"collection": "projects"}, 7])
def test_references_of_a_cancellation(seeded: KnockApi, reference: Any) -> None:
    """A recipient of a cancellation is a user's id, or an object with both of its parts (FACTS 5.3; our choice)."""
    assert 422 == cancel(seeded, {"cancellation_key": "c1", "recipients": [reference]}).status_code


def test_what_is_over_is_not_cancelled(seeded: KnockApi) -> None:
    """A finished run cannot be cancelled; that is no error (FACTS 5.3)."""
    seeded.notify("ada", cancellation_key="c1", settings={"skip_delay": True})
    assert 204 == cancel(seeded, {"cancellation_key": "c1"}).status_code
    assert {"ada": "completed"} == states(seeded)
