"""Everything that `/_mock` offers, a method for each control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Literal, Self

import orjson

from mock_knock.client.asking import (
    MAX_WAIT,
    TIMEOUT,
    USUAL_URL,
    Controls,
    as_part,
    as_query,
    check_address,
    given,
    said,
    with_query,
)
from mock_knock.client.results import (
    ClockReading,
    Document,
    FaultStanding,
    JournalPage,
    NearMiss,
    SavedState,
    Verdict,
    VerificationResult,
)
from mock_knock.client.sending import HttpSender, Sender
from mock_knock.errors import InvalidDocument
from mock_knock.files import read_document, write_text
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor

USUAL_KEY = "sk_test_local"
MAX_STATE_BYTES = 100 * 1024 * 1024
"""As much as the fake takes for a state."""


class AdminClient:
    """The controls of one world of a fake.

    Which requests are meant is told as in docs/admin.md: `operation` (one or a list), `workflow`, `recipient`,
    `user`, `header`, `attempt`, `body`, `status`, `creates`. None is refused there: it would stand for anything.

    Args:
        url: the address of the fake, without `/_mock`.
        api_key: whose world is meant.
        token: what a fake asks for that other machines can reach (`serve --admin-token`).
        sender: how requests get there; without one, over the network.

    Every method raises `AdminRefused` when the control says no, and `Unreachable` when nobody answers. A client may be
    used from several threads at once. `close` it, or use it in a `with` statement, to give its connections up; what
    `for_key` returned shares them.

    Raises:
        UsageError: `address-invalid`.
    """

    def __init__(
        self,
        url: str = USUAL_URL,
        api_key: str = USUAL_KEY,
        *,
        token: str | None = None,
        sender: Sender | None = None,
    ) -> None:
        self._controls = Controls(check_address(url), api_key, token, sender or HttpSender())

    def __repr__(self) -> str:
        return f"AdminClient({Redactor().url(self.url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the next request opens one anew."""
        self._controls.sender.close()

    @property
    def url(self) -> str:
        """The address of the fake."""
        return self._controls.url

    @property
    def api_key(self) -> str:
        """The key of the world."""
        return self._controls.api_key

    def for_key(self, api_key: str) -> AdminClient:
        """Return a client of another world of the same fake; they share connections."""
        controls = self._controls
        return AdminClient(controls.url, api_key, token=controls.token, sender=controls.sender)

    # -- the world

    def health(self) -> Document:
        """Return whether the fake is well, and its version."""
        return self._controls.get("/health")

    def description(self) -> Document:
        """Return the OpenAPI document of the controls."""
        return self._controls.get("/openapi")

    def state(self) -> Document:
        """Return every fact of the world, in the form of a seed."""
        return self._controls.get("/state")

    def set_state(self, seed: Document) -> Document:
        """Put the facts of a seed in place of those of the world, and return what it is then."""
        return self._controls.call("PUT", "/state", seed)

    def export_state(self, path: str | Path) -> None:
        """Write every fact of the world to a JSON file, whole or not at all; raises MockKnockError."""
        text = orjson.dumps(self.state(), option=orjson.OPT_INDENT_2).decode()
        write_text(Path(path), f"{text}\n")

    def import_state(self, path: str | Path) -> None:
        """Put the facts of a file, a seed or an exported state, in place of those of the world.

        Raises:
            InvalidDocument: the file cannot be read, or `seed-invalid`.
        """
        source = read_document(Path(path), max_bytes=MAX_STATE_BYTES)
        if not isinstance(source.value, Mapping):
            hint = "give a seed, or a state that was exported"
            raise InvalidDocument("seed-invalid", "a state must be a mapping", where=source.where(""), hint=hint)
        self.set_state(source.value)

    def reset(self, *, all_worlds: bool = False) -> None:
        """Put this world, or every one, back to its beginning."""
        self._controls.call("POST", "/reset?all=1" if all_worlds else "/reset")

    def snapshots(self) -> tuple[SavedState, ...]:
        """Return what was kept under a name, oldest first."""
        return tuple(SavedState.read(each) for each in self._controls.get("/snapshots")["snapshots"])

    def take_snapshot(self, name: str) -> SavedState:
        """Keep everything that is there under a name."""
        return SavedState.read(self._controls.call("PUT", f"/snapshots/{as_part(name)}"))

    def restore_snapshot(self, name: str) -> SavedState:
        """Go back to a snapshot, time included."""
        return SavedState.read(self._controls.call("POST", f"/snapshots/{as_part(name)}/restore"))

    def delete_snapshot(self, name: str) -> None:
        """Forget a snapshot."""
        self._controls.call("DELETE", f"/snapshots/{as_part(name)}")

    def push_bulk_operation(self, id_: str, to: str) -> Document:
        """Push a bulk operation to a later state, such as `failed`, and return it."""
        return self._controls.call("POST", f"/bulk_operations/{as_part(id_)}/transition", {"to": to})

    # -- what came of it

    def user_ids(self) -> tuple[str, ...]:
        """Return the ids of all users, in the order in which they came."""
        return tuple(self._controls.get("/users")["ids"])

    def user(self, id_: str) -> Document:
        """Return a user with preferences and channel data; a code of `resource_missing` where there is none."""
        return self._controls.get(f"/users/{as_part(id_)}")

    def runs(self, **filters: str) -> tuple[Document, ...]:
        """Return accepted triggers, oldest first; filters: workflow, recipient."""
        return tuple(self._controls.get("/runs", as_query(filters))["runs"])

    def messages(self, **filters: str) -> tuple[Document, ...]:
        """Return messages, oldest first; filters: recipient, workflow, channel (its type, key or id)."""
        return tuple(self._controls.get("/messages", as_query(filters))["messages"])

    # -- the journal

    def requests(self, *, limit: int | None = None, after: int | None = None, **pattern: JsonValue) -> JournalPage:
        """Return entries of the journal that count, oldest first: the latest `limit`, or those after a number."""
        return JournalPage.read(
            self._controls.get("/requests", {**as_query(pattern), **given(limit=limit, after=after)})
        )

    def count(self, **pattern: JsonValue) -> int:
        """Return how many requests count."""
        found: int = self._controls.get("/requests/count", as_query(pattern))["count"]
        return found

    def near_misses(self, *, limit: int = 3, **pattern: JsonValue) -> tuple[NearMiss, ...]:
        """Return the requests that almost count, the nearest first."""
        found = self._controls.get("/requests/near-misses", as_query({**pattern, "limit": limit}))
        return NearMiss.read_all(found["near_misses"])

    def verify(self, **expectation: JsonValue) -> VerificationResult:
        """Return whether as many requests count as expected: `exactly`, `at_least`, `at_most`; usually at least one."""
        return VerificationResult.read(self._controls.call("POST", "/requests/verify", said(expectation)))

    def verify_order(self, *patterns: Mapping[str, JsonValue]) -> VerificationResult:
        """Return whether requests came one after another, whatever came between them."""
        return VerificationResult.read(self._controls.call("POST", "/requests/verify", {"in_order": list(patterns)}))

    def wait(self, *, timeout: float = 10.0, **expectation: JsonValue) -> VerificationResult:
        """Wait until as many requests count as expected, and return what became of it within `timeout` real seconds."""
        query, end = as_query(expectation), monotonic() + timeout
        while True:
            left = max(0.0, end - monotonic())
            asked = {**query, "timeout": min(left, MAX_WAIT)}
            found = VerificationResult.read(self._controls.get("/requests/wait", asked, timeout=TIMEOUT + MAX_WAIT))
            if found.passed or left <= MAX_WAIT:
                return found

    def events(self, *, after: int | None = None, limit: int | None = None) -> Iterator[Document]:
        """Yield entries of the journal as they come, those after a number first; `limit` is how many."""
        path, name = with_query("/events", given(limit=limit, after=after)), ""
        for line in self._controls.stream(path):
            field, _, value = line.partition(b": ")
            if field == b"event":
                name = value.decode()
            elif field == b"data" and name == "request":
                yield orjson.loads(value)

    # -- how it behaves

    def scenario(self) -> Document:
        """Return how the world behaves."""
        return self._controls.get("/scenario")

    def set_scenario(self, scenario: Document) -> Document:
        """Let the world behave by a scenario from now on, and return it in full."""
        return self._controls.call("PUT", "/scenario", scenario)

    def rules(self) -> Document:
        """Return how exact the world is: `strict`, `rate_limits`, and `retry_after`, the seconds that a 429 tells."""
        return self._controls.get("/rules")

    def set_rules(self, **rules: bool | int | None) -> Document:
        """Let the world be as exact as is said; what is left out stays as it is. `retry_after=None` tells nothing."""
        return self._controls.call("PUT", "/rules", rules)

    def faults(self) -> tuple[FaultStanding, ...]:
        """Return each fault with how many requests matched it and how often it happened."""
        return tuple(FaultStanding.read(each) for each in self._controls.get("/faults")["faults"])

    def add_fault(self, fault: Document) -> FaultStanding:
        """Add a fault, in place of one of its id."""
        return FaultStanding.read(self._controls.call("POST", "/faults", fault))

    def remove_fault(self, id_: str) -> None:
        """Take a fault away."""
        self._controls.call("DELETE", f"/faults/{as_part(id_)}")

    def verdict(self, client: Literal["success", "failure", "hung"] = "success") -> Verdict:
        """Return what the world makes of a client that says that it ended so."""
        return Verdict.read(self._controls.get("/verdict", {"client": client}))

    # -- its time

    def clock(self) -> ClockReading:
        """Return the time of the world."""
        return ClockReading.read(self._controls.get("/clock"))

    def advance(self, seconds: float) -> ClockReading:
        """Move its time forward."""
        return ClockReading.read(self._controls.call("POST", "/clock/advance", {"seconds": seconds}))

    def travel_to(self, instant: datetime | str) -> ClockReading:
        """Move its time forward to an instant; one without a time zone is refused."""
        text = instant if isinstance(instant, str) else instant.isoformat()
        return ClockReading.read(self._controls.call("POST", "/clock/travel_to", {"to": text}))

    def freeze(self) -> ClockReading:
        """Let its time stand."""
        return ClockReading.read(self._controls.call("POST", "/clock/freeze"))

    def resume(self) -> ClockReading:
        """Let its time go on."""
        return ClockReading.read(self._controls.call("POST", "/clock/resume"))
