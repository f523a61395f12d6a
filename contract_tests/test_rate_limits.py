"""Rate limits, where they are asked for (FACTS 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import knockapi
import pytest
import requests

from contract_tests.knock_api import KnockApi
from mock_knock.domain.seed_format import parse_seed
from mock_knock.local import FakeOptions, running
from mock_knock.service import WorldRules

TIERS = {
    **dict.fromkeys(["bulkIdentifyUsers", "bulkSetUserPreferences", "bulkDeleteUsers"], 1),
    **dict.fromkeys(["deleteUser", "listWorkflowRecipientRuns", "getWorkflowRecipientRun"], 2),
    "identifyUser": 3,
    **dict.fromkeys(["getUser", "listUsers", "listUserPreferenceSets", "getUserPreferenceSet"], 4),
    **dict.fromkeys(["getUserChannelData", "listMessages", "listMessagesForUser", "getBulkOperation"], 4),
    **dict.fromkeys(["triggerWorkflow", "cancelWorkflow (2)"], 5),
}


@pytest.fixture(scope="module")
def limited_url() -> Iterator[str]:
    """Yield the address of a fake with rate limits, whose time stands still."""
    with running(
        FakeOptions(clock="manual", world_rules=WorldRules(has_rate_limits=True), checks_responses=True)
    ) as server:
        yield server.url


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Yield a connection."""
    with requests.Session() as found:
        yield found


@pytest.fixture
def limited(limited_url: str, api_key: str) -> Iterator[KnockApi]:
    """Yield a client of a world of its own in that fake."""
    with requests.Session() as session:
        yield KnockApi(limited_url, api_key, session)


def test_tier_one(limited: KnockApi) -> None:
    """A bulk identify goes once a second; the next one is 429 with Retry-After, and leaves nothing (FACTS 4)."""
    first, second = limited.identify({"id": "ada"}), limited.identify({"id": "bob"})
    assert (200, 429, "rate_limited", "1") == (
        first.status_code,
        second.status_code,
        second.json()["code"],
        second.headers["Retry-After"],
    )
    assert 1 == len(limited.state()["bulk_operations"])
    limited.advance(1)
    assert 200 == limited.identify({"id": "bob"}).status_code


@pytest.mark.parametrize(
    ("operation", "method", "path", "body", "limit"),
    [
        ("deleteUser", "DELETE", "/v1/users/ada", None, 5),
        ("listWorkflowRecipientRuns", "GET", "/v1/workflow_recipient_runs", None, 5),
        ("identifyUser", "PUT", "/v1/users/ada", {}, 60),
        ("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", {"user_ids": []}, 1),
        ("bulkSetUserPreferences", "POST", "/v1/users/bulk/preferences", {"user_ids": [], "preferences": {}}, 1),
    ],
)
def test_other_tiers(limited: KnockApi, operation: str, method: str, path: str, body: Any, limit: int) -> None:
    """Tier 1 is one request a second, tier 2 five, tier 3 sixty; no answer tells how many are left (FACTS 4)."""
    answers = [limited.call(operation, method, path, body) for _ in range(limit + 1)]
    assert [False] * limit + [True] == [each.status_code == 429 for each in answers]
    names = {name.lower() for each in answers for name in each.headers}
    assert not [name for name in names if name.startswith(("x-ratelimit-", "ratelimit"))]


def test_every_operation_has_a_tier(knock: KnockApi) -> None:
    """The description tells the tier of each operation (FACTS 1, 4, 5.3, 8)."""
    paths = knock.send("GET", "/v1/openapi").json()["paths"]
    found = {
        each["operationId"]: each["x-ratelimit-tier"]
        for operations in paths.values()
        for each in operations.values()
        if isinstance(each, dict) and "operationId" in each
    }
    assert set(range(1, 6)) >= set(found.values())
    assert TIERS == {name: found[name] for name in TIERS}


def test_keys_of_one_environment_share_a_limit(session: requests.Session) -> None:
    """A limit is one of the environment: what one of its keys has used up, another lacks (FACTS 4)."""
    keys = [{"key": key, "environment": "development"} for key in ("sk_one", "sk_two")]
    options = FakeOptions(
        clock="manual",
        seed=parse_seed({"version": 1, "keys": keys}),
        world_rules=WorldRules(has_rate_limits=True),
        checks_responses=True,
    )
    with running(options) as server:
        found = [KnockApi(server.url, key, session).identify().status_code for key in ("sk_one", "sk_two")]
    assert [200, 429] == found


def test_who_was_left_out_is_as_before(limited: KnockApi) -> None:
    """A bulk request does not change whom it leaves out, though it succeeds (FACTS 4)."""
    limited.finish({"id": "ada", "name": "Ada"})
    body = {"user_ids": ["ada"]}
    deletion = limited.call("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", body)
    assert (200, "ada") == (deletion.status_code, deletion.headers["x-ratelimited-user_ids"])
    limited.finished(deletion.json())
    assert "Ada" == limited.call("getUser", "GET", "/v1/users/ada").json()["name"]


def test_an_entity_is_changed_once_a_second(limited: KnockApi) -> None:
    """Who was changed by a bulk request less than a second ago is left out of the next one, and listed (FACTS 4)."""
    limited.identify({"id": "ada"}, {"id": "a,é b"}, {"id": "ada", "name": "Ada"})
    body = {"user_ids": ["ada", "bob", "a,é b"]}
    answer = limited.call("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", body)
    assert (1, "a%2C%C3%A9%20b,ada") == (
        answer.json()["estimated_total_rows"],
        answer.headers["x-ratelimited-user_ids"],
    )
    limited.advance(0.9)
    preferences = {"user_ids": ["bob", "ada"], "preferences": {}}
    answer = limited.call("bulkSetUserPreferences", "POST", "/v1/users/bulk/preferences", preferences)
    assert "ada,bob" == answer.headers["x-ratelimited-user_ids"]
    limited.advance(0.1)
    answer = limited.identify({"id": "bob"}, {"id": "ada"})
    assert (2, False) == (answer.json()["estimated_total_rows"], "x-ratelimited-users" in answer.headers)


def test_a_long_list_is_cut(limited: KnockApi) -> None:
    """A header never has more than a client can read."""
    ids = [f"{number:03}{'é' * 40}" for number in range(1_000)]
    limited.identify(*({"id": each} for each in ids))
    answer = limited.call("bulkDeleteUsers", "POST", "/v1/users/bulk/delete", {"user_ids": ids})
    listed = answer.headers["x-ratelimited-user_ids"]
    assert (0, "000", True) == (answer.json()["estimated_total_rows"], listed[:3], 7_000 < len(listed) <= 8_000)


def test_limits_are_of_an_operation(limited: KnockApi) -> None:
    """What is refused for one operation is not for another, and polls have a limit of 200 (FACTS 4)."""
    operation = limited.identify({"id": "ada"}).json()["id"]
    assert 429 == limited.identify({"id": "ada"}).status_code
    polls = [limited.send("GET", f"/v1/bulk_operations/{operation}").status_code for _ in range(201)]
    assert [200] * 200 + [429] == polls
    assert 200 == limited.trigger("welcome", {"recipients": []}).status_code


def test_environments_have_limits_of_their_own(limited: KnockApi, limited_url: str) -> None:
    """What one environment asks for does not count for another (FACTS 4)."""
    limited.identify({"id": "ada"})
    with requests.Session() as session:
        assert 200 == KnockApi(limited_url, f"{limited.api_key}x", session).identify({"id": "ada"}).status_code


def test_a_request_is_counted_once(limited: KnockApi) -> None:
    """A trigger counts once, however many checks it passes: 1,000 a second (FACTS 4)."""
    body: dict[str, list[str]] = {"recipients": []}
    found = [limited.post("/v1/workflows/welcome/trigger", body).status_code for _ in range(1_001)]
    assert (1_000, [429]) == (found.count(200), found[-1:])


def test_the_sdk_obeys_retry_after(api_key: str) -> None:
    """The official SDK waits as Retry-After says and succeeds with its second try (FACTS 4, 9)."""
    rules = WorldRules(has_rate_limits=True, retry_after=1)
    with running(FakeOptions(world_rules=rules)) as server:
        with knockapi.Knock(base_url=server.url, api_key=api_key) as sdk:
            ids = {sdk.users.bulk.identify(users=[{"id": "ada"}]).id for _ in range(2)}
        with requests.Session() as session:
            entries = KnockApi(server.url, api_key, session).control("GET", "/requests")["entries"]
    assert 2 == len(ids)
    assert [200, 429, 200] == [each["response"]["status"] for each in entries]


def test_silence_about_waiting() -> None:
    """Whether a 429 has Retry-After is not documented: it can be left out (FACTS 4)."""
    rules = WorldRules(has_rate_limits=True, retry_after=None)
    with (
        running(FakeOptions(clock="manual", world_rules=rules, checks_responses=True)) as server,
        requests.Session() as session,
    ):
        knock = KnockApi(server.url, "sk_test_silent", session)
        answers = [knock.identify({"id": "ada"}) for _ in range(2)]
    assert (429, False) == (answers[1].status_code, "Retry-After" in answers[1].headers)
