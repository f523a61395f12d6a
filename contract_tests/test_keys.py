"""Keys and environments: what public keys may, keys of one environment, and keys that are revoked (FACTS 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from contract_tests.knock_api import KnockApi
from mock_knock.domain.seed_format import parse_seed
from mock_knock.local import FakeOptions, running
from mock_knock.served import served_operations
from mock_knock.web.guard import AccessRules

CHANNEL = "5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11"
OBJECT = "/v1/objects/projects/engine"
KEYS = [
    {"key": "sk_dev_one", "environment": "development"},
    {"key": "sk_dev_two", "environment": "development"},
    {"key": "sk_live", "environment": "production"},
    {"key": "pk_dev", "environment": "development"},
    {"key": "sk_old", "environment": "development", "revoked": True},
    {"key": "pk_old", "environment": "development", "revoked": True},
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
    ("bulkSetUserPreferences", "POST", "/v1/users/bulk/preferences", {"user_ids": [], "preferences": {}}),
    ("getMessage", "GET", "/v1/messages/1jNaXzB2RZX3LY8wVQnfCKyPnv7", None),
    ("getWorkflowRecipientRun", "GET", f"/v1/workflow_recipient_runs/{CHANNEL}", None),
    ("setObject", "PUT", OBJECT, {}),
    ("getObject", "GET", OBJECT, None),
    ("addSubscriptionsForObject", "POST", f"{OBJECT}/subscriptions", {"recipients": ["ada"]}),
    ("listSubscriptionsForObject", "GET", f"{OBJECT}/subscriptions", None),
    ("deleteSubscriptionsForObject", "DELETE", f"{OBJECT}/subscriptions", {"recipients": ["ada"]}),
    ("deleteObject", "DELETE", OBJECT, None),
    ("bulkIdentifyUsers", "POST", "/v1/users/bulk/identify", {"users": []}),
    ("getBulkOperation", "GET", f"/v1/bulk_operations/{CHANNEL}", None),
    ("triggerWorkflow", "POST", "/v1/workflows/welcome/trigger", {"recipients": []}),
]
NOT_IMITATED = [
    ("GET", f"/v1/users/ada/feeds/{CHANNEL}"),
    ("GET", "/v1/users/ada/preference_center/config"),
    ("PUT", "/v1/messages/1jNaXzB2RZX3LY8wVQnfCKyPnv7/seen"),
    ("POST", "/v1/messages/batch/seen"),
    ("POST", f"/v1/channels/{CHANNEL}/messages/bulk/seen"),
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
    """A public key may read and write a user, its preferences and channel data, in its secret key's world (FACTS 2)."""
    public = KnockApi(knock.url, knock.api_key.replace("sk_", "pk_", 1), knock.session)
    for operation, method, path, body in PUBLIC:
        assert public.call(operation, method, path, body).status_code in {200, 204}, operation
    assert "Ada" == knock.call("getUser", "GET", "/v1/users/ada").json()["name"]


@pytest.mark.parametrize(("operation", "method", "path", "body"), SECRET)
def test_what_a_public_key_may_not(knock: KnockApi, operation: str, method: str, path: str, body: object) -> None:
    """Everything else wants a secret key (FACTS 2)."""
    public = KnockApi(knock.url, "pk_test_1234567890", knock.session)
    answer = public.call(operation, method, path, body)
    assert (403, "incorrect_token_type") == (answer.status_code, answer.json()["code"])


@pytest.mark.our_choice
@pytest.mark.parametrize(("method", "path"), NOT_IMITATED)
def test_what_a_public_key_might(knock: KnockApi, method: str, path: str) -> None:
    """Where Knock would let public keys in and nothing is imitated, they are told so (FACTS 2)."""
    public = KnockApi(knock.url, "pk_test_1234567890", knock.session)
    answer = public.send(method, path)
    assert (501, "not_imitated") == (answer.status_code, answer.json()["code"])


@pytest.mark.controls
def test_a_secret_key_opens_everything(knock: KnockApi) -> None:
    """A secret key may call every operation there is (FACTS 2)."""
    assert served_operations().keys() == {each[0] for each in (*PUBLIC, *SECRET)}
    for operation, method, path, body in (*PUBLIC, *SECRET):
        assert knock.call(operation, method, path, body).status_code in {200, 204, 404}, operation


def test_keys_of_one_environment(url: str, session: requests.Session) -> None:
    """Keys of one environment see the same, those of another do not (FACTS 2, 10)."""
    one, two, live = (KnockApi(url, key, session) for key in ("sk_dev_one", "sk_dev_two", "sk_live"))
    one.call("identifyUser", "PUT", "/v1/users/ada", {"name": "Ada"})
    found = [each.call("getUser", "GET", "/v1/users/ada").status_code for each in (one, two, live)]
    assert [200, 200, 404] == found
    assert ["ada"] == [user["id"] for user in two.state()["users"]]
    assert 200 == KnockApi(url, "pk_dev", session).call("getUser", "GET", "/v1/users/ada").status_code


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("sk_old", "api_key_expired"),
        ("pk_old", "api_key_expired"),
        ("sk_other", "api_key_missing"),
        ("pk_dev_one", "api_key_missing"),
    ],
)
@pytest.mark.parametrize(("operation", "path"), [("getUser", "/v1/users/ada"), ("listUsers", "/v1/users")])
def test_keys_that_open_nothing(
    url: str, session: requests.Session, operation: str, path: str, key: str, code: str
) -> None:
    """A key that was revoked, and one that is not declared, get 401, secret or public, wherever they ask (FACTS 2)."""
    answer = KnockApi(url, key, session).call(operation, "GET", path)
    assert (401, code, "authentication_error") == (answer.status_code, answer.json()["code"], answer.json()["type"])


def test_the_public_key_of_an_api_key(session: requests.Session) -> None:
    """With --api-key the public key of the same name is admitted, others are not (our choice)."""
    with running(FakeOptions(rules=AccessRules(api_keys=frozenset({"sk_mine"})))) as server:
        found = [
            KnockApi(server.url, key, session).call("identifyUser", "PUT", "/v1/users/ada", {}).status_code
            for key in ("sk_mine", "pk_mine", "pk_other")
        ]
    assert [200, 200, 401] == found


def test_a_branch_is_accepted(knock: KnockApi) -> None:
    """The header of a branch is accepted (FACTS 2); branches are not imitated (our choice)."""
    assert 200 == knock.send("GET", "/v1/users", headers={"X-Knock-Branch": "my-branch"}).status_code
