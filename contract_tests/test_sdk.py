"""The official SDK, unchanged: only KNOCK_BASE_URL and KNOCK_API_KEY are set."""

from __future__ import annotations

import time
from collections.abc import Iterator

import knockapi
import pytest

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
    """The main job works with the SDK as it is installed."""
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
    """The SDK's own strict validation of responses finds nothing."""
    with knockapi.Knock(base_url=target.url, api_key=api_key, _strict_response_validation=True) as client:
        operation = client.users.bulk.identify(users=[{"id": user_id}])
        assert operation.id == client.bulk_operations.get(operation.id).id


def test_errors_arrive_as_the_sdk_types(sdk: knockapi.Knock) -> None:
    """Refusals reach the caller as the SDK's own exceptions, with their bodies."""
    with pytest.raises(knockapi.NotFoundError):
        sdk.bulk_operations.get("182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e")
    with pytest.raises(knockapi.UnprocessableEntityError) as refusal:
        sdk.users.bulk.identify(users=[{}])  # type: ignore[typeddict-item]  # wrong on purpose
    assert "users[0].id" in str(refusal.value.body)


def test_a_missing_key_is_an_authentication_error(target: Target) -> None:
    """A public key is refused with one of the SDK's two types for that."""
    with (
        knockapi.Knock(base_url=target.url, api_key="pk_test_123456") as client,
        pytest.raises((knockapi.AuthenticationError, knockapi.PermissionDeniedError)),
    ):
        client.workflows.trigger("welcome", recipients=[])
