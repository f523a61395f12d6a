"""The official SDK, unchanged: only KNOCK_BASE_URL and KNOCK_API_KEY are set."""

from __future__ import annotations

import time
from collections.abc import Iterator

import knockapi
import pytest
import requests

from contract_tests.conftest import Target

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


@pytest.fixture
def sdk(target: Target, api_key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[knockapi.Knock]:
    """Yield a client that takes its settings from the environment."""
    monkeypatch.setenv("KNOCK_BASE_URL", target.url)
    monkeypatch.setenv("KNOCK_API_KEY", api_key)
    with knockapi.Knock() as client:
        yield client


def test_identify_poll_trigger(sdk: knockapi.Knock, target: Target, user_id: str) -> None:
    """The main job works with the SDK as it is installed (FACTS 0, 9)."""
    operation = sdk.users.bulk.identify(users=[{"id": user_id, "name": "Ada"}])
    seen = [operation.status]
    while operation.status not in {"completed", "failed"}:
        operation = sdk.bulk_operations.get(operation.id)
        seen.append(operation.status)
        if not target.is_fake:
            time.sleep(0.5)
    assert "completed" == operation.status
    if target.is_fake:
        assert ["queued", "queued", "processing", "completed"] == seen
        assert sdk.workflows.trigger("welcome", recipients=[user_id]).workflow_run_id


def test_strict_parsing(target: Target, api_key: str, user_id: str) -> None:
    """The SDK's own strict validation of responses finds nothing (FACTS 1.1, 1.2, 1.4)."""
    with knockapi.Knock(base_url=target.url, api_key=api_key, _strict_response_validation=True) as client:
        operation = client.users.bulk.identify(users=[{"id": user_id}])
        assert operation.id == client.bulk_operations.get(operation.id).id


def test_errors_arrive_as_the_sdk_types(sdk: knockapi.Knock) -> None:
    """Refusals reach the caller as the SDK's own exceptions, with their bodies (FACTS 3.1)."""
    with pytest.raises(knockapi.NotFoundError):
        sdk.bulk_operations.get("182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e")
    with pytest.raises(knockapi.UnprocessableEntityError) as refusal:
        sdk.users.bulk.identify(users=[{}])  # type: ignore[typeddict-item]  # wrong on purpose
    assert "users[0].id" in str(refusal.value.body)


def test_a_missing_key_is_an_authentication_error(target: Target) -> None:
    """A public key is refused with one of the SDK's two types for that (FACTS 2)."""
    with (
        knockapi.Knock(base_url=target.url, api_key="pk_test_123456") as client,
        pytest.raises((knockapi.AuthenticationError, knockapi.PermissionDeniedError)),
    ):
        client.workflows.trigger("welcome", recipients=[])


@pytest.mark.controls
def test_idempotency_keys(sdk: knockapi.Knock, target: Target, api_key: str) -> None:
    """One key is one run and a replay with both headers on trigger, and two operations on bulk identify (FACTS 5.1)."""
    first, again = (
        sdk.workflows.with_raw_response.trigger("welcome", recipients=["ada"], idempotency_key="k1") for _ in range(2)
    )
    assert first.parse() == again.parse()
    assert ("true", first.headers["x-request-id"]) == (
        again.headers["idempotent-replayed"],
        again.headers["original-x-request-id"],
    )
    batches = {sdk.users.bulk.identify(users=[{"id": "ada"}], idempotency_key="k1").id for _ in range(2)}
    state = requests.get(f"{target.url}/_mock/state", headers={"Authorization": f"Bearer {api_key}"}, timeout=30).json()
    assert (1, 2, 2) == (len(state["workflow_runs"]), len(state["bulk_operations"]), len(batches))


@pytest.mark.controls
def test_a_changed_body_under_one_key(sdk: knockapi.Knock) -> None:
    """A changed body under the same key is a 400 whose error the SDK shows (FACTS 5.1)."""
    sdk.workflows.trigger("welcome", recipients=["ada"], idempotency_key="k1")
    with pytest.raises(knockapi.BadRequestError, match="not those of the first request") as refusal:
        sdk.workflows.trigger("welcome", recipients=["bob"], idempotency_key="k1")
    assert isinstance(refusal.value.body, dict)
    assert ["error"] == list(refusal.value.body)
