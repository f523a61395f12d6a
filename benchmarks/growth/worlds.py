"""Worlds of a fake in this process, called as a WSGI application, and what they are filled with before a benchmark."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any, Final

import orjson

from benchmarks.load.loads import IDENTIFY, OPERATION, TRIGGER, user
from mock_knock.commands.serve import rare_collections
from mock_knock.domain.journal import MAX_ENTRIES
from mock_knock.local import FakeOptions, build_fake

BATCH: Final = 1_000
"""Users of one request at most."""
LONG: Final = 10
"""Seconds after which every bulk operation has ended."""


@dataclass(frozen=True, slots=True)
class World:
    """The world of one key, on a clock that stands until it is moved."""

    application: Callable[..., Iterable[bytes]]
    key: str

    def request(
        self, method: str, path: str, value: object = None, *, status: int = 200, idempotency_key: str = ""
    ) -> Callable[[], bytes]:
        """Return what sends a request, each time anew, and returns the body of the answer.

        What it returns raises RuntimeError at another status than the expected one.
        """
        body, expected = b"" if value is None else orjson.dumps(value), str(status)
        environment = _environment(method, path, self.key, body)
        if idempotency_key:
            environment["HTTP_IDEMPOTENCY_KEY"] = idempotency_key

        def send() -> bytes:
            told: list[str] = []

            def start(status: str, _headers: object, _error: object = None) -> None:
                told.append(status)

            answer = b"".join(self.application({**environment, "wsgi.input": BytesIO(body)}, start))
            if not told[0].startswith(expected):
                raise RuntimeError(f"{method} {path}: {told[0]}, not {expected}: {answer[:200]!r}")
            return answer

        return send

    def ask(self, method: str, path: str, value: object = None, *, status: int = 200) -> Any:
        """Send a request once and return what the body of the answer says."""
        answer = self.request(method, path, value, status=status)()
        return orjson.loads(answer) if answer else None

    def identify(self, users: Sequence[Mapping[str, object]]) -> str:
        """Identify users and return the id of the bulk operation."""
        return str(self.ask("POST", IDENTIFY, {"users": users})["id"])

    def settle(self, seconds: float = LONG) -> None:
        """Let time pass, by default until every bulk operation has ended, and have its rows become users."""
        self.ask("POST", "/_mock/clock/advance", {"seconds": seconds})
        self.ask("GET", "/_mock/users/user-0")

    def reset(self) -> None:
        """Forget everything."""
        self.ask("POST", "/_mock/reset")


def _environment(method: str, path: str, key: str, body: bytes) -> dict[str, Any]:
    """Return the environment of a request, as a server on the loopback interface has it."""
    given = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))} if body else {}
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "REQUEST_URI": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "4010",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:4010",
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **given,
    }


@contextmanager
def new_worlds(journal_entries: int = MAX_ENTRIES) -> Iterator[Callable[[], World]]:
    """Give what makes new worlds of one fake, with journals of so many entries, for the length of a `with` block.

    Memory is collected as rarely as `mock-knock serve` does it.
    """
    application = build_fake(FakeOptions(clock="manual", journal_entries=journal_entries)).application
    numbers = count()
    with rare_collections():
        yield lambda: World(application, f"sk_test_world_{next(numbers)}")


def users(amount: int) -> list[dict[str, object]]:
    """Return so many users."""
    return [user(number) for number in range(amount)]


def fill_with_users(world: World, amount: int) -> None:
    """Let a world know so many users, `user-0` and so on."""
    known = users(amount)
    for begin in range(0, amount, BATCH):
        world.identify(known[begin : begin + BATCH])
    world.settle()


def fill_with_operations(world: World, amount: int, *, are_finished: bool = True) -> list[str]:
    """Let a world have so many more bulk operations of one user each, of ten users, and return their ids."""
    found = [world.identify([{**user(number % 10), "logins": number}]) for number in range(amount)]
    if are_finished:
        world.settle()
    return found


def fill_with_runs(world: World, amount: int) -> None:
    """Let a world have so many runs more, each of one of the thousand users that it knows already."""
    while amount > 0:
        recipients = [f"user-{number}" for number in range(min(amount, BATCH))]
        world.ask("POST", TRIGGER, {"recipients": recipients, "data": {"left": amount}})
        amount -= len(recipients)


def operation_path(operation: str) -> str:
    """Return the path of a bulk operation."""
    return OPERATION.format(operation=operation)
