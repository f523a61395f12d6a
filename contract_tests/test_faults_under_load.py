"""Faults among many clients at once: each meets what was foretold for it, and nothing of the others."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from mock_knock.domain.faults.forecast import foretell
from mock_knock.domain.scenario import Scenario
from mock_knock.domain.scenario_format import parse_scenario
from mock_knock.harness.transport import WsgiTransport
from mock_knock.local import FakeOptions, build_fake, find_faults, running
from mock_knock.messages import HttpRequest

IS_FULL = os.environ.get("HYPOTHESIS_PROFILE") == "full"
CLIENTS, REQUESTS = (64, 1_000) if IS_FULL else (16, 60)
WITHOUT_FAULT = 1_000_000 if IS_FULL else 2_000
READ, TRIGGER = "getBulkOperation", "triggerWorkflow"

pytestmark = pytest.mark.controls


def random_scenario(seed: int) -> Scenario:
    """Return faults of many kinds on two operations, each with its own chance, all drawn from a seed."""
    draw = Random(seed)
    effects: list[dict[str, Any]] = [
        {"status": 503},
        {"status": 500, "when_committed": "after"},
        {"wire": "reset"},
        {"wire": "empty", "when_committed": "after"},
        {"wire": "garbage"},
        {"body": {"drop": "/id"}},
        {"headers": {"x-seen": "yes"}},
    ]
    faults = [
        {
            "id": f"{operation}-{index}",
            "on": operation,
            "do": do,
            "when": {"probability": round(draw.uniform(0, 0.1), 3)},
        }
        for operation in (READ, TRIGGER)
        for index, do in enumerate(draw.sample(effects, len(effects)))
    ]
    return parse_scenario({"version": 1, "seed": seed, "faults": faults}, name="load")


@dataclass
class Client:
    """One client with an API key of its own; it counts what it sends and what it sees of faults."""

    key: str
    address: str
    sent: Counter[str] = field(default_factory=Counter)
    seen: list[tuple[str, int, str]] = field(default_factory=list)
    lost: int = 0

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], bytes] | None:
        """Send one request; None where no answer came."""
        connection = HTTPConnection(self.address, timeout=60)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else orjson.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): each for name, each in answer.getheaders()}, answer.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def ask(self, operation: str, method: str, path: str, body: Any = None) -> None:
        """Send a request of an operation and note which fault was seen."""
        self.sent[operation] += 1
        found = self.send(method, path, body)
        if found is None:
            self.lost += 1
        elif fault := found[1].get("x-mock-fault-applied"):
            self.seen.append((operation, self.sent[operation], fault))

    def work(self) -> None:
        """Identify one user, then poll and trigger in turn."""
        answer = self.send("POST", "/v1/users/bulk/identify", {"users": [{"id": f"user of {self.key}"}]})
        assert answer is not None
        id_ = orjson.loads(answer[2])["id"]
        for number in range(REQUESTS):
            if number % 2:
                self.ask(TRIGGER, "POST", "/v1/workflows/welcome/trigger", {"recipients": [f"user of {self.key}"]})
            else:
                self.ask(READ, "GET", f"/v1/bulk_operations/{id_}")

    def control(self, path: str) -> Any:
        """Return what a control says of this client's world."""
        found = self.send("GET", f"/_mock{path}")
        assert found is not None
        return orjson.loads(found[2])


def expected_faults(scenario: Scenario, client: Client) -> dict[tuple[str, int], str]:
    """Return which fault was foretold for each request of a client: the first declared one of those that fire."""
    foretold: dict[tuple[str, int], str] = {}
    for each in foretell(scenario, key=client.key, count=REQUESTS):
        (operation,) = each.fault.pattern.operations
        if each.happens and each.n <= client.sent[operation]:
            foretold.setdefault((operation, each.n), each.fault.id)
    return foretold


def test_many_clients_meet_what_was_foretold() -> None:
    """What each of many clients meets is what was foretold for its key; counters, journal and store agree with it."""
    scenario = random_scenario(1815)
    delivered = {each.id for each in scenario.faults if each.do.wire is None}
    committing = {each.id for each in scenario.faults if not each.do.prevents}
    with running(FakeOptions(scenario=scenario)) as server:
        clients = [Client(f"sk_test_load_{number}", urlsplit(server.url).netloc) for number in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(Client.work, clients))
        for client in clients:
            foretold = expected_faults(scenario, client)
            seen = sorted((operation, n, fault) for (operation, n), fault in foretold.items() if fault in delivered)
            assert seen == sorted(client.seen)
            assert client.lost == len(foretold) - len(seen)
            fired = Counter(foretold.values())
            assert fired == {each["id"]: each["fired"] for each in client.control("/faults")["faults"] if each["fired"]}
            runs = client.sent[TRIGGER] - sum(
                fault not in committing for (operation, _), fault in foretold.items() if operation == TRIGGER
            )
            check_world(client, runs, foretold)


def check_world(client: Client, runs: int, foretold: dict[tuple[str, int], str]) -> None:
    """Hold what a world holds against what its client did: its own runs and user, its own faults in the journal."""
    state, journal = client.control("/state"), client.control("/requests")
    assert runs == len(state["workflow_runs"])
    assert [f"user of {client.key}"] == [user["id"] for user in state["users"]]
    assert REQUESTS + 1 == journal["total"]
    kept = journal["entries"]
    if len(kept) == journal["total"]:
        assert Counter(foretold.values()) == Counter(each["fault"] for each in kept if each["fault"])
    assert all(client.key not in str(each) for each in kept)


def test_a_fault_never_happens_to_others() -> None:
    """Whatever is set up, a request that no fault means gets the answer it would get without any."""
    names = [fault for name in ("503-once", "reset", "truncated-json", "401-mid-flow") for fault in find_faults(name)]
    others = [each for each in names if each.pattern.operations]
    assert others
    fake = build_fake(FakeOptions(scenario=Scenario(faults=tuple(others))))
    transport = WsgiTransport(fake.application)
    request = HttpRequest("GET", "http://localhost/v1/users/ada", (("Authorization", "Bearer sk_test_local"),))
    for _ in range(WITHOUT_FAULT):
        answer = transport.send(request, timeout=1).response
        assert answer is not None
        assert (404, None) == (answer.status, answer.header("X-Mock-Fault-Applied"))
    controls = HttpRequest("GET", "http://localhost/_mock/faults", request.headers)
    counted = transport.send(controls, timeout=1).response
    assert counted is not None
    assert {0} == {each["matched"] for each in orjson.loads(counted.body)["faults"]}
