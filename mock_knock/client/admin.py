"""Everything that `/_mock` offers, a method for each control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

import orjson

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
from mock_knock.client.sending import HttpSender, Sender, check_answer
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import read_document, write_text
from mock_knock.messages import HttpRequest, JsonValue

USUAL_URL = "http://127.0.0.1:4010"
USUAL_KEY = "sk_test_local"
MAX_STATE_BYTES = 100 * 1024 * 1024
"""As much as the fake takes for a state."""
TIMEOUT = 60.0
"""Seconds for an answer of a control; those that wait get what they wait on top."""


class AdminClient:
    """The controls of one world of a fake.

    Which requests are meant is told as in `docs/admin.md`: `operation` (one or a list), `workflow`, `recipient`,
    `user`, `header`, `attempt`, `body`, `status`, `creates`.

    Args:
        url: the address of the fake, without `/_mock`.
        api_key: whose world is meant.
        token: what a fake asks for that other machines can reach (`serve --admin-token`).
        sender: how requests get there; without one, over the network.

    Every method raises `AdminRefused` when the control says no, and `Unreachable` when nobody answers.
    """

    def __init__(
        self,
        url: str = USUAL_URL,
        api_key: str = USUAL_KEY,
        *,
        token: str | None = None,
        sender: Sender | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.api_key = api_key
        self._token = token
        self._sender = sender

    def for_key(self, api_key: str) -> AdminClient:
        """Return a client of another world of the same fake; they share connections."""
        return AdminClient(self.url, api_key, token=self._token, sender=self._use_sender())

    # -- the world

    def health(self) -> Document:
        """Return whether the fake is well, and its version."""
        return self._get("/health")

    def description(self) -> Document:
        """Return the OpenAPI document of the controls."""
        return self._get("/openapi")

    def state(self) -> Document:
        """Return every fact of the world, in the form of a seed."""
        return self._get("/state")

    def set_state(self, seed: Document) -> Document:
        """Put the facts of a seed in place of those of the world, and return what it is then."""
        return self._call("PUT", "/state", seed)

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
        self._call("POST", "/reset?all=1" if all_worlds else "/reset")

    def snapshots(self) -> tuple[SavedState, ...]:
        """Return what was kept under a name, oldest first."""
        return tuple(SavedState.read(each) for each in self._get("/snapshots")["snapshots"])

    def take_snapshot(self, name: str) -> SavedState:
        """Keep everything that is there under a name."""
        return SavedState.read(self._call("PUT", f"/snapshots/{_quoted(name)}"))

    def restore_snapshot(self, name: str) -> SavedState:
        """Go back to a snapshot, time included."""
        return SavedState.read(self._call("POST", f"/snapshots/{_quoted(name)}/restore"))

    def delete_snapshot(self, name: str) -> None:
        """Forget a snapshot."""
        self._call("DELETE", f"/snapshots/{_quoted(name)}")

    def push_bulk_operation(self, id_: str, to: str) -> Document:
        """Push a bulk operation to a later state, such as `failed`, and return it."""
        return self._call("POST", f"/bulk_operations/{_quoted(id_)}/transition", {"to": to})

    # -- what came of it

    def user_ids(self) -> tuple[str, ...]:
        """Return the ids of all users, in the order in which they came."""
        return tuple(self._get("/users")["ids"])

    def user(self, id_: str) -> Document:
        """Return a user with preferences and channel data; a code of `resource_missing` where there is none."""
        return self._get(f"/users/{_quoted(id_)}")

    def runs(self, **filters: str) -> tuple[Document, ...]:
        """Return accepted triggers, oldest first; filters: workflow, recipient."""
        return tuple(self._get("/runs", filters)["runs"])

    def messages(self, **filters: str) -> tuple[Document, ...]:
        """Return messages, oldest first; filters: recipient, workflow, channel (its type, key or id)."""
        return tuple(self._get("/messages", filters)["messages"])

    # -- the journal

    def requests(self, *, limit: int | None = None, after: int | None = None, **pattern: JsonValue) -> JournalPage:
        """Return entries of the journal that count, oldest first: the latest `limit`, or those after a number."""
        bounds = {name: each for name, each in (("limit", limit), ("after", after)) if each is not None}
        return JournalPage.read(self._get("/requests", {**_flat(pattern), **bounds}))

    def count(self, **pattern: JsonValue) -> int:
        """Return how many requests count."""
        found: int = self._get("/requests/count", _flat(pattern))["count"]
        return found

    def near_misses(self, *, limit: int = 3, **pattern: JsonValue) -> tuple[NearMiss, ...]:
        """Return the requests that almost count, the nearest first."""
        found = self._get("/requests/near-misses", {**_flat(pattern), "limit": limit})
        return NearMiss.read_all(found["near_misses"])

    def verify(self, **expectation: JsonValue) -> VerificationResult:
        """Return whether as many requests count as expected: `exactly`, `at_least`, `at_most`; usually at least one."""
        return VerificationResult.read(self._call("POST", "/requests/verify", expectation))

    def verify_order(self, *patterns: Mapping[str, JsonValue]) -> VerificationResult:
        """Return whether requests came one after another, whatever came between them."""
        return VerificationResult.read(self._call("POST", "/requests/verify", {"in_order": list(patterns)}))

    def wait(self, *, timeout: float = 10.0, **expectation: JsonValue) -> VerificationResult:
        """Wait until as many requests count as expected, and return what became of it in time."""
        query = {**_flat(expectation), "timeout": timeout}
        return VerificationResult.read(self._get("/requests/wait", query, timeout=TIMEOUT + timeout))

    def events(self, *, after: int | None = None, limit: int | None = None) -> Iterator[Document]:
        """Yield entries of the journal as they come, those after a number first; `limit` is how many."""
        bounds = {name: each for name, each in (("limit", limit), ("after", after)) if each is not None}
        name = ""
        for line in self._use_sender().stream(self._request("GET", _with_query("/events", bounds))):
            field, _, value = line.partition(b": ")
            if field == b"event":
                name = value.decode()
            elif field == b"data" and name == "request":
                yield orjson.loads(value)

    # -- how it behaves

    def scenario(self) -> Document:
        """Return how the world behaves."""
        return self._get("/scenario")

    def set_scenario(self, scenario: Document) -> Document:
        """Let the world behave by a scenario from now on, and return it in full."""
        return self._call("PUT", "/scenario", scenario)

    def faults(self) -> tuple[FaultStanding, ...]:
        """Return each fault with how many requests matched it and how often it happened."""
        return tuple(FaultStanding.read(each) for each in self._get("/faults")["faults"])

    def add_fault(self, fault: Document) -> FaultStanding:
        """Add a fault, in place of one of its id."""
        return FaultStanding.read(self._call("POST", "/faults", fault))

    def remove_fault(self, id_: str) -> None:
        """Take a fault away."""
        self._call("DELETE", f"/faults/{_quoted(id_)}")

    def verdict(self, client: Literal["success", "failure", "hung"] = "success") -> Verdict:
        """Return what the world makes of a client that says that it ended so."""
        return Verdict.read(self._get("/verdict", {"client": client}))

    # -- its time

    def clock(self) -> ClockReading:
        """Return the time of the world."""
        return ClockReading.read(self._get("/clock"))

    def advance(self, seconds: float) -> ClockReading:
        """Move its time forward."""
        return ClockReading.read(self._call("POST", "/clock/advance", {"seconds": seconds}))

    def travel_to(self, instant: datetime | str) -> ClockReading:
        """Move its time forward to an instant; one without a time zone is refused."""
        text = instant if isinstance(instant, str) else instant.isoformat()
        return ClockReading.read(self._call("POST", "/clock/travel_to", {"to": text}))

    def freeze(self) -> ClockReading:
        """Let its time stand."""
        return ClockReading.read(self._call("POST", "/clock/freeze"))

    def resume(self) -> ClockReading:
        """Let its time go on."""
        return ClockReading.read(self._call("POST", "/clock/resume"))

    # -- how it is asked

    def _get(self, path: str, query: Mapping[str, Any] | None = None, *, timeout: float = TIMEOUT) -> dict[str, Any]:
        return self._call("GET", _with_query(path, query or {}), timeout=timeout)

    def _call(
        self, method: str, path: str, value: Document | None = None, *, timeout: float = TIMEOUT
    ) -> dict[str, Any]:
        request = self._request(method, path, b"" if value is None else _encode(value))
        answer = self._use_sender().send(request, timeout=timeout)
        check_answer(request, answer)
        found: dict[str, Any] = orjson.loads(answer.body) if answer.body else {}
        return found

    def _request(self, method: str, path: str, body: bytes = b"") -> HttpRequest:
        fields = [("Authorization", f"Bearer {self.api_key}")]
        fields += [("Content-Type", "application/json")] if body else []
        fields += [("X-Mock-Admin-Token", self._token)] if self._token else []
        return HttpRequest(method, f"{self.url}/_mock{path}", tuple(fields), body)

    def _use_sender(self) -> Sender:
        if self._sender is None:
            self._sender = HttpSender()
        return self._sender


def _encode(value: Document) -> bytes:
    try:
        return orjson.dumps(dict(value))
    except orjson.JSONEncodeError as error:
        hint = "give texts, numbers, lists and mappings"
        raise UsageError("value-unsendable", f"this cannot be sent as JSON: {error}", hint=hint) from error


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _with_query(path: str, query: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def _flat(pattern: Mapping[str, JsonValue]) -> dict[str, str | Sequence[str]]:
    """Return an expectation as it stands in a query."""
    flat: dict[str, str | Sequence[str]] = {}
    for name, value in pattern.items():
        match name, value:
            case "operation", list() | tuple():
                flat[name] = [str(each) for each in value]
            case "header", Mapping():
                flat[name] = [f"{field}: {each}" for field, each in value.items()]
            case "body", _:
                flat[name] = orjson.dumps(value).decode()
            case _, bool():
                flat[name] = str(value).lower()
            case _:
                flat[name] = str(value)
    return flat
