"""Keys and environments: what public keys may, keys of one environment, and keys that are revoked (FACTS 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from contract_tests.knock_api import KnockApi
from mock_knock.domain.seed_format import parse_seed
from mock_knock.local import FakeOptions, running
from mock_knock.web.guard import AccessRules

CHANNEL = "5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11"
KEYS = [
    {"key": "sk_dev_one", "environment": "development"},
    {"key": "sk_dev_two", "environment": "development"},
    {"key": "sk_live", "environment": "production"},
    {"key": "pk_dev", "environment": "development"},
    {"key": "sk_old", "environment": "development", "revoked": True},
]
PUBLIC: list[tuple[str, str, str, Any]] = [
    ("identifyUser", "PUT", "/v1/users/ada", {"name": "Ada"}),
    ("getUser", "GET", "/v1/users/ada", None),
    ("updateUserPreferenceSet", "PUT", "/v1/users/ada/preferences/default", {}),
    ("listUserPreferenceSets", "GET", "/v1/users/ada/preferences", None),
    ("getUserPreferenceSet", "GET", "/v1/users/ada/preferences/default", None),
    ("setUserChannelData", "PUT", f"/v1/users/ada/channel_data/{CHANNEL}", {"data": {"tokens": []}}),
    ("getUserChannelData", "GET", f"/v1/users/ada/channel_data/{CHANNEL}", None),
    ("unsetUserChannelData", "DELETE", f"/v1/users/ada/channel_data/{CHANNEL}", None),
]
SECRET: list[tuple[str, str, str, Any]] = [
    ("listUsers", "GET", "/v1/users", None),
    ("deleteUser", "DELETE", "/v1/users/ada", None),
    ("deleteUserPreferenceSet", "DELETE", "/v1/users/ada/preferences/default", None),
    ("listMessages", "GET", "/v1/messages", None),
    ("listMessagesForUser", "GET", "/v1/users/ada/messages", None),
    ("listWorkflowRecipientRuns", "GET", "/v1/workflow_recipient_runs", None),
    ("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", {"user_ids": []}),
    ("cancelWorkflow (2)", "POST", "/v1/workflows/welcome/cancel", {"cancellation_key": "c"}),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake with the keys above."""
    with running(FakeOptions(seed=parse_seed({"version": 1, "keys": KEYS}))) as server:
        yield server.url


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Yield a connection."""
    with requests.Session() as found:
        yield found


@pytest.mark.controls
def test_what_a_public_key_may(knock: KnockApi) -> None:
    """A public key may read and write a user, its preferences and its channel data, in the world of its secret key."""
    public = KnockApi(knock.url, knock.api_key.replace("sk_", "pk_", 1), knock.session)
    for operation, method, path, body in PUBLIC:
        assert public.call(operation, method, path, body).status_code in {200, 204}, operation
    assert "Ada" == knock.call("getUser", "GET", "/v1/users/ada").json()["name"]


@pytest.mark.parametrize(("operation", "method", "path", "body"), SECRET)
def test_what_a_public_key_may_not(knock: KnockApi, operation: str, method: str, path: str, body: object) -> None:
    """Everything else wants a secret key."""
    public = KnockApi(knock.url, "pk_test_1234567890", knock.session)
    answer = public.call(operation, method, path, body)
    assert (403, "incorrect_token_type") == (answer.status_code, answer.json()["code"])


def test_keys_of_one_environment(url: str, session: requests.Session) -> None:
    """Keys of one environment see the same, those of another do not."""
    one, two, live = (KnockApi(url, key, session) for key in ("sk_dev_one", "sk_dev_two", "sk_live"))
    one.call("identifyUser", "PUT", "/v1/users/ada", {"name": "Ada"})
    found = [each.call("getUser", "GET", "/v1/users/ada").status_code for each in (one, two, live)]
    assert [200, 200, 404] == found
    assert ["ada"] == [user["id"] for user in two.state()["users"]]
    assert 200 == KnockApi(url, "pk_dev", session).call("getUser", "GET", "/v1/users/ada").status_code


@pytest.mark.parametrize(
    ("key", "code"),
    [("sk_old", "api_key_expired"), ("sk_other", "api_key_missing"), ("pk_dev_one", "api_key_missing")],
)
def test_keys_that_open_nothing(url: str, session: requests.Session, key: str, code: str) -> None:
    """A key that was revoked, and one that is not declared, get 401."""
    answer = KnockApi(url, key, session).call("getUser", "GET", "/v1/users/ada")
    assert (401, code) == (answer.status_code, answer.json()["code"])


def test_the_public_key_of_an_api_key(session: requests.Session) -> None:
    """With --api-key the public key of the same name is admitted, others are not (our choice)."""
    with running(FakeOptions(rules=AccessRules(api_keys=frozenset({"sk_mine"})))) as server:
        found = [
            KnockApi(server.url, key, session).call("identifyUser", "PUT", "/v1/users/ada", {}).status_code
            for key in ("sk_mine", "pk_mine", "pk_other")
        ]
    assert [200, 200, 401] == found


def test_a_branch_is_accepted(knock: KnockApi) -> None:
    """The header of a branch is accepted; branches are not imitated."""
    assert 200 == knock.send("GET", "/v1/users", headers={"X-Knock-Branch": "my-branch"}).status_code
