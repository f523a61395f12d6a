"""Every bundled fault: at which requests it happens, and what the official SDK makes of it (FAULTS 1 and 4).

The tables are written from the descriptions of the faults, by hand.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import knockapi
import pytest
import requests

from contract_tests.knock_api import KnockApi
from mock_knock.files import bundled, read_document
from mock_knock.local import FakeOptions, catalogue, running

pytestmark = [pytest.mark.controls, pytest.mark.filterwarnings("default::DeprecationWarning")]

UNKNOWN = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
SLUGS = [each.name for each in catalogue() if each.tags]
POLLS = 12


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a fake of its own, since some faults happen to a whole server."""
    with running(FakeOptions()) as server:
        yield server.url


@pytest.fixture
def knock(url: str) -> Iterator[KnockApi]:
    """Yield a client of a world of its own, whose time stands still."""
    with requests.Session() as session:
        found = KnockApi(url, f"sk_test_{uuid4().hex}", session)
        found.control("POST", "/clock/freeze")
        yield found


def follow(knock: KnockApi, slug: str, **changes: Any) -> None:
    """Let a world follow a bundled scenario, with changes of what its fault does."""
    document = read_document(bundled("scenarios", f"{slug}.yaml")).value
    knock.control("PUT", "/scenario", document)
    if changes:
        (fault,) = document["faults"]
        assert 201 == knock.post("/_mock/faults", {**fault, "do": {**fault["do"], **changes}}).status_code


def polls(first: int, last: int = POLLS, step: int = 1) -> list[str]:
    """Return the names of some polls."""
    return [f"poll {number}" for number in range(first, last + 1, step)]


NOWHERE: list[str] = []
IDENTIFY = ["identify"]
TRIGGERS = ["trigger 1", "trigger 2"]
FIRST_POLL = polls(1, 1)
EVERY_POLL = polls(1)
EVERYWHERE = [*IDENTIFY, *EVERY_POLL, *TRIGGERS]

FIRES: dict[str, list[str]] = {
    "400-bad-json": IDENTIFY,
    "401-mid-flow": [*polls(2), *TRIGGERS],
    "403-public-key": IDENTIFY,
    "404-after-create": polls(1, 2),
    "404-later": polls(11),
    "408-once": FIRST_POLL,
    "409-once": FIRST_POLL,
    "413-too-large": IDENTIFY,
    "415-media-type": IDENTIFY,
    "429-no-retry": FIRST_POLL,
    "429-retry-after": FIRST_POLL,
    "429-retry-after-61": FIRST_POLL,
    "429-retry-after-date": FIRST_POLL,
    "429-retry-after-garbage": FIRST_POLL,
    "429-retry-after-ms": FIRST_POLL,
    "429-retry-after-past": FIRST_POLL,
    "429-retry-after-zero": FIRST_POLL,
    "429-without-retry-after": FIRST_POLL,
    "500-once": FIRST_POLL,
    "502-html": FIRST_POLL,
    "503-five-times": polls(1, 5),
    "503-once": FIRST_POLL,
    "503-three-times": polls(1, 3),
    "503-twice": polls(1, 2),
    "504-after-commit": IDENTIFY,
    "504-once": FIRST_POLL,
    "actor-missing": TRIGGERS,
    "bad-chunk": FIRST_POLL,
    "bad-date": EVERY_POLL,
    "bad-uuid": EVERY_POLL,
    "bandwidth": EVERY_POLL,
    "bom": EVERY_POLL,
    "close-idle": IDENTIFY,
    "count-lies": EVERY_POLL,
    "dedup-limited": IDENTIFY,
    "deep-nesting": EVERY_POLL,
    "dribble": EVERY_POLL,
    "dup-run-id": ["trigger 2"],
    "duplicate-bulk": IDENTIFY,
    "duplicate-keys": EVERY_POLL,
    "empty": FIRST_POLL,
    "empty-body": FIRST_POLL,
    "extra-enum": EVERY_POLL,
    "extra-fields": EVERY_POLL,
    "fails-midway": IDENTIFY,
    "garbage": FIRST_POLL,
    "hang": FIRST_POLL,
    "html-200": EVERY_POLL,
    "huge-integer": EVERY_POLL,
    "latency-fixed": EVERYWHERE,
    "latency-lognormal": EVERYWHERE,
    "list-instead": EVERY_POLL,
    "missing-estimated-total-rows": EVERY_POLL,
    "missing-id": EVERY_POLL,
    "missing-inserted-at": EVERY_POLL,
    "missing-name": EVERY_POLL,
    "missing-processed-rows": EVERY_POLL,
    "missing-status": EVERY_POLL,
    "missing-success-count": EVERY_POLL,
    "missing-typename": EVERY_POLL,
    "missing-updated-at": EVERY_POLL,
    "nan": EVERY_POLL,
    "no-content-204": EVERY_POLL,
    "no-content-type": EVERY_POLL,
    "null-body": EVERY_POLL,
    "null-status": EVERY_POLL,
    "partial-errors": IDENTIFY,
    "progress-backwards": EVERY_POLL,
    "rate-tiers": NOWHERE,
    "redirect-loop": EVERY_POLL,
    "refuse": FIRST_POLL,
    "reset": FIRST_POLL,
    "reset-after-commit": ["trigger 1"],
    "reset-after-commit-without-key": ["trigger 1"],
    "reset-three-times": polls(1, 3),
    "short-body": FIRST_POLL,
    "slow-accept": IDENTIFY,
    "slow-close": FIRST_POLL,
    "stuck-processing": IDENTIFY,
    "stuck-queued": IDENTIFY,
    "terminal-flip": polls(2, step=2),
    "too-many-recipients": TRIGGERS,
    "truncated-json": FIRST_POLL,
    "undocumented-header": EVERY_POLL,
    "undocumented-status": EVERY_POLL,
    "workflow-inactive": TRIGGERS,
    "workflow-missing": TRIGGERS,
    "wrong-content-type": EVERY_POLL,
    "wrong-type-estimated-total-rows": EVERY_POLL,
    "wrong-type-id": EVERY_POLL,
    "wrong-type-inserted-at": EVERY_POLL,
    "wrong-type-name": EVERY_POLL,
    "wrong-type-processed-rows": EVERY_POLL,
    "wrong-type-status": EVERY_POLL,
    "wrong-type-success-count": EVERY_POLL,
    "wrong-type-typename": EVERY_POLL,
    "wrong-type-updated-at": EVERY_POLL,
}
"""The requests that each fault happens to, of a bulk identify, its polls, and two triggers."""

SHORTER: dict[str, dict[str, Any]] = {
    "429-retry-after": {"retry_after": 0.2},
    "429-retry-after-date": {"retry_after": {"date": 1}},
    "hang": {"for": "100ms"},
    "refuse": {"for": "20ms"},
    "slow-accept": {"for": "200ms"},
}
"""Faults that would take long in real time: their seconds are shortened."""


def test_every_fault_is_pinned() -> None:
    """Each fault of the catalogue has a row in both tables, and no row has lost its fault (FAULTS 4)."""
    assert sorted(SLUGS) == sorted(FIRES)
    assert sorted(SLUGS) == sorted([*POLLED, *IDENTIFIED, *TRIGGERED, *WATCHED, *OTHERS])


@pytest.mark.parametrize("slug", FIRES)
def test_fires_exactly_as_declared(knock: KnockApi, slug: str) -> None:
    """A fault happens to the requests that its description says, and to no other one (FAULTS 4, each row).

    The seconds of those in `SHORTER` are shortened.
    """
    follow(knock, slug, **SHORTER.get(slug, {}))
    told = [send_alone(knock, "POST", "/v1/users/bulk/identify", {"users": [{"id": "ada"}, {"id": "bob"}]})]
    made = knock.state()["bulk_operations"]
    path = f"/v1/bulk_operations/{made[0]['id'] if made else UNKNOWN}"
    told += [send_alone(knock, "GET", path) for _ in range(POLLS)]
    told += [send_alone(knock, "POST", "/v1/workflows/welcome/trigger", {"recipients": ["ada"]}) for _ in TRIGGERS]
    entries = knock.control("GET", "/requests")["entries"]
    assert len(EVERYWHERE) == len(entries)
    assert FIRES[slug] == [name for name, entry in zip(EVERYWHERE, entries, strict=True) if entry["fault"]]
    assert {slug if entry["delivered"] else None for entry in entries if entry["fault"]} == {
        name for name, entry in zip(told, entries, strict=True) if entry["fault"]
    }
    assert not any(name for name, entry in zip(told, entries, strict=True) if not entry["fault"])


def send_alone(knock: KnockApi, method: str, path: str, value: Any = None) -> str | None:
    """Send a request on a connection of its own, as soon as somebody listens; return the fault its answer names."""
    body = None if value is None else json.dumps(value).encode()
    while True:
        try:
            fields = {"Content-Type": "application/json", "Connection": "close"}
            return knock.send(method, path, body=body, headers=fields).headers.get("X-Mock-Fault-Applied")
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            if "refused" not in str(error):
                return None
            time.sleep(0.05)  # as long as the fault lasts


@dataclass(frozen=True)
class Sdk:
    """The official SDK as it comes, in a world of its own; `sent` has the requests that it sends."""

    client: knockapi.Knock
    sent: list[httpx.Request]

    def call(self, function: Callable[[], Any]) -> tuple[int, Any]:
        """Return how many requests a call sends, and how it ends: a status, or the type of what is returned or raised.

        What has no status ends with its type alone.
        """
        self.sent.clear()
        try:
            found = function()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the outcome
            return len(self.sent), type(error)
        return len(self.sent), getattr(found, "status", type(found))


@pytest.fixture
def sdk(knock: KnockApi) -> Iterator[Sdk]:
    """Yield the SDK with its own defaults; requests are counted as they are sent."""
    sent: list[httpx.Request] = []
    counting = knockapi.DefaultHttpxClient(event_hooks={"request": [sent.append]})
    with knockapi.Knock(base_url=knock.url, api_key=knock.api_key, http_client=counting) as client:
        yield Sdk(client, sent)


SURVIVES = (2, "queued")
ACCEPTED = (1, "queued")

POLLED: dict[str, tuple[int, Any]] = {
    "404-after-create": (1, knockapi.NotFoundError),
    "408-once": SURVIVES,
    "409-once": SURVIVES,
    "429-no-retry": (1, knockapi.RateLimitError),
    "429-retry-after": SURVIVES,
    "429-retry-after-61": SURVIVES,
    "429-retry-after-date": SURVIVES,
    "429-retry-after-garbage": SURVIVES,
    "429-retry-after-ms": SURVIVES,
    "429-retry-after-past": SURVIVES,
    "429-retry-after-zero": SURVIVES,
    "429-without-retry-after": SURVIVES,
    "500-once": SURVIVES,
    "502-html": SURVIVES,
    "503-five-times": (3, knockapi.InternalServerError),
    "503-once": SURVIVES,
    "503-three-times": (3, knockapi.InternalServerError),
    "503-twice": (3, "queued"),
    "504-once": SURVIVES,
    "bad-chunk": SURVIVES,
    "bad-date": ACCEPTED,
    "bad-uuid": ACCEPTED,
    "bandwidth": ACCEPTED,
    "bom": ACCEPTED,
    "dribble": ACCEPTED,
    "duplicate-keys": ACCEPTED,
    "empty": SURVIVES,
    "empty-body": (1, json.JSONDecodeError),
    "extra-enum": (1, "cancelled"),
    "extra-fields": ACCEPTED,
    "garbage": SURVIVES,
    "html-200": (1, str),
    "huge-integer": ACCEPTED,
    "latency-fixed": ACCEPTED,
    "latency-lognormal": ACCEPTED,
    "list-instead": (1, list),
    "missing-estimated-total-rows": ACCEPTED,
    "missing-id": ACCEPTED,
    "missing-inserted-at": ACCEPTED,
    "missing-name": ACCEPTED,
    "missing-processed-rows": ACCEPTED,
    "missing-status": (1, None),
    "missing-success-count": ACCEPTED,
    "missing-typename": ACCEPTED,
    "missing-updated-at": ACCEPTED,
    "nan": ACCEPTED,
    "no-content-204": (1, str),
    "no-content-type": ACCEPTED,
    "null-body": (1, type(None)),
    "null-status": (1, None),
    "redirect-loop": (63, knockapi.APIConnectionError),
    "refuse": SURVIVES,
    "reset": SURVIVES,
    "reset-three-times": (3, knockapi.APIConnectionError),
    "short-body": SURVIVES,
    "slow-close": ACCEPTED,
    "truncated-json": (1, json.JSONDecodeError),
    "undocumented-header": ACCEPTED,
    "undocumented-status": (1, knockapi.APIStatusError),
    "wrong-content-type": ACCEPTED,
    "wrong-type-estimated-total-rows": ACCEPTED,
    "wrong-type-id": ACCEPTED,
    "wrong-type-inserted-at": ACCEPTED,
    "wrong-type-name": ACCEPTED,
    "wrong-type-processed-rows": ACCEPTED,
    "wrong-type-status": (1, ["queued"]),
    "wrong-type-success-count": ACCEPTED,
    "wrong-type-typename": ACCEPTED,
    "wrong-type-updated-at": ACCEPTED,
}
"""What a poll ends with, and after how many requests."""
IDENTIFIED: dict[str, tuple[int, Any]] = {
    "400-bad-json": (1, knockapi.BadRequestError),
    "403-public-key": (1, knockapi.PermissionDeniedError),
    "413-too-large": (1, knockapi.APIStatusError),
    "415-media-type": (1, knockapi.APIStatusError),
    "504-after-commit": SURVIVES,
    "dedup-limited": ACCEPTED,
    "duplicate-bulk": SURVIVES,
    "slow-accept": ACCEPTED,
}
"""What a bulk identify ends with."""
TRIGGERED: dict[str, tuple[int, Any]] = {
    "actor-missing": (1, knockapi.UnprocessableEntityError),
    "too-many-recipients": (1, knockapi.UnprocessableEntityError),
    "workflow-inactive": (1, knockapi.UnprocessableEntityError),
    "workflow-missing": (1, knockapi.NotFoundError),
}
"""What a trigger ends with."""
WATCHED: dict[str, list[tuple[str, int] | type[Exception]]] = {
    "401-mid-flow": [("queued", 0), *[knockapi.AuthenticationError] * 11],
    "404-later": [("queued", 0), ("processing", 5), *[("completed", 10)] * 8, *[knockapi.NotFoundError] * 2],
    "count-lies": [("queued", 0), ("processing", 11), *[("completed", 11)] * 10],
    "fails-midway": [("queued", 0), ("processing", 2), *[("failed", 5)] * 10],
    "partial-errors": [("queued", 0), ("processing", 5), *[("completed", 10)] * 10],
    "progress-backwards": [
        ("processing", 1), ("processing", 6), ("processing", 4), ("processing", 10), *[("completed", 10)] * 8,
    ],
    "stuck-processing": [("queued", 0), ("processing", 2), *[("processing", 4)] * 10],
    "stuck-queued": [("queued", 0)] * 12,
    "terminal-flip": [("queued", 0), ("processing", 5), *[("completed", 10), ("processing", 10)] * 5],
}  # fmt: skip
"""What twelve polls of a bulk operation of ten rows are told: status and processed rows."""
OTHERS = {
    "close-idle", "deep-nesting", "dup-run-id", "hang", "rate-tiers", "reset-after-commit",
    "reset-after-commit-without-key",
}  # fmt: skip
"""Faults with tests of their own."""


@pytest.mark.parametrize("slug", POLLED)
def test_what_the_official_sdk_makes_of_it(knock: KnockApi, sdk: Sdk, slug: str) -> None:
    """A poll ends as FAULTS 1 measured it: survived, raised, or accepted without a look (FAULTS 4: B7, H, S, W, C).

    The seconds of `refuse`, `429-retry-after` and `429-retry-after-date` are shortened.
    """
    operation = knock.identify({"id": "ada"}, {"id": "bob"}).json()
    follow(knock, slug, **SHORTER.get(slug, {}))
    assert POLLED[slug] == sdk.call(lambda: sdk.client.bulk_operations.get(operation["id"]))


@pytest.mark.parametrize("slug", IDENTIFIED)
def test_what_the_sdk_makes_of_a_bulk_identify(knock: KnockApi, sdk: Sdk, slug: str) -> None:
    """A refusal is raised at once, a lost answer is asked for again (FAULTS 1 and 4: B10, B11, H5, H7, H9, S4).

    The seconds of `slow-accept` are shortened.
    """
    follow(knock, slug, **SHORTER.get(slug, {}))
    assert IDENTIFIED[slug] == sdk.call(lambda: sdk.client.users.bulk.identify(users=[{"id": "ada"}]))


@pytest.mark.parametrize("slug", TRIGGERED)
def test_what_the_sdk_makes_of_a_trigger(knock: KnockApi, sdk: Sdk, slug: str) -> None:
    """A trigger that is refused is raised at once and never sent again (FAULTS 4: T4, T5)."""
    follow(knock, slug)
    assert TRIGGERED[slug] == sdk.call(lambda: sdk.client.workflows.trigger("welcome", recipients=["ada"]))


@pytest.mark.parametrize("slug", WATCHED)
def test_what_the_sdk_is_told_of_a_bulk_operation(knock: KnockApi, sdk: Sdk, slug: str) -> None:
    """Whatever a bulk operation says, the SDK passes it on (FAULTS 4: B1 to B6, B8, B9, H6)."""
    follow(knock, slug)
    operation = sdk.client.users.bulk.identify(users=[{"id": f"u{number}"} for number in range(10)])
    seen: list[tuple[str, int] | type[Exception]] = []
    for _ in range(POLLS):
        try:
            found = sdk.client.bulk_operations.get(operation.id)
        except knockapi.APIStatusError as error:
            seen.append(type(error))
        else:
            seen.append((found.status, found.processed_rows))
    assert WATCHED[slug] == seen


@pytest.mark.parametrize(
    ("slug", "name", "value"),
    [
        ("bad-date", "inserted_at", "yesterday"),
        ("bad-uuid", "id", "not-a-uuid"),
        ("duplicate-keys", "status", "queued"),
        ("extra-fields", "shard", 7),
        ("huge-integer", "processed_rows", int("9" * 40)),
        ("missing-estimated-total-rows", "estimated_total_rows", None),
        ("missing-id", "id", None),
        ("missing-inserted-at", "inserted_at", None),
        ("missing-name", "name", None),
        ("missing-processed-rows", "processed_rows", None),
        ("missing-success-count", "success_count", None),
        ("missing-typename", "api_typename", None),
        ("missing-updated-at", "updated_at", None),
        ("wrong-type-estimated-total-rows", "estimated_total_rows", "2"),
        ("wrong-type-name", "name", ["users.identify"]),
        ("wrong-type-processed-rows", "processed_rows", "0"),
        ("wrong-type-success-count", "success_count", "0"),
        ("wrong-type-typename", "api_typename", ["BulkOperation"]),
    ],
)
def test_what_the_sdk_takes_for_good(knock: KnockApi, sdk: Sdk, slug: str, name: str, value: Any) -> None:
    """The SDK hands on what breaks the contract without a word (FAULTS 0 and 4: C3, C4, C6, C8)."""
    operation = knock.identify({"id": "ada"}, {"id": "bob"}).json()
    follow(knock, slug)
    assert value == getattr(sdk.client.bulk_operations.get(operation["id"]), name)


def test_a_number_that_is_none(knock: KnockApi, sdk: Sdk) -> None:
    """The SDK takes NaN for a number (FAULTS 1 and 4: C6)."""
    operation = knock.identify({"id": "ada"}).json()
    follow(knock, "nan")
    found: float = sdk.client.bulk_operations.get(operation["id"]).processed_rows
    assert found != found  # noqa: PLR0124  # nothing else is not itself


def test_deep_nesting(knock: KnockApi, sdk: Sdk) -> None:
    """Nesting of 2,000 levels is accepted or raises RecursionError, as Python's own JSON has it (FAULTS 4: C6)."""
    operation = knock.identify({"id": "ada"}).json()
    follow(knock, "deep-nesting")
    assert sdk.call(lambda: sdk.client.bulk_operations.get(operation["id"])) in [ACCEPTED, (1, RecursionError)]


def test_a_hang(knock: KnockApi, sdk: Sdk) -> None:
    """With a timeout of a second, a poll that hangs is given up and survived (FAULTS 1 and 4: S2)."""
    operation = knock.identify({"id": "ada"}).json()
    follow(knock, "hang")
    assert SURVIVES == sdk.call(lambda: sdk.client.bulk_operations.get(operation["id"], timeout=1.0))


def test_a_connection_that_was_closed(knock: KnockApi, sdk: Sdk) -> None:
    """The poll after a bulk identify finds its connection dead, and is survived on a new one (FAULTS 4: W7)."""
    follow(knock, "close-idle")
    operation = sdk.client.users.bulk.identify(users=[{"id": "ada"}])
    assert SURVIVES == sdk.call(lambda: sdk.client.bulk_operations.get(operation.id))
    assert 2 == knock.control("GET", "/requests")["total"]


@pytest.mark.parametrize("slug", ["504-after-commit", "duplicate-bulk"])
def test_a_batch_that_was_sent_again(knock: KnockApi, sdk: Sdk, slug: str) -> None:
    """One bulk identify becomes two operations: its idempotency key has no effect (FAULTS 0 and 4: B10, H5)."""
    follow(knock, slug)
    operation = sdk.client.users.bulk.identify(users=[{"id": "ada"}])
    keys = {each.headers["idempotency-key"] for each in sdk.sent}
    tries = [each.headers["x-stainless-retry-count"] for each in sdk.sent]
    assert (1, ["0", "1"]) == (len(keys), tries)
    ids = [each["id"] for each in knock.state()["bulk_operations"]]
    assert (2, operation.id) == (len(set(ids)), ids[-1])
    assert ["one-effect"] == broken(knock)


def test_a_trigger_that_was_sent_again(knock: KnockApi, sdk: Sdk) -> None:
    """The idempotency key saves a trigger whose answer was lost: one run, and the replay says so (FAULTS 0, 4: T2)."""
    follow(knock, "reset-after-commit")
    answer = sdk.client.workflows.with_raw_response.trigger("welcome", recipients=["ada"])
    assert (2, "true") == (len(sdk.sent), answer.headers["idempotent-replayed"])
    (run,) = knock.state()["workflow_runs"]
    assert run["id"] == answer.parse().workflow_run_id
    assert [] == broken(knock)


def test_a_trigger_that_ran_twice(knock: KnockApi, sdk: Sdk) -> None:
    """Without its key a trigger whose answer was lost runs twice, and nothing tells the client (FAULTS 4: T3)."""
    follow(knock, "reset-after-commit-without-key")
    answer = sdk.client.workflows.with_raw_response.trigger("welcome", recipients=["ada"])
    assert (2, False) == (len(sdk.sent), "idempotent-replayed" in answer.headers)
    runs = [each["id"] for each in knock.state()["workflow_runs"]]
    assert (2, answer.parse().workflow_run_id) == (len(set(runs)), runs[-1])
    assert ["one-effect"] == broken(knock)


def test_a_run_that_has_the_name_of_another(knock: KnockApi, sdk: Sdk) -> None:
    """Two triggers have two runs and one name, which the SDK accepts (FAULTS 4: T1)."""
    follow(knock, "dup-run-id")
    names = {sdk.client.workflows.trigger("welcome", recipients=[each]).workflow_run_id for each in ("ada", "bob")}
    assert (1, 2, 2) == (len(names), len(sdk.sent), len(knock.state()["workflow_runs"]))


def test_users_that_were_left_out(knock: KnockApi, sdk: Sdk) -> None:
    """Who was left out of a bulk identify stands in a header alone (FAULTS 4: B11)."""
    follow(knock, "dedup-limited")
    answer = sdk.client.users.bulk.with_raw_response.identify(users=[{"id": "ada"}])
    assert ("1,3", "queued") == (answer.headers["x-ratelimited-users"], answer.parse().status)


def test_rows_that_failed(knock: KnockApi, sdk: Sdk) -> None:
    """A completed operation may have rows in `error_items`, for those who look (FAULTS 4: B4)."""
    follow(knock, "partial-errors")
    operation = sdk.client.users.bulk.identify(users=[{"id": each} for each in "abcd"])
    found = [sdk.client.bulk_operations.get(operation.id) for _ in range(3)][-1]
    assert ("completed", ["b", "d"]) == (found.status, [each.id for each in found.error_items or ()])


@pytest.mark.parametrize(
    ("slug", "changes", "expected"),
    [
        ("429-retry-after", {"retry_after": 1}, []),
        ("429-retry-after-61", {}, ["retry-after"]),
        ("429-retry-after-date", {"retry_after": {"date": 1}}, []),
        ("429-retry-after-ms", {}, []),
        ("429-retry-after-past", {}, []),
        ("429-retry-after-zero", {}, []),
        ("429-retry-after-garbage", {}, []),
        ("429-without-retry-after", {}, []),
    ],
)
def test_when_the_sdk_comes_back(
    knock: KnockApi, sdk: Sdk, slug: str, changes: dict[str, Any], expected: list[str]
) -> None:
    """The SDK waits as it is asked to, unless that is longer than a minute: then it is early (FAULTS 1, 4: H1 to H3).

    The seconds of `429-retry-after` and `429-retry-after-date` are shortened. A reset lets time go by.
    """
    knock.control("POST", "/reset")
    operation = knock.identify({"id": "ada"}).json()
    follow(knock, slug, **changes)
    sdk.client.bulk_operations.get(operation["id"])
    assert (2, expected) == (len(sdk.sent), broken(knock))


def test_the_tiers_of_rate_limits(knock: KnockApi, sdk: Sdk) -> None:
    """The second bulk identify within a second is refused, and survived by waiting as it is asked (FAULTS 4: H4)."""
    knock.control("POST", "/reset")
    follow(knock, "rate-tiers")
    first, second = (sdk.call(lambda: sdk.client.users.bulk.identify(users=[])) for _ in range(2))
    assert (ACCEPTED, SURVIVES) == (first, second)
    entries = knock.control("GET", "/requests")["entries"]
    assert [200, 429, 200] == [each["response"]["status"] for each in entries]
    assert [None] * 3 == [each["fault"] for each in entries]


def broken(knock: KnockApi) -> list[str]:
    """Return the invariants that a client which reports success has broken."""
    return [each["invariant"] for each in knock.control("GET", "/verdict?client=success")["broken"]]
