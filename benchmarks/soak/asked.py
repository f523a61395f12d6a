"""What is asked again and again: requests as they go over the wire, out of a bounded population of users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from random import Random
from typing import Any, Final
from uuid import UUID

import orjson

from benchmarks.load.loads import API_KEY, IDENTIFY, OPERATION, TRIGGER
from benchmarks.load.serving import ANSWER_SECONDS

POPULATION: Final = 200
"""Users, and operations."""
NUMBER: Final = "#########"
"""Stands for a number that is another one in each request, of as many digits."""
SEED: Final = 17
_SMALL: Final = 5
"""Users of a small batch at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and the status that it is answered with."""

    method: str
    path: str
    body: bytes = b""
    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_fields(self) -> Mapping[str, str]:
        """The header fields beside Host."""
        length = {"Content-Type": "application/json", "Content-Length": str(len(self.body))} if self.body else {}
        return {"Authorization": f"Bearer {API_KEY}", **length, **self.fields}

    def text(self, host: str) -> str:
        """Return the request as it goes over the wire."""
        fields = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **self.all_fields}.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{fields}\r\n{self.body.decode('ascii')}"


def identifying() -> list[Asked]:
    """Return bulk identifies of small batches, each of which is another one whenever it is sent."""
    return [_identify(_users(first, 1 + first % _SMALL)) for first in range(POPULATION)]


def triggering() -> list[Asked]:
    """Return triggers for one known user, half of them with an idempotency key; all differ whenever they are sent."""
    return [
        _trigger(user, {"order": NUMBER}, {"Idempotency-Key": f"order-{NUMBER}"} if user % 2 else {})
        for user in range(POPULATION)
    ]


def creating_nothing(operations: Sequence[str]) -> list[Asked]:
    """Return requests that store nothing once each was sent, shuffled, always in the same order.

    Reads of operations and users, replays by idempotency key, refused bodies, and what is not there.
    """
    found = [*_reads(operations), *_replays(), *_refused(), *_unknown()]
    Random(SEED).shuffle(found)  # noqa: S311  # nothing to guess
    return found


def population() -> list[Asked]:
    """Return what makes the operations and users that are read."""
    return [_identify([_user(number, "0")]) for number in range(POPULATION)]


def _reads(operations: Iterable[str]) -> Iterator[Asked]:
    for number, operation in enumerate(operations):
        yield from [Asked("GET", OPERATION.format(operation=operation))] * 2
        yield Asked("GET", f"/v1/users/user-{number}")


def _replays() -> Iterator[Asked]:
    for number in range(POPULATION // 2):
        yield _trigger(number, {"order": str(number)}, {"Idempotency-Key": f"known-{number}"})


def _refused() -> Iterator[Asked]:
    for number in range(POPULATION // 10):
        nameless: dict[str, Any] = {"name": f"User {number}"}
        yield _identify([_user(number, "0"), nameless], status=422)
        yield _identify([{**_user(each, "0"), "id": each} for each in range(100)], status=422)
        yield Asked("POST", IDENTIFY, b'{"users": [', 400)


def _unknown() -> Iterator[Asked]:
    for number in range(POPULATION // 10):
        yield Asked("GET", OPERATION.format(operation=UUID(int=number, version=4)), status=404)
        yield Asked("GET", f"/v1/users/stranger-{number}", status=404)
        yield Asked("GET", f"/v1/users/user-{number}", status=401, fields={"Authorization": "Bearer sk_test_other"})


def _identify(users: Sequence[Mapping[str, Any]], *, status: int = 200) -> Asked:
    return Asked("POST", IDENTIFY, orjson.dumps({"users": users}), status)


def _trigger(number: int, data: Mapping[str, str], fields: Mapping[str, str]) -> Asked:
    return Asked("POST", TRIGGER, orjson.dumps({"recipients": [f"user-{number}"], "data": data}), fields=fields)


def _users(first: int, amount: int) -> list[dict[str, Any]]:
    return [_user((first + number) % POPULATION, NUMBER) for number in range(amount)]


def _user(number: int, visit: str) -> dict[str, Any]:
    name = f"user-{number}"
    return {"id": name, "name": f"User {number}", "email": f"{name}@example.com", "plan": "pro", "visit": visit}


def send_once(url: str, asked: Sequence[Asked]) -> list[bytes]:
    """Send each request once, and return the bodies of the answers.

    Raises:
        RuntimeError: one has another status than the expected one.
    """
    connection = HTTPConnection(url.removeprefix("http://"), timeout=ANSWER_SECONDS)
    try:
        return [_send(connection, each) for each in asked]
    finally:
        connection.close()


def _send(connection: HTTPConnection, asked: Asked) -> bytes:
    connection.request(asked.method, asked.path, asked.body or None, dict(asked.all_fields))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != asked.status:
        raise RuntimeError(f"{asked.method} {asked.path}: {answer.status}, not {asked.status}: {body[:200]!r}")
    return body
