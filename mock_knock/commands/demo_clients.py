"""The clients of the fault demonstrations: each does the same job naively and carefully, on a clock that costs nothing.

They say how they ended, as a program does by its exit code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from mock_knock.harness.gauntlet import Ending
from mock_knock.harness.retry_after import retry_after_seconds
from mock_knock.harness.run_settings import RunClock
from mock_knock.harness.transport import IN_PROCESS_URL, Transport
from mock_knock.messages import Exchange, HttpRequest, JsonValue

USERS: list[JsonValue] = [{"id": "ada"}, {"id": "grace"}, {"id": "alan"}]
PATIENCE = 60.0
"""Seconds after which the naive client's user has enough, and the careful client gives up by itself after half."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Knock:
    """The API as the clients use it."""

    transport: Transport
    clock: RunClock

    def send(self, method: str, path: str, body: JsonValue = None, **headers: str) -> Exchange:
        """Send one request."""
        fields = {"Authorization": "Bearer sk_test_local", "Content-Type": "application/json"}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = b"" if body is None else orjson.dumps(body)
        return self.transport.send(HttpRequest(method, IN_PROCESS_URL + path, tuple(fields.items()), data), timeout=10)

    def identify(self) -> JsonValue:
        """Start a bulk identify and return its operation."""
        return _body(self.send("POST", "/v1/users/bulk/identify", {"users": USERS}))

    def trigger(self, **headers: str) -> Exchange:
        """Trigger a workflow for the users."""
        body = {"recipients": [user["id"] for user in USERS]}
        return self.send("POST", "/v1/workflows/welcome/trigger", body, **headers)

    def poll(self, operation_id: str) -> Exchange:
        """Read a bulk operation."""
        return self.send("GET", f"/v1/bulk_operations/{operation_id}")


DemoClient = Callable[[Knock], Ending]


def _body(exchange: Exchange) -> JsonValue:
    return None if exchange.response is None else orjson.loads(exchange.response.body)


def poll_without_end(knock: Knock) -> Ending:
    """Wait for as long as it takes."""
    begin, operation = knock.clock.seconds(), knock.identify()
    while operation["status"] in {"queued", "processing"}:
        if knock.clock.seconds() - begin > PATIENCE:
            return Ending("hung", "would poll for ever")
        knock.clock.wait(1)
        operation = _body(knock.poll(operation["id"]))
    return _trigger_and_end(knock)


def poll_with_deadline(knock: Knock) -> Ending:
    """Wait for a while, then look at what it says."""
    begin, operation = knock.clock.seconds(), knock.identify()
    while operation["status"] in {"queued", "processing"}:
        if knock.clock.seconds() - begin > PATIENCE / 2:
            return Ending("failure", f"gives up after {PATIENCE / 2:g} s: {operation['status']}")
        knock.clock.wait(1)
        operation = _body(knock.poll(operation["id"]))
    if (operation["status"], operation["error_count"]) != ("completed", 0):
        return Ending("failure", f"notifies nobody: {operation['status']}")
    return _trigger_and_end(knock)


def _trigger_and_end(knock: Knock) -> Ending:
    answer = knock.trigger()
    is_accepted = answer.response is not None and answer.response.status < 400  # noqa: PLR2004
    return Ending("success", "says that it notified everybody") if is_accepted else Ending("failure", "says it failed")


def send_again(knock: Knock) -> Ending:
    """Send a trigger again when no answer comes."""
    return _try_trigger(knock)


def send_again_with_key(knock: Knock) -> Ending:
    """Send it again with the same Idempotency-Key."""
    return _try_trigger(knock, Idempotency_Key="order-1815")


def _try_trigger(knock: Knock, **headers: str) -> Ending:
    knock.identify()
    knock.clock.wait(5)
    for _ in range(TRIES):
        if knock.trigger(**headers).response is not None:
            return Ending("success", "says that it notified everybody")
        knock.clock.wait(0.5)
    return Ending("failure", "gives up")


def back_off(knock: Knock) -> Ending:
    """Back off after a schedule of one's own."""
    return _poll_politely(knock, lambda _asked, tries: 0.5 * 2**tries)


def wait_as_asked(knock: Knock) -> Ending:
    """Wait as long as the answer asks for."""
    return _poll_politely(knock, lambda asked, _tries: asked or 1.0)


def _poll_politely(knock: Knock, pause: Callable[[float | None, int], float]) -> Ending:
    operation = knock.identify()
    for tries in range(20):
        exchange = knock.poll(operation["id"])
        response = exchange.response
        if response is not None and response.status == 429:  # noqa: PLR2004
            knock.clock.wait(pause(retry_after_seconds(response.headers, knock.clock.now()), tries))
            continue
        if _body(exchange)["status"] == "completed":
            return _trigger_and_end(knock)
        knock.clock.wait(1)
    return Ending("failure", "gives up")
