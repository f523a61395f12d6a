"""A whole fake as a WSGI application on a clock that stands still, a client for it, and its parts to tamper with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import Client, TestResponse

from mock_knock.domain.clock import ManualClock
from mock_knock.local import find_faults
from mock_knock.served import (
    controls_description,
    known_routes,
    served_document,
    served_operations,
)
from mock_knock.service import MockKnock, World
from mock_knock.store.memory import MemoryState
from mock_knock.web.app import create_app
from mock_knock.web.current import Call, Web, during
from mock_knock.web.doors import Doors
from mock_knock.web.guard import AccessRules
from mock_knock.web.sending import SendingApplication

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "sk_test_abcdefghijkl"
JSON = "application/json"


@dataclass(frozen=True)
class WsgiFake:
    """A fake without a server; its requests come from `http://localhost` and carry `KEY`."""

    app: Flask
    service: MockKnock

    @property
    def world(self) -> World:
        """The world of `KEY`."""
        return self.service.world(KEY)

    def send(self, method: str, path: str, body: bytes | None = None, **fields: str | None) -> TestResponse:
        """Send a request; `fields` are header fields with _ for -, one that is None is left out."""
        headers: dict[str, str | None] = {"Authorization": f"Bearer {KEY}"}
        if body is not None:
            headers["Content-Type"] = JSON
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        sent = {name: value for name, value in headers.items() if value is not None}
        return Client(self.app).open(path, method=method, data=body, headers=sent)

    @contextmanager
    def answering(self, path: str = "/", **options: Any) -> Iterator[Call]:
        """Stand in the middle of a request for the length of a `with` block; `options` are those of werkzeug."""
        parts: Web = self.app.extensions["mock_knock"]
        with self.app.test_request_context(path, **options) as context:
            call = Call(parts, context.request, "")
            with during(call):
                yield call

    def identify(self, *ids: str) -> dict[str, Any]:
        """Identify users and return the bulk operation."""
        rows = ", ".join(f'{{"id": "{each}"}}' for each in ids)
        answer = self.send("POST", "/v1/users/bulk/identify", f'{{"users": [{rows}]}}'.encode())
        found: dict[str, Any] = answer.get_json()
        return found


def new_fake(
    rules: AccessRules = AccessRules(),  # noqa: B008  # frozen
    *,
    checks_responses: bool = False,
    doors: Doors = Doors(find_faults),  # noqa: B008  # frozen
) -> WsgiFake:
    """Return a fake whose ids count up and whose worlds stand still."""
    numbers = count(0xABCDEF << 100)
    service = MockKnock(
        new_state=MemoryState,
        new_clock=lambda: ManualClock(START),
        new_id=lambda: str(UUID(int=next(numbers), version=4)),
    )
    app = create_app(
        service,
        served_operations(),
        known_routes=known_routes(),
        rules=rules,
        describe=served_document,
        controls=controls_description,
        checks_responses=checks_responses,
        doors=doors,
    )
    app.wsgi_app = SendingApplication(app.wsgi_app)  # type: ignore[assignment,method-assign]  # as Flask documents it
    return WsgiFake(app, service)
