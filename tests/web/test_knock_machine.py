"""Several keys of one fake, used in any order: every answer keeps the contract, nothing leaks, counts add up."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from werkzeug.test import Client, TestResponse

from mock_knock.domain.seed import Seed
from mock_knock.domain.seed_format import parse_seed
from mock_knock.local import FakeOptions, LocalFake, build_fake, load_seed
from mock_knock.served import served_operations

KEYS = ("sk_test_first_key", "sk_test_other_key", "sk_test_third_key")
FAKE_OPTIONS = FakeOptions(clock="manual", seed=load_seed("example"))

EXAMPLES = {"full": 1_000}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 10)
"""Of fifty steps each: 50,000 steps with the long property tests."""

keys = st.sampled_from(KEYS)
ids = st.sampled_from(["ada", "bob", "eve", "kim"])
workflows = st.sampled_from(["welcome", "nothing"])
sets = st.dictionaries(st.sampled_from(["welcome", "other"]), st.booleans(), max_size=2)
cancellation_keys = st.none() | st.sampled_from(["c1", "c2"])


@dataclass
class Known:
    """What is known of the world of one key: its operations with the rows they have, and the runs of its triggers."""

    operations: dict[str, int] = field(default_factory=dict)
    triggers: set[str] = field(default_factory=set)


class Keys(RuleBasedStateMachine):
    """Three keys of one fake."""

    @initialize()
    def begin(self) -> None:
        """Make a fake."""
        self.fake: LocalFake = build_fake(FAKE_OPTIONS)
        self.client = Client(self.fake.application)
        self.known = {key: Known() for key in KEYS}

    def send(self, key: str, operation: str, method: str, path: str, body: Any = None) -> TestResponse:
        """Send a request and hold its answer against the contract."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        data = None if body is None else orjson.dumps(body)
        answer = self.client.open(path, method=method, data=data, headers=headers)
        found = served_operations()[operation].response_violations(
            status=answer.status_code, headers=tuple(answer.headers.items()), body=answer.data
        )
        assert () == found
        return answer

    def accept(self, key: str, operation: str, path: str, body: Any, rows: int) -> None:
        """Start a bulk operation."""
        found = self.send(key, operation, "POST", path, body).get_json()
        self.known[key].operations[found["id"]] = rows

    @rule(key=keys, named=st.lists(ids, max_size=4))
    def identify(self, key: str, named: list[str]) -> None:
        """Identify users in bulk, each with the key they are identified by."""
        users = [{"id": each, "world": key, "email": f"{each}@example.com"} for each in named]
        self.accept(key, "bulkIdentifyUsers", "/v1/users/bulk/identify", {"users": users}, len(named))

    @rule(key=keys, named=st.lists(ids, max_size=4))
    def delete_in_bulk(self, key: str, named: list[str]) -> None:
        """Delete users in bulk."""
        self.accept(key, "bulkDeleteUsers", "/v1/users/bulk/delete", {"user_ids": named}, len(named))

    @rule(key=keys, named=st.lists(ids, max_size=4), preferences=sets)
    def set_preferences_in_bulk(self, key: str, named: list[str], preferences: dict[str, bool]) -> None:
        """Set the preferences of users in bulk."""
        body = {"user_ids": named, "preferences": {"id": "default", "workflows": preferences}}
        self.accept(key, "bulkSetUserPreferences", "/v1/users/bulk/preferences", body, len(named))

    @rule(key=keys, id_=ids, preferences=sets)
    def write(self, key: str, id_: str, preferences: dict[str, bool]) -> None:
        """Identify one user, and set their preferences."""
        self.send(key, "identifyUser", "PUT", f"/v1/users/{id_}", {"world": key, "email": "x@example.com"})
        body = {"workflows": preferences}
        self.send(key, "updateUserPreferenceSet", "PUT", f"/v1/users/{id_}/preferences/default", body)

    @rule(key=keys, id_=ids)
    def delete(self, key: str, id_: str) -> None:
        """Delete one user, who is unknown from then on."""
        assert 204 == self.send(key, "deleteUser", "DELETE", f"/v1/users/{id_}").status_code
        assert 404 == self.send(key, "getUser", "GET", f"/v1/users/{id_}").status_code

    @rule(key=keys, named=st.lists(ids, max_size=4), workflow=workflows, cancellation_key=cancellation_keys)
    def trigger(self, key: str, named: list[str], workflow: str, cancellation_key: str | None) -> None:
        """Trigger a workflow: one run for each recipient who is known and named, however often."""
        known = {each["id"] for each in self.entries(key, "listUsers", "/v1/users", "entries")}
        body = {"recipients": named, "data": {"world": key}, "cancellation_key": cancellation_key}
        answer = self.send(key, "triggerWorkflow", "POST", f"/v1/workflows/{workflow}/trigger", body)
        run_id = answer.get_json()["workflow_run_id"]
        assert run_id not in self.known[key].triggers
        self.known[key].triggers.add(run_id)
        assert set(named) & known == {each["recipient"] for each in self.runs(key) if each["workflow_run_id"] == run_id}

    @rule(key=keys, named=st.lists(ids, min_size=1, max_size=3))
    def subscribe(self, key: str, named: list[str]) -> None:
        """Subscribe users to an object, which creates whoever is unknown."""
        recipients = [{"id": each, "world": key} for each in named]
        path = "/v1/objects/projects/engine/subscriptions"
        found = self.send(key, "addSubscriptionsForObject", "POST", path, {"recipients": recipients}).get_json()
        assert list(dict.fromkeys(named)) == [each["recipient"]["id"] for each in found]

    @rule(key=keys)
    def trigger_for_subscribers(self, key: str) -> None:
        """Trigger a workflow for an object: it runs for the object and for each subscriber."""
        path = "/v1/objects/projects/engine/subscriptions"
        subscribed = self.entries(key, "listSubscriptionsForObject", path, "entries")
        body = {"recipients": [{"collection": "projects", "id": "engine"}], "data": {"world": key}}
        answer = self.send(key, "triggerWorkflow", "POST", "/v1/workflows/welcome/trigger", body)
        run_id = answer.get_json()["workflow_run_id"]
        self.known[key].triggers.add(run_id)
        assert 1 + len(subscribed) == sum(each["workflow_run_id"] == run_id for each in self.runs(key))

    @rule(key=keys, outcome=st.sampled_from(["completed", "failed"]), every=st.integers(1, 3))
    def change_the_scenario(self, key: str, outcome: str, every: int) -> None:
        """Let the bulk operations of a key go otherwise from now on."""
        self.control(key, "PUT", "/scenario", {"version": 1, "bulk": {"outcome": outcome, "every": every}})

    @rule(key=keys, to=st.sampled_from(["processing", "completed", "failed"]))
    def push(self, key: str, to: str) -> None:
        """Push every operation of a key to a later state."""
        for operation in self.known[key].operations:
            self.control(key, "POST", f"/bulk_operations/{operation}/transition", {"to": to})

    @rule(key=keys)
    def write_the_state_and_read_it(self, key: str) -> None:
        """A state that is written down and read again is the same state, for whoever looks at it."""
        written, seen = self.control(key, "GET", "/state"), self.everything(key)
        assert written == self.control(key, "PUT", "/state", written)
        assert seen == self.everything(key)

    @rule(key=keys, seconds=st.sampled_from([1, 3, 400]))
    def begin_elsewhere_and_go_on(self, key: str, seconds: float) -> None:
        """A fake that begins with a state goes on as the one that it was taken from."""
        written = self.control(key, "GET", "/state")
        here, there = self.client, Client(build_fake(FakeOptions(clock="manual", seed=parse_seed(written))).application)
        states = []
        for self.client in (there, here):
            first = self.control(key, "GET", "/state")
            self.control(key, "POST", "/clock/advance", {"seconds": seconds})
            self.poll(key)
            states.append((first, self.control(key, "GET", "/state"), self.everything(key)))
        assert states[0] == states[1]
        assert written == states[0][0]

    @rule(key=keys, workflow=workflows, cancellation_key=st.sampled_from(["c1", "c2"]))
    def cancel(self, key: str, workflow: str, cancellation_key: str) -> None:
        """Cancel what waits: nothing that was triggered with the key is paused any more."""
        body = {"cancellation_key": cancellation_key}
        self.send(key, "cancelWorkflow (2)", "POST", f"/v1/workflows/{workflow}/cancel", body)
        paused = [each for each in self.runs(key) if each["status"] == "paused" and each["workflow"] == workflow]
        assert cancellation_key not in {each["trigger_source"]["cancellation_key"] for each in paused}

    @rule(key=keys, seconds=st.sampled_from([0.5, 3, 100, 400]))
    def advance(self, key: str, seconds: float) -> None:
        """Let time pass for one key."""
        assert "now" in self.control(key, "POST", "/clock/advance", {"seconds": seconds})

    @rule(key=keys)
    def poll(self, key: str) -> None:
        """Poll every operation: its counts add up, and it has the rows that it was given."""
        for operation, rows in self.known[key].operations.items():
            found = self.send(key, "getBulkOperation", "GET", f"/v1/bulk_operations/{operation}").get_json()
            assert found["processed_rows"] == found["success_count"] + found["error_count"]
            assert rows == found["estimated_total_rows"] >= found["processed_rows"]
            assert (found["status"] == "completed") == (found["completed_at"] is not None)

    @rule(key=keys)
    def look_over_the_fence(self, key: str) -> None:
        """What another key has does not exist here."""
        for other in KEYS:
            for operation in self.known[other].operations if other != key else ():
                answer = self.send(key, "getBulkOperation", "GET", f"/v1/bulk_operations/{operation}")
                assert 404 == answer.status_code

    @rule(key=keys)
    def reset(self, key: str) -> None:
        """Forget a world: what it had is gone, and the seed is back."""
        assert 200 == self.client.post("/_mock/reset", headers={"Authorization": f"Bearer {key}"}).status_code
        self.known[key] = Known()
        assert ["ada", "bob"] == [each["id"] for each in self.entries(key, "listUsers", "/v1/users", "entries")]

    @rule(key=keys)
    def everything_is_its_own(self, key: str) -> None:
        """Users, runs and messages of a key carry no other key, and each run and message belongs to a trigger of it."""
        users = self.entries(key, "listUsers", "/v1/users", "entries")
        assert {key} >= {each["world"] for each in users if "world" in each}
        messages = self.entries(key, "listMessages", "/v1/messages", "items")
        assert {key} >= {each["data"]["world"] for each in messages}
        runs = {each["id"]: each for each in self.runs(key)}
        assert self.known[key].triggers >= {each["workflow_run_id"] for each in runs.values()}
        for message in messages:
            source = message["source"]
            assert message["recipient"] == runs[source["workflow_recipient_run_id"]]["recipient"]

    def control(self, key: str, method: str, path: str, body: Any = None) -> Any:
        """Return what one of the fake's own controls answers."""
        data = None if body is None else orjson.dumps(body)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return self.client.open(f"/_mock{path}", method=method, data=data, headers=headers).get_json()

    def everything(self, key: str) -> list[Any]:
        """Return all that a client can read of a key without changing anything."""
        return [
            self.entries(key, "listUsers", "/v1/users", "entries"),
            self.runs(key),
            [
                self.send(key, "getWorkflowRecipientRun", "GET", f"/v1/workflow_recipient_runs/{each['id']}").get_json()
                for each in self.runs(key)
            ],
            self.entries(key, "listMessages", "/v1/messages", "items"),
            self.entries(key, "listSubscriptionsForObject", "/v1/objects/projects/engine/subscriptions", "entries"),
        ]

    def runs(self, key: str) -> list[dict[str, Any]]:
        """Return all recipient runs of a key."""
        return self.entries(key, "listWorkflowRecipientRuns", "/v1/workflow_recipient_runs", "items")

    def entries(self, key: str, operation: str, path: str, name: str) -> list[dict[str, Any]]:
        """Return the entries of all pages of a list."""
        found: list[dict[str, Any]] = []
        after = ""
        while after is not None:
            query = f"?page_size=50&after={after}" if after else ""
            page = self.send(key, operation, "GET", path + query).get_json()
            found += page[name]
            after = page["page_info"]["after"]
        return found


def test_the_example_is_a_seed() -> None:
    """The worlds of the machine begin with something."""
    assert Seed() != FAKE_OPTIONS.seed


TestKeys = Keys.TestCase
TestKeys.settings = settings(stateful_step_count=50, max_examples=EXAMPLES)
